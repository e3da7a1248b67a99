"""A derivation as one self-contained HTML page: it opens and closes without a script, and prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from corridor.explain.condense import condensed
from corridor.explain.text import assumed_value
from corridor.explain.values import origin_text, value_text
from corridor.formulas import Node

OPEN_LEVELS = 2

STYLE = """
:root { color-scheme: light dark;
  --ink: #1d2733; --soft: #56616e; --paper: #ffffff; --line: #d8dee5; --accent: #1f4e8c;
  --gain: #0b6b63; --loss: #a8480b; --tag: #eef2f7; }
@media (prefers-color-scheme: dark) { :root {
  --ink: #e6eaf0; --soft: #a3aebb; --paper: #12171d; --line: #36414d; --accent: #8db8f0;
  --gain: #5cc9bd; --loss: #f0a06a; --tag: #212a34; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  font-variant-numeric: tabular-nums; }
main { max-width: 1100px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 24px; line-height: 1.3; margin: 0 0 8px; max-width: 72ch; }
h2 { font-size: 20px; margin: 32px 0 8px; }
p { margin: 0 0 16px; max-width: 72ch; color: var(--soft); }
details, .leaf { border-left: 2px solid var(--line); margin: 4px 0 4px 8px; padding-left: 12px; }
summary, .leaf { padding-top: 4px; padding-bottom: 4px; }
summary { cursor: pointer; }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.name { font-weight: 600; color: var(--accent); }
.value { font-weight: 600; } .gain { color: var(--gain); } .loss { color: var(--loss); }
.what, .from { display: block; color: var(--soft); font-size: 14px; max-width: 88ch; }
code { display: block; font: 13px/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace;
  overflow-wrap: anywhere; margin: 2px 0; }
.tag { display: inline-block; background: var(--tag); border: 1px solid var(--line); border-radius: 4px;
  padding: 0 6px; font-size: 12px; color: var(--ink); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; vertical-align: top; padding: 6px 12px 6px 0;
  border-bottom: 1px solid var(--line); }
td.number { text-align: right; }
@media print { main { padding: 0; max-width: none; }
  details::details-content { content-visibility: visible; height: auto; } summary { list-style: none; } }
""".strip()

HEAD = (
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
)


def derivation_page(
    title: str,
    lead: str,
    trees: Sequence[tuple[str, Node]],
    assumptions: Sequence[Mapping[str, Any]],
    *,
    open_levels: int = OPEN_LEVELS,
) -> str:
    """The page. title states the finding; trees are (heading, derivation), usually one.

    Everything is escaped; nothing is loaded from anywhere.
    """
    parts = [HEAD, f"<title>{escape(title)}</title>\n<style>\n{STYLE}\n</style>\n</head>\n<body>\n<main>\n"]
    parts.append(f"<h1>{escape(title)}</h1>\n<p>{escape(lead)}</p>\n")
    for heading, node in trees:
        if heading:
            parts.append(f"<h2>{escape(heading)}</h2>\n")
        _add(parts, condensed(node), open_levels)
    parts.append(assumptions_table(assumptions))
    parts.append("</main>\n</body>\n</html>\n")
    return "".join(parts)


def derivation_tree(node: Node, open_levels: int = OPEN_LEVELS) -> str:
    """The tree alone, for a page that has its own frame; everything is escaped."""
    parts: list[str] = []
    _add(parts, condensed(node), open_levels)
    return "".join(parts)


def _add(parts: list[str], node: Node, levels: int) -> None:
    head = _head(node)
    if not node.children:
        parts.append(f'<div class="leaf">{head}</div>\n')
        return
    parts.append(f"<details{' open' if levels > 0 else ''}><summary>{head}</summary>\n")
    for child in node.children:
        _add(parts, child, levels - 1)
    parts.append("</details>\n")


def _head(node: Node) -> str:
    label = f" [{node.label}]" if node.label and node.kind != "rule" else ""
    given = '<span class="tag">condition</span> ' if node.role == "test" else ""
    text = f'{given}<span class="name">{escape(_spoken(node.name))}{escape(label)}</span> '
    text += f'<span class="value{_sign(node)}">{escape(value_text(node))}</span>'
    if node.kind == "rule":
        text += f' <span class="tag">{escape(str(node.status))}</span>'
        if node.overridden:
            text += ' <span class="tag">overridden</span>'
    if node.repeated:
        return text + ' <span class="tag">derived above</span>'
    if node.about:
        text += f'<span class="what">{escape(node.about)}</span>'
    shown = node.applied or node.formula
    if shown:
        text += f"<code>= {escape(shown)}</code>"
    origin = origin_text(node)
    return text + (f'<span class="from">{escape(origin)}</span>' if origin else "")


def _sign(node: Node) -> str:
    """Gain and loss are coloured for dollars and adjustments only; the sign says it too."""
    signed = node.unit == "dollars" and node.name.startswith("dollars")
    signed = signed or str(node.unit).startswith("fraction of Part B")
    if not signed or not isinstance(node.value, int | float) or node.value == 0:
        return ""
    return " gain" if node.value > 0 else " loss"


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def assumptions_table(records: Sequence[Mapping[str, Any]]) -> str:
    """The parameters that are neither codified nor official, with their heading; everything is escaped."""
    if not records:
        return "<h2>Every parameter is codified or official</h2>\n"
    rows = "".join(
        f"<tr><td>{escape(str(r['rule']))}</td><td>{escape(assumed_value(r))}</td>"
        f'<td><span class="tag">{escape(str(r["status"]))}</span></td>'
        f"<td>{escape(str(r.get('about') or ''))}</td><td>{escape(str(r['cite']))}</td></tr>\n"
        for r in records
    )
    count = len(records)
    noun = "parameter is" if count == 1 else "parameters are"
    return (
        f"<h2>{count} {noun} not codified or official</h2>\n<table>\n<thead><tr><th>Rule</th><th>Value</th>"
        f"<th>Status</th><th>What it is</th><th>Source</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )
