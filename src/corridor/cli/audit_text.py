"""What ``corridor audit`` shows on the screen: sums, then findings as a reader needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from corridor.jobs.audits import AuditAnswer, AuditSpec

WIDTH = 108
NO_FINDING = "no_finding"
"""Direction of an answer that asks nothing of anyone: it is no finding."""


def text_of(spec: AuditSpec, answer: AuditAnswer, limit: int) -> str:
    """The screen of an answer, with ``limit`` findings."""
    found = [row for row in answer.rows if row.get("direction") != NO_FINDING]
    quiet = [row for row in answer.rows if row.get("direction") == NO_FINDING]
    lines = [f"{spec.name}: {counted(len(found), 'finding')}. {spec.about}"]
    if quiet:
        lines.append(f"{counted(len(quiet), 'answer')} beside them ask for nothing.")
    if not found and not quiet:
        return "\n".join([*lines, "Nothing found.", ""])
    sums = [one for one in answer.summary if one.get("direction") != NO_FINDING]
    lines += _block(_by_kind([one for one in sums if one["by"] == "kind"]))
    lines += _block(_by_clinician([one for one in sums if one["by"] == "clinician"], limit))
    for column in spec.sums:
        lines += _block(_by_column(column, [one for one in sums if one["by"] == column], limit))
    if found and limit:
        lines += ["", "The sure ones first, among them the largest."]
    for row in found[:limit]:
        lines += _block(_finding(spec, row))
    if len(found) > limit:
        lines += _block([f"{len(found) - limit:,} more findings: --limit shows them, --out writes them"])
    lines += _block(_quiet(quiet, limit))
    if answer.assumptions:
        named = sorted({str(one["rule"]) for one in answer.assumptions})
        lines += _block(
            [f"{len(named):,} rules under these findings are not codified or official; --json lists them."]
        )
    return "\n".join([*lines, ""])


def counted(count: int, one: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{count:,} {one if count == 1 else one + 's'}"


def _block(lines: list[str]) -> list[str]:
    """Lines after a blank one; nothing for none."""
    return ["", *lines] if lines else []


def _by_kind(sums: list[dict[str, Any]]) -> list[str]:
    if not sums:
        return []
    lines = [
        f"{'kind':<30} {'direction':<14} {'findings':>9} {'sure':>7} {'dollars':>14} {'Medicare paid':>14}"
        "  precision*"
    ]
    for one in sums:
        known = "not measured" if one["precision"] is None else f"{one['precision']:.0%}"
        lines.append(
            f"{one['kind']:<30} {one['direction']:<14} {one['findings']:>9,} {one['sure']:>7,} "
            f"{_sum(one['dollars']):>14} {_sum(one['paid_dollars']):>14}  {known}"
        )
    lines.append("* Share of such findings that are right, measured on synthetic data, not on real claims.")
    return lines


def _by_clinician(sums: list[dict[str, Any]], limit: int) -> list[str]:
    if not sums or not limit:
        return []
    lines = [f"{'NPI':<12} {'TIN':<12} {'direction':<14} {'findings':>9} {'dollars':>14}"]
    for one in sums[:limit]:
        lines.append(
            f"{one['npi'] or '-':<12} {one['tin'] or '-':<12} {one['direction']:<14} {one['findings']:>9,} "
            f"{_sum(one['dollars']):>14}"
        )
    if len(sums) > limit:
        lines.append(f"... and {len(sums) - limit:,} more")
    return lines


def _by_column(column: str, sums: list[dict[str, Any]], limit: int) -> list[str]:
    if not sums or not limit:
        return []
    lines = [f"{column:<12} {'findings':>9} {'dollars':>14} {'Medicare paid':>14}"]
    for one in sums[:limit]:
        lines.append(
            f"{one['value']:<12} {one['findings']:>9,} {_sum(one['dollars']):>14} "
            f"{_sum(one['paid_dollars']):>14}"
        )
    if len(sums) > limit:
        lines.append(f"... and {len(sums) - limit:,} more")
    return lines


def _sum(value: Any) -> str:
    """Dollars summed; a hyphen where there are none: nothing paid, or nothing known."""
    return f"{value:,.2f}" if value else "-"


def _finding(spec: AuditSpec, row: dict[str, Any]) -> list[str]:
    """One finding as a reader needs it: the line, the other line, dollars, rule, what to do."""
    import textwrap

    head = f"{row['kind']} ({row['direction']}, {row['certainty']})  {_dollars(row['dollars'])}"
    place = f"  {_line(row, '')}"
    if row.get("other_claim_id") is not None:
        place += f"  against  {_line(row, 'other_')}"
    lines = [head, place]
    extra = [f"{name} {row[name]}" for name in spec.columns if row.get(name) is not None]
    if extra:
        lines += textwrap.wrap(", ".join(extra), WIDTH, initial_indent="  ", subsequent_indent="    ")
    for label, text in (("rule", f"{row['rule']}: {row['cite']}"), ("do", row["todo"])):
        lines += textwrap.wrap(f"{label}: {text}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    return lines


def _line(row: dict[str, Any], prefix: str) -> str:
    """Where a finding is: a claim line; an order; or, unbilled, a month of a person of the run."""
    claim, line = row.get(f"{prefix}claim_id"), row.get(f"{prefix}claim_line_number")
    code, day, npi = row.get(f"{prefix}hcpcs_code"), row.get(f"{prefix}service_date"), row.get(f"{prefix}npi")
    if claim is not None:
        where = f"claim {claim} line {'-' if line is None else line}"
    elif row.get("order_id") is not None:
        where = f"order {row['order_id']}"
    elif row.get("request_id") is not None:
        where = f"request {row['request_id']}"
    else:
        where, month = "not billed", str(row.get("month") or "")
        day = f"{month[:4]}-{month[4:]}" if month else day
        person = "" if row.get("person_id") is None else f" for person {row['person_id']}"
        return f"{where}: {code or '-'} in {day or '-'}{person} by {npi or '-'}"
    return f"{where}, {code or '-'} on {day or '-'} by {npi or '-'}"


def _quiet(rows: list[dict[str, Any]], limit: int) -> list[str]:
    """Answers that ask for nothing, one line each."""
    lines = [
        f"{_line(row, '')}: {row['result']}, {row['reason']}" for row in rows[:limit] if row.get("result")
    ]
    return ["Asks for nothing:", *(f"  {line}" for line in lines)] if lines else []


def _dollars(value: Any) -> str:
    return "-" if value is None else f"${value:,.2f}"
