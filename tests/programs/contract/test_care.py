"""Statements, renewal and disputes: what they say, what they hide, what cannot be changed afterwards."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.programs.command import corridor

Capture = pytest.CaptureFixture[str]
HARBOR = Path(__file__).parents[3] / "docs" / "contracts" / "harbor-shared-savings"
CONTRACT, QUALITY = HARBOR.with_suffix(".yaml"), HARBOR.with_suffix(".quality.csv")
MONTHLY, PAYMENTS = HARBOR.with_suffix(".monthly.csv"), HARBOR.with_suffix(".payments.csv")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    return tmp_path


def test_a_statement_with_claims_to_come(home: Path, capsys: Capture) -> None:
    given = (CONTRACT, MONTHLY, "--quality", QUALITY, "--payments", PAYMENTS, "--month", 202604)
    found = corridor(capsys, "contract", "statement", *given, "--json").json()
    whole, one, other = found["rows"]
    assert (whole["tin"], one["tin"], other["tin"]) == (None, "990000001", "990000002")
    assert [row["month"] for row in whole["monthly"]] == [202601, 202602, 202603, 202604]
    for at, row in enumerate(whole["monthly"]):
        parts = [statement["monthly"][at] for statement in (one, other)]
        assert row["expenditure"] == pytest.approx(sum(part["expenditure"] for part in parts))
        assert row["benchmark"] == pytest.approx(457.60 * row["member_months"])
    settlement = next(part for part in whole["parts"] if part["part"] == "settlement_dollars")
    assert settlement["low"] < settlement["dollars"] < settlement["high"]
    months = whole["monthly"]
    assert all(row["pmpm_low"] <= row["pmpm"] <= row["pmpm_high"] for row in months)
    assert whole["ibnr"]["low"] < whole["ibnr"]["ibnr"] < whole["ibnr"]["high"]


@pytest.mark.parametrize("more", [("--payments", PAYMENTS), ()])
def test_months_and_practices_add_up_to_the_settlement(more: tuple[object, ...], capsys: Capture) -> None:
    given = (CONTRACT, MONTHLY, "--quality", QUALITY, *more)
    whole = corridor(capsys, "contract", "statement", *given, "--json").json()["rows"][0]
    parts = {one["part"]: one["dollars"] for one in whole["parts"]}
    for table in ("monthly", "practices"):
        sums = {
            name: sum(row[name] for row in whole[table])
            for name in ("expenditure", "benchmark", "difference")
        }
        assert list(sums.values()) == pytest.approx(
            [
                parts["performance_expenditure"],
                parts["benchmark_expenditure"],
                parts["generated_savings_or_losses"],
            ]
        )


def test_payments_by_stratum_are_in_the_months(home: Path, capsys: Capture) -> None:
    """Valley counts them: 1,000 adults at 6.00 and 400 children at 2.50 are 7,000 on top of 530,000."""
    figures = home / "figures.csv"
    header = "performance_year,month,stratum,member_months,expenditure,risk_score"
    rows = "2026,202601,adult,1000,460000,1.0\n2026,202601,child,400,70000,1.0"
    figures.write_text(f"{header}\n{rows}\n", encoding="utf-8")
    river = HARBOR.with_name("river-medicaid")
    given = (river.with_suffix(".yaml"), figures, "--quality", river.with_suffix(".quality.csv"))
    (whole,) = corridor(capsys, "contract", "statement", *given, "--json").json()["rows"]
    assert whole["monthly"][0]["expenditure"] == pytest.approx(537_000)


def test_few_members_are_not_shown_nor_given_away_by_the_total(home: Path, capsys: Capture) -> None:
    figures = home / "figures.csv"
    rows = [f"2026,202601,{tin},{months},100000,0" for tin, months in (("A", 8), ("B", 4000), ("C", 200))]
    header = "performance_year,month,tin,member_months,expenditure,excess_over_attachment"
    figures.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    quality = home / "quality.csv"
    counts = "performance_year,measure,numerator,denominator\n2026,bp,520,800\n2026,a1c,5,7\n"
    quality.write_text(counts, encoding="utf-8")
    found = corridor(
        capsys, "contract", "statement", CONTRACT, figures, "--quality", quality, "--json"
    ).json()
    whole, own = found["rows"][0], found["rows"][1]
    assert [(row["tin"], row["small"]) for row in whole["practices"]] == [
        ("A", True),
        ("B", False),
        ("C", True),
    ]
    assert whole["practices"][0]["pmpm"] is None
    assert own["monthly"][0]["small"] and own["monthly"][0]["expenditure"] is None
    assert [(row["measure"], row["rate"]) for row in whole["measures"]][1] == ("a1c", None)


def test_statements_as_files(home: Path, capsys: Capture) -> None:
    pytest.importorskip("typst")
    given = (CONTRACT, MONTHLY, "--quality", QUALITY, "--tin", "990000001", "--out")
    made = []
    for folder in ("one", "two"):
        answer = corridor(capsys, "contract", "statement", *given, home / folder, "--json").json()
        pdf, book = map(Path, answer["files"])
        made.append(pdf.read_bytes())
    assert made[0] == made[1] and made[0].startswith(b"%PDF-")
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["Statement", "Settlement", "Months", "Scorecard"]
    assert sheets["Months"]["A2"].value == 202601


def test_a_clinicians_statement(home: Path, capsys: Capture) -> None:
    pytest.importorskip("typst")
    lakeside = HARBOR.with_name("lakeside-distribution")
    answer = corridor(
        capsys, "distribute", lakeside.with_suffix(".yaml"), lakeside.with_suffix(".recipients.csv"),
        "--statements", home / "out", "--npi", "9000000015", "--json",
    ).json()  # fmt: skip
    pdf, book = map(Path, answer["files"])
    assert pdf.read_bytes().startswith(b"%PDF-")
    sheet = openpyxl.load_workbook(book)["Lines"]
    assert sum(row[5].value for row in sheet.iter_rows(min_row=2)) == pytest.approx(124_197.90)


def test_without_a_typesetter_the_workbook_is_written(
    home: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "typst", None)
    given = (CONTRACT, MONTHLY, "--quality", QUALITY, "--out", home / "out", "--json")
    assert corridor(capsys, "contract", "statement", *given).json()["error"]["code"] == "REPORT-NO-TYPST"
    assert list((home / "out").glob("*.xlsx"))


def test_statements_that_cannot_be(home: Path, capsys: Capture) -> None:
    astray = home / "figures.csv"
    astray.write_text("performance_year,month,member_months,expenditure\n2026,202713,5,5\n", encoding="utf-8")
    for figures, more, code in (
        (MONTHLY, ("--month", 202701), "CONTRACT-MONTH"),
        (HARBOR.with_suffix(".figures.csv"), (), "CONTRACT-MONTH"),
        (MONTHLY, ("--tin", "1"), "CONTRACT-EMPTY"),
        (astray, (), "CONTRACT-MONTH"),
    ):
        answer = corridor(capsys, "contract", "statement", CONTRACT, figures, *more, "--json")
        assert answer.json()["error"]["code"] == code


def test_renewal(capsys: Capture) -> None:
    """Today 594,288 (the sample's hand work). With 60 and 40 percent: 823,680 + 25,280 = 848,960, times 0.8
    is 679,168, and 30,000: 709,168. From 18.5 to 21 points: bp +2.5 is 0.725, a1c its next cut point,
    readmission +2.5 is 0.12."""
    given = (CONTRACT, HARBOR.with_suffix(".figures.csv"), "--quality", QUALITY)
    found = corridor(capsys, "contract", "renewal", *given, "--json").json()
    today, better = found["rows"]
    assert (today["holds"], better["holds"]) == (True, False)
    assert better["settlement_dollars"] == pytest.approx(709_168)
    assert better["difference"] == pytest.approx(114_880)
    assert better["points_short"] == pytest.approx(2.5)
    ways = {way["measure"]: way["rate_needed"] for way in better["ways"]}
    assert ways == pytest.approx({"bp": 0.725, "a1c": 0.70, "readmission": 0.12})
    assert "2.50 points short" in corridor(capsys, "contract", "renewal", *given).out


def test_disputes_are_only_ever_added(home: Path, capsys: Capture) -> None:
    log = home / "disputes.jsonl"
    base = ("dispute", CONTRACT, "--log", log)
    corridor(
        capsys, "contract", *base, "--about", "eligibility in March", "--dollars", 41200, "--on", "2026-06-02"
    )
    corridor(capsys, "contract", *base, "--dispute", "D001", "--status", "settled", "--dollars", 30000,
             "--note", "half", "--on", "2026-07-01")  # fmt: skip
    (row,) = corridor(capsys, "contract", *base, "--json").json()["rows"]
    assert (row["status"], row["dollars"], row["opened"], row["entries"]) == (
        "settled",
        30000,
        "2026-06-02",
        2,
    )
    (then,) = corridor(capsys, "contract", *base, "--as-known-on", "2026-06-15", "--json").json()["rows"]
    assert (then["status"], then["dollars"]) == ("open", 41200)
    for more in (
        ("--dispute", "D009"),
        ("--about", "x", "--status", "lost"),
        ("--about", "x", "--on", "2026-01-01"),
    ):
        error = corridor(capsys, "contract", *base, *more, "--json").json()["error"]
        assert error["code"] == "CONTRACT-DISPUTE"
    log.write_text(log.read_text(encoding="utf-8").replace("41200", "4120"), encoding="utf-8")
    error = corridor(capsys, "contract", *base, "--json").json()["error"]
    assert (error["code"], error["line"]) == ("CONTRACT-LOG", 1)
