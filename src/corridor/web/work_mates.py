"""Who may be assigned, as far as an account may know of the others."""

from __future__ import annotations

from corridor.web.accounts import Account
from corridor.web.guard import Visit
from corridor.web.work_board import Board
from corridor.web.work_kept import sees, workers


def mates(visit: Visit, board: Board) -> list[Account]:
    """Oneself, and whoever sees an item that one sees too; accounts that see every row know of all."""
    every = workers(visit.bench.state)
    if visit.who.scope.every_row:
        return every
    return [
        one
        for one in every
        if one.account_id == visit.who.account_id
        or any(sees(one, row["aco_id"], row["tin"], row["npi"]) for row in board.owners())
    ]
