"""A price as an address asks for it: checked by the same checks as on the command line, then priced."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from corridor.errors import CorridorError
from corridor.jobs.price import Prices
from corridor.jobs.price_checks import check_number, check_options, check_specialty
from corridor.web.guard import Visit
from corridor.web.price_desk import PriceDesk

MOST_CODES = 12
WORD = re.compile(r"[0-9A-Za-z]{5}(?:[-:][0-9A-Za-z]{2}){0,4}")
DIGITS = {"mac": (5, "PRICE-LOCALITY"), "locality": (2, "PRICE-LOCALITY")}


@dataclass(frozen=True)
class PriceAsked:
    """Codes, each with its modifiers, and where, when and how; "" and None where nothing is said."""

    code: str
    year: int | None = None
    mac: str = ""
    locality: str = ""
    zip: str = ""
    setting: str = "non_facility"
    units: float = 1.0
    qp: bool = False
    nonpar: bool = False
    specialty: str = ""

    def priced(self, visit: Visit) -> Prices:
        """The prices with their derivation. Raises what the checks and the pricer raise."""
        asked = _codes(self.code)
        mac, locality = self.mac.strip(), self.locality.strip()
        zip_code = self.zip.strip() or None
        if bool(mac) != bool(locality):
            raise CorridorError(
                "PRICE-LOCALITY",
                "A contractor and a locality belong together: one of the two is missing.",
                todo="Give both, or a ZIP code, or none of them for the national amount.",
                field="locality" if mac else "mac",
            )
        if self.setting not in ("facility", "non_facility"):
            raise CorridorError(
                "PRICE-WHAT",
                "There is no such setting.",
                todo="Use facility or non_facility.",
                field="setting",
            )
        check_options(None, None, zip_code, mac or None, [list(one.values())[1:] for one in asked])
        check_number("units", self.units, "units")
        check_specialty(self.specialty or None)
        desk: PriceDesk = visit.bench.price_desk()
        common = {
            "service_date": desk.day(self.year),
            "mac": mac.zfill(5) if mac else None,
            "locality": locality.zfill(2) if locality else None,
            "zip": zip_code, "qp": self.qp, "units": self.units, "participating": not self.nonpar,
            "setting": self.setting, "specialty_code": self.specialty.upper() or None, "session_id": "1",
        }  # fmt: skip
        return desk.price([{**common, **one} for one in asked])


def _codes(text: str) -> list[dict[str, Any]]:
    words = text.upper().replace(",", " ").split()
    odd = next((word for word in words if not WORD.fullmatch(word)), None)
    if not words or odd is not None or len(words) > MOST_CODES:
        raise CorridorError(
            "PRICE-WHAT",
            f"{odd[:20]!r} is no code." if odd else f"Name one code, or up to {MOST_CODES}.",
            todo="Write them as 99214, or with modifiers as 45378-53.",
            field="code",
        )
    found = []
    for word in words:
        code, *modifiers = word.replace(":", "-").split("-")
        found.append({"hcpcs_code": code, **{f"modifier_{n}": one for n, one in enumerate(modifiers, 1)}})
    return found
