"""Price-transparency files: hospital CSV tall and wide, JSON, a payer's rates; and what is refused."""

from __future__ import annotations

import gzip
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from corridor.billing.price_file import Head, Price, Providers, open_prices
from corridor.errors import CorridorError
from tests.billing import price_files as files


def read(path: Path, **options: Any) -> tuple[Head, list[Price]]:
    with open_prices(path, **options) as prices:
        rows = list(prices.rows())
        return prices.head, rows


def refused(path: Path, **options: Any) -> CorridorError:
    with pytest.raises(CorridorError) as error:
        read(path, **options)
    return error.value


def test_a_tall_file(tmp_path: Path) -> None:
    head, rows = read(files.tall(tmp_path / "charges.csv"))
    assert head == Head("hospital_csv_tall", "West Hospital", "2.2.0", "2026-04-01")
    by_code = {(row.code_type, row.code, row.modifiers, row.payer): row for row in rows}
    scan = by_code["CPT", "70551", "", "Platform"]
    assert (scan.line, scan.setting, scan.plan, scan.kind) == (4, "outpatient", "PPO", "dollar")
    assert (scan.gross, scan.cash, scan.negotiated, scan.least, scan.largest) == (1200, 1080, 400, 250, 400)
    assert by_code["RC", "611", "", "Region"].negotiated == 250  # the same row under its other code
    assert by_code["CPT", "70551", "26", "Platform"].negotiated == 100
    visit = by_code["CPT", "99283", "", "Platform"]
    assert (visit.kind, visit.percentage, visit.observed, visit.negotiated) == ("percentage", 80, 2900, None)
    stay = by_code["MS-DRG", "470", "", "Region"]
    assert (stay.kind, stay.observed) == ("algorithm", 25678)
    assert by_code["HCPCS", "J1100", "", None].kind == "charge"
    assert by_code["CPT", "99283", "", "Platform"].line == 7  # a note of two lines stands above it


def test_a_wide_file(tmp_path: Path) -> None:
    head, rows = read(files.wide(tmp_path / "charges.csv"))
    assert (head.kind, head.version) == ("hospital_csv_wide", "3.0.0")
    assert [(row.code, row.payer, row.plan, row.negotiated, row.percentage) for row in rows] == [
        ("70551", "Platform Health", "PPO", 400, None),
        ("70551", "Region", "HMO", 250, None),
        ("99283", "Platform Health", "PPO", None, 80),
        ("J1100", None, None, None, None),
    ]
    assert (rows[2].observed, rows[2].methodology) == (2900, "percent of total billed charges")
    assert (rows[3].gross, rows[3].setting, rows[3].kind) == (10, "both", "charge")


def test_a_hospital_json(tmp_path: Path) -> None:
    head, rows = read(files.as_json(tmp_path / "charges.json", files.hospital()), wanted=frozenset(["70551"]))
    assert head == Head("hospital_json", "West Hospital", "3.0.0", "2026-04-01")
    assert [(row.payer, row.negotiated, row.percentage, row.observed) for row in rows] == [
        ("Platform", 400, None, None),
        ("Region", None, 50, 580),
    ]
    assert rows[0].cash == Decimal("1080.5")


def test_a_payer_file(tmp_path: Path) -> None:
    path = files.as_json(tmp_path / "rates.json", files.payer())
    head, rows = read(path)
    assert (head.kind, head.name, head.plans) == ("in_network_json", "Region Health", ["Region HMO"])
    assert [(row.code, row.modifiers, row.setting, row.negotiated, row.percentage) for row in rows] == [
        ("99213", "", "professional", 100, None),
        ("99213", "", "professional", Decimal("140.25"), None),
        ("70551", "26", "professional", 90, None),
        ("470", "", "inpatient", 30000, None),
        ("99214", "", "professional", None, 20),
    ]
    for providers in (Providers(npis=frozenset(["1999999992"])), Providers(tins=frozenset(["999999999"]))):
        _, own = read(path, providers=providers)
        assert [(row.code, row.negotiated) for row in own] == [("99213", Decimal("140.25")), ("470", 30000)]


@pytest.mark.parametrize("packing", ["gzip", "zip"])
def test_packed_files(tmp_path: Path, packing: str) -> None:
    plain = files.as_json(tmp_path / "rates.json", files.payer())
    packed = tmp_path / f"rates.{packing}"
    if packing == "gzip":
        packed.write_bytes(gzip.compress(plain.read_bytes()))
    else:
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(plain, "rates.json")
    # providers are looked up in a second reading of the packed file
    _, rows = read(packed, providers=Providers(npis=frozenset(["1234567893"])))
    assert [row.code for row in rows] == ["99213", "70551", "99214"]


def test_a_zip_of_two_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "a")
        archive.writestr("b.csv", "b")
    assert refused(tmp_path / "two.zip").code == "PRICE-FILE-ZIP"


def test_elements_longer_than_what_is_read_at_once(tmp_path: Path) -> None:
    body = files.payer()
    body["in_network"][0]["negotiated_rates"] = [files.rate(number, 1) for number in range(1, 3001)]
    path = tmp_path / "rates.json"
    path.write_text(json.dumps(body, indent=2), encoding="utf-8")
    assert path.stat().st_size > 10 * (1 << 16)
    _, rows = read(path, wanted=frozenset(["99213"]))
    assert sum(row.negotiated or 0 for row in rows) == 3000 * 3001 / 2


def test_wrong_versions(tmp_path: Path) -> None:
    old = refused(files.tall(tmp_path / "old.csv", version="1.0"))
    assert (old.code, old.line, old.field) == ("PRICE-FILE-VERSION", 2, "version")
    none = refused(files.tall(tmp_path / "none.csv", version=""))
    assert (none.code, none.what) == ("PRICE-FILE-VERSION", "The file states no template version.")
    body = files.hospital() | {"version": "1.1"}
    assert refused(files.as_json(tmp_path / "old.json", body)).code == "PRICE-FILE-VERSION"
    del body["version"]
    assert refused(files.as_json(tmp_path / "none.json", body)).code == "PRICE-FILE-VERSION"


def test_missing_header_rows(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text(files.TALL_COLUMNS + files.TALL_ROWS[1] + "\n", encoding="utf-8")
    bare = refused(path)
    assert (bare.code, bare.line) == ("PRICE-FILE-HEADER", 1)
    path.write_text(
        files.TALL_HEAD + files.TALL_ABOUT.format(version="2.0.0") + files.TALL_ROWS[1] + "\n",
        encoding="utf-8",
    )
    without = refused(path)
    assert (without.code, without.line) == ("PRICE-FILE-HEADER", 3)
    assert "code|1" in without.what


@pytest.mark.parametrize("written", ["$400.00", "N/A", '"1,200"', "-5", "NaN", "999999999x"])
def test_prices_that_are_no_numbers(tmp_path: Path, written: str) -> None:
    rows = [*files.TALL_ROWS[1:3], files.TALL_ROWS[1].replace(",250,,,,fee", f",{written},,,,fee")]
    path = files.tall(tmp_path / "charges.csv", rows)
    error = refused(path)
    assert (error.code, error.line, error.field) == (
        "PRICE-FILE-NUMBER",
        6,
        "standard_charge|negotiated_dollar",
    )
    with open_prices(path, skip_bad=True) as prices:
        kept = list(prices.rows())
        assert len(kept) == 4  # two rows of two codes
        assert (prices.set_aside.rows, prices.set_aside.first_line) == (1, 6)


def test_a_price_in_json_that_is_no_number(tmp_path: Path) -> None:
    body = files.payer()
    body["in_network"][0]["negotiated_rates"][0]["negotiated_prices"][0]["negotiated_rate"] = "N/A"
    error = refused(files.as_json(tmp_path / "rates.json", body))
    assert (error.code, error.line, error.field) == ("PRICE-FILE-NUMBER", 1, "negotiated_rate")


def test_other_files_are_told_what_they_are(tmp_path: Path) -> None:
    contents = files.as_json(tmp_path / "index.json", {"reporting_structure": [{"in_network_files": []}]})
    assert "table of contents" in str(refused(contents).why)
    allowed = files.as_json(tmp_path / "allowed.json", {"out_of_network": [{}]})
    assert "out of network" in str(refused(allowed).why)
    for text in ('{"a": 1}', "<html>", "", "a;b;c\n", "[1]"):
        path = tmp_path / "other"
        path.write_text(text, encoding="utf-8")
        assert refused(path).code == "PRICE-FILE-KIND"
    assert refused(tmp_path / "absent").code == "FILE-NOT-FOUND"


def test_cut_and_broken_json(tmp_path: Path) -> None:
    text = json.dumps(files.payer())
    path = tmp_path / "rates.json"
    for at in (len(text) // 2, len(text) - 1, text.index("in_network") + 30):
        path.write_text(text[:at], encoding="utf-8")
        assert refused(path).code == "PRICE-FILE-CUT", at
    path.write_text(text.replace('"negotiation_arrangement": "ffs",', '"negotiation_arrangement": ffs,', 1))
    assert refused(path).code == "PRICE-FILE-JSON"
