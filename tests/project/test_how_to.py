"""Docs that tell a person what to call: each call is a command with options that are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from corridor.cli.main import COMMANDS
from corridor.engine.catalogue import load_catalogue
from tests.project.tree import REPOSITORY, command, name

PAGES = [*sorted((REPOSITORY / "docs" / "how-to").glob("*.md")), REPOSITORY / "docs" / "tutorial.md"]
CALL = re.compile(r"^corridor .+$|`(corridor [^`]+)`", re.MULTILINE)
PEOPLE = {
    "value-based-care-lead", "aco-analyst", "hospital-bundle-manager", "billing-lead",
    "quality-and-compliance-lead", "payer-or-consultancy",
}  # fmt: skip


def calls(page: Path) -> list[str]:
    return [match[1] or match[0] for match in CALL.finditer(page.read_text(encoding="utf-8"))]


def test_there_is_a_page_for_every_person() -> None:
    assert {page.stem for page in PAGES} == PEOPLE | {"tutorial"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_a_reader_is_told_to_call_exists(page: Path) -> None:
    found = [shlex.split(line)[1:] for line in calls(page)]
    assert found
    for words in found:
        assert words[0] in COMMANDS, words
        leaf, rest = command(words)
        assert leaf is not None, words
        known = {option for one in leaf.params for option in (*one.opts, *one.secondary_opts)}
        assert [word for word in rest if word.startswith("--") and word not in known] == [], words


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_the_tables_named_are_there(page: Path) -> None:
    told = set(re.findall(r"corridor table ([a-z_]+\.[a-z_]+)", page.read_text(encoding="utf-8")))
    assert sorted(told - set(load_catalogue().steps)) == []
