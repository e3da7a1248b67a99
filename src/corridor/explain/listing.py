"""The pages of docs/formulas/: every formula of every program, in symbols and words, read off the functions.

python -m corridor.explain.listing docs/formulas     # writes them
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from corridor.explain.symbols import LETTERS, in_symbols
from corridor.formulas import Banded, Formula, Keyed, Listed, Model
from corridor.formulas.bindings import Binding

INTRODUCTION = """# Formulas

Every quantity that a program or the pricer computes, read off the functions that compute it: what it is, how
it comes about, in which unit, by which paragraph, and what each name in it stands for. The method in words is
in [method](../method/index.md).

Made by `python -m corridor.explain.listing docs/formulas`.

| page | formulas | parameters from the law |
| --- | --- | --- |
"""


def models() -> dict[str, tuple[str, Sequence[tuple[str, Model]]]]:
    """File -> its title and its models, each under a heading."""
    from corridor.billing.pricing import anesthesia, formulas, payment
    from corridor.programs.ahead import model as ahead
    from corridor.programs.asm import model as asm
    from corridor.programs.contract import model as contract
    from corridor.programs.contract import outcome_formulas, price_formulas
    from corridor.programs.iota import model as iota
    from corridor.programs.lead import model as lead
    from corridor.programs.mips import model as mips
    from corridor.programs.mssp import model as mssp
    from corridor.programs.mssp import quality as mssp_quality
    from corridor.programs.mssp import update_estimate as mssp_estimate
    from corridor.programs.qp import model as qp
    from corridor.programs.reach import model as reach
    from corridor.programs.team import model as team

    return {
        "asm": (
            "Formulas of the Ambulatory Specialty Model",
            (
                ("One submission of a measure", asm.SUBMISSIONS),
                ("One measure of a clinician", asm.MEASURES),
                ("A clinician", asm.CLINICIANS),
            ),
        ),
        "mips": (
            "Formulas of MIPS",
            (
                ("One result of a measure", mips.MEASURES),
                ("One measure of interoperability", mips.INTEROPERABILITY),
                ("Who is scored", mips.CLINICIANS),
            ),
        ),
        "qp": (
            "Formulas of qualifying participants",
            (("A score", qp.SCORES), ("A clinician", qp.CLINICIANS), ("Low volume", qp.LOW_VOLUME)),
        ),
        "mssp": (
            "Formulas of the Shared Savings Program",
            (
                ("Savings and losses", mssp.RECONCILIATION),
                ("The benchmark", mssp.BENCHMARK),
                ("CMS's estimate of the update, from its workbooks", mssp_estimate.ESTIMATE),
                ("One measure", mssp_quality.QUALITY_MEASURES),
                ("Quality of an ACO", mssp_quality.QUALITY),
            ),
        ),
        "reach": (
            "Formulas of ACO REACH",
            (
                ("A county", reach.COUNTIES),
                ("People aligned one way", reach.SEGMENTS),
                ("An ACO", reach.ACOS),
            ),
        ),
        "lead": ("Formulas of LEAD", (("A cohort", lead.COHORTS), ("An ACO", lead.ACOS))),
        "team": (
            "Formulas of TEAM",
            (
                ("A line of episodes", team.LINES),
                ("A category", team.CATEGORIES),
                ("A measure", team.MEASURES),
                ("A hospital", team.HOSPITALS),
            ),
        ),
        "iota": ("Formulas of IOTA", (("A transplant hospital", iota.HOSPITALS),)),
        "ahead": (
            "Formulas of AHEAD",
            (
                ("A hospital's budget", ahead.HOSPITALS),
                ("A state", ahead.STATES),
                ("A practice", ahead.PRACTICES),
                ("A Geo Entity", ahead.ENTITIES),
            ),
        ),
        "contract": (
            "Formulas of contracts",
            (
                ("A line of the figures", contract.FIGURES),
                ("A cut point", contract.CUTS),
                ("A measure of the scorecard", contract.MEASURES),
                ("A band of the corridor", contract.BANDS),
                ("A quality factor", contract.FACTORS),
                ("A condition", contract.GATES),
                ("A bonus", contract.BONUSES),
                ("The contract in a year", contract.YEAR),
            ),
        ),
        "drug-contracts": (
            "Formulas of drug contracts",
            (
                ("A time point of an outcomes-based agreement", outcome_formulas.TIME_POINTS),
                ("A volume tier", outcome_formulas.TIERS),
                ("An infusion", outcome_formulas.EPISODES),
                ("A reference price", price_formulas.PRICES),
                ("An invoice", price_formulas.INVOICES),
            ),
        ),
        "pricing": (
            "Formulas of the fee schedule",
            (
                ("A line", formulas.MODEL),
                ("Anesthesia", anesthesia.MODEL),
                ("What Medicare pays", payment.MODEL),
            ),
        ),
    }


def page(title: str, parts: Sequence[tuple[str, Model]]) -> str:
    """The page of a program."""
    lines = [
        f"# {title}",
        "",
        "Made by `python -m corridor.explain.listing docs/formulas` from the functions that compute.",
    ]
    lines += [
        "How to read it: [formulas](index.md). A linked name leads to its own formula, or to its rule.",
        "",
    ]
    for heading, model in parts:
        lines += [f"## {heading}", ""]
        for one in model.formulas.values():
            lines += _section(one, model)
    return "\n".join(lines).rstrip() + "\n"


def _section(one: Formula, model: Model) -> list[str]:
    lines = [f"### `{one.name}`", "", one.about, ""]
    symbols = in_symbols(one.name, one.function) if one.over is None else []
    for line in symbols:
        lines += ["```math", line, "```", ""]
    facts = [f"Unit: {one.unit.replace('_', ' ')}", f"by {one.cite}"]
    if one.group:
        facts.append(f"{one.statistic} within the {one.group}")
    if one.over:
        facts.append(f"{one.statistic} over {one.over}")
    lines += ["; ".join(facts) + ".", ""]
    names = [_meaning(name, model) for name in one.parameters]
    if names:
        lines += ["| name | what it is |", "| --- | --- |", *names, ""]
    return lines


def _meaning(name: str, model: Model) -> str:
    """A row for one name of a formula."""
    letter = f" {{math}}`{LETTERS[name]}`" if name in LETTERS else ""
    if name in model.formulas:
        return f"| [`{name}`](#{name}){letter} | {model.formulas[name].about} |"
    if name in model.rules:
        binding = model.rules[name]
        program = binding.rule.partition(".")[0]
        return f"| `{name}`{letter} | rule [`{binding.rule}`](../rules/{program}.md){_taken(binding)} |"
    about = model.abouts.get(name, "given")
    unit = f" ({model.units[name].replace('_', ' ')})" if name in model.units else ""
    return f"| `{name}`{letter} | {about.rstrip('.')}{unit} |"


def _taken(binding: Binding) -> str:
    """Which part of a table is meant."""
    if isinstance(binding, Keyed):
        columns = binding.take if isinstance(binding.take, str) else "percentile columns"
        return f", `{columns}` by {', '.join(f'`{name}`' for name in binding.by.values())}"
    if isinstance(binding, Banded):
        return f", `{binding.take}` of the band that holds `{binding.by}`"
    if isinstance(binding, Listed):
        return f", every `{binding.take}`"
    return ""


def written() -> dict[str, str]:
    """File name -> text."""
    found = {}
    index = INTRODUCTION
    for file, (title, parts) in models().items():
        found[f"{file}.md"] = page(title, parts)
        formulas = sum(len(model.formulas) for _, model in parts)
        rules = len({rule for _, model in parts for rule in model.rule_names()})
        index += f"| [{title}]({file}.md) | {formulas} | {rules} |\n"
    return {"index.md": index, **found}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written().items():
        (folder / name).write_text(text, encoding="utf-8")
