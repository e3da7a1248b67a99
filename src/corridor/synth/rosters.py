"""The organisation's own lists beside the claims: roster, participants, areas, opt-outs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.cclf_common import Block
from corridor.synth.days import iso

ACO = "A9999"
ROSTER = (
    "npi",
    "tin",
    "clinician_name",
    "specialty_code",
    "site_id",
    "site_zip",
    "cbsa",
    "region",
    "practice_size",
    "employment",
    "start_date",
    "end_date",
)
PARTICIPANTS = ("aco_id", "tin", "npi", "legal_name", "start_date", "end_date")
OPT_OUTS = ("bene_mbi_id", "preference", "effective_date")
_EMPLOYMENT = {"solo": "owner", "small": "partner", "large": "employed", "other": "independent"}


class Table:
    """A CSV file that grows block by block."""

    def __init__(self, file: Path, columns: Sequence[str]) -> None:
        self.file = file
        self.rows = 0
        self._stream = file.open("w", newline="", encoding="ascii")
        self._writer = csv.writer(self._stream, lineterminator="\n")
        self._writer.writerow(columns)

    def add(self, rows: Iterable[Sequence[object]]) -> None:
        """Append rows; None is an empty cell."""
        for row in rows:
            self._writer.writerow(["" if cell is None else cell for cell in row])
            self.rows += 1

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def clinician_name(block: int, clinician: int) -> str:
    """A name that is nobody's."""
    return f"CLINICIAN {block:04d}-{clinician:03d}"


def roster_rows(block: Block) -> list[list[object]]:
    """One row an affiliation: clinician, practice, site and dates."""
    providers, areas = block.providers, block.data.areas
    rows: list[list[object]] = []
    for place, (clinician, practice) in enumerate(
        zip(providers.clinician_of, providers.practice_of, strict=True)
    ):
        one = providers.practices[int(practice)]
        area = areas[one.area]
        rows.append(
            [
                int(providers.npis[clinician]),
                one.tin,
                clinician_name(block.number, int(clinician)),
                providers.specialties[int(clinician)],
                f"S{one.tin[2:]}",
                one.zip_code,
                area["cbsa"],
                area["place"],
                one.size,
                _EMPLOYMENT[one.kind],
                iso(int(providers.start[place])),
                iso(int(providers.end[place])),
            ]
        )
    return rows


def participant_rows(block: Block) -> list[list[object]]:
    """Clinicians of the practices that take part in the ACO."""
    providers = block.providers
    rows: list[list[object]] = []
    for place, (clinician, practice) in enumerate(
        zip(providers.clinician_of, providers.practice_of, strict=True)
    ):
        one = providers.practices[int(practice)]
        if one.in_aco:
            rows.append(
                [
                    ACO,
                    one.tin,
                    int(providers.npis[clinician]),
                    one.name,
                    iso(int(providers.start[place])),
                    iso(int(providers.end[place])),
                ]
            )
    return rows


def opt_out_rows(block: Block, until: int) -> list[list[object]]:
    """Who declined data sharing, in the order of their numbers."""
    people = block.people
    who = np.flatnonzero(people.opt_out <= until)
    return [[people.current_mbi[i].tobytes().decode(), "N", iso(int(people.opt_out[i]))] for i in who]


def write_areas(data: Catalogue, folder: Path) -> None:
    """The area list and the ZIP to CBSA list: the same whatever the size of the community."""
    areas = Table(folder / "asm_area.csv", ("cbsa", "mandatory"))
    areas.add([one["cbsa"], "Yes" if one["mandatory"] else "No"] for one in data.areas)
    areas.add([cbsa, "Yes"] for cbsa in data.other_mandatory)
    areas.close()
    zips = Table(folder / "zip_to_cbsa.csv", ("zip_code", "cbsa"))
    zips.add([zip_code, one["cbsa"]] for one in data.areas for zip_code in one["zips"])
    zips.close()
