"""What the files of one delivery must agree on: a changed bit that leaves a valid character shows here.

Records that merely disagree are counted and warned of. Where two values that should be equal
differ by one bit of one character, the file was damaged, and the delivery is refused.
"""

from __future__ import annotations

from corridor.engine.connection import quote
from corridor.engine.delivery import DeliveryWriter
from corridor.sources.cclf.detect import Form
from corridor.sources.cclf.plan import Plan
from corridor.sources.cclf.records import ISOLATED, damaged
from corridor.sources.cclf.tables import raw_name

_BITS = 8
# Which fields of a file copy those of the claim header.
HEADER_COPIES = {
    **dict.fromkeys(("cclf2", "cclf3", "cclf4"), ("clm_from_dt", "clm_thru_dt", "prvdr_oscar_num")),
    "cclfa": (),
}


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
        return [str(path) for path in self.writer.parts(raw_name(kind))]

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
        row = self.con.execute(
            "select min(line_number) from known_person where identifier in (select unnest(?))",
            [neighbours(identifier)],
        ).fetchone()
        return int(row[0]) if row and row[0] is not None else None

    # ---- after the last file ------------------------------------------------------------------

    def run(self) -> list[str]:
        """Compare the files with each other. Returns warnings; raises CCLF-DAMAGED."""
        warnings = [
            f"{kind.upper()}: {count:,} beneficiaries are not in CCLF8."
            for kind, count in sorted(self._strangers.items())
            if count
        ]
        for kind, fields in HEADER_COPIES.items():
            warnings += self._against(kind, "cclf1", (), fields)
        warnings += self._against("cclfb", "cclf5", ("clm_line_num",), ())
        return warnings

    def _against(self, kind: str, other: str, keys: tuple[str, ...], fields: tuple[str, ...]) -> list[str]:
        """Records of ``kind`` whose claim is not in ``other``, or which copy its fields wrongly."""
        if kind not in self.plan.forms or other not in self.plan.forms:
            return []
        same = "".join(f" and one.{key} = main.{key}" for key in keys)
        copied = "".join(f" or one.{name} is distinct from main.{name}" for name in fields)
        shown = "".join(f", cast(one.{name} as varchar), cast(main.{name} as varchar)" for name in fields)
        self.con.execute(
            f"create or replace temp table disagreement as "
            f"select one.line_number, one.cur_clm_uniq_id, one.person_id, main.line_number as other{shown} "
            f"from {self._read(kind)} as one left join {self._read(other)} as main "
            f"on one.cur_clm_uniq_id = main.cur_clm_uniq_id{same} "
            f"where main.line_number is null or one.person_id is distinct from main.person_id{copied}"
        )
        rows = self.con.execute("select * from disagreement order by line_number limit 1000").fetchall()
        rows = [row for row in rows if row[1] not in self.headers_set_aside]
        if not rows:
            return []
        count = self.con.execute("select count(distinct cur_clm_uniq_id) from disagreement").fetchone()
        claims = int(count[0]) if count else 0
        form = self.plan.forms[kind]
        for row in rows if claims <= ISOLATED and not self.set_aside else ():
            line, claim, person, main_line = int(row[0]), str(row[1]), row[2], row[3]
            mine = row[4::2]
            near = self._near_claim(other, claim, person, dict(zip(fields, mine)))
            if near is not None:
                raise damaged(
                    form,
                    line,
                    "cur_clm_uniq_id",
                    f"This claim number differs in one bit from that of its own claim, {other.upper()} "
                    f"line {near}.",
                )
            for name, one, its in zip(fields, mine, row[5::2]):
                if one_bit_apart(one, its):
                    raise damaged(
                        form,
                        line,
                        name,
                        f"This field differs in one bit from that of {other.upper()}, line {main_line}.",
                    )
        return [
            f"{kind.upper()}: {claims:,} claims are not in {other.upper()} or disagree with it, the first in "
            f"line {rows[0][0]}."
        ]

    def _near_claim(self, other: str, claim: str, person: object, fields: dict[str, object]) -> int | None:
        """The line in ``other`` of a claim that is this one but for one bit of its number."""
        same = "".join(f" and cast({name} as varchar) is not distinct from ?" for name in fields)
        row = self.con.execute(
            f"select min(line_number) from {self._read(other)} "
            f"where cur_clm_uniq_id in (select unnest(?)) and person_id = ?{same}",
            [neighbours(claim), person, *fields.values()],
        ).fetchone()
        return int(row[0]) if row and row[0] is not None else None

    def _read(self, kind: str) -> str:
        return f"read_parquet([{', '.join(quote(part) for part in self.parts(kind))}])"


def one_bit_apart(one: object, other: object) -> bool:
    """Whether two texts differ in one bit of one character."""
    if not isinstance(one, str) or not isinstance(other, str) or len(one) != len(other):
        return False
    changed = [ord(a) ^ ord(b) for a, b in zip(one, other) if a != b]
    return len(changed) == 1 and changed[0].bit_count() == 1


def neighbours(text: str) -> list[str]:
    """Every text that differs from this one in one bit of one character."""
    return [
        text[:at] + chr(ord(letter) ^ (1 << bit)) + text[at + 1 :]
        for at, letter in enumerate(text)
        for bit in range(_BITS - 1)
    ]
