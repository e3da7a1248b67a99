"""What CY 2026 did to the schedule, counted from the two relative value files: pfs.md B.1 and B.2."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pytest

from corridor.billing.impact_factors import efficiency_adjusted, efficiency_multiplier
from corridor.engine.connection import parquet
from corridor.law import load_rules

FORCE = load_rules(["pfs", "qp"]).in_force(2026)
SHARE = float(FORCE["pfs.efficiency_adjustment"].value)
DECIMALS = int(FORCE["pfs.rvu_decimals"].value)
_ROWS = """
select a.hcpcs_code, a.modifier, a.global_days, cast(a.work_rvu as double) as before,
    cast(b.work_rvu as double) as after, cast(a.facility_pe_rvu as double) as pe_before,
    cast(b.facility_pe_rvu as double) as pe_after
from rvu as a join rvu as b on b.hcpcs_code = a.hcpcs_code and b.modifier = a.modifier
where a.year = 2025 and b.year = 2026 and a.work_rvu > 0 and b.work_rvu > 0
    and a.status_code in ('A', 'R', 'T') and b.status_code in ('A', 'R', 'T')
order by 1, 2
"""


@pytest.fixture(scope="module")
def rows(pfs_home: Any) -> dict[str, Any]:
    """Payable rows with work in both years, and what became of each: cut, hidden, exempt or revalued."""
    with duckdb.connect() as con:
        files = sorted((pfs_home / "reference" / "pfs_rvu").glob("*/*.parquet"))
        con.execute(f"create view rvu as select * from {parquet(files)}")
        found = {name: np.asarray(values) for name, values in con.execute(_ROWS).fetchnumpy().items()}
    expected = efficiency_adjusted(found["before"], SHARE, DECIMALS)
    same = found["after"] == found["before"]
    cut = efficiency_multiplier(FORCE, found["before"], found["after"], 2025, 2026) != 1
    hidden = same & (expected == found["before"])
    found["fate"] = np.select([cut, hidden, same], ["cut", "hidden", "exempt"], "revalued")
    return found


def count(rows: dict[str, Any], fate: str, days: str | None = None) -> int:
    chosen = (rows["fate"] == fate) & ((rows["global_days"] == days) if days else True)
    return int(chosen.sum())


def test_the_efficiency_adjustment_is_exact(rows):
    assert len(rows["fate"]) == 8118
    assert {fate: count(rows, fate) for fate in ("cut", "hidden", "exempt", "revalued")} == {
        "cut": 7372, "hidden": 261, "exempt": 430, "revalued": 55}  # fmt: skip


@pytest.mark.parametrize(
    ("days", "cut", "exempt"),
    [
        ("090", 3724, 2),
        ("010", 464, 0),
        ("000", 1190, 10),
        ("ZZZ", 421, 54),
        ("XXX", 1573, 346),
        ("MMM", 0, 17),
    ],
)
def test_who_was_cut_by_global_days(rows, days, cut, exempt):
    assert (count(rows, "cut", days), count(rows, "exempt", days)) == (cut, exempt)


@pytest.mark.parametrize(
    ("days", "fate", "codes", "median"),
    [("090", "cut", 3724, 0.826), ("010", "cut", 453, 0.813), ("000", "cut", 1002, 0.682),
     ("ZZZ", "cut", None, 0.608), ("XXX", "exempt", 184, 0.675), ("MMM", "exempt", 17, 0.579)],
)  # fmt: skip
def test_facility_practice_expense_of_codes_with_work_above_one(rows, days, fate, codes, median):
    # B.2: median of facility PE 2026 / 2025, to three decimals
    chosen = (rows["fate"] == fate) & (rows["global_days"] == days) & (rows["before"] > 1)
    chosen &= rows["pe_before"] > 0
    if codes is not None:
        assert int(chosen.sum()) == codes
    assert float(np.median(rows["pe_after"][chosen] / rows["pe_before"][chosen])) == pytest.approx(
        median, abs=6e-4
    )


def test_the_named_codes_of_the_rule(rows):
    # H.1 no. 1 and the list of B.1
    at = {
        (code, modifier): place
        for place, (code, modifier) in enumerate(zip(rows["hcpcs_code"], rows["modifier"]))
    }
    for code, modifier, before, after in (
        ("27447", "", 19.60, 19.11), ("66984", "", 7.35, 7.17), ("45378", "", 3.26, 3.18),
        ("70553", "26", 2.29, 2.23),
    ):  # fmt: skip
        place = at[(code, modifier)]
        assert (rows["before"][place], rows["after"][place], rows["fate"][place]) == (before, after, "cut")
    assert rows["fate"][at[("93000", "")]] == "hidden"
    for code in ("90834", "90837"):
        assert rows["fate"][at[(code, "")]] == "revalued"
    visits = "99202 99214 99223 99232 99238 99283 99291 99308 99341 99350"
    for code in f"{visits} 99490 99424 99495 99492 G0557 G2211 97110 92014".split():
        assert rows["fate"][at[(code, "")]] in ("exempt", "hidden"), code
