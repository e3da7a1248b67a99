"""X12 files written by tests: segments in, a file with right envelopes and counts out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

VERSIONS = {"837P": "005010X222A1", "837I": "005010X223A2", "835": "005010X221A1"}


def transaction(kind: str, segments: Sequence[str], control: str = "0001") -> list[str]:
    """ST to SE around segments, its count right."""
    version = VERSIONS[kind]
    head = f"ST*{kind[:3]}*{control}" + ("" if kind == "835" else f"*{version}")
    return [head, *segments, f"SE*{len(segments) + 2}*{control}"]


def interchange(
    kind: str, sets: Sequence[Sequence[str]], control: str = "000000001", day: str = "20250701"
) -> str:
    """ISA to IEA around transaction sets of one kind, a line a segment."""
    code = "HP" if kind == "835" else "HC"
    ends = f"ZZ*{'SENDER':15}*ZZ*{'RECEIVER':15}"
    isa = f"ISA*00*{'':10}*00*{'':10}*{ends}*{day[2:]}*1200*^*00501*{control}*0*P*:"
    lines = [isa, f"GS*{code}*SENDER*RECEIVER*{day}*1200*1*X*{VERSIONS[kind]}"]
    for one in sets:
        lines += one
    lines += [f"GE*{len(sets)}*1", f"IEA*1*{control}"]
    return "~\n".join(lines) + "~\n"


def professional(
    number: str,
    lines: Sequence[str],
    *,
    charge: str,
    frequency: str = "1",
    original: str | None = None,
    rank: str = "P",
    filing: str = "MB",
    member: str = "1S00A00AA01",
    day: str = "20250115",
    created: str = "20250120",
    npi: str = "1234567893",
    diagnoses: str = "ABK:I5022*ABF:E119",
) -> list[str]:
    """Segments of an 837P transaction set with one claim; ``lines`` are SV1 elements after the name."""
    segments = [
        f"BHT*0019*00*1*{created}*1200*CH",
        "NM1*41*2*SENDER*****46*1",
        "NM1*40*2*RECEIVER*****46*2",
        "HL*1**20*1",
        f"NM1*85*2*PRACTICE*****XX*{npi}",
        "REF*EI*123456789",
        "HL*2*1*22*0",
        f"SBR*{rank}*18*******{filing}",
        f"NM1*IL*1*DOE*JANE****MI*{member}",
        "N4*ALBANY*NY*12207",
        "DMG*D8*19500101*F",
        "NM1*PR*2*MEDICARE*****PI*00001",
        f"CLM*{number}*{charge}***11:B:{frequency}*Y*A*Y*Y",
    ]
    if original:
        segments.append(f"REF*F8*{original}")
    segments.append(f"HI*{diagnoses}")
    for place, line in enumerate(lines, start=1):
        segments += [f"LX*{place}", f"SV1*{line}", f"DTP*472*D8*{day}"]
    return transaction("837P", segments)


def remittance(
    claims: Sequence[Sequence[str]],
    *,
    paid: str,
    day: str = "20250215",
    npi: str = "1234567893",
    plb: str = "",
) -> list[str]:
    """Segments of an 835 transaction set; each claim is its segments from CLP on."""
    segments = [
        f"BPR*I*{paid}*C*ACH************{day}",
        "TRN*1*1*1",
        f"DTM*405*{day}",
        "N1*PR*MEDICARE*XV*00001",
        f"N1*PE*PRACTICE*XX*{npi}",
        "LX*1",
    ]
    for claim in claims:
        segments += claim
    if plb:
        segments.append(plb)
    return transaction("835", segments)


def write(folder: Path, name: str, *interchanges: str) -> Path:
    """One file of interchanges."""
    path = folder / name
    path.write_text("".join(interchanges), encoding="latin-1")
    return path
