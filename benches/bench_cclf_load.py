"""CCLF to Parquet: megabytes per CPU second and peak memory, beside polars and pyarrow on the same file.

The file is a Part B carrier file (CCLF5, 388 characters, 52 fields), made here from the layout with a seed,
with one record in a thousand that cannot be used. `corridor load` does all of its work: names, hashes,
sizes, every character by position, cross-checks, surrogate person ids, rows set aside with their reasons,
control totals, Parquet.
polars and pyarrow cut, trim and convert the same fields to Parquet and let what does not convert become null.
Each runs in a process of its own; CPU is that of the process and its threads, memory its peak.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corridor.layouts.cclf import Layout, layout

ROWS, SMALL_ROWS = 1_500_000, 20_000
BAD_IN = 1_000
PEOPLE_SHARE = 40  # lines a person
FLOOR_MB_PER_CPU_SECOND = 35

FIELDS = [(one.name, one.start, one.length, one.type) for one in layout("cclf5", "v36").fields]

CORRIDOR = """
from corridor.cli.main import main
sys.argv = ["corridor", "load", "cclf", FILE, FOLDER + "/P.A9901.ACO.ZC8Y24.D240901.T0102030", "--json"]
sys.stdout = open(os.devnull, "w")
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stdout = sys.__stdout__
"""

POLARS = """
import polars as pl
def value(name, start, length, kind):
    text = pl.col("line").str.slice(start - 1, length).str.strip_chars(" ")
    if kind == "date":
        text = text.str.to_date("%Y-%m-%d", strict=False)
    elif kind == "integer":
        text = text.cast(pl.Int32, strict=False)
    elif kind in ("amount", "quantity"):
        text = text.cast(pl.Decimal(18, 2 if kind == "amount" else 4), strict=False)
    return text.alias(name)
lines = pl.scan_csv(FILE, has_header=False, new_columns=["line"], separator="\\x01", quote_char=None)
made = lines.select([value(*field) for field in FIELDS])
made.sink_parquet(FOLDER + "/polars.parquet", compression="snappy")
"""

PYARROW = """
import pyarrow as pa, pyarrow.compute as pc, pyarrow.csv as csv, pyarrow.parquet as pq
def value(line, name, start, length, kind):
    text = pc.ascii_trim_whitespace(pc.binary_slice(line, start - 1, start - 1 + length).cast(pa.string()))
    if kind in ("code", "digits", "text"):
        return text
    text = pc.if_else(pc.equal(text, ""), None, text)
    if kind == "date":
        return pc.strptime(text, format="%Y-%m-%d", unit="s", error_is_null=True).cast(pa.date32())
    if kind == "integer":
        return text.cast(pa.int32())
    return text.cast(pa.decimal128(18, 2 if kind == "amount" else 4))
writer = None
reader = csv.open_csv(
    FILE,
    read_options=csv.ReadOptions(column_names=["line"], block_size=1 << 26),
    parse_options=csv.ParseOptions(delimiter="\\x01", quote_char=False),
    convert_options=csv.ConvertOptions(column_types={"line": pa.binary()}),
)
for batch in reader:
    made = pa.table({field[0]: value(batch["line"], *field) for field in FIELDS})
    writer = writer or pq.ParquetWriter(FOLDER + "/pyarrow.parquet", made.schema, compression="snappy")
    writer.write_table(made)
writer.close()
"""

MEASURED = """
import json, os, resource, sys
FILE, FOLDER, FIELDS = json.loads(sys.argv[1])
{body}
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({{"cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}}))
"""


def measured(body: str, file: Path, folder: Path) -> dict[str, float]:
    """Run one of the three in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(body=body), json.dumps([str(file), str(folder), FIELDS])],
        env={**os.environ, "CORRIDOR_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return dict(json.loads(done.stdout.splitlines()[-1]))


def write_files(folder: Path, rows: int) -> Path:
    """A CCLF5 of so many lines and the CCLF8 of its people; returns the CCLF5."""
    random = np.random.default_rng(1)
    people = _identifiers(random, max(1, rows // PEOPLE_SHARE))
    stamp = "Y24.D240901.T0102030"
    demographic = layout("cclf8", "v36")
    _write(folder / f"P.A9901.ACO.ZC8{stamp}", _matrix(demographic, random, people))
    carrier = layout("cclf5", "v36")
    file = folder / f"P.A9901.ACO.ZC5{stamp}"
    with file.open("wb") as stream:
        for first in range(0, rows, 100_000):
            count = min(100_000, rows - first)
            claims = np.arange(first, first + count) // 2
            lines = _matrix(carrier, random, people[claims % len(people)])
            _put(lines, carrier, "cur_clm_uniq_id", _digits(claims + 4 * 10**12, 13))
            _put(
                lines,
                carrier,
                "clm_cntl_num",
                np.pad(_digits(claims + 10**14, 15), ((0, 0), (0, 25)), constant_values=32),
            )
            _put(
                lines,
                carrier,
                "clm_line_num",
                np.pad(
                    _digits(np.arange(first, first + count) % 2 + 1, 1), ((0, 0), (9, 0)), constant_values=32
                ),
            )
            for name in ("clm_from_dt", "clm_thru_dt", "clm_line_from_dt", "clm_line_thru_dt"):
                _put(lines, carrier, name, _days(claims % 360))
            _put(lines[::BAD_IN], carrier, "clm_line_from_dt", np.frombuffer(b"2024-13-45", np.uint8))
            _write(file, lines, stream)
    return file


def _matrix(shape: Layout, random: np.random.Generator, people: np.ndarray) -> np.ndarray:
    """Records with a value in most fields; codes are left blank as often as CMS leaves them."""
    count = len(people)
    lines = np.full((count, shape.record_length + 1), 32, np.uint8)
    lines[:, -1] = 10
    for one in shape.fields:
        if one.identifies in ("legacy", "person"):
            continue
        if one.identifies == "mbi":
            value = people
        elif one.type == "date":
            value = _days(random.integers(0, 360, count))
        elif one.type in ("amount", "quantity"):
            value = _number(random.integers(0, 100_000, count), 2 if one.type == "amount" else 4, one.length)
        elif one.type == "integer":
            value = np.pad(
                _digits(random.integers(0, 10, count), 1), ((0, 0), (one.length - 1, 0)), constant_values=32
            )
        else:
            length = min(one.length, 10)
            value = np.pad(
                _digits(random.integers(0, 10 ** min(length, 3), count) + 10 ** (length - 1), length),
                ((0, 0), (0, one.length - length)),
                constant_values=32,
            )
            value[random.random(count) < (0.5 if one.type == "code" and one.length < 8 else 0.0)] = 32
        lines[:, one.start - 1 : one.end] = value
    return lines


def _identifiers(random: np.random.Generator, count: int) -> np.ndarray:
    """Identifiers of the form of Medicare's, letter S in second place as CMS's own examples have none."""
    letters = np.frombuffer(b"ACDEFGHJKMNPQRTUVWXY", np.uint8)
    made = np.empty((count, 11), np.uint8)
    for at, kind in enumerate("9S09909AA99"):
        made[:, at] = (
            ord("S") if kind == "S" else letters[random.integers(0, 20, count)] if kind == "A"
            else random.integers(49 if at == 0 else 48, 58, count)
        )  # fmt: skip
    made[:, 4] = letters[random.integers(0, 20, count)]
    return made


def _digits(values: np.ndarray, length: int) -> np.ndarray:
    places = 10 ** np.arange(length - 1, -1, -1, dtype=np.int64)
    return (values[:, None] // places % 10 + 48).astype(np.uint8)


def _number(values: np.ndarray, scale: int, length: int) -> np.ndarray:
    text = _digits(values, 8)
    made = np.full((len(values), length), 32, np.uint8)
    made[:, length - scale :] = text[:, 8 - scale :]
    made[:, length - scale - 1] = ord(".")
    made[:, length - 9 : length - scale - 1] = text[:, : 8 - scale]
    return made


def _days(days: np.ndarray) -> np.ndarray:
    made = np.empty((len(days), 10), np.uint8)
    made[:, :5] = np.frombuffer(b"2024-", np.uint8)
    made[:, 5:7], made[:, 7], made[:, 8:] = _digits(days // 30 + 1, 2), ord("-"), _digits(days % 28 + 1, 2)
    return made


def _put(lines: np.ndarray, shape: Layout, name: str, value: np.ndarray) -> None:
    one = shape.field(name)
    lines[:, one.start - 1 : one.end] = value


def _write(file: Path, lines: np.ndarray, stream: object = None) -> None:
    if stream is None:
        lines.tofile(file)
    else:
        stream.write(lines.tobytes())  # type: ignore[attr-defined]


@pytest.mark.bench
def test_cclf_load(small: bool, tmp_path: Path) -> None:
    rows = SMALL_ROWS if small else ROWS
    file = write_files(tmp_path, rows)
    megabytes = file.stat().st_size / 1e6
    figures: dict[str, dict[str, float]] = {}
    for name, body in (("corridor", CORRIDOR), ("polars", POLARS), ("pyarrow", PYARROW)):
        figures[name] = measured(body, file, tmp_path)
        figures[name]["mb_per_cpu_second"] = megabytes / figures[name]["cpu"]
        print(
            f"{name:<9} {megabytes:7.0f} MB  {figures[name]['cpu']:6.1f} CPU s  "
            f"{figures[name]['mb_per_cpu_second']:6.1f} MB per CPU s  {figures[name]['peak_mb']:6.0f} MB peak"
        )
    from corridor.engine.warehouse import Warehouse

    record = Warehouse.open(tmp_path / "home").deliveries()[0].record
    entry = record["notes"]["control_totals"]["cclf5"]
    assert entry["rows_in"] == rows == entry["rows_kept"] + entry["rows_set_aside"]
    assert entry["rows_set_aside"] == -(-rows // BAD_IN)
    results = Path(__file__).parent / "results"
    results.mkdir(exist_ok=True)
    (results / "cclf_load.json").write_text(
        json.dumps({"rows": rows, "mb": megabytes, "figures": figures}, indent=1)
    )
    if not small:
        assert figures["corridor"]["mb_per_cpu_second"] >= FLOOR_MB_PER_CPU_SECOND
