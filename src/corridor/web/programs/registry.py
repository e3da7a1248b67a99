"""The programs, in the order of the pages."""

from __future__ import annotations

from corridor.web.programs import asm
from corridor.web.programs.shape import Program

PROGRAMS: tuple[Program, ...] = (asm.PROGRAM,)
BY_KEY: dict[str, Program] = {one.key: one for one in PROGRAMS}
