"""The assignment list: table 1-1 of an annual assignment list report, all years of the period in one file.

CMS delivers a file a year; the last two columns (PERFORMANCE_YEAR, REPORT_PERIOD) stand for its name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from corridor.synth.catalogue import Catalogue
from corridor.synth.cclf_common import Block
from corridor.synth.days import NEVER, month_start, year_end
from corridor.synth.draws import DAYS_A_YEAR, Flags
from corridor.synth.identifiers import Ints
from corridor.synth.people import People

_CATEGORIES = 120
_ASSIGNED = 24  # of 25 people are assigned to the ACO in a year
COLUMNS = (
    "BENE_MBI_ID,BENE_HIC_NUM,BENE_1ST_NAME,BENE_LAST_NAME,BENE_SEX_CD,BENE_BRTH_DT,BENE_DEATH_DT,"
    "GEO_SSA_CNTY_CD_NAME,GEO_SSA_STATE_NAME,STATE_COUNTY_CD,IN_VA_MAX,VA_TIN,VA_NPI,CBA_FLAG,ASSIGNMENT_TYPE,"
    "ASSIGNED_BEFORE,ASG_STATUS,PARTD_MONTHS,"
    + ",".join(f"ENROLLFLAG{month}" for month in range(1, 13))
    + ",HCC_VERSION,"
    + ",".join(f"HCC_COL_{place}" for place in range(1, _CATEGORIES + 1))
    + ","
    + ",".join(f"BENE_RSK_R_SCRE_{month:02d}" for month in range(1, 13))
    + ",ESRD_SCORE,DIS_SCORE,AGDU_SCORE,AGND_SCORE,DEM_ESRD_SCORE,DEM_DIS_SCORE,"
    "DEM_AGDU_SCORE,DEM_AGND_SCORE,"
    "NEW_ENROLLEE,LTI_STATUS,BENE_RACE_CD,BENE_PSNYRS_DUAL,PERFORMANCE_YEAR,REPORT_PERIOD"
)


def enrollment_flags(people: People, year: int) -> Ints:
    """ENROLLFLAG1..12 of everybody: 0 none, 1 ESRD, 2 disabled, 3 dual, 4 aged. Shape (people, 12)."""
    firsts = np.array([month_start(year, month) for month in range(1, 13)])[None, :]
    dual = np.array([one != "NA" for one in people.dual])
    aged = firsts >= (people.birth + round(65 * DAYS_A_YEAR) - 31)[:, None]
    kind = np.where(people.renal[:, None], 1, np.where(aged, np.where(dual, 3, 4)[:, None], 2))
    enrolled = (people.entitled[:, None] <= firsts) & (people.death[:, None] >= firsts)
    away = (people.away_from[:, None] <= firsts) & (firsts <= people.away_to[:, None])
    return np.where(enrolled & ~away & people.part_b[:, None], kind, 0)


def assigned(people: People, flags: Ints, year: int) -> Flags:
    """Who is on the list of a year."""
    listed: Flags = (flags.max(axis=1) > 0) & ((people.number + year) % (_ASSIGNED + 1) != 0)
    return listed


def assignment_lines(block: Block, years: tuple[int, ...], file_day: int) -> Iterator[str]:
    """The rows of a block as CSV lines, years in order."""
    people, data = block.people, block.data
    identifiers = np.where(
        (people.identifier_change <= file_day)[:, None], people.current_mbi, people.previous_mbi
    )
    mbis = [row.tobytes().decode() for row in identifiers]
    categories = _categories(people, data)
    births = [_slashed(day) for day in people.birth.tolist()]
    deaths = [_slashed(day) if day <= file_day else "" for day in people.death.tolist()]
    names = data.people["given_names"], data.people["family_names"]
    places = [f"{one['place']},NEW YORK,{data.state['fips']}{one['county']}" for one in data.areas]
    for year in years:
        flags = enrollment_flags(people, year)
        listed = np.flatnonzero(assigned(people, flags, year))
        months = (flags > 0).sum(axis=1)
        risk = people.risk * (1 + 0.012 * (year - years[0]))
        for person in listed.tolist():
            row = flags[person].tolist()
            score = f"{risk[person]:.3f}"
            by_kind = [score if kind in row else "" for kind in (1, 2, 3, 4)]
            dead = deaths[person] if people.death[person] <= year_end(year) else ""
            part_d = int(months[person]) if people.part_d[person] else 0
            dual_years = sum(1 for kind in row if kind == 3) / 12
            yield ",".join(
                (
                    mbis[person],
                    "",
                    names[0][people.given[person]],
                    names[1][people.family[person]],
                    "2" if people.female[person] else "1",
                    births[person],
                    dead,
                    places[people.area[person]],
                    "0,,,0,1,1,R",
                    str(part_d),
                    ",".join(map(str, row)),
                    "V28",
                    categories[person],
                    ",".join(score if kind else "" for kind in row),
                    ",".join(by_kind),
                    ",,,",
                    "1" if people.entitled[person] > month_start(year - 1, 1) else "0",
                    "0",
                    people.race[person],
                    f"{dual_years:.4f}",
                    str(year),
                    str(year),
                )
            )


def _slashed(day: int) -> str:
    if day >= NEVER:
        return ""
    year, month, date = str(np.datetime64(day, "D")).split("-")
    return f"{month}/{date}/{year}"


def _categories(people: People, data: Catalogue) -> list[str]:
    """HCC_COL_1..120 of each person as text; people alike share it."""
    rows: dict[str, Any] = {**data.conditions, "heart_failure": data.raw_diagnoses["heart_failure"]}
    columns = [(row["column"], people.dx[name] >= 0) for name, row in rows.items() if "column" in row]
    pattern = np.zeros(len(people), dtype=np.int64)
    for place, (_, has) in enumerate(columns):
        pattern |= has.astype(np.int64) << place
    texts: dict[int, str] = {}
    for one in np.unique(pattern).tolist():
        held = {column for place, (column, _) in enumerate(columns) if one >> place & 1}
        texts[one] = ",".join("1" if column in held else "0" for column in range(1, _CATEGORIES + 1))
    return [texts[one] for one in pattern.tolist()]
