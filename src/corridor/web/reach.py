"""How far a token may reach: the words a route of the API names, and what they let a program do.

A token never reaches further than its account. A new area of the API adds its word here.
"""

from __future__ import annotations

REACH: dict[str, str] = {
    "tables": "rows of the tables you may see",
    "explain": "how a figure comes about",
    "rules": "the rules and their values",
    "jobs": "uploads, loads and runs: start them and see how they go",
    "work": "work lists: read items and change them",
    "actions": "next best dollar: read actions and decide on them",
    "scenarios": "scenarios: read and save them",
    "register": "the data-use register: read it",
}
