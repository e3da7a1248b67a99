"""What the files of one delivery must agree on: a changed bit that leaves a valid character shows here.

Records that merely disagree are counted and warned of. Where two values that should be equal
differ by one bit of one character, the file was damaged, and the delivery is refused.
"""

from __future__ import annotations

from corridor.engine.delivery import DeliveryWriter
from corridor.errors import CorridorError
from corridor.sources.cclf.detect import Form
from corridor.sources.cclf.plan import Plan
from corridor.sources.cclf.records import damaged
from corridor.sources.cclf.tables import raw_name

_BITS = 8


class CrossCheck:
    """Checks within one delivery, while it is written and after."""

    def __init__(self, plan: Plan, writer: DeliveryWriter, set_aside: bool) -> None:
        self.plan = plan
        self.writer = writer
        self.con = writer.con
        self.set_aside = set_aside
        self.headers_set_aside: set[str] = set()
        self._strangers: dict[str, int] = {}

    def parts(self, kind: str) -> list[str]:
        """The Parquet files that this delivery has of a file type so far."""
        folder = self.writer._staging / "raw" / raw_name(kind)
        return sorted(str(path) for path in folder.glob("*.parquet"))

    # ---- people -----------------------------------------------------------------------------

    def know_people(self) -> None:
        """Remember the beneficiaries of CCLF8 (temp table piece_identifier)."""
        self.con.execute(
            "create temp table if not exists known_person (identifier varchar, line_number bigint)"
        )
        self.con.execute("insert into known_person select identifier, line_number from piece_identifier")

    def check_people(self, kind: str, form: Form) -> None:
        """Beneficiaries of a claim file who are not in CCLF8: counted; damage where one bit explains it."""
        if "cclf8" not in self.plan.forms or self.plan.forms["cclf8"].layout.version == "short":
            return
        strangers = self.con.execute(
            "select identifier, line_number from piece_identifier as one where not exists "
            "(select 1 from known_person as known where known.identifier = one.identifier) "
            "and not exists (select 1 from person_link where identifier in (previous, current)) order by 2"
        ).fetchall()
        for identifier, line in strangers:
            near = self._near(str(identifier))
            if near is not None and not self.set_aside:
                raise damaged(
                    form,
                    int(line),
                    "bene_mbi_id",
                    "This beneficiary is not in CCLF8, and the identifier differs in one bit from the one "
                    f"in line {near} there.",
                )
        self._strangers[kind] = self._strangers.get(kind, 0) + len(strangers)

    def _near(self, identifier: str) -> int | None:
        neighbours = [
            identifier[:at] + chr(ord(letter) ^ (1 << bit)) + identifier[at + 1 :]
            for at, letter in enumerate(identifier)
            for bit in range(_BITS - 1)
        ]
        row = self.con.execute(
            "select min(line_number) from known_person where identifier in (select unnest(?))", [neighbours]
        ).fetchone()
        return int(row[0]) if row and row[0] is not None else None

    # ---- after the last file ------------------------------------------------------------------

    def run(self) -> list[str]:
        """Compare the files with each other. Returns warnings; raises CCLF-DAMAGED."""
        return [
            f"{kind.upper()}: {count:,} beneficiaries are not in CCLF8."
            for kind, count in sorted(self._strangers.items())
            if count
        ]


__all__ = ["CorridorError", "CrossCheck"]
