"""The same bytes for another year: a file that did not change is installed beside last year's."""

from __future__ import annotations

from pathlib import Path

from tests.reference.pfs_bench import add, query, write


def test_the_same_base_units_of_two_years(tmp_path: Path) -> None:
    home = tmp_path / "home"
    rows = [["CPT Code", "Base Units"], *([f"{100 + 2 * n:05d}", str(n % 20 + 3)] for n in range(260))]
    path = write(tmp_path / "base_units.csv", rows)
    assert add(home, path, vintage="2025")[0].status == "added"
    again = add(home, path, vintage="2025")[0]
    assert (again.status, again.why) == ("passed over", "installed already")
    other = add(home, path, vintage="2026")[0]
    assert (other.status, other.vintage) == ("added", "2026")
    for options in ({"vintage": "2025"}, {"vintage": "2026"}, {}):  # nothing said: it is known
        assert add(home, path, **options)[0].why == "installed already"
    assert query(home, "select year, count(*) from reference.anesthesia_base_unit group by 1 order by 1") == [
        (2025, 260),
        (2026, 260),
    ]


def test_the_same_list_of_two_years(tmp_path: Path) -> None:
    home = tmp_path / "home"
    path, copy = tmp_path / "asm_area.csv", tmp_path / "copy.csv"
    for one in (path, copy):
        one.write_text("cbsa,mandatory\n10580,Yes\n", encoding="utf-8")
    assert add(home, path, vintage="2027")[0].status == "added"
    assert add(home, copy, vintage="2027")[0].why == "installed already"
    assert [(one.status, one.vintage) for one in add(home, copy, vintage="2028")] == [("added", "2028")]
