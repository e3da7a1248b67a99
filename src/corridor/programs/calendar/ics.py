"""Dates as an iCalendar file (RFC 5545) of whole days; it names no person and no server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from corridor.programs.calendar.model import Deadline

LINE = 74  # octets of a line of a calendar file before it is folded


def calendar_file(
    found: Sequence[Deadline], made: datetime, notes: dict[tuple[str, date | None], str] | None = None
) -> str:
    """The file. A date of which only the month is known is not in it; a window is its first and last day.

    ``notes`` are words on what is missing, by (what, day): they go into the description.
    """
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Corridor//Deadlines//EN", "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Corridor deadlines",
    ]  # fmt: skip
    stamp = made.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    for one in found:
        if one.day is None:
            continue
        if one.opens is not None:
            about = f"Rule {one.opens_rule} ({one.opens_status}); the last day is {one.day.isoformat()}"
            lines += _event(f"{one.what}: opens", one.opens, about, stamp)
        about = f"Rule {one.rule} ({one.status}): {one.cite}"
        if one.until:
            about += f". Until {one.until}"
        missing = (notes or {}).get((one.what, one.day))
        if missing:
            about += f". {missing}"
        lines += _event(one.what, one.day, about, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(what: str, day: date, about: str, stamp: str) -> list[str]:
    key = "".join(letter if letter.isalnum() else "-" for letter in what.lower())
    return [
        "BEGIN:VEVENT",
        f"UID:{day:%Y%m%d}-{key}@corridor",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(what)}",
        f"DESCRIPTION:{_escaped(about)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return " ".join(escaped.split())


def _folded(line: str) -> list[str]:
    """Long lines go on in the next, which begins with a blank; never within a letter."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > LINE:
            parts.append(part)
            part = " "
        part += letter
    return [*parts, part]
