"""What is due when under every program, from the law in force, and what is still missing for it.

``windows`` reads the dates off the rules, ``standing`` looks at what is loaded and computed, ``ics`` writes
a file for any calendar program. The command line, the pages and the API show the same list.
"""

from corridor.programs.calendar.ics import calendar_file
from corridor.programs.calendar.model import Deadline
from corridor.programs.calendar.needs import needs, words
from corridor.programs.calendar.standing import Evidence, Need
from corridor.programs.calendar.windows import PROGRAMS, deadlines, undated, year_dates

__all__ = [
    "PROGRAMS",
    "Deadline",
    "Evidence",
    "Need",
    "calendar_file",
    "deadlines",
    "needs",
    "undated",
    "words",
    "year_dates",
]
