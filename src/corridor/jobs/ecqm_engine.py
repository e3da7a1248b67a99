"""The public eCQM engine fqm-execution, where Node and it are installed: FHIR bundles in, reports out.

Corridor itself needs no Node. Electronic measures in FHIR are drafts of CMS: what is reported to MIPS is
calculated from the QDM form by certified records. The engine needs the measure with its libraries in ELM and
with expanded value sets, which the user installs; nothing is fetched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from corridor.errors import CorridorError

PACKAGE = "fqm-execution"
_INSTALL = f"Install Node 20, then npm install {PACKAGE} in a folder, and name that folder with --engine."
_ABSENT = 3  # exit status of the script where the package cannot be loaded
_BAD_MEASURE = 4
_NPI = "http://hl7.org/fhir/sid/us-npi"
_TIN = "urn:oid:2.16.840.1.113883.4.4"
# One patient at a time, so that one bad record costs one line and memory stays flat. Errors are counted and
# never printed: their text may quote a record.
_SCRIPT = """
const fs = require('fs');
let engine;
try { engine = require('fqm-execution').Calculator; } catch (error) { process.exit(3); }
const [measurePath, listPath, start, end, outPath, profiles] = process.argv.slice(1);
const patients = JSON.parse(fs.readFileSync(listPath, 'utf8'));
const options = { measurementPeriodStart: start, measurementPeriodEnd: end, reportType: 'individual',
  trustMetaProfile: profiles === 'trusted', calculateHTML: false, calculateSDEs: false,
  verboseCalculationResults: false };
(async () => {
  let measure;
  try { measure = JSON.parse(fs.readFileSync(measurePath, 'utf8')); } catch (error) { process.exit(4); }
  for (const entry of measure.entry || []) {  // the engine compares addresses without their version
    const library = entry.resource && entry.resource.library;
    if (library) entry.resource.library = library.map((address) => address.split('|')[0]);
  }
  const out = fs.openSync(outPath, 'w');
  let failed = 0;
  for (const path of patients) {
    try {
      const bundle = JSON.parse(fs.readFileSync(path, 'utf8'));
      const found = await engine.calculateMeasureReports(measure, [bundle], options);
      const reports = Array.isArray(found.results) ? found.results : [found.results];
      for (const report of reports) fs.writeSync(out, JSON.stringify(report) + '\\n');
    } catch (error) { failed += 1; }
  }
  fs.closeSync(out);
  process.stdout.write(JSON.stringify({ failed }));
})();
"""


@dataclass(frozen=True)
class Calculated:
    """What the engine did: reports written, bundles it could not calculate."""

    reports: int
    failed: int
    file: Path


def calculate(
    measure: Path,
    patients: Sequence[Path],
    out: Path,
    *,
    period: tuple[date, date],
    tin: str = "",
    npi: str = "",
    engine: Path | None = None,
    any_profile: bool = False,
    node: str = "node",
) -> Calculated:
    """Individual MeasureReports of every patient bundle as lines of JSON, ready for corridor load.

    measure  a Bundle of the Measure, its Libraries (ELM) and expanded ValueSets
    patients files of one Bundle each, and folders of them
    engine   the folder that holds node_modules; else the current folder, and what npm installed globally
    any_profile  records carry no meta.profile; what was not done, and why, is then not seen as such
    Errors: ECQM-NO-NODE, ECQM-NO-ENGINE, ECQM-NO-PATIENTS, ECQM-MEASURE, ECQM-NOTHING.
    """
    found = list(_bundles(patients))
    if not found:
        raise CorridorError(
            "ECQM-NO-PATIENTS",
            "There is no patient bundle among what was named.",
            todo="Name the JSON files of the patients, one Bundle each, or their folder.",
            field="PATIENTS",
        )
    program = shutil.which(node)
    if program is None:
        raise CorridorError(
            "ECQM-NO-NODE",
            "Node is not installed here.",
            why=f"The public engine {PACKAGE} runs on Node; Corridor calculates no such measure without it.",
            todo=_INSTALL,
        )
    with tempfile.TemporaryDirectory() as scratch:
        listed, lines = Path(scratch) / "patients.json", Path(scratch) / "reports.ndjson"
        listed.write_text(json.dumps([str(path.resolve()) for path in found]), encoding="utf-8")
        arguments = [str(measure.resolve()), str(listed), *(day.isoformat() for day in period)]
        arguments += [str(lines), "any" if any_profile else "trusted"]
        done = subprocess.run(
            [program, "-e", _SCRIPT, *arguments],
            cwd=engine or Path.cwd(),
            env={**os.environ, "NODE_PATH": _global_packages()},
            capture_output=True,
            text=True,
            check=False,
        )
        _refuse(done.returncode, measure, engine)
        failed = int(json.loads(done.stdout or "{}").get("failed", 0))
        count = _write(lines, out, tin, npi)
    if not count:
        raise CorridorError(
            "ECQM-NOTHING",
            f"The engine could not calculate any of {len(found):,} bundles.",
            why="The measure may lack a library or a value set, or the files are no patient bundles.",
            todo="Records without meta.profile need --any-profile; the engine by itself says more.",
            file=measure,
        )
    return Calculated(count, failed, out)


def _bundles(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(path.rglob("*.json"))
        elif path.is_file():
            yield path


def _global_packages() -> str:
    """Where npm keeps what is installed globally, beside what the environment names."""
    npm = shutil.which("npm")
    found = os.environ.get("NODE_PATH", "")
    if npm is None:
        return found
    asked = subprocess.run([npm, "root", "-g"], capture_output=True, text=True, check=False)
    return os.pathsep.join(one for one in (found, asked.stdout.strip()) if one)


def _refuse(status: int, measure: Path, engine: Path | None) -> None:
    if status == _ABSENT:
        raise CorridorError(
            "ECQM-NO-ENGINE",
            f"The package {PACKAGE} is not installed.",
            why=f"Node found it neither in {engine or 'the current folder'} nor among global packages.",
            todo=_INSTALL,
            field="--engine",
        )
    if status == _BAD_MEASURE:
        raise CorridorError(
            "ECQM-MEASURE", "The measure is no readable JSON.", todo="Name a FHIR Bundle.", file=measure
        )
    if status != 0:
        raise CorridorError(
            "ECQM-NOTHING",
            f"The engine stopped with status {status}.",
            why="It may have run out of memory, or is of another version.",
            todo=f"Try {PACKAGE} by itself on one patient.",
            file=measure,
        )


def _write(lines: Path, out: Path, tin: str, npi: str) -> int:
    """The reports with their reporter, in lines; how many."""
    count = 0
    out.touch(mode=0o600)
    out.chmod(0o600)  # a line each is a patient
    with lines.open(encoding="utf-8") as source, out.open("w", encoding="utf-8") as sink:
        for line in source:
            report = json.loads(line)
            if not isinstance(report, dict) or report.get("resourceType") != "MeasureReport":
                continue
            sink.write(json.dumps(_with_reporter(report, tin, npi)) + "\n")
            count += 1
    return count


def _with_reporter(report: dict[str, Any], tin: str, npi: str) -> dict[str, Any]:
    identifiers = [
        {"system": system, "value": value} for system, value in ((_NPI, npi), (_TIN, tin)) if value
    ]
    if not identifiers:
        return report
    contained = [one for one in report.get("contained", []) if one.get("id") != "reporter"]
    reporter = {"resourceType": "Practitioner", "id": "reporter", "identifier": identifiers}
    return {**report, "contained": [*contained, reporter], "reporter": {"reference": "#reporter"}}
