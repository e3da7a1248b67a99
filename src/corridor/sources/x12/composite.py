"""The character between components, where a file uses another than its ISA states."""

from __future__ import annotations

import re

from corridor.sources.x12.segments import Segment

# Segments whose composite element always has two components at least, and its place.
_COMPOSITES = {"CLM": 5, "HI": 1, "SV1": 1, "SV2": 2, "SVC": 1}
_QUALIFIER = re.compile(r"[A-Z0-9]{1,3}([^\w\s.\-])")


def stated_or_used(segment: Segment, stated: str) -> str:
    """The component separator of a segment: the one stated, unless a composite plainly uses another.

    Files that were re-wrapped after writing may carry the ISA of another sender.
    """
    place = _COMPOSITES.get(segment.name)
    text = segment.get(place) if place is not None else ""
    if not text or stated in text:
        return stated
    found = _QUALIFIER.match(text)
    return found.group(1) if found else stated
