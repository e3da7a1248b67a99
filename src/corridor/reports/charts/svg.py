"""Elements of a server-drawn chart: escaping, short numbers, the accessible frame, and the boxes of its
labels.

Two kinds of chart are drawn. A *fixed* chart has a view box and is drawn once for a wide and once for a
narrow page. A *fluid* chart gives horizontal positions in percent, so that its text keeps its size on any
page; its labels are placed for the narrowest page, and what does not overlap there overlaps nowhere wider.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

NARROWEST = 300.0
"""Width in px for which the labels of a fluid chart are placed."""

WIDE = 720.0
NARROW = 340.0
LETTER = 12.0
"""Size of chart text in px."""

_NARROW_LETTERS = frozenset("ijlI.,:;'|!·")
_SLIM_LETTERS = frozenset("frt()[]-/ \u2009")
_BROAD_LETTERS = frozenset("mwMW%@▲▼●")
_SAFETY = 1.12


def text_width(text: str, size: float = LETTER) -> float:
    """Width of text in px, from average sans-serif letter widths, on the generous side."""
    total = 0.0
    for letter in text:
        if letter in _NARROW_LETTERS:
            total += 0.28
        elif letter in _SLIM_LETTERS:
            total += 0.36
        elif letter in _BROAD_LETTERS:
            total += 0.87
        elif letter.isupper():
            total += 0.69
        else:
            total += 0.56
    return total * size * _SAFETY


def number(value: float, digits: int = 1) -> str:
    """A coordinate with at most `digits` decimals, no trailing zeros, never `-0`."""
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def percent(value: float) -> str:
    """A share of the width, 0 to 1, as a percentage coordinate."""
    return number(value * 100, 2) + "%"


def tag(name: str, content: str | Iterable[str] = "", **attributes: object) -> str:
    """One element; `class_` and names with underscores become attributes, None is left out, content is
    trusted markup.
    """
    parts = [name]
    for key, value in attributes.items():
        if value is None:
            continue
        label = key.rstrip("_").replace("_", "-")
        shown = number(value) if isinstance(value, float) else str(value)
        parts.append(f'{label}="{escape(shown, quote=True)}"')
    body = content if isinstance(content, str) else "".join(content)
    opening = " ".join(parts)
    return f"<{opening}>{body}</{name}>" if body else f"<{opening}/>"


def text(words: str, x: object, y: float, *, anchor: str | None = None, class_: str | None = None) -> str:
    """A text element; words are escaped."""
    return tag("text", escape(words, quote=False), x=x, y=y, text_anchor=anchor, class_=class_)


@dataclass(frozen=True)
class Box:
    """Where a label stands: left, top, width and height in px."""

    words: str
    left: float
    top: float
    width: float
    height: float

    def meets(self, other: Box, gap: float = 0.0) -> bool:
        """True when the two boxes overlap or come nearer than `gap`."""
        return (
            self.left < other.left + other.width + gap
            and other.left < self.left + self.width + gap
            and self.top < other.top + other.height + gap
            and other.top < self.top + self.height + gap
        )


def label_box(words: str, x: float, baseline: float, anchor: str = "start", size: float = LETTER) -> Box:
    """The box of a text with its anchor at x and its baseline at `baseline`."""
    width = text_width(words, size)
    left = x if anchor == "start" else x - width if anchor == "end" else x - width / 2
    return Box(words, left, baseline - size * 0.8, width, size)


@dataclass(frozen=True)
class Chart:
    """A drawn chart: markup, the finding it states, a description in words, and the boxes of its labels."""

    svg: str
    finding: str
    description: str
    labels: tuple[Box, ...] = field(default=())
    unnamed: int = 0
    """Marks that carry no name because there was no room; they are named in the table behind the chart."""


def frame(
    name: str,
    finding: str,
    description: str,
    content: Sequence[str],
    *,
    height: float,
    width: float | None = None,
) -> str:
    """The svg element, named by title and described by desc; fluid when no width is given.

    Its role is img, which hides what is inside from a screen reader; with links inside it is a group.
    """
    head = [
        tag("title", escape(finding, quote=False), id=f"{name}-t"),
        tag("desc", escape(description, quote=False), id=f"{name}-d"),
    ]
    role = "group" if any("<a " in part for part in content) else "img"
    common = {"role": role, "aria_labelledby": f"{name}-t", "aria_describedby": f"{name}-d"}
    if width is None:
        return tag(
            "svg", [*head, *content], class_="chart fluid", width="100%", height=number(height), **common
        )
    box = f"0 0 {number(width)} {number(height)}"
    return tag("svg", [*head, *content], class_="chart fixed", viewBox=box, **common)


def up_mark(x: float, y: float, size: float = 5.0) -> str:
    """Path of a triangle that points up: a gain, or better than expected."""
    return f"M{number(x)} {number(y - size)}l{number(size)} {number(size * 1.8)}h{number(-2 * size)}z"


def down_mark(x: float, y: float, size: float = 5.0) -> str:
    """Path of a triangle that points down: a loss, or worse than expected."""
    return f"M{number(x)} {number(y + size)}l{number(size)} {number(-size * 1.8)}h{number(-2 * size)}z"
