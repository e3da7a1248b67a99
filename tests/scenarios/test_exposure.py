"""The exposure sheet: joint draws, years and their law, what a system's file may not say."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from corridor.errors import CorridorError
from corridor.jobs.exposure import Exposure, exposure_of
from tests.programs.command import corridor

FOLDER = Path(__file__).parents[2] / "docs" / "samples" / "exposure"
SYSTEM = FOLDER / "system.yaml"
SCORES = ("asm", "mips")


@cache
def sheet(*only: str, draws: int = 400) -> Exposure:
    return exposure_of(SYSTEM, only=only, draws=draws)


def changed(folder: Path, change: Callable[[str], str]) -> Path:
    """The sample with another text, beside its forms."""
    for form in FOLDER.glob("*.csv"):
        (folder / form.name).write_text(form.read_text(encoding="utf-8"), encoding="utf-8")
    path = folder / "system.yaml"
    path.write_text(change(SYSTEM.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def total(found: Exposure, scope: str, key: str | None = None, year: int | None = None) -> dict[str, Any]:
    return next(t for t in found.totals if (t["scope"], t["key"], t["year"]) == (scope, key, year))


def test_a_line_is_the_same_whatever_stands_beside_it() -> None:
    figures = ("expected", "downside", "upside", "probability_of_loss")
    together = {
        (r["line"], r["id"], r["part"], r["performance_year"]): [r[name] for name in figures]
        for r in sheet(*SCORES, "reach").rows
    }
    alone = [*sheet("mips").rows, *sheet("reach").rows]
    assert {row["line"] for row in alone} == {"mips", "reach"}
    for row in alone:
        key = (row["line"], row["id"], row["part"], row["performance_year"])
        assert together.get(key) == [row[name] for name in figures], key


def test_means_add_up_and_the_joint_downside_is_no_worse_than_the_sum() -> None:
    found = sheet("mssp", "reach")
    known = [row for row in found.rows if row["expected"] is not None]
    whole = total(found, "system")
    assert whole["expected"] == pytest.approx(sum(row["expected"] for row in known))
    assert whole["sum_of_downsides"] == pytest.approx(sum(row["downside"] for row in known))
    assert whole["diversification"] == pytest.approx(whole["downside"] - whole["sum_of_downsides"])
    assert whole["diversification"] > 0
    by_entity = [t for t in found.totals if t["scope"] == "entity" and t["year"] is None]
    assert sum(t["expected"] for t in by_entity) == pytest.approx(whole["expected"])


def test_asm_sets_mips_aside_in_the_whole_alone() -> None:
    found = sheet(*SCORES)
    aside = [row for row in found.rows if row["set_aside_by"]]
    assert {(row["program"], row["set_aside_by"]) for row in aside} == {("mips", "asm")}
    # of the four clinicians of MIPS three are in ASM, which is of performance years 2027 to 2031
    assert {row["performance_year"] for row in aside} == set(range(2027, 2032))
    assert len(aside) == 3 * 5
    whole = total(found, "system")
    assert whole["interaction"] == pytest.approx(-sum(row["expected"] for row in aside))
    # what is set aside is no diversification: the downsides added are of what counts
    counted = [row for row in found.rows if row["expected"] is not None and row["set_aside_by"] is None]
    assert whole["sum_of_downsides"] == pytest.approx(sum(row["downside"] for row in counted))
    plain = exposure_of(SYSTEM, only=SCORES, draws=0)
    assert total(plain, "system")["diversification"] == pytest.approx(0, abs=0.005)


def test_every_draw_without_deviation_is_the_settlement(tmp_path: Path) -> None:
    still = "".join(
        f"  {name}: 0\n"
        for name in ("common_cost_deviation", "entity_cost_deviation", "own_cost_deviation",
                     "quality_deviation", "own_quality_deviation", "volume_deviation")
    )  # fmt: skip
    path = changed(tmp_path, lambda text: text.replace(", assumptions: {volume_deviation: 0.06}", "") + still)
    found = exposure_of(path, draws=5, horizon=2028)
    settled = {line["line"]: [one["dollars"] for one in line["settled"]] for line in found.lines}
    shown: dict[str, list[float]] = {}
    for row in found.rows:
        if row["status"] == "settled":
            assert row["downside"] == row["expected"] == row["upside"]
            shown.setdefault(row["line"], []).append(row["expected"])
    assert shown == settled
    assert len(shown) == 8


def test_more_loading_more_patients_in_common_and_the_tail_is_worse(tmp_path: Path) -> None:
    plain = "draws: 400\nsystem: "

    def downside(name: str, change: Callable[[str], str]) -> float:
        folder = tmp_path / name
        folder.mkdir()
        path = changed(folder, lambda text: change(text).replace("system: ", plain, 1))
        return float(total(exposure_of(path, only=("mssp", "reach"), horizon=2026), "system")["downside"])

    base = downside("base", lambda text: text)
    loaded = downside("loaded", lambda text: text + "  loading: 3\n")
    pair, after = "  - {between: [A9001, D9002], share: 0.5}\n", "assumptions:\n  cost"
    shared = downside("shared", lambda text: text.replace(after, pair + after))
    assert loaded < base
    assert shared < base


def test_years_of_a_model_and_the_law_that_is_carried() -> None:
    found = sheet("team", "reach", "lead", "ahead", draws=0)
    seen = {(r["line"], r["id"], r["part"], r["performance_year"]): r for r in found.rows}
    assert seen["team", "999901", None, 2030]["status"] == "projected"
    ended = seen["team", "999901", None, 2031]
    assert ended["status"] == "ended" and "cjr_x" in ended["note"] and ended["expected"] is None
    assert "successor is lead" in seen["reach", "D9002", None, 2027]["note"]
    assert seen["lead", "L9003", None, 2026]["status"] == "not_begun"
    assert seen["lead", "L9003", None, 2027]["entity"] == "D9002"
    assert seen["ahead", "999902", "hospital", 2027]["status"] == "not_begun"
    # from its fourth year on a factor that the form does not give is needed (ahead.md V6)
    carried = seen["ahead", "999902", "hospital", 2031]
    assert (carried["status"], carried["law_year"]) == ("carried", 2030)
    assert "tcoc_adjustment_factor" in carried["note"]
    # a year of growth by hand, spending 7,240,000 x 1.042, targets 7,309,700 x 1.04, volume 1 %:
    # (7,602,088 - 7,544,080) x 1.01 = 58,588.08; a gain keeps 90 % + 10 % x 0.62 = 96.2 %: 56,361.73
    growing = seen["team", "999901", None, 2027]
    assert growing["expected"] == pytest.approx(56361.73, abs=0.005)


def test_assumptions_are_listed_with_who_gave_them() -> None:
    found = sheet("mssp", draws=0).to_dict()
    listed = {(one["rule"], one["line"]): one for one in found["assumptions"]}
    assert listed["exposure.cost_trend", None]["status"] == "given"
    assert listed["exposure.persistence", None]["status"] == "assumed"
    assert listed["exposure.benchmark_follows", "mssp"]["value"] == 0.5
    # the threshold is set to payment year 2030 (secondary); of performance year 2029 on it is taken to stay
    later = [one for one in sheet("mips", draws=0).assumptions if one["rule"] == "qp.mips_threshold"]
    assert [(one["status"], one.get("year")) for one in later] == [("secondary", None), ("assumed", 2029)]
    assert sheet("team", "mssp", draws=0).not_computed  # how TEAM's lump sum counts for the ACO was not seen


def test_what_stands_still_in_later_years_is_said(tmp_path: Path) -> None:
    assert any(
        "2 of 4 quarters" in said for said in sheet("team", "reach", "lead", "ahead", draws=0).warnings
    )
    assert not any("level" in said for said in sheet("mssp", draws=0).warnings)
    path = changed(tmp_path, lambda text: text)
    form = tmp_path / "mssp.csv"
    form.write_text(form.read_text(encoding="utf-8").replace(",E,2024,", ",B,2024,"), encoding="utf-8")
    found = exposure_of(path, only=("mssp",), draws=0, horizon=2026)
    assert any("A9001: level B stands in every year" in said for said in found.warnings)


def test_savings_that_are_given_stand_still_and_it_is_said(tmp_path: Path) -> None:
    path = tmp_path / "given.yaml"
    path.write_text(
        "system: S\nmembers:\n  - {id: R1, kind: aco}\nlines:\n  - program: reach\n    rows:\n"
        "      - {aco_id: R1, performance_year: 2026, risk_arrangement: professional,"
        " benchmark_expenditure: 100000000, generated_savings_or_losses: 20000000}\n",
        encoding="utf-8",
    )
    found = exposure_of(path, draws=20, horizon=2026)
    assert any("R1: savings are given" in said for said in found.warnings)


def test_rows_in_the_file_and_a_book_of_the_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(
        "system: S\nmembers:\n  - {id: R1, kind: aco}\nlines:\n  - program: reach\n    rows:\n"
        "      - {aco_id: R1, performance_year: 2026, risk_arrangement: professional,"
        " benchmark_expenditure: 100000000, performance_expenditure: 80000000}\n",
        encoding="utf-8",
    )
    out = tmp_path / "sheet.xlsx"
    answer = corridor(capsys, "exposure", path, "--no-chance", "--out", out)
    assert answer.status == 0, answer.err
    # Professional 2026, 20 %: aco-reach.md A7
    assert "5,145,000" in answer.out
    assert out.is_file()


REFUSED = [
    ("EXPOSURE-SCHEMA", lambda text: text + "unknown: 1\n"),
    ("EXPOSURE-SCHEMA", lambda text: text.replace("program: team", "program: wiser")),
    ("EXPOSURE-TWICE", lambda text: text.replace("program: iota, form: iota", "program: team, form: team")),
    ("EXPOSURE-TWICE", lambda text: text.replace('"999902", kind', '"999901", kind')),
    ("EXPOSURE-MEMBER", lambda text: text.replace("member: D9002", "member: NOBODY")),
    ("EXPOSURE-FILE", lambda text: text.replace("form: team.csv", "form: none.csv")),
    ("EXPOSURE-ENTITY", lambda text: text.replace("A9001,", "A9009,")),
    ("EXPOSURE-ROWS", lambda text: text.replace("form: mssp.csv,", "form: mssp.csv, entities: [D9002],")),
    ("EXPOSURE-SHARES", lambda text: text.replace("share: 0.", "share: 0.9")),
    ("EXPOSURE-HORIZON", lambda text: text.replace("horizon: 2033", "horizon: 2025")),
    ("EXPOSURE-LINE", lambda text: text[: text.index("lines:")]
     + "lines:\n  - {program: mssp, form: mssp.csv, active: false}\n"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "change"), REFUSED)
def test_refused(code: str, change: Callable[[str], str], tmp_path: Path) -> None:
    path = changed(tmp_path, change)
    only = () if code == "EXPOSURE-LINE" else ("mssp",)
    with pytest.raises(CorridorError) as caught:
        exposure_of(path, only=only, draws=0)
    assert caught.value.code == code
    assert caught.value.file


def test_a_line_that_is_not_there_and_no_file() -> None:
    with pytest.raises(CorridorError, match="no line 'x'"):
        exposure_of(SYSTEM, only=("x",))
    with pytest.raises(CorridorError) as caught:
        exposure_of(FOLDER / "none.yaml")
    assert caught.value.code == "EXPOSURE-FILE"
