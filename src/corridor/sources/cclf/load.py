"""Load CCLF deliveries: check, read piece by piece, cross-check, keep; or leave everything as it was."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from corridor.engine.warehouse import Delivery, Warehouse
from corridor.sources.cclf.gather import gather
from corridor.sources.cclf.plan import Plan, make_plan
from corridor.sources.cclf.reader import DeliveryReader
from corridor.sources.summary import DeliverySummary, FileSummary, LoadSummary, Progress

FORMAT = "cclf"


def load(
    paths: Sequence[Path], warehouse: Warehouse, settings: Mapping[str, Any], progress: Progress | None = None
) -> LoadSummary:
    """Load every delivery found under ``paths`` (files, folders, zips), oldest first.

    settings: ``source_id`` names the source where file names should not; ``set_aside`` keeps
    damaged records apart instead of refusing their delivery; ``threads``, ``memory_limit``.
    All deliveries are checked by name, size and CCLF0 before the first is read. Raises
    CorridorError (codes in docs/errors/cclf.md) where one must be refused.
    """
    with tempfile.TemporaryDirectory(prefix="corridor-cclf-") as folder:
        groups, passed = gather([Path(path) for path in paths], Path(folder))
        summary = LoadSummary(FORMAT, passed_over=passed)
        plans = [make_plan(group, settings.get("source_id")) for group in groups]
        for plan in plans:
            summary.deliveries.append(_load_one(plan, warehouse, settings, progress or _silent))
    return summary


def _load_one(
    plan: Plan, warehouse: Warehouse, settings: Mapping[str, Any], progress: Progress
) -> DeliverySummary:
    delivery_id = warehouse.delivery_id(plan.inputs)
    if warehouse.delivery_exists(delivery_id):
        return _already(plan, warehouse, delivery_id)
    known = {one.kind for one in plan.inputs if one.kind != "cclf0" and warehouse.has_file(one.sha256)}
    if known and known == {one.kind for one in plan.inputs} - {"cclf0"}:
        return _already(plan, warehouse, delivery_id)
    for kind in sorted(known):
        plan.forms.pop(kind, None)
        plan.warnings.append(f"{kind.upper()} is loaded already and was passed over.")
    inputs = [one for one in plan.inputs if one.kind not in known]
    with warehouse.begin_delivery(
        FORMAT,
        plan.source_id,
        inputs,
        plan.day,
        settings.get("threads"),
        settings.get("memory_limit"),
    ) as writer:
        reader = DeliveryReader(plan, writer, bool(settings.get("set_aside")), progress, warehouse)
        files = reader.read()
        for warning in plan.warnings + reader.warnings:
            writer.warn(warning)
        summary = DeliverySummary(
            writer.delivery_id,
            plan.source_id,
            True,
            plan.day,
            files,
            reader.table_rows,
            reader.reasons,
            writer.warnings,
        )
    return summary


def _silent(what: str, done: int, total: int, how: str) -> None:
    """Progress that nobody watches."""


def _already(plan: Plan, warehouse: Warehouse, delivery_id: str) -> DeliverySummary:
    """The summary of a delivery that is in the warehouse: what it held when it was loaded."""
    kept = {one.delivery_id: one for one in warehouse.deliveries()}.get(delivery_id)
    files = [
        FileSummary(one.name, one.kind, one.bytes, *_counts(kept, one.kind))
        for one in plan.inputs
        if one.kind != "cclf0"
    ]
    return DeliverySummary(delivery_id, plan.source_id, False, plan.day, files)


def _counts(kept: Delivery | None, kind: str) -> tuple[int, int, int]:
    totals = (kept.record["notes"].get("control_totals") or {}) if kept else {}
    entry = totals.get(kind) or {}
    return (entry.get("rows_in", 0), entry.get("rows_kept", 0), entry.get("rows_set_aside", 0))
