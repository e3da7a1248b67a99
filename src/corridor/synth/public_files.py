"""Files as CMS publishes them: participant lists, payments by provider; and a drug price list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from corridor.synth.care import Care
from corridor.synth.catalogue import Catalogue
from corridor.synth.cclf_common import Block
from corridor.synth.days import iso, month_start, year_of
from corridor.synth.draws import share_of
from corridor.synth.drugs import unit_price_cents
from corridor.synth.rosters import Table, clinician_name

_YEARS_OF_LIST = ("27", "28", "29", "30", "31")
ASM_LIST = (
    "NPI",
    "FIRST_NAME",
    "LAST_NAME",
    "STATE",
    "ASM_COHORT",
    "ORGANIZATION_LEGAL_NAME",
    *(f"ASM_CY{year}_{what}" for year in _YEARS_OF_LIST for what in ("PARTICIPANT", "SMALLPRACTICE")),
)
BY_PROVIDER = (
    "Rndrng_NPI",
    "Rndrng_Prvdr_Last_Org_Name",
    "Rndrng_Prvdr_First_Name",
    "Rndrng_Prvdr_Ent_Cd",
    "Rndrng_Prvdr_City",
    "Rndrng_Prvdr_State_Abrvtn",
    "Rndrng_Prvdr_Zip5",
    "Rndrng_Prvdr_Type",
    "Tot_Benes",
    "Tot_Srvcs",
    "Tot_Mdcr_Alowd_Amt",
    "Tot_Mdcr_Pymt_Amt",
    "Tot_Mdcr_Stdzd_Amt",
)
_COHORT_NAMES = {"heart_failure": "Heart Failure", "low_back_pain": "Low Back Pain"}
_SMALL = 15


def list_rows(
    rng: np.random.Generator, block: Block, truth: list[dict[str, Any]], year: int, data_year: int
) -> tuple[list[list[object]], list[list[object]]]:
    """The preliminary and the final participant list of a performance year.

    The final list holds nearly all who are eligible by design in the data year, and a few whose other
    patients CMS sees and the community does not. The preliminary list, made from a year before, differs in
    some rows both ways.
    """
    mandatory = {
        (row["npi"], row["tin"]): row
        for row in truth
        if row["performance_year"] == data_year and row["of_the_cohort"] and row["in_mandatory_area"]
    }
    names = {one.tin: one for one in block.providers.practices}
    order = {str(npi): place for place, npi in enumerate(block.providers.npis.tolist())}
    first: list[list[object]] = []
    final: list[list[object]] = []
    for (npi, tin), row in sorted(mandatory.items()):
        # CMS sees other patients, and a few services the community's claims do not show
        listed = float(rng.random()) < (0.96 if row["eligible"] else 0.15)
        early = float(rng.random()) < (0.92 if listed else 0.10)
        columns: list[object] = []
        for cycle in _YEARS_OF_LIST:
            current = int(cycle) + 2000 == year
            columns += ["Yes", "Yes" if names[tin].size <= _SMALL else "No"] if current else ["Null", "Null"]
        number = f"{block.number:04d}-{order[npi]:03d}"
        entry: list[object] = [
            npi,
            "CLINICIAN",
            number,
            block.data.state["usps"],
            _COHORT_NAMES[row["cohort"]],
            names[tin].name,
            *columns,
        ]
        if listed:
            final.append(entry)
        if early:
            first.append(entry)
    return first, final


def by_provider_name(year: int) -> str:
    """CMS's name of the file of payments by provider of a data year: it comes out two years later."""
    return f"MUP_PHY_R{(year + 2) % 100:02d}_P05_V10_D{year % 100:02d}_Prov"


def provider_rows(
    rng: np.random.Generator, block: Block, care: Care, years: tuple[int, ...]
) -> dict[int, list[list[object]]]:
    """What all of Medicare paid each clinician by year: more than the community sees of the clinician."""
    providers, lines = block.providers, care.carrier.lines
    counted = np.flatnonzero(care.carrier.counts())
    clinician = providers.clinician_of[lines.affiliation[counted]]
    year = year_of(lines.day[counted].astype(np.int64))
    person = lines.person[counted].astype(np.int64)
    carrier = care.carrier
    amounts = (carrier.allowed, carrier.paid + carrier.sequestration, carrier.standard)
    size = len(providers.roles)
    narrow, wide = rng.uniform(0.12, 0.55, size), rng.uniform(0.55, 0.97, size)
    coverage = np.where(share_of(rng, 0.75, size), wide, narrow)
    names = block.data.practices["specialty_names"]
    rows: dict[int, list[list[object]]] = {}
    for one in years:
        mine = year == one
        sums = [
            np.bincount(clinician[mine], weights=values[counted][mine], minlength=size) / 100 / coverage
            for values in amounts
        ]
        services = np.bincount(clinician[mine], minlength=size)
        pairs = np.unique(clinician[mine] * 10_000_000 + person[mine]) // 10_000_000
        patients = np.bincount(pairs, minlength=size)
        rows[one] = []
        for who in np.flatnonzero(services).tolist():
            practice = providers.practices[int(providers.practice_of[int(providers.first[who])])]
            area = block.data.areas[practice.area]
            rows[one].append(
                [
                    int(providers.npis[who]),
                    clinician_name(block.number, who).split()[1],
                    "CLINICIAN",
                    "I",
                    area["place"],
                    block.data.state["usps"],
                    practice.zip_code,
                    names[providers.specialties[who]],
                    max(round(patients[who] / coverage[who]), 11),
                    round(services[who] / coverage[who]),
                    *(f"{values[who]:.2f}" for values in sums),
                ]
            )
    return rows


def write_prices(data: Catalogue, years: tuple[int, ...], file: Path) -> None:
    """Gross unit prices of the community's drugs, by year."""
    table = Table(file, ("ndc_code", "unit_price", "valid_from"))
    for year in years:
        prices = unit_price_cents(data, year)
        day = iso(month_start(year, 1))
        table.add(
            [row["ndc"], f"{price / 10_000:.4f}", day]
            for row, price in zip(data.drugs["drugs"], prices, strict=True)
        )
    table.close()
