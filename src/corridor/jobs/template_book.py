"""A form as an Excel file: the sheet to fill in, what each column means, and the rules it serves."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from corridor.errors import CorridorError
from corridor.jobs.template import Field, Template
from corridor.law import RulesInForce
from corridor.reports.palette import LIGHT

ROWS = 2_000
"""Rows with checks below the header; more can be filled in all the same."""

EPOCH = datetime.datetime(2000, 1, 1)
FORM, COLUMNS, NOTES, LISTS = "Form", "Columns", "Notes", "Lists"
HEADER = 4  # rows above the header: title, what it is, how to use it, what each column holds
_FORMATS = {"money": "#,##0.00", "integer": "0", "date": "yyyy-mm-dd"}
_TEXTS = ("text", "list", "boolean")
_LONGEST_MESSAGE = 255
_NARROW, _WIDE = 11, 26
_MOST = 999_999_999_999


def write_template(path: Path, template: Template, force: RulesInForce, blank: bool = False) -> None:
    """Write the form; ``blank``: without the worked rows. The same form gives the same bytes.

    Raises TEMPLATE-OUT for a name that is no .xlsx or a folder that is not there, TEMPLATE-EXISTS for a file
    that is there already.
    """
    _check_out(path)
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": template.title, "created": EPOCH, "comments": f"form {template.name}"})
    book.formats[0].set_font_color(LIGHT["ink"])
    _form(book, template, blank)
    _columns(book, template)
    _notes(book, template, force)
    _lists(book, template)
    book.close()


def _check_out(path: Path) -> None:
    if path.suffix.lower() != ".xlsx" or not path.resolve().parent.is_dir():
        raise CorridorError(
            "TEMPLATE-OUT",
            "A form cannot be written there.",
            why="It is an Excel file in a folder that exists.",
            todo="Name a file that ends in .xlsx, in a folder that is there.",
            file=path,
            field="--out",
        )
    if path.exists():
        raise CorridorError(
            "TEMPLATE-EXISTS",
            "There is a file of that name already.",
            why="Somebody may have filled it in.",
            todo="Name another file with --out, or move that one away.",
            file=path,
            field="--out",
        )


def _form(book: Any, template: Template, blank: bool) -> None:
    sheet = book.add_worksheet(FORM)
    title = book.add_format({"bold": True, "font_size": 16, "font_color": LIGHT["accent"]})
    soft = book.add_format({"font_color": LIGHT["soft"]})
    sheet.write_string(0, 0, template.title, title)
    sheet.write_string(1, 0, " ".join(template.about.split()), soft)
    example = "The first rows are an example: write over them. " if template.worked and not blank else ""
    said = f"{example}Dark columns are required. Each column is explained on the sheet {COLUMNS}."
    sheet.write_string(2, 0, said, soft)
    base = {"text_wrap": True, "valign": "top", "border": 1, "border_color": LIGHT["rule"]}
    unit = book.add_format({**base, "font_size": 9, "font_color": LIGHT["soft"], "bg_color": LIGHT["wash"]})
    must = book.add_format({**base, "bold": True, "font_color": LIGHT["paper"], "bg_color": LIGHT["accent"]})
    may = book.add_format({**base, "bold": True, "font_color": LIGHT["ink"], "bg_color": LIGHT["band"]})
    sheet.set_row(0, 26)
    sheet.set_row(HEADER - 1, 40)
    sheet.set_row(HEADER, 32)
    lists = _list_places(template)
    for place, field in enumerate(template.fields):
        kind = {"num_format": _FORMATS.get(field.kind, "@" if field.kind in _TEXTS else "General")}
        sheet.set_column(place, place, _width(field), book.add_format(kind))
        sheet.write_string(HEADER - 1, place, field.unit, unit)
        sheet.write_string(HEADER, place, field.name, must if field.required else may)
        check = _validation(field, lists.get(field.name))
        sheet.data_validation(HEADER + 1, place, HEADER + ROWS, place, check)
        worked = {**kind, "italic": True, "font_color": LIGHT["soft"], "bg_color": LIGHT["wash"]}
        style = book.add_format(worked)
        for number, row in enumerate(() if blank else template.worked, start=HEADER + 1):
            _cell(sheet, number, place, field, row.get(field.name), style)
    sheet.freeze_panes(HEADER + 1, min(2, len(template.fields)))
    sheet.autofilter(HEADER, 0, HEADER + ROWS, len(template.fields) - 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER)


def _cell(sheet: Any, row: int, place: int, field: Field, value: Any, style: Any) -> None:
    if value is None or value == "":
        sheet.write_blank(row, place, None, style)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, place, datetime.datetime(value.year, value.month, value.day), style)
    elif isinstance(value, bool):
        sheet.write_string(row, place, "Yes" if value else "No", style)
    elif field.kind in _TEXTS:
        sheet.write_string(row, place, str(value), style)
    else:
        sheet.write_number(row, place, float(value), style)


def _width(field: Field) -> float:
    longest = max([len(field.name) + 3, *(len(choice) + 3 for choice in field.choices)])
    return float(min(max(longest, _NARROW), _WIDE))


def _validation(field: Field, listed: str | None) -> dict[str, Any]:
    """Excel's check of a column: lists warn (the door takes other spellings), numbers and dates stop."""
    needed = " Required in every row." if field.filled else ""
    message = f"{field.about or field.name}. Unit: {field.unit}.{needed}"
    common = {
        "input_title": field.name[:32],
        "input_message": message[:_LONGEST_MESSAGE],
        "ignore_blank": True,
        "error_title": field.name[:32],
        "error_message": f"{_expected(field)}"[:_LONGEST_MESSAGE],
    }
    if listed is not None:
        return {**common, "validate": "list", "source": listed, "error_type": "warning"}
    if field.kind == "date":
        bounds = {"minimum": datetime.date(1900, 1, 1), "maximum": datetime.date(2199, 12, 31)}
        return {**common, "validate": "date", "criteria": "between", **bounds}
    if field.kind in ("integer", "money", "quantity", "number", "percent"):
        what = "integer" if field.kind == "integer" else "decimal"
        low = -_MOST if field.least is None else _plain(field.least)
        high = _MOST if field.most is None else _plain(field.most)
        return {**common, "validate": what, "criteria": "between", "minimum": low, "maximum": high}
    return {**common, "validate": "any"}


def _plain(bound: float) -> float:
    return int(bound) if float(bound).is_integer() else bound


def _expected(field: Field) -> str:
    parts = [f"{field.name} takes: {field.unit}"]
    if field.least is not None:
        parts.append(f"at least {field.least:g}")
    if field.most is not None:
        parts.append(f"at most {field.most:g}")
    if field.choices:
        parts.append(", ".join(field.choices))
    return "; ".join(parts) + "."


def _columns(book: Any, template: Template) -> None:
    sheet = book.add_worksheet(COLUMNS)
    rows = []
    for field in template.fields:
        needed = "every row" if field.filled else "the column" if field.required else ""
        bounds = [] if field.least is None else [f"from {field.least:g}"]
        bounds += [] if field.most is None else [f"to {field.most:g}"]
        allowed = ", ".join(field.choices) or " ".join(bounds)
        rows.append((field.name, field.about, field.unit, needed, allowed, ", ".join(field.names)))
    heads = (("Column", 28), ("What to write", 70), ("Unit", 24), ("Required", 12), ("Allowed", 44))
    _table(book, sheet, 0, (*heads, ("Other names taken", 44)), rows)


def _notes(book: Any, template: Template, force: RulesInForce) -> None:
    sheet = book.add_worksheet(NOTES)
    bold = book.add_format({"bold": True, "font_color": LIGHT["accent"], "font_size": 12})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.merge_range(0, 0, 0, 4, template.title, bold)
    lines = (
        " ".join(template.about.split()),
        f"Read by: {template.source}. Save the filled form and give its name to that command.",
        "Columns may stand in any order; those that are not needed may be taken out. Blank rows are passed "
        "over. Numbers of clinicians, practices and claims are text: leading zeros stay.",
        "Nothing that names a patient belongs in this file: use your own numbers.",
        "Status of a rule: codified is regulation text, official a CMS document or data, secondary a source "
        "that quotes it, proposed not final, assumed Corridor's own. Each can be changed in corridor.toml.",
    )
    for row, text in enumerate(lines, start=1):
        sheet.merge_range(row, 0, row, 4, text, wrap)
        sheet.set_row(row, 34)
    rules = [one for name in force.rules.names(template.program) for one in force.history(name)[-1:]]
    rows = [(one.name, " ".join(one.about.split()), one.unit, one.status, one.cite) for one in rules]
    heads = (("Rule", 40), ("What it is", 70), ("Unit", 16), ("Status", 12), ("Source", 70))
    _table(book, sheet, len(lines) + 2, heads, rows)


def _table(book: Any, sheet: Any, top: int, heads: Any, rows: Any) -> None:
    head = book.add_format({"bold": True, "font_color": LIGHT["paper"], "bg_color": LIGHT["accent"]})
    cell = book.add_format({"text_wrap": True, "valign": "top", "bottom": 1, "bottom_color": LIGHT["rule"]})
    sheet.hide_gridlines(2)
    for place, (name, width) in enumerate(heads):
        sheet.set_column(place, place, width)
        sheet.write_string(top, place, name, head)
        for number, row in enumerate(rows, start=top + 1):
            sheet.write_string(number, place, str(row[place] or ""), cell)
    sheet.freeze_panes(top + 1, 1)


def _listed(template: Template) -> list[tuple[str, tuple[str, ...]]]:
    out = [(one.name, one.choices) for one in template.fields if one.choices]
    return [*out, *((one.name, ("Yes", "No")) for one in template.fields if one.kind == "boolean")]


def _list_places(template: Template) -> dict[str, str]:
    """Where the choices of each column stand, as a range."""
    places = {}
    for place, (name, choices) in enumerate(_listed(template)):
        column = xlsxwriter.utility.xl_col_to_name(place, col_abs=True)
        places[name] = f"={LISTS}!{column}$1:{column}${len(choices)}"
    return places


def _lists(book: Any, template: Template) -> None:
    listed = _listed(template)
    if not listed:
        return
    sheet = book.add_worksheet(LISTS)
    for place, (_, choices) in enumerate(listed):
        sheet.write_column(0, place, choices)
    sheet.hide()
