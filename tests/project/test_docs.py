"""The documents hold what the program has: settings, rules, steps; their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor.engine.catalogue import load_catalogue
from corridor.engine.describe import describe
from corridor.settings import Settings, SourceSettings
from tests.project.tree import PACKAGE, REPOSITORY, documents, name

LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
STEPS = REPOSITORY / "docs" / "steps.md"


def test_the_page_of_steps_is_what_the_headers_say() -> None:
    text = STEPS.read_text(encoding="utf-8") if STEPS.exists() else ""
    missing = sorted(step for step in load_catalogue().steps if f"`{step}`" not in text)
    remedy = "write it anew: python -m corridor.engine.describe > docs/steps.md"
    assert not missing, f"docs/steps.md does not name {', '.join(missing)}; {remedy}"
    assert text == describe(load_catalogue()), f"docs/steps.md is behind the headers; {remedy}"


def test_every_setting_is_documented() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in documents())
    keys = {*Settings.model_fields, *SourceSettings.model_fields} - {"file"}
    missing = sorted(key for key in keys if f"`{key}`" not in text)
    assert not missing, f"the docs do not name these settings (in backquotes): {', '.join(missing)}"


def test_every_environment_variable_is_documented() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in documents())
    used = {
        variable
        for path in PACKAGE.rglob("*.py")
        for variable in re.findall(r"\bCORRIDOR_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    missing = sorted(variable for variable in used if variable not in text)
    assert not missing, f"the docs do not name: {', '.join(missing)}"


@pytest.mark.parametrize("document", documents(), ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    broken = [
        target
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if "://" not in target
        and not target.startswith("mailto:")
        and not (document.parent / target).exists()
    ]
    assert not broken


def test_the_changelog_has_the_version() -> None:
    from corridor import __version__

    text = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[{re.escape(__version__)}\]", text, re.MULTILINE)


def test_the_version_is_one() -> None:
    import tomllib

    from corridor import __version__

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["project"]["version"] == __version__


def test_every_document_is_reached_from_the_index() -> None:
    """docs/index.md is the way in: each page of docs/ is linked there, or from a page that is."""
    reached: set[Path] = set()
    stack = [REPOSITORY / "docs" / "index.md"]
    while stack:
        page = stack.pop().resolve()
        if page.is_dir() and page.is_relative_to(REPOSITORY / "docs"):
            stack += page.glob("*.md")  # a link to a folder leads to each page in it
        if page in reached or not page.is_file() or page.suffix != ".md":
            continue
        reached.add(page)
        stack += [
            page.parent / target
            for target in LINK.findall(page.read_text(encoding="utf-8"))
            if "://" not in target
        ]
    lost = [
        name(path)
        for path in documents()
        if path.is_relative_to(REPOSITORY / "docs") and path.resolve() not in reached
    ]
    assert not lost, f"link from docs/index.md: {', '.join(lost)}"
