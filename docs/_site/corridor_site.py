"""What the site needs beyond its theme: formulas as MathML, the navigation, links out of the folder."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx

HERE = Path(__file__).parent
NAVIGATION = HERE / "navigation.toml"
# A link to a file beside the folder of the docs: the site does not hold it, so its words stay.
OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+[\w./-]*\)")
FOLDER = re.compile(r"\]\(([\w-]+)/\)")


def inline(writer: Any, node: nodes.math) -> None:
    """A symbol in a sentence."""
    writer.body.append(convert(node.astext()))
    raise nodes.SkipNode


def block(writer: Any, node: nodes.math_block) -> None:
    """A formula on a line of its own."""
    writer.body.append(f'<div class="math" tabindex="0">{convert(node.astext(), display="block")}</div>')
    raise nodes.SkipNode


def contents(pages: list[str], caption: str = "") -> str:
    """A table of contents that only the navigation shows."""
    named = f":caption: {caption}\n" if caption else ""
    return "\n\n```{toctree}\n:hidden:\n" + named + "\n" + "\n".join(pages) + "\n```\n"


def placed(root: Path) -> dict[str, str]:
    """Page -> the tables of contents it carries. A page that no heading names comes under `others`."""
    told = tomllib.loads(NAVIGATION.read_text(encoding="utf-8"))
    below = {
        parent: sorted(set(_pages(root, pattern)) - {parent}) for parent, pattern in told["below"].items()
    }
    taken = {page for pages in below.values() for page in pages} | {"index"}
    headings: dict[str, list[str]] = {}
    for heading in told["heading"]:
        pages = [page for pattern in heading["pages"] for page in _pages(root, pattern) if page not in taken]
        headings[heading["name"]] = list(dict.fromkeys(pages))
        taken.update(pages)
    headings[told["others"]] += sorted(_pages(root, "**/*") - taken)
    found = {parent: contents([f"/{page}" for page in pages]) for parent, pages in below.items()}
    found["index"] = "".join(contents([f"/{p}" for p in pages], name) for name, pages in headings.items())
    return found


def _pages(root: Path, pattern: str) -> set[str] | list[str]:
    found = sorted(path.relative_to(root).with_suffix("").as_posix() for path in root.glob(f"{pattern}.md"))
    return set(found) if "**" in pattern else found


def complete(app: Sphinx, page: str, source: list[str]) -> None:
    """The text of a page as the site shows it."""
    text = OUTSIDE.sub(r"\1", source[0]) if page.count("/") == 0 else source[0]
    source[0] = FOLDER.sub(r"](\1/index.md)", text) + placed(Path(app.srcdir)).get(page, "")


def reread(app: Sphinx, env: Any, *_: Any) -> list[str]:
    """Pages that carry a table of contents: a new page beside them changes it."""
    return sorted(set(placed(Path(app.srcdir))) & env.found_docs)


# What the theme leaves out for a keyboard or a screen reader: levels of captions, stops to scroll at.
COMPLETED = (
    ('role="heading">', 'role="heading" aria-level="2">'),
    ("<pre>", '<pre tabindex="0">'),
    ('<div class="table-wrapper', '<div tabindex="0" role="group" aria-label="Table" class="table-wrapper'),
)


def finish(app: Sphinx, failure: Exception | None) -> None:
    """Complete the pages that were written."""
    if failure is None:
        for file in Path(app.outdir).rglob("*.html"):
            text = file.read_text(encoding="utf-8")
            for short, whole in COMPLETED:
                text = text.replace(short, whole)
            file.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.connect("source-read", complete)
    app.connect("env-get-outdated", reread)
    app.connect("build-finished", finish)
    return {"version": str(Path(__file__).stat().st_mtime_ns), "parallel_read_safe": True}
