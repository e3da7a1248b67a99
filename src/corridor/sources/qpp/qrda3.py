"""QRDA Category III, the summary document certified EHRs send: read into the model and written from it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .model import Submission


def read_qrda3(path: Path, measures: Mapping[str, str] | None = None) -> Submission:
    """The submission of a QRDA III document.

    measures  measure ids by eMeasure UUID (``measures_by_uuid`` of installed measure data); a measure that
              it does not hold keeps an empty ``measure_id`` and its ``e_measure_uuid``
    """
    raise NotImplementedError
