"""The report a run leaves: one self-contained HTML file, letters, an Excel workbook and Parquet.

data = ReportData.from_run(open_run(home))
files = write_report(data, out_dir)
print(terminal_summary(data, files.html))
"""

from corridor.reports.data import ReportData
from corridor.reports.terminal import terminal_summary
from corridor.reports.tieout import TieOut, read_tieout
from corridor.reports.write import ReportFiles, write_report

__all__ = ["ReportData", "ReportFiles", "TieOut", "read_tieout", "terminal_summary", "write_report"]
