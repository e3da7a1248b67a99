"""Public reference files a user installs: the catalogue, the importer, and the tables steps see."""

from __future__ import annotations

from corridor.reference.catalogue import Reference, catalogue
from corridor.reference.installed import Installed, installed, reference_tables

__all__ = ["Installed", "Reference", "catalogue", "installed", "reference_tables"]
