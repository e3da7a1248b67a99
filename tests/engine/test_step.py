"""Headers of steps: what they must say, and what a malformed one answers."""

from __future__ import annotations

import numpy as np
import pytest

from corridor.engine.catalogue import Catalogue, _add, load_catalogue
from corridor.engine.connection import connect
from corridor.engine.describe import describe
from corridor.engine.step import StepContext, parse_sql_step, python_step
from corridor.errors import CorridorError
from tests.engine.community import LINE, SPEND


def test_a_header_is_read() -> None:
    step = parse_sql_step(LINE, "line.sql")
    assert step.step == "toy.line"
    assert step.key == ("claim_id",)
    assert step.reads == ("toy_raw.line", "identity.person_alias")
    assert step.partition == "service_month"
    assert step.evidence is None
    assert step.sql.startswith("select")
    assert parse_sql_step(SPEND, "spend.sql").evidence.table == "toy.line"  # type: ignore[union-attr]


def test_a_header_line_may_go_on_in_the_next() -> None:
    text = SPEND.replace("-- cites:     Corridor", "-- cites:     42 CFR 512.710(b),\n--            and (c)")
    assert parse_sql_step(text, "spend.sql").cites == "42 CFR 512.710(b), and (c)"


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("-- key:       person_id\n", "", "key"),
        ("-- step:      toy.spend", "-- step:      Spend", "step"),
        ("toy.line(claim_id)", "toy.line claim_id", "evidence"),
        ("-- cites:     Corridor", "-- cites:     Corridor\n-- cites:     again", "cites"),
    ],
)
def test_a_malformed_header_names_its_line(old: str, new: str, field: str) -> None:
    with pytest.raises(CorridorError) as caught:
        parse_sql_step(SPEND.replace(old, new), "spend.sql")
    assert caught.value.code == "STEP-HEADER"
    assert caught.value.field == field
    assert caught.value.file == "spend.sql"


def test_two_steps_of_one_name() -> None:
    with pytest.raises(CorridorError) as caught:
        _add({"toy.line": parse_sql_step(LINE, "a.sql")}, parse_sql_step(LINE, "b.sql"))
    assert caught.value.code == "STEP-TWICE"


def test_a_python_step_declares_the_same_facts() -> None:
    @python_step(
        step="toy.fit",
        makes="one row",
        key=["x"],
        reads=["toy.line"],
        cites="Corridor",
        evidence="toy.line(claim_id)",
    )
    def fit(ctx: StepContext) -> dict[str, object]:
        return {}

    declared = fit.__dict__["corridor_step"]
    assert (declared.step, declared.key, declared.reads) == ("toy.fit", ("x",), ("toy.line",))
    page = describe(Catalogue({"toy.fit": declared}, {}))
    assert "### `toy.fit`" in page


def test_every_step_of_the_package_can_be_ordered_and_reads_known_tables() -> None:
    catalogue = load_catalogue()
    known = set(catalogue.steps) | set(catalogue.raw_tables) | {"identity.person_alias", "run.setting"}
    for step in catalogue.order():
        for read in step.reads:
            assert read in known or read.startswith("reference."), f"{step.step} reads {read}"


def test_null_text_reaches_a_python_step_as_none() -> None:
    con = connect()
    context = StepContext(con, None, {})  # type: ignore[arg-type]
    found = context.numpy(
        "select * from (values ('a', 1, date '2025-01-01'), (null, null, null)) as t(word, n, day)"
    )
    assert list(found["word"]) == ["a", None]
    assert np.isnan(found["n"][1]) and np.isnat(found["day"][1])
