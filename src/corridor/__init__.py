"""Corridor: an open value-based care engine for US Medicare."""

__version__ = "0.1.0"
