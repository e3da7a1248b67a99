"""The demo: a synthetic community through the whole main job, in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path

from corridor.engine.files import remove_tree, write_json
from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.jobs.context import open_context
from corridor.jobs.load import load
from corridor.jobs.run import Outcome, Progress, run_and_report
from corridor.reference.add import add_references
from corridor.settings import Settings

# format of `corridor load` -> the file or folder of the community that it reads
LOADED = {
    "cclf": "cclf",
    "roster": "provider_roster.csv",
    "alr": "assignment_list.csv",
    "participants": "participant_list.csv",
    "quality": "quality_result.csv",
    "attestation": "category_attestation.csv",
    "optout": "opt_out.csv",
}
MARK = "demo.json"
SOURCE = "A9999"
# Holds the eligibility year 2025, the performance year 2027, and what lies before their episodes.
START, MONTHS = "2024-07", 42


def run_demo(folder: Path, beneficiaries: int, seed: int, progress: Progress | None = None) -> Outcome:
    """Make the community (once), load it (once), run, and report to ``folder``/report."""
    wanted = {"beneficiaries": beneficiaries, "seed": seed}
    _claim(folder, wanted)
    files = folder / "files"
    if not (files / "truth.json").exists():
        remove_tree(files)
        _synthesise(files, beneficiaries, seed, progress)
    home = folder / "data"
    _load(files, Warehouse.open(home), progress)
    settings = Settings(organisation="A synthetic community", synthetic=True)
    context = open_context(home=home, settings=settings)
    return run_and_report(context, folder / "report", progress)


def _claim(folder: Path, wanted: dict[str, int]) -> None:
    """Take the folder for this demo, or refuse one that holds something else."""
    mark = folder / MARK
    if mark.exists():
        made = json.loads(mark.read_text(encoding="utf-8"))
        if made != wanted:
            raise CorridorError(
                "DEMO-OTHER-COMMUNITY",
                f"This folder holds a demo of {made['beneficiaries']:,} people with seed {made['seed']}.",
                why="One demo folder holds one community.",
                todo="Name another folder with --dir, or remove this one.",
                file=folder,
            )
        return
    if folder.exists() and any(folder.iterdir()):
        raise CorridorError(
            "DEMO-FOLDER-TAKEN",
            "This folder is not empty and holds no demo.",
            why="The demo touches nothing that it did not make.",
            todo="Name a new folder with --dir.",
            file=folder,
        )
    write_json(mark, wanted)


def _synthesise(files: Path, beneficiaries: int, seed: int, progress: Progress | None) -> None:
    from corridor.synth.community import write_community
    from corridor.synth.order import check_order

    def shown(done: int, of: int) -> None:
        if progress:
            progress("synthetic community", done, of, "people")

    write_community(check_order(beneficiaries, seed, START, MONTHS, "single", files), shown)


def _load(files: Path, warehouse: Warehouse, progress: Progress | None) -> None:
    for fmt, name in LOADED.items():
        load(fmt, [files / name], warehouse, {"source_id": SOURCE if fmt != "cclf" else None}, progress)
    for outcome in add_references([files / "reference"], warehouse):
        if outcome.error is not None:
            raise outcome.error
