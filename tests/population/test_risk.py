"""CMS-HCC scores by hand: coefficients of the 2026 tables, sums in the case."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from corridor.engine.warehouse import Warehouse
from tests.population.risk_bench import Person, RiskBench, installed_home


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "risk" / "corridor-data"


@pytest.fixture(scope="session")
def bench(home: Path) -> RiskBench:
    return RiskBench(installed_home(home), ["v28"], 2026)


@pytest.fixture(scope="session")
def esrd(home: Path) -> RiskBench:
    return RiskBench(installed_home(home), ["esrd_v24"], 2026)


def test_demographics_hccs_interaction_and_the_way_to_payment(bench: RiskBench) -> None:
    """A woman of 74: 0.395; diabetes (HCC38) 0.166; heart failure (HCC226) 0.360; both together 0.112."""
    row = bench.score([Person(age=74, codes=("E119", "I509", "Z0000"))], "population.risk_component")[0]
    assert row["segment"] == "community_non_dual_aged" and row["list"] == [38, 226] and row["hccs"] == 2
    assert row["raw_score"] == pytest.approx(0.395 + 0.166 + 0.360 + 0.112, abs=1e-12)
    assert row["normalised_score"] == pytest.approx(1.033 / 1.067, abs=1e-12)
    assert row["payment_score"] == pytest.approx(1.033 / 1.067 * (1 - 0.059), abs=1e-12)
    assert row["coefficient_status"] == "official"
    parts = {part["term"]: part for part in bench.rows("select * from population.risk_component")}
    assert {name: part["coefficient"] for name, part in parts.items()} == {
        "F70_74": 0.395, "HCC38": 0.166, "HCC226": 0.36, "DIABETES_HF_V28": 0.112, "D2": 0.0,
    }  # fmt: skip
    assert parts["DIABETES_HF_V28"]["kind"] == "interaction" and parts["D2"]["kind"] == "count"
    assert parts["HCC38"]["source"] == "coefficients of 2026" and parts["HCC38"]["status"] == "official"


def test_parts_sum_to_every_score(bench: RiskBench) -> None:
    rng = random.Random(5)
    codes = bench.column(
        "select distinct diagnosis_code from reference.hcc_mapping where model = 'v28' order by 1"
    )
    people = [
        Person(
            rng.randint(20, 100), rng.choice("FM"), rng.choice(("00", "02", "03")), rng.choice("0123"),
            rng.random() < 0.2, rng.random() < 0.2, codes=tuple(rng.sample(codes, rng.randint(0, 14))),
        )
        for _ in range(500)
    ]  # fmt: skip
    bench.score(people, "population.risk_component")
    off = bench.column(
        "select max(abs(score.raw_score - coalesce(part.total, 0))) from population.risk_score as score "
        "left join (select person_id, sum(coefficient) as total from population.risk_component "
        "group by person_id) as part "
        "on part.person_id = score.person_id"
    )
    assert off[0] < 1e-9


@pytest.mark.parametrize(
    ("person", "segment", "term"),
    [
        (Person(70), "community_non_dual_aged", "F70_74"),
        (Person(64, "M", reason="1"), "community_non_dual_disabled", "M60_64"),
        (Person(64, "M", reason="0"), "community_non_dual_disabled", "M60_64"),
        (Person(70, dual="02"), "community_full_dual_aged", "F70_74"),
        (Person(50, dual="08"), "community_full_dual_disabled", "F45_54"),
        (Person(70, dual="01"), "community_partial_dual_aged", "F70_74"),
        (Person(50, dual="06"), "community_partial_dual_disabled", "F45_54"),
        (Person(95, institutional=True), "institutional", "F95_GT"),
        (Person(66, new_enrollee=True), "new_enrollee", "NMCAID_NORIGDIS_NEF66"),
        (Person(64, new_enrollee=True), "new_enrollee", "NMCAID_NORIGDIS_NEF65"),
        (Person(64, reason="1", new_enrollee=True), "new_enrollee", "NMCAID_NORIGDIS_NEF60_64"),
        (Person(67, "M", "03", "1", new_enrollee=True), "new_enrollee", "MCAID_ORIGDIS_NEM67"),
        (Person(67, reason="2", new_enrollee=True), "new_enrollee", "NMCAID_NORIGDIS_NEF67"),
        (Person(67, institutional=True, new_enrollee=True), "new_enrollee", "NMCAID_NORIGDIS_NEF67"),
        (Person(67, new_enrollee=True, special_needs_plan=True), "snp_new_enrollee", "NMCAID_NORIGDIS_NEF67"),
    ],
)
def test_segments_and_age_cells(bench: RiskBench, person: Person, segment: str, term: str) -> None:
    row = bench.score([person], "population.risk_component")[0]
    assert row["segment"] == segment
    assert term in bench.column("select term from population.risk_component where kind = 'demographic'")


def test_terms_beside_age_and_sex(bench: RiskBench) -> None:
    people = [
        Person(70, "M", reason="1"),
        Person(70, dual="02", institutional=True),
        Person(70, dual="09", institutional=True),
    ]
    bench.score(people, "population.risk_component")
    terms = bench.rows("select person_id, term from population.risk_component order by 1, 2")
    assert [t["term"] for t in terms if t["person_id"] == 0] == ["M70_74", "OriginallyDisabled_Male"]
    assert [t["term"] for t in terms if t["person_id"] == 1] == ["F70_74", "LTIMCAID"]
    assert [t["term"] for t in terms if t["person_id"] == 2] == ["F70_74"]  # 09 is no Medicaid


def test_a_code_of_two_hccs_and_the_hierarchy(bench: RiskBench) -> None:
    """I70231 counts for HCC263 and HCC383, and 263 takes the place of 383."""
    rows = bench.score(
        [Person(codes=("I70231",)), Person(14, reason="1", codes=("I70231",))], "population.hcc_assigned"
    )
    assert rows[0]["list"] == [263]
    assert rows[1]["list"] == []  # the Medicare Code Editor takes the code out below 15: both of its HCCs
    assert len(bench.rows("select * from population.hcc_assigned where person_id = 0")) == 2


def test_age_and_sex_edits(bench: RiskBench) -> None:
    people = [
        Person(70, "M", codes=("D66",)), Person(70, "F", codes=("D66",)), Person(49, codes=("C50011",)),
        Person(50, codes=("C50011",)), Person(17, codes=("J430",)), Person(18, codes=("J430",)),
    ]  # fmt: skip
    assert [row["list"] for row in bench.score(people)] == [[111], [112], [22], [23], [], [280]]


def test_hcc_223_counts_only_beside_another_heart_hcc_and_else_drops_nothing(bench: RiskBench) -> None:
    """transform.py of CMS: CC223 without 221, 222, 224, 225 and 226 is set to 0 before the hierarchies."""
    code = {
        hcc: bench.column(
            f"select min(diagnosis_code) from reference.hcc_mapping where model = 'v28' and vintage = '2026' "
            f"and hcc = {hcc} and diagnosis_code not in (select diagnosis_code from reference.hcc_mapping "
            f"where model = 'v28' and hcc <> {hcc})"
        )[0]
        for hcc in (223, 226, 227)
    }
    people = [
        Person(codes=(code[223],)), Person(codes=(code[223], code[227])),
        Person(codes=(code[223], code[226], code[227])),
    ]  # fmt: skip
    assert [row["list"] for row in bench.score(people)] == [[], [227], [223]]


def test_hierarchies_hold_for_all_at_once(bench: RiskBench) -> None:
    """62 drops 63, and 63 drops 202: CMS's 2026 software looks at what there was, not at what is left."""
    bench.give([Person()])
    bench.run("population.hcc_item")
    pairs = set(
        bench.con.execute(
            "select distinct hcc, dropped_hcc from reference.hcc_hierarchy where model = 'v28'"
        ).fetchall()
    )
    items = {row["hcc"]: row for row in bench.rows("select * from population.hcc_item where model = 'v28'")}
    for hcc, item in items.items():
        above = {parent for parent, child in pairs if child == hcc}
        assert item["dropped_by"] == sum(items[parent]["parent_bit"] for parent in above)
    bits = [item["parent_bit"] for item in items.values() if item["parent_bit"]]
    assert len(bits) == len(set(bits)) and (63, 202) in pairs and (62, 202) not in pairs


def test_esrd_as_cms_computes_it(esrd: RiskBench) -> None:
    """Scores that a public package states as those of CMS's own ESRD V24 software of 2026."""
    people = [
        Person(67, dual="02", esrd="graft", months=6, codes=("D66",)),
        Person(70, "M", "01", institutional=True, esrd="graft", months=12),
        Person(40, new_enrollee=True, esrd="dialysis"),
        Person(67, dual="02", new_enrollee=True, esrd="graft", months=6),
        Person(50, "M", esrd="graft", months=1),
        Person(50, "M", esrd="graft", months=3),
        Person(67, "M", esrd="dialysis", codes=("E1169",)),
        Person(90, new_enrollee=True, esrd="dialysis"),
        Person(50, reason="1", new_enrollee=True, esrd="dialysis"),
    ]
    rows = esrd.score(people)
    raw = [round(row["raw_score"], 3) for row in rows]
    assert raw[:7] == [3.247, 3.287, 0.747, 3.979, 5.985, 0.941, 0.661]
    # DNE_ND_PBD_NORIGDIS_NEF85_GT, and DNE_ND_PBD_ORIGDIS_NEF45_54: on dialysis at any age
    assert raw[7:] == [0.963, 0.938]
    assert [row["segment"] for row in rows[3:6]] == ["graft_new_enrollee", "transplant", "transplant"]
    assert rows[6]["normalised_score"] == pytest.approx(0.661 / 1.062)
    assert rows[0]["normalised_score"] == pytest.approx(rows[0]["raw_score"] / 1.104)


def test_esrd_scores_nobody_without_esrd(esrd: RiskBench) -> None:
    assert esrd.score([Person()]) == []


def test_esrd_v21_by_cms_macro(home: Path) -> None:
    """E2118P1M: a man of 70 on dialysis with Medicaid: DI_M70_74, DI_MCAID_Male_Aged; with a graft, GC_."""
    bench = RiskBench(installed_home(home), ["esrd_v21"], 2026)
    rows = bench.score([Person(70, "M", "02", esrd="dialysis"), Person(70, "M", esrd="graft", months=5)])
    name = (
        "select coefficient from reference.hcc_coefficient "
        "where model = 'esrd_v21' and vintage = '2026' and name = "
    )
    dialysis = [bench.column(f"{name}'{one}'")[0] for one in ("di_m70_74", "di_mcaid_male_aged")]
    graft = [bench.column(f"{name}'{one}'")[0] for one in ("gc_m70_74", "ge65_dur4_9")]
    assert rows[0]["raw_score"] == pytest.approx(sum(dialysis)) and rows[1]["raw_score"] == pytest.approx(
        sum(graft)
    )


def test_proposed_coefficients_say_so_and_can_be_left_out(home: Path) -> None:
    proposed = RiskBench(installed_home(home), ["v28"], 2027).score([Person(74)])[0]
    assert proposed["coefficient_status"] == "proposed"
    final = RiskBench(installed_home(home), ["v28"], 2027, {"risk.use_proposed_coefficients": False})
    row = final.score([Person(74)])[0]
    assert (row["coefficient_status"], row["raw_score"]) == ("official", 0.395)
    assert row["normalised_score"] == pytest.approx(0.395 / 1.079)


def test_without_installed_tables_there_are_no_rows(tmp_path: Path) -> None:
    bench = RiskBench(Warehouse.open(tmp_path / "empty"), ["v28"], 2026)
    assert bench.score([Person(codes=("E119",))], "population.risk_component") == []
    assert bench.rows("select * from population.risk_model") == []


def test_no_coefficient_ships_with_the_package(repository: Path) -> None:
    rules = repository / "src" / "corridor" / "rules" / "risk"
    words = re.compile(r"CNA_F70_74|0\.395")
    assert not [path.name for path in rules.glob("*.yaml") if words.search(path.read_text(encoding="utf-8"))]
