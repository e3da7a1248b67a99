"""Tables a page after the other, and answers that say whether anything changed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from corridor.web.api.paging import rows_after
from corridor.web.limits import Limit
from corridor.web.roles import Role
from corridor.web.scope import Scope
from corridor.web.workbench import Workbench
from tests.web.conftest import Sign

TABLE = "/api/v1/tables/asm.result"


@pytest.fixture(autouse=True)
def unhurried(bench: Workbench) -> None:
    bench.api_limit = Limit(10_000, 60)


@pytest.mark.parametrize("size", [1, 7, 23, 24, 25])
def test_pages_put_together_are_the_table(signed: Sign, size: int) -> None:
    person = signed(Role.analyst)
    whole = person.get(TABLE).json()
    assert whole["next"] is None and len(whole["rows"]) == 24
    rows, asked, address = [], 0, f"{TABLE}?limit={size}"
    while address:
        answer = person.get(address)
        page = answer.json()
        rows += page["rows"]
        asked += 1
        assert page["total"] == 24 and (page["next"] is None) == ("link" not in answer.headers)
        link = answer.headers.get("link", "")
        address = link.partition("<")[2].partition(">")[0]
    assert rows == whole["rows"] and asked == -(-24 // size)


def test_columns_and_filters_keep_while_paging(signed: Sign) -> None:
    person = signed(Role.analyst)
    asked = f"{TABLE}?columns=final_score&where=cohort=heart_failure"
    whole = person.get(asked).json()["rows"]
    first = person.get(f"{asked}&limit=3").json()
    assert set(first["rows"][0]) == {"final_score", "suppressed"}  # the key orders, and is not shown
    params = {"columns": "final_score", "where": "cohort=heart_failure", "cursor": first["next"]}
    assert first["rows"] + person.get(TABLE, params=params).json()["rows"] == whole


def test_a_file_has_pages_too(signed: Sign) -> None:
    person = signed(Role.analyst)
    first = person.get(f"{TABLE}?limit=20&format=csv")
    rest = person.get(first.headers["link"].partition("<")[2].partition(">")[0])
    rows = [list(csv.reader(io.StringIO(one.text.removeprefix("\ufeff")))) for one in (first, rest)]
    assert [len(one) - 1 for one in rows] == [20, 4] and rows[0][0] == rows[1][0]


def test_a_cursor_belongs_to_its_question_run_and_scope(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.analyst)
    cursor = person.get(f"{TABLE}?limit=3").json()["next"]
    assert person.get(TABLE, params={"cursor": cursor}).status_code == 200
    other = signed(Role.analyst, scope=Scope(tin=("990000001",)))
    for client, path, given in (
        (person, TABLE, "guess"),
        (person, TABLE, cursor[:-4] + "AAAA"),
        (person, "/api/v1/tables/asm.roster", cursor),
        (person, f"{TABLE}?where=cohort=heart_failure", cursor),
        (other, TABLE, cursor),
    ):
        answer = client.get(f"{path}{'&' if '?' in path else '?'}cursor={given}")
        assert answer.status_code == 400 and answer.json()["error"]["code"] == "WEB-CURSOR"


def test_a_cursor_names_nobody(signed: Sign) -> None:
    import base64

    cursor = signed(Role.analyst).get("/api/v1/tables/population.need_tier?limit=1").json()["next"]
    parts = [base64.urlsafe_b64decode(part + "==") for part in cursor.split(".")]
    assert b"A256GCM" in parts[0] and not any(b"last" in part for part in parts)


def test_nulls_and_every_type_are_paged(bench: Workbench, signed: Sign, tmp_path: Path) -> None:
    signed(Role.analyst)
    from corridor.web.accounts import read_accounts

    viewer = bench.viewer(read_accounts(bench.state)[0])
    assert viewer is not None
    viewer.con.execute(
        "create schema odd; create table odd.one as select * from (values "
        "(date '2027-01-02', 1.50::decimal(9,2), null), (null, 2.25, 'b'), (date '2027-01-01', null, 'a'), "
        "(null, null, null), (date '2027-01-01', -3.00, 'c'), (null, 2.25, null)) as t (day, amount, word)"
    )
    whole = rows_after(viewer, "odd.one", {}, (), 99, None)
    assert whole.last is None and len(whole.rows) == 6
    rows, after = [], None
    for _ in range(6):
        piece = rows_after(viewer, "odd.one", {}, (), 1, after)
        rows += piece.rows
        after = piece.last
    assert (
        after is None and rows == whole.rows and whole.rows[-1] == {"day": None, "amount": None, "word": None}
    )


def test_nothing_is_sent_again_that_did_not_change(bench: Workbench, signed: Sign) -> None:
    person = signed(Role.analyst)
    first = person.get(TABLE)
    tag = first.headers["etag"]
    again = person.get(TABLE, headers={"if-none-match": f'"other", W/{tag}'})
    assert again.status_code == 304 and not again.content and again.headers["etag"] == tag
    for path in (f"{TABLE}?limit=3", f"{TABLE}?format=csv", f"{TABLE}?where=cohort=heart_failure"):
        assert person.get(path, headers={"if-none-match": tag}).status_code == 200
    other = signed(Role.analyst, scope=Scope(tin=("990000001",)))
    assert other.get(TABLE, headers={"if-none-match": tag}).status_code == 200
