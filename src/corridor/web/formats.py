"""What may be loaded in the browser, and what each kind of file must look like, in words."""

from __future__ import annotations

from dataclasses import dataclass

from corridor.web.uploads import REFERENCE


@dataclass(frozen=True)
class Format:
    """One kind of files. form: the name of its Excel form, where there is one."""

    name: str
    title: str
    looks: str
    group: str
    form: str = ""


CLAIMS, LISTS, PUBLIC = "Claims", "Lists of your organization", "Public files"
KNOWN: tuple[Format, ...] = (
    Format(
        "cclf",
        "CCLF: CMS claim and claim line feed",
        "One delivery as CMS sent it: the zip, or its files CCLF0 to CCLFB under their own names "
        "(P.A9999.ACO.ZC1Y27.D270115.T0102030). All files of a delivery belong together.",
        CLAIMS,
    ),
    Format(
        "rif",
        "RIF: CMS research identifiable files",
        "Pipe-delimited text with a header line: claims and beneficiary summaries, as files or a zip.",
        CLAIMS,
    ),
    Format(
        "tuva",
        "Tuva input layer",
        "medical_claim, pharmacy_claim and eligibility as CSV or Parquet, named after their tables.",
        CLAIMS,
    ),
    Format(
        "fhir",
        "FHIR: Blue Button, BCDA, DPC, payers' interfaces",
        "ExplanationOfBenefit, Patient and Coverage as NDJSON or Bundles.",
        CLAIMS,
    ),
    Format(
        "x12", "X12 5010: 837 and 835", "837P and 837I claims and 835 remittances, one or more files.", CLAIMS
    ),
    Format("synpuf", "DE-SynPUF 2008 to 2010", "The CSV files of one sample, or their zips.", CLAIMS),
    Format(
        "roster",
        "Provider roster",
        "One row a clinician, practice and site. Another roster takes the place of the one before.",
        LISTS,
        "provider_roster",
    ),
    Format(
        "participants",
        "ACO participant list",
        "One row a practice, or a practice and clinician.",
        LISTS,
        "participant_list",
    ),
    Format(
        "alr", "Assignment list report", "Tables 1-1 to 1-5 as CMS sent them: the zip, Excel or CSV.", LISTS
    ),
    Format("voluntary", "Primary clinicians that people named", "One row a person and clinician.", LISTS),
    Format(
        "quality",
        "Quality results",
        "One row a practice or clinician, measure and way of collection.",
        LISTS,
        "quality_result",
    ),
    Format(
        "quality-results",
        "Results of measures",
        "Counts or patients of quality measures: CSV or Excel, QRDA III, QPP submissions, FHIR "
        "MeasureReports. Load each record under a source name of its own.",
        LISTS,
    ),
    Format(
        "asm-evidence",
        "ASM evidence and arrangements",
        "One row an item of evidence, or a collaborative care arrangement of the register.",
        LISTS,
    ),
    Format(
        "attestation",
        "Attestations of practices",
        "Improvement activities and interoperability, one row a practice and performance year.",
        LISTS,
        "category_attestation",
    ),
    Format("optout", "Data-sharing preferences", "Who declined to share data: one row a person.", LISTS),
    Format("program", "People in a care program", "One row a person, with the days of the program.", LISTS),
    Format(
        REFERENCE,
        "Reference files of CMS and others",
        "Fee schedule zips, ASM participant lists, ZIP codes, condition mappings, payments by provider. Each "
        "is recognized by its columns.",
        PUBLIC,
    ),
)
TITLES = {one.name: one.title for one in KNOWN}


def grouped() -> list[tuple[str, list[Format]]]:
    """The formats under their headings."""
    return [(group, [one for one in KNOWN if one.group == group]) for group in (CLAIMS, LISTS, PUBLIC)]
