"""The work lists as one viewer sees them: the items of the run in scope, and beside each what people decided.

An item that somebody touched and that the run no longer holds stays: it is resolved by the data. One that was
done and is in the data again is flagged.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from corridor.engine.runs import Run
from corridor.errors import CorridorError
from corridor.web.guard import Visit
from corridor.web.making import PATIENCE, Work
from corridor.web.scope import condition
from corridor.web.viewer import Viewer
from corridor.web.work_kept import Facts, gone, kept_since, last_place, secret_of
from corridor.web.work_made import ITEM, PATIENT, SOUGHT, Made

PAGE = 50
LONGEST_WAIT = 60.0
COLUMNS = (
    "item", "list", "person_id", "tin", "npi", "aco_id", "dollars", "n", "day", "kind", "words", "status",
    "assignee_id", "assignee", "due", "note", "version", "changed_at", "changed_by", "present", "flag",
)  # fmt: skip
# What a list may be sorted by; nothing of an address reaches the SQL but through this table.
ORDERS = {
    "patient": "person_id", "kind": "kind", "words": "words", "n": "n", "day": "day", "dollars": "dollars",
    "npi": "npi", "tin": "tin", "status": "status", "assignee": "assignee", "due": "due",
}  # fmt: skip
KEPT = {
    "item": "varchar", "kept_as": "varchar", "list": "varchar", "person_id": "bigint", "tin": "varchar",
    "npi": "varchar", "aco_id": "varchar", "dollars": "double", "kind": "varchar", "words": "varchar",
    "status": "varchar", "assignee_id": "bigint", "assignee": "varchar", "due": "varchar", "note": "varchar",
    "version": "bigint", "changed_at": "varchar", "changed_by": "varchar", "run_id": "varchar",
    "gone_run": "varchar", "present": "boolean", "place": "bigint",
}  # fmt: skip
Kept = TypeVar("Kept")
TO_DO = "status in ('open', 'assigned')"


@dataclass(frozen=True)
class Filter:
    """Which items of a list: by status, who has them, whose patient, kind of item, and due date."""

    status: str = "todo"
    assignee: str = ""
    tin: str = ""
    npi: str = ""
    kind: str = ""
    due: str = ""

    def tests(self, me: int, today: str) -> tuple[str, list[Any]]:
        """The condition, and its values."""
        parts: list[str] = []
        values: list[Any] = []
        if self.status == "todo":
            parts.append(TO_DO)
        elif self.status == "again":
            parts.append("flag is not null")
        elif self.status != "all":
            parts.append("status = ?")
            values.append(self.status)
        if self.assignee == "nobody":
            parts.append("assignee_id is null")
        elif self.assignee:
            parts.append("assignee_id = ?")
            values.append(me if self.assignee == "me" else int(self.assignee))
        for column in ("tin", "npi", "kind"):
            if getattr(self, column):
                parts.append(f"{column} = ?")
                values.append(getattr(self, column))
        if self.due == "overdue":
            parts.append(f"due < ? and {TO_DO}")
            values.append(today)
        elif self.due == "set":
            parts.append("due is not null")
        return " and ".join(parts) or "true", values


class Board:
    """The items a viewer sees; kept up to date with what people decide by ``refresh``."""

    def __init__(self, viewer: Viewer, made: Made) -> None:
        self.viewer = viewer
        self.made = made
        self.place = -1
        self._lock = threading.RLock()
        self._sums: dict[Any, Any] = {}
        viewer.lend(ITEM, made.files)
        viewer.lend(SOUGHT, made.sought)
        viewer.query(f"select 1 from {ITEM}, {SOUGHT} limit 0")
        con = viewer.con
        con.execute("create schema if not exists desk")
        con.execute(
            "create table desk.kept (" + ", ".join(f"{key} {kind}" for key, kind in KEPT.items()) + ")"
        )
        self._mine = "true"
        if not viewer.scope.every_row:
            self._mine = condition(ITEM, list(KEPT), episodes=False, lines=False)
        self._summarize()
        con.execute(
            f"""
            create view desk.touched as
            select kept.*, case when not present and {TO_DO} then 'resolved' else status end as now_status,
                   case when not present or status <> 'done' then null when gone_run is not null then 'back'
                        when run_id <> '{made.run_id}' then 'still' end as flag
            from desk.kept as kept
            where present or ({self._mine})
            """
        )
        for view, table in (("item", ITEM), ("sought", SOUGHT)):
            con.execute(
                f"""
                create view desk.{view} as
                select i.item, i.list, i.person_id, i.tin, i.npi, i.aco_id, i.dollars, i.n, i.day, i.kind,
                       i.words, coalesce(k.status, 'open') as status, k.assignee_id, k.assignee, k.due,
                       coalesce(k.note, '') as note, coalesce(k.version, 0) as version, k.changed_at,
                       k.changed_by, true as present, coalesce(k.kept_as, i.item) as kept_as, k.flag
                from {table} as i left join desk.touched as k on k.item = i.item and k.present
                union all
                select item, list, person_id, tin, npi, aco_id, dollars, null, null, kind, words, now_status,
                       assignee_id, assignee, due, note, version, changed_at, changed_by, false, kept_as, null
                from desk.touched where not present
                """
            )

    def _summarize(self) -> None:
        """What nobody has touched yet, summed up once: what people decide is then taken off and added."""
        con = self.viewer.con
        con.execute(
            "create table desk.base as select list, tin, kind, count(*) as items, sum(dollars) as dollars, "
            f"count(dollars) as priced from {ITEM} group by all"
        )
        con.execute(
            "create table desk.people as select list, count(distinct person_id) as people "
            f"from {ITEM} group by list"
        )

    def refresh(self, visit: Visit) -> None:
        """Take in what was decided since; the first time over a run, keep what the run lost."""
        state = visit.bench.state
        with self._lock:
            place = last_place(state)
            if place == self.place:
                return
            rows = kept_since(state, self.place)
            found = self.made.locate([row["item"] for row in rows])
            lost = [row["item"] for row in rows if row["item"] not in found and row["gone_run"] is None]
            if lost:
                gone(state, lost, self.made.run_id)
            self._take(rows, found)
            self.place = place
            self._sums.clear()

    def _take(self, rows: Sequence[dict[str, Any]], found: dict[str, str]) -> None:
        if not rows:
            return
        columns: dict[str, list[Any]] = {key: [] for key in KEPT}
        for row in rows:
            told = {**row, "item": found.get(row["item"], row["item"]), "kept_as": row["item"],
                    "present": row["item"] in found}  # fmt: skip
            for key in KEPT:
                columns[key].append(told[key])
        con = self.viewer.con.cursor()
        try:
            con.execute("begin")
            con.execute("delete from desk.kept where list_contains(?, kept_as)", [columns["kept_as"]])
            marks = ", ".join(f"unnest(?::{kind}[])" for kind in KEPT.values())
            con.execute(f"insert into desk.kept select {marks}", list(columns.values()))
            con.execute(  # what the item is worth and says now, not when it was decided
                f"update desk.kept set dollars = i.dollars, kind = i.kind, words = i.words, tin = i.tin, "
                f"npi = i.npi, aco_id = i.aco_id, person_id = i.person_id from {SOUGHT} as i "
                "where kept.present and i.item = kept.item and list_contains(?, kept.kept_as)",
                [columns["kept_as"]],
            )
            # Two names of one item: what was decided last stands.
            con.execute(
                "delete from desk.kept where present and exists (select 1 from desk.kept as later "
                "where later.present and later.item = kept.item and later.place > kept.place)"
            )
            if not self.viewer.scope.every_row:  # what belongs to others does not even lie here
                con.execute(
                    f"delete from desk.kept where (present and item not in (select item from {SOUGHT})) "
                    f"or (not present and not ({self._mine}))"
                )
            con.execute("commit")
        except BaseException:
            con.execute("rollback")
            raise
        finally:
            con.close()

    # -- what pages ask -----------------------------------------------------------------------

    def page(
        self,
        key: str,
        given: Filter,
        sort: str,
        down: bool,
        start: int,
        me: int,
        today: str,
        most: int = PAGE,
    ) -> list[dict[str, Any]]:
        """A page of a list."""
        tests, values = given.tests(me, today)
        order = ORDERS.get(sort, "dollars")
        sql = (
            f"select {', '.join(COLUMNS)} from desk.item where list = ? and {tests} "
            f"order by {order} {'desc' if down else 'asc'} nulls last, item limit {int(most)} offset ?"
        )
        return self.viewer.query(sql, [key, *values, start])

    def found(self, key: str, given: Filter, me: int, today: str) -> int:
        """How many items a filter finds; kept until somebody decides."""
        tests, values = given.tests(me, today)
        sql = f"select count(*) as items from desk.item where list = ? and {tests}"
        if given == Filter():
            return sum(int(row["items"]) for row in self.overview() if row["list"] == key and _todo(row))
        return self._kept(
            ("found", key, tests, *values), lambda: int(self.viewer.query(sql, [key, *values])[0]["items"])
        )

    def people(self, key: str) -> int:
        """How many patients have something to do on a list: all but those whose every item was dealt with."""

        def made() -> int:
            rows = self.viewer.query("select people from desk.people where list = ?", [key])
            (over,) = self.viewer.query(
                "select count(*) as people from (select person_id from desk.item where list = ? and present "
                "and person_id in (select person_id from desk.kept where list = ? and present) "
                f"group by person_id having not bool_or({TO_DO}))",
                [key, key],
            )
            return (int(rows[0]["people"]) if rows else 0) - int(over["people"])

        return self._kept(("people", key), made)

    def overview(self) -> list[dict[str, Any]]:
        """Items and dollars by list and status."""
        return self._kept(
            "overview",
            lambda: self.viewer.query(
                """
                with moved as (
                    select list, 'open' as status, items, dollars, priced, 0 as flagged from desk.base
                    union all
                    select list, 'open', -1, -dollars, -cast(dollars is not null as integer), 0
                    from desk.touched where present
                    union all
                    select list, now_status, 1, dollars, cast(dollars is not null as integer),
                           cast(flag is not null as integer)
                    from desk.touched
                )
                select list, status, cast(sum(items) as bigint) as items, sum(dollars) as dollars,
                       cast(sum(priced) as bigint) as priced, cast(sum(flagged) as bigint) as flagged
                from moved group by list, status having sum(items) > 0
                """
            ),
        )

    def owners(self) -> list[dict[str, Any]]:
        """ACO, practice and clinician of every item: whoever answers for one of them may be assigned."""
        sql = "select distinct aco_id, tin, npi from desk.item"
        return self._kept("owners", lambda: self.viewer.query(sql))

    def largest(self, key: str, column: str, most: int) -> list[dict[str, Any]]:
        """Where most is to do: by practice or kind."""
        assert column in ("tin", "kind")
        return self._kept(
            ("largest", key, column, most),
            lambda: self.viewer.query(
                f"""
                with moved as (
                    select {column} as name, items, dollars from desk.base where list = ?
                    union all
                    select {column}, -1, -dollars from desk.touched
                    where list = ? and present and not ({TO_DO})
                )
                select name, cast(sum(items) as bigint) as items, sum(dollars) as dollars
                from moved where name is not null
                group by name having sum(items) > 0 order by dollars desc nulls last, items desc, name limit ?
                """,
                [key, key, most],
            ),
        )

    def mine(self, me: int) -> list[dict[str, Any]]:
        """What is assigned to an account and not done, what is due first."""
        return self.viewer.query(
            f"select {', '.join(COLUMNS)} from desk.item where assignee_id = ? and {TO_DO} "
            "order by due asc nulls last, dollars desc nulls last, item",
            [me],
        )

    def item(self, key: str, item: str) -> dict[str, Any]:
        """One item. Raises WEB-NO-WORK-ITEM, the same for what is not there and what is not in scope."""
        rows = self.viewer.query(
            f"select {', '.join(COLUMNS)}, kept_as from desk.sought where item = ? and list = ?", [item, key]
        )
        if not rows:
            raise no_item()
        return rows[0]

    def of_person(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        """Every item of the patient of an item, as far as the viewer sees them."""
        first = row["item"][:PATIENT]
        return self.viewer.query(
            f"select {', '.join(COLUMNS)} from desk.sought where item between ? and ? and person_id = ? "
            "order by list, dollars desc nulls last",
            [first, first + "g", row["person_id"]],
        )

    def facts(self, row: dict[str, Any]) -> Facts:
        """What is kept of an item with each change."""
        amount = row["dollars"]
        return Facts(
            row["kept_as"], row["list"], int(row["person_id"]), row["tin"], row["npi"], row["aco_id"],
            row["kind"], row["words"], None if amount is None else float(amount), self.made.run_id,
        )  # fmt: skip

    def _kept(self, key: Any, make: Callable[[], Kept]) -> Kept:
        with self._lock:
            if key not in self._sums:
                self._sums[key] = make()
            found: Kept = self._sums[key]
            return found


def _todo(row: dict[str, Any]) -> bool:
    return row["status"] in ("open", "assigned")


def open_board(visit: Visit, patience: float = PATIENCE) -> tuple[Board | None, Work]:
    """The board of whoever asks, up to date; None while the items of a new run are still being found.

    Raises WEB-NO-RUN.
    """
    viewer = visit.run_viewer()
    bench = visit.bench
    secret = secret_of(bench.state)
    work = bench.making.get(
        ("work", viewer.run_id),
        "Work lists",
        lambda say: Made(Run(bench.home, viewer.run_id), bench.warehouse, secret, say),
        patience,
    )  # fmt: skip
    if not work.over.is_set():
        return None, work
    fresh = Run(bench.home, viewer.run_id)
    board = bench.made(
        viewer, ("board", id(work.made)),
        lambda: Board(Viewer(fresh, viewer.scope, viewer.patients), work.made),
    )  # fmt: skip
    board.refresh(visit)
    return board, work


def made_board(visit: Visit) -> Board:
    """The board, waited for: a file, an answer or a change cannot be half made. Raises WEB-WORK-WAIT."""
    board, _ = open_board(visit, patience=LONGEST_WAIT)
    if board is None:
        raise CorridorError(
            "WEB-WORK-WAIT",
            "The work lists of this run are still being made.",
            why="It is done once a run.",
            todo="Try again in a minute; nothing was changed.",
        )
    return board


def no_item() -> CorridorError:
    """Said the same of what is not there and of what is not in scope."""
    return CorridorError(
        "WEB-NO-WORK-ITEM",
        "There is no such item in what you may see.",
        todo="Open the list again; an administrator can widen what you see.",
        field="item",
    )
