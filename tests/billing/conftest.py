"""The public fee schedule files, installed once for the tests that price with them."""

from __future__ import annotations

from pathlib import Path

import pytest

PFS_FILES = (
    "2025/PPRRVU2025_Oct.csv",
    "2025/GPCI2025.csv",
    "2026/PPRRVU2026_Jul_nonQPP.csv",
    "2026/GPCI2026_recovered.csv",
)


@pytest.fixture(scope="session")
def pfs_home(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a warehouse with the relative values and indices of 2025 and 2026 installed."""
    from corridor.engine.warehouse import Warehouse
    from corridor.reference.add import add_references

    home = tmp_path_factory.mktemp("pfs") / "corridor-data"
    outcomes = add_references([test_data / "pfs" / name for name in PFS_FILES], Warehouse.open(home))
    assert [one.status for one in outcomes] == ["added"] * len(PFS_FILES), outcomes
    return home
