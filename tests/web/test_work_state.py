"""What is decided about items: kept over runs and loads, never overwritten unseen, never made twice."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from corridor.settings import Settings
from corridor.web import audit
from corridor.web.accounts import read_accounts
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import Person, Sign, browser
from tests.web.test_api import token
from tests.web.work_tables import (
    FIRST,
    MISSED,
    NORTH,
    SECOND,
    SOUTH,
    THIRD,
    work_tables,
    write_identity,
    write_tables,
)

LATER = {"1AA0AA0AA03": 1, "1AA0AA0AA01": 2, "1AA0AA0AA04": 3}
PEOPLE = {"1AA0AA0AA01": 1, "1AA0AA0AA02": 2, "1AA0AA0AA03": 3, "1AA0AA0AA04": 4}
WITHOUT_FIRST = [row for row in MISSED if row[0] != 1]


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    home = tmp_path / "work"
    write_tables(home, FIRST, work_tables())
    write_identity(home, PEOPLE)
    return Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


def item_of(person: Person, patient: int, status: str = "all") -> dict[str, Any]:
    rows = person.get(f"/api/v1/work/apcm?status={status}").json()["rows"]
    found: dict[str, Any] = next(row for row in rows if row["patient"] == patient)
    return found


def save(person: Person, item: str, **given: str) -> Any:
    data = {"csrf": person.csrf, "key": "key-of-this", "version": "0", "status": "open", "assignee": "",
            "due": "", "note": "", **given}  # fmt: skip
    return person.post(f"/work/apcm/items/{item}", data=data)


def number(bench: Workbench, person: str) -> str:
    return str(next(one.account_id for one in read_accounts(bench.state) if one.name.startswith(person)))


def test_an_item_is_assigned_and_done_and_every_step_is_kept(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller)
    item = item_of(person, 1)["item"]
    me = number(bench, "biller")
    assert save(person, item, assignee=me, due="2027-05-01", note="call").status_code == 303
    kept = item_of(person, 1)
    assert (kept["status"], kept["due"], kept["note"], kept["version"]) == (
        "assigned",
        "2027-05-01",
        "call",
        1,
    )
    mine = person.get("/work").text
    assert "1 item is assigned to you" in mine and "$150" in mine
    assert save(person, item, key="another-key", version="1", quick="done", note="called").status_code == 303
    page = person.get(f"/work/apcm/items/{item}?saved=1").text
    assert "Saved." in page and page.count("<td>Done</td>") == page.count("<td>Assigned</td>") == 1
    text = person.get("/work/apcm").text
    assert "2 items are to do" in text and '1 done (<span class="k">$150</span>)' in text
    told = [row["subject"] for row in audit.newest(bench.state, 30) if row["action"] == "work_changed"]
    assert told == [f"apcm {item}, patient 1: done", f"apcm {item}, patient 1: assigned"]
    assert audit.verify(bench.state).broken_at is None


def test_dollars_of_two_lists_are_not_added_up(bench: Workbench, signed: Sign) -> None:
    """150.25 not billed and 32 of services not billed: what they stand for differs, so no sum is told."""
    person = signed(Role.biller)
    me = number(bench, "biller")
    save(person, item_of(person, 1)["item"], assignee=me, due="2020-05-01")
    assert "1 item is assigned to you, 1 of them overdue; they stand for" in plain(person, "/work")
    (other,) = person.get("/api/v1/work/missed-items").json()["rows"]
    data = {"csrf": person.csrf, "key": "key-of-other", "version": "0", "status": "open", "assignee": me,
            "due": "", "note": ""}  # fmt: skip
    assert person.post(f"/work/missed-items/items/{other['item']}", data=data).status_code == 303
    text = plain(person, "/work")
    assert "2 items are assigned to you, 1 of them overdue" in text and "they stand for" not in text
    assert "1 work item is past the due date" in plain(person, "/")


def plain(person: Person, path: str) -> str:
    return re.sub(r"<[^>]+>", "", person.get(path).text)


def test_sending_it_twice_changes_once(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller)
    item = item_of(person, 1)["item"]
    for _ in range(3):
        assert save(person, item, status="done", note="once").status_code == 303
    changes = person.get(f"/api/v1/work/apcm/items/{item}").json()["changes"]
    assert len(changes) == 1 and item_of(person, 1)["version"] == 1
    # the same form, sent again with other words after going back, is another change: of an old version
    assert save(person, item, status="done", note="twice").status_code == 409


def test_two_people_do_not_overwrite_one_another(bench: Workbench, signed: Sign) -> None:
    one, other = signed(Role.biller), signed(Role.clinician)
    item = item_of(one, 1)["item"]
    assert save(one, item, note="mine first").status_code == 303
    answer = save(other, item, key="key-of-other", status="done", note="theirs <b>")
    assert answer.status_code == 409 and "WEB-WORK-CHANGED" in answer.text
    assert "mine first" in answer.text and "theirs &lt;b&gt;" in answer.text  # both, beside one another
    assert 'name="version" value="1"' in answer.text  # saving again is a choice, made knowingly
    assert item_of(one, 1)["note"] == "mine first"
    assert save(other, item, key="key-of-third", version="1", status="done", note="theirs").status_code == 303
    assert item_of(one, 1)["status"] == "done"


def test_what_a_later_run_no_longer_holds_is_resolved_not_lost(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller)
    first, fourth = item_of(person, 1)["item"], item_of(person, 4)["item"]
    save(person, first, assignee=number(bench, "biller"), note="keep me")
    save(person, fourth, key="key-of-fourth", status="done")
    write_tables(bench.home, SECOND, work_tables(WITHOUT_FIRST))
    gone = item_of(person, 1)
    assert (gone["item"], gone["status"], gone["note"], gone["dollars"]) == (
        first,
        "resolved",
        "keep me",
        150.25,
    )
    assert "resolved by the data" in person.get(f"/work/apcm/items/{first}").text
    assert "1 resolved by the data" in person.get("/work/apcm").text
    assert "assigned to you" not in person.get("/work").text.partition("Nothing is")[0]
    assert item_of(person, 4)["flag"] == "still"  # done, and the later run holds it still
    write_tables(bench.home, THIRD, work_tables())
    back = item_of(person, 1)
    assert (back["item"], back["status"], back["version"]) == (first, "assigned", 1)
    assert [row["patient"] for row in person.get("/api/v1/work/apcm?status=again").json()["rows"]] == [4]


def test_what_was_done_and_comes_back_is_flagged(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller)
    item = item_of(person, 1)["item"]
    save(person, item, status="done")
    write_tables(bench.home, SECOND, work_tables(WITHOUT_FIRST))
    assert item_of(person, 1)["status"] == "done" and item_of(person, 1)["flag"] is None
    write_tables(bench.home, THIRD, work_tables())
    assert item_of(person, 1)["flag"] == "back"
    assert "back again" in person.get("/work/apcm?status=done").text
    assert save(person, item, key="key-reopens", version="1", status="open").status_code == 303
    assert item_of(person, 1)["flag"] is None


def test_a_warehouse_loaded_anew_finds_the_same_items(bench: Workbench, signed: Sign, tmp_path: Path) -> None:
    reader = signed(Role.biller)
    before = {row: item_of(reader, row)["item"] for row in (1, 3, 4)}
    home = tmp_path / "anew"
    changed = {1: 2, 3: 1, 4: 3}  # the numbers are given in another order
    moved = [(changed[row[0]], *row[1:]) for row in MISSED if row[0] in changed]
    write_tables(home, FIRST, work_tables(moved))
    write_identity(home, LATER)
    anew = Workbench(home, Settings(), bench.state, names=frozenset({"testserver"}))
    person = signed(Role.clinician, over=anew)
    assert {old: item_of(person, new)["item"] for old, new in changed.items()} == before


def test_two_numbers_that_were_one_person_stay_with_what_was_decided(bench: Workbench, signed: Sign) -> None:
    """Patient 4 turns out to be patient 2, whose identifier came first: the decision goes with the person."""
    person = signed(Role.biller)
    fourth = item_of(person, 4)["item"]
    save(person, fourth, note="of the fourth")
    write_identity(bench.home, {"1AA0AA0AA05": 5}, sequence=2, merged={4: 2})
    write_tables(
        bench.home,
        SECOND,
        work_tables([(2 if row[0] == 4 else row[0], *row[1:]) for row in MISSED if row[0] != 2]),
    )
    now = item_of(person, 2)
    assert now["note"] == "of the fourth" and now["item"] != fourth and now["version"] == 1
    assert save(person, now["item"], key="key-of-merged", version="1", note="of both").status_code == 303
    again = person.get(f"/api/v1/work/apcm/items/{now['item']}").json()
    assert [change["note"] for change in again["changes"]] == ["of both", "of the fourth"]


def test_ticked_items_change_all_or_none(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller)
    items = [item_of(person, patient)["item"] for patient in (1, 3, 4)]
    data = {"csrf": person.csrf, "key": "key-of-bulk", "tick": [f"{item}:0" for item in items],
            "assignee": number(bench, "biller"), "due": "2027-06-01", "back": "?tin="}  # fmt: skip
    answer = person.post("/work/apcm", data=data)
    assert answer.status_code == 303 and answer.headers["location"] == "/work/apcm?tin=&changed=3"
    assert person.post("/work/apcm", data=data).status_code == 303  # sent twice
    assert [item_of(person, patient)["version"] for patient in (1, 3, 4)] == [1, 1, 1]
    assert "3 items were changed" in person.get(answer.headers["location"]).text
    assert "of them overdue" not in person.get("/work").text
    stale = {**data, "key": "key-of-stale", "tick": [f"{items[0]}:1", f"{items[1]}:0"], "status": "done"}
    answer = person.post("/work/apcm", data=stale)
    assert answer.status_code == 409 and "WEB-WORK-CHANGED" in answer.text
    assert item_of(person, 1)["status"] == "assigned"  # none, not one of them
    nothing: tuple[dict[str, Any], ...] = ({"tick": []}, {"assignee": "", "due": "", "status": ""})
    for given in nothing:
        answer = person.post("/work/apcm", data={**data, "key": "key-of-none", **given})
        assert answer.status_code == 400 and "WEB-WORK-NOTHING" in answer.text
    for path in ("", "?tin=990000001", "?status=all&sort=due"):  # the page one came from, as it was
        page = person.get(f"/work/apcm{path}").text
        back = unescape(page.partition('name="back" value="')[2].partition('"')[0])
        tick = page.partition('name="tick" value="')[2].partition('"')[0]
        again = {**data, "key": f"key-back-{len(path)}", "back": back, "tick": [tick], "due": "2027-07-01"}
        where = person.post("/work/apcm", data=again).headers["location"]
        assert where.endswith("changed=1") and person.get(where).status_code == 200
    data["tick"] = [
        f"{item}:{item_of(person, patient)['version']}"
        for item, patient in zip(items, (1, 3, 4), strict=True)
    ]
    away = {**data, "key": "key-elsewhere", "back": "//elsewhere", "tick": data["tick"][2:]}
    assert person.post("/work/apcm", data=away).headers["location"] == "/work/apcm?changed=1"


def test_nobody_gets_what_they_cannot_see(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller)
    signed(Role.clinician, scope=Scope(tin=(SOUTH,)))
    signed(Role.executive)
    item = item_of(person, 1)["item"]
    assert "clinician" not in person.get(f"/work/apcm/items/{item}").text.partition("Assigned to<select")[2]
    for who in ("clinician", "executive"):
        answer = save(person, item, assignee=number(bench, who))
        assert answer.status_code == 400 and "WEB-WORK-ASSIGNEE" in answer.text
    assert save(person, item, assignee="99").status_code == 400


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"status": "resolved"}, "WEB-WORK-STATUS"),
        ({"status": "assigned"}, "WEB-WORK-ASSIGNEE"),
        ({"assignee": "x"}, "WEB-WORK-ASSIGNEE"),
        ({"due": "tomorrow"}, "WEB-WORK-DUE"),
        ({"note": "x" * 2001}, "WEB-WORK-NOTE"),
        ({"key": "short"}, "WEB-WORK-KEY"),
        ({"version": "7"}, "WEB-WORK-CHANGED"),
        ({"version": "x"}, "WEB-WORK-CHANGED"),
        ({"version": "²"}, "WEB-WORK-CHANGED"),
    ],
)
def test_what_is_refused_changes_nothing(signed: Sign, given: dict[str, str], code: str) -> None:
    person = signed(Role.biller)
    item = item_of(person, 1)["item"]
    answer = save(person, item, **given)
    assert answer.status_code == (409 if code == "WEB-WORK-CHANGED" else 400) and code in answer.text
    assert item_of(person, 1)["version"] == 0


def test_a_program_changes_items_with_a_token(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller, scope=Scope(tin=(NORTH,)))
    headers = token(person, "work")
    program = browser(bench)
    (row,) = program.get("/api/v1/work/apcm", headers=headers).json()["rows"]
    path = f"/api/v1/work/apcm/items/{row['item']}"
    wish = {"version": row["version"], "key": "from-a-program", "status": "done", "note": "sent"}
    for _ in range(2):
        answer = program.post(path, headers=headers, json=wish)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["status"], answer.json()["version"], answer.json()["made"]) == ("done", 1, 1)
    assert program.post(path, headers=headers, json={**wish, "key": "from-another"}).status_code == 409
    assert (
        program.post(path, headers=headers, data={**wish, "version": 1, "key": "as-a-form"}).status_code
        == 200
    )
    for body in (b"{", b"[]", b'{"version": {}}', b'{"key": "no-version"}', b'{"version": true}'):
        answer = program.post(path, headers={**headers, "content-type": "application/json"}, content=body)
        assert answer.status_code == 400 and answer.json()["error"]["code"] == "WEB-WORK-BODY"
    assert program.get("/api/v1/work", headers=token(person, "rules")).status_code == 403
    assert person.post(path, json=wish).status_code == 403  # a browser needs its form's token
    stale = {**wish, "key": "from-a-browser"}
    assert person.post(path, json=stale, headers={"x-csrf-token": person.csrf}).status_code == 409


def test_lists_of_a_new_run_are_waited_for(
    bench: Workbench, signed: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    from corridor.web import work_board
    from corridor.web.making import Work

    waiting = Work("Work lists", "Care gaps")
    monkeypatch.setattr(bench.making, "get", lambda *given, **named: waiting)
    monkeypatch.setattr(work_board, "LONGEST_WAIT", 0.0)
    person = signed(Role.biller)
    for path in ("/work", "/work/apcm", "/work/apcm/items/0123456789abcdef"):
        assert "The work lists of this run are being made" in person.get(path).text
    answer = person.get("/api/v1/work/apcm")
    assert answer.status_code == 503 and answer.json()["error"]["code"] == "WEB-WORK-WAIT"


def test_nobody_is_named_by_the_number_of_an_earlier_run(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.biller)
    item = item_of(person, 1)["item"]
    save(person, item, assignee=number(bench, "biller"))
    assert "Show who this is" in person.get(f"/work/apcm/items/{item}").text
    write_tables(bench.home, SECOND, work_tables(WITHOUT_FIRST))
    text = person.get(f"/work/apcm/items/{item}").text
    assert "Patient 1 of an earlier run" in text and "Show who this is" not in text
    answer = person.get(f"/work/apcm/items/{item}/person")
    assert answer.status_code == 404 and "WEB-NO-WORK-ITEM" in answer.text
    assert "patient_identified" not in [row["action"] for row in audit.newest(bench.state, 50)]


def test_a_due_date_is_kept_in_one_form(signed: Sign) -> None:
    person = signed(Role.biller)
    item = item_of(person, 1)["item"]
    assert save(person, item, due="20270601").status_code == 303
    assert item_of(person, 1)["due"] == "2027-06-01"
