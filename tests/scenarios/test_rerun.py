"""Steps of a run computed again with one table changed, beside the run, which stays as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from corridor.engine.catalogue import Catalogue
from corridor.engine.runs import Run, open_run
from corridor.engine.step import PythonStep
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.scenarios import rerun
from corridor.scenarios.rerun import recomputed, touched
from tests.engine.community import NoRules, catalogue, deliver, runner

ROWS = [("c1", "m1", 10.00, 202701), ("c2", "m2", 5.25, 202701), ("c3", "m1", 1.50, 202702)]
DOUBLED = {"toy.line": "select claim_id, person_id, paid * 2 as paid, service_month from toy.line"}


class Law(NoRules):
    """A law without rules, asked whether it has one."""

    def __contains__(self, name: object) -> bool:
        return False


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    warehouse = Warehouse.open(tmp_path / "home")
    deliver(warehouse, tmp_path / "a", ROWS)
    runner(warehouse).run()
    monkeypatch.setattr(rerun, "load_catalogue", catalogue)
    return open_run(tmp_path / "home")


def spend(con: Any) -> list[float]:
    return [float(row[0]) for row in con.execute("select paid from toy.spend order by paid").fetchall()]


def test_what_hangs_on_a_changed_table_is_computed_again(toy: Run) -> None:
    assert [step.step for step in touched(["toy.line"], ["toy.spend"])] == ["toy.spend"]
    law: Any = Law()
    con = recomputed(toy, law, DOUBLED, ["toy.spend"])
    # m1: (10 + 1.5) x 2, m2: 5.25 x 2
    assert spend(con) == [10.5, 23.0]
    assert [float(row["paid"]) for row in toy.query("select paid from toy.spend order by paid")] == [
        5.25,
        11.5,
    ]


def test_what_does_not_hang_on_it_is_the_run_itself(toy: Run) -> None:
    law: Any = Law()
    assert spend(recomputed(toy, law, {}, ["toy.spend"])) == [5.25, 11.5]


def test_a_change_of_raw_rows_reaches_every_step(toy: Run) -> None:
    law: Any = Law()
    one = {"toy_raw.line": "select * from toy_raw.line where claim_id = 'c2'"}
    assert spend(recomputed(toy, law, one, ["toy.spend"])) == [5.25]


def test_a_table_the_run_lacks_is_named(toy: Run) -> None:
    law: Any = Law()
    toy.manifest["steps"] = [one for one in toy.manifest["steps"] if one["step"] != "toy.line"]
    with pytest.raises(CorridorError) as refused:
        recomputed(toy, law, DOUBLED, ["toy.spend"])
    assert (refused.value.code, refused.value.field) == ("RERUN-TABLE", "toy.line")


def test_a_step_that_is_no_sql_is_refused(toy: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    law: Any = Law()
    steps = dict(catalogue().steps)
    kept = {name: getattr(steps["toy.spend"], name) for name in ("step", "makes", "key", "reads", "rules",
                                                                 "cites", "evidence")}  # fmt: skip
    steps["toy.spend"] = PythonStep(**kept)
    monkeypatch.setattr(rerun, "load_catalogue", lambda: Catalogue(steps, catalogue().raw_tables))
    with pytest.raises(CorridorError) as refused:
        recomputed(toy, law, DOUBLED, ["toy.spend"])
    assert refused.value.code == "RERUN-STEP"
