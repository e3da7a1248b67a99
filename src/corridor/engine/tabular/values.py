"""One cell: its text, its value as a type, and what may be wrong with it, as SQL."""

from __future__ import annotations

from corridor.engine.connection import name as sql_name
from corridor.engine.connection import quote
from corridor.engine.tabular.layout import DATE_FORMATS, Column, Layout

_SHOWN = 40  # characters of a bad value that a message quotes
_KINDS = {
    "integer": "a whole number",
    "money": "an amount",
    "quantity": "a quantity",
    "number": "a number",
    "percent": "a percentage",
    "boolean": "yes or no",
}


def raw_name(column: Column) -> str:
    """What a column is called while it is text."""
    return sql_name(f"text of {column.name}")


def problem_struct(field: str, code: str, reason: str) -> str:
    """SQL of what is wrong with a row; ``reason`` is SQL text itself."""
    return f"{{'field': {quote(field)}, 'code': {quote(code)}, 'reason': {reason}}}"


def text_of(value: str, column: Column, layout: Layout) -> str:
    """A cell as text: trimmed, null where empty or one of the layout's marks for missing."""
    text = f"nullif(trim({value}, ' \t\u00a0'), '')"
    if layout.missing:
        marks = ", ".join(quote(mark.lower()) for mark in layout.missing)
        text = f"(case when lower({text}) not in ({marks}) then {text} end)"
    if column.bare:
        marked = f"contains({text}, '-') or contains({text}, ' ')"
        text = f"(case when {marked} then regexp_replace({text}, '[- ]', '', 'g') else {text} end)"
    if column.cut:
        text = f"left({text}, {column.cut})"
    if column.pad:
        digits = f"regexp_full_match({text}, '[0-9]+')"
        padded = f"lpad({text}, cast(greatest(len({text}), {column.pad}) as integer), '0')"
        # most values are long enough: no pattern is tried on those
        enough = f"len({text}) >= {column.pad}"
        text = f"(case when {enough} then {text} when {digits} then {padded} else {text} end)"
    return text


def typed_of(text: str, column: Column) -> str:
    """A cell as its type; null where it does not fit."""
    if column.values is not None:
        pairs = " ".join(
            f"when lower({text}) = {quote(str(written).lower())} then {_literal(meant)}"
            for written, meant in column.values.items()
            if meant is not None
        )
        return f"cast(case {pairs} end as {column.sql_type})" if pairs else f"cast(null as {column.sql_type})"
    if column.type == "date":
        formats = [f for base in (column.formats or DATE_FORMATS) for f in (base, f"{base} %H:%M:%S")]
        day = f"cast(try_strptime({text}, [{', '.join(map(quote, formats))}]) as date)"
        return f"(case when year({day}) between 1000 and 9999 then {day} end)"
    if column.type == "boolean":
        yes, no = "('yes', 'y', 'true', 't', '1')", "('no', 'n', 'false', 'f', '0')"
        return f"(case when lower({text}) in {yes} then true when lower({text}) in {no} then false end)"
    if column.type in ("integer", "money", "quantity", "number", "percent"):
        bare = rf"regexp_replace(replace(replace({text}, ',', ''), '$', ''), '^\((.+)\)$', '-\1')"
        if column.type == "percent":
            bare = f"trim(replace({bare}, '%', ''))"
        if column.type == "integer":
            bare = rf"regexp_replace({bare}, '\.0+$', '')"
            whole = f"regexp_full_match({bare}, '[-+]?[0-9]+')"
            return f"(case when {whole} then try_cast({bare} as {column.sql_type}) end)"
        number = f"try_cast({bare} as {column.sql_type})"
        return f"(case when isfinite({number}) then {number} end)" if column.sql_type == "DOUBLE" else number
    return f"upper({text})" if column.type == "code" else text


def _literal(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else quote(str(value))


def checks_of(column: Column) -> list[str]:
    """SQL that gives a problem, or null, for what may be wrong with a column."""
    text, typed = raw_name(column), sql_name(column.name)
    checks = []
    shown = "'the value'" if column.secret else f"'«' || left({text}, {_SHOWN}) || '»'"
    header = column.headers[0]

    def check(condition: str, code: str, reason: str) -> str:
        return f"case when {condition} then {problem_struct(header, code, reason)} end"

    if column.filled:
        checks.append(check(f"{text} is null", "no-value", "'there is no value'"))
    if column.values is not None:
        empty = [quote(written.lower()) for written, meant in column.values.items() if meant is None]
        known = f" and lower({text}) not in ({', '.join(empty)})" if empty else ""
        allowed = ", ".join(list(column.values)[:8])
        checks.append(
            check(
                f"{text} is not null and {typed} is null{known}",
                "unknown-value",
                f"{shown} || {quote(f' is not one of {allowed}')}",
            )
        )
    elif column.type == "date":
        written = " or ".join(_spoken(f) for f in (column.formats or DATE_FORMATS))
        checks.append(
            check(
                f"{text} is not null and {typed} is null",
                "bad-date",
                f"{shown} || {quote(f' is not a date like {written}')}",
            )
        )
    elif column.type in _KINDS:
        checks.append(
            check(
                f"{text} is not null and {typed} is null",
                f"bad-{column.type}",
                f"{shown} || {quote(f' is not {_KINDS[column.type]}')}",
            )
        )
    if column.least is not None or column.most is not None:
        bounds = [b for b in ((column.least, "<"), (column.most, ">")) if b[0] is not None]
        outside = " or ".join(f"{typed} {sign} {bound}" for bound, sign in bounds)
        span = " to ".join(f"{bound:,.15g}" for bound, _ in bounds if bound is not None)
        said = (
            f"outside {span}"
            if len(bounds) > 1
            else f"below {span}"
            if column.most is None
            else f"above {span}"
        )
        checks.append(check(outside, "out-of-range", f"{shown} || {quote(f' is {said}')}"))
    if column.pattern is not None:
        checks.append(
            check(
                f"{text} is not null and not regexp_full_match({typed}, {quote(column.pattern)})",
                "bad-form",
                f"{shown} || {quote(f' is not {column.about or column.pattern}')}",
            )
        )
    return checks


def _spoken(pattern: str) -> str:
    for mark, text in (("%Y", "yyyy"), ("%m", "mm"), ("%d", "dd"), ("%b", "Mon")):
        pattern = pattern.replace(mark, text)
    return pattern
