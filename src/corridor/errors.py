"""The one error a user of Corridor sees: what is wrong, where, why, and what to do.

The command line, the reports and the web render the same object. Every code has a
test and an entry in docs/errors.md.
"""

from __future__ import annotations

from typing import Any


class CorridorError(Exception):
    """An error written for the reader.

    code  short and stable, upper case with hyphens, for instance ``CCLF-RECORD-LENGTH``
    what  one sentence: what is wrong
    why   one sentence: why that stops the work
    todo  one sentence: what to do about it
    file, line, field, rule  where; a line is counted from 1
    """

    def __init__(
        self,
        code: str,
        what: str,
        *,
        why: str = "",
        todo: str = "",
        file: object | None = None,
        line: int | None = None,
        field: str | None = None,
        rule: str | None = None,
    ) -> None:
        self.code = code
        self.what = what
        self.why = why
        self.todo = todo
        self.file = None if file is None else str(file)
        self.line = line
        self.field = field
        self.rule = rule
        super().__init__(self.text())

    def where(self) -> str:
        """File, line, field and rule in one phrase; empty where none is known."""
        parts = []
        if self.file is not None:
            parts.append(self.file)
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.field is not None:
            parts.append(f"field {self.field}")
        if self.rule is not None:
            parts.append(f"rule {self.rule}")
        return ", ".join(parts)

    def text(self) -> str:
        """The error in plain text, one line an element."""
        lines = [f"{self.code}: {self.what}"]
        where = self.where()
        if where:
            lines.append(f"  where: {where}")
        if self.why:
            lines.append(f"  why:   {self.why}")
        if self.todo:
            lines.append(f"  do:    {self.todo}")
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The error for machines; every key is always present."""
        return {
            "code": self.code,
            "what": self.what,
            "why": self.why,
            "todo": self.todo,
            "file": self.file,
            "line": self.line,
            "field": self.field,
            "rule": self.rule,
        }
