"""The lint of steps and formulas catches each form it forbids, and passes what the prelude offers."""

from __future__ import annotations

from pathlib import Path

import pytest

from corridor.engine import lint

HEADER = """-- step:      claims.example
-- makes:     one row per claim
-- key:       claim_id
-- reads:     claims.line
-- cites:     Corridor
-- evidence:  none
"""


def step(select: str, header: str = HEADER) -> str:
    return f"{header}{select}\n"


def codes(text: str, file: str = "claims/steps/example.sql") -> set[str]:
    return {finding.code for finding in lint.lint_step(text, file)}


def test_a_step_written_with_the_prelude_passes() -> None:
    good = step(
        """with ranked as (
  select l.claim_id, l.paid, l.days, cx_days_between(l.started, l.ended) as stay,
    row_number() over (partition by l.person_id order by l.started, l.claim_id) as place
  from claims.line as l
  where l.paid > 0 and l.sign <> -1
)
select r.claim_id, cast(r.paid as decimal(18, 2)) as paid, r.days::varchar(5) as days,
  cx_divide(r.paid, r.days) * 100 as per_hundred, cx_round_half_up(r.paid, 0) as rounded,
  'a / b, round(2.5) and 365' as text_may_hold_anything -- and so may a comment: 42 / 7
from ranked as r where r.place = 1"""
    )
    assert lint.lint_step(good, "claims/steps/example.sql") == []


@pytest.mark.parametrize("function", sorted(lint.FORBIDDEN_FUNCTIONS))
def test_each_forbidden_function_is_caught(function: str) -> None:
    assert "BARE-FORM" in codes(step(f"select {function}(l.x) as y from claims.line as l"))
    assert "BARE-FORM" in codes(step(f"select {function.upper()} (l.x) as y from claims.line as l"))


@pytest.mark.parametrize("function", sorted(lint.FORBIDDEN_FUNCTIONS))
def test_a_column_of_the_same_name_is_not_a_call(function: str) -> None:
    named = step(f'select l."{function}" as y from claims.line as l')
    assert "BARE-FORM" not in codes(named)


@pytest.mark.parametrize(
    ("select", "code"),
    [
        ("select l.a / l.b as x from claims.line as l", "DIVISION"),
        ("select l.a // l.b as x from claims.line as l", "DIVISION"),
        ("select l.a * 365 as x from claims.line as l", "NAKED-NUMBER"),
        ("select l.a * 0.5 as x from claims.line as l", "NAKED-NUMBER"),
        ("select l.a * 1e3 as x from claims.line as l", "NAKED-NUMBER"),
        ("select l.d + interval 3 day as x from claims.line as l", "NAKED-NUMBER"),
        ("select l.a * '365'::integer as x from claims.line as l", "NAKED-NUMBER"),
        ("select l.a * cast('0.09' as double) as x from claims.line as l", "NAKED-NUMBER"),
        ("select current_date as x from claims.line as l", "BARE-FORM"),
        ("select current_timestamp as x from claims.line as l", "BARE-FORM"),
        ("select l.a as x from claims.line as l using sample 100", "BARE-FORM"),
        ("select l.a as x from claims.line as l asof join claims.line as m on l.d >= m.d", "BARE-FORM"),
        ("select l.a from claims.line as l union all by name select m.a from claims.line as m", "BARE-FORM"),
        ("select try_cast(l.a as date) as x from claims.line as l", "TRY-CAST"),
        ("select row_number() over (partition by l.a) as x from claims.line as l", "ORDER"),
        ("select lag(l.a) over (partition by l.b) as x from claims.line as l", "ORDER"),
        ("select string_agg(l.a, ',') as x from claims.line as l", "ORDER"),
        ("select list(l.a) as x from claims.line as l", "ORDER"),
        ("select l.a as x from claims.line as l limit 1", "ORDER"),
        ("select * from claims.line as l", "STAR"),
        ("select l.* from claims.line as l", "STAR"),
        ("select l.a from claims.line as l union all select * from claims.line as m", "STAR"),
        ("create table claims.x as select l.a from claims.line as l", "ONE-SELECT"),
        ("insert into claims.x select l.a from claims.line as l", "ONE-SELECT"),
        ("select l.a from claims.line as l; select m.a from claims.line as m", "ONE-SELECT"),
        ("select l.a from claims.line as l where (", "PARSE"),
        ("select l.a from claims.line as l join claims.other as o on o.a = l.a", "READS"),
        ("select l.a from unknown_table as l join claims.line as m on m.a = l.a", "READS"),
        ("select l.a from claims.line as l join rules.asm_window as w on true", "READS"),
        ("select 1 as a", "READS"),
    ],
)
def test_each_forbidden_form_is_caught(select: str, code: str) -> None:
    assert code in codes(step(select))


def test_try_cast_is_left_to_the_sources() -> None:
    text = step("select try_cast(l.a as date) as x from claims.line as l")
    assert codes(text, "sources/cclf/steps/example.sql") == set()


def test_an_aggregate_with_its_order_passes() -> None:
    text = step(
        "select string_agg(l.a, ',' order by l.a) as x, list(l.a order by l.a) as y from claims.line as l"
    )
    assert "ORDER" not in codes(text)


def test_rules_named_in_the_header_may_be_read() -> None:
    header = HEADER.replace("-- cites:", "-- rules:     asm.episode_window\n-- cites:")
    text = "select l.a from claims.line as l join rules.asm_episode_window as w on l.d >= w.valid_from"
    assert codes(step(text, header)) == set()
    assert codes(step("select l.a from claims.line as l", header)) == {"READS"}


def test_a_header_that_lacks_a_line_is_a_finding() -> None:
    header = HEADER.replace("-- cites:     Corridor\n", "")
    assert codes(step("select l.a from claims.line as l", header)) == {"HEADER"}


def test_a_step_too_long_to_sign_is_a_finding() -> None:
    lines = ["select l.a", *["  , l.a as b"] * lint.LONGEST_STEP, "from claims.line as l"]
    assert "LENGTH" in codes(step("\n".join(lines)))


def test_a_finding_names_file_and_line() -> None:
    (finding,) = lint.lint_step(
        step("select l.a\n  * 365 as x\nfrom claims.line as l"), "claims/steps/example.sql"
    )
    assert (finding.file, finding.line) == ("claims/steps/example.sql", HEADER.count("\n") + 2)
    assert str(finding).startswith(f"claims/steps/example.sql:{finding.line}: NAKED-NUMBER 365")


# ---------------------------------------------------------------- formulas

FORMULA = '''
@formula(cite="42 CFR 512.750(c)(1)", unit="fraction")
def factor(risk_level, transformed{default}):
    """The year 2029 and the share of 0.09 may stand in a docstring."""
    return {body}
'''


def formula_codes(body: str, default: str = "", before: str = "") -> list[str]:
    return [f.code for f in lint.lint_formulas(before + FORMULA.format(body=body, default=default), "f.py")]


@pytest.mark.parametrize(
    "body", ["risk_level * 100 - 1", "-1 * risk_level + 0.0", "True", "'365'", "risk_level[0]"]
)
def test_plain_numbers_may_stand_in_a_formula(body: str) -> None:
    assert formula_codes(body) == []


@pytest.mark.parametrize(
    "body", ["risk_level * 0.09", "risk_level ** 2", "min(risk_level, 10)", "lambda: 365"]
)
def test_a_naked_number_in_a_formula_is_caught(body: str) -> None:
    assert formula_codes(body) == ["NAKED-NUMBER"]


def test_a_naked_number_cannot_hide_beside_the_formula() -> None:
    assert formula_codes("risk_level", default="=0.5") == ["NAKED-NUMBER"]
    assert formula_codes("risk_level * RISK", before="RISK = 0.09\n") == ["NAKED-NUMBER"]


def test_a_python_step_is_held_to_the_same_rule() -> None:
    assert [
        f.code for f in lint.lint_formulas("@python_step(step='a.b')\ndef f(ctx):\n    return 7\n", "f.py")
    ] == ["NAKED-NUMBER"]


def test_plain_functions_are_free() -> None:
    assert lint.lint_formulas("WIDTH = 110\ndef f(x, y=2):\n    return x * 3\n", "f.py") == []


def test_what_is_not_python_is_a_finding() -> None:
    assert [f.code for f in lint.lint_formulas("def f(:\n", "f.py")] == ["PARSE"]


# ---------------------------------------------------------------- the package and the command


@pytest.mark.parametrize("path", lint.files_of(), ids=lambda path: path.relative_to(lint.PACKAGE).as_posix())
def test_the_package_is_clean(path: Path) -> None:
    assert "\n".join(map(str, lint.lint_file(path))) == ""


def test_the_command_prints_findings_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.sql"
    bad.write_text(step("select l.a / l.b as x from claims.line as l"), encoding="utf-8")
    assert lint.main([str(bad)]) == 1
    assert "DIVISION" in capsys.readouterr().out
    good = tmp_path / "good.sql"
    good.write_text(step("select l.a from claims.line as l"), encoding="utf-8")
    assert lint.main([str(good), str(tmp_path / "notes.md")]) == 1, "a file that is not there is a finding"
    assert lint.main([str(good)]) == 0
