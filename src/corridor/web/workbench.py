"""What the pages stand on: the last complete run as an account sees it, and what is made from it once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from corridor.engine.runs import Run
from corridor.engine.warehouse import Warehouse
from corridor.law import Rules, load_rules
from corridor.reports import ReportData
from corridor.settings import Settings
from corridor.web.accounts import FAILURES, LOCKED, Account
from corridor.web.kept import Answers
from corridor.web.limits import Limit
from corridor.web.making import Making
from corridor.web.openid import Provider, provider_of
from corridor.web.panel import Panels
from corridor.web.roles import PATIENTS
from corridor.web.scope import Scope
from corridor.web.sessions import Setup
from corridor.web.state import State
from corridor.web.viewer import Viewer

if TYPE_CHECKING:
    from corridor.jobs.context import Context
    from corridor.programs.asm.settlement import Settlement
    from corridor.web.price_desk import PriceDesk

MOST_VIEWERS = 24
MOST_MADE = 400  # small things drawn or summed once a run and scope
Made = TypeVar("Made")


class Shelf:
    """A few things made once and kept while they are used; the least used goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, tuple[threading.Lock, list[Any]]] = OrderedDict()

    def get(self, key: Any, make: Callable[[], Made]) -> Made:
        """What is kept under a key; made first where it is not there, by one thread only."""
        with self._lock:
            lock, box = self._kept.setdefault(key, (threading.Lock(), []))
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        with lock:
            if not box:
                box.append(make())
            found: Made = box[0]
            return found


@dataclass
class Workbench:
    """One warehouse with its settings and its state, served.

    secure: cookies go over https only. names: the host names it answers to.
    ahead: small tables of a run are summed up before somebody asks.
    """

    home: Path
    settings: Settings
    state: State
    secure: bool = False
    names: frozenset[str] = frozenset({"127.0.0.1", "localhost", "::1"})
    ahead: bool = False
    setup: Setup = field(init=False)
    openid: Provider | None = field(init=False)
    sign_in_limit: Limit = field(default_factory=lambda: Limit(10, 60.0))
    unknown_limit: Limit = field(default_factory=lambda: Limit(FAILURES, LOCKED.total_seconds()))
    api_limit: Limit = field(default_factory=lambda: Limit(120, 60.0))
    making: Making = field(default_factory=Making)
    answers: Answers = field(default_factory=Answers)
    _shelf: Shelf = field(default_factory=lambda: Shelf(MOST_VIEWERS))
    _made: Shelf = field(default_factory=lambda: Shelf(MOST_MADE))

    def __post_init__(self) -> None:
        self.setup = Setup(self.state)
        self.openid = provider_of(self.settings.web.openid)

    @property
    def warehouse(self) -> Warehouse:
        """The warehouse as it is now: loads may come while it is served."""
        return Warehouse.open(self.home)

    def run(self) -> Run | None:
        """The last complete run; None before the first."""
        try:
            current = (self.home / "runs" / "current").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return self._shelf.get(("run", current), lambda: Run(self.home, current))

    def viewer(self, account: Account) -> Viewer | None:
        """The last complete run as an account sees it; None before the first run."""
        run = self.run()
        if run is None:
            return None
        patients = account.any_of(PATIENTS)
        key = ("viewer", run.run_id, account.scope, patients)
        return self._shelf.get(key, lambda: Viewer(run, account.scope, patients, self.panels(run)))

    def panels(self, run: Run) -> Panels:
        """The small tables summed up from a run, the same for every viewer before its scope cuts them."""

        def made() -> Panels:
            found = Panels(run)
            if self.ahead:
                threading.Thread(target=found.make_all, name="panels", daemon=True).start()
            return found

        return self._shelf.get(("panels", run.run_id), made)

    def made(self, viewer: Viewer, what: Any, make: Callable[[], Made]) -> Made:
        """Something small, made once for a run and whoever sees the same of it: words, sums, a drawing."""
        return self._made.get((what, viewer.run_id, viewer.scope, viewer.patients), make)

    def whole(self) -> Viewer:
        """Every row of the last complete run, for derivations of figures that rest on others' rows too.

        Whoever shows anything of it asks the account's own viewer first: only ``explaining`` reads it, and
        ``loaded`` the months that are covered.
        """
        run = self.run()
        assert run is not None
        every = Scope(every_row=True)
        return self._shelf.get(
            ("viewer", run.run_id, every, True), lambda: Viewer(run, every, True, self.panels(run))
        )

    def report(self, viewer: Viewer) -> ReportData:
        """The data of the report, in the viewer's scope; single episodes are read a clinician at a time."""
        key = ("report", viewer.run_id, viewer.scope, viewer.patients)
        return self._shelf.get(key, lambda: ReportData.from_run(viewer, detail=False))

    def context(self) -> Context:
        """What the jobs of the command line stand on: these settings, this warehouse, the law in force."""
        from corridor.jobs.context import open_context

        return self._shelf.get("context", lambda: open_context(home=self.home, settings=self.settings))

    def price_desk(self) -> PriceDesk:
        """The pricer over the fee schedule as it is installed now. Raises PRICE-REFERENCE."""
        from corridor.web.price_desk import PriceDesk

        folder = self.home / "reference"
        installed = tuple(
            sorted((one.name, one.stat().st_mtime_ns) for one in folder.glob("pfs_*"))
        )  # another vintage changes the folder of its table
        return self._shelf.get(("price", installed), lambda: PriceDesk(self.home, self.law(("pfs",))))

    def law(self, programs: tuple[str, ...]) -> Rules:
        """The rules of some programs with the settings' overrides. Raises LAW-UNKNOWN-PROGRAM."""
        given = self.settings
        return self._shelf.get(
            ("law", programs),
            lambda: load_rules(
                programs, as_known_on=given.as_known_on, overrides=given.overrides, proposed=given.proposed
            ),
        )

    def law_as(self, programs: tuple[str, ...], known: date | None, proposed: bool) -> Rules:
        """The rules as known on another day, or with what is proposed, and the overrides of the settings."""
        given = self.settings
        if known is None and not proposed:
            return self.law(programs)
        return self._made.get(
            ("law", programs, known, proposed),
            lambda: load_rules(
                programs,
                as_known_on=known or given.as_known_on,
                overrides=given.overrides,
                proposed=proposed or given.proposed,
            ),
        )

    def listed_law(self, what: Any, make: Callable[[], Made]) -> Made:
        """A list read off the rules, which do not change while the application runs."""
        return self._made.get(("listed law", what), make)

    def settlement(self, viewer: Viewer) -> Settlement:
        """The settlement of the whole cohort, from which any figure of a clinician is derived.

        Whoever shows a row of it asks the viewer first: ``explaining`` is the only place that does.
        """

        def made() -> Settlement:
            from corridor.programs.asm.compute import settle
            from corridor.programs.asm.run_inputs import open_run_inputs

            found = open_run_inputs(self.home)
            return settle(found.inputs, found.rules, found.year, national=found.national)

        return self._shelf.get(("settlement", viewer.run_id), made)
