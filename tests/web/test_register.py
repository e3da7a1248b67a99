"""The data-use register: agreements, reminders, and a destruction that is certified only when all is gone."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from httpx2 import Response

from corridor.settings import Settings
from corridor.web import audit, register
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, Person, signed_in

PATH = "/administration/register"
FIRST, SECOND, OTHER = "aaaa000000000001", "aaaa000000000002", "bbbb000000000001"


def delivery(home: Path, number: str, source: str, sequence: int) -> None:
    folder = home / "deliveries" / number
    (folder / "identity").mkdir(parents=True)
    record = {
        "delivery_id": number, "source_id": source, "fmt": "cclf", "sequence": sequence,
        "loaded_at": "2027-03-01T00:00:00+00:00", "tables": {"cclf.part_b": {"rows": 7, "months": None}},
        "files": [{"name": f"f{sequence}", "kind": "cclf5", "bytes": 4, "sha256": digest(f"raw{sequence}")}],
    }  # fmt: skip
    (folder / "delivery.json").write_text(json.dumps(record), encoding="utf-8")


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def run(home: Path, number: str, *deliveries: str, opted_out: int = 30) -> None:
    output = f"steps/claims.opt_out/{number}"
    (home / output).mkdir(parents=True)
    (home / "runs" / number).mkdir(parents=True)
    steps = [{"step": "claims.opt_out", "outputs": [output], "rows": opted_out, "digest": number}]
    manifest = {"deliveries": [{"delivery_id": one} for one in deliveries], "steps": steps, "settings": {}}
    (home / "runs" / number / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (home / "runs" / "current").write_text(number, encoding="utf-8")


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    """Three deliveries of two sources, two runs, and one file as it was sent in the browser."""
    home = tmp_path / "data"
    delivery(home, FIRST, "A1", 1)
    delivery(home, SECOND, "A1", 2)
    delivery(home, OTHER, "B2", 3)
    run(home, "run-with", FIRST, OTHER)
    run(home, "run-without", OTHER)
    sent = home / "uploads" / "7" / "files"
    sent.mkdir(parents=True)
    for name, text in (("sent", "raw1"), ("another", "rawX")):
        (sent / name).write_text(text, encoding="utf-8")
    return Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))


@pytest.fixture
def boss(bench: Workbench) -> Person:
    return signed_in(bench, [Role.administrator], EVERY)


def agree(person: Person, *covers: str, days: int = 400, **change: str) -> Response:
    data = {
        "csrf": person.csrf, "title": "DUA 51234", "custodian": "Ida Lind, ida@example.org",
        "purpose": "care coordination", "received_on": "2020-01-15",
        "retain_until": (date.today() + timedelta(days=days)).isoformat(), "access": "ida\n\nanna\nida",
        **change,
    }  # fmt: skip
    return person.post(f"{PATH}/agreements", data={**data, "covers": list(covers)})


def test_an_agreement_covers_deliveries_until_its_day(bench: Workbench, boss: Person) -> None:
    signed_in(bench, [Role.analyst], EVERY)
    assert "No agreement is in force, and 3 deliveries are held" in boss.get(PATH).text
    assert agree(boss, "A1/").status_code == 303
    shown = boss.get(PATH).text
    assert "1 data-use agreement covers 2 of 3 deliveries</h1>" in shown
    assert "30 people left out" in shown and "<dd>analyst" in shown  # sees patients, stands on no list
    (one,) = register.agreements(bench.state)
    assert one.access == ("ida", "anna") and one.covers == (("A1", ""),)
    change = {"csrf": boss.csrf, "title": "DUA 51234", "custodian": "Ida", "purpose": "care"}
    dates = {"received_on": "2020-01-15", "retain_until": "2020-02-01"}
    data = {**change, **dates, "covers": [f"A1/{FIRST}", f"B2/{OTHER}"]}
    assert boss.post(f"{PATH}/agreements/1", data=data).status_code == 303
    shown = boss.get(PATH).text
    assert "covers 2 of 3 deliveries; retention has ended under 1 of them" in shown
    assert "ended on 2020-02-01" in shown and f"cclf <code>{SECOND}</code>" in shown
    assert boss.post(f"{PATH}/agreements/1", data={"csrf": boss.csrf, "end": "yes"}).status_code == 303
    assert "No agreement is in force" in boss.get(PATH).text


def test_reminders_come_before_the_day(bench: Workbench, boss: Person) -> None:
    agree(boss, "A1/", days=400)
    agree(boss, "B2/", days=1, title="Second")
    assert "in 1 day." in boss.get(PATH).text
    found = register.agreements(bench.state)
    day = date.today() + timedelta(days=400 - register.SOON_DAYS)
    assert [left for _, left in register.reminders(found, day)] == [
        register.SOON_DAYS - 399,
        register.SOON_DAYS,
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"title": " "}, {"custodian": "x" * 401}, {"received_on": "yesterday"}, {"retain_until": ""},
        {"retain_until": "2019-01-01"},
    ],
)  # fmt: skip
def test_a_form_that_lacks_something_changes_nothing(
    bench: Workbench, boss: Person, change: dict[str, str]
) -> None:
    answer = agree(boss, "A1/", **change)
    assert answer.status_code == 400 and "WEB-REGISTER" in answer.text
    assert "WEB-REGISTER" in agree(boss).text and not register.agreements(bench.state)


def test_a_destruction_is_certified_when_all_is_gone(bench: Workbench, boss: Person) -> None:
    agree(boss, "A1/")
    data = {"csrf": boss.csrf, "delivery": [FIRST, SECOND], "reason": "retention ended", "agreement_id": "1"}
    where = boss.post(f"{PATH}/destructions", data=data).headers["location"]
    shown = boss.get(where).text
    places = [
        f"deliveries/{FIRST}", f"deliveries/{SECOND}", "runs/run-with", "steps/claims.opt_out/run-with",
        "uploads/7/files/sent",
    ]  # fmt: skip
    assert "5 places still hold data to destroy" in shown and "into a new warehouse" in shown
    assert all(f"<code>{place}</code>" in shown for place in places)
    assert "run-without" not in shown and "another" not in shown.replace("another warehouse", "")
    certify = {"csrf": boss.csrf, "elsewhere": "originals returned to CMS"}
    refused = boss.post(where, data=certify)
    assert refused.status_code == 400 and "WEB-DESTRUCTION-LEFT" in refused.text
    for place in places[:-1]:
        shutil.rmtree(bench.home / place)
    (bench.home / places[-1]).unlink()
    assert "can be certified" in boss.get(where).text
    run(bench.home, "run-late", SECOND)  # worked out from a copy while nobody looked
    assert "runs/run-late" in boss.post(where, data=certify).text
    shutil.rmtree(bench.home / "runs" / "run-late")
    assert "WEB-DESTRUCTION" in boss.post(where, data={"csrf": boss.csrf}).text
    assert boss.get(f"{where}/certificate").status_code == 404
    assert boss.post(where, data=certify).headers["location"] == where
    shown = boss.get(where).text
    assert "Certificate of destruction 1: 2 deliveries are gone" in shown
    sheet = boss.get(f"{where}/certificate")
    told = json.loads(sheet.text)
    assert told["elsewhere"] == "originals returned to CMS" and told["agreement_id"] == 1
    assert [one["delivery_id"] for one in told["deliveries"]] == [FIRST, SECOND]
    assert digest(sheet.text) in shown
    subjects = {row["action"]: row["subject"] for row in audit.newest(bench.state, 20)}
    assert subjects["destruction_certified"] == f"1 {digest(sheet.text)}"
    boss.post(where, data={**certify, "elsewhere": "something else"})  # a certificate is made once
    assert boss.get(f"{where}/certificate").text == sheet.text


@pytest.mark.parametrize("change", [{"delivery": "nothing"}, {"delivery": []}, {"reason": ""}])
def test_a_destruction_needs_deliveries_and_a_reason(boss: Person, change: dict[str, str]) -> None:
    data = {"csrf": boss.csrf, "delivery": FIRST, "reason": "the end", **change}
    answer = boss.post(f"{PATH}/destructions", data=data)
    assert answer.status_code == 400 and "WEB-DESTRUCTION" in answer.text
    assert "None yet." in boss.get(PATH).text


def test_an_auditor_reads_and_changes_nothing(bench: Workbench, boss: Person) -> None:
    agree(boss, "A1/")
    auditor = signed_in(bench, [Role.auditor], EVERY)
    assert '<form method="post" action="/administration' not in auditor.get(PATH).text
    assert agree(auditor, "A1/").status_code == 403
    told = auditor.get("/api/v1/register").json()
    assert told["rows"][0]["covers"] == [{"source_id": "A1", "delivery_id": None}]
    assert told["uncovered"] == [{"source_id": "B2", "delivery_id": OTHER}]
    assert auditor.get("/api/v1/register/destructions").json() == {"rows": []}


def test_few_opt_outs_are_not_counted_out(bench: Workbench, boss: Person) -> None:
    for place, (rows, words) in enumerate(((3, "fewer than 11"), (0, "none on the lists"))):
        run(bench.home, f"run-{place}", OTHER, opted_out=rows)
        assert words in boss.get(PATH).text
