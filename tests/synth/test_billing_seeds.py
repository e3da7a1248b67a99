"""Billing errors put in on purpose: what they are, that the truth names them, that the rest is left alone."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from corridor.synth.billing_truth import COLUMNS
from corridor.synth.catalogue import catalogue
from corridor.synth.days import Period, day_number
from corridor.synth.seeded_visits import half_year_after, months_after
from corridor.synth.seeder import Seeder

from .conftest import Written, write

Row = dict[str, str]
Key = tuple[str, str]
PERIOD = Period(2025, 1, 20)
OF_2026 = {"G0568", "G0569", "G0570", "99445", "99470"}


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write(tmp_path_factory.mktemp("seeds") / "community", people=700, period=PERIOD)


@pytest.fixture(scope="module")
def truth(seeded: Written) -> list[Row]:
    with (seeded.folder / "billing_truth.csv").open(encoding="ascii", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def lines(seeded: Written) -> dict[Key, Row]:
    return {(row["cur_clm_uniq_id"], row["clm_line_num"].lstrip("0")): row for row in seeded.records("5")}


def test_every_story_of_the_period_is_told(truth: list[Row]) -> None:
    stories = catalogue().billing_seeds["stories"].values()
    expected = {one["error"] for one in stories if "error" in one and one.get("from", date.min).year < 2028}
    kinds = Counter(row["kind"] for row in truth)
    assert list(truth[0]) == list(COLUMNS)
    assert set(kinds) == expected | {"g2211_missed", "apcm_missed", "integration_missed"}
    assert set(kinds) <= set(catalogue().billing_seeds["kinds"])


def test_the_truth_names_lines_that_stand(truth: list[Row], lines: dict[Key, Row], seeded: Written) -> None:
    cancelled = {row["clm_cntl_num"] for row in seeded.records("5") if row["clm_adjsmt_type_cd"] == "1"}
    named = [row for row in truth if row["claim_id"]]
    assert named
    for row in named:
        line = lines[(row["claim_id"], row["claim_line_number"])]
        assert line["clm_line_hcpcs_cd"] == row["hcpcs_code"]
        assert line["clm_line_from_dt"] == row["service_date"]
        assert line["rndrg_prvdr_npi_num"] == row["npi"]
        assert line["clm_rndrg_prvdr_tax_num"] == row["tin"] and line["bene_mbi_id"] == row["person"]
        assert line["clm_carr_pmt_dnl_cd"] == "1" and line["clm_prcsg_ind_cd"] == "A"
        assert line["clm_adjsmt_type_cd"] == "0"
        if line["clm_cntl_num"] in cancelled:  # the replacement, never what was cancelled
            versions = [key for key, one in lines.items() if one["clm_cntl_num"] == line["clm_cntl_num"]]
            assert row["claim_id"] == max(claim for claim, _ in versions)
        if row["other_claim_id"]:
            other = lines[(row["other_claim_id"], row["other_claim_line_number"])]
            assert other["clm_line_hcpcs_cd"] == row["other_hcpcs_code"]


def test_codes_are_billed_when_they_exist(lines: dict[Key, Row]) -> None:
    for row in lines.values():
        code, day = row["clm_line_hcpcs_cd"], row["clm_line_from_dt"]
        if code in OF_2026:
            assert day >= "2026-01-01"
        if code in ("G0556", "G0557", "G0558", "98016"):
            assert day >= "2025-01-01"


def test_pairs_lie_as_the_rule_says(truth: list[Row], lines: dict[Key, Row]) -> None:
    for row in truth:
        if not row["other_claim_id"]:
            continue
        line = lines[(row["claim_id"], row["claim_line_number"])]
        other = lines[(row["other_claim_id"], row["other_claim_line_number"])]
        day, before = (date.fromisoformat(one["clm_line_from_dt"]) for one in (line, other))
        if row["kind"].startswith(("apcm_with", "apcm_twice", "addon", "ccm_twice", "remote_time_twice")):
            assert (day.year, day.month) == (before.year, before.month)
        elif row["kind"] in ("tcm_twice", "remote_device_twice", "remote_monitoring_days"):
            assert timedelta(0) < day - before < timedelta(30)
        elif row["kind"].startswith("duplicate"):
            same = ("clm_line_hcpcs_cd", "clm_line_from_dt", "rndrg_prvdr_npi_num", "hcpcs_1_mdfr_cd")
            assert [line[name] for name in same] == [other[name] for name in same]
            assert (row["claim_id"] == row["other_claim_id"]) == (row["kind"] == "duplicate_line")
        elif row["kind"] == "wellness_too_soon":
            assert (day.year - before.year) * 12 + day.month - before.month < 12
        elif row["kind"] == "g2211_with_25":
            assert other["hcpcs_1_mdfr_cd"] == "25" and day == before


def test_of_three_in_a_row_the_third_is_right(truth: list[Row], lines: dict[Key, Row]) -> None:
    of_person: dict[Key, set[str]] = defaultdict(set)
    for row in lines.values():
        of_person[(row["bene_mbi_id"], row["clm_line_hcpcs_cd"])].add(row["clm_line_from_dt"])
    for kind, code, least, most in (
        ("wellness_too_soon", "G0439", 335, 400),
        ("assessment_too_soon", "G0136", 181, 185),
        ("tcm_twice", "99495", 31, 40),
    ):
        wrong = {(row["person"], row["service_date"]) for row in truth if row["kind"] == kind}
        people = {person for person, _ in wrong}
        chains = [(one, days) for one in sorted(people) if len(days := sorted(of_person[(one, code)])) == 3]
        assert chains, kind
        for person, days in chains:
            assert [(person, day) in wrong for day in days] == [False, True, False]
            assert least <= (date.fromisoformat(days[2]) - date.fromisoformat(days[0])).days <= most


def test_of_two_of_one_day_the_later_claim_is_wrong(truth: list[Row], lines: dict[Key, Row]) -> None:
    pairs = 0
    for row in truth:
        other = (row["other_claim_id"], row["other_claim_line_number"])
        if row["kind"] not in ("wellness_too_soon", "assessment_too_soon") or not other[0]:
            continue
        if lines[other]["clm_line_from_dt"] == row["service_date"]:
            assert (row["claim_id"], row["claim_line_number"]) > other
            pairs += 1
    assert pairs


def test_there_are_look_alikes(lines: dict[Key, Row]) -> None:
    by_month: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in lines.values():
        by_month[(row["bene_mbi_id"], row["clm_line_from_dt"][:7])].append(row)
    elsewhere = repeats = 0
    for rows in by_month.values():
        apcm = [row for row in rows if row["clm_line_hcpcs_cd"] in ("G0556", "G0557", "G0558")]
        tins = {row["clm_rndrg_prvdr_tax_num"] for row in apcm}
        elsewhere += any(
            row["clm_line_hcpcs_cd"] == "99490" and row["clm_rndrg_prvdr_tax_num"] not in tins for row in rows
        ) and bool(apcm)
        repeats += any(row["hcpcs_1_mdfr_cd"] == "76" for row in rows)
    assert elsewhere and repeats


def test_the_rest_is_the_same_without_stories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = write(tmp_path / "told", people=150, seed=3, period=PERIOD)
    monkeypatch.setattr(Seeder, "cast", lambda *_args, **_named: (np.empty(0, np.int64),) * 2)
    plain = write(tmp_path / "plain", people=150, seed=3, period=PERIOD)
    for letter in "12346789A":
        assert told.file(letter).read_bytes() == plain.file(letter).read_bytes()
    for letter in "5B":  # stories stand behind all others of a block
        assert told.file(letter).read_bytes().startswith(plain.file(letter).read_bytes())
        assert len(told.file(letter).read_bytes()) > len(plain.file(letter).read_bytes())


def test_what_the_contractor_refuses_is_not_paid_twice(lines: dict[Key, Row], truth: list[Row]) -> None:
    wrong = {(row["claim_id"], row["claim_line_number"]) for row in truth}
    monthly: Counter[tuple[str, str, str]] = Counter()
    cancelled = {row["clm_cntl_num"] for row in lines.values() if row["clm_adjsmt_type_cd"] == "1"}
    for key, row in lines.items():
        paid = row["clm_carr_pmt_dnl_cd"] == "1" and row["clm_prcsg_ind_cd"] == "A"
        if not paid or key in wrong or row["clm_cntl_num"] in cancelled:
            continue
        if row["clm_line_hcpcs_cd"] == "99490":
            month = row["clm_line_from_dt"][:7]
            monthly[(row["bene_mbi_id"], row["rndrg_prvdr_npi_num"], month)] += 1
    assert monthly and max(monthly.values()) == 1


def test_months_are_counted_as_the_rules_count_them() -> None:
    day = np.array([day_number(date(2025, 3, 20)), day_number(date(2025, 8, 31))])
    due = [day_number(date(2026, 3, 1)), day_number(date(2026, 8, 1))]
    assert months_after(day, 12).tolist() == due  # eleven full months between: April to February
    later = [day_number(date(2025, 9, 20)), day_number(date(2026, 3, 1))]  # no 31 February
    assert half_year_after(day).tolist() == later
