"""Write a whole community, block by block."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, TextIO

import numpy as np

from corridor.engine.files import sha256_of
from corridor.synth.assignment import COLUMNS, assigned, assignment_lines, enrollment_flags
from corridor.synth.billing_truth import COLUMNS as BILLING_TRUTH
from corridor.synth.billing_truth import BillingTruth
from corridor.synth.care import Care, make_care
from corridor.synth.catalogue import catalogue
from corridor.synth.cclf_common import Block, Delivery, make_block
from corridor.synth.days import iso
from corridor.synth.design import clinician_rows, design_episodes, load_episode_rules
from corridor.synth.draws import stream
from corridor.synth.money import load_amounts
from corridor.synth.order import Order
from corridor.synth.people import make_people
from corridor.synth.providers import make_providers
from corridor.synth.public_files import (
    ASM_LIST,
    BY_PROVIDER,
    by_provider_name,
    list_rows,
    provider_rows,
    write_prices,
)
from corridor.synth.rosters import (
    OPT_OUTS,
    PARTICIPANTS,
    ROSTER,
    Table,
    opt_out_rows,
    participant_rows,
    roster_rows,
    write_areas,
)
from corridor.synth.scores import ATTESTATION, QUALITY, Measures, score_rows
from corridor.synth.truth import Totals, write_truth
from corridor.synth.write_others import write_equipment, write_fills
from corridor.synth.write_parta import Institutional
from corridor.synth.write_partb import write_carrier
from corridor.synth.write_people import DESCRIPTIONS, summary, write_identifiers, write_people
from corridor.synth.write_readme import write_readme

PEOPLE_A_BLOCK = 3_000
FIRST_PROGRAM_YEAR = 2027
REFERENCE = "reference"
Progress = Callable[[int, int], None]


def file_name(delivery: Delivery, letter: str, year: int) -> str:
    """CMS's name of a member file: P.A9999.ACO.ZC5Y27.D280220.T0100005."""
    day = iso(delivery.file_day).replace("-", "")[2:]
    place = "1234567890AB".index(letter)
    return f"P.A9999.ACO.ZC{letter}Y{year % 100:02d}.D{day}.T01000{place:02d}"


def block_sizes(people: int) -> list[int]:
    """Sizes of the blocks: as equal as can be, at most PEOPLE_A_BLOCK each."""
    blocks = -(-people // PEOPLE_A_BLOCK)
    return [people // blocks + (1 if place < people % blocks else 0) for place in range(blocks)]


def write_community(order: Order, progress: Progress | None = None) -> dict[str, Any]:
    """Write all files of a community and return what was written (for --json and tests).

    truth.json is written last: a folder that holds it is complete.
    """
    with ExitStack() as stack:
        writer = _Writer(order, stack)
        first = 0
        for number, size in enumerate(block_sizes(order.people)):
            writer.write(number, size, first)
            first += size
            if progress:
                progress(first, order.people)
    return writer.finish()


class _Writer:
    """The open files of a community, its running totals, and what every block shares."""

    def __init__(self, order: Order, stack: ExitStack) -> None:
        self.order, self.period = order, order.period
        self.data = catalogue()
        self.amounts = load_amounts(order.period.years)
        self.deliveries = order.deliveries()
        self.totals = Totals()
        self.counts = {delivery.name: dict.fromkeys(DESCRIPTIONS, 0) for delivery in self.deliveries}
        self.files = {delivery.name: self._open(stack, delivery) for delivery in self.deliveries}
        (order.out / REFERENCE).mkdir()
        shapes = {
            "provider_roster": ROSTER,
            "participant_list": PARTICIPANTS,
            "opt_out": OPT_OUTS,
            "quality_result": QUALITY,
            "category_attestation": ATTESTATION,
            "billing_truth": BILLING_TRUTH,
            **{f"{REFERENCE}/{by_provider_name(year)}": BY_PROVIDER for year in order.period.full_years},
            self.list_name("preliminary"): ASM_LIST,
            self.list_name("final"): ASM_LIST,
        }
        self.tables = {name: Table(order.out / f"{name}.csv", columns) for name, columns in shapes.items()}
        for table in self.tables.values():
            stack.callback(table.close)
        self.assignment: TextIO = stack.enter_context(
            (order.out / "assignment_list.csv").open("w", encoding="ascii", newline="")
        )
        self.assignment.write(COLUMNS + "\n")
        self.truth: TextIO = stack.enter_context((order.out / "truth.part").open("w", encoding="ascii"))

    @cached_property
    def performance_year(self) -> int:
        """The last calendar year the period holds whole, or its last year."""
        return max(self.period.full_years, default=self.period.last_year)

    @property
    def data_year(self) -> int:
        """The eligibility year: two years before the performance year, if the period holds it."""
        wanted = self.performance_year - 2
        return wanted if wanted in self.period.years else self.performance_year

    def list_name(self, stage: str) -> str:
        """The name of CMS's participant list of a stage, with the day it came out."""
        day = "02-05" if stage == "preliminary" else "07-20"
        return f"{REFERENCE}/asm_participant_list_{stage}_{self.performance_year - 1}-{day}"

    @cached_property
    def measures(self) -> Measures:
        """The quality measures of the performance year."""
        return Measures(self.performance_year, max(self.performance_year, FIRST_PROGRAM_YEAR))

    def _open(self, stack: ExitStack, delivery: Delivery) -> dict[str, BinaryIO]:
        folder = self.order.folder(delivery)
        folder.mkdir(parents=True, exist_ok=True)
        year = self.period.last_year
        return {
            letter: stack.enter_context((folder / file_name(delivery, letter, year)).open("wb"))
            for letter in DESCRIPTIONS
        }

    def write(self, number: int, size: int, first: int) -> None:
        """Make one block and append it to every file."""

        def rng(topic: int) -> np.random.Generator:
            return stream(self.order.seed, number, topic)

        data, period = self.data, self.period
        providers = make_providers(rng(0), data, number, size, period)
        first_file = self.deliveries[0].file_day if self.order.monthly else period.file_day(1)
        people = make_people(rng(1), data, size, first, providers.areas, period, first_file)
        care = make_care(rng, data, self.amounts, people, providers, period)
        block = make_block(number, data, people, providers)
        self._claims(block, care)
        self._lists(rng, block, care)

    def _claims(self, block: Block, care: Care) -> None:
        totals = self.totals
        institutional = Institutional(block, care)
        for delivery in self.deliveries:
            out, count = self.files[delivery.name], self.counts[delivery.name]
            lines = write_carrier(block, care.carrier, delivery, out["5"], out["B"], totals)
            count["5"] += lines
            count["B"] += lines
            for letter, records in institutional.write(delivery, out, totals).items():
                count[letter] += records
            count["6"] += write_equipment(block, care.equipment, care.facilities, delivery, out["6"], totals)
            count["7"] += write_fills(block, care.fills, care.facilities, delivery, out["7"], totals)
            count["8"] += write_people(block, delivery, out["8"], totals)
            count["9"] += write_identifiers(block, delivery, out["9"], totals)

    def _lists(self, rng: Callable[[int], np.random.Generator], block: Block, care: Care) -> None:
        last = self.deliveries[-1].file_day
        years = self.period.years
        truth = self._truth(block, care, last)
        tables = self.tables
        tables["provider_roster"].add(roster_rows(block))
        tables["participant_list"].add(participant_rows(block))
        tables["opt_out"].add(opt_out_rows(block, last))
        tables["billing_truth"].add(BillingTruth(block, care, self.deliveries[-1], self.period).rows())
        quality, attestations = score_rows(rng(30), block, self.measures)
        tables["quality_result"].add(quality)
        tables["category_attestation"].add(attestations)
        early, final = list_rows(rng(31), block, truth, self.performance_year, self.data_year)
        tables[self.list_name("preliminary")].add(early)
        tables[self.list_name("final")].add(final)
        for year, rows in provider_rows(rng(32), block, care, self.period.full_years).items():
            tables[f"{REFERENCE}/{by_provider_name(year)}"].add(rows)
        for line in assignment_lines(block, years, last):
            self.assignment.write(line + "\n")
        for year in years:
            on_list = assigned(block.people, enrollment_flags(block.people, year), year)
            self.totals.count(f"assigned {year}", int(on_list.sum()))

    def _truth(self, block: Block, care: Care, last: int) -> list[dict[str, Any]]:
        rules = load_episode_rules(max(self.performance_year, FIRST_PROGRAM_YEAR))
        period = self.period
        episodes = design_episodes(
            self.data,
            block.people,
            block.providers,
            care,
            period.years,
            rules,
            period.start,
            period.end,
            last,
        )
        rows = clinician_rows(self.data, block.providers, episodes, rules)
        self.totals.episodes(rows)
        self.totals.removed(block.people.substance_use, period.days)
        for row in rows:
            self.truth.write(json.dumps(row) + "\n")
        return rows

    def finish(self) -> dict[str, Any]:
        """Write what is known only at the end; the open files are closed by now."""
        order = self.order
        for delivery in self.deliveries:
            name = file_name(delivery, "0", self.period.last_year)
            text = summary(self.counts[delivery.name])
            (order.folder(delivery) / name).write_text(text, encoding="ascii")
        for folder in sorted({order.folder(delivery) for delivery in self.deliveries}):
            write_checksums(folder)
        write_areas(self.data, order.out / REFERENCE)
        write_prices(self.data, self.period.years, order.out / REFERENCE / "drug_unit_price.csv")
        facts = {
            "beneficiaries": order.people,
            "seed": order.seed,
            "first_day": iso(self.period.start),
            "last_day": iso(self.period.end),
            "performance_year": self.performance_year,
            "eligibility_year": self.data_year,
            "records": self.counts,
            **self.totals.to_dict(),
        }
        write_readme(order, facts)
        write_truth(order.out, facts)
        made = [
            {"file": str(file.relative_to(order.out)), "bytes": file.stat().st_size}
            for file in sorted(order.out.rglob("*"))
            if file.is_file()
        ]
        return {"files": made, **facts}


def write_checksums(folder: Path) -> None:
    """SHA256SUMS of the folder's files, as sha256sum writes it: CCLF itself carries no checksum."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="ascii")
