"""Cases of overpayment in the browser: opened, sampled, reviewed, refunded, closed; and who may not."""

from __future__ import annotations

import csv
import io
import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from corridor.jobs.overpayment_case import Case, add_event, read_case
from corridor.settings import Settings
from corridor.web import audit
from corridor.web.pages.billing_cases import refund_path
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.billing_run import MINE, OTHER, write_billing_run
from tests.web.conftest import Person, signed_in

EVERY = Scope(every_row=True)


@pytest.fixture(scope="session")
def case_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("cases") / "data"
    write_billing_run(home)
    return home


@pytest.fixture
def desk(case_home: Path, tmp_path: Path) -> Workbench:
    """A warehouse of its own: a case is written into it."""
    home = tmp_path / "data"
    shutil.copytree(case_home, home)
    return Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


def send(person: Person, path: str, **fields: str) -> str:
    answer = person.post(path, data={"csrf": person.csrf, **fields})
    assert answer.status_code in (303, 400), answer.text[:300]
    return person.get(answer.headers["location"]).text if answer.status_code == 303 else answer.text


def words(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text)


def test_a_case_from_its_opening_to_its_end(desk: Workbench) -> None:
    person = signed_in(desk, [Role.biller], Scope(tin=(MINE,)))
    text = send(person, "/billing/overpayments", tin=MINE, name="ONE", identified="2026-11-02")
    # two findings name one claim line: it counts once, with the larger Medicare payment of 55.68
    assert "$56 goes back by 2027-01-01" in words(text) or "$56 had to go back by 2027-01-01" in words(text)
    path = "/billing/overpayments/ONE"
    assert "OVERPAYMENT-SAMPLE-SIZE" in send(person, f"{path}/sample", seed="7")
    assert "WEB-REQUEST" in send(person, f"{path}/sample", seed="x")
    text = send(person, f"{path}/investigate", begun="2026-11-04", concluded="")
    assert "investigated" in text and "Suspended until" in text
    text = send(person, f"{path}/refund", format="csv")
    assert "The refund of $56 is written" in words(text)
    listed = list(csv.DictReader(io.StringIO(person.get(f"{path}/refund").text)))
    assert [(row["claim_id"], row["refund"]) for row in listed] == [("C0100", "55.68")]
    assert "OVERPAYMENT-ORDER" in send(person, f"{path}/refund", format="csv")  # never twice
    assert "Closed: $56 went back" in words(send(person, f"{path}/close", reason=""))
    assert "OVERPAYMENT-CLOSED" in send(person, f"{path}/close", reason="again")
    assert [event["event"] for event in read_case(desk.home, "ONE").events] == [
        "opened", "investigated", "refunded", "closed",
    ]  # fmt: skip
    rows = person.get("/api/v1/overpayments").json()["rows"]
    assert [(row["case"], row["state"], row["amount"]) for row in rows] == [("ONE", "closed", 55.68)]


def test_a_case_is_of_a_practice_one_may_see(desk: Workbench) -> None:
    limited = signed_in(desk, [Role.biller], Scope(tin=(OTHER,)))
    assert "WEB-FORBIDDEN" in send(limited, "/billing/overpayments", tin=MINE)
    assert "WEB-FORBIDDEN" in send(limited, "/billing/overpayments", tin="")
    whole = signed_in(desk, [Role.biller], EVERY)
    send(whole, "/billing/overpayments", tin=MINE, name="ONE")
    assert "ONE" not in limited.get("/billing/overpayments").text
    for path in ("/billing/overpayments/ONE", "/billing/overpayments/ONE/sample"):
        assert limited.get(path).status_code == 404
    answer = limited.post("/billing/overpayments/ONE/close", data={"csrf": limited.csrf, "reason": "x"})
    assert answer.status_code == 404 and read_case(desk.home, "ONE").last("closed") is None
    assert limited.get("/api/v1/overpayments").json()["rows"] == []
    assert whole.get("/billing/overpayments/../x").status_code in (400, 404)
    assert "OVERPAYMENT-DATE" in send(whole, "/billing/overpayments", tin=MINE, identified="yesterday")
    assert "OVERPAYMENT-NOTHING" in send(whole, "/billing/overpayments", tin=MINE)  # a line is in one case


def test_only_a_biller_moves_a_case_and_an_executive_sees_no_line(desk: Workbench) -> None:
    send(signed_in(desk, [Role.biller], EVERY), "/billing/overpayments", tin=MINE, name="ONE")
    for role in (Role.executive, Role.analyst, Role.auditor):
        person = signed_in(desk, [role], EVERY)
        text = person.get("/billing/overpayments/ONE").text
        assert "$55.68" in text and "C0100" not in text and "Close the case" not in text
        answer = person.post("/billing/overpayments/ONE/close", data={"csrf": person.csrf, "reason": "x"})
        assert answer.status_code == 403
        may = person.get("/billing/overpayments/ONE/sample").status_code
        assert may == (400 if role is Role.analyst else 403)


def test_only_the_refund_file_that_was_noted_is_handed_out(desk: Workbench) -> None:
    person = signed_in(desk, [Role.biller], EVERY)
    path = "/billing/overpayments/ONE"
    send(person, "/billing/overpayments", tin=MINE, name="ONE")
    assert "WEB-REQUEST" in send(person, f"{path}/sample", seed="²")
    send(person, f"{path}/refund", format="csv")
    assert person.get(f"{path}/refund").status_code == 200
    file = refund_path(desk.home, "ONE-refund.csv")
    file.write_bytes(file.read_bytes() + b"1AA0AA0AA01\n")
    answer = person.get(f"{path}/refund")
    assert (
        answer.status_code == 400 and "not as it was written" in answer.text and "1AA0AA" not in answer.text
    )
    named = dict(read_case(desk.home, "ONE").last("refunded") or {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Case, "last", lambda case, event: {**named, "with_identifiers": True})
        assert "names people" in person.get(f"{path}/refund").text


def test_that_single_lines_were_seen_is_in_the_log(desk: Workbench) -> None:
    person = signed_in(desk, [Role.biller], EVERY)
    path = "/billing/overpayments/ONE"
    send(person, "/billing/overpayments", tin=MINE, name="ONE")
    (line,) = read_case(desk.home, "ONE").lines
    add_event(desk.home, "ONE", "sampled", date(2026, 11, 5), {
        "seed": 7, "size": 1, "stratify": None, "units": {"all": 1}, "chosen": [
            [line["source_id"], line["claim_id"], line["line"], "all"]],
    })  # fmt: skip
    for who in (person, signed_in(desk, [Role.executive], EVERY)):  # who sees no line
        assert who.get(path).status_code == 200
    assert person.get(f"{path}/sample").status_code == 200
    told = [row["subject"] for row in audit.newest(desk.state, 20) if row["action"] == "patient_rows"]
    assert told == ["sample of case ONE as a file, 1 rows", "sample of case ONE, 1 rows"]
