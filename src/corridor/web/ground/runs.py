"""The runs of a warehouse as their manifests tell them: what was made, what was taken from before, what
changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

MOST_RUNS = 20


@dataclass(frozen=True)
class RunRecord:
    """One complete run.

    made, reused   tables worked out, and those taken over because nothing they rest on had changed
    changed        tables whose rows are others than in the complete run before; None for the first
    words          what else is not as in the run before: rules, deliveries, settings, version
    """

    run_id: str
    finished: str
    seconds: float
    version: str
    rows: int
    made: int
    reused: int
    deliveries: int
    changed: int | None
    words: list[str] = field(default_factory=list)


def run_history(home: Path) -> list[RunRecord]:
    """The complete runs, the newest first; only their manifests are read."""
    folder = home / "runs"
    names = sorted((one.name for one in folder.iterdir() if one.is_dir()), reverse=True)[: MOST_RUNS + 1]
    read = [(name, _manifest(folder / name / "manifest.json")) for name in names]
    manifests = [(name, one) for name, one in read if one and one.get("finished")]
    return [
        _record(name, one, manifests[place + 1][1] if place + 1 < len(manifests) else None)
        for place, (name, one) in enumerate(manifests[:MOST_RUNS])
    ]


@lru_cache(maxsize=64)
def _manifest(file: Path) -> dict[str, Any]:
    """A manifest never changes once it is complete."""
    if not file.exists():
        return {}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _record(name: str, one: dict[str, Any], before: dict[str, Any] | None) -> RunRecord:
    steps = one.get("steps", [])
    reused = sum(entry.get("made") == 0 for entry in steps)
    return RunRecord(
        name,
        str(one.get("finished", ""))[:16].replace("T", " "),
        float(one.get("seconds") or 0.0),
        str(one.get("corridor_version", "")),
        sum(int(entry.get("rows", 0)) for entry in steps),
        len(steps) - reused,
        reused,
        len(one.get("deliveries", [])),
        None if before is None else len(changed_tables(one, before)),
        [] if before is None else _differences(one, before),
    )


def changed_tables(one: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """Tables that are not as they were: other rows, new, or gone."""
    now = {str(entry["step"]): entry.get("digest") for entry in one.get("steps", [])}
    then = {str(entry["step"]): entry.get("digest") for entry in before.get("steps", [])}
    return sorted(table for table in now.keys() | then.keys() if now.get(table) != then.get(table))


def _differences(one: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """Why a run may differ from the one before, in words."""
    words = []
    now = {str(entry["delivery_id"]) for entry in one.get("deliveries", [])}
    then = {str(entry["delivery_id"]) for entry in before.get("deliveries", [])}
    if now - then:
        words.append(f"{len(now - then)} more deliveries" if len(now - then) > 1 else "one more delivery")
    if then - now:
        words.append(f"{len(then - now)} fewer deliveries" if len(then - now) > 1 else "one delivery fewer")
    law, law_before = one.get("law", {}), before.get("law", {})
    if law.get("overrides") != law_before.get("overrides"):
        words.append("other overrides of rules")
    elif law.get("digest") != law_before.get("digest"):
        words.append("other rules")
    if one.get("setting") != before.get("setting"):
        words.append("other years")
    if one.get("settings") != before.get("settings"):
        words.append("other settings")
    if one.get("corridor_version") != before.get("corridor_version"):
        words.append("another version of Corridor")
    if sorted(one.get("externals", {}).items()) != sorted(before.get("externals", {}).items()):
        words.append("other reference files")
    return words
