"""README.txt of a community: what each file is, and the totals to expect."""

from __future__ import annotations

from typing import Any

from corridor.synth.order import Order

_FILES = (
    ("cclf/", "claim and claim line feeds, packet v36 to v38: CCLF0-9, A, B", "corridor load cclf"),
    ("provider_roster.csv", "clinicians, practices, sites and dates", "corridor load roster"),
    (
        "assignment_list.csv",
        "assignment list report, table 1-1, a row a person and year",
        "corridor load alr",
    ),
    ("participant_list.csv", "practices of the ACO", "corridor load participants"),
    ("quality_result.csv", "quality results of the performance year", "corridor load quality"),
    ("category_attestation.csv", "improvement activities and interoperability", "corridor load attestation"),
    ("opt_out.csv", "people who declined data sharing", "corridor load optout"),
    ("reference/", "participant lists, areas, payments by provider, drug prices", "corridor reference add"),
    ("billing_truth.csv", "billing errors and months left unbilled, as known", "corridor audit score"),
    ("truth.json", "control totals and designed episodes", ""),
)


def write_readme(order: Order, facts: dict[str, Any]) -> None:
    """Write README.txt."""
    lines = [
        "A synthetic community, written by Corridor. Nobody in it is real.",
        "",
        f"People {facts['beneficiaries']:,}; seed {facts['seed']};"
        f" services {facts['first_day']} to {facts['last_day']}.",
        f"ASM performance year {facts['performance_year']}, eligibility year {facts['eligibility_year']}.",
        "",
        "Identifiers that belong to nobody: MBIs have S in second place, NPIs begin with 9, TINs and",
        "facility numbers with 00, drug codes with 99999.",
        "",
        "Files, and the command that reads them:",
    ]
    lines += [
        f"  {name:<26}{about}" + (f"  ({command})" if command else "") for name, about, command in _FILES
    ]
    lines += ["", "Records:"]
    for delivery, counts in facts["records"].items():
        lines.append(f"  delivery {delivery}:")
        lines += [f"    CCLF{letter}{records:>14,}" for letter, records in counts.items()]
    lines += ["", "Net paid by claim type (signed sum over all deliveries, dollars):"]
    sums: dict[str, int] = {}
    for kinds in facts["net_paid_by_delivery_claim_type_and_month"].values():
        for kind, months in kinds.items():
            total = sum(round(float(text) * 100) for text in months.values())
            sums[kind] = sums.get(kind, 0) + total
    lines += [f"    {kind:<28}{total / 100:>18,.2f}" for kind, total in sorted(sums.items())]
    lines += ["", "Designed episodes (details in truth.json):"]
    for cohort, years in facts["episodes"].items():
        for year, row in years.items():
            episodes, mean = row["attributed_episodes"], row["mean_cost_per_episode_year"]
            lines.append(
                f"    {cohort} {year}: {episodes:,} attributed, mean {mean:,.0f} a year,"
                f" {row['eligible_clinicians']} eligible clinicians"
            )
    (order.out / "README.txt").write_text("\n".join(lines) + "\n", encoding="ascii")
