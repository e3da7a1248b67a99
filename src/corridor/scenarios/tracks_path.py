"""The ways an ACO may take through an agreement: a level for each year, and the election beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from corridor.errors import CorridorError
from corridor.scenarios.tracks_case import missing

if TYPE_CHECKING:
    from corridor.law import RulesInForce
    from corridor.scenarios.tracks_case import TrackCase

VARIABLE = "variable"
TOP, BASIC_TOP = "EN", "E"


@dataclass(frozen=True)
class Option:
    """One choice: the level of each year, and the minimum savings election of its two-sided years."""

    levels: tuple[str, ...]
    election: str

    @property
    def name(self) -> str:
        """Levels with repeats counted, such as ``A>B>C>D>E`` or ``E x5``; the election behind them."""
        parts: list[list[str]] = []
        for level in self.levels:
            if parts and parts[-1][0] == level:
                parts[-1].append(level)
            else:
                parts.append([level])
        path = ">".join(part[0] + (f" x{len(part)}" if len(part) > 1 else "") for part in parts)
        return path if self.election == VARIABLE else f"{path}, {float(self.election):.1%}"


@dataclass(frozen=True)
class Settings:
    """The pairs of level and election that are settled each year, and the options made of them."""

    cells: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]

    def rows(self, option: Option, sided: dict[str, bool]) -> list[int]:
        """The cell of each year of an option."""
        place = {cell: n for n, cell in enumerate(self.cells)}
        return [place[level, option.election if sided[level] else VARIABLE] for level in option.levels]


def settings_of(case: TrackCase, force: RulesInForce) -> Settings:
    """What may be chosen, by the law of the year the agreement starts. ``force``: that year's.

    Levels of BASIC never go down. Level A may be held while one-sided years are left; from then on the level
    rises each year, by one or more, until E. Raises TRACK-START for a year the path of which is not known.
    """
    sided = two_sided(force)
    elections = [
        f"{rate:g}" for rate in sorted(float(r["rate"]) for r in force.rows("mssp.minimum_savings_election"))
    ]
    elections.append(VARIABLE)
    ways = _ways(case, force, sided)
    options = [
        Option(levels, election)
        for levels in ways
        for election in (elections if any(sided[level] for level in levels) else [VARIABLE])
    ]
    cells = [
        (level, election) for level, both in sided.items() for election in (elections if both else [VARIABLE])
    ]
    return Settings(tuple(cells), tuple(options))


def two_sided(force: RulesInForce) -> dict[str, bool]:
    """Level -> whether it owes losses, in the order of the levels."""
    return {str(row["track"]): bool(row["two_sided"]) for row in force.rows("mssp.track")}


def _ways(case: TrackCase, force: RulesInForce, sided: dict[str, bool]) -> list[tuple[str, ...]]:
    years = case.years
    fixed: list[tuple[str, ...]] = [(BASIC_TOP,) * years, (TOP,) * years]
    for name in ("mssp.glide_path_agreements", "mssp.one_sided_years"):
        if name not in force:
            raise CorridorError(
                "TRACK-START",
                f"The way of an agreement that starts in {force.performance_year} is not known.",
                why="The glide path of that year is not in the law as loaded.",
                todo="Name a later agreement_start_year, or set the rule yourself.",
                rule=name,
            )
    if case.experienced or case.agreement_period > force.number("mssp.glide_path_agreements"):
        return fixed
    if case.one_sided_years_used is None:
        raise missing(
            "one_sided_years_used",
            "performance years spent without downside, from the agreements",
            None,
            None,
        )
    left = max(int(force.number("mssp.one_sided_years")) - case.one_sided_years_used, 0)
    basic = [level for level in sided if level != TOP]
    found: list[tuple[str, ...]] = []

    def walk(way: tuple[str, ...]) -> None:
        if sum(not sided[level] for level in way) > left:
            return
        if len(way) == years:
            found.append(way)
            return
        last = basic.index(way[-1])
        stays = [basic[0]] if last == 0 else [BASIC_TOP] if way[-1] == BASIC_TOP else []
        for level in (*stays, *basic[last + 1 :]):
            walk((*way, level))

    for level in basic:
        walk((level,))
    return [*sorted(found, key=lambda way: [basic.index(level) for level in way]), fixed[1]]
