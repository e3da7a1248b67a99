"""The lint of steps and formulas: portable SQL, one select a step, and no naked number.

    python -m corridor.engine.lint            # every step and formula of the package
    python -m corridor.engine.lint FILE...    # some of them

A number of the law belongs in rules/, a constant of method too: what is left in a step or a formula is
0, 1, -1 and 100. Forms whose answer differs between engines without a word are replaced by the prelude.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from corridor.engine.step import SqlStep, parse_sql_step
from corridor.errors import CorridorError

PACKAGE = Path(__file__).parent.parent
LONGEST_STEP = 130
# The numbers that carry no law: nothing, one, its negative (a sign and a one), and percent.
PLAIN_NUMBERS = frozenset({0.0, 1.0, 100.0})
FORMULA_DECORATORS = frozenset({"formula", "python_step"})

_QUANTILE = "write cx_quantile(x, p): the bare form cuts decimals to their scale"
_TIES = "number the rows by a full order and keep the first: ties fall differently on every engine"
_CLOCK = "a step gives the same rows on every day: take the date from a table"
_DATES = "write cx_days_between, cx_months_between, cx_add_days, cx_month_of or cx_year_of"
FORBIDDEN_FUNCTIONS: dict[str, str] = {
    "round": "write cx_round_half_up(x, digits)",
    "round_even": "write cx_round_half_up(x, digits)",
    "date_diff": _DATES,
    "datediff": _DATES,
    "date_sub": _DATES,
    "datesub": _DATES,
    "date_add": _DATES,
    "dateadd": _DATES,
    "age": "write cx_age_on(birth, d)",
    "date_trunc": _DATES,
    "datetrunc": _DATES,
    "median": _QUANTILE,
    "percentile_cont": _QUANTILE,
    "percentile_disc": _QUANTILE,
    "quantile": _QUANTILE,
    "quantile_cont": _QUANTILE,
    "quantile_disc": _QUANTILE,
    "approx_quantile": _QUANTILE,
    "approx_count_distinct": "write count(distinct x)",
    "first": _TIES,
    "last": _TIES,
    "any_value": _TIES,
    "arbitrary": _TIES,
    "mode": _TIES,
    "arg_max": _TIES,
    "arg_min": _TIES,
    "argmax": _TIES,
    "argmin": _TIES,
    "max_by": _TIES,
    "min_by": _TIES,
    "now": _CLOCK,
    "today": _CLOCK,
    "current_date": _CLOCK,
    "current_time": _CLOCK,
    "current_timestamp": _CLOCK,
    "localtimestamp": _CLOCK,
    "get_current_timestamp": _CLOCK,
    "random": "a step draws nothing: seeded draws belong in a Python step",
    "setseed": "a step draws nothing: seeded draws belong in a Python step",
    "uuid": "make the key from the columns that identify the row",
    "gen_random_uuid": "make the key from the columns that identify the row",
}
_PARAMETRISED_TYPES = frozenset({"decimal", "numeric", "varchar", "char"})
# Forbidden as bare words too, where SQL lets the parentheses away.
_BARE_WORDS = frozenset({"current_date", "current_time", "current_timestamp", "localtimestamp"})
_ORDERED_WINDOWS = (
    exp.RowNumber,
    exp.Rank,
    exp.DenseRank,
    exp.PercentRank,
    exp.CumeDist,
    exp.Ntile,
    exp.Lag,
    exp.Lead,
    exp.FirstValue,
    exp.LastValue,
    exp.NthValue,
)


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend: where it is (a line counted from 1), what it is, what to write instead."""

    file: str
    line: int
    code: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.code} {self.what}"


def lint_step(text: str, file: str) -> list[Finding]:
    """All findings in the text of one SQL step; `file` is its path inside the package, with `/`."""
    found: list[Finding] = []
    count = len(text.splitlines())
    if count > LONGEST_STEP:
        found.append(
            Finding(file, LONGEST_STEP, "LENGTH", f"{count} lines: split a step over {LONGEST_STEP}")
        )
    step: SqlStep | None = None
    try:
        step = parse_sql_step(text, file)
    except CorridorError as error:
        found.append(Finding(file, error.line or 1, "HEADER", error.what))
    try:
        found += _token_findings(sqlglot.tokenize(text, read="duckdb"), file)
        statements = sqlglot.parse(text, read="duckdb")
    except (ParseError, TokenError) as error:
        return [*found, Finding(file, 1, "PARSE", " ".join(str(error).split()))]
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        return [*found, Finding(file, 1, "ONE-SELECT", "a step is one select statement and nothing else")]
    found += _tree_findings(statements[0], file)
    if step is not None:
        found += _reads_findings(statements[0], step, file)
    found += _spark_findings(statements[0], file)
    return sorted(set(found))


def _token_findings(tokens: Sequence[Token], file: str) -> Iterator[Finding]:
    """Numbers, divisions and functions, read off the words themselves, so that comments never count."""
    type_parameters = _type_parameters(tokens)
    for at, token in enumerate(tokens):
        word = token.text.lower()
        if token.token_type == TokenType.NUMBER and at not in type_parameters:
            if float(word.replace("_", "")) not in PLAIN_NUMBERS:
                yield Finding(
                    file, token.line, "NAKED-NUMBER", f"{token.text}: a number of the law belongs in rules/"
                )
        elif token.token_type in (TokenType.SLASH, TokenType.DIV):
            yield Finding(file, token.line, "DIVISION", f"bare {token.text}: write cx_divide(a, b)")
        elif token.token_type in (TokenType.STRING, TokenType.IDENTIFIER):
            continue
        elif _is_called(tokens, at) and word in FORBIDDEN_FUNCTIONS:
            yield Finding(file, token.line, "BARE-FORM", f"{word}(): {FORBIDDEN_FUNCTIONS[word]}")
        elif word in _BARE_WORDS:
            yield Finding(file, token.line, "BARE-FORM", f"{word}: {FORBIDDEN_FUNCTIONS[word]}")
        elif word == "try_cast" and not file.startswith("sources/"):
            yield Finding(
                file,
                token.line,
                "TRY-CAST",
                "try_cast hides errors: only sources use it, and count its nulls",
            )


def _is_called(tokens: Sequence[Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].token_type == TokenType.L_PAREN


def _type_parameters(tokens: Sequence[Token]) -> set[int]:
    """Places of the numbers in DECIMAL(18,2), VARCHAR(5) and the like: types, not values."""
    places: set[int] = set()
    for at, token in enumerate(tokens):
        if token.text.lower() in _PARAMETRISED_TYPES and _is_called(tokens, at):
            inside = at + 1
            while inside < len(tokens) and tokens[inside].token_type != TokenType.R_PAREN:
                if tokens[inside].token_type == TokenType.NUMBER:
                    places.add(inside)
                inside += 1
    return places


def _tree_findings(tree: exp.Query, file: str) -> Iterator[Finding]:
    """What only the parsed statement shows: order, sampling, stars, numbers hidden in quotes."""
    for window in tree.find_all(exp.Window):
        inner = window.this.this if isinstance(window.this, exp.IgnoreNulls) else window.this
        if isinstance(inner, _ORDERED_WINDOWS) and window.args.get("order") is None:
            yield Finding(
                file,
                1,
                "ORDER",
                f"{inner.sql('duckdb')} over an unordered window: order it fully, by key last",
            )
    for aggregate in tree.find_all(exp.GroupConcat, exp.ArrayAgg):
        if not isinstance(aggregate.this, exp.Order) and aggregate.find(exp.Order) is None:
            yield Finding(
                file, 1, "ORDER", f"{aggregate.sql('duckdb')} without order by: its order is left to chance"
            )
    for query in tree.find_all(exp.Query):
        if query.args.get("limit") is not None and query.args.get("order") is None:
            yield Finding(file, 1, "ORDER", "limit without order by: which rows it keeps is left to chance")
    for _ in tree.find_all(exp.TableSample):
        yield Finding(file, 1, "BARE-FORM", "sample: a step draws nothing")
    for join in tree.find_all(exp.Join):
        if join.method.upper() in ("ASOF", "POSITIONAL"):
            yield Finding(file, 1, "BARE-FORM", f"{join.method.lower()} join: not every engine has it")
    for operation in tree.find_all(exp.SetOperation):
        if operation.args.get("by_name"):
            yield Finding(file, 1, "BARE-FORM", "union by name: list the columns in one order")
    for select in _final_selects(tree):
        if any(item.is_star for item in select.expressions):
            yield Finding(file, 1, "STAR", "a step ends in an explicit list of columns")
    for cast in tree.find_all(exp.Cast):
        inner = cast.this
        if isinstance(inner, exp.Literal) and inner.is_string and cast.is_type(*exp.DataType.NUMERIC_TYPES):
            yield Finding(
                file, 1, "NAKED-NUMBER", f"'{inner.this}' cast to a number is a number all the same"
            )


def _final_selects(query: exp.Expr) -> Iterator[exp.Select]:
    if isinstance(query, exp.SetOperation):
        yield from _final_selects(query.left)
        yield from _final_selects(query.right)
    elif isinstance(query, exp.Subquery):
        yield from _final_selects(query.this)
    elif isinstance(query, exp.Select):
        yield query


def _reads_findings(tree: exp.Query, step: SqlStep, file: str) -> Iterator[Finding]:
    """The header must name what the statement reads, or the graph runs it too early or not again."""
    local = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    reads: set[str] = set()
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            continue  # a function that makes rows
        name = f"{table.db}.{table.name}".lower()
        if table.db:
            reads.add(name)
        elif table.name.lower() not in local:
            yield Finding(
                file, 1, "READS", f"{table.name} is no table of a schema and no common table expression"
            )
    rules = {"rules." + rule.lower().replace(".", "_", 1) for rule in step.rules}
    declared = {name.lower() for name in step.reads} | rules
    for name in sorted(reads - declared):
        line = "rules" if name.startswith("rules.") else "reads"
        yield Finding(file, 1, "READS", f"{name} is read, but the header line `{line}` does not name it")
    for name in sorted(declared - reads):
        yield Finding(file, 1, "READS", f"{name} is named in the header, but the statement does not read it")


def _spark_findings(tree: exp.Query, file: str) -> Iterator[Finding]:
    """The step must translate to Spark SQL, and what comes out must parse as such."""
    try:
        spark = tree.sql(dialect="spark", unsupported_level=sqlglot.ErrorLevel.RAISE)
        sqlglot.parse_one(spark, read="spark")
    except SqlglotError as error:
        yield Finding(file, 1, "SPARK", " ".join(str(error).split()))


def lint_formulas(text: str, file: str) -> list[Finding]:
    """Naked numbers in formulas and Python steps, and in the constants of a module that holds formulas."""
    try:
        tree = ast.parse(text, feature_version=(3, 11))
    except SyntaxError as error:
        return [Finding(file, error.lineno or 1, "PARSE", f"not Python 3.11: {error.msg}")]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    formulas = [node for node in functions if _decorators(node) & FORMULA_DECORATORS]
    scopes: list[ast.AST] = [part for node in formulas for part in (node.args, *node.body)]
    if any("formula" in _decorators(node) for node in formulas):
        scopes += [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    found = {
        Finding(
            file, number.lineno, "NAKED-NUMBER", f"{number.value!r}: a number of the law belongs in rules/"
        )
        for scope in scopes
        for number in ast.walk(scope)
        if isinstance(number, ast.Constant)
        and isinstance(number.value, int | float)
        and not isinstance(number.value, bool)
        and float(number.value) not in PLAIN_NUMBERS
    }
    return sorted(found)


def _decorators(function: ast.FunctionDef) -> set[str]:
    names = set()
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(called, ast.Name):
            names.add(called.id)
        elif isinstance(called, ast.Attribute):
            names.add(called.attr)
    return names


def lint_file(path: Path, package: Path = PACKAGE) -> list[Finding]:
    """The findings of one file, step or Python; empty for anything else."""
    resolved = path.resolve()
    inside = resolved.is_relative_to(package)
    name = resolved.relative_to(package).as_posix() if inside else path.as_posix()
    if not path.is_file():
        return [Finding(name, 1, "NO-FILE", "there is no such file")]
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        return lint_step(text, name)
    return lint_formulas(text, name) if path.suffix == ".py" else []


def files_of(package: Path = PACKAGE) -> list[Path]:
    """Every step and every Python file of the package, in a stable order."""
    return sorted([*package.rglob("steps/*.sql"), *package.rglob("*.py")])


def main(arguments: Iterable[str] = ()) -> int:
    """Lint the files named, or the whole package; print the findings; 1 if there is one, else 0."""
    files = [Path(name) for name in arguments] or files_of()
    findings = [finding for path in files for finding in lint_file(path)]
    for finding in findings:
        print(finding)
    print(f"{len(files)} files, {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
