"""The report as a whole: offline, accessible, adding up, free of identifiers and small cells, the same
every time.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import openpyxl
import pytest

from corridor.engine.catalogue import load_catalogue
from corridor.errors import CorridorError
from corridor.reports import ReportData, ReportFiles, terminal_summary, write_report
from corridor.reports.html import letters_html, report_html
from corridor.reports.tables import READINGS
from corridor.reports.views.index import Index
from corridor.reports.views.letters import letter
from corridor.reports.views.score import score_parts
from tests.reports.community import FakeRun

VOID = {"meta", "br", "input", "link", "img", "hr", "wbr"}


class Outline(HTMLParser):
    """Collects ids, links, headings and figures, and checks that tags close in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.headings: list[int] = []
        self.images: list[dict[str, str | None]] = []
        self.scopes: list[str | None] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if found.get("href"):
            self.links.append(str(found["href"]))
        self.sources += [str(found[name]) for name in ("src", "srcset", "action", "data") if found.get(name)]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "svg" and found.get("class", "") != "":
            self.images.append(found)
        if tag == "th":
            self.scopes.append(found.get("scope"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    found = Outline()
    found.feed(page)
    return found


def test_the_markup_closes_and_every_id_is_one(outline: Outline) -> None:
    assert outline.faults == [] and outline.open == []
    assert len(outline.ids) == len(set(outline.ids))


def test_every_link_leads_to_a_place_in_the_file(outline: Outline) -> None:
    assert outline.links and all(link.startswith("#") for link in outline.links)
    assert {link[1:] for link in outline.links} <= set(outline.ids)
    assert "npi-1999000000" in outline.ids


def test_nothing_is_fetched(page: str, outline: Outline) -> None:
    assert outline.sources == []
    assert not re.search(r"https?:|//[a-z]|@import|url\(", page)


def test_every_chart_has_a_name_and_every_heading_a_column(outline: Outline, page: str) -> None:
    assert outline.images and all(image.get("role") in ("img", "group") for image in outline.images)
    for image in outline.images:
        assert str(image["aria-labelledby"]) in page and str(image["aria-describedby"]) in page
    assert outline.headings[0] == 1 and set(outline.scopes) == {"col"}


def test_the_first_sentence_says_who_and_how_much(page: str, data: ReportData) -> None:
    total = math.fsum(row["dollars"] for row in data.dollars if row["payment_year"] == 2029)
    first = re.search(r'<h1 id="h-summary">(.*?)</h1>', page)
    assert first
    words = re.sub(r"<[^>]+>", "", first[1])
    assert words.startswith("Your 24 clinicians in the Ambulatory Specialty Model (ASM) are likely to ")
    assert ("gain" if total > 0 else "lose") in words
    assert f"${abs(total) / 1000:.0f}k in 2029" in words


def test_other_years_than_asked_for_are_said_first(data: ReportData) -> None:
    used = {
        "cohort": "heart_failure",
        "wanted_data_year": 2025,
        "data_year": 2026,
        "measure_year": 2026,
        "paid_year": 2026,
        "paid_year_is_whole": False,
    }
    text = report_html(replace(data, years_used=[used]))
    first = text[: text.index("</section>")]
    assert "Heart failure: episodes of 2026 stand for those of 2027." in first
    assert "who is in rests on claims of 2026, for 2025" in first
    assert "Part B payments are those of 2026, of which part is loaded" in first


def test_the_parts_of_every_score_sum_to_it(data: ReportData) -> None:
    index = Index(data)
    assert len(index.parts) == len(index.scored) == 23
    for row in index.scored:
        parts = index.parts[row["tin"], row["npi"]]
        assert parts.start == 100
        assert math.fsum([100, *(part.amount for part in parts.parts)]) == pytest.approx(
            row["final_score"], abs=1e-9
        )


def test_parts_of_a_worked_example() -> None:
    # asm.md 10.1: points 7.7, 7.3, 5.1, 6.3, 8.2 of 10 -> Q 0.692; C 0.77; PI -2.0; CPX +3.2; F 74.3.
    # A measure of five costs 50 x (10 - points) / 50 points: 005 takes (10 - 5.1) = 4.9 of them.
    points = {"492": 7.7, "008": 7.3, "005": 5.1, "236": 6.3, "377": 8.2}
    row = {
        "final_score": 74.3,
        "quality_score": 0.692,
        "cost_score": 0.77,
        "improvement_activities_adjustment": 0,
        "promoting_interoperability_adjustment": -2.0,
        "complex_patient_bonus": 3.2,
        "small_practice_bonus": 0,
    }
    measures = [{"measure_id": name, "points": value, "counted": True} for name, value in points.items()]
    law = {"quality_weight": 0.5, "cost_weight": 0.5, "maximum_measure_points": 10}
    parts = score_parts(row, measures, law)
    assert parts is not None
    amounts = {part.name: round(part.amount, 6) for part in parts.parts}
    assert amounts["ACE inhibitor, ARB or ARNI therapy"] == -4.9
    assert amounts["Episode cost"] == -11.5
    assert amounts["Promoting interoperability"] == -2.0 and amounts["Complex patient bonus"] == 3.2
    assert sum(amounts.values()) == pytest.approx(74.3 - 100)


def test_the_range_of_a_total_is_the_range_of_its_sums(data: ReportData) -> None:
    index = Index(data)
    first = index.totals[0]
    sums = [
        math.fsum(row["midpoints"][rule] for row in data.dollars if row["payment_year"] == 2029)
        for rule in ("cohort_median", "fixed")
    ]
    assert (first.low, first.high) == (min(sums), max(sums))
    assert first.dollars == pytest.approx(sums[0])
    # at risk: 9% of all Part B payments
    assert first.at_risk == pytest.approx(0.09 * sum(row["part_b_paid"] for row in data.clinicians))


def test_no_identifier_of_a_person_or_an_episode_leaves(files: ReportFiles, page: str) -> None:
    assert "1EG4TE5MK73" not in page and "[identifier] has a wrong digit" in page
    for word in ("person_id", "episode_id", "claim_id", "E000-0", "2026-0"):
        assert word not in page.replace("2026-02", "")
    for sheet in openpyxl.load_workbook(files.xlsx, read_only=True).worksheets:
        for line in sheet.iter_rows(values_only=True):
            assert not any(isinstance(cell, str) and "E000-" in cell for cell in line)
    for part in files.parquet_dir.glob("*.parquet"):
        names = [row[0] for row in duckdb.sql(f"describe select * from '{part}'").fetchall()]
        assert not {"person_id", "episode_id", "claim_id", "episode_start"} & set(names)


def test_small_counts_are_suppressed_everywhere(data: ReportData, files: ReportFiles, page: str) -> None:
    few = next(row for row in data.clinicians if row["attributed_episodes"] == 9)
    assert few["beneficiaries"] == 7
    assert not any(row["npi"] == few["npi"] for row in data.episodes)
    own = page[page.index(f'id="npi-{few["npi"]}"') :]
    own = own[: own.index('<details class="page"')]
    assert "Fewer than 11 episodes" in own and ">9<" not in own and ">7<" not in own
    assert not re.search(r"\b7 attributed episodes", page) and "&lt;11 attributed episodes" in page
    book = openpyxl.load_workbook(files.xlsx)
    heads = [cell.value for cell in book["clinicians"][1]]
    line = next(
        row for row in book["clinicians"].iter_rows(min_row=2, values_only=True) if row[1] == few["npi"]
    )
    assert line[heads.index("Episodes")] == "<11" and line[heads.index("Beneficiaries")] == "<11"
    found = duckdb.sql(
        f"select attributed_episodes, attributed_episodes_suppressed from "
        f"'{files.parquet_dir}/clinicians.parquet' "
        f"where npi = '{few['npi']}'"
    ).fetchall()
    assert found == [(None, True)]


def test_the_same_data_give_the_same_bytes(data: ReportData, files: ReportFiles, tmp_path: Path) -> None:
    again = write_report(data, tmp_path / "again")
    for one, other in zip(_all(files), _all(again), strict=True):
        assert one.name == other.name
        assert hashlib.sha256(one.read_bytes()).digest() == hashlib.sha256(other.read_bytes()).digest(), (
            one.name
        )


def _all(files: ReportFiles) -> list[Path]:
    return [files.html, files.letters, files.xlsx, *sorted(files.parquet_dir.glob("*.parquet"))]


def test_the_workbook_opens_and_its_totals_are_those_of_the_data(
    data: ReportData, files: ReportFiles
) -> None:
    book = openpyxl.load_workbook(files.xlsx)
    assert book.sheetnames == [
        "summary",
        "clinicians",
        "measures",
        "episodes",
        "episode dollars",
        "dollars by year",
        "levers",
        "eligibility",
        "assumptions",
        "tie-out",
        "dollars by month",
    ]
    page = book["dollars by year"]
    heads = [cell.value for cell in page[1]]
    place = heads.index("Dollars")
    total = math.fsum(line[place] for line in page.iter_rows(min_row=2, values_only=True))
    assert total == pytest.approx(math.fsum(row["dollars"] for row in data.dollars), abs=1e-6)
    assert page.freeze_panes == "B2" and page.auto_filter.ref is not None
    assert page.cell(2, place + 1).number_format.startswith('"$"')
    assert book["episodes"].max_row == len(data.episodes) + 1


def test_parquet_holds_the_same_rows(data: ReportData, files: ReportFiles) -> None:
    found = duckdb.sql(
        f"select count(*), sum(dollars) from '{files.parquet_dir}/dollars_by_year.parquet'"
    ).fetchall()
    assert found[0][0] == len(data.dollars)
    assert found[0][1] == pytest.approx(math.fsum(row["dollars"] for row in data.dollars))


def test_a_letter_has_the_dollars_and_three_actions(data: ReportData) -> None:
    index = Index(data)
    for row in data.clinicians:
        one = letter(index, row)
        assert len(one.actions) == 3 and len({words for words, _ in one.actions}) == 3
        if row["final_score"] is None:
            assert one.subject.endswith("are not expected to change")
        else:
            assert f"{'loss' if row['dollars'] < 0 else 'gain'} of" in one.paragraphs[2]
    assert letters_html(data).count('<article class="letter"') == len(data.clinicians)


def test_a_report_that_leaves_the_house_has_no_single_episode(run: FakeRun) -> None:
    outside = ReportData.from_run(run, detail=False)
    assert outside.episodes == [] and outside.services == {}
    assert "Timeline of" not in report_html(outside)


def test_every_table_the_report_reads_is_a_step() -> None:
    assert {reading.table for reading in READINGS} <= set(load_catalogue().steps)


class Without:
    """The run without some of its tables."""

    def __init__(self, run: FakeRun, *tables: str) -> None:
        self.home, self.run_id, self.manifest = run.home, run.run_id, run.manifest
        self.query = run.query
        self.kept = run.tables - set(tables)

    def has(self, table: str) -> bool:
        return table in self.kept


def test_what_is_not_there_says_what_to_load(run: FakeRun) -> None:
    bare = ReportData.from_run(Without(run, *run.tables))
    empty = report_html(bare)
    assert "No clinician is in the Ambulatory Specialty Model" in empty
    for command in ("corridor load quality FILE", "corridor load cclf DIR", "corridor reference add FILE"):
        assert command in empty
    assert "\nNo clinician is in the Ambulatory" in terminal_summary(bare)


@pytest.mark.parametrize(
    "table",
    [
        "asm.eligibility",
        "asm.measure_score",
        "asm.dollars_by_year",
        "asm.lever",
        "asm.national_cohort",
        "measures.asm_cost",
        "asm.clinician_input",
        "episodes.chronic_cost",
        "claims.quality_count",
    ],
)
def test_a_table_that_is_missing_costs_its_section_only(run: FakeRun, table: str) -> None:
    data = ReportData.from_run(Without(run, table))
    assert "npi-1999000000" in report_html(data) and terminal_summary(data)


def test_a_hundred_clinicians_stay_under_three_megabytes(home: Path) -> None:
    assert len(report_html(ReportData.from_run(FakeRun(home, clinicians=100))).encode()) < 3_000_000


def test_the_terminal_summary_fits_a_terminal(data: ReportData) -> None:
    text = terminal_summary(data, "report.html")
    assert max(map(len, text.splitlines())) <= 100
    assert text.rstrip().endswith("Report: report.html")
    for words in ("Heart failure", "Low back pain", "2033", "Lose most in 2029", "Dr. Katsura"):
        assert words in text


def test_a_name_is_never_markup(data: ReportData) -> None:
    rows = [{**data.clinicians[0], "clinician_name": "<script>alert(1)</script> & Co"}, *data.clinicians[1:]]
    text = report_html(replace(data, clinicians=rows))
    assert "<script>alert" not in text and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in text


def test_a_folder_that_cannot_be_written_is_named(data: ReportData, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(CorridorError) as found:
        write_report(data, tmp_path / "file" / "out")
    assert found.value.code == "REPORT-FOLDER" and "--out" in found.value.todo
