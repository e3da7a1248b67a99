"""The steps of MIPS over tables by hand: whose results make which score, and which score counts."""

from __future__ import annotations

from typing import Any

import pytest

from corridor.engine import PythonStep, StepContext
from corridor.engine.catalogue import load_catalogue
from corridor.law import load_rules
from tests.measures.bench_tables import Row, Tables

V, D, B, N = "VARCHAR", "DOUBLE", "BOOLEAN", "INTEGER"
YEAR = 2025
TABLES: dict[str, dict[str, str]] = {
    "mips.eligibility": {
        "performance_year": N, "tin": V, "npi": V, "reporting": V, "apm_entity_id": V, "small": B, "rural": B,
        "hpsa": B, "non_patient_facing": B, "hospital_based": B, "asc_based": B,
    },
    "quality.reported": {
        "performance_year": N, "tin": V, "npi": V, "measure_id": V, "collection_type": V, "rate": D,
        "eligible_cases": N, "data_completeness": D, "basis": V,
    },
    "quality.rollup": {
        "performance_year": N, "level": V, "entity_id": V, "measure_id": V, "collection_type": V,
        "stratum": V, "rate": D, "case_count": N, "completeness": D, "numerator": N, "not_met": N,
        "not_captured": N,
    },
    "mips.claims_measure": {
        "performance_year": N, "tin": V, "npi": V, "measure_id": V, "stratum": V, "rate": D,
        "completeness": D, "eligible_population": N, "met": N, "not_met": N, "is_proxy": B, "basis": V,
    },
    "mips.administrative_measure": {
        "performance_year": N, "tin": V, "npi": V, "measure_id": V, "cases": N, "rate": D, "is_scorable": B,
        "is_proxy": B, "basis": V, "case_minimum": N,
    },
    "mips.administrative_entity": {
        "performance_year": N, "apm_entity_id": V, "measure_id": V, "cases": N, "rate": D, "is_scorable": B,
        "is_proxy": B, "basis": V, "case_minimum": N,
    },
    "mips.cost_measure": {
        "performance_year": N, "tin": V, "npi": V, "measure_id": V, "cases": N, "rate": D, "is_scorable": B,
        "is_proxy": B, "basis": V, "case_minimum": N,
    },
    "mips.complex_patient": {
        "performance_year": N, "tin": V, "npi": V, "mean_hcc_risk_score": D, "dual_eligible_share": D,
    },
    "qp.status": {"performance_year": N, "tin": V, "npi": V, "part_b_paid": "DECIMAL(18,2)"},
    "mips.attestation": {
        "performance_year": N, "tin": V, "improvement_activities_attested": N,
        "promoting_interoperability_score": D,
    },
    "reference.qpp_measure": {
        "year": N, "measure_id": V, "category": V, "metric_type": V, "measure_type": V, "is_inverse": B,
        "is_high_priority": B, "is_qcdr": B, "first_performance_year": N, "last_performance_year": N,
        "overall_algorithm": V, "e_measure_id": V, "e_measure_uuid": V, "objective": V,
        "reporting_category": V, "is_required": B, "is_bonus": B, "subcategory_id": V, "weight": V,
        "title": V,
    },
    "reference.qpp_measure_method": {
        "year": N, "measure_id": V, "submission_method": V, "is_suppressed": B, "cap_removed": B,
        "historic_benchmark": V,
    },
    "reference.qpp_measure_link": {"year": N, "measure_id": V, "relation": V, "other": V},
    "reference.qpp_benchmark": {
        "year": N, "measure_id": V, "submission_method": V, "benchmark_year": N,
        **dict.fromkeys(("p1", "p10", "p20", "p30", "p40", "p50", "p60", "p70", "p80", "p90", "p99"), D),
        "is_topped_out": B, "is_capped": B, "is_inverse": B, "is_high_priority": B, "metric_type": V,
        "average_rate": D, "ladder": V, "is_provisional": B, "provisional_reason": V,
    },
}  # fmt: skip
FLAT = dict(zip(("p1", "p10", "p20", "p30", "p40", "p50", "p60", "p70", "p80", "p90", "p99"),
                (1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99), strict=True))  # fmt: skip
LADDER = dict(zip(FLAT, (0, 8500, 9000, 9500, 10500, 11000, 11500, 12000, 12250, 12500, 12750), strict=True))


class Bench(Tables):
    """The tables the steps read, filled a row at a time."""

    def __init__(self, overrides: dict[str, Any] | None = None) -> None:
        super().__init__(["mips", "qp"])
        self.force = load_rules(["mips", "qp"], overrides=overrides).in_force(YEAR)
        for name, columns in TABLES.items():
            self.give(name, columns, [])
        for measure in ("001", "236"):
            self.add("reference.qpp_measure", measure_id=measure, category="quality", measure_type="outcome",
                     is_inverse=False, is_high_priority=True, first_performance_year=2017)  # fmt: skip
            self.add(
                "reference.qpp_measure_method", measure_id=measure, submission_method="electronicHealthRecord"
            )
            self.benchmark(measure, "electronicHealthRecord", FLAT, is_inverse=False)
        self.add(
            "reference.qpp_measure", measure_id="COST_HF_1", category="cost", first_performance_year=2024
        )
        self.add(
            "reference.qpp_measure_method", measure_id="COST_HF_1", submission_method="administrativeClaims"
        )
        self.benchmark("COST_HF_1", "administrativeClaims", LADDER, is_inverse=True, ladder="deviation",
                       is_provisional=True, provisional_reason="placeholder")  # fmt: skip

    def add(self, table: str, **values: Any) -> None:
        columns = TABLES[table]
        year = "year" if "year" in columns else "performance_year"
        row = {year: YEAR, **values}
        assert row.keys() <= columns.keys(), row.keys() - columns.keys()
        marks = ", ".join("?" for _ in row)
        self.con.execute(f"insert into {table} ({', '.join(row)}) values ({marks})", list(row.values()))

    def benchmark(self, measure: str, method: str, cuts: dict[str, float], **more: Any) -> None:
        self.add("reference.qpp_benchmark", measure_id=measure, submission_method=method, **cuts, **more)

    def rows(self, name: str) -> list[Row]:
        step = load_catalogue().steps[name]
        assert isinstance(step, PythonStep) and step.function is not None
        columns, types = step.function(StepContext(self.con, self.force))
        assert set(columns) == set(types) and set(step.key) <= set(types)
        cast = [[self._cast(v, types[n]) for v in values.tolist()] for n, values in columns.items()]
        found = [dict(zip(columns, one, strict=True)) for one in zip(*cast, strict=True)]
        keys = [tuple(row[name] for name in step.key) for row in found]
        assert len(set(keys)) == len(keys)
        return sorted(found, key=lambda row: str([row[name] for name in step.key]))

    @staticmethod
    def _cast(value: Any, kind: str) -> Any:
        if value is None or kind == V:
            return value
        return value == "true" if kind == B else float(value) if kind == D else int(value)

    def clinician(self, npi: str, reporting: str = "required", **more: Any) -> None:
        self.add(
            "mips.eligibility", tin="T1", npi=npi, reporting=reporting, small=False, **more
        )  # the rest is open
        self.add("qp.status", tin="T1", npi=npi, part_b_paid=100000)

    def result(self, npi: str | None, measure: str, rate: float, cases: int = 50) -> None:
        self.add("quality.reported", tin="T1", npi=npi, measure_id=measure, collection_type="ecqm", rate=rate,
                 eligible_cases=cases, data_completeness=100, basis="results")  # fmt: skip


@pytest.fixture
def bench() -> Bench:
    return Bench()


def by_key(rows: list[Row]) -> dict[tuple[str, str], Row]:
    return {(row["npi"], row["participation"]): row for row in rows}


def test_without_tables_there_are_no_rows(bench: Bench) -> None:
    assert (
        bench.rows("mips.score") == bench.rows("mips.measure_points") == bench.rows("mips.assumption") == []
    )


def test_a_clinician_has_the_higher_of_the_own_and_the_practice_score(bench: Bench) -> None:
    for npi in ("N1", "N2"):
        bench.clinician(npi)
    bench.result("N1", "236", 95)  # 10 points
    bench.result(None, "236", 60)  # 1 + 60 / 10 = 7 points
    bench.result(None, "001", 55)  # 6.5 points
    bench.add("mips.attestation", tin="T1", improvement_activities_attested=2,
              promoting_interoperability_score=0.9)  # fmt: skip
    found = by_key(bench.rows("mips.score"))
    own, group = found["N1", "individual"], found["N1", "group"]
    # no cost: 55 / 0 / 15 / 30; own 10 / 60 * 55 + 15 + 27, the practice's 13.5 / 60 * 55 + 15 + 27
    assert own["final_score"] == pytest.approx(51.17, abs=0.005)
    assert group["final_score"] == pytest.approx(54.38, abs=0.005)
    assert (own["counts"], group["counts"]) == (False, True)
    assert ("N2", "individual") not in found and found["N2", "group"]["counts"]
    # 9 % * (75 - 54.38) / 75 of 100000
    assert group["dollars"] == pytest.approx(-2474.40, abs=0.5)
    assert group["payment_year"] == YEAR + 2 and group["missing"] is None
    points = {(r["npi"], r["measure_id"]): r for r in bench.rows("mips.measure_points")}
    assert points["", "001"]["points"] == 6.5 and points["N1", "236"]["points"] == 10
    told = {r["rule"]: r["status"] for r in bench.rows("mips.assumption")}
    # weights, and what the adjustment rests on: the threshold, a factor of another year, which score counts
    assert told.items() >= {
        "mips.category_weight_quoted": "secondary", "qp.mips_threshold": "secondary",
        "mips.score_priority": "assumed", "mips.default_pathway": "assumed",
        "mips.reporting_adjusts": "assumed", "mips.missing_outcome_rule": "assumed",
    }.items()  # fmt: skip


def test_the_order_of_rows_in_a_table_says_nothing(bench: Bench) -> None:
    turned = Bench()
    for one in (bench, turned):
        for npi in ("N1", "N2"):
            one.clinician(npi)
        one.result("N1", "236", 95)
        one.result("N2", "001", 30)
        # without a benchmark, and incomplete: two rows of one table of the rules
        for measure, kind, complete in (("001", "mipscqm", 100), ("236", "ecqm", 10)):
            one.add("quality.reported", tin="T1", measure_id=measure, collection_type=kind, rate=55,
                    eligible_cases=50, data_completeness=complete, basis="results")  # fmt: skip
        one.add("mips.administrative_measure", tin="T1", npi="N1", measure_id="001", cases=18, rate=50.0,
                is_scorable=True, is_proxy=True, basis="proxy: loaded claims", case_minimum=18)  # fmt: skip
        one.add("mips.cost_measure", tin="T1", npi="N2", measure_id="COST_HF_1", cases=30, rate=10000.0,
                is_scorable=True, is_proxy=True, basis="proxy: loaded claims")  # fmt: skip
    for table in TABLES:
        turned.con.execute(f"create or replace table {table} as select * from {table} order by rowid desc")
    for step in ("mips.score", "mips.measure_points", "mips.assumption"):
        assert turned.rows(step) == bench.rows(step), step


def test_a_factor_of_another_year_is_said_to_stand_in(bench: Bench) -> None:
    bench.clinician("N1")
    for measure in ("001", "236"):
        bench.result("N1", measure, 95)
    bench.add("mips.attestation", tin="T1", improvement_activities_attested=2,
              promoting_interoperability_score=1.0)  # fmt: skip
    for number in range(4):
        bench.add("reference.qpp_measure", measure_id=f"10{number}", category="quality", is_inverse=False,
                  measure_type="process", is_high_priority=False, first_performance_year=2017)  # fmt: skip
        bench.add("reference.qpp_measure_method", measure_id=f"10{number}",
                  submission_method="electronicHealthRecord")  # fmt: skip
        bench.benchmark(f"10{number}", "electronicHealthRecord", FLAT, is_inverse=False)
        bench.result("N1", f"10{number}", 95)
    (found,) = bench.rows("mips.score")
    # payment year 2027 has no published factor: 0.1167 of 2026 stands in, 9 % of it for 100 points
    assert found["final_score"] == 100 and found["payment_adjustment_factor"] == pytest.approx(0.010503)
    told = {r["rule"]: r["status"] for r in bench.rows("mips.assumption")}
    assert told["mips.unpublished_factor_rule"] == "assumed"
    assert told["qp.mips_scaling_factor"] == "secondary"


def test_a_score_that_cannot_adjust_a_clinician_does_not_count(bench: Bench) -> None:
    bench.clinician("N1", "group_only")
    bench.clinician("N2", "excluded_qp")
    for npi in ("N1", "N2"):
        bench.result(npi, "236", 95)
    bench.result(None, "236", 60)
    found = by_key(bench.rows("mips.score"))
    assert (found["N1", "individual"]["counts"], found["N1", "group"]["counts"]) == (False, True)
    assert not found["N2", "individual"]["counts"] and not found["N2", "group"]["counts"]
    assert found["N2", "group"]["dollars"] == 0


def test_cost_proxies_and_placeholders_are_marked(bench: Bench) -> None:
    bench.clinician("N1")
    bench.result("N1", "236", 95)
    bench.add("mips.cost_measure", tin="T1", npi="N1", measure_id="COST_HF_1", cases=30, rate=10000.0,
              is_scorable=True, is_proxy=True, basis="proxy: loaded claims")  # fmt: skip
    bench.add("mips.cost_measure", tin="T1", npi="N1", measure_id="COST_LBP_1", cases=3, rate=10000.0,
              is_scorable=False, is_proxy=True, basis="proxy: loaded claims")  # fmt: skip
    (found,) = bench.rows("mips.score")
    assert found["is_proxy"] and found["provisional"] and found["cost_percent"] == 75  # the median
    assert found["missing"] == "improvement activities, promoting interoperability"
    points = {r["measure_id"]: r for r in bench.rows("mips.measure_points")}
    assert points["COST_HF_1"]["points"] == 7.5 and points["COST_HF_1"]["provisional"]
    assert points["COST_LBP_1"]["result"] == "few_cases" and points["COST_LBP_1"]["points"] is None


def test_measures_of_claims_are_asked_for_their_own_case_minimum(bench: Bench) -> None:
    bench.clinician("N1")
    bench.result("N1", "236", 95)
    # mips.md 5.1: procedural episodes 10; mips.md 4.8: measure 484 18. Both are fewer than the general 20
    bench.add("mips.cost_measure", tin="T1", npi="N1", measure_id="COST_HF_1", cases=12, rate=10000.0,
              is_scorable=True, is_proxy=True, basis="proxy: loaded claims", case_minimum=10)  # fmt: skip
    bench.add("mips.administrative_measure", tin="T1", npi="N1", measure_id="001", cases=18, rate=50.0,
              is_scorable=True, is_proxy=True, basis="proxy: loaded claims", case_minimum=18)  # fmt: skip
    bench.add("reference.qpp_measure_method", measure_id="001", submission_method="administrativeClaims")
    bench.benchmark("001", "administrativeClaims", FLAT, is_inverse=False)
    points = {r["measure_id"]: r for r in bench.rows("mips.measure_points")}
    assert (points["COST_HF_1"]["result"], points["COST_HF_1"]["points"]) == ("scored", 7.5)
    assert (points["001"]["result"], points["001"]["points"]) == ("scored", 6)
    (found,) = bench.rows("mips.score")
    assert found["cost_percent"] == 75 and found["quality_available"] == 70


def test_an_entity_is_scored_by_app_plus_and_all_its_clinicians_have_its_score(bench: Bench) -> None:
    for npi in ("N1", "N2"):
        bench.clinician(npi, apm_entity_id="A1")
    for measure, rate in (("236", 95.0), ("001", 55.0)):
        bench.add("quality.rollup", level="entity", entity_id="A1", measure_id=measure,
                  collection_type="ecqm", stratum="", rate=rate, case_count=500,
                  completeness=100)  # fmt: skip
    bench.add("mips.administrative_entity", apm_entity_id="A1", measure_id="479", cases=500, rate=0.15,
              is_scorable=False, is_proxy=True, basis="proxy: loaded claims")  # fmt: skip
    found = by_key(bench.rows("mips.score"))
    one = found["N1", "apm_entity"]
    assert one["entity_id"] == "A1" and one["pathway"] == "app_plus" and one["counts"]
    # six measures, 479 is not scored: 16.5 points and 2 of a complex organization of 50; activities are given
    assert one["quality_available"] == 50 and one["quality_points"] == 16.5
    assert one["organization_adjustment"] == 1  # 236 has ten points already
    assert one["improvement_activities_percent"] == 100
    assert found["N2", "apm_entity"]["final_score"] == one["final_score"]


def test_several_rates_of_a_measure_of_an_entity_are_one() -> None:
    bench = Bench({"mips.registration": [registered(entity_id="V1", participation="virtual_group",
                                                    pathway="traditional")]})  # fmt: skip
    bench.clinician("N1")
    kinds = {"009": "simpleAverage", "370": "weightedAverage", "226": "split", "238": "overallStratumOnly"}
    for measure, algorithm in kinds.items():
        bench.add("reference.qpp_measure", measure_id=measure, category="quality", measure_type="outcome",
                  is_inverse=False, is_high_priority=True, first_performance_year=2017,
                  overall_algorithm=algorithm)  # fmt: skip
        bench.add("reference.qpp_measure_method", measure_id=measure,
                  submission_method="electronicHealthRecord")  # fmt: skip
        bench.benchmark(measure, "electronicHealthRecord", FLAT, is_inverse=False)
        for stratum, rate, met, cases in (("first", 20.0, 10, 50), ("overall" if measure == "238" else "last",
                                                                    60.0, 90, 150)):  # fmt: skip
            bench.add("quality.rollup", level="entity", entity_id="V1", measure_id=measure, rate=rate,
                      collection_type="ecqm", stratum=stratum, case_count=cases, completeness=100,
                      numerator=met, not_met=cases - met, not_captured=0)  # fmt: skip
    points = {r["measure_id"]: (r["rate"], r["eligible_cases"], r["points"])
              for r in bench.rows("mips.measure_points")}  # fmt: skip
    # mips.md 4.7: the mean of 20 and 60; 100 of 200; the rate called overall. Split rates are scored apart
    assert points == {"009": (40, 150, 5), "370": (50, 200, 6), "238": (60, 150, 7)}


def registered(**row: str) -> dict[str, str]:
    return {
        "tin": "T1",
        "npi": "",
        "entity_id": "",
        "participation": "group",
        "pathway": "mvp",
        "mvp_id": "",
    } | row


def test_a_registration_adds_an_mvp_a_subgroup_and_a_virtual_group() -> None:
    bench = Bench(
        {
            "mips.registration": [
                registered(mvp_id="G0055"),
                registered(npi="N1", entity_id="S1", participation="subgroup", mvp_id="G0055"),
                registered(npi="N2", entity_id="V1", participation="virtual_group", pathway="traditional"),
            ]
        }
    )
    for npi in ("N1", "N2", "N3"):
        bench.clinician(npi)
    bench.result(None, "236", 85)  # 9.5 points
    for entity, rate in (("S1", 95.0), ("V1", 20.0)):
        bench.add("quality.rollup", level="entity", entity_id=entity, measure_id="236",
                  collection_type="ecqm", stratum="", rate=rate, case_count=50, completeness=100)  # fmt: skip
    bench.add("mips.cost_measure", tin="T1", npi="", measure_id="COST_HF_1", cases=30, rate=10000.0,
              is_scorable=True, is_proxy=True, basis="proxy: loaded claims")  # fmt: skip
    found = {(r["npi"], r["participation"], r["pathway"]): r for r in bench.rows("mips.score")}
    assert set(found) == {
        *((npi, "group", pathway) for npi in ("N1", "N2", "N3") for pathway in ("traditional", "mvp")),
        ("N1", "subgroup", "mvp"), ("N2", "virtual_group", "traditional"),
    }  # fmt: skip
    counting = {npi: key for key, row in found.items() if row["counts"] for npi in key[:1]}
    # the subgroup's 10 of 40 points beat the practice's 9.5; a virtual group's counts although it is lower
    assert counting == {"N1": ("N1", "subgroup", "mvp"), "N2": ("N2", "virtual_group", "traditional"),
                        "N3": ("N3", "group", "mvp")}  # fmt: skip
    assert found["N1", "subgroup", "mvp"]["quality_percent"] == 25
    assert found["N1", "subgroup", "mvp"]["cost_percent"] == 75  # of its practice
    assert found["N3", "group", "mvp"]["mvp_id"] == "G0055" and found["N3", "group", "mvp"]["counts"]
