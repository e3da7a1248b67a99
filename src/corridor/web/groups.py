"""The headings of the navigation, in their order."""

from __future__ import annotations

PROGRAMS = "Programs"
PEOPLE = "Clinicians and practices"
WORK = "Work"
MONEY = "Billing"
POPULATION = "Population"
PLANNING = "Planning"
GROUND = "What it rests on"
ADMINISTRATION = "Administration"
GROUPS = ("", PROGRAMS, PEOPLE, WORK, MONEY, POPULATION, PLANNING, GROUND, ADMINISTRATION)
