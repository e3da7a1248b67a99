"""The scoreboard: files of CMS replayed, figures agreed, explained and unexplained, as a page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from corridor.programs.agreement.model import VERDICTS, Feedback, Figure

KINDS = {
    "scoring_api": "answer of the scoring API",
    "experience": "rows of the QPP Experience file",
    "scores": "list of scores",
}
SCOPES = ("measure", "category", "contribution", "final", "adjustment")
HEAD = """# Agreement with CMS: the scoreboard

Every figure of a file that CMS made is worked out again from the figures below it in the same file, by
the formulas that settle MIPS ([agreement](agreement.md)). This page is made by
`corridor agree qpp FILE... --scoreboard`, and a test makes it anew.

- **agreed**: ours is theirs, to half of the last digit that is printed
- **explained**: the difference, or the way to the figure, has a cause that is named: digits that are not
  printed, a rule of another year
- **unexplained**: it has none
- **not replayed**: the file does not print what the figure rests on, or no rule of that year stands here
"""


def counts(figures: Sequence[Figure]) -> dict[str, int]:
    """Figures by verdict, every verdict named."""
    found = Counter(figure.verdict for figure in figures)
    return {verdict: found.get(verdict, 0) for verdict in VERDICTS}


def scoreboard(feedback: Sequence[Feedback], figures: Sequence[Figure]) -> str:
    """The page. It names files by name and digest, and nobody in them."""
    kinds = {one.file: (KINDS[one.kind], one.sha256[:12], _years(feedback, one.file)) for one in feedback}
    lines = [HEAD, "## Files", ""]
    lines.append("| file | what it is | year | sha-256 begins | figures | " + " | ".join(_heads()) + " |")
    lines.append("| --- | --- | --- | --- | ---: | " + " | ".join("---:" for _ in VERDICTS) + " |")
    for file, (kind, digest, year) in kinds.items():
        own = [figure for figure in figures if figure.file == file]
        lines.append(f"| `{file}` | {kind} | {year} | `{digest}` | {len(own)} | {_cells(own)} |")
    lines.append(f"| **{len(kinds)} files** |  |  |  | **{len(figures)}** | {_cells(figures)} |")
    lines += ["", "## By kind of figure", "", "| figure | figures | " + " | ".join(_heads()) + " |"]
    lines.append("| --- | ---: | " + " | ".join("---:" for _ in VERDICTS) + " |")
    for scope in SCOPES:
        own = [figure for figure in figures if figure.scope == scope]
        if own:
            lines.append(f"| {scope} | {len(own)} | {_cells(own)} |")
    lines += ["", "## Causes of what is explained", ""]
    causes = Counter(figure.cause for figure in figures if figure.verdict == "explained")
    lines += [f"- {cause}: {count}" for cause, count in sorted(causes.items(), key=lambda x: (-x[1], x[0]))]
    lines += ["", "## What is not explained", ""]
    open_ones = [figure for figure in figures if figure.verdict == "unexplained"]
    if not open_ones:
        lines.append("Nothing.")
    else:
        lines += ["| file | row | figure | theirs | ours |", "| --- | --- | --- | ---: | ---: |"]
        lines += [
            f"| `{one.file}` | {one.place} | {one.scope}: {one.name} | {one.theirs:g} | {one.ours or 0:.4f} |"
            for one in open_ones
        ]
    lines += ["", "## What is not replayed", ""]
    left = Counter((figure.name, figure.cause) for figure in figures if figure.verdict == "not_replayed")
    lines += [f"- {name}, {cause}: {count}" for (name, cause), count in sorted(left.items())] or ["Nothing."]
    return "\n".join(lines) + "\n"


def _years(feedback: Sequence[Feedback], file: str) -> str:
    """The performance years of a file, as read."""
    years = sorted({one.year for one in feedback if one.file == file and one.year is not None})
    return ", ".join(map(str, years)) or "not said"


def _heads() -> list[str]:
    return [verdict.replace("_", " ") for verdict in VERDICTS]


def _cells(figures: Sequence[Figure]) -> str:
    return " | ".join(str(count) for count in counts(figures).values())
