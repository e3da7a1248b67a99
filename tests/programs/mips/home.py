"""A warehouse with CMS's public files of 2025 and 2026 installed, once a session."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.engine.warehouse import Warehouse
from corridor.reference.add import add_references


def installed(folder: Path, data: Path) -> Path:
    """Install measures, benchmarks and MVPs in a warehouse at ``folder``."""
    files = [
        data / "qpp" / "measures" / "2025" / "measures-data.json",
        data / "qpp" / "measures" / "2026" / "measures-data.json",
        data / "qpp" / "benchmarks" / "2025.json",
        data / "qpp" / "benchmarks" / "2026.json",
        data / "qpp" / "clinical-clusters" / "2026" / "clinical-clusters.json",
        data / "qpp" / "mvp" / "2026" / "mvp.json",
    ]
    if not all(file.is_file() for file in files):
        pytest.skip("CMS's public files of the Quality Payment Program are not there")
    add_references(files, Warehouse.open(folder))
    return folder
