"""QRDA III: every sample of CMS is read and written to an equivalent; each rule refuses with its number."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from corridor.errors import CorridorError
from corridor.sources.qpp.model import Measurement, MultiRate, SingleRate
from corridor.sources.qpp.problem import WARNING
from corridor.sources.qpp.qrda3 import read_qrda3, scan_qrda3, write_qrda3

SAMPLES = (
    "App1-ApmEntity-Qrda-III",
    "App1-Group-QRDA-III",
    "App1-Indv-QRDA-III",
    "MultiStrata_SinglePerformanceRate-sample",
    "Mvp_Mips-APM-Sample",
    "Mvp_Mips-Group-Sample",
    "Mvp_Mips-Ind-Sample",
    "Mvp_Mips-Subgroup-Sample",
)
CASES = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "submissions" / "qrda3_refused.yaml").read_text(encoding="utf-8")
)["cases"]
HL7 = "{urn:hl7-org:v3}"
MADE = date(2026, 11, 1)


def sample(folder: Path, name: str) -> Path:
    return folder / "qrda3" / "2024" / f"{name}.xml"


def facts(path: Path) -> Counter[tuple[str, ...]]:
    """What a document states, found without Corridor: identifiers, periods, populations, counts, answers."""
    root = ElementTree.parse(path).getroot()
    found: Counter[tuple[str, ...]] = Counter()
    for way in ("informationRecipient", "participant", "documentationOf"):
        for part in root.findall(f"{HL7}{way}"):
            found.update(
                ("id", str(one.get("root")), str(one.get("extension")))
                for one in part.iter(f"{HL7}id")
                if one.get("extension") not in (None, "AR0000")
            )
    for section in root.iter(f"{HL7}section"):
        for entry in section.findall(f"{HL7}entry"):
            act = entry.find(f"{HL7}act/{HL7}effectiveTime")
            if act is not None:
                found["period", *(str(one.get("value")) for one in act)] += 1
            for organizer in entry.findall(f"{HL7}organizer"):
                measure = organizer.find(f"{HL7}reference/{HL7}externalDocument/{HL7}id")
                assert measure is not None
                for observation in organizer.findall(f"{HL7}component/{HL7}observation"):
                    about = (str(measure.get("extension")), *stated(observation))
                    found[about] += 1
                    for inner in observation.findall(f"{HL7}entryRelationship[@typeCode='COMP']"):
                        for part in inner.findall(f"{HL7}observation"):
                            found[(*about, *stated(part))] += 1
    return found


def stated(observation: ElementTree.Element) -> tuple[str, ...]:
    value = observation.find(f"{HL7}value")
    assert value is not None
    translation = value.find(f"{HL7}translation")
    code = (value if translation is None else translation).get("code")
    count = observation.find(f"{HL7}entryRelationship[@typeCode='SUBJ']/{HL7}observation/{HL7}value")
    reference = observation.find(f"{HL7}reference/{HL7}externalObservation/{HL7}id")
    return (
        str(code or value.get("value")),
        str(None if count is None else count.get("value")),
        str(None if reference is None else reference.get("root")),
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_written_to_an_equivalent(name: str, test_data: Path, tmp_path: Path) -> None:
    scan = scan_qrda3(sample(test_data, name))
    assert scan.problems == () and scan.submission is not None
    again = tmp_path / "again.xml"
    write_qrda3(scan.submission, again, made=MADE)
    assert read_qrda3(again) == scan.submission
    assert facts(again) == facts(sample(test_data, name))
    assert sum(facts(again).values()) > 20
    write_qrda3(scan.submission, tmp_path / "twice.xml", made=MADE)
    assert (tmp_path / "twice.xml").read_bytes() == again.read_bytes()


# who reports, from the informationRecipient and the performers of each sample
WHO = {
    "App1-ApmEntity-Qrda-III": ("apm_entity", None, None, "MIPS1001", "app1"),
    "App1-Group-QRDA-III": ("group", "990000099", None, None, "app1"),
    "App1-Indv-QRDA-III": ("individual", "990000099", "2567891421", None, "app1"),
    "MultiStrata_SinglePerformanceRate-sample": ("individual", "990000099", "1234567890", None, "mips"),
    "Mvp_Mips-APM-Sample": ("apm_entity", None, None, "MIPS1001", "G0053"),
    "Mvp_Mips-Group-Sample": ("group", "000777777", None, None, "G0053"),
    "Mvp_Mips-Ind-Sample": ("individual", "000777777", "0777777777", None, "G0053"),
    "Mvp_Mips-Subgroup-Sample": ("subgroup", None, None, "SG-00000001", "G0053"),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_who_reports(name: str, test_data: Path) -> None:
    found = read_qrda3(sample(test_data, name))
    programs = {one.program_name for one in found.measurement_sets}
    assert (found.participation, found.tin, found.npi, found.entity_id, *programs) == WHO[name]
    assert found.performance_year == 2024
    for one_set in found.measurement_sets:
        period = (one_set.performance_start, one_set.performance_end)
        assert period == (date(2024, 1, 1), date(2024, 12, 31))
        assert one_set.submission_method == "electronicHealthRecord"


def test_counts_of_a_rate(test_data: Path) -> None:
    """qpp-data.md 5: not met = DENOM - NUMER - DENEX - DENEXCEP = 1000 - 800 - 0 - 100 = 100."""
    ((_, one),) = read_qrda3(sample(test_data, "Mvp_Mips-Ind-Sample")).measurements()
    assert isinstance(one.value, SingleRate)
    assert (one.value.eligible_population, one.value.performance_met) == (1000, 800)
    assert (one.value.performance_not_met, one.value.eligible_population_exception) == (100, 100)
    assert one.value.eligible_population_exclusion is None and one.value.is_end_to_end_reported
    # 800 / 900, as the document states with .888889
    assert one.value.rate() == pytest.approx(88.8889, abs=1e-4)
    assert one.stated_rates[0].rate == pytest.approx(0.888889)


class Electronic:
    def __init__(self, measure_id: str, metric_type: str, *numerators: tuple[str, str]) -> None:
        self.measure_id, self.metric_type, self.numerators = measure_id, metric_type, numerators


CAD = "2c928084-82ea-d7c5-0183-622192411e05"
FIRST, SECOND = "DBA0383C-B6EE-4ACC-A44F-9A11E0C4C33F", "A3DAC3E6-BAAF-4A42-89E6-8AC8FAA71E68"


def test_several_populations_of_one_measure(test_data: Path) -> None:
    """1000 - 800 - 50 = 150 and 500 - 400 - 25 = 75; together 1500, 1200 met, 225 not, 75 excepted."""
    path = sample(test_data, "MultiStrata_SinglePerformanceRate-sample")
    ((_, alone),) = read_qrda3(path).measurements()
    assert isinstance(alone.value, MultiRate) and alone.measure_id == ""
    assert [one.stratum for one in alone.value.strata] == [FIRST, SECOND]
    assert [one.performance_not_met for one in alone.value.strata] == [150, 75]

    single = Electronic("008", "singlePerformanceRate", ("", FIRST), ("", SECOND))
    ((_, added),) = read_qrda3(path, {CAD: single}).measurements()
    assert added.measure_id == "008" and isinstance(added.value, SingleRate)
    assert (added.value.eligible_population, added.value.performance_met) == (1500, 1200)
    assert (added.value.performance_not_met, added.value.eligible_population_exception) == (225, 75)

    several = Electronic("008", "multiPerformanceRate", ("one", FIRST.lower()), ("two", SECOND))
    ((_, named),) = read_qrda3(path, {CAD.upper(): several}).measurements()
    assert isinstance(named.value, MultiRate)
    assert [one.stratum for one in named.value.strata] == ["one", "two"]


def test_another_numerator_than_the_measures(test_data: Path) -> None:
    """Converter messages 59 and 14: the numerator's UUID, and how many there are."""
    path = sample(test_data, "MultiStrata_SinglePerformanceRate-sample")
    other = Electronic("008", "singlePerformanceRate", ("", "11111111-1111-1111-1111-111111111111"))
    assert [one.code for one in scan_qrda3(path, {CAD: other}).problems] == [59, 14]


@pytest.mark.parametrize("case", [pytest.param(one, id=f"{one['code']}: {one['name']}") for one in CASES])
def test_refused(case: dict[str, Any], test_data: Path, tmp_path: Path) -> None:
    text = sample(test_data, case["sample"]).read_text(encoding="utf-8")
    start = text.index(case["after"]) if "after" in case else 0
    for old, new in case.get("replace", []):
        at = text.index(old, start)
        text = text[:at] + new + text[at + len(old) :]
    if case.get("twice"):
        entry = text[text.index("<entry>") : text.index("</entry>") + len("</entry>")]
        text = text.replace(entry, entry + entry)
    for old, new in case.get("all", []):
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "document.xml"
    path.write_text(text, encoding="utf-8")
    measures: dict[str, Any] | None = {} if case.get("measures") else None
    own = [one for one in scan_qrda3(path, measures).errors if one.code == case["code"]]
    assert any(case["says"] in one.reason for one in own), scan_qrda3(path, measures).errors
    assert own[0].message.startswith("CT - ") and own[0].line
    with pytest.raises(CorridorError) as refused:
        read_qrda3(path, measures)
    assert refused.value.code == "QRDA3-DOCUMENT"


def test_a_template_of_another_year_is_told_of(test_data: Path, tmp_path: Path) -> None:
    text = sample(test_data, "Mvp_Mips-Group-Sample").read_text(encoding="utf-8")
    path = tmp_path / "document.xml"
    path.write_text(text.replace('extension="2022-12-01"', 'extension="2021-12-01"'), encoding="utf-8")
    (problem,) = scan_qrda3(path).problems
    assert (problem.code, problem.severity) == (5, WARNING)
    assert read_qrda3(path).performance_year == 2024


ENTITIES = '<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">'
BOMB = f"<!DOCTYPE a [{ENTITIES}]><ClinicalDocument>&c;</ClinicalDocument>"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<ClinicalDocument>",
        BOMB,
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><ClinicalDocument/>',
        "<a>" * 300 + "</a>" * 300,
        '<?xml version="1.0" encoding="nonsense"?><ClinicalDocument/>',
        '<?xml version="1.0" encoding="shift_jis"?><ClinicalDocument/>',
    ],
    ids=["empty", "cut", "entities", "external", "deep", "unknown encoding", "encoding of several bytes"],
)
def test_what_is_no_harmless_xml_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "document.xml"
    path.write_text(text)
    with pytest.raises(CorridorError) as refused:
        scan_qrda3(path)
    assert refused.value.code == "QRDA3-XML"


def test_nothing_is_invented_when_writing(test_data: Path, tmp_path: Path) -> None:
    found = read_qrda3(sample(test_data, "Mvp_Mips-Group-Sample"))
    (one_set,) = found.measurement_sets
    bare = Measurement("236", SingleRate(100, 80, 20))
    without = replace(found, measurement_sets=(replace(one_set, measurements=(bare,)),))
    with pytest.raises(CorridorError) as refused:
        write_qrda3(without, tmp_path / "a.xml", made=MADE)
    assert refused.value.code == "QRDA3-POPULATIONS"
    twice = replace(found, measurement_sets=(one_set, replace(one_set, program_name="mips", category="ia")))
    with pytest.raises(CorridorError) as refused:
        write_qrda3(twice, tmp_path / "a.xml", made=MADE)
    assert refused.value.code == "QRDA3-PROGRAM"


def test_activities_read_back(test_data: Path, tmp_path: Path) -> None:
    """No sample of CMS holds an IA section: one is written, and read by the converter's templates."""
    found = read_qrda3(sample(test_data, "Mvp_Mips-Group-Sample"))
    (one_set,) = found.measurement_sets
    answers = (Measurement("IA_EPA_3", True), Measurement("IA_PM_2", False))
    activities = replace(found, measurement_sets=(replace(one_set, category="ia", measurements=answers),))
    write_qrda3(activities, tmp_path / "ia.xml", made=MADE)
    assert read_qrda3(tmp_path / "ia.xml") == activities
    text = (tmp_path / "ia.xml").read_text()
    assert 'root="2.16.840.1.113883.3.7034" extension="IA_EPA_3"' in text
    assert "2.16.840.1.113883.10.20.27.2.4" in text and "2.16.840.1.113883.10.20.27.3.33" in text
