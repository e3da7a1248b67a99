"""One reader for every delimited file, workbook and Parquet file that people hand to Corridor.

A layout (YAML) names the columns; the header of the file is matched by name, in any order;
every value is typed; a row that does not fit is set aside with its line, field and reason.

    table = open_table(path, [layout], scratch)       what the file is: encoding, header, sheet
    staged = stage(con, table, layout, "staged")      rows typed into a temp table, the rest counted
"""

from __future__ import annotations

from corridor.engine.tabular.gather import Found, gather, scratch_folder
from corridor.engine.tabular.layout import Column, Layout, load_layout, load_layouts
from corridor.engine.tabular.source import Table, matching, open_table
from corridor.engine.tabular.stage import Staged, stage

__all__ = [
    "Column",
    "Found",
    "Layout",
    "Staged",
    "Table",
    "gather",
    "load_layout",
    "load_layouts",
    "matching",
    "open_table",
    "scratch_folder",
    "stage",
]
