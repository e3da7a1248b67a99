"""One thing wrong with a submission, in the words of CMS's Submissions API and of its QRDA III converter.

The API answers ``{"error": {"type": "ValidationError", "message": ..., "details": [{"message": ..., "path":
...}]}}``, each message of the form ``field 'measureId' in Submission.measurementSets[1].measurements[0] is
missing`` or ``... is invalid: <reason>``. The converter numbers its messages and begins them with ``CT``.
Both are kept, so that what Corridor finds offline reads like what CMS would have answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True)
class Problem:
    """What is wrong, where, by which rule.

    rule      short and stable, for instance ``measure_unknown``: tests and programs go by it
    parent    the path of the object that holds the field, ``$`` for the submission itself
    reason    why it is invalid; empty where the field is missing
    severity  ``error`` refuses the submission, ``warning`` does not
    code      the converter's number, of QRDA III only
    line      line of the file, where it is known
    """

    rule: str
    parent: str
    field: str
    reason: str = ""
    severity: str = ERROR
    code: int | None = None
    line: int | None = None

    @property
    def path(self) -> str:
        """The field as a JSON path; of QRDA III, the XPath of the element."""
        if self.code is not None or not self.field:
            return self.parent
        return f"{self.parent}.{self.field}"

    @property
    def message(self) -> str:
        """The sentence the API, or the converter, would have answered."""
        if self.code is not None:
            return f"CT - {self.reason}"
        where = "Submission" + self.parent.removeprefix("$")
        if not self.reason:
            return f"field '{self.field}' in {where} is missing"
        if self.severity == WARNING:
            return f"field '{self.field}' in {where}: {self.reason}"
        return f"field '{self.field}' in {where} is invalid: {self.reason}"

    def detail(self) -> dict[str, Any]:
        """The problem as the API lists it under ``details``, with rule and severity added."""
        found: dict[str, Any] = {"message": self.message, "path": self.path}
        if self.code is not None:
            found["errorCode"] = self.code
        found |= {"rule": self.rule, "severity": self.severity, "line": self.line}
        return found


def api_error(problems: list[Problem]) -> dict[str, Any] | None:
    """The body the API would have answered with; None where nothing refuses the submission."""
    errors = [problem for problem in problems if problem.severity == ERROR]
    if not errors:
        return None
    details = [problem.detail() for problem in errors]
    return {"error": {"type": "ValidationError", "message": "invalid submission object", "details": details}}
