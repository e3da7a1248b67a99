"""What people decided about items: status, assignee, due date, note; every change kept, none overwritten.

A change carries the version it was made from and a key of its own. The version keeps two people from
overwriting one another; the key makes a change that is sent twice (a doubled click, a retry after the server
stopped) one.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from corridor.errors import CorridorError
from corridor.web import audit
from corridor.web.accounts import Account, read_accounts
from corridor.web.database import Connection
from corridor.web.roles import PATIENTS
from corridor.web.state import State, stamp
from corridor.web.work_lists import KEPT, STATUS

LONGEST_NOTE = 2000
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True)
class Facts:
    """An item as the run tells it, kept with each change: what it said and whose it was, if it vanishes."""

    item: str
    list: str
    person_id: int
    tin: str | None
    npi: str | None
    aco_id: str | None
    kind: str
    words: str
    dollars: float | None
    run_id: str


@dataclass(frozen=True)
class Wish:
    """What somebody wants of an item; None leaves what is. assignee: "" nobody, else an account's number."""

    status: str | None = None
    assignee: str | None = None
    due: str | None = None
    note: str | None = None

    def check(self) -> None:
        """Raises WEB-WORK-STATUS, WEB-WORK-DUE, WEB-WORK-NOTE."""
        if self.status is not None and self.status not in KEPT:
            raise CorridorError(
                "WEB-WORK-STATUS",
                "An item cannot be that.",
                todo="Choose " + ", ".join(STATUS[one].lower() for one in KEPT) + ".",
                field="status",
            )
        if self.due:
            try:
                date.fromisoformat(self.due)
            except ValueError as error:
                raise CorridorError(
                    "WEB-WORK-DUE",
                    "That is no date.",
                    todo="Write it as year-month-day, such as 2027-03-31.",
                    field="due",
                ) from error
        if self.note is not None and len(self.note) > LONGEST_NOTE:
            raise CorridorError(
                "WEB-WORK-NOTE",
                f"The note is longer than {LONGEST_NOTE:,} characters.",
                todo="Keep what the next person needs.",
                field="note",
            )


@dataclass(frozen=True)
class Step:
    """One change: the item, the version it was made from, and what is wanted."""

    facts: Facts
    version: int
    wish: Wish


def new_key() -> str:
    """What a form carries, so that sending it twice changes once."""
    return secrets.token_urlsafe(12)


def secret_of(state: State) -> str:
    """What the names of items are made with; made once, and kept with the state."""
    with state.reading() as con:
        row = con.execute("select secret from work_state").fetchone()
    if row is None:
        with state.writing() as con:
            con.execute(
                "insert into work_state (only_one, secret, place) values (1, ?, 0) on conflict do nothing",
                [secrets.token_hex(16)],
            )
            row = con.execute("select secret from work_state").fetchone()
    return str(row["secret"])


def workers(state: State) -> list[Account]:
    """Who may be assigned: accounts that work with patients."""
    return [one for one in read_accounts(state) if one.any_of(PATIENTS) and not one.disabled]


def in_scope(account: Account, facts: Facts) -> bool:
    """Whether an account sees the item."""
    return sees(account, facts.aco_id, facts.tin, facts.npi)


def sees(account: Account, aco_id: str | None, tin: str | None, npi: str | None) -> bool:
    """Whether an account sees what belongs to these."""
    scope = account.scope
    return scope.every_row or any(
        value is not None and value in scope.values(kind)
        for kind, value in (("aco", aco_id), ("tin", tin), ("npi", npi))
    )


def apply(
    state: State, who: Account, key: str, steps: Sequence[Step], address: str = "", via: str = ""
) -> list[int]:
    """Make changes, all or none; the version of each item after it. A key that was used makes none anew.

    Raises WEB-WORK-KEY, WEB-WORK-CHANGED, WEB-WORK-ASSIGNEE and what ``Wish.check`` raises.
    """
    if not KEY.fullmatch(key):
        raise CorridorError(
            "WEB-WORK-KEY",
            "The change carries no key of its own.",
            why="Without one, a change that is sent twice would be made twice.",
            todo="Send `key`: 8 to 64 letters, digits, - or _, another for each change.",
            field="key",
        )
    known = {one.account_id: one for one in workers(state)}
    for step in steps:
        step.wish.check()
    done = []
    with state.writing() as con:
        # Held to the end of the unit of work: places rise in the order of commits.
        con.execute("update work_state set place = place + 1")
        place = int(con.execute("select place from work_state").fetchone()["place"])
        for step in steps:
            done.append(_apply(con, who, key, step, known, place, address, via))
    return done


def history(state: State, item: str) -> list[dict[str, Any]]:
    """Every change of an item, the newest first."""
    with state.reading() as con:
        rows = con.execute(
            "select version, at, account, status, assignee, due, note from work_change where item = ? "
            "order by version desc",
            [item],
        )
        return [dict(row) for row in rows]


def kept_since(state: State, place: int) -> list[dict[str, Any]]:
    """The items changed after a place, oldest first."""
    with state.reading() as con:
        rows = con.execute(
            "select work_item.*, account.name as assignee from work_item "
            "left join account on account.account_id = work_item.assignee_id where place > ? order by place",
            [place],
        )
        return [dict(row) for row in rows]


def last_place(state: State) -> int:
    """Rises with every change of any item."""
    with state.reading() as con:
        row = con.execute("select place from work_state").fetchone()
        return int(row["place"]) if row else 0


def gone(state: State, items: Sequence[str], run_id: str) -> None:
    """Keep that a run no longer holds these items; what came back later is told by it."""
    if not items:
        return
    with state.writing() as con:
        con.execute("update work_state set place = place + 1")
        for item in items:
            con.execute(
                "update work_item set gone_run = ?, place = (select place from work_state) "
                "where item = ? and gone_run is null",
                [run_id, item],
            )


def _apply(
    con: Connection,
    who: Account,
    key: str,
    step: Step,
    known: dict[int, Account],
    place: int,
    address: str,
    via: str,
) -> int:
    facts = step.facts
    row = con.execute("select * from work_item where item = ?", [facts.item]).fetchone()
    now = dict(row) if row else {"status": "open", "assignee_id": None, "due": None, "note": "", "version": 0}
    wanted = _wanted(now, step.wish)
    asked = json.dumps(asdict(step.wish), sort_keys=True)
    again = con.execute(
        "select version from work_change where item = ? and change_key = ? and asked = ?",
        [facts.item, key, asked],
    ).fetchone()
    if again is not None:
        return int(again["version"])
    if now["version"] != step.version:
        raise changed(now, step.wish)
    _check_assignee(wanted, now, known, facts)
    version = step.version + 1
    moment = stamp()
    values = {
        **wanted, "version": version, "place": place, "changed_at": moment, "changed_by": who.name,
        "run_id": facts.run_id, "gone_run": None, "list": facts.list, "person_id": facts.person_id,
        "tin": facts.tin, "npi": facts.npi, "aco_id": facts.aco_id, "kind": facts.kind, "words": facts.words,
        "dollars": facts.dollars,
    }  # fmt: skip
    if row is None:
        names = ", ".join(["item", *values])
        marks = ", ".join("?" * (len(values) + 1))
        con.execute(f"insert into work_item ({names}) values ({marks})", [facts.item, *values.values()])
    else:
        sets = ", ".join(f"{name} = ?" for name in values)
        con.execute(
            f"update work_item set {sets} where item = ? and version = ?",
            [*values.values(), facts.item, step.version],
        )
    assignee = known.get(wanted["assignee_id"] or 0)
    con.execute(
        "insert into work_change (item, version, change_key, at, account, status, assignee, assignee_id, "
        "due, note, run_id, asked) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            facts.item, version, key, moment, who.name, wanted["status"], assignee.name if assignee else "",
            wanted["assignee_id"], wanted["due"], wanted["note"], facts.run_id, asked,
        ],
    )  # fmt: skip
    subject = f"{facts.list} {facts.item}, patient {facts.person_id}: {wanted['status']}"
    audit.write(con, who.name, "work_changed", subject + (f", {via}" if via else ""), "done", address)
    return version


def _wanted(now: dict[str, Any], wish: Wish) -> dict[str, Any]:
    """The state after the wish. Naming somebody assigns an open item; reopening one releases who had it."""
    assignee = now["assignee_id"] if wish.assignee is None else _number(wish.assignee)
    status = wish.status or now["status"]
    if wish.status == "open" and now["status"] != "open" and assignee == now["assignee_id"]:
        assignee = None
    elif status == "open" and assignee is not None:
        status = "assigned"
    elif status == "assigned" and assignee is None and wish.status is None:
        status = "open"
    return {
        "status": status,
        "assignee_id": assignee,
        "due": now["due"] if wish.due is None else _day(wish.due),
        "note": now["note"] if wish.note is None else wish.note.strip(),
    }


def _day(given: str) -> str | None:
    """A day as year-month-day however it was written, so that days compare as texts."""
    return date.fromisoformat(given).isoformat() if given else None


def _number(given: str) -> int | None:
    """The number of an account; 0, which nobody has, for what is none."""
    if not given:
        return None
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def _check_assignee(
    wanted: dict[str, Any], now: dict[str, Any], known: dict[int, Account], facts: Facts
) -> None:
    chosen = wanted["assignee_id"]
    if wanted["status"] == "assigned" and chosen is None:
        raise CorridorError(
            "WEB-WORK-ASSIGNEE",
            "It is not said who takes it.",
            todo="Choose somebody, or leave it open.",
            field="assignee",
        )
    if chosen is None or chosen == now["assignee_id"]:
        return
    account = known.get(chosen)
    if account is None or not in_scope(account, facts):
        raise CorridorError(
            "WEB-WORK-ASSIGNEE",
            f"{account.name if account else 'That account'} would not see this item.",
            why="Its role or its ACOs, TINs and NPIs do not include it.",
            todo="Choose somebody else, or ask an administrator to widen what they see.",
            field="assignee",
        )


def changed(now: dict[str, Any], wish: Wish) -> CorridorError:
    """Somebody was there first: what it is now, beside what was asked for."""
    who = now.get("changed_by")
    at = str(now.get("changed_at") or "").replace("T", " ").replace("Z", " UTC")
    yours = STATUS.get(wish.status or now["status"], "").lower()
    return CorridorError(
        "WEB-WORK-CHANGED",
        f"{who} changed this item while you had it open." if who else "This item is not as you read it.",
        why=f"It is {STATUS[now['status']].lower()} now{f' ({at})' if at else ''}; you asked "
        f"for {yours}. Nothing of yours was kept, so nothing of theirs is lost.",
        todo="Look at both, then save again.",
        field="version",
    )
