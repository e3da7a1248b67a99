"""Every score, HCC list and payment score against the independent package hccinfhir.

Where the two differ, the difference has a name, and the test proves it: the person is scored again the way
CMS's own files say, by hccinfhir with that one thing put right (or, for new enrollees with ESRD, by the
coefficient whose name CMS gave it), and then they agree. docs/risk.md says of each who is right, and why.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from tests.population.risk_bench import (
    Oracle,
    Person,
    RiskBench,
    changed,
    installed_home,
    random_people,
    without,
)

CASES = [
    ("v28", 2025), ("v28", 2026), ("v28", 2027), ("v24", 2025), ("v24", 2026), ("esrd_v24", 2025),
    ("esrd_v24", 2026),
]  # fmt: skip
FEW = 2_000  # in the default suite, of every model and year
MANY = {("v28", 2026): 100_000}
OTHERS = 25_000
SMALL = 5_000
EXACT = 1e-9
DIVIDED = 1e-6  # a score CMS divides as a whole is kept to six decimals


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.getbasetemp() / "risk" / "corridor-data"


@pytest.mark.parametrize(("model", "year"), CASES)
def test_equals_hccinfhir(model: str, year: int, home: Path) -> None:
    compare(model, year, FEW, home)


@pytest.mark.heavy
@pytest.mark.parametrize(("model", "year"), CASES)
def test_equals_hccinfhir_on_many(model: str, year: int, home: Path) -> None:
    size = MANY.get((model, year), OTHERS)
    compare(model, year, SMALL if os.environ.get("CORRIDOR_SMALL") == "1" else size, home)


def compare(model: str, year: int, count: int, home: Path) -> None:
    bench = RiskBench(installed_home(home), [model], year)
    codes = bench.column(
        f"select distinct diagnosis_code from reference.hcc_mapping where model = '{model}' order by 1"
    )
    edited = bench.column(
        f"select distinct diagnosis_code from reference.hcc_edit where model = '{model}' order by 1"
    )
    people = random_people(count, codes, edited, esrd=model.startswith("esrd"))
    rows = bench.score(people)
    assert len(rows) == count
    twofold = set(
        bench.column(
            "select diagnosis_code from population.hcc_code where edited and not when_fired "
            "group by diagnosis_code having count(*) > 1"
        )
    )
    factors = dict(
        bench.con.execute(
            "select distinct segment, normalization_factor from population.risk_segment"
        ).fetchall()
    )
    intensity = bench.column("select coding_intensity from population.risk_model")[0]
    oracle = Oracle(model, year)
    unexplained, explained, differing = [], Counter[str](), Counter[str]()
    for person, row in zip(people, rows, strict=True):
        reasons, right = as_cms_says(person, model, twofold)
        theirs = oracle.score(person)
        found = oracle.score(right) if reasons else theirs
        expected = found.risk_score + correction(right, row["segment"], oracle, reasons)
        tolerance = DIVIDED if "graft new enrollee" in reasons else EXACT
        factor = factors[row["segment"]]
        same = (
            abs(expected - row["raw_score"]) < tolerance
            and {int(hcc) for hcc in found.hcc_list} == set(row["list"])
            and abs(expected / factor - row["normalised_score"]) < tolerance
            and abs(expected * (1 - intensity) / factor - row["payment_score"]) < tolerance
        )
        if not same:
            unexplained.append((person, row, found.risk_score, found.hcc_list))
        explained.update(reasons)
        if abs(theirs.risk_score - row["raw_score"]) >= tolerance or {int(h) for h in theirs.hcc_list} != set(
            row["list"]
        ):
            differing[" and ".join(sorted(reasons)) or "nothing"] += 1
    print(
        f"{model} {year}: {count:,} people, {sum(differing.values()):,} differ from hccinfhir: "
        f"{dict(differing)}"
    )
    assert "nothing" not in differing
    assert not unexplained, f"{len(unexplained)} differences unexplained; the first: {unexplained[0]}"


def as_cms_says(person: Person, model: str, twofold: set[str]) -> tuple[set[str], Person]:
    """Why hccinfhir may differ for a person, and the person as it must be given to it to agree with CMS."""
    reasons: set[str] = set()
    right = person
    esrd = model.startswith("esrd")
    if person.new_enrollee and person.institutional:
        reasons.add("institutional new enrollee")
        right = changed(right, institutional=False)
    if not esrd and person.new_enrollee and person.reason in "23" and 65 <= person.age <= 69:
        reasons.add("new enrollee entitled by ESRD")
        right = changed(right, reason="0")
    if not esrd and right.institutional and person.dual == "09":
        reasons.add("dual status without Medicaid")
        right = changed(right, dual="00")
    lost = twofold & set(person.codes)
    if lost and person.age <= 14:
        reasons.add("code of two HCCs that an edit takes out")
        right = changed(right, codes=without(person.codes, lost))
    if esrd and person.esrd == "dialysis" and not person.new_enrollee and person.institutional:
        reasons.add("institution counted twice on dialysis")
    if esrd and person.new_enrollee:
        reasons.add("dialysis new enrollee" if person.esrd == "dialysis" else "graft new enrollee")
    return reasons, right


DIALYSIS_CELLS = (
    *((34, "0_34"), (44, "35_44"), (54, "45_54"), (59, "55_59"), (64, "60_64"), (69, "65_69"), (74, "70_74")),
    *((79, "75_79"), (84, "80_84"), (999, "85_GT")),
)
GRAFT_CELLS = (
    *((34, "0_34"), (44, "35_44"), (54, "45_54"), (59, "55_59"), (64, "60_64"), (65, "65"), (66, "66")),
    *((67, "67"), (68, "68"), (69, "69"), (74, "70_74"), (79, "75_79"), (84, "80_84"), (89, "85_89")),
    *((94, "90_94"), (999, "95_GT")),
)


def correction(person: Person, segment: str, oracle: Oracle, reasons: set[str]) -> float:
    """What has to be added to hccinfhir's score of ``person`` for CMS's."""
    if "institution counted twice on dialysis" in reasons:
        return -oracle.coefficient("LTI_GE65" if person.age >= 65 else "LTI_LT65")
    if not reasons & {"dialysis new enrollee", "graft new enrollee"}:
        return 0.0
    graft = "graft new enrollee" in reasons
    age = 65 if person.age == 64 and person.reason == "0" else person.age
    cell = next(name for top, name in (GRAFT_CELLS if graft else DIALYSIS_CELLS) if age <= top)
    full = person.dual in ("02", "04", "08")
    disabled = person.reason == "1" and (age >= 65 or not graft)
    name = f"{'FBD' if full else 'ND_PBD'}_{'ORIGDIS' if disabled else 'NORIGDIS'}"
    score = oracle.coefficient(
        f"{'GNE' if graft else 'DNE'}_{name}_{'G_' if graft else ''}NE{person.sex}{cell}"
    )
    if graft:
        aged, months = "GE65" if age >= 65 else "LT65", "DUR4_9" if person.months < 10 else "DUR10PL"
        score += oracle.coefficient(f"FGC_{aged}_{months}_{'FBD' if full else 'ND_PBD'}")
        if person.dual in ("01", "03", "05", "06"):
            score += oracle.coefficient(f"FGC_PBD_{aged}_flag")
        score /= oracle.coefficient(f"ActAdj_{months}")
    return score - float(oracle.score(person).risk_score)
