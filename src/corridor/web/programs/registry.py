"""The programs, in the order of the pages. A later one adds its module and a line here."""

from __future__ import annotations

from corridor.web.programs import ahead, asm, iota, lead, mips, mssp, qp, reach, team, wiser
from corridor.web.programs.shape import Program

PROGRAMS: tuple[Program, ...] = (
    asm.PROGRAM,
    mips.PROGRAM,
    qp.PROGRAM,
    mssp.PROGRAM,
    reach.PROGRAM,
    lead.PROGRAM,
    wiser.PROGRAM,
    team.PROGRAM,
    iota.PROGRAM,
    ahead.PROGRAM,
)
BY_KEY: dict[str, Program] = {one.key: one for one in PROGRAMS}
