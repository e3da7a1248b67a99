"""Agreements with payers in the browser: the sample, a contract checked, refused, settled; for whom."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from corridor.web.pages.agreements import PARTS, SAMPLE
from corridor.web.roles import Role
from tests.web.conftest import Person, Sign

Sent = dict[str, tuple[str, bytes]]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"</?span[^>]*>", "", html)).split())


@pytest.fixture
def person(signed: Sign) -> Person:
    return signed(Role.executive)


def contract(repository: Path, *names: str) -> Sent:
    folder = repository / "docs" / "contracts"
    return {
        name: (f"{name}{PARTS[name][-5:]}", (folder / f"pine-two-sided{PARTS[name]}").read_bytes())
        for name in names
    }


def test_the_sample_is_the_one_of_the_docs(repository: Path) -> None:
    for one in (resources.files("corridor.web") / SAMPLE).iterdir():
        assert one.read_bytes() == (repository / "docs" / "contracts" / one.name).read_bytes()


def test_the_sample_is_settled(person: Person) -> None:
    """The worked example of the docs: 374,600 of losses in 2025, 664,071 of savings in 2026."""
    answer = person.post("/agreements", data={"csrf": person.csrf, "sample": "yes"})
    assert answer.status_code == 303
    text = words(person.get(answer.headers["location"]).text)
    assert "the payer pays $664k for 2026" in text and "labeled fictitious" in text
    assert "−$374,600" in text and "+$664,071" in text and "+$289k" in text
    told = person.get(answer.headers["location"] + "/file?kind=json")
    assert "664071" in told.text
    assert person.get(answer.headers["location"] + "/file?kind=xlsx").content[:2] == b"PK"


def test_a_contract_of_ones_own_for_one_year(person: Person, repository: Path) -> None:
    answer = person.post(
        "/agreements",
        data={"csrf": person.csrf, "year": "2025"},
        files=contract(repository, "contract", "figures", "quality"),
    )
    text = words(person.get(answer.headers["location"]).text)
    assert "the provider owes $375k for 2025" in text and "+$664,071" not in text


def test_a_contract_is_checked_only(person: Person, repository: Path) -> None:
    answer = person.post(
        "/agreements", data={"csrf": person.csrf, "check": "yes"}, files=contract(repository, "contract")
    )
    assert "read without a fault, 2 versions" in words(person.get(answer.headers["location"]).text)


def test_what_is_wrong_stands_on_the_form(person: Person, repository: Path) -> None:
    sent = contract(repository, "contract")
    cases: tuple[tuple[dict[str, str], Sent, str], ...] = (
        ({}, {}, "No contract was sent"),
        ({}, sent, "nothing to settle the contract from"),
        ({}, {"contract": ("c.exe", b"x")}, "cannot be a file of this kind"),
        ({"check": "yes"}, {"contract": ("c.yaml", b"contract: a\nkind: value\n")}, "contract.yaml, line 1"),
        ({"year": "soon"}, contract(repository, "contract", "figures"), "Year cannot be"),
    )
    for data, files, said in cases:
        answer = person.post("/agreements", data={"csrf": person.csrf, **data}, files=files or None)
        assert answer.status_code == 400 and said in words(answer.text), said
        assert "corridor-agreement-" not in answer.text  # no folder of the server


def test_a_settlement_is_of_its_account(person: Person, signed: Sign) -> None:
    answer = person.post("/agreements", data={"csrf": person.csrf, "sample": "yes"})
    other = signed(Role.biller)
    for ending in ("", "/file"):
        assert other.get(answer.headers["location"] + ending).status_code == 404
