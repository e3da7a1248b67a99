"""Data health: what was loaded, what was set aside, how complete the months are, and how the runs went."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import Response

from corridor.reports.charts.bars import Bar
from corridor.reports.charts.triangle import Delay, triangle
from corridor.reports.tieout import TieOut, read_tieout
from corridor.reports.views.loads import lead_of, tieout_section
from corridor.reports.views.page import Cell, Column, Section, Table, TableRow, text_cell
from corridor.reports.words import counted, month_name, plain, real, share, whole
from corridor.web.answers import Answer, Whom, chosen_view, fluid, rows_of, show_answer
from corridor.web.ground.runs import RunRecord, run_history
from corridor.web.guard import Visit, VisitDep
from corridor.web.pages.loading import QUOTED
from corridor.web.population.amounts import count_cell, decimal, part
from corridor.web.population.pictures import bar_picture
from corridor.web.viewer import Viewer

NAME = "Data health"
VIEWS = (
    ("loads", "Loads and tie-out"),
    ("aside", "Set aside"),
    ("complete", "Completeness"),
    ("run", "The last run"),
    ("history", "Runs before"),
)
MONTHS, DELAYS = 18, 13
SLOWEST = 25
Drawn = tuple[str, str, list[Section]]


def data(visit: VisitDep, view: str = "") -> Response:
    """One view of the page; each has its own address."""
    chosen = chosen_view(view, VIEWS)
    viewer = visit.viewer()
    if chosen in ("loads", "aside"):
        tieout = _tieout(visit, viewer)
        sentence, second, sections = _loads(tieout) if chosen == "loads" else _aside(tieout)
    elif chosen == "complete":
        sentence, second, sections = _completeness(visit, viewer)
    else:
        runs = run_history(visit.bench.home) if viewer is not None else []
        if not runs or viewer is None:
            sentence, second, sections = _no_run(visit)
        elif chosen == "run":
            sentence, second, sections = _run(viewer, runs[0])
        else:
            sentence, second, sections = _history(runs)
    answer = Answer(NAME, sentence, second, sections, views=VIEWS, view=chosen, filters=())
    return show_answer(visit, Whom(), answer)


def _tieout(visit: Visit, viewer: Viewer | None) -> TieOut:
    """Read anew only where a delivery or a run has come."""
    home = visit.bench.home
    if viewer is None:
        return _unquoted(home)
    loaded = tuple(sorted(one.delivery_id for one in visit.bench.warehouse.deliveries()))
    return visit.bench.made(viewer, (NAME, loaded), lambda: _unquoted(home, viewer))


def _unquoted(home: Path, viewer: Viewer | None = None) -> TieOut:
    """Reasons quote the value that was refused, which may name a person: who loads reads it in the file."""
    found = read_tieout(home, viewer)
    asides = [
        {**row, "reason": row["reason"] and QUOTED.sub("a value", str(row["reason"]))} for row in found.asides
    ]
    return replace(found, asides=asides)


def _no_run(visit: Visit) -> Drawn:
    loaded = bool(visit.bench.warehouse.deliveries())
    todo = "`corridor run` makes one." if loaded else "Load claims with `corridor load`, then `corridor run`."
    return "There is no complete run yet", "", [Section("run", "Runs", empty=todo)]


def _loads(tieout: TieOut) -> Drawn:
    if not tieout.deliveries:
        return "Nothing is loaded yet", "", [tieout_section(tieout)]
    first, _, rest = lead_of(tieout).partition(". ")
    return first.rstrip("."), rest, [tieout_section(tieout)]


def _aside(tieout: TieOut) -> Drawn:
    """Rows that could not be read, by reason: a count each, never their content."""
    by_reason: dict[str, int] = defaultdict(int)
    for row in tieout.asides:
        by_reason[str(row["reason"] or "no reason given")] += int(row["rows"] or 0)
    total = sum(by_reason.values())
    read = sum(int(row["rows_in"]) for row in tieout.deliveries)
    if not total:
        return (
            f"No row of {whole(read)} was set aside",
            "",
            [
                Section(
                    "aside",
                    "Rows set aside",
                    empty="Rows that break the layout would be listed here, by reason.",
                )
            ],
        )
    ordered = sorted(by_reason.items(), key=lambda item: (-item[1], item[0]))
    verb = "was" if total == 1 else "were"
    part_of = share(total / read if read else None, 2)
    sentence = f"{counted(total, 'row')} of {whole(read)} {verb} set aside: {part_of}"
    rows = [
        TableRow(
            [
                text_cell(row.get("file")),
                text_cell(row.get("field")),
                text_cell(row["reason"]),
                count_cell(row["rows"]),
            ]
        )
        for row in sorted(tieout.asides, key=lambda row: -int(row["rows"] or 0))
    ]
    table = Table(
        "set-aside",
        "By file, field and reason",
        [Column("File"), Column("Field"), Column("Reason"), Column("Rows", "number")],
        rows,
    )
    pictures = bar_picture(
        "aside", "Rows set aside by reason", [Bar(name, float(count)) for name, count in ordered[:12]], whole
    )
    return (
        sentence,
        "They are in no figure. A corrected file can be loaded as it is.",
        [Section("aside", "Rows set aside", pictures=pictures, tables=[table])],
    )


def _completeness(visit: Visit, viewer: Viewer | None) -> Drawn:
    """Made once a run and scope: it adds up the delays of every claim."""
    if viewer is None:
        return _complete(None)
    return visit.bench.made(viewer, "data completeness", lambda: _complete(viewer))


def _complete(viewer: Viewer | None) -> Drawn:
    """The triangle of delays: of what a month will come to, what was paid by how many months later."""
    rows = (
        rows_of(
            viewer,
            "population.paid_lag",
            "select service_month, lag, sum(amount) as amount from population.paid_lag group by all order "
            "by 1, 2",
        )
        if viewer is not None
        else []
    )
    if viewer is None or not rows:
        return (
            "How complete the months are is not known",
            "",
            [
                Section(
                    "complete",
                    "Completeness",
                    empty="It comes from the paid dates of claims: load some, then `corridor run`.",
                )
            ],
        )
    factors = {
        int(row["month"]): real(row["factor"]) or 1.0
        for row in rows_of(
            viewer,
            "population.completion",
            "select month, max(completion_factor) as factor from population.completion group by month",
        )
    }
    run_out = {
        int(row["month"]): int(row["run_out"])
        for row in rows_of(
            viewer,
            "population.completion",
            "select month, max(run_out_months) as run_out from population.completion group by month",
        )
    }
    delays = _delays(rows, factors, run_out)
    late = [name for name, _, now in delays if now < 0.995]
    sentence = (
        f"{counted(len(late), 'month is', 'months are')} not complete: {late[0]} stands at "
        f"{share(next(now for name, _, now in delays if name == late[0]), 1)}"
        if late
        else "Every month is complete as far as its claims tell"
    )
    through = rows_of(
        viewer, "population.paid_through", "select max(day) as day from population.paid_through"
    )
    second = f"Claims paid through {through[0]['day']}." if through and through[0]["day"] else ""
    finding = "Share of a month's dollars that was paid by so many months later"
    shown = [Delay(name, shares) for name, shares, _ in delays[:MONTHS]]
    table = Table(
        "completeness",
        "What is paid of each month",
        [
            Column("Month of service"),
            Column("Same month", "number"),
            *(Column(f"{lag} later", "number") for lag in (1, 2, 3, 6, 12)),
            Column("Now", "number"),
        ],
        [
            TableRow(
                [
                    Cell(name, float(place)),
                    *(part(shares[lag] if lag < len(shares) else None) for lag in (0, 1, 2, 3, 6, 12)),
                    part(now),
                ]
            )
            for place, (name, shares, now) in enumerate(delays)
        ],
        note="Of what the month is estimated to come to. Empty: that many months have not passed.",
    )
    picture = fluid(triangle("paid-triangle", finding, shown, DELAYS), "The last column: paid so far.")
    return sentence, second, [Section("complete", "How claims come in", pictures=[picture], tables=[table])]


def _delays(
    rows: list[dict[str, Any]], factors: dict[int, float], run_out: dict[int, int]
) -> list[tuple[str, tuple[float, ...], float]]:
    """The newest month first: name, cumulative shares by delay as far as it has passed, and what is paid
    now.
    """
    by_month: dict[int, dict[int, float]] = defaultdict(dict)
    for row in rows:
        by_month[int(row["service_month"])][int(row["lag"])] = float(row["amount"] or 0)
    found = []
    for month in sorted(by_month, reverse=True):
        paid = sum(by_month[month].values())
        whole_month = paid * factors.get(month, 1.0)
        if whole_month <= 0:
            continue
        passed = min(run_out.get(month, DELAYS - 1), DELAYS - 1)
        shares, seen = [], 0.0
        for lag in range(passed + 1):
            seen += by_month[month].get(lag, 0.0)
            shares.append(seen / whole_month)
        found.append((month_name(month), tuple(shares), paid / whole_month))
    return found


def _run(viewer: Viewer, record: RunRecord) -> Drawn:
    """The last complete run: how long, what was reused, the slowest steps, and what it stood on."""
    steps = viewer.manifest["steps"]
    sentence = (
        f"The last run took {_seconds(record.seconds)}: {counted(record.made, 'table')} made, "
        f"{whole(record.reused)} taken over from the run before"
    )
    slowest = sorted(steps, key=lambda one: -float(one.get("seconds") or 0))[:SLOWEST]
    table = Table(
        "run-steps",
        f"The {SLOWEST} slowest of {len(steps):,} steps",
        [
            Column("Table"),
            Column("Rows", "number"),
            Column("Seconds", "number"),
            Column("Made or taken over"),
        ],
        [
            TableRow(
                [
                    Cell(str(one["step"]), str(one["step"]), link=f"/methods/steps/{one['step']}"),
                    count_cell(one["rows"]),
                    decimal(one.get("seconds"), 2),
                    text_cell("taken over" if one.get("made") == 0 else "made"),
                ]
            )
            for one in slowest
        ],
    )
    bars = [Bar(str(one["step"]), float(one.get("seconds") or 0)) for one in slowest[:10]]
    pictures = bar_picture(
        "run-steps", "Seconds of the slowest steps", bars, lambda value: f"{plain(value, 1)} s"
    )
    empty = [str(one["step"]) for one in steps if not one["rows"]]
    lacking = [table for table, files in viewer.manifest.get("externals", {}).items() if not files]
    notes = [
        f"{counted(len(empty), 'table is', 'tables are')} empty, mostly for want of a reference file or a "
        f"kind of claims."
        if empty
        else "No table is empty.",
        f"Reference files that are not installed: "
        f"{', '.join(sorted(name.partition('.')[2] for name in lacking))}."
        if lacking
        else "Every reference file a step asks for is installed.",
    ]
    return (
        sentence,
        f"Finished {record.finished} UTC, Corridor {record.version}.",
        [Section("run", "Step by step", pictures=pictures, tables=[table], notes=notes)],
    )


def _history(runs: list[RunRecord]) -> Drawn:
    last = runs[0]
    if last.changed is None:
        sentence = "There is one complete run, with none before it to compare"
    else:
        why = ", ".join(last.words) or "nothing it rests on is known to differ"
        sentence = f"{counted(last.changed, 'table')} changed in the last run: {why}"
    table = Table(
        "runs",
        "Complete runs, the newest first",
        [
            Column("Finished (UTC)"),
            Column("Seconds", "number"),
            Column("Deliveries", "number"),
            Column("Rows", "number"),
            Column("Made", "number"),
            Column("Taken over", "number"),
            Column("Tables changed", "number"),
            Column("What differed"),
        ],
        [
            TableRow(
                [
                    text_cell(one.finished),
                    decimal(one.seconds, 1),
                    count_cell(one.deliveries),
                    count_cell(one.rows),
                    count_cell(one.made),
                    count_cell(one.reused),
                    count_cell(one.changed),
                    text_cell(", ".join(one.words) or ("–" if one.changed is None else "nothing known")),
                ]
            )
            for one in runs
        ],
    )
    bars = [Bar(one.finished, one.seconds) for one in runs[:12]]
    pictures = bar_picture("runs", "Seconds of each run", bars, lambda value: f"{plain(value, 0)} s")
    return sentence, "", [Section("history", "Run by run", pictures=pictures, tables=[table])]


def _seconds(seconds: float) -> str:
    minutes = int(seconds // 60)
    return f"{minutes} min {int(seconds % 60)} s" if minutes else f"{plain(seconds, 1)} seconds"
