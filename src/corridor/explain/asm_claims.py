"""The cost of an ASM clinician's episodes, opened down to the claim lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from corridor.engine.runs import Run
from corridor.errors import CorridorError
from corridor.explain.evidence import open_row, open_rows

EPISODES = """
select cost.episode_id, cost.cohort, cost.tin, attribution.npi, episode.episode_start, episode.episode_end,
       cost.episode_days, cost.assigned_cost, cost.observed_cost, cost.expected_cost, cost.ratio,
       cost.dropped, cost.drop_reason, cost.imputed_share, attribution.share, attribution.trigger_claims
from episodes.chronic_attribution as attribution
join episodes.chronic_cost as cost on cost.episode_id = attribution.episode_id
join episodes.chronic_episode as episode on episode.episode_id = cost.episode_id
where attribution.npi = ? and attribution.attributed and cost.performance_year = ?
order by cost.observed_cost desc, cost.episode_id
"""
LINE_COLUMNS = (
    "source_id",
    "claim_id",
    "claim_line_number",
    "part",
    "service_date",
    "claim_type_code",
    "hcpcs_code",
    "revenue_center_code",
    "drg_code",
    "ndc_code",
    "tin",
    "npi",
    "paid_amount",
    "allowed_amount",
    "standardized_amount",
    "standardized_method",
    "imputed",
)


@dataclass(frozen=True)
class EpisodeClaims:
    """One episode, its claim lines, and whether they add up to what the episode says it cost.

    ``number`` is its place among the clinician's episodes, the costliest first: what a person
    is called outside the warehouse. ``lines`` hold no identifier of the beneficiary.
    """

    number: int
    of: int
    episode: dict[str, Any]
    lines: list[dict[str, Any]]
    year_days: int

    @property
    def line_total(self) -> Decimal:
        """The standardised amounts of the lines, in dollars."""
        return sum((Decimal(str(line["standardized_amount"])) for line in self.lines), Decimal(0))

    @property
    def adds_up(self) -> bool:
        """Whether the lines sum to the assigned cost, and that, by the days, to the observed cost."""
        assigned = Decimal(str(self.episode["assigned_cost"]))
        yearly = float(assigned) * self.year_days / self.episode["episode_days"]
        return self.line_total == assigned and abs(yearly - float(self.episode["observed_cost"])) < ONE_CENT

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "number": self.number,
            "of": self.of,
            "episode": _numbers(self.episode),
            "rows": [_numbers(line) for line in self.lines],
            "line_total": float(self.line_total),
            "adds_up": self.adds_up,
        }

    def text(self) -> str:
        """For a terminal of 100 columns."""
        e = self.episode
        head = [
            f"Episode {self.number} of {self.of} ({e['cohort'].replace('_', ' ')}, TIN {e['tin']}), "
            f"{e['episode_start']} to {e['episode_end']}, {e['episode_days']} days",
            f"  {'date':<10} {'part':<4} {'claim':<15} {'line':>4} {'category':<18} {'code':<11} "
            f"{'allowed':>10} {'standard':>10}  how",
        ]
        body = [
            f"  {line['service_date']!s:<10} {line['part']:<4} {line['claim_id']:<15} "
            f"{line['claim_line_number']:>4} {(line['service_category'] or '')[:18]:<18} {_code(line):<11} "
            f"{_money(line['allowed_amount']):>10} {_money(line['standardized_amount']):>10}  "
            f"{line['standardized_method']}{' (imputed)' if line['imputed'] else ''}"
            for line in self.lines
        ]
        observed = float(e["observed_cost"])
        tail = [
            f"  {len(self.lines)} lines sum to {self.line_total:,.2f}; "
            f"assigned cost {_money(e['assigned_cost'])}",
            f"  assigned cost x {self.year_days} / {e['episode_days']} days = observed cost {observed:,.2f}"
            + ("" if self.adds_up else "  (DOES NOT ADD UP)"),
        ]
        if e["expected_cost"] is not None:
            tail.append(f"  expected cost {e['expected_cost']:,.2f}, ratio {e['ratio']:.4f}")
        return "\n".join([*head, *body, *tail]) + "\n"


# Observed cost is a double; the check is to the cent.
ONE_CENT = 0.01


def lines_of(run: Run, episode: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The claim lines of an episode, found down the evidence of its cost."""
    services = open_row(run, "episodes.chronic_cost", episode)
    found = services.rows if services else []
    return [
        {
            **{column: line[column] for column in LINE_COLUMNS},
            "service_category": found[place]["service_category"],
        }
        for place, line in open_rows(run, "episodes.chronic_service", found)
    ]


def episode_claims(
    run: Run,
    npi: str,
    number: int | None,
    year_days: int,
    lines_of: Callable[[Run, Mapping[str, Any]], list[dict[str, Any]]] = lines_of,
) -> EpisodeClaims:
    """The claim lines of one attributed episode of a clinician: the costliest, or the ``number``-th.

    lines_of: where to find them, for whoever has them laid out by episode.

    Raises EXPLAIN-NO-EPISODE where the run has none.
    """
    year = _measure_year(run, npi)
    episodes = run.query(EPISODES, [npi, year])
    place = 1 if number is None else number
    if not 1 <= place <= len(episodes):
        raise CorridorError(
            "EXPLAIN-NO-EPISODE",
            f"There is no episode {place} of this clinician in {year}; the run has {len(episodes)}.",
            todo="Name one of them with --episode, or look at asm.eligibility for the reason.",
            field="NPI",
        )
    episode = episodes[place - 1]
    lines = list(lines_of(run, episode))
    lines.sort(key=lambda line: (line["service_date"], line["claim_id"], line["claim_line_number"]))
    return EpisodeClaims(place, len(episodes), episode, lines, year_days)


def _numbers(row: dict[str, Any]) -> dict[str, Any]:
    """A row for JSON: exact decimals as numbers."""
    return {key: float(value) if isinstance(value, Decimal) else value for key, value in row.items()}


def _measure_year(run: Run, npi: str) -> int:
    """The year whose episodes were scored: the performance year, or the one that stood in for it."""
    used = run.query("select max(measure_year) as year from asm.clinician_input where npi = ?", [npi])
    return int(used[0]["year"] or run.manifest["setting"]["performance_year"])


def _code(line: dict[str, Any]) -> str:
    return str(
        line["hcpcs_code"] or line["drg_code"] or line["ndc_code"] or line["revenue_center_code"] or ""
    )


def _money(value: Any) -> str:
    return "" if value is None else f"{float(value):,.2f}"
