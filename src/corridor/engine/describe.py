"""docs/steps.md, written from the headers: ``python -m corridor.engine.describe > docs/steps.md``."""

from __future__ import annotations

import sys

from corridor.engine.catalogue import Catalogue, load_catalogue
from corridor.engine.step import SqlStep, Step

_HEAD = """# Steps

Every table Corridor computes, in the order in which it can be computed. This page is written from the
headers of the steps (`python -m corridor.engine.describe > docs/steps.md`); a test holds it to them.

A step is one SQL select statement in `src/corridor/<room>/steps/<name>.sql`, or a Python function where SQL
cannot say it. Its header names what one row is, the key that is unique, the tables and rules it reads, the
paragraph it follows, and the **evidence**: the table and columns that open a row of it further down.

```sql
-- step:      room.table
-- makes:     what one row is
-- key:       columns, unique
-- reads:     room.table, source_raw.table
-- rules:     asm.episode_minimum_days
-- cites:     paragraph or packet section
-- evidence:  room.table(columns), or none for a leaf
-- owner:     tin, npi
-- partition: service_month
```

"""


def describe(catalogue: Catalogue) -> str:
    """The page in Markdown."""
    rooms: dict[str, list[Step]] = {}
    for step in catalogue.order():
        rooms.setdefault(step.step.partition(".")[0], []).append(step)
    parts = [_HEAD]
    for room, steps in rooms.items():
        parts.append(f"## {room}\n\n")
        for step in steps:
            parts.append(_entry(step))
    return "".join(parts).rstrip() + "\n"


def _entry(step: Step) -> str:
    evidence = (
        "none" if step.evidence is None else f"`{step.evidence.table}` by {', '.join(step.evidence.columns)}"
    )
    language = "SQL" if isinstance(step, SqlStep) else "Python"
    lines = [
        f"### `{step.step}`\n",
        f"{step.makes[0].upper()}{step.makes[1:].rstrip('.')}. {language}.\n",
        f"- key: {', '.join(step.key)}",
        f"- reads: {', '.join(f'`{read}`' for read in step.reads)}",
    ]
    if step.rules:
        lines.append(f"- rules: {', '.join(f'`{rule}`' for rule in step.rules)}")
    lines += [f"- cites: {step.cites}", f"- evidence: {evidence}"]
    if step.owner:
        lines.append(f"- owner: {', '.join(step.owner)}")
    if step.partition:
        lines.append(f"- partition: {step.partition}")
    return "\n".join(lines) + "\n\n"


if __name__ == "__main__":
    sys.stdout.write(describe(load_catalogue()))
