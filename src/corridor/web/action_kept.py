"""What people decided about actions: begun, done, not applicable; every change kept, none overwritten.

As with work items, a change carries the version it was made from and a key of its own, so that two people do
not overwrite one another and a change that is sent twice is made once. With a change stands what the action
was expected to bring then: later claims are held against it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from corridor.errors import CorridorError
from corridor.reports.words import real
from corridor.web import audit
from corridor.web.accounts import Account
from corridor.web.state import State, stamp
from corridor.web.work_kept import KEY, LONGEST_NOTE, sees

STATUS = {"open": "To do", "doing": "Begun", "done": "Done", "not_applicable": "Not applicable"}
OVER = ("done", "not_applicable")
FIGURES = ("net_dollars", "low", "high")
COLUMNS = ("program", "kind", "words", "npi", "tin", "ccn", "aco_id", "people")
MOST = 100_000


@dataclass(frozen=True)
class Wish:
    """What somebody wants of an action; None leaves what is."""

    status: str | None = None
    due: str | None = None
    note: str | None = None

    def check(self) -> None:
        """Raises WEB-ACTION-WISH."""
        said = ""
        if self.status is not None and self.status not in STATUS:
            said, field = f"An action is one of: {', '.join(STATUS)}.", "status"
        elif self.note is not None and len(self.note) > LONGEST_NOTE:
            said, field = f"A note has at most {LONGEST_NOTE:,} characters.", "note"
        elif self.due:
            try:
                date.fromisoformat(self.due)
            except ValueError:
                said, field = "A day is written as year-month-day, such as 2027-03-31.", "due"
        if said:
            raise CorridorError("WEB-ACTION-WISH", "That cannot be kept.", todo=said, field=field)


def kept(state: State, action_id: str) -> dict[str, Any]:
    """What was decided of an action; as it is before anybody touched it where nobody did."""
    with state.reading() as con:
        row = con.execute("select * from action_item where action_id = ?", [action_id]).fetchone()
    return dict(row) if row else {**_FRESH, "action_id": action_id}


_FRESH: dict[str, Any] = {"status": "open", "due": None, "note": "", "version": 0, "done_at": None}


def history(state: State, action_id: str) -> list[dict[str, Any]]:
    """Every change of an action, the newest first."""
    with state.reading() as con:
        rows = con.execute(
            "select version, at, account, status, due, note, net_dollars from action_change "
            "where action_id = ? order by version desc",
            [action_id],
        )
        return [dict(row) for row in rows]


def decided(state: State) -> dict[str, str]:
    """The status of every action that is not merely to do."""
    with state.reading() as con:
        rows = con.execute(
            "select action_id, status from action_item where status <> 'open' "
            "order by changed_at desc, action_id limit ?",
            [MOST],
        )
        return {str(row["action_id"]): str(row["status"]) for row in rows}


def done_of(state: State, account: Account, most: int = 500) -> list[dict[str, Any]]:
    """What is done, the newest first: of the account's entities, also where no run lists it any longer."""
    with state.reading() as con:
        rows = con.execute(
            "select * from action_item where status = 'done' order by done_at desc, action_id limit ?", [MOST]
        )
        found = [dict(row) for row in rows]
    return [one for one in found if may_see(account, one)][:most]


def may_see(account: Account, row: Mapping[str, Any]) -> bool:
    """Whether an action is of the account's entities."""
    own = row["ccn"] is not None and row["ccn"] in account.scope.ccn
    return own or sees(account, row["aco_id"], row["tin"], row["npi"])


def change(
    state: State,
    who: Account,
    action: Mapping[str, Any],
    run_id: str,
    version: int,
    key: str,
    wish: Wish,
    address: str = "",
) -> int:
    """Make a change; the version after it. A key that was used makes none anew.

    action  the row of the run. Raises WEB-ACTION-WISH and WEB-ACTION-CHANGED.
    """
    wish.check()
    if not KEY.fullmatch(key):
        raise CorridorError(
            "WEB-ACTION-WISH",
            "The change carries no key of its own.",
            why="Without one, a change that is sent twice would be made twice.",
            todo="Send `key`: 8 to 64 letters, digits, - or _, another for each change.",
            field="key",
        )
    action_id = str(action["action_id"])
    asked = json.dumps(asdict(wish), sort_keys=True)
    with state.writing() as con:
        again = con.execute(
            "select version from action_change where action_id = ? and change_key = ? and asked = ?",
            [action_id, key, asked],
        ).fetchone()
        if again is not None:
            return int(again["version"])
        row = con.execute("select * from action_item where action_id = ?", [action_id]).fetchone()
        now = dict(row) if row else dict(_FRESH)
        if int(now["version"]) != version:
            raise CorridorError(
                "WEB-ACTION-CHANGED",
                f"{now['changed_by']} changed this action meanwhile: {STATUS[now['status']].lower()}.",
                why="Nothing of yours was saved, so that theirs is not lost.",
                todo="Open the action again; then save what you want.",
                field="version",
            )
        moment = stamp()
        status = wish.status or now["status"]
        values: dict[str, Any] = {
            **{name: action[name] for name in COLUMNS},
            **{name: real(action[name]) for name in FIGURES},
            "status": status,
            "due": now["due"] if wish.due is None else wish.due or None,
            "note": now["note"] if wish.note is None else wish.note.strip(),
            "version": version + 1, "changed_at": moment, "changed_by": who.name, "run_id": run_id,
            "done_at": (now["done_at"] or moment) if status == "done" else None,
        }  # fmt: skip
        if status == "done" and now["status"] == "done":  # what was expected when it was done stays
            values |= {name: now[name] for name in (*FIGURES, "run_id")}
        if row is None:
            names, marks = ", ".join(["action_id", *values]), ", ".join("?" * (len(values) + 1))
            con.execute(f"insert into action_item ({names}) values ({marks})", [action_id, *values.values()])
        else:
            sets = ", ".join(f"{name} = ?" for name in values)
            con.execute(f"update action_item set {sets} where action_id = ?", [*values.values(), action_id])
        con.execute(
            "insert into action_change (action_id, version, change_key, at, account, status, due, note, "
            "run_id, net_dollars, asked) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                action_id, version + 1, key, moment, who.name, status, values["due"], values["note"],
                run_id, values["net_dollars"], asked,
            ],
        )  # fmt: skip
        audit.write(con, who.name, "action_changed", f"{action_id}: {status}", "done", address)
    return version + 1
