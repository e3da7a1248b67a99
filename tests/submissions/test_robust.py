"""Whatever a file holds, it is answered with what is wrong, never with a fault of the program."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from corridor.errors import CorridorError
from corridor.sources.qpp.problem import api_error
from corridor.sources.qpp.qrda3 import scan_qrda3
from corridor.sources.qpp.shape import shape_problems
from corridor.sources.qpp.submission_json import from_document, to_document
from corridor.submissions.validate import validate
from tests.submissions.base import known, valid

ANYTHING = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(10**20), 10**20)
    | some.floats(allow_nan=True)
    | some.text(max_size=4)
    | some.sampled_from(["236", "134", "PI_HIE_6", "quality", "2026-01-01", "strata", "overall"]),
    lambda inner: (
        some.lists(inner, max_size=3)
        | some.dictionaries(
            some.sampled_from(["measureId", "value", "strata", "stratum", "numerator"]), inner
        )
    ),
    max_leaves=6,
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document."""
    if isinstance(document, dict):
        inner = [one for name, value in document.items() for one in places(value, (*path, name))]
    elif isinstance(document, list):
        inner = [one for place, value in enumerate(document) for one in places(value, (*path, place))]
    else:
        inner = []
    return [path, *inner] if path else inner


PLACES = places(valid())


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    inner = changed
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return changed


@settings(max_examples=200)
@given(some.sampled_from(PLACES), ANYTHING)
def any_value_at_any_place(path: tuple[Any, ...], value: Any) -> None:
    folder = DATA[0]
    document = put(valid(), path, value)
    problems = validate(document, known(folder))
    answer = api_error(problems)
    if not shape_problems(document):
        again = to_document(from_document(document))
        assert api_error(validate(again, known(folder))) == answer
    assert answer is None or all(one["message"] and one["path"] for one in answer["error"]["details"])


DATA: list[Path] = []


def test_values_are_put_into_real_data(test_data: Path) -> None:
    """The property above needs the measures, which hypothesis cannot be given as a fixture."""
    DATA.append(test_data)
    any_value_at_any_place()


def test_a_document_with_any_byte_changed(test_data: Path, tmp_path: Path) -> None:
    """150 documents with a few bytes changed each: a scan, or QRDA3-XML, and nothing else."""
    original = (test_data / "qrda3" / "2024" / "Mvp_Mips-Group-Sample.xml").read_bytes()
    # the header and the first population are where the variety is: the rest repeats itself
    start, end = original.index(b"<ClinicalDocument"), original.index(b"<!--Gender")
    tail = (
        b"</observation></component></organizer></entry></section></component></structuredBody></component>"
    )
    head = original[:end] + tail + b"</ClinicalDocument>"
    draw = random.Random(6)
    path = tmp_path / "document.xml"
    readable = 0
    for _ in range(150):
        changed = bytearray(head)
        for _ in range(draw.randint(1, 3)):
            changed[draw.randrange(start, len(changed))] = draw.choice(b'<>/"= 0189aAzZ&;-.')
        path.write_bytes(bytes(changed))
        try:
            scan = scan_qrda3(path)
        except CorridorError as error:
            assert error.code == "QRDA3-XML"
        else:
            readable += 1
            assert all(one.reason and one.path for one in scan.problems)
    assert readable > 20
