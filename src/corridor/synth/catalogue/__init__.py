"""What the community is made of, as data: services, diagnoses, drugs, stays, areas, people and practices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from corridor.synth.identifiers import Bytes
from corridor.synth.records import code_table

MODIFIERS = ("25", "26", "95", "93", "GT", "KX", "RR", "NU", "59", "GP", "RT", "LT", "76", "JZ")
PLACES = ("11", "22", "21", "23", "02", "10", "31", "12", "24", "81", "41", "65")


def _read(name: str) -> Any:
    return yaml.safe_load(resources.files(__name__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Services:
    """Part B services; arrays are by service, relative values in units, ``flat`` in dollars (0: by units)."""

    index: dict[str, int]
    codes: Bytes
    types: Bytes
    modifier: NDArray[np.int64]
    work: NDArray[np.float64]
    pe: NDArray[np.float64]
    pe_facility: NDArray[np.float64]
    mp: NDArray[np.float64]
    flat: NDArray[np.float64]
    full_payment: NDArray[np.bool_]
    supply: NDArray[np.bool_]
    family: tuple[str, ...]

    def __getitem__(self, code: str) -> int:
        return self.index[code]


@dataclass(frozen=True)
class Diagnoses:
    """ICD-10-CM codes by index; ``dated`` pairs (old index, day, new index) hold split codes."""

    index: dict[str, int]
    codes: Bytes
    dated: tuple[tuple[int, int, int], ...]

    def __getitem__(self, code: str) -> int:
        return self.index[code]

    def on(self, dx: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
        """The code valid on the day of service."""
        for old, start, new in self.dated:
            dx = np.where((dx == old) & (day >= start), new, dx)
        return dx


@dataclass(frozen=True)
class Catalogue:
    """Everything read from the YAML files of this folder, indexed once."""

    services: Services
    diagnoses: Diagnoses
    conditions: dict[str, Any]
    reasons: dict[str, list[int]]
    raw_diagnoses: dict[str, Any]
    drugs: dict[str, Any]
    stays: dict[str, Any]
    areas: list[dict[str, Any]]
    state: dict[str, str]
    other_mandatory: list[str]
    people: dict[str, Any]
    practices: dict[str, Any]
    billing_seeds: dict[str, Any]
    modifiers: Bytes
    places: Bytes


def place(code: str) -> int:
    """The index of a place-of-service code."""
    return PLACES.index(code)


def modifier(code: str) -> int:
    """The index of a HCPCS modifier."""
    return MODIFIERS.index(code)


@cache
def catalogue() -> Catalogue:
    """Read the catalogue (once a process)."""
    diagnoses = _read("diagnoses")
    stays = _read("stays")
    areas = _read("areas")
    index = _diagnosis_index(diagnoses, stays)
    return Catalogue(
        services=_services(_read("services")["services"]),
        diagnoses=index,
        conditions=diagnoses["conditions"],
        reasons={name: [index[code] for code in codes] for name, codes in diagnoses["reasons"].items()},
        raw_diagnoses=diagnoses,
        drugs=_read("drugs"),
        stays=stays,
        areas=areas["areas"],
        state=areas["state"],
        other_mandatory=areas["other_mandatory"],
        people=_read("people"),
        practices=_read("practices"),
        billing_seeds=_read("billing_seeds"),
        modifiers=code_table(MODIFIERS),
        places=code_table(PLACES),
    )


def _services(rows: list[dict[str, Any]]) -> Services:
    names = [row["code"] + ("-" + row["modifier"] if "modifier" in row else "") for row in rows]

    def column(name: str) -> NDArray[np.float64]:
        return np.array([float(row.get(name, 0)) for row in rows])

    # laboratory tests, vaccines and the yearly wellness visit carry no deductible and no coinsurance
    full = [row["family"] in ("laboratory", "vaccine", "preventive") for row in rows]
    return Services(
        index={name: place for place, name in enumerate(names)},
        codes=code_table([row["code"] for row in rows]),
        types=code_table([row["type_of_service"] for row in rows]),
        modifier=np.array([MODIFIERS.index(row["modifier"]) if "modifier" in row else -1 for row in rows]),
        work=column("work"),
        pe=column("pe"),
        pe_facility=column("pe_facility"),
        mp=column("mp"),
        flat=column("flat"),
        full_payment=np.array(full),
        supply=np.array([row["family"] == "supply" for row in rows]),
        family=tuple(row["family"] for row in rows),
    )


def _diagnosis_index(data: dict[str, Any], stays: dict[str, Any]) -> Diagnoses:
    codes: dict[str, None] = {}
    for condition in data["conditions"].values():
        codes.update(dict.fromkeys(condition["codes"]))
    for group, key in (
        ("heart_failure", "codes"),
        ("heart_failure", "acute"),
        ("low_back_pain", "codes"),
        ("low_back_pain", "side"),
    ):
        codes.update(dict.fromkeys(data[group][key]))
    for reason in data["reasons"].values():
        codes.update(dict.fromkeys(reason))
    for split in data["replaced"].values():
        codes[split["by"]] = None
    for stay in stays["stays"]:
        codes.update(dict.fromkeys([stay["admitting"], stay.get("principal", stay["admitting"])]))
    index = {code: place for place, code in enumerate(codes)}
    dated = tuple(
        (
            index[old],
            int(np.datetime64(split["from"]).astype("datetime64[D]").astype(int)),
            index[split["by"]],
        )
        for old, split in data["replaced"].items()
    )
    return Diagnoses(index, code_table(list(codes)), dated)
