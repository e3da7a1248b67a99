"""The report as one HTML file: no network, no outside fonts, works without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from corridor.reports.data import ReportData
from corridor.reports.palette import theme
from corridor.reports.tables import key_of
from corridor.reports.tieout import TieOut
from corridor.reports.views.clinician import clinician_page
from corridor.reports.views.dollars import dollars_section, levers_section
from corridor.reports.views.index import DEEPEST, Depth, Index
from corridor.reports.views.letters import Letter, letter
from corridor.reports.views.loads import tieout_section
from corridor.reports.views.method import METHOD, assumptions_section
from corridor.reports.views.opening import opening
from corridor.reports.views.people import people_section
from corridor.reports.views.scores import cost_section, scores_section
from corridor.reports.words import SYNTHETIC, counted, plain, real, short_dollars

_AMOUNT = re.compile(r"[−+±]?\$[\d,.]+[kM]?|−[\d.,]+%?")


SAMPLE = 12
"""Clinicians rendered to guess the size of the whole."""
LARGEST = 2_950_000
"""Bytes of the report: what every mail server and browser still takes."""

LONG_NAME = 24
_JOINT = re.compile(r"(?<=\w\w)[._](?=\w\w)")
_CODE = re.compile(r"`([^`]+)`")


def keep_amounts(words: str) -> Markup:
    """Words as markup: an amount never breaks between sign and digits, what stands in backticks is code."""
    kept = _AMOUNT.sub(r'<span class="k">\g<0></span>', str(escape(words)))
    return Markup(_CODE.sub(r"<code>\1</code>", kept))


def breaks(words: str) -> Markup:
    """Words as markup: a long name without blanks may break after a point or an underscore."""
    escaped = str(escape(words))
    if len(words) <= LONG_NAME:
        return Markup(escaped)
    return Markup(_JOINT.sub(r"\g<0><wbr>", escaped))


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("corridor.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["keep"] = keep_amounts
    environment.filters["breaks"] = breaks
    return environment


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    return (files("corridor.reports") / "templates" / name).read_text(encoding="utf-8")


def style() -> str:
    """Colours and layout as one style sheet."""
    return theme() + _asset("style.css")


def title_of(data: ReportData) -> str:
    """The title of the page."""
    whose = f"{data.organisation}: " if data.organisation else ""
    return f"{whose}Ambulatory Specialty Model, performance year {data.performance_year}"


def _about(data: ReportData) -> str:
    words = [f"Paid in {data.payment_years[0]}"] if data.payment_years else []
    if len(data.payment_years) > 1:
        words[0] += f", with the years to {data.payment_years[-1]}"
    words.append("from a spreadsheet" if data.door == "calculator" else "from claims")
    if data.finished:
        words.append(f"run of {data.finished[:10]}")
    return " · ".join(words)


def letters_of(index: Index) -> list[Letter]:
    """All letters, in the order of the clinicians."""
    return [letter(index, row) for row in index.data.clinicians]


def _pages(index: Index, letters: Sequence[Letter | None]) -> list[dict[str, Any]]:
    pages = []
    for row, one in zip(index.data.clinicians, letters, strict=True):
        score, amount = real(row.get("final_score")), real(row.get("dollars"))
        pages.append(
            {
                "it": clinician_page(index, row),
                "id": index.anchors[key_of(row)],
                "name": index.names[key_of(row)],
                "cohort": clinician_cohort(row),
                "score": "no score" if score is None else plain(score),
                "dollars": short_dollars(amount, signed=True),
                "tone": "" if not amount else "gain" if amount > 0 else "loss",
                "letter": one,
            }
        )
    return pages


def clinician_cohort(row: dict[str, Any]) -> str:
    """The cohort of a clinician in words."""
    from corridor.reports.words import cohort_name

    return cohort_name(row.get("cohort"))


def report_html(data: ReportData) -> str:
    """The whole report as text; the same data give the same text.

    Where it would be over `LARGEST` bytes, the pages of the clinicians hold less, and say so.
    """
    text = ""
    for level in range(_first_level(data), DEEPEST + 1):
        text = _report(Index(data, Depth(level)))
        if len(text.encode()) <= LARGEST:
            break
    return text


def _first_level(data: ReportData) -> int:
    """The first level worth trying: what a few clinicians take tells what all of them would."""
    count = len(data.clinicians)
    if count <= 3 * SAMPLE:
        return 0
    for level in range(DEEPEST):
        few, more = (
            len(_report(Index(replace(data, clinicians=data.clinicians[:size]), Depth(level))).encode())
            for size in (SAMPLE, 2 * SAMPLE)
        )
        if few + (count - SAMPLE) * (more - few) / SAMPLE <= 1.05 * LARGEST:
            return level
    return DEEPEST


def _report(index: Index) -> str:
    data = index.data
    letters = letters_of(index) if index.depth.letters else [None] * len(data.clinicians)
    sections = [
        people_section(index),
        scores_section(index),
        dollars_section(index),
        levers_section(index),
        cost_section(index),
    ]
    closing = [assumptions_section(index), tieout_section(data.tieout)]
    contents = [
        ("summary", "Summary"),
        ("eligibility", "Who is in"),
        ("scores", "Scores"),
        ("dollars", "Dollars"),
        ("levers", "Levers"),
        ("cost", "Episode cost"),
        ("clinicians", "Clinicians"),
        ("assumptions", "Assumptions"),
        ("tie-out", "Tie-out"),
        ("method", "Method"),
    ]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=title_of(data),
            about=_about(data),
            synthetic=SYNTHETIC if data.synthetic else "",
            style=style(),
            script=_asset("page.js"),
            contents=contents,
            opening=opening(index),
            sections=sections,
            pages=_pages(index, letters),
            pages_lead=counted(len(data.clinicians), "clinician")
            + ". Open one for score, measures and episodes.",
            pages_note=index.depth.note(),
            closing=closing,
            method=METHOD,
            footer=_footer(data),
        )
        + "\n"
    )


def _footer(data: ReportData) -> str:
    words = [f"Corridor {data.version}".strip()]
    if data.run_id:
        words.append(f"run {data.run_id}")
    words.append("an estimate: CMS's own figures decide what is paid")
    return ", ".join(words) + "."


def letters_html(data: ReportData) -> str:
    """All letters as one file that prints a page each."""
    return (
        _environment()
        .get_template("letters.html.j2")
        .render(title=title_of(data), style=style(), letters=letters_of(Index(data)))
        + "\n"
    )


def tieout_html(tieout: TieOut) -> str:
    """The tie-out alone as one file."""
    return (
        _environment()
        .get_template("tieout.html.j2")
        .render(style=style(), script=_asset("page.js"), it=tieout_section(tieout))
        + "\n"
    )
