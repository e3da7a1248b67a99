"""Agreements with payers: a contract written as data, checked and settled in the browser."""

from __future__ import annotations

import tempfile
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from corridor.errors import CorridorError
from corridor.jobs.contract import settle_contract, shown_measures
from corridor.programs.contract.read import read_contract
from corridor.programs.writing import plain, write_results
from corridor.reports.charts.bars import Bar
from corridor.reports.views.page import Figure, Table
from corridor.reports.words import counted, real, share, short_dollars
from corridor.web.forms.words import heading
from corridor.web.guard import Visit, VisitDep
from corridor.web.kept import Kept
from corridor.web.programs.drawing import bar_picture
from corridor.web.programs.of_form import sheet_table
from corridor.web.programs.shape import Panel
from corridor.web.render import page
from corridor.web.whole_number import whole_number

FORM = "agreement"
SUFFIXES = (".csv", ".xlsx", ".parquet", ".json")
# What is sent: field -> its words, whether there can be no settlement without it.
FILES = {
    "contract": ("The contract", "a YAML file"),
    "figures": ("Figures of the years", "member months and spending; for drugs: patients, or prices"),
    "quality": ("Results of the scorecard", "a row a year and measure"),
    "followup": ("What was observed later", "outcomes agreements only"),
    "units": ("Units by state and quarter", "reference prices only"),
}
SAMPLE = "agreement_sample"
PARTS = {"contract": ".yaml", "figures": ".figures.csv", "quality": ".quality.csv"}
KINDS = {
    "value": "value-based", "outcomes_based_agreement": "outcomes-based",
    "reference_price": "reference price",
}  # fmt: skip
SIGNED = (
    "generated_savings_or_losses", "shared_savings", "shared_losses", "earned_savings_or_losses",
    "settlement_dollars", "contract_dollars",
)  # fmt: skip
MONEY = (
    *SIGNED,
    "benchmark_expenditure",
    "performance_expenditure",
    "bonus_dollars",
    "net_cost",
    "invoice_dollars",
)
YEARS = (
    "performance_year", "benchmark_expenditure", "performance_expenditure", "generated_savings_or_losses",
    "quality_score", "shared_savings", "shared_losses", "bonus_dollars", "settlement_dollars", "reason",
)  # fmt: skip
DRAWN = (("saved or lost", "generated_savings_or_losses"), ("settled", "settlement_dollars"))
MEASURES = ("performance_year", "name", "rate", "denominator", "counted", "earned_points", "possible_points")
MOST_COLUMNS = 12
FICTITIOUS = "The contract is labeled fictitious: its parties and figures are invented."
RATES = ("rate", "quality_score")
CAPTIONS = {"Measures": "The scorecard", "Versions": "Versions of its terms"}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def agreements(visit: VisitDep) -> Response:
    """What an agreement is, the form that checks or settles one, and the last answer."""
    return _draw(visit)


def _draw(visit: Visit, error: CorridorError | None = None) -> Response:
    kept = visit.bench.answers.newest(visit.who.account_id, (FORM,))
    panel = Panel(
        "Check or settle an agreement with a payer",
        "An agreement is data: attribution, benchmark, corridors, quality gates and stop-loss, each term "
        "with the day from which it holds. `corridor contract explain` derives every figure of it.",
        links=[(f"/agreements/{kept.key}", f"Your last: {kept.answer['sentence']}")] if kept else [],
    )
    told = None
    if error is not None:
        told = error.to_dict()
        if told.get("file"):
            line = f", line {told['line']}" if told.get("line") else ""
            told["what"] = f"{told['what']} ({Path(str(told['file'])).name}{line})"
    return page(
        visit, "agreements.html.j2", "Agreements", 200 if error is None else 400, panel=panel, crumb=[],
        error=told, files=FILES, year=visit.text("year"),
    )  # fmt: skip


def settle(visit: VisitDep) -> Response:
    """Check a contract, or settle it; the answer is kept for an hour. An error draws the form again."""
    try:
        with tempfile.TemporaryDirectory(prefix="corridor-agreement-") as scratch:
            sent = _sample(Path(scratch)) if visit.text("sample") else _sent(visit, Path(scratch))
            found = _checked(sent) if visit.text("check") else _settled(visit, sent)
    except CorridorError as error:
        return _draw(visit, error)
    key = visit.bench.answers.put(visit.who.account_id, FORM, found, {}, {})
    return RedirectResponse(f"/agreements/{key}", 303)


def _sent(visit: Visit, scratch: Path) -> dict[str, Path]:
    """The files of the form, by their field. Raises FORM-KIND."""
    sent = {}
    for name in FILES:
        found = visit.form.get(name)
        if not isinstance(found, UploadFile) or not found.filename:
            continue
        suffix = Path(found.filename).suffix.lower()
        allowed = (".yaml", ".yml") if name == "contract" else SUFFIXES
        if suffix not in allowed:
            raise CorridorError(
                "FORM-KIND",
                f"{FILES[name][0]} cannot be a file of this kind.",
                todo=f"Give a file that ends in {', '.join(allowed)}.",
                field=name,
            )
        sent[name] = scratch / f"{name}{suffix}"
        sent[name].write_bytes(found.file.read())
    if "contract" not in sent:
        raise CorridorError(
            "FORM-CHOICE", "No contract was sent.", todo="Choose the YAML file of the contract.",
            field="contract",
        )  # fmt: skip
    return sent


def _sample(scratch: Path) -> dict[str, Path]:
    """The worked sample, whose parties and figures are fictitious."""
    sent = {}
    for one in (resources.files("corridor.web") / SAMPLE).iterdir():
        for name, ending in PARTS.items():
            if one.name.endswith(ending):
                sent[name] = scratch / f"{name}{Path(ending).suffix}"
                sent[name].write_bytes(one.read_bytes())
    return sent


def _checked(sent: dict[str, Path]) -> dict[str, Any]:
    """What a contract holds, once it was read strictly. Raises what the reader of contracts raises."""
    contract = read_contract(sent["contract"])
    head = contract.head
    rows = [{"from": one.start, "known": one.known, "note": one.note or ""} for one in contract.versions]
    return _kept(
        f"{head.title}: read without a fault, {counted(len(rows), 'version')} of its terms", head.kind,
        head.fictitious, [{"payer": head.payer.name, "line": head.payer.line, "from": head.term.start,
                           "through": head.term.through}], {"Versions": rows}, [], [],
    )  # fmt: skip


def _settled(visit: Visit, sent: dict[str, Path]) -> dict[str, Any]:
    """The settlement, from files alone: claims of a run are the command line's. Raises FORM-CHOICE."""
    if "figures" not in sent:
        raise CorridorError(
            "FORM-CHOICE", "There is nothing to settle the contract from.",
            todo="Send the figures too, or check the contract only.", field="figures",
        )  # fmt: skip
    text = visit.text("year").strip()
    year = whole_number(text) if text else None
    if text and (year is None or len(text) != 4):
        raise CorridorError(
            "FORM-CHOICE", "Year cannot be what was given.", todo="Write it as 2027.", field="year"
        )
    found = settle_contract(
        sent["contract"], sent["figures"], sent.get("quality"), sent.get("followup"), sent.get("units"), year,
        None, None,
    )  # fmt: skip
    more = {name.capitalize(): found[name] for name in ("prices", "invoices") if found.get(name)}
    if found.get("measures"):
        more["Measures"] = shown_measures(found["measures"])
    return _kept(
        _sentence(found), found["kind"], found["fictitious"], found["rows"], more, found["assumptions"],
        found["warnings"],
    )  # fmt: skip


def _sentence(found: dict[str, Any]) -> str:
    """What is paid or owed, of a value-based contract by its last year."""
    rows, title = found["rows"], found["title"]
    if found["kind"] != "value" or not rows:
        return f"{title}: {counted(len(rows), 'row')} settled"
    last = max(rows, key=lambda row: int(row["performance_year"]))
    amount = real(last["settlement_dollars"]) or 0.0
    verb = "the payer pays" if amount >= 0 else "the provider owes"
    return f"{title}: {verb} {short_dollars(abs(amount))} for {last['performance_year']}"


def _kept(
    sentence: str, kind: str, fictitious: bool, rows: list[dict[str, Any]], more: dict[str, Any],
    assumptions: list[Any], warnings: list[str],
) -> dict[str, Any]:  # fmt: skip
    made: dict[str, Any] = plain({
        "sentence": sentence, "kind": kind, "fictitious": fictitious, "sheets": {"Results": rows, **more},
        "assumptions": assumptions, "warnings": warnings,
    })  # fmt: skip
    return made


def _found(visit: Visit, key: str) -> Kept:
    """An answer of this account. Raises FORM-NO-ANSWER."""
    kept = visit.bench.answers.get(key, visit.who.account_id)
    if kept is None or kept.form != FORM:
        raise CorridorError(
            "FORM-NO-ANSWER",
            "This settlement is not kept any longer, or is not yours.",
            why="It is kept for an hour.",
            todo="Send the contract and its figures again.",
        )
    return kept


def settled(visit: VisitDep, key: str) -> Response:
    """One settlement: dollars by year, what they were made of, the scorecard."""
    found = _found(visit, key).answer
    rows = found["sheets"]["Results"]
    paid = [row for row in rows if real(row.get("settlement_dollars")) is not None]
    figures, pictures = [], []
    if paid:
        total, saved = (
            sum(real(row[name]) or 0.0 for row in paid)
            for name in ("settlement_dollars", "generated_savings_or_losses")
        )
        figures = [
            Figure(
                short_dollars(total, signed=True), f"settled over {counted(len(paid), 'year')}",
                f"{short_dollars(saved, signed=True)} against the benchmark",
                "gain" if total > 0 else "loss" if total < 0 else "",
            )
        ]  # fmt: skip
        bars = [
            Bar(f"{row['performance_year']}: {words}", real(row[key_]) or 0.0)
            for row in paid
            for words, key_ in DRAWN
        ]
        pictures = [bar_picture("agreement-years", "What was saved or lost, and what of it is settled", bars)]
    notes = [FICTITIOUS] if found["fictitious"] else []
    return page(
        visit, "story.html.j2", "An agreement settled",
        panel=Panel(
            found["sentence"], f"A {KINDS.get(found['kind'], found['kind'])} agreement.", figures, pictures,
            _tables(found), [*notes, *map(str, found["warnings"])],
            (
                (f"/agreements/{key}/file?kind=xlsx", "Excel"), (f"/agreements/{key}/file", "CSV"),
                (f"/agreements/{key}/file?kind=json", "JSON"), ("/agreements", "Another agreement"),
            ),
        ),
        crumb=[("/agreements", "Agreements"), ("", "Settlement" if paid else "Answer")],
    )  # fmt: skip


def _tables(found: dict[str, Any]) -> list[Table]:
    tables = []
    for name, rows in found["sheets"].items():
        names = dict.fromkeys(one for row in rows for one in row)
        filled = [one for one in names if any(row.get(one) not in (None, "") for row in rows)]
        years = name == "Results" and "settlement_dollars" in names
        wanted = YEARS if years else MEASURES if name == "Measures" else ()
        columns = [one for one in wanted if one in filled] or filled[:MOST_COLUMNS]
        shown = [{one: _shown(one, row.get(one)) for one in columns} for row in rows]
        caption = "By year" if years else CAPTIONS.get(name, heading(name))
        tables.append(sheet_table(shown, f"agreement-{name.lower()}", caption, columns, SIGNED, money=MONEY))
    return tables


def _shown(name: str, value: Any) -> Any:
    """A rate as a percentage; else the value."""
    return share(value) if name in RATES and real(value) is not None else value


def file(visit: VisitDep, key: str, kind: str = "csv") -> Response:
    """A settlement as CSV, Excel or JSON."""
    found = _found(visit, key).answer
    chosen = kind if kind in TYPES else "csv"
    sheets = {**found["sheets"], "Assumptions": found["assumptions"]}
    with tempfile.TemporaryDirectory(prefix="corridor-agreement-") as scratch:
        path = Path(scratch) / f"agreement.{chosen}"
        write_results(path, sheets)
        body = path.read_bytes()
    name = f"corridor-agreement-{date.today().isoformat()}.{chosen}"
    return Response(
        body, media_type=TYPES[chosen], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
