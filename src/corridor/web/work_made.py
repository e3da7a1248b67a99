"""The items of every work list of one run, made once for every account; a viewer sees those in its scope.

An item is named by a keyed hash of its list, of the person's first identifier and of its subject: the same
after another run, after more loads, and in a warehouse that was loaded anew.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Collection
from pathlib import Path

from corridor.engine.connection import connect, parquet, quote
from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.web.scope import OF_PERSON as OWNER
from corridor.web.scope import OPTED_OUT, Scope
from corridor.web.viewer import Viewer
from corridor.web.work_lists import LISTS, WorkList
from corridor.web.work_people import make_person_keys

ITEM = "work.item"
SOUGHT = "work.sought"
"""The same rows in the order of their names, to find one of them, or all of a patient, at once."""
PATIENT = 8
"""So many characters of an item's name are of the patient, the rest of list and subject."""
COLUMNS = "person_id, subject, tin, npi, dollars, n, day, kind, words"
Say = Callable[[str], None]


class Made:
    """Those of one run, in a folder that goes with the process.

    missing: list -> the tables it needs and the run lacks.
    """

    def __init__(self, run: Run, warehouse: Warehouse, secret: str, say: Say = lambda words: None) -> None:
        self.run_id = run.run_id
        self.missing: dict[str, tuple[str, ...]] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="corridor-work-", ignore_cleanup_errors=True)
        self._lock = threading.Lock()
        folder = Path(self._folder.name)
        self.files = [folder / "item.parquet"]
        self.sought = [folder / "sought.parquet"]
        self._other = folder / "other.parquet"
        every = Viewer(run, Scope(every_row=True), patients=True)
        try:
            self._make(every, warehouse, secret, say)
        finally:
            every.con.close()
        self._con = connect(spill=folder / "spill", threads=1)

    def _make(self, every: Viewer, warehouse: Warehouse, secret: str, say: Say) -> None:
        setting = every.manifest["setting"]
        data_year = setting.get("data_year", setting["performance_year"])  # an older run has none
        con = every.con
        con.execute("create schema made")
        con.execute("create table made.setting as select ?::integer as data_year", [data_year])
        con.execute(
            "create table made.found (list varchar, person_id bigint, subject varchar, tin varchar, "
            "npi varchar, dollars double, n bigint, day date, kind varchar, words varchar)"
        )
        for one in LISTS.values():
            say(one.name)
            self._fill(every, one)
        say("The patients behind the numbers")
        make_person_keys(con, warehouse, secret)
        if every.has(OPTED_OUT):
            con.execute(
                "delete from made.found where person_id in "
                f"(select person_id from {OPTED_OUT} where opted_out)"
            )
        owner = OWNER if every.has(OWNER) else "(select null::bigint as person_id, null::varchar as aco_id)"
        con.execute(
            f"""
            create view made.item as
            select left(sha256(? || coalesce(known.key, cast(found.person_id as varchar))), {PATIENT})
                   || left(sha256(? || coalesce(known.key, cast(found.person_id as varchar))
                                  || '|' || found.list || '|' || found.subject), {PATIENT}) as item,
                   coalesce(known.main, true) as main, found.*, owner.aco_id
            from made.found as found
            left join person_key as known on known.person_id = found.person_id
            left join {owner} as owner on owner.person_id = found.person_id
            """.replace("?", quote(secret))
        )
        say("The items in their order")
        con.execute(
            f"copy (select item, list, {COLUMNS}, aco_id from made.item where main "
            "order by list, dollars desc nulls last, item) "
            f"to {quote(str(self.files[0]))} (format parquet, row_group_size 60000)"
        )
        con.execute(
            f"copy (select * from {parquet(self.files)} order by item) "
            f"to {quote(str(self.sought[0]))} (format parquet, row_group_size 20000)"
        )
        con.execute(
            "copy (select other.item as other, mine.item from made.item as other join made.item as mine "
            "on mine.main and mine.list = other.list and mine.person_id = other.person_id "
            "and mine.subject = other.subject where not other.main) "
            f"to {quote(str(self._other))} (format parquet)"
        )

    def _fill(self, every: Viewer, one: WorkList) -> None:
        lacking = tuple(table for table in one.reads if not every.has(table))
        if not lacking:
            try:
                every.query(f"insert into made.found select '{one.key}', {COLUMNS} from ({one.sql})")
            except CorridorError:  # the run is of an older Corridor: the table lacks a column
                lacking = one.reads
        if lacking:
            self.missing[one.key] = lacking

    def locate(self, items: Collection[str]) -> dict[str, str]:
        """Item as it was named -> item of this run, for those that this run still holds.

        A patient has several names where two identifiers turned out to be one person's.
        """
        wanted = sorted(items)
        if not wanted:
            return {}
        with self._lock:
            rows = self._con.execute(
                f"""
                with wanted as (select unnest(?::varchar[]) as item)
                select item, item from wanted where item in (select item from {parquet(self.sought)})
                union all
                select other.other, other.item from {parquet([self._other])} as other
                where other.other in (select item from wanted)
                  and other.other not in (select item from {parquet(self.sought)})
                """,
                [wanted],
            ).fetchall()
        return {str(given): str(found) for given, found in rows}
