"""Jobs: what was asked of the worker, how far it is, and what came of it.

One worker takes them, the oldest first. A job whose worker died is taken again: a load is whole or not there,
and the same files twice are one delivery; a run is whole or not there, and takes up the tables made before.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from corridor.errors import CorridorError
from corridor.web.accounts import Account
from corridor.web.state import State, now, stamp

KINDS = ("load", "reference", "run")
MOST_ATTEMPTS = 3
MOST_LINES = 600
LEASE = timedelta(seconds=45)
"""A worker that said nothing for so long is gone, where no lock tells it."""


@dataclass(frozen=True)
class Job:
    """One job. state: queued, running, done, failed, cancelled; ``cancelled``: somebody asked to stop it."""

    job_id: int
    kind: str
    title: str
    asked: dict[str, Any]
    account_id: int
    account: str
    state: str
    cancelled: bool
    attempts: int
    worker: str
    created_at: str
    started_at: str | None
    heartbeat_at: str | None
    finished_at: str | None
    step: str
    place: int
    total: int
    result: dict[str, Any]
    error: dict[str, Any] | None

    @property
    def over(self) -> bool:
        """Whether nothing more happens."""
        return self.state in ("done", "failed", "cancelled")

    def to_dict(self) -> dict[str, Any]:
        """For programs."""
        names = (
            "job_id", "kind", "title", "account", "state", "attempts", "created_at", "started_at",
            "finished_at", "step", "place", "total", "result", "error",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


SELECT = "select job.*, account.name as account from job join account on account.account_id = job.account_id "


def ask(state: State, account: Account, kind: str, title: str, asked: Mapping[str, Any]) -> int:
    """Put a job at the end of the queue; its number."""
    with state.writing() as con:
        row = con.execute(
            "insert into job (kind, title, asked, account_id, state, created_at) "
            "values (?, ?, ?, ?, 'queued', ?) returning job_id",
            [kind, title, json.dumps(dict(asked)), account.account_id, stamp()],
        ).fetchone()
        return int(row["job_id"])


def read_job(state: State, job_id: int) -> Job:
    """A job by its number. Raises WEB-NO-JOB."""
    with state.reading() as con:
        row = con.execute(SELECT + "where job_id = ?", [job_id]).fetchone()
    if row is None:
        raise CorridorError(
            "WEB-NO-JOB", "There is no such job.", todo="See the jobs on the page Load and run.", field="job"
        )
    return _job(dict(row))


def read_jobs(state: State, limit: int = 20, before: int | None = None) -> list[Job]:
    """Jobs, the newest first; ``before`` a number, for the next page."""
    with state.reading() as con:
        rows = con.execute(
            SELECT + "where (cast(? as integer) is null or job_id < ?) order by job_id desc limit ?",
            [before, before, limit],
        ).fetchall()
    return [_job(dict(row)) for row in rows]


def waiting(state: State) -> list[Job]:
    """Those that run or wait, the oldest first."""
    with state.reading() as con:
        rows = con.execute(SELECT + "where state in ('queued', 'running') order by job_id").fetchall()
    return [_job(dict(row)) for row in rows]


def lines_of(state: State, job_id: int) -> Sequence[dict[str, Any]]:
    """The log of a job, oldest first."""
    with state.reading() as con:
        rows = con.execute(
            "select at, words from job_line where job_id = ? order by place", [job_id]
        ).fetchall()
    return [dict(row) for row in rows]


def cancel(state: State, job_id: int) -> Job:
    """Stop a job: one that waits at once, one that runs as soon as its worker hears of it."""
    with state.writing() as con:
        con.execute(
            "update job set state = 'cancelled', cancelled = 1, finished_at = ? "
            "where job_id = ? and state = 'queued'",
            [stamp(), job_id],
        )
        con.execute("update job set cancelled = 1 where job_id = ? and state = 'running'", [job_id])
        _release(con)
    return read_job(state, job_id)


# ---- the worker's side --------------------------------------------------------------------------


def take(state: State, worker: str, alone: bool) -> Job | None:
    """The next job, now this worker's: one whose worker died, else the oldest that waits; None without any.

    alone: a lock says that no other worker lives, so that whatever runs under another name died. A job whose
    worker died again and again is given up: it would take the next one down too.
    """
    with state.writing() as con:
        for row in con.execute("select * from job where state = 'running' order by job_id").fetchall():
            if row["worker"] == worker or not (alone or str(row["heartbeat_at"]) < stamp(now() - LEASE)):
                continue
            if row["attempts"] < MOST_ATTEMPTS and not row["cancelled"]:
                con.execute("update job set state = 'queued' where job_id = ?", [row["job_id"]])
                continue
            ended = "cancelled" if row["cancelled"] else "failed"
            con.execute(
                "update job set state = ?, finished_at = ?, error = ? where job_id = ?",
                [ended, stamp(), None if row["cancelled"] else json.dumps(died().to_dict()), row["job_id"]],
            )
        _release(con)
        row = con.execute("select job_id from job where state = 'queued' order by job_id limit 1").fetchone()
        if row is None:
            return None
        con.execute(
            "update job set state = 'running', worker = ?, attempts = attempts + 1, heartbeat_at = ?, "
            "started_at = coalesce(started_at, ?), step = '', place = 0, total = 0 where job_id = ?",
            [worker, stamp(), stamp(), row["job_id"]],
        )
    return read_job(state, int(row["job_id"]))


def beat(state: State, job: Job, step: str, place: int, total: int) -> bool:
    """Say that the worker lives, and how far it is; whether the job is to go on."""
    with state.writing() as con:
        con.execute(
            "update job set heartbeat_at = ?, step = ?, place = ?, total = ? where job_id = ? and worker = ?",
            [stamp(), step[:200], place, total, job.job_id, job.worker],
        )
        row = con.execute("select cancelled from job where job_id = ?", [job.job_id]).fetchone()
    return not row["cancelled"]


def say(state: State, job: Job, words: Sequence[str]) -> None:
    """Add lines to the log of a job; it holds names of steps and files, never a row of data."""
    with state.writing() as con:
        row = con.execute("select count(*) as n from job_line where job_id = ?", [job.job_id]).fetchone()
        for place, one in enumerate(words, start=int(row["n"]) + 1):
            if place <= MOST_LINES:
                con.execute(
                    "insert into job_line values (?, ?, ?, ?)", [job.job_id, place, stamp(), one[:300]]
                )


def end(
    state: State,
    job: Job,
    ended: str,
    result: Mapping[str, Any] | None = None,
    error: CorridorError | None = None,
) -> None:
    """What came of a job; ``queued``: it is to be taken again."""
    shown = None if error is None else error.to_dict()
    if shown and shown["file"]:
        shown["file"] = str(shown["file"]).replace("\\", "/").rpartition("/")[2]
    with state.writing() as con:
        con.execute(
            "update job set state = ?, attempts = attempts - ?, finished_at = ?, result = ?, error = ? "
            "where job_id = ? and worker = ?",
            [
                ended, int(ended == "queued"), None if ended == "queued" else stamp(),
                None if result is None else json.dumps(dict(result), default=str),
                None if shown is None else json.dumps(shown), job.job_id, job.worker,
            ],
        )  # fmt: skip
        _release(con)


def _release(con: Any) -> None:
    """Files of a job that did not load them wait for somebody again."""
    con.execute(
        "update upload_batch set state = 'open' where state = 'sent' and job_id in "
        "(select job_id from job where state in ('failed', 'cancelled'))"
    )


def died() -> CorridorError:
    """The worker died of this job each time."""
    return CorridorError(
        "WEB-JOB-DIED",
        f"The worker died {MOST_ATTEMPTS} times over this job.",
        why="Mostly the machine had no memory left. What was complete before is unharmed.",
        todo="Set memory_limit and threads in corridor.toml, or load fewer files at once; then try again.",
    )


def _job(row: dict[str, Any]) -> Job:
    return Job(
        **{
            **row,
            "asked": json.loads(row["asked"]),
            "cancelled": bool(row["cancelled"]),
            "result": json.loads(row["result"]) if row["result"] else {},
            "error": json.loads(row["error"]) if row["error"] else None,
        }
    )
