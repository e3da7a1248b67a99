"""What every job needs: settings, warehouse, and the law in force for a year."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corridor.engine.warehouse import Warehouse
from corridor.errors import CorridorError
from corridor.law import Rules, RulesInForce, load_rules, programs_with_rules
from corridor.settings import Settings, load_settings

# Rules that the tables below the programs need beside those of the programs themselves.
SHARED_RULES = (
    "claims",
    "population",
    "risk",
    "mssp",
    "reach",
    "lead",
    "attribution",
    "performance",
    "virtual_care",
    "equity",
    "impact",
    "pfs",
    "primary_care",
    "billing",
    "qp",
    "wiser",
    "drug",
    "mips",
    "integrity",
    "team",
    "contract",
    "distribution",
    "cgt",
    "generous",
    "iota",
    "ahead",
    "action",
    "overlap",
)


@dataclass(frozen=True)
class Context:
    """Settings, warehouse and law of one job."""

    settings: Settings
    warehouse: Warehouse
    rules: Rules
    force: RulesInForce
    performance_year: int

    @property
    def setting(self) -> dict[str, int]:
        """The row of run.setting."""
        program = self.settings.programs[0]
        lag = f"{program}.data_year_lag_years"
        years = int(self.force.number(lag)) if lag in self.force else 0
        return {
            "performance_year": self.performance_year,
            "payment_year": self.force.payment_year(program),
            "data_year": self.performance_year - years,
        }

    def law(self) -> dict[str, Any]:
        """What the manifest keeps of the law beside its digest."""
        known = self.settings.as_known_on
        return {
            "programs": list(self.settings.programs),
            "as_known_on": known.isoformat() if known else None,
            "proposed": self.settings.proposed,
            "overrides": overrides_of(self.settings),
            "every_year": self.rules.digest(),
        }


def overrides_of(settings: Settings) -> dict[str, Any]:
    """The user's overrides, and the setting that stands for a rule."""
    coverage = settings.indicative_below_coverage
    stated = {} if coverage is None else {"asm.indicative_coverage": coverage}
    return {**stated, **settings.overrides}


def open_context(
    config: Path | str | None = None,
    home: Path | str | None = None,
    year: int | None = None,
    settings: Settings | None = None,
) -> Context:
    """Settings from ``config`` (or ./corridor.toml), warehouse from ``home`` (or settings), law of ``year``.

    Without a year the settings' counts, else the first performance year of the first program.
    """
    chosen = settings or load_settings(config)
    rules = load_rules(
        [*(program for program in SHARED_RULES if program in programs_with_rules()), *chosen.programs],
        as_known_on=chosen.as_known_on,
        overrides=overrides_of(chosen),
        proposed=chosen.proposed,
        overrides_file=chosen.file,
    )
    performance_year = year or chosen.year or rules.first_year(chosen.programs[0])
    if performance_year is None:
        raise CorridorError(
            "RUN-YEAR",
            f"Corridor does not know the first performance year of {chosen.programs[0]}.",
            todo="Name one with --year, or as year in corridor.toml.",
            field="--year",
        )
    force = rules.in_force(performance_year=performance_year)
    return Context(chosen, Warehouse.open(home or chosen.home_folder()), rules, force, performance_year)
