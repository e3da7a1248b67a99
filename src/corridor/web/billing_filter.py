"""Which findings are asked for in an address: checked, as SQL with parameters, and as an address again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from corridor.errors import CorridorError
from corridor.jobs.audit_asked import BORNE, audit_named
from corridor.reports.words import month_name
from corridor.web.billing import CERTAINTIES, DIRECTIONS, audit_name, kind_name

ALL = "all"
PLAIN = {"npi": r"[0-9A-Za-z]{1,10}", "tin": r"[0-9A-Za-z]{1,9}", "kind": r"[a-z0-9_]{1,64}"}


@dataclass(frozen=True)
class Wanted:
    """An audit, and what narrows it; "" and 0 ask for all."""

    audit: str
    kind: str = ""
    direction: str = ""
    certainty: str = ""
    npi: str = ""
    tin: str = ""
    month: int = 0

    def where(self) -> tuple[str, list[Any]]:
        """The condition on the columns of findings, with its values."""
        tests, values = ["true"], []
        for column, value in self.narrowed(audit=True):
            tests.append(f"{column} = ?")
            values.append(value)
        return " and ".join(tests), values

    def narrowed(self, audit: bool = False) -> Sequence[tuple[str, Any]]:
        """What narrows it, by column."""
        found = [("audit", "" if self.audit == ALL else self.audit)] if audit else []
        found += [
            (name, getattr(self, name)) for name in ("kind", "direction", "certainty", "npi", "tin", "month")
        ]
        return [(name, value) for name, value in found if value]

    def address(self, **change: Any) -> str:
        """The address of these findings, with changes; what is not a filter is added as it is."""
        own = {name: change.pop(name) for name in list(change) if name in self.__dataclass_fields__}
        it = replace(self, **own)
        query = {**dict(it.narrowed()), **{name: value for name, value in change.items() if value}}
        return f"/billing/audits/{it.audit}" + (f"?{urlencode(query)}" if query else "")

    def words(self) -> str:
        """What narrows it, for the end of a sentence."""
        said = []
        if self.kind:
            said.append(kind_name(self.kind).lower() if self.kind[:5] != "g2211" else kind_name(self.kind))
        if self.direction:
            said.append(DIRECTIONS[self.direction].lower())
        if self.certainty:
            said.append(CERTAINTIES[self.certainty])
        said += [f"{name.upper()} {getattr(self, name)}" for name in ("npi", "tin") if getattr(self, name)]
        if self.month:
            said.append(month_name(self.month))
        return ", ".join(said)

    @property
    def name(self) -> str:
        """The reader's name of the audit."""
        return "All billing audits" if self.audit == ALL else audit_name(self.audit)


def wanted_of(
    audit: str,
    kind: str = "",
    direction: str = "",
    certainty: str = "",
    npi: str = "",
    tin: str = "",
    month: int = 0,
) -> Wanted:
    """What an address asks for. Raises AUDIT-UNKNOWN, AUDIT-FILTER, AUDIT-MONTH."""
    listed = audit_named(audit).name
    given = {"kind": kind.strip(), "npi": npi.strip(), "tin": tin.strip()}
    for name, value in given.items():
        if value and not re.fullmatch(PLAIN[name], value):
            raise _filter(f"That is no {name.upper() if name != 'kind' else name}.", name)
    if direction and direction not in DIRECTIONS:
        raise _filter("There is no such direction.", "direction", ", ".join(DIRECTIONS))
    if certainty and certainty not in CERTAINTIES:
        raise _filter("There is no such certainty.", "certainty", ", ".join(CERTAINTIES))
    if month and not (190001 <= month <= 299912 and 1 <= month % 100 <= 12):
        raise CorridorError(
            "AUDIT-MONTH", "That is no month.", todo="Write year and month together, for instance 202603.",
            field="month",
        )  # fmt: skip
    return Wanted(
        BORNE.get(listed, listed), given["kind"], direction, certainty, given["npi"], given["tin"], month
    )


def _filter(what: str, field: str, known: str = "") -> CorridorError:
    return CorridorError(
        "AUDIT-FILTER",
        what,
        why="A filter that fits nothing would look like a clean bill.",
        todo=f"There are: {known}." if known else "Correct it, or leave it out.",
        field=field,
    )
