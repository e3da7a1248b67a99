"""Every pool of a plan split among practices and clinicians, to the cent, with the reason of every line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridor.engine.tabular.form import read_form
from corridor.errors import CorridorError
from corridor.programs.contract.edges import reaches
from corridor.programs.distribution.cents import split_cents, to_cents, to_dollars
from corridor.programs.distribution.plan import PRODUCTS, Pool, ReadPlan, Step

if TYPE_CHECKING:
    from corridor.law import RulesInForce

Row = dict[str, Any]
SEPARATOR = "\x1f"
RELEASED = "withhold released"


@dataclass(frozen=True)
class Recipients:
    """Clinicians in order of the file; ``key`` of each is practice and clinician."""

    rows: list[Row]
    file: str
    warnings: list[str]

    def keys(self) -> list[str]:
        return [key_of(row) for row in self.rows]


@dataclass
class Distribution:
    """Lines of every pool; ``pools`` what each came to, ``retained`` what the organization keeps or bears."""

    read: ReadPlan
    recipients: Recipients
    flags: list[Row]
    assumptions: list[Row]
    lines: list[Row] = field(default_factory=list)
    pools: list[Row] = field(default_factory=list)
    practices: list[Row] = field(default_factory=list)

    def rows(self) -> list[Row]:
        """One record a clinician, and a practice that is paid itself: pools, withholds, the total."""
        found = []
        listed = [*self.recipients.rows]
        known = {key_of(row) for row in listed}
        for one in self.lines:
            if one["key"] not in known:
                known.add(one["key"])
                listed.append({"tin": one["tin"], "npi": "", "clinician_name": None, "withheld": None})
        for row in listed:
            mine = [one for one in self.lines if one["key"] == key_of(row)]
            pools = {
                pool.pool: to_dollars(sum(one["cents"] for one in mine if one["pool"] == pool.pool))
                for pool in self.read.plan.pools
            }
            returned = sum(one["cents"] for one in mine if "withhold" in one["kind"])
            total = sum(one["cents"] for one in mine)
            held = to_cents(row["withheld"] or 0)
            found.append(
                {
                    "tin": row["tin"],
                    "npi": row["npi"] or None,
                    "clinician_name": row["clinician_name"],
                    **pools,
                    "withheld": to_dollars(held),
                    "withhold_returned": to_dollars(returned),
                    "total_dollars": to_dollars(total),
                }
            )
        return found

    def line_rows(self) -> list[Row]:
        """The lines as records for a reader."""
        return [
            {
                **{name: one[name] for name in ("pool", "tin", "npi", "kind", "by", "own", "of", "among")},
                "dollars": to_dollars(one["cents"]),
            }
            for one in self.lines
        ]

    def to_dict(self) -> dict[str, Any]:
        """Everything for machines."""
        plan = self.read.plan
        return {
            "program": "distribution",
            "plan": plan.plan,
            "title": plan.title,
            "organization": plan.organization,
            "fictitious": plan.fictitious,
            "year": plan.year,
            "rows": self.rows(),
            "lines": self.line_rows(),
            "pools": self.pools,
            "practices": self.practices,
            "flags": self.flags,
            "assumptions": self.assumptions,
            "warnings": self.recipients.warnings,
        }


def key_of(row: Mapping[str, Any]) -> str:
    """Practice and clinician as one key; a practice alone has no clinician."""
    return f"{row['tin']}{SEPARATOR}{row['npi'] or ''}"


def read_recipients(path: Path) -> Recipients:
    """The form distribution_recipients. Raises FORM-* and DISTRIBUTION-TWICE."""
    form = read_form(path, "distribution_recipients")
    seen: dict[str, int] = {}
    for row, line in zip(form.rows, form.lines, strict=True):
        row["line"] = line
        before = seen.setdefault(key_of(row), line)
        if before != line:
            raise CorridorError(
                "DISTRIBUTION-TWICE",
                f"The clinician stands on line {before} already.",
                why="Two rows would take two parts.",
                todo="Keep one row for each clinician under a practice.",
                file=form.file,
                line=line,
                field="npi",
            )
    return Recipients(form.rows, form.file, list(form.warnings))


def distribute(
    read: ReadPlan, recipients: Recipients, amounts: Mapping[str, float], force: RulesInForce
) -> Distribution:
    """Split every pool. ``amounts`` are pools whose amount the plan leaves open (they beat the plan's).

    Raises DISTRIBUTION-AMOUNT and DISTRIBUTION-COLUMN.
    """
    from corridor.programs.distribution.checks import warnings_of
    from corridor.programs.distribution.flags import flags

    unknown = sorted(set(amounts) - {pool.pool for pool in read.plan.pools})
    if unknown:
        raise _amount(read, unknown[0], f"The plan has no pool {unknown[0]!r}.")
    found = Distribution(
        read, recipients, flags(read, force, amounts), force.assumptions(["distribution.term"])
    )
    for place, pool in enumerate(read.plan.pools):
        _split_pool(found, pool, place, amounts)
    recipients.warnings.extend(warnings_of(read.plan, recipients.rows, recipients.file))
    return found


def _amount(read: ReadPlan, pool: str, what: str) -> CorridorError:
    return CorridorError(
        "DISTRIBUTION-AMOUNT",
        what,
        why="There is nothing to split.",
        todo=f"Give --amount {pool}=DOLLARS (a loss negative), or amount in the plan.",
        file=read.document.file.name,
        line=read.line("pools"),
        field=pool,
    )


def _split_pool(found: Distribution, pool: Pool, place: int, amounts: Mapping[str, float]) -> None:
    rows = found.recipients.rows
    if pool.column is not None:
        column = pool.column
        _needed(found, [column], place)
        total = sum(to_cents(row[column] or 0) for row in rows)
    elif pool.pool in amounts or pool.amount is not None:
        total = to_cents(amounts.get(pool.pool, pool.amount or 0.0))
    else:
        raise _amount(found.read, pool.pool, f"The pool {pool.pool} has no amount.")
    open_cents = total
    if pool.column is not None and pool.kept_by_earner:
        for row in rows:
            own = to_cents(row[pool.column] or 0)
            share = Fraction(str(pool.kept_by_earner))
            kept = split_cents(own, {"kept": share, "pooled": 1 - share})["kept"] if own else 0
            _line(found, pool, key_of(row), "kept by the earner", pool.column, kept, to_dollars(own), None)
            open_cents -= kept
    if pool.withholds:
        open_cents = _withholds(found, pool, open_cents, place)
    retained = 0
    if pool.retained and open_cents:
        share = Fraction(str(pool.retained))
        retained = split_cents(open_cents, {"kept": share, "split": 1 - share})["kept"]
        open_cents -= retained
    retained += _split_steps(found, pool, place, open_cents)
    given = [one for one in found.lines if one["pool"] == pool.pool and one["kind"] != RELEASED]
    found.pools.append(
        {
            "pool": pool.pool,
            "about": pool.about,
            "amount": to_dollars(total),
            "retained": to_dollars(retained),
            "distributed": to_dollars(sum(one["cents"] for one in given)),
            "withholds_released": to_dollars(
                sum(
                    one["cents"]
                    for one in found.lines
                    if one["pool"] == pool.pool and one["kind"] == RELEASED
                )
            ),
        }
    )


def _withholds(found: Distribution, pool: Pool, cents: int, place: int) -> int:
    """A loss is taken from what was held back first; the rest of it goes back. Returns what is left open."""
    _needed(found, ["withheld"], place)
    held = {key_of(row): to_cents(row["withheld"] or 0) for row in found.recipients.rows}
    covered = min(-cents, sum(held.values())) if cents < 0 else 0
    used = (
        split_cents(covered, {key: Fraction(one) for key, one in held.items()})
        if covered
        else dict.fromkeys(held, 0)
    )
    for key, own in held.items():
        if used[key]:
            _line(found, pool, key, "loss taken from withhold", "withheld", -used[key], to_dollars(own), None)
        _line(found, pool, key, RELEASED, "withheld", own, to_dollars(own), None)
    return cents + covered


def _split_steps(found: Distribution, pool: Pool, place: int, cents: int) -> int:
    """Split what is open; returns what gates forfeited to the organization."""
    rows = found.recipients.rows
    if not cents:
        return 0
    first = pool.steps[0]
    if first.among == "clinicians":
        return _step(found, pool, place, 0, cents, rows, "all clinicians")
    parts, retained = _shares(found, first, place, 0, cents, _practices(rows))
    if len(pool.steps) == 1:
        for by, key, amount, own, whole in parts:
            _line(found, pool, f"{key}{SEPARATOR}", "share", by, amount, own, whole, "practices")
        return retained
    totals: dict[str, int] = {}
    for by, key, amount, own, whole in parts:
        totals[key] = totals.get(key, 0) + amount
        record = {"pool": pool.pool, "tin": key, "by": by, "own": own, "of": whole}
        found.practices.append({**record, "dollars": to_dollars(amount)})
    for tin, amount in totals.items():
        inside = [row for row in rows if row["tin"] == tin]
        retained += _step(found, pool, place, 1, amount, inside, f"clinicians of {tin}")
    return retained


def _step(
    found: Distribution, pool: Pool, place: int, at: int, cents: int, rows: Sequence[Row], among: str
) -> int:
    members = [{**row, "key": key_of(row)} for row in rows]
    parts, forfeited = _shares(found, pool.steps[at], place, at, cents, members)
    for by, key, amount, own, whole in parts:
        _line(found, pool, key, "share", by, amount, own, whole, among)
    return forfeited


def _practices(rows: Sequence[Row]) -> list[Row]:
    """Practices with the sums of their clinicians; a score is the average over their panels."""
    found: dict[str, Row] = {}
    for row in rows:
        one = found.setdefault(row["tin"], {"tin": row["tin"], "key": row["tin"], "members": []})
        one["members"].append(row)
    for one in found.values():
        members = one["members"]
        for name in members[0]:
            if name in ("tin", "npi", "clinician_name", "line"):
                continue
            values = [row[name] for row in members]
            if name in ("quality_score", "in_network_share"):
                sizes = [float(row["panel"] or 0) for row in members]
                sizes = sizes if sum(sizes) > 0 else [1.0] * len(members)
                known = [(v, s) for v, s in zip(values, sizes, strict=True) if v is not None]
                weight = sum(s for _, s in known)
                one[name] = sum(float(v) * s for v, s in known) / weight if weight else None
            else:
                one[name] = (
                    None if all(v is None for v in values) else sum(float(v) for v in values if v is not None)
                )
        one["line"] = members[0]["line"]
    return list(found.values())


def _shares(
    found: Distribution, step: Step, place: int, at: int, cents: int, members: Sequence[Row]
) -> tuple[list[tuple[str, str, int, float | None, float | None]], int]:
    """(by, key, cents, own quantity, all of it) of each member, and what is forfeited to the organization."""
    terms = [one.by for one in step.weights if one.by != "equal"]
    names = [name for by in terms for name in PRODUCTS.get(by, (by,))]
    names += [gate.column for gate in step.gates]
    _needed(found, names, place, members)
    passed = {
        row["key"]
        for row in members
        if all(reaches(float(row[gate.column] or 0), gate.at_least) for gate in step.gates)
    }
    shares = {one.by: Fraction(str(one.share)) for one in step.weights}
    by_term = split_cents(cents, {str(by): share for by, share in shares.items()})
    found_parts: list[tuple[str, str, int, float | None, float | None]] = []
    forfeited = 0
    for by, amount in by_term.items():
        own = {row["key"]: _own(row, by) for row in members}
        kept = own if step.forfeited == "retain" else {key: own[key] for key in own if key in passed}
        whole = sum(kept.values(), Fraction(0))
        if not whole:
            # nobody has any of it, or nobody passes: the organization keeps it rather than a guess
            forfeited += amount
            continue
        for key, part in split_cents(amount, kept).items():
            if key not in passed:
                forfeited += part
            elif part:
                found_parts.append((by, key, part, float(own[key]), float(whole)))
    return found_parts, forfeited


def _own(row: Row, by: str) -> Fraction:
    """What a member has of the quantity, exactly."""
    exact = Fraction(1)
    for name in () if by == "equal" else PRODUCTS.get(by, (by,)):
        exact *= Fraction(str(float(row[name] or 0)))
    return exact


def _needed(
    found: Distribution, names: Sequence[str], place: int, members: Sequence[Row] | None = None
) -> None:
    rows = found.recipients.rows if members is None else members
    for name in names:
        if all(row[name] is None for row in rows):
            raise CorridorError(
                "DISTRIBUTION-COLUMN",
                f"No recipient has {name}, which the pool {found.read.plan.pools[place].pool} splits by.",
                why="The split would be a guess.",
                todo=f"Fill in the column {name}, or change the plan.",
                file=found.recipients.file,
                line=rows[0].get("line") if rows else None,
                field=name,
            )


def _line(
    found: Distribution,
    pool: Pool,
    key: str,
    kind: str,
    by: str,
    cents: int,
    own: float | None,
    whole: float | None,
    among: str = "",
) -> None:
    if not cents:
        return
    tin, _, npi = key.partition(SEPARATOR)
    found.lines.append(
        {
            "pool": pool.pool,
            "key": key,
            "tin": tin,
            "npi": npi,
            "kind": kind,
            "by": by,
            "own": own,
            "of": whole,
            "among": among,
            "cents": cents,
        }
    )
