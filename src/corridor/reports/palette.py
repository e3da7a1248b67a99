"""The colours of the report, light and dark, and the contrast between them (WCAG 2.2)."""

from __future__ import annotations

LIGHT = {
    "paper": "#ffffff",
    "wash": "#f4f6f8",
    "ink": "#1a1f26",
    "soft": "#525c67",
    "rule": "#d3d9df",
    "edge": "#7a8591",
    "accent": "#1b4f91",
    "gain": "#0a6b63",
    "loss": "#ab4408",
    "peers": "#c6ced7",
    "band": "#dce3ea",
}
DARK = {
    "paper": "#14181d",
    "wash": "#1c2228",
    "ink": "#e8ebee",
    "soft": "#a9b2bc",
    "rule": "#353e48",
    "edge": "#7c8793",
    "accent": "#8db9f4",
    "gain": "#4fc6ba",
    "loss": "#f29b60",
    "peers": "#46525f",
    "band": "#2c353f",
}
TEXT_ROLES = ("ink", "soft", "accent", "gain", "loss")
"""Roles that carry text: 4.5 to 1 against paper and wash."""
MARK_ROLES = ("edge", "accent", "gain", "loss")
"""Roles that carry meaning as shapes: 3 to 1 against paper."""


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1."""

    def linear(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[place : place + 2]) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def variables(colours: dict[str, str]) -> str:
    """The colours as custom properties of CSS."""
    return "".join(f"--{role}:{colour};" for role, colour in colours.items())


def theme() -> str:
    """Light by default, dark where the reader's system asks for it, light on paper."""
    return (
        f":root{{color-scheme:light dark;{variables(LIGHT)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
    )
