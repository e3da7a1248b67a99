"""Every command is documented, shows an example, and is the one the documents call."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from corridor.cli.main import COMMANDS, app
from tests.project.tree import REPOSITORY, command, documents, examples, module_exists, name

REFERENCE = REPOSITORY / "docs" / "command-line.md"
# Options that every command has, described once at the top of the page.
COMMON_OPTIONS = {"--help", "--json"}


def leaves(words: tuple[str, ...], found: Any) -> list[tuple[tuple[str, ...], Any]]:
    below = getattr(found, "commands", None)
    if not below:
        return [(words, found)]
    return [leaf for word, inner in below.items() for leaf in leaves((*words, word), inner)]


def command_or_skip(word: str) -> list[tuple[tuple[str, ...], Any]]:
    if not module_exists(COMMANDS[word][0]):
        pytest.skip(f"{COMMANDS[word][0]} is not there yet")
    found, _ = command([word])
    return leaves((word,), found)


def section(word: str) -> str:
    """What docs/command-line.md says of a command: from its heading to the next of the same rank."""
    text = REFERENCE.read_text(encoding="utf-8")
    match = re.search(rf"^## `corridor {word}`\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, f"docs/command-line.md has no heading: ## `corridor {word}`"
    return match.group(1)


@pytest.mark.parametrize("word", COMMANDS)
def test_the_reference_has_the_command(word: str) -> None:
    shown = re.search(rf"^\$ (?:CORRIDOR_HOME=\S+ )?corridor {word}\b", section(word), re.MULTILINE)
    assert shown, "show the command in a console block"


@pytest.mark.parametrize("word", COMMANDS)
def test_the_reference_names_every_option(word: str) -> None:
    text = section(word)
    missing = [
        f"{' '.join(words)} {longest}"
        for words, leaf in command_or_skip(word)
        for parameter in leaf.params
        if (longest := max(parameter.opts, key=len)).startswith("--")
        and longest not in COMMON_OPTIONS
        and longest not in text
    ]
    assert not missing, f"docs/command-line.md does not name: {', '.join(missing)}"


def test_the_reference_has_no_command_that_is_gone() -> None:
    headings = re.findall(r"^## `corridor ([\w-]+)`$", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(headings) <= set(COMMANDS)


@pytest.mark.parametrize("word", COMMANDS)
def test_help_shows_an_example(word: str) -> None:
    for words, _ in command_or_skip(word):
        shown = CliRunner().invoke(app, [*words, "--help"])
        assert shown.exit_code == 0, shown.output
        assert "--install-completion" not in shown.output
        assert "│" not in shown.output, "help is plain text"
        lines = [line for line in shown.output.splitlines() if not line.startswith("Usage:")]
        assert any("corridor " + words[0] in line for line in lines), (
            f"the help of `corridor {' '.join(words)}` has no example:\n{shown.output}"
        )


@pytest.mark.parametrize("word", COMMANDS)
def test_every_command_speaks_json(word: str) -> None:
    for words, leaf in command_or_skip(word):
        options = {option for parameter in leaf.params for option in parameter.opts}
        assert "--json" in options, f"`corridor {' '.join(words)}` has no --json"


def test_the_group_lists_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    for word in COMMANDS:
        assert re.search(rf"^  {word}\s", shown.output, re.MULTILINE)
    first = re.findall(r"^  Example: corridor (\S+)", shown.output, re.MULTILINE)
    assert first == ["demo", "load", "run"]


CALLS = [
    pytest.param(document, example.line, id=f"{name(document)}: {example.line}")
    for document in documents()
    for example in examples(document)
]


@pytest.mark.parametrize(("document", "line"), CALLS)
def test_what_a_document_calls_exists(document: Path, line: str) -> None:
    for part in re.split(r"\s*(?:&&|\||;|>)\s*", line):
        words = [word for word in shlex.split(part, comments=True) if not re.fullmatch(r"[A-Z_]+=\S*", word)]
        if not words or words[0] not in ("corridor", "make"):
            continue
        if words[0] == "make":
            makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
            targets = [word for word in words[1:] if "=" not in word]
            assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)
            continue
        called = [word for word in words[1:] if word not in ("--help", "--version")]
        if not called:
            continue
        assert called[0] in COMMANDS, f"no such command: {called[0]}"
        if not module_exists(COMMANDS[called[0]][0]):
            pytest.skip(f"{COMMANDS[called[0]][0]} is not there yet")
        found, rest = command(called)
        assert found is not None, f"no such command: {' '.join(called)}"
        known = {
            option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        unknown = [word for word in rest if word.startswith("--") and word.split("=")[0] not in known]
        assert not unknown, f"{line}: no such option: {', '.join(unknown)}"


def test_the_lazy_group_knows_only_its_commands() -> None:
    assert typer.main.get_command(app).get_command(None, "no-such-command") is None  # type: ignore[attr-defined]
