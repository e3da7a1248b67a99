"""What must never be committed, and how long a file may be."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.project.tree import PACKAGE, REPOSITORY, files, name, text_files

LONGEST_PYTHON_FILE = 400

# Patterns are put together from pieces, so that this file does not hold what it looks for.
# The pages of work lists are at an address of the application that begins as a folder of a machine may.
MACHINE_PATH = re.compile(
    r"(?<![\w.$}~/-])/"
    + r"(?:work/(?:main|shared|\.)|(?:root|tmp|opt|farm|Users|home/\w+|var/folders)/[\w.])"
)
REGISTRY = re.compile(
    "|".join(
        [
            "pypi" + r"\.org",
            "python" + r"hosted\.org",
            "registry\\." + "npmjs",
            "deb" + r"\.debian\.org",
            "--(?:extra-)?" + "index-url",
            r"registry *= *\"?" + "http",
            r"\"resolved\": *\"" + "http",
        ]
    )
)
# The descriptors of CPT are the American Medical Association's: only code numbers are shipped.
CPT_DESCRIPTOR = re.compile(
    "|".join(
        piece.replace("_", r"\s+")
        for piece in (
            "office_or_other_outpatient_visit_for" + "_the",
            "which_requires_a_medically_" + "appropriate_history",
            "straightforward_medical_" + "decision_making",
            "(?:low|moderate|high)_(?:level_of_)?medical_decision_" + "making",
            "minutes_must_be_met_or_" + "exceeded",
            "minutes_of_total_time_is_" + "spent",
            "electrocardiogram,_routine_" + "ecg_with",
            "therapeutic_procedure,_1_or_more_" + "areas",
            "transthoracic,_real-time_with_image_" + "documentation",
            "subsequent_hospital_inpatient_or_observation_care,_per_" + "day",
            "initial_hospital_inpatient_or_observation_care,_per_" + "day",
        )
    ),
    re.IGNORECASE,
)
# The text speaks of Corridor and of the field, not of how it came to be written.
OFF_TOPIC = re.compile(
    r"\b(?:"
    + "|".join(
        [
            "chat" + "gpt",
            "cla" + "ude",
            "anthro" + "pic",
            "co" + "pilot",
            "language mo" + "del",
            "sub" + "agent",
            "as an a" + "i",
            "working con" + "tract",
            "my ta" + "sk",
            "the iss" + "ue asks",
            "iss" + r"ue \d+",
        ]
    )
    + r")\b",
    re.IGNORECASE,
)
# In quotes, three X are CMS's word for a service without a global period.
MARKS = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
UNFINISHED = re.compile(r"(?<!['\"])\b(?:" + "|".join(MARKS) + r")\b")
EMAIL = re.compile(r"[\w.+-]+@(?!example\.)[\w-]+\.(?:com|org|net|gov)\b")


def hits(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    found = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            match = pattern.search(line)
            if match:
                found.append(f"{name(path)}:{number}: {match.group(0)}")
    return found


def test_no_path_of_one_machine() -> None:
    assert hits(MACHINE_PATH, text_files()) == []


def test_no_registry_address() -> None:
    assert hits(REGISTRY, text_files()) == []


def test_no_descriptor_of_cpt() -> None:
    assert hits(CPT_DESCRIPTOR, text_files()) == []


def test_text_speaks_of_corridor() -> None:
    assert hits(OFF_TOPIC, text_files()) == []


def test_nothing_is_marked_unfinished() -> None:
    assert hits(UNFINISHED, [path for path in text_files() if path.is_relative_to(REPOSITORY / "src")]) == []


def test_no_address_of_a_person() -> None:
    assert hits(EMAIL, text_files()) == []


@pytest.mark.parametrize(
    ("pattern", "caught"),
    [
        (MACHINE_PATH, 'open("/' + 'tmp/x.csv")'),
        (MACHINE_PATH, "cd /" + "root/.cache"),
        (REGISTRY, "pip install --index-" + "url somewhere"),
        (CPT_DESCRIPTOR, "Office or other outpatient visit " + "for the evaluation"),
        (OFF_TOPIC, "written by " + "Cla" + "ude"),
        (UNFINISHED, "# TO" + "DO: later"),
        (EMAIL, "someone" + "@clinic.org"),
    ],
)
def test_each_pattern_catches_what_it_is_for(pattern: re.Pattern[str], caught: str) -> None:
    assert pattern.search(caught)


def test_python_files_are_short() -> None:
    long = {
        name(path): count
        for path in files()
        if path.suffix == ".py"
        and (count := len(path.read_text(encoding="utf-8").splitlines())) >= LONGEST_PYTHON_FILE
    }
    assert not long, f"split by concept what has {LONGEST_PYTHON_FILE} lines or more: {long}"


def test_nothing_is_called_utils() -> None:
    vague = [name(path) for path in files() if path.stem in {"utils", "util", "helpers", "misc", "common"}]
    assert not vague, "name a module for the concept it holds"


def test_no_large_file() -> None:
    large = {name(path): path.stat().st_size for path in files() if path.stat().st_size > 1_000_000}
    assert not large, "public data is read from ../shared/data, not copied into the repository"


def test_the_licence_is_whole_and_names_nobody() -> None:
    text = (REPOSITORY / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text and "END OF TERMS AND CONDITIONS" in text
    assert "Copyright [yyyy] [name of copyright owner]" in text


def test_beneficiary_identifiers_are_not_logged() -> None:
    """No print outside the command line and the lint: progress and results have their own ways out."""
    import ast

    printed = []
    for path in files():
        if path.suffix != ".py" or not path.is_relative_to(PACKAGE) or path.is_relative_to(PACKAGE / "cli"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
            )
            if called and path.name != "lint.py":
                printed.append(f"{name(path)}:{node.lineno}")
    assert printed == []
