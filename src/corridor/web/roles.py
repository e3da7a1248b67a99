"""Roles, and what each of them may do."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What an account is for; an account may have several."""

    executive = "executive"
    analyst = "analyst"
    clinician = "clinician"
    biller = "biller"
    auditor = "auditor"
    administrator = "administrator"


ABOUT: dict[Role, str] = {
    Role.executive: "Results and dollars; no patient.",
    Role.analyst: "Results, data health, episodes and claim lines.",
    Role.clinician: "Results, episodes and claim lines.",
    Role.biller: "Results, episodes and claim lines.",
    Role.auditor: "Results, data health and the audit log; no patient.",
    Role.administrator: "Accounts, data health and the audit log; no result.",
}

EVERYONE = frozenset(Role)
RESULTS = EVERYONE - {Role.administrator}
PATIENTS = frozenset({Role.analyst, Role.clinician, Role.biller})
DATA = frozenset({Role.analyst, Role.auditor, Role.administrator})
AUDIT = frozenset({Role.auditor, Role.administrator})
ACCOUNTS = frozenset({Role.administrator})
LOADERS = frozenset({Role.analyst, Role.administrator})
