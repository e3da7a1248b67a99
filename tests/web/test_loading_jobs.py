"""Jobs: one worker takes them, they end one way, a dead worker's are taken again; what their pages say."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from corridor.engine.files import writer_lock
from corridor.errors import CorridorError
from corridor.settings import UploadSettings
from corridor.web import doing, work, worker
from corridor.web.accounts import Account, create_account, find_account
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.state import State, now, stamp
from corridor.web.upload_store import Uploads
from corridor.web.workbench import Workbench
from corridor.web.worker import Worker
from tests.web.conftest import PASSWORD, Person, signed_in

EVERY = Scope(every_row=True)
ROSTER = "npi,tin,clinician_name\n1234567893,123456789,Dr. Oak\n"


@pytest.fixture
def account(empty_bench: Workbench) -> Account:
    found = find_account(
        empty_bench.state,
        create_account(empty_bench.state, "j", PASSWORD, [Role.analyst], EVERY, must_change=False),
    )
    assert found is not None
    return found


@pytest.fixture
def state(empty_bench: Workbench) -> State:
    return empty_bench.state


@pytest.fixture
def person(empty_bench: Workbench) -> Person:
    return signed_in(empty_bench, [Role.analyst], EVERY)


@pytest.fixture
def hand(empty_bench: Workbench) -> Worker:
    return Worker(empty_bench.home, empty_bench.state, None, None, True)


def sent(bench: Workbench, account: Account, fmt: str, **files: str) -> int:
    """Files that were sent, and the job that loads them."""
    uploads = Uploads(bench.state, bench.home, UploadSettings())
    batch = uploads.start_batch(account, fmt)
    for name, text in files.items():
        begun = uploads.start(batch, f"{name}.csv", len(text.encode()))
        uploads.take(begun.upload_id, 1, text.encode())
    job = work.ask(bench.state, account, "load", "Load", {"batch": batch})
    uploads.mark(batch, "sent", job)
    return job


def test_the_oldest_goes_first_and_one_worker_has_it(state: State, account: Account) -> None:
    first = work.ask(state, account, "run", "a", {})
    second = work.ask(state, account, "run", "b", {})
    taken = work.take(state, "w1", True)
    assert taken is not None and (taken.job_id, taken.state, taken.attempts) == (first, "running", 1)
    other = work.take(state, "w1", True)
    assert other is not None and other.job_id == second
    assert work.take(state, "w1", True) is None


def test_a_dead_worker_s_job_is_taken_again_and_given_up_after_three(state: State, account: Account) -> None:
    job = work.ask(state, account, "run", "a", {})
    for attempt in (1, 2, 3):
        taken = work.take(state, f"w{attempt}", True)
        assert taken is not None and (taken.job_id, taken.attempts) == (job, attempt)
    assert work.take(state, "w4", True) is None
    found = work.read_job(state, job)
    assert found.state == "failed" and found.error is not None and found.error["code"] == "WEB-JOB-DIED"


def test_without_a_lock_the_heartbeat_decides(state: State, account: Account) -> None:
    job = work.ask(state, account, "run", "a", {})
    work.take(state, "w1", False)
    assert work.take(state, "w2", False) is None
    with state.writing() as con:
        con.execute("update job set heartbeat_at = ?", [stamp(now() - work.LEASE - work.LEASE)])
    again = work.take(state, "w2", False)
    assert again is not None and again.job_id == job
    late = work.read_job(state, job)
    work.end(state, late.__class__(**{**vars(late), "worker": "w1"}), "done", {"run_id": "x"})
    assert work.read_job(state, job).state == "running"  # what the first one says no longer counts


def test_a_job_that_waits_is_cancelled_at_once_and_its_files_wait(
    empty_bench: Workbench, account: Account
) -> None:
    job = sent(empty_bench, account, "roster", r=ROSTER)
    assert work.cancel(empty_bench.state, job).state == "cancelled"
    (batch,) = Uploads(empty_bench.state, empty_bench.home, UploadSettings()).open_batches()
    assert batch.complete and batch.job_id == job


def test_a_roster_is_loaded_once_however_often_it_is_sent(
    empty_bench: Workbench, account: Account, hand: Worker, person: Person
) -> None:
    job = sent(empty_bench, account, "roster", r=ROSTER)
    hand.serve(once=True)
    done = work.read_job(empty_bench.state, job)
    assert (done.state, done.result["rows_kept"]) == ("done", 1), done.error
    assert not (empty_bench.home / "uploads" / done.asked["batch"]).exists()
    again = sent(empty_bench, account, "roster", r=ROSTER)
    hand.serve(once=True)
    assert doing.in_words(work.read_job(empty_bench.state, again)).startswith(
        "These files were loaded already"
    )
    (delivery,) = empty_bench.warehouse.deliveries()
    text = person.get("/load").text
    assert "1 delivery is loaded; no run holds it yet" in text and delivery.delivery_id in text
    assert "1 row read, and all of them kept" in person.get(f"/jobs/{job}").text
    assert (
        "Every row of this delivery was kept" in person.get(f"/load/deliveries/{delivery.delivery_id}").text
    )
    assert "WEB-NO-DELIVERY" in person.get("/load/deliveries/nothing").text


def test_rows_set_aside_are_counted_by_reason_and_not_shown(
    empty_bench: Workbench, account: Account, hand: Worker, person: Person
) -> None:
    rows = "npi,tin,start_date\n1234567893,123456789,2024-01-01\n"
    rows += "".join(f"123456789{n},123456789,Secret{n}\n" for n in range(3))
    job = sent(empty_bench, account, "roster", r=rows)
    hand.serve(once=True)
    found = work.read_job(empty_bench.state, job)
    assert found.state == "done", found.error
    (delivery,) = empty_bench.warehouse.deliveries()
    text = person.get(f"/load/deliveries/{delivery.delivery_id}").text
    assert "3 of 4 rows were set aside" in text and "<td>start_date</td>" in text and "Secret" not in text


def test_a_refused_delivery_says_why_and_waits(
    empty_bench: Workbench, account: Account, hand: Worker, person: Person
) -> None:
    job = sent(empty_bench, account, "roster", r="nothing,known\n1,2\n")
    hand.serve(once=True)
    found = work.read_job(empty_bench.state, job)
    assert found.state == "failed" and found.error is not None
    assert str(empty_bench.home) not in json.dumps(found.to_dict())  # folders of the server stay its own
    text = person.get(f"/jobs/{job}").text
    assert found.error["code"] in text and "Try again" in text and empty_bench.warehouse.deliveries() == []
    again = person.post(
        f"/load/batches/{found.asked['batch']}/load", data={"csrf": person.csrf, "set_aside": "yes"}
    )
    assert again.headers["location"] == f"/jobs/{job + 1}"
    assert person.post(f"/jobs/{job + 1}/cancel", data={"csrf": person.csrf}).status_code == 303
    person.post(f"/load/batches/{found.asked['batch']}/discard", data={"csrf": person.csrf})
    assert not (empty_bench.home / "uploads" / found.asked["batch"]).exists()


def test_reference_files_are_installed(
    empty_bench: Workbench, account: Account, hand: Worker, person: Person
) -> None:
    uploads = Uploads(empty_bench.state, empty_bench.home, UploadSettings())
    batch = uploads.start_batch(account, "reference")
    text = b"strange,columns\n1,2\n"
    begun = uploads.start(batch, "strange.csv", len(text))
    uploads.take(begun.upload_id, 1, text)
    job = work.ask(empty_bench.state, account, "reference", "Load", {"batch": batch})
    uploads.mark(batch, "sent", job)
    hand.serve(once=True)
    found = work.read_job(empty_bench.state, job)
    assert found.state == "failed" and found.error is not None
    assert found.error["code"].startswith("REFERENCE-") and found.error["file"] == "strange.csv"
    assert "Try again" in person.get(f"/jobs/{job}").text


def test_a_run_without_anything_loaded_fails_in_words(
    empty_bench: Workbench, hand: Worker, person: Person
) -> None:
    asked = person.post("/load/run", data={"csrf": person.csrf, "year": "2027"})
    twice = person.post("/load/run", data={"csrf": person.csrf, "year": "2027"})
    assert asked.headers["location"] == twice.headers["location"] == "/jobs/1"
    assert "hx-trigger" in person.get("/jobs/1").text
    hand.serve(once=True)
    text = person.get("/jobs/1").text
    assert "NOTHING-LOADED" in text and "hx-trigger" not in text
    wrong = person.post("/load/run", data={"csrf": person.csrf, "year": "soon"})
    assert wrong.status_code == 400 and "RUN-YEAR" in wrong.text


def test_another_writer_is_waited_for(
    empty_bench: Workbench, account: Account, hand: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = sent(empty_bench, account, "roster", r=ROSTER)
    lock = writer_lock(empty_bench.home)
    lock.__enter__()
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        if seconds == worker.BUSY_SECONDS:
            lock.__exit__(None, None, None)

    monkeypatch.setattr(time, "sleep", sleep)
    hand.serve(once=True)
    assert work.read_job(empty_bench.state, job).state == "done" and worker.BUSY_SECONDS in waits


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MemoryError(), "WEB-JOB-MEMORY"), (OSError(28, "No space left on device", "/x/y"), "FILE-SYSTEM"),
        (KeyError("1EG4TE5MK73"), "UNEXPECTED-ERROR"),
    ],
)  # fmt: skip
def test_a_defect_names_its_kind_and_never_quotes(
    empty_bench: Workbench, account: Account, hand: Worker, monkeypatch: pytest.MonkeyPatch,
    error: Exception, code: str,
) -> None:  # fmt: skip
    def broken(*_: Any) -> dict[str, Any]:
        raise error

    monkeypatch.setattr(worker, "do", broken)
    job = work.ask(empty_bench.state, account, "run", "a", {})
    hand.serve(once=True)
    found = work.read_job(empty_bench.state, job)
    assert found.error is not None and found.error["code"] == code
    assert "1EG4TE5MK73" not in json.dumps(found.error) and "/x" not in json.dumps(found.error)


def test_cancelled_in_the_middle_it_stops_and_says_so(
    empty_bench: Workbench, account: Account, hand: Worker, monkeypatch: pytest.MonkeyPatch, person: Person
) -> None:
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.02)

    def long(job: work.Job, bench: object, progress: Any) -> dict[str, Any]:
        work.cancel(empty_bench.state, job.job_id)
        for place in range(1, 400):
            progress("a step", place, 400, "running")
            time.sleep(0.01)
        return {}

    monkeypatch.setattr(worker, "do", long)
    job = work.ask(empty_bench.state, account, "run", "a", {})
    hand.serve(once=True)
    found = work.read_job(empty_bench.state, job)
    assert found.state == "cancelled" and found.place < 399
    assert "The run was cancelled" in person.get(f"/jobs/{job}").text
    assert [one["words"] for one in work.lines_of(empty_bench.state, job)][-1] == "Cancelled."


def test_a_worker_told_to_leave_puts_its_job_back(
    empty_bench: Workbench, account: Account, hand: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def long(job: work.Job, bench: object, progress: Any) -> dict[str, Any]:
        hand.leave(15, None)
        progress("a step", 1, 2, "running")
        return {}

    monkeypatch.setattr(worker, "do", long)
    job = work.ask(empty_bench.state, account, "run", "a", {})
    hand.serve()
    found = work.read_job(empty_bench.state, job)
    assert (found.state, found.attempts) == ("queued", 0)


def test_jobs_for_programs(person: Person, empty_bench: Workbench, account: Account) -> None:
    for title in ("a", "b"):
        work.ask(empty_bench.state, account, "run", title, {})
    rows = person.get("/api/v1/jobs").json()["rows"]
    assert [row["title"] for row in rows] == ["b", "a"] and rows[0]["state"] == "queued"
    (row,) = person.get("/api/v1/jobs/1").json()["rows"]
    assert row["title"] == "a" and row["log"] == []
    assert person.get("/api/v1/jobs/99").json()["error"]["code"] == "WEB-NO-JOB"
    limited = signed_in(empty_bench, [Role.analyst], Scope(npi=("1",)))
    assert limited.get("/api/v1/jobs").status_code == 403


def test_the_log_is_bounded(state: State, account: Account) -> None:
    work.ask(state, account, "run", "a", {})
    job = work.take(state, "w", True)
    assert job is not None
    work.say(state, job, [f"line {n}" for n in range(work.MOST_LINES + 50)])
    work.say(state, job, ["more"])
    assert len(work.lines_of(state, job.job_id)) == work.MOST_LINES
    with pytest.raises(CorridorError):
        work.read_job(state, 99)
