"""Write a whole community, block by block."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from corridor.synth.care import make_care
from corridor.synth.catalogue import catalogue
from corridor.synth.cclf_common import Delivery, make_block
from corridor.synth.days import iso
from corridor.synth.draws import stream
from corridor.synth.money import load_amounts
from corridor.synth.order import Order
from corridor.synth.people import make_people
from corridor.synth.providers import make_providers
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
from corridor.synth.truth import Totals, to_json
from corridor.synth.write_others import write_equipment, write_fills
from corridor.synth.write_parta import Institutional
from corridor.synth.write_partb import write_carrier
from corridor.synth.write_people import DESCRIPTIONS, summary, write_identifiers, write_people

PEOPLE_A_BLOCK = 2_500
Progress = Callable[[int, int], None]


def file_name(delivery: Delivery, letter: str, year: int) -> str:
    """CMS's name of a member file: P.A9999.ACO.ZC5Y27.D280220.T0100005."""
    day = iso(delivery.file_day).replace("-", "")[2:]
    place = "1234567890AB".index(letter)
    return f"P.A9999.ACO.ZC{letter}Y{year % 100:02d}.D{day}.T01000{place:02d}"


def write_community(order: Order, progress: Progress | None = None) -> dict[str, Any]:
    """Write all files of a community and return what was written (for --json and tests)."""
    totals = Totals()
    deliveries = order.deliveries()
    counts = {delivery.name: dict.fromkeys(DESCRIPTIONS, 0) for delivery in deliveries}
    with ExitStack() as stack:
        files = {d.name: _open(stack, order, d) for d in deliveries}
        tables = _tables(stack, order)
        first = 0
        for number, size in enumerate(block_sizes(order.people)):
            _write_block(order, number, size, first, files, counts, totals, tables)
            first += size
            if progress:
                progress(first, order.people)
    for delivery in deliveries:
        name = file_name(delivery, "0", order.period.last_year)
        _folder(order, delivery).joinpath(name).write_text(summary(counts[delivery.name]), encoding="ascii")
    write_areas(catalogue(), order.out)
    truth = totals.to_dict()
    (order.out / "truth.json").write_text(to_json(truth) + "\n", encoding="ascii")
    made = [
        {"file": str(file.relative_to(order.out)), "bytes": file.stat().st_size}
        for file in sorted(order.out.rglob("*"))
        if file.is_file()
    ]
    return {"files": made, "records": counts, **truth}


def _tables(stack: ExitStack, order: Order) -> dict[str, Table]:
    shapes = {"provider_roster": ROSTER, "participant_list": PARTICIPANTS, "opt_out": OPT_OUTS}
    tables = {name: Table(order.out / f"{name}.csv", columns) for name, columns in shapes.items()}
    for table in tables.values():
        stack.callback(table.close)
    return tables


def block_sizes(people: int) -> list[int]:
    """Sizes of the blocks: as equal as can be, about PEOPLE_A_BLOCK each."""
    blocks = max(1, round(people / PEOPLE_A_BLOCK))
    return [people // blocks + (1 if place < people % blocks else 0) for place in range(blocks)]


def _folder(order: Order, delivery: Delivery) -> Path:
    return order.out / "cclf" / delivery.name if order.monthly else order.out / "cclf"


def _open(stack: ExitStack, order: Order, delivery: Delivery) -> dict[str, BinaryIO]:
    folder = _folder(order, delivery)
    folder.mkdir(parents=True, exist_ok=True)
    year = order.period.last_year
    return {
        letter: stack.enter_context(open(folder / file_name(delivery, letter, year), "wb"))
        for letter in DESCRIPTIONS
    }


def _write_block(
    order: Order,
    number: int,
    size: int,
    first: int,
    files: dict[str, dict[str, BinaryIO]],
    counts: dict[str, dict[str, int]],
    totals: Totals,
    tables: dict[str, Table],
) -> None:
    data, period = catalogue(), order.period
    amounts = load_amounts(period.years)

    def rng(topic: int) -> np.random.Generator:
        return stream(order.seed, number, topic)

    providers = make_providers(rng(0), data, number, size, period)
    people = make_people(rng(1), data, size, first, providers.areas, period, order.deliveries()[0].file_day)
    care = make_care(rng, data, amounts, people, providers, period)
    block = make_block(number, data, people, providers)
    institutional = Institutional(rng(20), block, care.headers, care.lines, care.facilities, care.codes)
    for delivery in order.deliveries():
        out, count = files[delivery.name], counts[delivery.name]
        lines = write_carrier(block, care.carrier, delivery, out["5"], out["B"], totals)
        count["5"] += lines
        count["B"] += lines
        for letter, records in institutional.write(delivery, out, totals).items():
            count[letter] += records
        count["6"] += write_equipment(block, care.equipment, care.facilities, delivery, out["6"], totals)
        count["7"] += write_fills(block, care.fills, care.facilities, delivery, out["7"], totals)
        count["8"] += write_people(block, delivery, out["8"], totals)
        count["9"] += write_identifiers(block, delivery, out["9"], totals)
    tables["provider_roster"].add(roster_rows(block))
    tables["participant_list"].add(participant_rows(block))
    tables["opt_out"].add(opt_out_rows(block, order.deliveries()[-1].file_day))


def read_truth(folder: Path) -> dict[str, Any]:
    """The truth.json of a community."""
    value: dict[str, Any] = json.loads((folder / "truth.json").read_text(encoding="ascii"))
    return value
