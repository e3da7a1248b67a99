"""Uploads, jobs and saved answers in PostgreSQL: the same statements."""

from __future__ import annotations

from pathlib import Path

from corridor.settings import UploadSettings
from corridor.web import work
from corridor.web.accounts import create_account, find_account
from corridor.web.forms.saved import delete, find_answer, save, saved_of
from corridor.web.kept import Answers
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.upload_store import Uploads
from tests.web.conftest import EVERY, PASSWORD
from tests.web.test_state_postgres import address, state

__all__ = ["address", "state"]


def test_a_delivery_its_job_and_an_answer(state: State, tmp_path: Path) -> None:
    account = find_account(
        state, create_account(state, "ana", PASSWORD, [Role.analyst], EVERY, must_change=False)
    )
    assert account is not None
    uploads = Uploads(state, tmp_path, UploadSettings())
    batch = uploads.start_batch(account, "roster", "A1", True)
    begun = uploads.start(batch, "r.csv", 3)
    assert uploads.take(begun.upload_id, 1, b"abc").complete and uploads.sweep() == 0
    job = work.ask(state, account, "load", "Load", {"batch": batch})
    uploads.mark(batch, "sent", job)
    taken = work.take(state, "w1", True)
    assert taken is not None and taken.job_id == job and taken.account == "ana"
    work.say(state, taken, ["one", "two"])
    assert work.beat(state, taken, "step", 1, 2)
    assert [one["words"] for one in work.lines_of(state, job)] == ["one", "two"]
    again = work.take(state, "w2", True)
    assert again is not None and again.attempts == 2
    assert work.cancel(state, job).cancelled and not work.beat(state, again, "step", 2, 2)
    work.end(state, again, "cancelled")
    assert uploads.batch(batch).state == "open" and uploads.batch(batch).set_aside
    assert [one.state for one in work.read_jobs(state, 5)] == ["cancelled"]
    assert work.read_jobs(state, 5, job) == [] and work.waiting(state) == []
    answers = Answers()
    key = answers.put(account.account_id, "asm", {"sentence": "x"}, {}, {})
    kept, saved = find_answer(state, answers, key, account.account_id)
    save(state, kept, "Title")
    assert not saved and find_answer(state, Answers(), key, account.account_id)[1]
    assert [one["title"] for one in saved_of(state, account.account_id)] == ["Title"]
    delete(state, key, account.account_id)
    assert saved_of(state, account.account_id) == []
