"""The pinned files hold everything, hashed, and name no registry; what is imported is declared."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.project.tree import PACKAGE, REPOSITORY, files, name

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
PINNED_FILES = ("requirements.txt", "requirements-dev.txt")


def pinned(file: str) -> dict[str, str]:
    text = (REPOSITORY / file).read_text(encoding="utf-8")
    return {
        canonicalize_name(package): version
        for package, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", text, re.M)
    }


@pytest.mark.parametrize("file", PINNED_FILES)
def test_every_pin_has_a_hash(file: str) -> None:
    text = (REPOSITORY / file).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)
    unhashed = [entry.split()[0] for entry in entries if "==" in entry and "--hash=sha256:" not in entry]
    assert not unhashed
    assert "://" not in text and "file:" not in text


@pytest.mark.parametrize("file", PINNED_FILES)
def test_what_pyproject_asks_for_is_pinned_inside_its_range(file: str) -> None:
    asked = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]]
    if file == "requirements-dev.txt":
        asked += PROJECT["dependency-groups"]["dev"]
    versions = pinned(file)
    for requirement in map(Requirement, asked):
        version = versions.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not pinned: run `make requirements`"
        assert requirement.specifier.contains(version), (
            f"{requirement} is pinned at {version}: run `make requirements`"
        )


def test_both_files_agree() -> None:
    run, dev = map(pinned, PINNED_FILES)
    assert {package: dev.get(package) for package in run} == run


def test_every_import_of_the_package_is_a_declared_dependency() -> None:
    """A module that only a development tool brings along would be missing on a user's machine."""
    declared = {canonicalize_name(Requirement(text).name) for text in PROJECT["project"]["dependencies"]}
    extras = PROJECT["project"]["optional-dependencies"].values()
    declared |= {canonicalize_name(Requirement(text).name) for extra in extras for text in extra}
    distributions = packages_distributions()
    undeclared = []
    for path in files():
        if path.suffix != ".py" or not path.is_relative_to(PACKAGE):
            continue
        for module in imported(path.read_text(encoding="utf-8")):
            owners = {canonicalize_name(owner) for owner in distributions.get(module, [module])}
            if module not in sys.stdlib_module_names and module != "corridor" and not owners & declared:
                undeclared.append(f"{name(path)}: {module}")
    assert undeclared == []


def imported(text: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.split(".")[0])
    return found
