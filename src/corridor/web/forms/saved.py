"""Answers that somebody saved: theirs alone, until they delete them."""

from __future__ import annotations

import json
from typing import Any

from corridor.errors import CorridorError
from corridor.web.kept import Answers, Kept
from corridor.web.state import State, stamp

MOST = 200


def find_answer(state: State, answers: Answers, key: str, account_id: int) -> tuple[Kept, bool]:
    """An answer of this account, and whether it is saved. Raises FORM-NO-ANSWER."""
    with state.reading() as con:
        row = con.execute(
            "select * from form_result where result_id = ? and account_id = ?", [key, account_id]
        ).fetchone()
    if row is not None:
        held = json.loads(row["answer"])
        kept = Kept(key, account_id, row["form"], 0.0, held["answer"], held["given"], held["chosen"])
        return kept, True
    found = answers.get(key, account_id)
    if found is None:
        raise CorridorError(
            "FORM-NO-ANSWER",
            "This answer is not kept any longer, or is not yours.",
            why="An answer is kept for an hour, unless it is saved.",
            todo="Fill in the form again.",
        )
    return found, False


def save(state: State, kept: Kept, title: str) -> None:
    """Keep an answer for good; saved twice it is kept once. Raises FORM-SAVED."""
    held = json.dumps({"answer": kept.answer, "given": kept.given, "chosen": kept.chosen})
    with state.writing() as con:
        row = con.execute(
            "select count(*) as n from form_result where account_id = ?", [kept.account_id]
        ).fetchone()
        if int(row["n"]) >= MOST:
            raise CorridorError(
                "FORM-SAVED",
                f"You have saved {MOST} answers already.",
                todo="Delete some on the page of forms.",
            )
        con.execute("delete from form_result where result_id = ?", [kept.key])
        con.execute(
            "insert into form_result values (?, ?, ?, ?, ?, ?)",
            [kept.key, kept.account_id, kept.form, title.strip()[:120] or kept.form, stamp(), held],
        )


def delete(state: State, key: str, account_id: int) -> None:
    """Forget a saved answer."""
    with state.writing() as con:
        con.execute("delete from form_result where result_id = ? and account_id = ?", [key, account_id])


def saved_of(state: State, account_id: int) -> list[dict[str, Any]]:
    """What an account saved, the newest first."""
    with state.reading() as con:
        rows = con.execute(
            "select result_id, form, title, made_at from form_result where account_id = ? "
            "order by made_at desc, result_id limit 200",
            [account_id],
        ).fetchall()
    return [dict(row) for row in rows]
