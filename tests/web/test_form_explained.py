"""Figures of answers that were filled in open their derivation; those of files that were sent do not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corridor.settings import Settings
from corridor.web.forms.known import known_form
from corridor.web.roles import Role
from corridor.web.state import State
from corridor.web.workbench import Workbench
from tests.web.conftest import EVERY, Person, signed_in

DERIVED = ("mssp", "reach", "lead", "team", "iota", "ahead")


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(
        tmp_path / "data", Settings(), State(tmp_path / "s.sqlite3"), names=frozenset({"testserver"})
    )


def answer(bench: Workbench, who: Person, name: str) -> str:
    """The address of the answer to the worked example of a form."""
    one = known_form(name, bench.context().force)
    rows = {
        f"{name}.{n}.{column}": str(int(value) if isinstance(value, bool) else value)
        for n, row in enumerate(one.worked)
        for column, value in row.items()
        if value not in ("", None)
    }
    sent = who.post(f"/forms/{name}", data={"csrf": who.csrf, **rows})
    assert sent.status_code == 303, re.sub(r"<[^>]+>", " ", sent.text)[-600:]
    return str(sent.headers["location"])


@pytest.mark.heavy
def test_every_model_opens_its_figures(bench: Workbench) -> None:
    """The tree begins with the value that the answer shows."""
    who = signed_in(bench, [Role.executive], EVERY)
    for name in DERIVED:
        where = answer(bench, who, name)
        page = who.get(where).text
        assert f'href="{where}/explain?row=0"' in page, name
        opened = who.get(f"{where}/explain?row=0")
        assert opened.status_code == 200 and 'class="derivation"' in opened.text, name
        assert 'href="/rules/' in opened.text, name
        value = re.search(r"<h1>[^<]*?: [^<]*?(?:<span[^>]*>)?([^<]+?)(?:</span>)?</h1>", opened.text)
        assert value is not None and value[1].split()[-1] in page, (name, value)


def test_what_is_not_there_is_refused(bench: Workbench) -> None:
    who, other = (signed_in(bench, [role], EVERY) for role in (Role.executive, Role.analyst))
    where = answer(bench, who, "team")
    assert who.get(f"{where}/explain?row=99").status_code == 404
    assert who.get(f"{where}/explain?quantity=nonsense").status_code == 400
    assert other.get(f"{where}/explain").status_code == 404  # an answer is its asker's
