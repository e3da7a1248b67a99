"""The Quality Payment Program's public files: measures, benchmarks, MVPs, clusters, averages, claims codes.

CMS publishes them as JSON, a year each. They are installed like any reference (``corridor reference add``)
and read as objects with ``load_qpp``; ``qpp_from_files`` reads them without a warehouse. Neither titles nor
codes are shipped.
"""

from __future__ import annotations

from corridor.reference.qpp.load import load_qpp, qpp_from_files
from corridor.reference.qpp.model import (
    CUT_NAMES,
    MVP_ROLES,
    Benchmark,
    BenchmarkExclusion,
    ClaimsCode,
    Cluster,
    CostAverage,
    Measure,
    Mvp,
    Qpp,
    Stratum,
)

__all__ = [
    "CUT_NAMES",
    "MVP_ROLES",
    "Benchmark",
    "BenchmarkExclusion",
    "ClaimsCode",
    "Cluster",
    "CostAverage",
    "Measure",
    "Mvp",
    "Qpp",
    "Stratum",
    "load_qpp",
    "qpp_from_files",
]
