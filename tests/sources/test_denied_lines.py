"""Quality codes come back denied and stay to be had: of each source the lines Medicare did not allow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.sources.cclf.build import carrier, person, write
from tests.sources.cclf.conftest import Loader, loader, tables, warehouse  # noqa: F401
from tests.sources.fhir.by_hand import BB, claim, ndjson
from tests.sources.rif import running
from tests.sources.rif.test_rif_by_hand import claim as rif_line
from tests.sources.rif.test_rif_by_hand import rif

Tables = Callable[[], duckdb.DuckDBPyConnection]
SHOWN = "claim_line_number, hcpcs_code, hcpcs_modifier_1, tin, npi, cast(service_date as varchar)"


def denied(con: duckdb.DuckDBPyConnection, source: str) -> list[tuple[object, ...]]:
    return con.execute(f"select {SHOWN} from {source}.denied_line order by all").fetchall()


def test_denied_lines_of_cclf(tmp_path: Path, loader: Loader, tables: Tables) -> None:  # noqa: F811
    """A visit that is paid and its quality code that is not; nothing of a claim that is denied whole."""
    code = {"clm_prcsg_ind_cd": "C", "clm_line_hcpcs_cd": "3017F", "hcpcs_1_mdfr_cd": "8P"}
    whole = {"clm_carr_pmt_dnl_cd": "0", "clm_cntl_num": "8"}
    lines = [carrier("1", 1, 80), carrier("1", 2, 0, **code), carrier("2", 1, 0, **whole)]
    loader(write(tmp_path / "a", {"cclf5": lines, "cclf8": [person()]}))
    con = tables()
    assert denied(con, "cclf") == [(2, "3017F", "8P", "123456789", "1234567893", "2024-07-03")]
    paid = con.execute("select claim_line_number from cclf.medical_claim").fetchall()
    assert paid == [(1,)]


def test_denied_lines_of_rif(tmp_path: Path) -> None:
    code = {"LINE_NUM": 2, "HCPCS_CD": "G8752", "LINE_PRCSG_IND_CD": "C", "LINE_NCH_PMT_AMT": 0}
    whole = {"CLM_ID": "-901", "CARR_CLM_PMT_DNL_CD": "0", "LINE_PRCSG_IND_CD": "C"}
    path = rif(tmp_path, "a.txt", "carrier", rif_line(), rif_line(**code), rif_line(**whole))
    running.load("rif", [path], tmp_path / "home")
    con = running.run("rif", tmp_path / "home")
    assert denied(con, "rif") == [(2, "G8752", None, "123456789", "1003000126", "2027-01-02")]


def test_denied_lines_of_fhir(tmp_path: Path) -> None:
    one = claim()
    refused = {**one["item"][0], "sequence": 2}
    refused["extension"] = [{"url": BB + "line_prcsg_ind_cd", "valueCoding": {"code": "N"}}]
    one["item"] = [*one["item"], refused]
    running.load("fhir", [ndjson(tmp_path / "eob.ndjson", one)], tmp_path / "home")
    con = running.run("fhir", tmp_path / "home")
    lines = con.execute(
        "select claim_line_number, hcpcs_code, npi is not null from fhir.denied_line"
    ).fetchall()
    kept = con.execute("select claim_line_number, hcpcs_code from fhir.medical_claim").fetchall()
    assert [line[0] for line in lines] == [2] and [line[0] for line in kept] == [1]
    assert lines[0][1] == kept[0][1]
