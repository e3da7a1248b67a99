"""Strict YAML: one document becomes plain values, and every value knows its line.

Stricter than YAML 1.1: a key twice, ``yes``/``no``, ``005`` (octal 5), ``1:30`` (90) and tags are
errors, because each of them reads as one thing and means another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from corridor.errors import CorridorError

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Where = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_NUMBER = re.compile(r"[-+]?(0|[1-9][0-9_]*)\.[0-9]*([eE][-+][0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_PLACES = 300_000  # of a document: a few lines of aliases of aliases would fill any memory
# The parser walks what is nested by calling itself: deep enough, the process ends. A short text is never so.
SHORT, DEEPEST = 10_000, 100
_OPENS = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CLOSES = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


@dataclass(frozen=True)
class Document:
    """A YAML file read: ``data`` in plain values, ``lines`` from a place in it to its line (from 1)."""

    file: Path
    data: Any
    lines: dict[Where, int] = field(repr=False)

    def line(self, where: Where) -> int:
        """The line of a place, or of the nearest place around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)


def dotted(where: Where) -> str:
    """A place as a reader writes it: ``values[0].cite.doc``."""
    text = ""
    for part in where:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def read_document(file: Path) -> Document:
    """Read one YAML file strictly.

    Raises LAW-YAML (not UTF-8, not YAML, empty, circular), LAW-DUPLICATE-KEY and
    LAW-AMBIGUOUS-VALUE, each with file and line.
    """
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = file.read_bytes()[: error.start].count(b"\n") + 1
        raise CorridorError(
            "LAW-YAML", "The file is not UTF-8 text.", todo="Save it as UTF-8.", file=file, line=line
        ) from error
    try:
        if len(text) > SHORT and _depth(text) > DEEPEST:
            raise _too_deep(file)
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise CorridorError(
            "LAW-YAML",
            f"The file is not one YAML document: {problem}.",
            todo="Mend the YAML at that line.",
            file=file,
            line=None if mark is None else mark.line + 1,
        ) from error
    if node is None:
        raise CorridorError(
            "LAW-YAML", "The file is empty.", todo="Write the rule, or remove the file.", file=file
        )
    lines: dict[Where, int] = {}
    try:
        data = _Reader(file, lines).value(node, ())
    except RecursionError as error:
        raise _too_deep(file) from error
    return Document(file, data, lines)


def _depth(text: str) -> int:
    """How deep a text nests, told without going down; it stops where that is deep enough to be refused."""
    depth = deepest = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, _OPENS):
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                break
        elif isinstance(event, _CLOSES):
            depth -= 1
    return deepest


def _too_deep(file: Path) -> CorridorError:
    return CorridorError(
        "LAW-YAML", "The document is nested too deeply.", todo="Write it flatter.", file=file
    )


class _Reader:
    """Turns composed nodes into values; remembers where each one stood."""

    def __init__(self, file: Path, lines: dict[Where, int]) -> None:
        self.file = file
        self.lines = lines
        self.open: set[int] = set()

    def value(self, node: yaml.Node, where: Where) -> Any:
        if len(self.lines) > MOST_PLACES:
            raise self.error(
                "LAW-YAML", "The document holds too many values.", "Write it without aliases of aliases.",
                node, (),
            )  # fmt: skip
        self.lines.setdefault(where, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return self.scalar(node, where)
        if id(node) in self.open:
            raise self.error(
                "LAW-YAML", "A value contains itself.", "Remove the circular alias.", node, where
            )
        self.open.add(id(node))
        result = (
            self.mapping(node, where) if isinstance(node, yaml.MappingNode) else self.sequence(node, where)
        )
        self.open.discard(id(node))
        return result

    def mapping(self, node: yaml.MappingNode, where: Where) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self.key(key_node, where)
            if key in result:
                raise self.error(
                    "LAW-DUPLICATE-KEY",
                    f"The key {key!r} stands here twice.",
                    "Keep one of the two.",
                    key_node,
                    (*where, key),
                )
            self.lines[(*where, key)] = key_node.start_mark.line + 1
            result[key] = self.value(value_node, (*where, key))
        return result

    def sequence(self, node: yaml.Node, where: Where) -> list[Any]:
        if not isinstance(node, yaml.SequenceNode):  # pragma: no cover - YAML has no fourth kind of node
            raise self.error("LAW-YAML", "An unknown kind of YAML node.", "Use plain YAML.", node, where)
        return [self.value(item, (*where, index)) for index, item in enumerate(node.value)]

    def key(self, node: yaml.Node, where: Where) -> str:
        if not isinstance(node, yaml.ScalarNode) or node.tag != _TAG + "str":
            raise self.error("LAW-YAML", "A key must be plain text.", "Quote the key.", node, where)
        return str(node.value)

    def scalar(self, node: yaml.ScalarNode, where: Where) -> Any:
        text = str(node.value)
        kind = node.tag.removeprefix(_TAG)
        if kind == "str":
            return text
        if kind == "null":
            return None
        if kind == "bool" and text in ("true", "false"):
            return text == "true"
        if kind == "int" and _INTEGER.fullmatch(text):
            return int(text)
        if kind == "float" and _NUMBER.fullmatch(text):
            return float(text)
        if kind == "timestamp" and _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        raise self.error(
            "LAW-AMBIGUOUS-VALUE",
            f"The value {text!r} would be read as {kind}, which is not what it looks like.",
            "Quote it if it is text or a code; write true or false, 0.5, 2027 or 2025-10-31 otherwise.",
            node,
            where,
        )

    def error(self, code: str, what: str, todo: str, node: yaml.Node, where: Where) -> CorridorError:
        line = node.start_mark.line + 1
        return CorridorError(code, what, todo=todo, file=self.file, line=line, field=dotted(where) or None)
