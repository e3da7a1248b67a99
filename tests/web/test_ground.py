"""What results stand on: the law in its times, methods with their text, loads and runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from corridor.law import load_rules
from corridor.web.ground.depends import downstream, every_formula, formulas_on, rules_on, tables_on
from corridor.web.ground.runs import changed_tables, run_history
from corridor.web.pages.data import _delays
from corridor.web.roles import Role
from tests.web.conftest import Person, Sign


@pytest.fixture
def auditor(signed: Sign) -> Person:
    return signed(Role.auditor)


def test_rules_by_program_status_words_and_year(auditor: Person) -> None:
    page = auditor.get("/rules?program=asm&year=2031").text
    assert "In force in 2031" in page and "risk_level" in page
    assert "to verify" in auditor.get("/rules?program=all&status=assumed").text
    assert "risk_level" in auditor.get("/rules?program=asm&q=share+of+Part+B").text
    assert "No rule fits" in auditor.get("/rules?program=asm&q=nothingofthekind").text


def test_rules_as_known_on_a_day(auditor: Person) -> None:
    """The values of asm.risk_level became known on 2025-10-31."""
    assert "Nothing of it was known then" in auditor.get("/rules/asm.risk_level?known=2025-01-01").text
    later = auditor.get("/rules/asm.risk_level?known=2025-12-01").text
    assert "As known on 2025-12-01" in later and "0.09" in later
    refused = auditor.get("/rules?known=tomorrow")
    assert refused.status_code == 400 and "WEB-REQUEST" in refused.text


def test_rules_as_a_file(auditor: Person) -> None:
    answer = auditor.get("/rules?program=asm&q=risk_level&format=csv")
    assert answer.headers["content-type"].startswith("text/csv")
    head, first, *_ = answer.text.lstrip("\ufeff").splitlines()
    assert head.startswith("rule,about,value,unit,status,valid_from") and first.startswith("asm.")


def test_what_depends_on_a_rule(auditor: Person) -> None:
    assert "asm.result" in tables_on("asm.risk_level")
    assert any(one.it.name == "payment_adjustment_factor" for one in formulas_on("asm.risk_level"))
    assert "attribution.person" in downstream(("attribution.answer",))
    assert rules_on("asm.risk_level", load_rules(["asm"])) == tuple(
        sorted(rules_on("asm.risk_level", load_rules(["asm"])))
    )
    page = auditor.get("/rules/asm.risk_level").text
    assert "/methods/formulas/asm/payment_adjustment_factor" in page and "/methods/steps/asm.result" in page


def test_methods_show_the_text_that_computes(auditor: Person) -> None:
    assert "attribution.person" in auditor.get("/methods?room=attribution").text
    step = auditor.get("/methods/steps/attribution.person").text
    assert "join attribution.clinician_share" in step and "Read by" in step
    assert "group by all" in auditor.get("/methods/steps/panel.spend").text
    factor = auditor.get("/methods/formulas/asm/payment_adjustment_factor").text
    assert "payment_adjustment_factor = " in factor and "/rules/asm.risk_level" in factor
    for path in ("/methods/steps/no.such", "/methods/formulas/asm/none", "/methods/formulas/none/none"):
        assert auditor.get(path).status_code == 404
    assert auditor.get("/methods?format=csv").text.lstrip("\ufeff").startswith("name,link,kind")


def test_every_formula_has_its_page(auditor: Person) -> None:
    for one in every_formula()[::25]:
        assert auditor.get(one.link).status_code == 200


@pytest.mark.parametrize("view", ["", "aside", "complete", "run", "history"])
def test_data_health_answers(signed: Sign, view: str) -> None:
    for role in (Role.analyst, Role.administrator):
        answer = signed(role).get(f"/data?view={view}")
        assert answer.status_code == 200 and answer.text.count("<h1") == 1


def test_delays_are_shares_of_what_is_expected() -> None:
    """100 in the month and 60 the next of 160 x 1.25 = 200 expected: 50 and 80 percent."""
    rows = [
        {"service_month": 202711, "lag": 0, "amount": 100},
        {"service_month": 202711, "lag": 1, "amount": 60},
        {"service_month": 202712, "lag": 0, "amount": 0},
    ]
    assert _delays(rows, {202711: 1.25}, {202711: 2}) == [("Nov 2027", (0.5, 0.8, 0.8), 0.8)]


def test_runs_tell_what_changed(tmp_path: Path) -> None:
    first = {
        "finished": "2027-01-01T00:00:00", "seconds": 60.0, "deliveries": [{"delivery_id": "a"}],
        "steps": [{"step": "a.b", "rows": 2, "made": 1, "digest": "x"}, {"step": "a.c", "rows": 1, "made":
        1, "digest": "y"}],
    }  # fmt: skip
    second = {
        "finished": "2027-02-01T00:00:00", "seconds": 5.0,
        "deliveries": [{"delivery_id": "a"}, {"delivery_id": "b"}],
        "steps": [{"step": "a.b", "rows": 3, "made": 1, "digest": "z"}, {"step": "a.c", "rows": 1, "made":
        0, "digest": "y"}],
    }  # fmt: skip
    for name, one in (("1", first), ("2", second), ("3", {"steps": []})):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "manifest.json").write_text(json.dumps(one), encoding="utf-8")
    newest, oldest = run_history(tmp_path)
    assert (newest.run_id, newest.made, newest.reused, newest.changed) == ("2", 1, 1, 1)
    assert newest.words == ["one more delivery"] and oldest.changed is None
    assert changed_tables(second, first) == ["a.b"]
