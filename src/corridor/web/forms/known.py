"""The forms as the law in force shapes them, read once."""

from __future__ import annotations

from functools import lru_cache

from corridor.jobs.template import Template, template, templates
from corridor.law import RulesInForce


@lru_cache(maxsize=4)
def known_forms(force: RulesInForce) -> dict[str, Template]:
    """Every form by name."""
    return templates(force)


def known_form(name: str, force: RulesInForce) -> Template:
    """The form of a name. Raises TEMPLATE-UNKNOWN."""
    try:
        return known_forms(force)[name]
    except KeyError:
        return template(name, force)  # which says what there is
