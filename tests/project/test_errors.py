"""Errors are part of the product: every code is in the docs and has a test that provokes it."""

from __future__ import annotations

import ast
import re
from functools import cache

from tests.project.tree import PACKAGE, REPOSITORY, files, name

CODE = re.compile(r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+")
TABLE_ROW = re.compile(r"^\|\s*`?(" + CODE.pattern + r")`?\s*\|(.*)\|(.*)\|\s*$", re.MULTILINE)


@cache
def raised() -> dict[str, str]:
    """Code -> one place that raises it."""
    found: dict[str, str] = {}
    for path in files():
        if path.suffix != ".py" or not path.is_relative_to(PACKAGE) or path == PACKAGE / "errors.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        passed_on = False
        for call in ast.walk(tree):
            if not (isinstance(call, ast.Call) and _called(call) == "CorridorError"):
                continue
            code = (
                call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "code"), None)
            )
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                found.setdefault(code.value, f"{name(path)}:{call.lineno}")
            else:
                passed_on = True
        if passed_on:  # the code comes in as an argument: take every literal of its shape in the module
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and CODE.fullmatch(node.value)
                ):
                    found.setdefault(node.value, f"{name(path)}:{node.lineno}")
    return found


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def documented() -> dict[str, tuple[str, str]]:
    """Code -> (meaning, what to do), from the tables of docs/errors."""
    found: dict[str, tuple[str, str]] = {}
    for path in sorted((REPOSITORY / "docs" / "errors").glob("*.md")):
        for code, meaning, remedy in TABLE_ROW.findall(path.read_text(encoding="utf-8")):
            found[code] = (meaning.strip(), remedy.strip())
    return found


def test_every_code_has_the_one_shape() -> None:
    odd = {code: where for code, where in raised().items() if not CODE.fullmatch(code)}
    assert not odd, f"a code is upper case words joined by hyphens: {odd}"


def test_every_code_is_documented() -> None:
    missing = {code: where for code, where in sorted(raised().items()) if code not in documented()}
    assert not missing, f"add a row (code | meaning | what to do) to docs/errors/<room>.md: {missing}"


def test_every_documented_code_is_raised() -> None:
    gone = sorted(documented().keys() - raised().keys())
    assert not gone, f"docs/errors describes codes that nothing raises: {', '.join(gone)}"


def test_every_documented_code_says_what_to_do() -> None:
    silent = sorted(code for code, (meaning, remedy) in documented().items() if not meaning or not remedy)
    assert not silent, f"say what it means and what to do: {', '.join(silent)}"


def test_every_code_has_a_test() -> None:
    tests = "\n".join(
        path.read_text(encoding="utf-8")
        for path in files()
        if path.is_relative_to(REPOSITORY / "tests") and path.suffix in (".py", ".yaml")
    )
    untested = {code: where for code, where in sorted(raised().items()) if code not in tests}
    assert not untested, f"no test names these codes: {untested}"
