"""A case from its findings to its closure, and every step out of order."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from corridor.cli import overpayment_text
from corridor.errors import CorridorError
from corridor.jobs import overpayment, overpayment_case, overpayment_refund
from corridor.jobs.audits import FINDING_COLUMNS
from corridor.jobs.context import Context, open_context
from corridor.jobs.overpayment import Scope
from corridor.jobs.refund_reason import plain_reason, public_citation

FOUND, TODAY = date(2026, 3, 1), date(2026, 3, 2)


class FakeRun:
    """A run with twelve findings paid in error, and some that do not count."""

    run_id = "r1"

    def __init__(self) -> None:
        self.con = duckdb.connect()
        columns = ", ".join(f"{name} {kind}" for name, kind in FINDING_COLUMNS.items())
        self.con.execute(
            f"create schema billing; create schema claims; create table billing.finding ({columns})"
        )
        self.con.execute(
            "create table claims.medical_claim (source_id varchar, claim_id varchar, "
            "claim_line_number integer, person_id bigint, paid_date date)"
        )
        self.con.execute("create macro cx_year_of(d) as cast(year(d) as integer)")
        for n in range(12):
            self.add(f"c{n:02d}", "g2211_with_25" if n < 8 else "wellness_too_soon", "10.00")
        self.add("c00", "duplicate_line", "3.00")  # the same claim line, worth less
        self.add("c20", "g2211_with_25", "0.00")  # all of it fell under the deductible
        self.add("c21", "g2211_with_25", "10.00", paid=date(2020, 2, 28))  # a day before the look-back
        self.add("c22", "tcm_twice", "99.00", direction="at_risk")

    def add(
        self,
        claim: str,
        kind: str,
        paid_dollars: str,
        direction: str = "paid_in_error",
        paid: date = date(2026, 1, 20),
    ) -> None:
        row = dict.fromkeys(FINDING_COLUMNS)
        row |= {"finding_id": f"{kind}{claim}", "kind": kind, "direction": direction, "source_id": "s"}  # type: ignore[dict-item]
        row |= {"claim_id": claim, "claim_line_number": 1, "service_date": date(2026, 1, 5), "npi": "1"}  # type: ignore[dict-item]
        row |= {"paid_dollars": Decimal(paid_dollars), "dollars": 12, "certainty": "sure", "cite": "E.1"}  # type: ignore[dict-item]
        row |= {"person_id": 7, "hcpcs_code": "G2211", "tin": "2", "audit": "g2211", "rule": "r"}  # type: ignore[dict-item]
        self.con.execute(
            f"insert into billing.finding values ({', '.join('?' * len(row))})", list(row.values())
        )
        if not self.con.execute("select 1 from claims.medical_claim where claim_id = ?", [claim]).fetchone():
            self.con.execute("insert into claims.medical_claim values ('s', ?, 1, 7, ?)", [claim, paid])

    def has(self, table: str) -> bool:
        return True

    def query(self, sql: str, parameters: object = None) -> list[dict[str, object]]:
        cursor = self.con.execute(sql, parameters or [])
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture
def run() -> FakeRun:
    return FakeRun()


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: FakeRun) -> Context:
    monkeypatch.setattr(overpayment, "open_run", lambda home: run)
    return open_context(home=tmp_path / "home")


def refused(code: str, action: Callable[[], object]) -> CorridorError:
    with pytest.raises(CorridorError) as error:
        action()
    assert error.value.code == code
    return error.value


def test_a_case_takes_each_line_once_and_counts_what_it_leaves_out(context: Context) -> None:
    case = overpayment.open_case(context, Scope(), FOUND, TODAY, "first")
    assert len(case.lines) == 12
    assert case.lines[0]["kind"] == "g2211_with_25"  # worth more than the duplicate on the same line
    assert case.opened["left_out"] == {
        "nothing_paid": 1,
        "refunded_before": 0,
        "in_another_case": 0,
        "before_lookback": 1,
    }
    assert (case.opened["paid_dollars"], case.opened["standard"]) == (120.0, "knowingly")
    assert case.opened["lookback_from"] == "2020-03-01"
    row = overpayment.summary_of(case, TODAY)
    assert (row["state"], row["deadline"], row["days_left"]) == ("opened", date(2026, 4, 30), 59)
    assert "person" not in case.path.read_text(encoding="utf-8")


def test_a_second_case_of_the_same_name_or_the_same_lines(context: Context) -> None:
    overpayment.open_case(context, Scope(kind="wellness_too_soon"), FOUND, TODAY, "first")
    refused("OVERPAYMENT-EXISTS", lambda: overpayment.open_case(context, Scope(), FOUND, TODAY, "first"))
    second = overpayment.open_case(context, Scope(), FOUND, TODAY)
    assert (second.name, len(second.lines)) == ("OP-20260301-1", 8)
    assert second.opened["left_out"]["in_another_case"] == 4
    refused("OVERPAYMENT-NOTHING", lambda: overpayment.open_case(context, Scope(), FOUND, TODAY))
    assert overpayment.open_case(context, Scope(review=True), FOUND, TODAY).name == "OP-20260301-2"


def test_a_case_is_of_one_practice(context: Context) -> None:
    run = overpayment.open_run(context.warehouse.home)
    run.query("update billing.finding set tin = '3' where claim_id = 'c01'")
    error = refused("OVERPAYMENT-PRACTICES", lambda: overpayment.open_case(context, Scope(), FOUND, TODAY))
    assert "2 (110.00), 3 (10.00)" in str(error.todo)
    assert len(overpayment.open_case(context, Scope(tin="3"), FOUND, TODAY).lines) == 1
    assert len(overpayment.open_case(context, Scope(all_practices=True), FOUND, TODAY).lines) == 11


def test_names_and_days_that_cannot_be(context: Context) -> None:
    refused("OVERPAYMENT-NAME", lambda: overpayment.open_case(context, Scope(), FOUND, TODAY, "../x"))
    refused("OVERPAYMENT-DATE", lambda: overpayment.open_case(context, Scope(), date(2026, 3, 3), TODAY))
    refused("OVERPAYMENT-UNKNOWN", lambda: overpayment_case.read_case(context.warehouse.home, "none"))
    overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    early = date(2026, 2, 27)
    refused("OVERPAYMENT-DATE", lambda: overpayment.investigate(context, "a", early, None, TODAY))


def test_an_investigation_is_noted_and_concluded(context: Context) -> None:
    overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    overpayment.investigate(context, "a", date(2026, 3, 11), None, date(2026, 3, 12))
    case = overpayment.investigate(context, "a", None, date(2026, 5, 10), date(2026, 5, 11))
    assert overpayment.summary_of(case, date(2026, 5, 11))["deadline"] == date(2026, 6, 29)
    assert case.state == "opened"


def write_review(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as sink:
        csv.writer(sink).writerows([["source_id", "claim_id", "line", "overpayment"], *rows])
    return path


def test_from_sample_to_closure(context: Context, tmp_path: Path) -> None:
    home = context.warehouse.home
    overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    path = tmp_path / "review.csv"
    refused("OVERPAYMENT-ORDER", lambda: overpayment.extrapolate(context, "a", path, TODAY))
    refused("OVERPAYMENT-ORDER", lambda: overpayment.close(context, "a", None, TODAY))
    refused("OVERPAYMENT-STRATUM", lambda: overpayment.sample(context, "a", 4, 1, "person", TODAY))
    _, drawn = overpayment.sample(context, "a", 4, 11, None, TODAY)
    out = tmp_path / "refund.csv"
    refused("OVERPAYMENT-ORDER", lambda: overpayment_refund.refund(context, "a", out, False, TODAY))
    keys = [[row["source_id"], row["claim_id"], row["line"]] for row in drawn]
    amounts = [10, 8, 10, 8]
    for rows in (
        [[*keys[0], 10]],  # three are missing
        [[*key, 11] for key in keys],  # more than was paid
        [["s", "c99", 1, 0]],  # not drawn
        [[*keys[0], "much"]],
    ):
        write_review(path, rows)
        refused("OVERPAYMENT-REVIEW", lambda: overpayment.extrapolate(context, "a", path, TODAY))
    write_review(path, [[*key, amount] for key, amount in zip(keys, amounts, strict=True)])
    refused("OVERPAYMENT-AMOUNT", lambda: overpayment.extrapolate(context, "a", path, TODAY))
    refused("OVERPAYMENT-AMOUNT", lambda: overpayment.extrapolate(context, "a", path, TODAY, "most"))
    case, found = overpayment.extrapolate(context, "a", path, TODAY, "lower-limit")
    # N 12, n 4: mean 9, s squared 4/3; error 12 sqrt((1 - 1/3) (4/3) / 4) = 12 sqrt(2/9) = 5.6569;
    # 108 - 2.35336 * 5.6569 = 94.69
    assert (found.point, found.low) == (Decimal("108.00"), Decimal("94.69"))
    assert overpayment.amount_of(case) == Decimal("94.69")
    _, total = overpayment_refund.refund(context, "a", out, False, TODAY)
    with out.open(encoding="utf-8") as source:
        written = list(csv.DictReader(source))
    assert total == Decimal("94.69") == sum(Decimal(row["refund"]) for row in written)
    assert [row["claim_id"] for row in written][-1] == "" and len(written) == 5
    assert "bene_mbi_id" not in written[0]
    refused("OVERPAYMENT-ORDER", lambda: overpayment_refund.refund(context, "a", out, False, TODAY))
    case = overpayment.close(context, "a", None, TODAY)
    assert case.state == "closed" and overpayment.summary_of(case, TODAY)["phase"] is None
    refused("OVERPAYMENT-CLOSED", lambda: overpayment.close(context, "a", "again", TODAY))
    assert [event["event"] for event in overpayment_case.read_case(home, "a").events] == [
        "opened",
        "sampled",
        "extrapolated",
        "refunded",
        "closed",
    ]


def test_without_a_sample_all_that_was_found_goes_back(context: Context, tmp_path: Path) -> None:
    overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    _, total = overpayment_refund.refund(context, "a", tmp_path / "r.csv", False, TODAY)
    assert total == Decimal("120.00")


def test_what_went_back_once_does_not_go_back_again(context: Context, run: FakeRun, tmp_path: Path) -> None:
    """Twelve lines were refunded; of the thirteen found now one is new, the first case closed or not."""
    overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    overpayment_refund.refund(context, "a", tmp_path / "r.csv", False, TODAY)
    refused("OVERPAYMENT-NOTHING", lambda: overpayment.open_case(context, Scope(), FOUND, TODAY, "b"))
    overpayment.close(context, "a", None, TODAY)
    refused("OVERPAYMENT-NOTHING", lambda: overpayment.open_case(context, Scope(), FOUND, TODAY, "b"))
    run.add("c30", "g2211_with_25", "7.00")
    case = overpayment.open_case(context, Scope(), FOUND, TODAY, "b")
    assert [line["claim_id"] for line in case.lines] == ["c30"]
    assert case.opened["left_out"]["refunded_before"] == 12
    assert case.opened["left_out"]["in_another_case"] == 0


def test_lines_of_a_case_closed_without_a_refund_can_be_taken_up_again(context: Context) -> None:
    overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    overpayment.close(context, "a", "the findings were wrong", TODAY)
    assert len(overpayment.open_case(context, Scope(), FOUND, TODAY, "b").lines) == 12


@pytest.mark.parametrize(
    ("amount", "dollars"), [("point", "108.00"), ("lower-limit", "94.69"), ("one-sided", "98.74")]
)
def test_which_figure_goes_back_is_chosen(
    context: Context, tmp_path: Path, amount: str, dollars: str
) -> None:
    """Error 5.6569, 3 degrees: 108 - 2.35336 x 5.6569 two-sided, 108 - 1.63774 x 5.6569 = 98.74 one-sided."""
    overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    _, drawn = overpayment.sample(context, "a", 4, 11, None, TODAY)
    rows = [[row["source_id"], row["claim_id"], row["line"], 8 + 2 * (n % 2)] for n, row in enumerate(drawn)]
    path = write_review(tmp_path / "review.csv", rows)
    case, _ = overpayment.extrapolate(context, "a", path, TODAY, amount)
    assert overpayment.amount_of(case) == Decimal(dollars)


def test_the_users_own_rule_is_a_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overpayment, "open_run", lambda home: FakeRun())
    monkeypatch.chdir(tmp_path)
    Path("corridor.toml").write_text('[overrides]\n"billing.extrapolation_amount" = "point_estimate"\n')
    context = open_context(home=tmp_path / "home")
    overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    _, drawn = overpayment.sample(context, "a", 4, 11, None, TODAY)
    rows = [[row["source_id"], row["claim_id"], row["line"], 8 + 2 * (n % 2)] for n, row in enumerate(drawn)]
    path = write_review(tmp_path / "review.csv", rows)
    case, _ = overpayment.extrapolate(context, "a", path, TODAY)
    assert overpayment.amount_of(case) == Decimal("108.00")


def test_identifiers_only_where_they_are_kept(context: Context, tmp_path: Path) -> None:
    overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    (context.warehouse.home / "runs").mkdir(parents=True, exist_ok=True)
    case = overpayment_case.read_case(context.warehouse.home, "a")
    assert case.last("refunded") is None
    with pytest.raises(CorridorError) as error:
        overpayment_refund.refund(context, "a", tmp_path / "r.csv", True, TODAY)
    assert error.value.code == "OVERPAYMENT-MBI"


def test_a_case_changed_by_hand_is_not_trusted(context: Context) -> None:
    case = overpayment.open_case(context, Scope(), FOUND, TODAY, "a")
    kept = json.loads(case.path.read_text(encoding="utf-8"))
    kept["events"][0]["lines"][0]["paid_dollars"] = 1
    case.path.write_text(json.dumps(kept), encoding="utf-8")
    refused("OVERPAYMENT-DAMAGED", lambda: overpayment_case.read_case(context.warehouse.home, "a"))
    case.path.write_text("{", encoding="utf-8")
    refused("OVERPAYMENT-DAMAGED", lambda: overpayment.close(context, "a", "x", TODAY))
    assert case.path.read_text(encoding="utf-8") == "{"


def test_a_run_without_findings(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    run = FakeRun()
    monkeypatch.setattr(run, "has", lambda table: False)
    monkeypatch.setattr(overpayment, "open_run", lambda home: run)
    refused("OVERPAYMENT-NOT-MADE", lambda: overpayment.open_case(context, Scope(), FOUND, TODAY))


def test_the_commands_from_one_to_the_next(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from corridor.cli.overpayment import app

    monkeypatch.setenv("CORRIDOR_HOME", str(context.warehouse.home))
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> str:
        done = CliRunner().invoke(app, [*words, "--on", "2026-03-02"], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "59 days" in run("open", "--case", "a", "--identified", "2026-03-01")
    assert "2026-04-30" in run("list")
    assert "suspended to    2026-08-28" in run("investigate", "a", "--begun", "2026-03-02")
    run("sample", "a", "--size", "4", "--seed", "11", "--out", "sample.csv")
    refused("OVERPAYMENT-FILE", lambda: run("sample", "a", "--seed", "11", "--out", "sample.csv"))
    with Path("sample.csv").open(encoding="utf-8") as source:
        rows = [{**row, "overpayment": row["paid_dollars"]} for row in csv.DictReader(source)]
    with Path("reviewed.csv").open("w", newline="", encoding="utf-8") as sink:
        writer = csv.DictWriter(sink, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    # all four paid 10 and owe 10: no spread, 12 lines owe 120
    assert "to return               120.00" in run("extrapolate", "a", "reviewed.csv", "--amount", "point")
    run("refund", "a", "--out", "refund.csv")
    shown = json.loads(run("close", "a", "--json"))
    assert shown["rows"][0]["state"] == "closed" and shown["rows"][0]["amount"] == 120
    assert {"program", "year", "rows", "assumptions"} <= set(shown)


def test_a_case_tells_its_steps_and_a_damaged_one_stops_no_list(
    context: Context, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overpayment.open_case(context, Scope(kind="g2211_with_25", tin="2"), FOUND, TODAY, "a")
    overpayment.investigate(context, "a", FOUND, None, TODAY)
    overpayment.sample(context, "a", 4, 20, "kind", TODAY)
    overpayment_text.show_case(overpayment_case.read_case(context.warehouse.home, "a"), TODAY, False)
    shown = capsys.readouterr().out
    for words in ("kind g2211_with_25, tin 2", "begun 2026-03-01, going on", "4 claim lines, seed 20, strat"):
        assert words in shown
    path = overpayment_case.case_path(context.warehouse.home, "b")
    path.write_text("{}", encoding="utf-8")
    rows, damaged = overpayment.summaries(context.warehouse.home, TODAY)
    assert [row["case"] for row in rows] == ["a"]
    assert [error.code for error in damaged] == ["OVERPAYMENT-DAMAGED"]


def test_a_reason_is_plain_and_cites_what_anyone_can_look_up(context: Context) -> None:
    assert public_citation("89 FR 97896-97 as cited; primary-care code notes D.4") == "89 FR 97896-97"
    assert public_citation("89 FR 97871-75, as the primary-care code notes D.1 cite it") == "89 FR 97871-75"
    assert public_citation("primary-care code notes D.7") is None
    assert public_citation("CMS RAC topic 0077; 42 CFR 410.15") == "CMS RAC topic 0077; 42 CFR 410.15"
    case = overpayment.open_case(context, Scope(kind="g2211_with_25"), FOUND, TODAY, "a")
    row = overpayment_refund.refund_rows(case)[0]
    assert (row["reason"], row["citation"]) == (plain_reason("g2211_with_25"), "E.1")
    assert plain_reason("some_new_kind") == "Some new kind."
