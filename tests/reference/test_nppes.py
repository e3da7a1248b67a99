"""The NPPES file: its true header names among those nobody reads, and the NPIs it has taken away."""

from __future__ import annotations

import csv
from pathlib import Path

from corridor.engine.warehouse import Warehouse
from corridor.reference.add import add_references
from tests.reference.test_add import table

PRACTICE = "Provider Business Practice Location Address"
MAIL = "Provider Business Mailing Address"
TAXONOMY = "Healthcare Provider Taxonomy Code"
PRIMARY = "Healthcare Provider Primary Taxonomy Switch"
PLACE = ["First Line", "Second Line", "City Name", "State Name", "Postal Code"]


def header() -> list[str]:
    """The header of npidata_pfile: the columns Corridor reads among those it does not."""
    columns = [
        "NPI", "Entity Type Code", "Replacement NPI", "Employer Identification Number (EIN)",
        "Provider Organization Name (Legal Business Name)", "Provider Last Name (Legal Name)",
        "Provider First Name", "Provider Middle Name", "Provider Name Prefix Text",
        "Provider Name Suffix Text",
        "Provider Credential Text", "Provider Other Organization Name",
        "Provider Other Organization Name Type Code",
        "Provider Other Last Name", "Provider Other First Name",
    ]  # fmt: skip
    for where, part in (
        (MAIL, "First Line Business Mailing"),
        (PRACTICE, "First Line Business Practice Location"),
    ):
        columns += [f"Provider {part} Address"] + [f"{where} {piece}" for piece in PLACE[2:]]
    columns += [
        "Provider Enumeration Date", "Last Update Date", "NPI Deactivation Reason Code",
        "NPI Deactivation Date",
        "NPI Reactivation Date", "Provider Sex Code", "Authorized Official Last Name",
    ]  # fmt: skip
    for n in range(1, 16):
        columns += [f"{TAXONOMY}_{n}", f"Provider License Number_{n}"]
        columns += [f"Provider License Number State Code_{n}", f"{PRIMARY}_{n}"]
    for n in range(1, 51):
        columns.append(f"Other Provider Identifier_{n}")
        columns += [f"Other Provider Identifier {part}_{n}" for part in ("Type Code", "State", "Issuer")]
    columns += [
        "Is Sole Proprietor",
        "Is Organization Subpart",
        "Parent Organization LBN",
        "Certification Date",
    ]
    columns += [f"Healthcare Provider Taxonomy Group_{n}" for n in range(1, 16)]
    return columns


ROWS = [
    {
        "NPI": "1003000126", "Entity Type Code": "1", "Provider Last Name (Legal Name)": "EXAMPLE",
        "Provider First Name": "ANN", f"{PRACTICE} State Name": "NY", f"{PRACTICE} Postal Code": "122071234",
        "Provider Enumeration Date": "05/23/2005", "Last Update Date": "01/02/2024",
        f"{TAXONOMY}_1": "208D00000X", f"{PRIMARY}_1": "N",
        f"{TAXONOMY}_2": "207RC0000X", f"{PRIMARY}_2": "Y",
    },
    {
        "NPI": "1003000134", "Entity Type Code": "2",
        "Provider Organization Name (Legal Business Name)": "EXAMPLE, PLLC",
        "Provider Enumeration Date": "06/01/2010", "Last Update Date": "06/01/2010",
        f"{TAXONOMY}_1": "261QP2300X", f"{PRIMARY}_1": "X",
    },
    {"NPI": "1003000142", "NPI Deactivation Date": "03/15/2020"},
    {
        "NPI": "1003000159", "Entity Type Code": "1", "Provider Last Name (Legal Name)": "BACK",
        "Provider First Name": "BO", "Provider Enumeration Date": "06/01/2010",
        "NPI Deactivation Date": "03/15/2020", "NPI Reactivation Date": "04/01/2020",
    },
]  # fmt: skip


def write_nppes(folder: Path, rows: list[dict[str, str]] | None = None) -> Path:
    path = folder / "npidata_pfile_20050523-20261108.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, header(), restval="", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(ROWS if rows is None else rows)
    return path


def test_nppes(tmp_path: Path) -> None:
    (outcome,) = add_references([write_nppes(tmp_path)], Warehouse.open(tmp_path / "home"), vintage="2026-11")
    assert (outcome.status, outcome.reference, outcome.rows, outcome.rows_set_aside) == (
        "added",
        "nppes",
        4,
        0,
    )
    ann, group, gone, back = table(tmp_path / "home", "nppes")
    assert (ann["name"], ann["entity_type"], ann["practice_state"]) == ("EXAMPLE, ANN", "person", "NY")
    assert (ann["practice_zip"], str(ann["enumeration_date"])) == ("12207", "2005-05-23")
    # the second taxonomy is the one marked primary
    assert (ann["taxonomy_code"], ann["taxonomy_codes"]) == ("207RC0000X", "208D00000X 207RC0000X")
    assert (group["name"], group["entity_type"]) == ("EXAMPLE, PLLC", "organization")
    assert group["taxonomy_code"] == "261QP2300X"
    assert [row["active"] for row in (ann, group, gone, back)] == [True, True, False, True]
    assert gone["name"] is None
