"""Scenarios that were saved: whose, of which program, with which values; shared with everybody or not.

Only what was changed is kept, never a result: whoever opens one sees what it comes to in their own scope.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corridor.errors import CorridorError
from corridor.web.accounts import Account
from corridor.web.state import State, stamp

LONGEST_NAME = 80
MOST = 500
LARGEST = 2**31 - 1  # of an integer that every database holds
COLUMNS = (
    "scenario.scenario_id, scenario.account_id, account.name as owner, scenario.name, scenario.program, "
    "scenario.inputs, scenario.shared, scenario.changed_at"
)
SEEN = f"select {COLUMNS} from scenario join account on account.account_id = scenario.account_id"


@dataclass(frozen=True)
class Saved:
    """One saved scenario; ``given`` are the changed values as text, by the name of their input."""

    scenario_id: int
    account_id: int
    owner: str
    name: str
    program: str
    given: Mapping[str, str]
    shared: bool
    changed_at: str


def saved_scenarios(state: State, who: Account) -> list[Saved]:
    """One's own and those that are shared, the newest first."""
    with state.reading() as con:
        rows = con.execute(
            f"{SEEN} where scenario.account_id = ? or scenario.shared = 1 "
            f"order by scenario.changed_at desc, scenario.scenario_id desc limit {MOST}",
            [who.account_id],
        ).fetchall()
    return [_saved(row) for row in rows]


def find_scenario(state: State, who: Account, scenario_id: int) -> Saved:
    """One of them. Raises SCENARIO-UNKNOWN, the same for what is not there and what is another's own."""
    row = None
    if 0 < scenario_id <= LARGEST:
        with state.reading() as con:
            row = con.execute(
                f"{SEEN} where scenario.scenario_id = ? and (scenario.account_id = ? or scenario.shared = 1)",
                [scenario_id, who.account_id],
            ).fetchone()
    if row is None:
        raise CorridorError(
            "SCENARIO-UNKNOWN",
            "There is no such scenario that you may see.",
            why="It was deleted, or its owner keeps it private.",
            todo="Choose one of the list, or ask its owner to share it.",
        )
    return _saved(row)


def save_scenario(
    state: State, who: Account, name: str, program: str, given: Mapping[str, str], shared: bool
) -> int:
    """Keep a scenario under a name; one's own of the same name is replaced. Raises SCENARIO-NAME."""
    words = " ".join(name.split())
    if not 1 <= len(words) <= LONGEST_NAME:
        raise CorridorError(
            "SCENARIO-NAME",
            "A scenario is saved under a name.",
            why=f"It needs 1 to {LONGEST_NAME} characters.",
            todo="Say in a few words what is different in it.",
            field="name",
        )
    kept = json.dumps(dict(sorted(given.items())))
    with state.writing() as con:
        row = con.execute(
            "select scenario_id from scenario where account_id = ? and name = ?", [who.account_id, words]
        ).fetchone()
        if row is not None:
            con.execute(
                "update scenario set program = ?, inputs = ?, shared = ?, changed_at = ? "
                "where scenario_id = ?",
                [program, kept, int(shared), stamp(), row["scenario_id"]],
            )
            return int(row["scenario_id"])
        made = con.execute(
            "insert into scenario (account_id, name, program, inputs, shared, created_at, changed_at) "
            "values (?, ?, ?, ?, ?, ?, ?) returning scenario_id",
            [who.account_id, words, program, kept, int(shared), stamp(), stamp()],
        ).fetchone()
        return int(made["scenario_id"])


def share_scenario(state: State, who: Account, scenario_id: int, shared: bool) -> None:
    """Share one's own, or keep it to oneself again. Raises SCENARIO-UNKNOWN and SCENARIO-OWNER."""
    _own(state, who, scenario_id)
    with state.writing() as con:
        con.execute("update scenario set shared = ? where scenario_id = ?", [int(shared), scenario_id])


def delete_scenario(state: State, who: Account, scenario_id: int) -> Saved:
    """One's own is gone. Raises SCENARIO-UNKNOWN and SCENARIO-OWNER."""
    found = _own(state, who, scenario_id)
    with state.writing() as con:
        con.execute("delete from scenario where scenario_id = ?", [scenario_id])
    return found


def _own(state: State, who: Account, scenario_id: int) -> Saved:
    found = find_scenario(state, who, scenario_id)
    if found.account_id != who.account_id:
        raise CorridorError(
            "SCENARIO-OWNER",
            "This scenario is another's.",
            why="Only its owner changes, shares or deletes it.",
            todo="Open it and save it under a name of your own.",
        )
    return found


def _saved(row: Any) -> Saved:
    return Saved(
        int(row["scenario_id"]), int(row["account_id"]), str(row["owner"]), str(row["name"]),
        str(row["program"]),
        {str(name): str(value) for name, value in json.loads(row["inputs"]).items()}, bool(row["shared"]),
        str(row["changed_at"]),
    )  # fmt: skip
