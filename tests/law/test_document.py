"""Strict YAML: what reads as one thing and means another is an error with file and line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from corridor.errors import CorridorError
from corridor.law.document import read_document


def document(tmp_path: Path, text: str | bytes):
    file = tmp_path / "rule.yaml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(file)


def test_values_and_their_lines(tmp_path):
    read = document(tmp_path, "a: 1\nb:\n  - {c: 0.5, d: 2025-10-31}\n  - {e: '005', f: null, g: true}\n")
    assert read.data == {
        "a": 1,
        "b": [{"c": 0.5, "d": date(2025, 10, 31)}, {"e": "005", "f": None, "g": True}],
    }
    assert read.line(("b", 1, "e")) == 4
    assert read.line(("b", 0, "no such key")) == 3
    assert read.line(("no such key",)) == 1


def test_an_alias_stands_for_its_anchor(tmp_path):
    assert document(tmp_path, "a: &x [1, 2]\nb: *x\n").data == {"a": [1, 2], "b": [1, 2]}


@pytest.mark.parametrize(
    ("text", "code", "line", "field"),
    [
        ("a: 1\nb: 2\na: 3\n", "LAW-DUPLICATE-KEY", 3, "a"),
        ("a:\n  b: {c: 1, c: 2}\n", "LAW-DUPLICATE-KEY", 2, "a.b.c"),
        ("a: 1\nb: [005]\n", "LAW-AMBIGUOUS-VALUE", 2, "b[0]"),  # octal in YAML 1.1
        ("a: yes\n", "LAW-AMBIGUOUS-VALUE", 1, "a"),
        ("a: NO\n", "LAW-AMBIGUOUS-VALUE", 1, "a"),
        ("a: 1:30\n", "LAW-AMBIGUOUS-VALUE", 1, "a"),  # ninety in YAML 1.1
        ("a: 0x1F\n", "LAW-AMBIGUOUS-VALUE", 1, "a"),
        ("a: .nan\n", "LAW-AMBIGUOUS-VALUE", 1, "a"),
        ("a: .inf\n", "LAW-AMBIGUOUS-VALUE", 1, "a"),
        ("a: 2025-02-30\n", "LAW-AMBIGUOUS-VALUE", 1, "a"),
        ("a: 2025-02-01 10:00:00\n", "LAW-AMBIGUOUS-VALUE", 1, "a"),
        ("a: !!python/name:os.system\n", "LAW-AMBIGUOUS-VALUE", 1, "a"),
        ("a: 1\nb: [1, 2\n", "LAW-YAML", 3, None),
        ("a: 1\n---\nb: 2\n", "LAW-YAML", 2, None),
        ("1: a\n", "LAW-YAML", 1, None),
        ("a: 1\n<<: {b: 2}\n", "LAW-YAML", 2, None),
        ("a: &x [*x]\n", "LAW-YAML", 1, "a[0]"),
        (b"a: 1\nb: caf\xe9\n", "LAW-YAML", 2, None),
        ("# nothing\n", "LAW-YAML", None, None),
    ],
)
def test_refused_with_file_and_line(tmp_path, text, code, line, field):
    with pytest.raises(CorridorError) as caught:
        document(tmp_path, text)
    error = caught.value
    assert (error.code, error.line, error.field) == (code, line, field)
    assert error.file == str(tmp_path / "rule.yaml")


@pytest.mark.parametrize(
    "text",
    [
        # six lists of ten, each of the one before: a million values from a few lines
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 7)),
        "a: " + "[" * 900 + "]" * 900,
        "a: " + "[" * 100_000,  # the parser itself would end the process
    ],
    ids=["aliases of aliases", "nested", "nested far"],
)
def test_a_document_that_would_fill_memory_is_refused(tmp_path, text):
    with pytest.raises(CorridorError) as caught:
        document(tmp_path, text)
    assert caught.value.code == "LAW-YAML"
