"""CMS's feedback replayed: mips.md 11 (T1 to T5, T8 to T10) and rows of the public use file."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from corridor.law import load_rules
from corridor.programs.agreement import Category, Feedback, Figure, Measure, read_feedback
from corridor.programs.agreement.board import counts, scoreboard
from corridor.programs.agreement.compare import compare, shapley
from corridor.programs.agreement.ours import matched
from corridor.programs.agreement.parts import parts
from corridor.programs.agreement.replay import LAW, replay
from tests.programs.command import corridor
from tests.programs.kept_run import keep_run
from tests.project.tree import REPOSITORY

RULES = load_rules(LAW)
CASES = REPOSITORY / "tests" / "cases" / "agreement"


@pytest.fixture(scope="module")
def examples(test_data: Path) -> Path:
    """Answers of the scoring API that CMS publishes."""
    return test_data / "qpp" / "submissions-api-examples"


def figures(*paths: Path) -> dict[tuple[str, str, str], Figure]:
    found = replay(read_feedback(paths), RULES)
    return {(one.file, one.place, f"{one.scope} {one.name}"): one for one in found}


def test_answers_of_the_scoring_api(examples: Path) -> None:
    found = figures(examples)
    quality, pi = "scoring-example-output-quality.json", "scoring-example-output-aci.json"
    # T2: rate 82.31 between 73.08 and 82.71 in decile 8: 8 + 9.23 / 9.63
    measure = found[quality, "submission", "measure 110"]
    assert measure.ours == pytest.approx(8 + 9.23 / 9.63, abs=5e-5) and measure.verdict == "agreed"
    # (14.9585 + 6) / 60; the weight of that year is 60 %
    assert found[quality, "submission", "category quality"].ours == pytest.approx(34.9308, abs=5e-5)
    assert found[quality, "submission", "contribution quality"].verdict == "agreed"
    # completeness of 11 % in a small practice: 3 points
    assert found[quality, "submission", "measure ACRAD15"].verdict == "agreed"
    floor = found[quality, "submission", "measure 046"]
    assert floor.verdict == "explained" and "before 2023" in floor.cause
    # T4: 49 / 115 * 10 = 4.26, 1123 / 1951 * 20 = 11.51
    assert found[pi, "submission", "measure PI_EP_1"].ours == 4
    assert found[pi, "submission", "measure PI_HIE_1"].ours == 12
    assert found[pi, "submission", "category promoting_interoperability"].ours == 64
    assert not [one for one in found.values() if one.verdict == "unexplained"]


def test_rows_of_the_public_use_file() -> None:
    found = figures(CASES / "qpp-experience-2022.csv", CASES / "qpp-experience-2023.csv")
    first, second = "qpp-experience-2022.csv", "qpp-experience-2023.csv"
    # T3: (51 + 6) / 60 = 95, and 0.71 of improvement
    assert found[second, "line 2", "category quality"].verdict == "agreed"
    assert found[second, "line 2", "final final_score"].ours == 77.03
    # 0.3 * 48.32 + 0.3 * 57.6377 + 0.15 * 100 + 0.25 * 100 = 71.787
    assert found[second, "line 3", "final final_score"].ours == 71.79
    # 9 * (71.79 - 75) / 75 = -0.3852
    assert found[second, "line 3", "adjustment payment_adjustment_percent"].verdict == "agreed"
    # 9 * 0.2389 * (77.03 - 75) / 25 = 0.17459, printed 0.18: mips.md 9.2 tells of it, nothing explains it
    open_one = found[second, "line 2", "adjustment payment_adjustment_percent"]
    assert open_one.verdict == "unexplained" and open_one.ours == pytest.approx(0.174588, abs=1e-6)
    # T5: .4 * 91.34 + .3 * 60.375 + .3 * 100 = 84.6485; the weights of 2023 stand in
    assert found[first, "line 2", "final final_score"].ours == 84.65
    assert "stand in" in found[first, "line 2", "final final_score"].cause
    assert found[first, "line 3", "final final_score"].ours == 80.81
    # points are printed with one digit: 23 of them of 230 may be off by half a percentage point together
    cost = found[second, "line 3", "category cost"]
    assert cost.verdict == "explained" and cost.within == pytest.approx(23 * 0.05 * 100 / 230)


def test_examples_of_the_scoring_guides_and_rows_of_2024() -> None:
    found = figures(CASES / "scoring-guides.csv", CASES / "qpp-experience-2024.csv")
    # T9: (36.1 + 6) / 50 = 84.2, + 1.6
    assert found["scoring-guides.csv", "line 2", "category quality"].ours == pytest.approx(85.8)
    # T10: 49.3 / 60 = 82.1667, + 0.43; CMS adds 82.2 and 0.43
    toolkit = found["scoring-guides.csv", "line 3", "category quality"]
    assert toolkit.ours == pytest.approx(82.5967) and toolkit.verdict == "explained"
    # T8 at 0.1167: 38.65 -> -4.36, 94 -> +0.80
    adjustments = [one for (_, _, name), one in found.items() if name.startswith("adjustment")]
    assert [one.verdict for one in adjustments] == ["agreed", "agreed"]


def test_an_answer_of_a_later_year(tmp_path: Path) -> None:
    """Eleven cut points instead of nine: T6 of mips.md, 236 and 134 of 2026, the latter capped."""
    keys = ("1", "10", "20", "30", "40", "50", "60", "70", "80", "90", "99")
    cuts_236 = (4.76, 45.28, 55.56, 61.54, 65.61, 68.98, 72, 75, 78.7, 84.04, 98.18)
    about = {"processingStatus": "PICKED", "reportingRate": 100, "submissionMethod": "electronicHealthRecord"}
    measures = [
        {"name": "236", "value": 6.3377, "metadata": {
            **about, "performanceRate": 70.0, "percentiles": dict(zip(keys, cuts_236, strict=True))}},
        {"name": "XXX", "value": 7, "metadata": {
            **about, "performanceRate": 80.0, "toppedOut": True,
            "percentiles": dict(zip(keys, range(1, 12), strict=True))}},
    ]  # fmt: skip
    chosen = {"name": "quality", "value": 22.2295, "parts": measures, "metadata": {"denominator": 60}}
    part = {"name": "quality", "value": 6.6689, "metadata": {"maxContribution": 30},
            "original": {"name": "quality", "value": 22.2295, "parts": [chosen]}}  # fmt: skip
    file = tmp_path / "answer-2026.json"
    file.write_text(json.dumps({"name": "total", "value": 6.67, "parts": [part]}), encoding="utf-8")
    found = figures(file)
    assert found[file.name, "submission", "measure 236"].verdict == "agreed"
    capped = found[file.name, "submission", "measure XXX"]
    assert capped.ours == 7 and "topped out" in capped.cause
    # (6.3377 + 7) / 60
    assert found[file.name, "submission", "category quality"].verdict == "agreed"


def test_a_list_of_scores(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(
        "tin,npi,performance_year,final_score,payment_adjustment_factor,complex_patient_bonus,"
        "quality_percent,quality_weight,cost_percent,cost_weight,improvement_activities_percent,"
        "improvement_activities_weight,promoting_interoperability_percent,promoting_interoperability_weight\n"
        "1,2,2024,70,-0.006,2,60,0.3,50,0.3,100,0.15,80,0.25\n",
        encoding="utf-8",
    )
    # 18 + 15 + 15 + 20 + 2 = 70; -9 % * 5 / 75 = -0.6 %
    assert [one.verdict for one in figures(file).values()] == ["agreed", "agreed"]


def test_a_wrong_figure_is_not_explained(tmp_path: Path) -> None:
    text = (CASES / "qpp-experience-2023.csv").read_text(encoding="utf-8")
    changed = tmp_path / "feedback-2023.csv"
    changed.write_text(text.replace("71.79", "72.79"), encoding="utf-8")
    found = figures(changed)
    assert found[changed.name, "line 3", "final final_score"].verdict == "unexplained"


def test_the_scoreboard_is_what_the_files_give(examples: Path) -> None:
    """Made anew by corridor agree qpp, the two folders, and --scoreboard docs/agreement-scoreboard.md."""
    feedback = read_feedback([examples, CASES])
    found = replay(feedback, RULES)
    page = (REPOSITORY / "docs" / "agreement-scoreboard.md").read_text(encoding="utf-8")
    assert page == scoreboard(feedback, found)
    assert sum(counts(found).values()) == len(found)
    assert "900000000" not in page


def test_shares_do_not_depend_on_an_order_and_add_up() -> None:
    def worked(chosen: object) -> np.ndarray:
        return np.array([10.0 * a + 4 * b + 6 * a * b * c for a, b, c in product((0, 1), repeat=3)])

    effects, start, end = shapley(3, worked)
    # the product of three is shared by three: 6 / 3
    assert effects == pytest.approx([12, 6, 2]) and math.isclose(sum(effects), end - start)


def theirs(**more: object) -> Feedback:
    weights = {
        "quality": 0.3,
        "cost": 0.3,
        "improvement_activities": 0.15,
        "promoting_interoperability": 0.25,
    }
    percents = {
        "quality": 60.0,
        "cost": 50.0,
        "improvement_activities": 100.0,
        "promoting_interoperability": 80.0,
    }
    return Feedback(
        "feedback.csv", "0" * 64, "scores", "line 2", 2024, tin="000000001", npi="9000000001",
        final_score=68.0, adjustment=-0.0084,
        categories={name: Category(percents[name], 2, weight=weights[name]) for name in weights},
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_the_difference_of_a_final_score_by_cause() -> None:
    # theirs: 18 + 15 + 15 + 20 = 68; ours: quality 70 instead of 60 is 3 more, a bonus of 2: 73
    ours = {
        "final_score": 73.0, "payment_adjustment_factor": -0.0024, "scaling_factor": 0.1167,
        "quality_percent": 70.0, "cost_percent": 50.0, "improvement_activities_percent": 100.0,
        "promoting_interoperability_percent": 80.0, "quality_weight": 0.3, "cost_weight": 0.3,
        "improvement_activities_weight": 0.15, "promoting_interoperability_weight": 0.25,
        "complex_patient_bonus": 2.0,
    }  # fmt: skip
    found = compare(theirs(), ours, RULES.in_force(2024))
    assert {share.cause: share.effect for share in found.final_shares} == {
        "quality": pytest.approx(3), "complex_patient_bonus": pytest.approx(2),
    }  # fmt: skip
    # -9 % * (75 - 68) / 75 = -0.84 %, -9 % * 2 / 75 = -0.24 %
    assert {share.cause: share.effect for share in found.adjustment_shares} == {
        "final_score": pytest.approx(0.006)
    }


def test_the_difference_of_a_category_measure_by_measure() -> None:
    # theirs: 236 at 70 % with 6, 001 with 9, 134 with 3: 18 of 30 = 60; ours: 236 at 75 % with 8, 001 with 9,
    # 130 with 10 in place of 134: 27 of 40, for one more is asked for, = 67.5
    category = Category(
        60.0, 2, available=30.0, measures=(
            Measure("236", 6.0, 4, collection_type="ecqm", rate=70.0),
            Measure("001", 9.0, 4, collection_type="ecqm", rate=12.0), Measure("134", 3.0, 4),
        ),
    )  # fmt: skip
    shown = {"category": "quality", "counted": True, "collection_type": "ecqm"}
    ours = {
        "quality_percent": 67.5, "quality_available": 40.0, "measures": [
            {**shown, "measure_id": "236", "points": 8.0, "rate": 75.0},
            {**shown, "measure_id": "001", "points": 9.0, "rate": 12.0},
            {**shown, "measure_id": "130", "points": 10.0, "rate": 99.0},
        ],
    }  # fmt: skip
    found = parts("quality", category, ours, 10.0)
    assert {one.cause: one.effect for one in found} == {
        "measure 130": pytest.approx(1000 / 30), "measure 134": pytest.approx(-10),
        "measure 236": pytest.approx(200 / 30), "points that could be had": pytest.approx(67.5 - 90),
    }  # fmt: skip
    assert {one.cause: one.why for one in found if one.why} == {
        "measure 130": "counted by us only", "measure 134": "counted by CMS only",
        "measure 236": "another rate",
    }  # fmt: skip
    assert sum(one.effect for one in found) == pytest.approx(7.5)


def test_a_reweighted_category_is_a_matter_of_weights() -> None:
    # ours without cost: 55 / 0 / 15 / 30: 33 + 15 + 24 = 72; theirs 68; the percents are alike
    ours = {
        "final_score": 72.0, "quality_percent": 60.0, "cost_percent": None,
        "improvement_activities_percent": 100.0, "promoting_interoperability_percent": 80.0,
        "quality_weight": 0.55, "cost_weight": 0.0, "improvement_activities_weight": 0.15,
        "promoting_interoperability_weight": 0.3, "complex_patient_bonus": 0.0,
    }  # fmt: skip
    found = compare(theirs(), ours, RULES.in_force(2024))
    assert {share.cause: share.effect for share in found.final_shares} == {"weights": pytest.approx(4)}


def test_what_cms_prints_no_parts_of() -> None:
    bare = Feedback("f.csv", "0" * 64, "scores", "line 2", 2024, npi="9000000001", final_score=70.0)
    found = compare(bare, {"final_score": 73.0}, RULES.in_force(2024))
    assert [share.cause for share in found.final_shares] == ["not_printed"]
    assert found.final_shares[0].effect == pytest.approx(3)


def test_a_measure_without_what_it_rests_on_is_left_out() -> None:
    one = Feedback(
        "f.csv", "0" * 64, "scores", "line 2", 2024,
        categories={"quality": Category(None, 2, measures=(Measure("236", 7.0, 1),))},
    )  # fmt: skip
    assert replay([one], RULES) == []


def test_of_several_scores_the_one_of_the_level_is_meant_else_the_one_that_counts() -> None:
    feedback = Feedback("f.csv", "", "scores", "line 2", 2024, tin="1", npi="2", participation="group")
    ours = [
        {"tin": "1", "npi": "2", "participation": level, "counts": level == "apm_entity", "final_score": 80}
        for level in ("individual", "group", "apm_entity")
    ]
    for one, level in ((feedback, "group"), (replace(feedback, participation=""), "apm_entity"),
                       (replace(feedback, tin="", participation="subgroup"), "apm_entity")):  # fmt: skip
        ((_, row),) = matched([one], ours)
        assert row["participation"] == level
    assert matched([feedback], ours[:1] * 2) == []  # which of the two cannot be told


def test_the_command_line(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("CORRIDOR_HOME", str(home))
    said = corridor(capsys, "agree", "qpp", CASES, examples, "--json").json()
    assert said["program"] == "mips" and said["counts"]["unexplained"] == 1
    assert {row["verdict"] for row in said["rows"]} <= set(said["counts"])
    assert (home / "agreement" / "2023").is_dir()
    ours = tmp_path / "ours.json"
    ours.write_text(
        json.dumps({"rows": [{"tin": "1", "npi": "9000000001", "final_score": 80.0}]}), encoding="utf-8"
    )
    beside = corridor(capsys, "agree", "qpp", CASES / "qpp-experience-2023.csv", "--ours", ours, "--json")
    (row,) = beside.json()["rows"]
    assert row["final_score"]["difference"] == pytest.approx(2.97)
    assert (
        "difference +2.97"
        in corridor(capsys, "agree", "qpp", CASES / "qpp-experience-2023.csv", "--ours", ours).out
    )


@pytest.mark.parametrize(
    ("name", "text", "more", "code"),
    [
        ("feedback.json", "{", (), "AGREEMENT-FILE"),
        ("feedback.json", '{"name": "total", "parts": [], "value": "x"}', (), "AGREEMENT-FILE"),
        ("feedback.csv", "npi,name\n1,2\n", (), "AGREEMENT-FILE"),
        ("feedback.csv", "npi,final_score\n1,high\n", (), "AGREEMENT-NUMBER"),
        ("feedback-2024.csv", "npi,final_score\n1,80\n", ("--run",), "NO-RUN"),
        ("feedback-2024.csv", "npi,final_score\n1,80\n", ("--scoreboard", "none/x.md"), "AGREEMENT-BOARD"),
    ],
)
def test_what_is_refused(
    name: str, text: str, more: tuple[str, ...], code: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    (tmp_path / name).write_text(text, encoding="utf-8")
    answer = corridor(capsys, "agree", "qpp", tmp_path / name, *more)
    assert answer.status == 1 and code in answer.err


def test_nothing_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    (tmp_path / "empty").mkdir()
    assert "AGREEMENT-EMPTY" in corridor(capsys, "agree", "qpp", tmp_path / "empty").err
    file = CASES / "qpp-experience-2023.csv"
    ours = tmp_path / "ours.csv"
    ours.write_text("tin,npi,final_score\n1,9000000099,80\n", encoding="utf-8")
    assert "AGREEMENT-NOBODY" in corridor(capsys, "agree", "qpp", file, "--ours", ours).err
    ours.write_text("tin,npi\n1,2\n", encoding="utf-8")
    assert "AGREEMENT-OURS" in corridor(capsys, "agree", "qpp", file, "--ours", ours).err


def test_beside_the_scores_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    file = CASES / "qpp-experience-2023.csv"
    keep_run(tmp_path / "bare", {"claims.period": [{"last_day": "2023-12-31"}]}, 2023)
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "bare"))
    assert "AGREEMENT-NO-SCORE" in corridor(capsys, "agree", "qpp", file, "--run").err
    score = {"tin": "000000001", "npi": "9000000001", "payment_adjustment_factor": 0.0}
    rows = [
        {**score, "performance_year": 2023, "final_score": 75.0, "counts": True},
        {**score, "performance_year": 2023, "final_score": 60.0, "counts": False},
        {**score, "performance_year": 2024, "final_score": 90.0, "counts": True},
    ]
    keep_run(tmp_path / "home", {"mips.score": rows}, 2023)
    monkeypatch.setenv("CORRIDOR_HOME", str(tmp_path / "home"))
    (row,) = corridor(capsys, "agree", "qpp", file, "--run", "--json").json()["rows"]
    # 75 of ours that counts in 2023, 77.03 of theirs
    assert row["final_score"]["difference"] == pytest.approx(-2.03)
