"""The data-use register: under which agreement data are here, who may see them, and until when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from corridor.engine.warehouse import Delivery
from corridor.errors import CorridorError
from corridor.web.database import Connection
from corridor.web.state import State, now, stamp

SOON_DAYS = 60
LONGEST = 400
TEXTS = {"title": "a title", "custodian": "a custodian", "purpose": "a purpose"}
DATES = {"received_on": "the date the data were received", "retain_until": "the date they are kept until"}


@dataclass(frozen=True)
class Agreement:
    """One data-use agreement. covers: (source, delivery), where delivery "" is every one of the source."""

    agreement_id: int
    title: str
    custodian: str
    purpose: str
    received_on: date
    retain_until: date
    access: tuple[str, ...]
    ended_on: date | None
    covers: tuple[tuple[str, str], ...]

    def covers_delivery(self, source_id: str, delivery_id: str) -> bool:
        """Whether a delivery is held under this agreement."""
        return self.ended_on is None and not {(source_id, ""), (source_id, delivery_id)}.isdisjoint(
            self.covers
        )

    def days_left(self, today: date) -> int:
        """Days until retention ends; negative once it has."""
        return (self.retain_until - today).days

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "agreement_id": self.agreement_id,
            "title": self.title,
            "custodian": self.custodian,
            "purpose": self.purpose,
            "received_on": self.received_on.isoformat(),
            "retain_until": self.retain_until.isoformat(),
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
            "access": list(self.access),
            "covers": [{"source_id": source, "delivery_id": one or None} for source, one in self.covers],
        }


def today() -> date:
    """The day, in UTC."""
    return now().date()


def agreements(state: State) -> list[Agreement]:
    """Every agreement, those in force first, by the end of retention."""
    with state.reading() as con:
        rows = con.execute("select * from agreement").fetchall()
        covers: dict[int, list[tuple[str, str]]] = {}
        for row in con.execute("select * from agreement_cover order by source_id, delivery_id"):
            covers.setdefault(row["agreement_id"], []).append((row["source_id"], row["delivery_id"]))
    found = [_agreement(row, tuple(covers.get(row["agreement_id"], []))) for row in rows]
    return sorted(found, key=lambda one: (one.ended_on is not None, one.retain_until, one.agreement_id))


def agreement(state: State, agreement_id: int) -> Agreement:
    """One of them. Raises WEB-NOT-FOUND."""
    for one in agreements(state):
        if one.agreement_id == agreement_id:
            return one
    raise CorridorError("WEB-NOT-FOUND", "There is no such agreement.", todo="Open the register again.")


def save(state: State, given: Mapping[str, str], covers: Collection[str], agreement_id: int | None) -> int:
    """Keep a new agreement, or another text of one; returns its number. Raises WEB-REGISTER.

    covers: ``SOURCE/DELIVERY``, with nothing after the stroke for every delivery of the source.
    """
    texts = [_text(given, field) for field in TEXTS]
    received, until = (_day(given, field) for field in DATES)
    if until < received:
        raise _wrong("retain_until", "Retention cannot end before the data were received.")
    access = "\n".join(
        dict.fromkeys(one.strip() for one in given.get("access", "").splitlines() if one.strip())
    )
    if not covers:
        raise _wrong("covers", "An agreement covers at least one source or delivery.")
    values = [*texts, received.isoformat(), until.isoformat(), access[:4000]]
    with state.writing() as con:
        if agreement_id is None:
            row = con.execute(
                "insert into agreement (title, custodian, purpose, received_on, retain_until, access, "
                "created_at) values (?, ?, ?, ?, ?, ?, ?) returning agreement_id",
                [*values, stamp()],
            ).fetchone()
            agreement_id = int(row["agreement_id"])
        else:
            con.execute(
                "update agreement set title = ?, custodian = ?, purpose = ?, received_on = ?, "
                "retain_until = ?, access = ? where agreement_id = ?",
                [*values, agreement_id],
            )
        _write_covers(con, agreement_id, covers)
    return agreement_id


def end(state: State, agreement_id: int) -> None:
    """The agreement is over: nothing is held under it any more."""
    with state.writing() as con:
        con.execute(
            "update agreement set ended_on = ? where agreement_id = ? and ended_on is null",
            [today().isoformat(), agreement_id],
        )


def uncovered(found: Sequence[Agreement], deliveries: Sequence[Delivery]) -> list[Delivery]:
    """The deliveries that no agreement in force covers."""
    return [
        one
        for one in deliveries
        if not any(held.covers_delivery(one.source_id, one.delivery_id) for held in found)
    ]


def reminders(found: Sequence[Agreement], on: date) -> list[tuple[Agreement, int]]:
    """Agreements whose retention has ended or soon will, with the days left."""
    return [
        (one, one.days_left(on)) for one in found if one.ended_on is None and one.days_left(on) <= SOON_DAYS
    ]


def _write_covers(con: Connection, agreement_id: int, covers: Collection[str]) -> None:
    con.execute("delete from agreement_cover where agreement_id = ?", [agreement_id])
    for one in sorted(set(covers)):
        source, _, delivery = one.partition("/")
        con.execute("insert into agreement_cover values (?, ?, ?)", [agreement_id, source, delivery])


def _agreement(row: Any, covers: tuple[tuple[str, str], ...]) -> Agreement:
    return Agreement(
        int(row["agreement_id"]),
        str(row["title"]),
        str(row["custodian"]),
        str(row["purpose"]),
        date.fromisoformat(row["received_on"]),
        date.fromisoformat(row["retain_until"]),
        tuple(str(row["access"]).splitlines()),
        date.fromisoformat(row["ended_on"]) if row["ended_on"] else None,
        covers,
    )


def _text(given: Mapping[str, str], field: str) -> str:
    text = " ".join(given.get(field, "").split())
    if not 1 <= len(text) <= LONGEST:
        raise _wrong(field, f"An agreement needs {TEXTS[field]}, of at most {LONGEST} characters.")
    return text


def _day(given: Mapping[str, str], field: str) -> date:
    try:
        return date.fromisoformat(given.get(field, "").strip())
    except ValueError as error:
        raise _wrong(field, f"An agreement needs {DATES[field]}.") from error


def _wrong(field: str, what: str) -> CorridorError:
    return CorridorError(
        "WEB-REGISTER", what, todo="Complete the form; dates as 2027-12-31. Nothing was changed.", field=field
    )
