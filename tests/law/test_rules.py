"""The digest over every year: what results of later payment years hang on."""

from __future__ import annotations

from datetime import date

from corridor.law import load_rules


def test_the_digest_of_every_year_sees_later_years() -> None:
    plain = load_rules(["asm"])
    assert plain.digest() == load_rules(["asm"]).digest()
    assert plain.digest() != load_rules(["asm"], overrides={"asm.risk_level": 0.08}).digest()
    assert plain.digest() != load_rules(["asm"], as_known_on=date(2025, 12, 31)).digest()
