"""Reasons why rows were set aside name no value to whoever does not load."""

from __future__ import annotations

import re

import pytest

from corridor.reports.tieout import TieOut
from corridor.web.pages import data
from corridor.web.roles import Role
from tests.web.conftest import Sign


def test_a_refused_value_is_not_quoted(signed: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    aside = {
        "file": "CCLF8", "field": "birth_day", "reason_code": "DATE", "reason": "«OAK ALPHA» is no day",
        "rows": 2, "first_line": 7,
    }  # fmt: skip
    monkeypatch.setattr(data, "read_tieout", lambda *given: TieOut(asides=[aside]))
    for role in (Role.auditor, Role.administrator, Role.analyst):
        text = re.sub("<[^>]+>", "", signed(role).get("/data?view=aside").text)
        assert "a value is no day" in text and "OAK" not in text, role
