"""Forms: each is neat, checks what is typed, and its worked example is answered by its door."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from corridor.cli.main import app
from corridor.engine.tabular import load_layouts
from corridor.engine.tabular.form import read_form
from corridor.errors import CorridorError
from corridor.jobs import template as forms
from corridor.jobs.context import Context, open_context
from corridor.jobs.template_book import COLUMNS, FORM, HEADER, LISTS, NOTES, write_template

NAMES = (
    *load_layouts("form"),
    *("asm", "asm_scores", "mips", "mips_scores", "risk_people", "risk_diagnoses"),
    *("provider_roster", "participant_list", "quality_result", "category_attestation", "aco_terms"),
    *("measure_counts", "measure_patients", "asm_evidence", "asm_arrangement"),
)
# form -> the command that reads it, and what its answer must hold for the worked example
DOORS: dict[str, tuple[list[str], int]] = {
    "asm": (["settle", "asm", "FILE", "--year", "2027"], 2),
    "asm_scores": (["settle", "asm", "FILE", "--year", "2027"], 6),
    "mips": (["settle", "mips", "FILE", "--national"], 2),
    "mips_scores": (["settle", "mips", "FILE", "--national"], 3),
    "low_volume": (["settle", "low-volume", "FILE"], 1),
    "qp": (["settle", "qp", "FILE"], 1),
    "mssp": (["settle", "mssp", "FILE", "--year", "2026"], 3),
    "mssp_benchmark": (["settle", "mssp", "FILE", "--year", "2024"], 1),
    "iota": (["settle", "iota", "FILE", "--year", "2026"], 1),
    "iota_transplants": (["iota", "count", "FILE"], 1),
    "iota_waitlist": (["iota", "notices", "FILE"], 1),
    "wiser": (["settle", "wiser", "FILE"], 1),
    "reach": (["settle", "reach", "FILE"], 1),
    "lead": (["settle", "lead", "FILE"], 1),
    "team": (["settle", "team", "FILE"], 1),
    "team_schedule": (["team", "board", "FILE", "--as-of", "2026-03-20"], 1),
    "ahead": (["settle", "ahead", "FILE", "--year", "2026"], 2),
    "tracks": (["tracks", "FILE", "--draws", "100"], 212),
    "claims_to_check": (["audit", "conflicts", "FILE"], 1),
    "prior_auth_orders": (["audit", "prior-auth", "FILE"], 1),
    "prior_auth_requests": (["audit", "affirmations", "FILE"], 1),
    "drug_lines": (["audit", "skin-substitutes", "FILE"], 1),
    "impact_volumes": (["impact", "FILE"], 1),
    "price_lines": (["price", "--file", "FILE"], 3),
    "apcm_panel": (["apcm", "FILE"], 1),
    "apcm_counts": (["apcm", "FILE"], 1),
    "contract_payments": (["contract", "triangle", "FILE"], 3),
}
# answered by tests of their own: they need more than one file
OTHERWISE = {
    *("overpayment_review", "risk_people", "risk_diagnoses", "qpp_results", "qpp_evidence"),
    *("contract_figures", "contract_quality", "contract_episodes", "contract_followup", "contract_prices"),
    *("contract_units", "distribution_recipients", "distribution_adjustments", "team_prices"),
}
LOADS = {
    "provider_roster": "roster",
    "participant_list": "participants",
    "aco_terms": "aco-terms",
    "quality_result": "quality",
    "category_attestation": "attestation",
    "measure_counts": "quality-results",
    "measure_patients": "quality-results",
    "asm_evidence": "asm-evidence",
    "asm_arrangement": "asm-evidence",
}


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return open_context(home=tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def books(context: Context, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("forms")
    for name, one in forms.templates(context.force).items():
        write_template(folder / f"{name}.xlsx", one, context.force)
    return folder


def workbook(path: Path) -> Any:
    return load_workbook(path)


def answer(arguments: list[str]) -> dict[str, Any]:
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 0, f"{result.exception!r} {result.output[-500:]}"
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_every_form_is_listed(context: Context) -> None:
    assert set(forms.templates(context.force)) == set(NAMES)
    assert set(DOORS) | set(LOADS) | OTHERWISE == set(NAMES), "a form without a round trip"


@pytest.mark.parametrize("name", NAMES)
def test_a_form_is_neat(name: str, books: Path, context: Context) -> None:
    one = forms.template(name, context.force)
    book = workbook(books / f"{name}.xlsx")
    sheet = book[FORM]
    assert book.sheetnames[:3] == [FORM, COLUMNS, NOTES] and sheet["A1"].value == one.title
    header = [cell.value for cell in sheet[HEADER + 1]]
    assert header == [field.name for field in one.fields]
    assert [cell.value for cell in sheet[HEADER]] == [field.unit for field in one.fields]
    assert sheet.freeze_panes is not None and sheet.freeze_panes.endswith(str(HEADER + 2))
    colors = {cell.value: cell.fill.start_color.rgb == "FF1B4F91" for cell in sheet[HEADER + 1]}
    assert colors == {field.name: field.required for field in one.fields}
    assert all(field.about for field in one.fields), "a column without a word"
    assert one.worked and sheet.cell(HEADER + 2, 1).font.italic
    checks = sheet.data_validations.dataValidation
    assert len(checks) == len(one.fields)
    assert all(check.prompt and check.promptTitle for check in checks)
    explained = [row[0].value for row in book[COLUMNS].iter_rows(min_row=2)]
    assert explained == header
    if any(field.choices or field.kind == "boolean" for field in one.fields):
        assert book[LISTS].sheet_state == "hidden"
    sources = [row[4].value for row in book[NOTES].iter_rows(min_row=9)]
    assert sources and all(sources)


def test_checks_are_those_of_the_layout(books: Path) -> None:
    sheet = workbook(books / "low_volume.xlsx")[FORM]
    by_column = {str(check.sqref)[0]: check for check in sheet.data_validations.dataValidation}
    money, patients = by_column["C"], by_column["D"]
    assert (money.type, money.formula1, money.operator) == ("decimal", "0", None)  # between
    assert (patients.type, patients.formula1) == ("whole", "0")
    assert "dollars of allowed charges" in money.prompt and "Unit: dollars" in money.prompt
    orders = workbook(books / "prior_auth_orders.xlsx")
    setting = next(c for c in orders[FORM].data_validations.dataValidation if c.promptTitle == "setting")
    assert setting.type == "list" and setting.formula1.startswith(LISTS)
    listed = [cell.value for cell in orders[LISTS]["A"] if cell.value]
    assert listed[:3] == ["hopd", "asc", "office"]
    day = next(c for c in orders[FORM].data_validations.dataValidation if c.promptTitle == "service_date")
    assert day.type == "date"


@pytest.mark.parametrize("name", list(load_layouts("form")))
def test_the_worked_example_reads_back(name: str, books: Path, context: Context) -> None:
    one = forms.template(name, context.force)
    form = read_form(books / f"{name}.xlsx", name)
    assert form.warnings == [] and form.absent == ()
    assert form.lines == list(range(HEADER + 2, HEADER + 2 + len(one.worked)))
    for read, written in zip(form.rows, one.worked, strict=True):
        for column, value in written.items():
            if isinstance(value, int | float) and not isinstance(value, bool):
                assert float(read[column]) == pytest.approx(float(value)), column
            elif isinstance(value, date):
                assert read[column] == value
            elif value == "":
                assert read[column] is None


@pytest.mark.parametrize("name", list(DOORS))
def test_the_worked_example_is_answered(
    name: str, books: Path, pfs_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(pfs_home))
    arguments, least = DOORS[name]
    file = str(books / f"{name}.xlsx")
    found = answer([file if one == "FILE" else one for one in arguments])
    assert len(found["rows"]) >= least


def test_the_conflict_of_the_worked_example_is_found(
    books: Path, pfs_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # G0557 and 99490 by one clinician in June 2026
    monkeypatch.setenv("CORRIDOR_HOME", str(pfs_home))
    (row,) = answer(["audit", "conflicts", str(books / "claims_to_check.xlsx")])["rows"]
    assert row["kind"] == "apcm_with_care_management" and row["dollars"] == pytest.approx(66.13)


@pytest.mark.parametrize(
    ("audit", "form", "kind"),
    [
        ("g2211", "claims_to_check", "g2211_with_25"),
        ("wellness", "claims_to_check", "wellness_too_soon"),
        ("duplicates", "claims_to_check", "duplicate_claim"),
        ("telehealth", "claims_to_check", "telehealth_code_not_payable"),
        ("drugs", "drug_lines", "wastage_both"),
        ("skin-substitutes", "drug_lines", "skin_substitute_without_application"),
    ],
)
def test_every_audit_finds_something_in_the_worked_example(
    audit: str, form: str, kind: str, books: Path, pfs_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(pfs_home))
    rows = answer(["audit", audit, str(books / f"{form}.xlsx")])["rows"]
    assert kind in {row["kind"] for row in rows}


@pytest.mark.parametrize("name", NAMES)
def test_a_form_names_the_commands_that_read_it(name: str, context: Context) -> None:
    commands = forms.template(name, context.force).commands("our form.xlsx")
    assert commands and all(one.startswith("corridor ") and '"our form.xlsx"' in one for one in commands)


@pytest.mark.parametrize("name", ["asm", "asm_scores"])
def test_clinicians_of_worked_examples_have_valid_numbers(name: str, context: Context) -> None:
    worked = forms.template(name, context.force).worked
    for row in worked:
        # the check digit of an NPI is Luhn's over 80840 and the number
        digits = [int(one) for one in reversed("80840" + row["npi"])]
        total = sum(sum(divmod(2 * one, 10)) if at % 2 else one for at, one in enumerate(digits))
        assert total % 10 == 0, row["npi"]
    if name == "asm_scores":
        assert sorted(row["cohort"] for row in worked) == ["heart_failure"] * 3 + ["low_back_pain"] * 3


def test_a_wrong_file_names_the_form_and_its_columns(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("colour,shape\nred,round\n", encoding="utf-8")
    for form in ("qp", "price_lines"):
        with pytest.raises(CorridorError) as refused:
            read_form(wrong, form)
        assert refused.value.code == "TABULAR-MISSING-COLUMN"
        assert f"corridor template {form}" in (refused.value.todo or "")
    with pytest.raises(CorridorError) as refused:
        read_form(wrong, "qp")
    assert "attributed_payments" in refused.value.what


@pytest.mark.parametrize("name", list(LOADS))
def test_a_filled_list_loads(name: str, books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    answer(["load", LOADS[name], str(books / f"{name}.xlsx")])


def test_the_two_forms_of_risk_give_scores(
    books: Path, test_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.population.risk_bench import installed_home

    installed_home(tmp_path / "home")
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    files = [str(books / f"risk_{one}.xlsx") for one in ("people", "diagnoses")]
    found = answer(["risk", *files, "--model", "v28", "--year", "2026"])
    assert [row["person_id"] for row in found["rows"]] == ["P-17", "P-18"]
    assert all(row["raw_score"] > 0 for row in found["rows"])


def test_a_blank_form_has_no_example(context: Context, tmp_path: Path) -> None:
    write_template(tmp_path / "a.xlsx", forms.template("qp", context.force), context.force, blank=True)
    sheet = workbook(tmp_path / "a.xlsx")[FORM]
    assert all(cell.value is None for cell in sheet[HEADER + 2])
    assert "example" not in sheet["A3"].value


def test_the_same_form_gives_the_same_bytes(context: Context, tmp_path: Path) -> None:
    one = forms.template("low_volume", context.force)
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, one, context.force)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_what_is_refused(context: Context, tmp_path: Path) -> None:
    with pytest.raises(CorridorError) as refused:
        forms.template("nothing", context.force)
    assert refused.value.code == "TEMPLATE-UNKNOWN"
    one = forms.template("qp", context.force)
    for path in (tmp_path / "a.csv", tmp_path / "no" / "a.xlsx"):
        with pytest.raises(CorridorError) as refused:
            write_template(path, one, context.force)
        assert refused.value.code == "TEMPLATE-OUT"
    (tmp_path / "a.xlsx").write_text("filled")
    with pytest.raises(CorridorError) as refused:
        write_template(tmp_path / "a.xlsx", one, context.force)
    assert refused.value.code == "TEMPLATE-EXISTS" and (tmp_path / "a.xlsx").read_text() == "filled"


def test_an_example_that_does_not_fit_is_a_damaged_form() -> None:
    field = forms.Field("npi", "text", "text", "the clinician", required=True, filled=True)
    for row in ({"npi": "1", "tni": "2"}, {}):
        with pytest.raises(CorridorError) as refused:
            forms._check(forms.Template("x", "X", "", "", "", (field,), (row,)))
        assert refused.value.code == "TEMPLATE-FORM"
