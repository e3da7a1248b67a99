"""What pages say, what they never hold, and how errors look."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from corridor.settings import Settings
from corridor.web import audit
from corridor.web.accounts import read_accounts
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import PASSWORD, RUN, Sign, browser, signed_in

PAGES = (
    "/", "/programs/asm", "/programs/asm?view=who", "/programs/asm?view=dollars", "/programs/asm?view=levers",
    "/programs/asm?view=cost", "/programs/asm?view=assumptions", "/clinicians", "/clinicians/1999000000",
    "/rules", "/rules?status=assumed&q=cost", "/rules/asm.risk_level", "/data", "/account", "/administration",
    "/administration/audit",
)  # fmt: skip
EMPTY = ("/", "/programs/asm", "/clinicians")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_to_the_policy(signed: Sign, path: str) -> None:
    answer = signed(*Role).get(path)
    assert answer.status_code == 200, answer.text[:500]
    text = answer.text
    assert len(answer.content) < 500_000
    assert "<style" not in text and not re.search(r"\son\w+=\"", text) and " style=" not in text
    assert re.findall(r"<script(?![^>]*src=\"/static/)", text) == []
    outside = re.findall(r'(?:src|href)="(https?:[^"]+)"', text)
    assert all('rel="noreferrer noopener"' in text for _ in outside)
    assert text.count("<h1") == 1
    assert text.count("<main") == 1 and 'lang="en-US"' in text


def test_home_speaks_first(signed: Sign) -> None:
    text = signed(Role.executive).get("/").text
    assert re.search(r"<h1>Your 24 clinicians in the Ambulatory Specialty Model", text)
    assert "paid in 2029" in text and "Synthetic data" in text


def test_an_administrator_alone_sees_no_result(signed: Sign) -> None:
    text = signed(Role.administrator).get("/").text
    assert "clinicians in the Ambulatory" not in text and "/clinicians" not in text


def test_the_list_is_searched_sorted_and_paged(signed: Sign) -> None:
    person = signed(Role.analyst)
    assert "1 to 24 of 24" in person.get("/clinicians").text
    oaks = person.get("/clinicians?q=oak").text
    assert "1 to 12 of 12" in oaks and "Elm" not in oaks
    names = re.findall(r"Dr\. \w+ (\d\d)</a>", person.get("/clinicians?sort=npi&down=true").text)
    assert names == sorted(names, reverse=True)
    assert "Nobody and nothing you may see" in person.get("/clinicians?q=zzz").text
    assert "Nobody and nothing you may see" in person.get("/clinicians?q=' or 1=1 --").text
    part = person.get("/clinicians?q=oak", headers={"hx-request": "true"})
    assert "<html" not in part.text and part.headers["vary"] == "HX-Request"
    assert person.get("/clinicians?sort=drop&start=0").status_code == 200


def test_scope_holds_on_every_page(signed: Sign) -> None:
    person = signed(Role.analyst, scope=Scope(tin=("990000001",)))
    assert "1 to 4 of 4" in person.get("/clinicians").text
    assert "Your 4 clinicians" in person.get("/").text
    standing = person.get("/programs/asm?view=dollars").text
    assert "990000001" in standing and "990000002" not in standing
    assert person.get("/clinicians/1999000000").status_code == 200
    other = person.get("/clinicians/1999000001")
    nobody = person.get("/clinicians/0000000000")
    assert other.status_code == nobody.status_code == 404
    strip = re.compile(r"/clinicians/\d+")
    assert strip.sub("", other.text) == strip.sub("", nobody.text)  # who is there is not told
    assert person.get("/explain/asm/1999000001").status_code == 404


def test_without_any_scope_nothing_is_shown(signed: Sign) -> None:
    person = signed(Role.analyst, scope=Scope())
    assert "You may see no clinician yet" in person.get("/clinicians").text
    assert "No clinician is in the Ambulatory" in person.get("/").text


def test_episodes_are_for_roles_that_work_with_patients(signed: Sign) -> None:
    for role, shown in ((Role.clinician, True), (Role.executive, False)):
        text = signed(role).get("/clinicians/1999000000").text
        assert ("Episodes" in text) is shown and ("line by line" in text) is shown


def test_who_looked_at_whom_is_in_the_log(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.clinician)
    person.get("/clinicians/1999000000")
    person.get("/administration")
    told = [(row["action"], row["subject"], row["outcome"]) for row in audit.newest(bench.state, 9)]
    assert ("clinician", "1999000000", "done") in told
    assert ("accounts refused", "", "refused") in told
    log = signed(Role.auditor).get("/administration/audit").text
    assert "The log is whole" in log and "1999000000" in log


@pytest.mark.parametrize("path", EMPTY)
def test_before_the_first_run_a_page_says_what_to_do(empty_bench: Workbench, signed: Sign, path: str) -> None:
    text = signed(Role.analyst, over=empty_bench).get(path).text
    assert "Nothing is loaded yet" in text and "corridor load" in text


def test_without_a_run_what_needs_one_says_so(empty_bench: Workbench, signed: Sign) -> None:
    person = signed(*Role, over=empty_bench)
    for path in ("/clinicians/1999000000", "/api/v1/tables"):
        answer = person.get(path)
        assert answer.status_code == 404 and "WEB-NO-RUN" in answer.text
    assert person.get("/data").status_code == 200
    assert person.get("/rules").status_code == 200


def test_an_older_run_is_told_apart_from_a_defect(signed: Sign) -> None:
    answer = signed(Role.analyst).get("/explain/asm/1999000000/episodes/1")
    assert answer.status_code == 404 and "WEB-OLD-RUN" in answer.text


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, "WEB-NOT-FOUND"),
        ("/programs/asm?view=else", 404, "WEB-NOT-FOUND"),
        ("/static/secret.txt", 404, "WEB-NOT-FOUND"),
        ("/static/..%2fapp.py", 404, "WEB-NOT-FOUND"),
        ("/sign-out", 405, "WEB-METHOD"),
        ("/clinicians?start=x", 400, "WEB-REQUEST"),
        ("/clinicians/5", 404, "WEB-NO-CLINICIAN"),
        ("/rules/asm.no_such", 404, "LAW-UNKNOWN-RULE"),
        ("/rules/nothing.x", 404, "LAW-UNKNOWN-PROGRAM"),
        ("/rules/..%2f..%2fx.y", 404, ""),
    ],
)
def test_errors_have_one_shape(signed: Sign, path: str, status: int, code: str) -> None:
    person = signed(*Role)
    page = person.get(path)
    assert page.status_code == status and code in page.text and "<h1>" in page.text
    told = person.get(path, headers={"accept": "application/json"}).json()["error"]
    assert set(told) == {"code", "what", "why", "todo", "file", "line", "field", "rule"}
    assert code in told["code"] and told["todo"]


def test_a_defect_shows_its_kind_only(signed: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    person = signed(Role.analyst)

    def broken(self: object, account: object) -> None:
        raise RuntimeError("1S00A00AA00 is a secret")

    monkeypatch.setattr(Workbench, "viewer", broken)
    answer = person.get("/")
    assert answer.status_code == 500 and "WEB-UNEXPECTED" in answer.text
    assert "RuntimeError" in answer.text and "secret" not in answer.text
    assert "content-security-policy" in answer.headers


def test_an_administrator_adds_changes_and_resets(bench: Workbench, signed: Sign) -> None:
    root = signed(Role.administrator)
    form = {"csrf": root.csrf, "name": "ben", "role": ["biller", "clinician"], "tin": "990000001", "npi": ""}
    made = root.post("/administration/accounts", data=form)
    (secret,) = re.findall(r'class="secret">([^<]+)<', made.text)
    ben = next(one for one in read_accounts(bench.state) if one.name == "ben")
    assert ben.must_change and ben.scope == Scope(tin=("990000001",)) and len(ben.roles) == 2
    client = browser(bench)
    csrf = re.findall(r'name="csrf" value="([^"]+)"', client.get("/sign-in").text)[0]
    entered = client.post("/sign-in", data={"csrf": csrf, "name": "ben", "password": secret})
    assert entered.headers["location"] == "/account"
    assert client.get("/clinicians").headers["location"] == "/account"
    again = root.post("/administration/accounts", data=form)
    assert again.status_code == 400 and "WEB-ACCOUNT" in again.text
    path = f"/administration/accounts/{ben.account_id}"
    change = {"csrf": root.csrf, "role": "executive", "every_row": "yes", "disabled": "yes"}
    assert root.post(path, data=change).status_code == 303
    assert client.get("/account").status_code == 303  # disabled: the session ended
    reset = root.post(path + "/password", data={"csrf": root.csrf})
    assert "shown this once" in reset.text
    assert root.post("/administration/accounts/999", data=change).status_code == 404


def test_somebody_can_always_manage_accounts(bench: Workbench, signed: Sign) -> None:
    root = signed(Role.administrator)
    (account,) = read_accounts(bench.state)
    answer = root.post(
        f"/administration/accounts/{account.account_id}", data={"csrf": root.csrf, "role": "analyst"}
    )
    assert answer.status_code == 400 and "WEB-LAST-ADMINISTRATOR" in answer.text
    assert read_accounts(bench.state)[0].roles == {Role.administrator}


def test_a_long_log_is_checked_when_asked(signed: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    from corridor.web.pages import administration

    monkeypatch.setattr(administration, "CHECKED_UNASKED", 0)
    person = signed(Role.auditor)
    assert "Check the whole chain" in person.get("/administration/audit").text
    assert "The log is whole" in person.get("/administration/audit?check=true").text


def test_a_new_run_is_shown_when_it_is_complete(run_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "data"
    shutil.copytree(run_home, home)
    bench = Workbench(home, Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"}))
    person = signed_in(bench, [Role.analyst], Scope(every_row=True))
    assert "Your 24 clinicians" in person.get("/").text
    manifest = json.loads((home / "runs" / RUN / "manifest.json").read_text())
    manifest["steps"] = [step for step in manifest["steps"] if step["step"] != "asm.result"]
    (home / "runs" / "later").mkdir()
    (home / "runs" / "later" / "manifest.json").write_text(json.dumps(manifest))
    assert "Your 24 clinicians" in person.get("/").text  # not complete until it is named
    (home / "runs" / "current").write_text("later")
    assert "no program result" in person.get("/").text


def test_words_from_outside_are_escaped(signed: Sign) -> None:
    text = signed(*Role).get('/clinicians?q="><script>alert(1)</script>').text
    assert "<script>alert" not in text


def test_a_must_change_password_is_told(signed: Sign) -> None:
    person = signed(Role.analyst, must_change=True)
    told = person.get("/", headers={"accept": "application/json"})
    assert told.status_code == 403 and told.json()["error"]["code"] == "WEB-NEW-PASSWORD"
    data = {"csrf": person.csrf, "old": PASSWORD, "new": "another plain phrase"}
    assert person.post("/account/password", data=data).headers["location"] == "/"
    assert person.get("/").status_code == 200
