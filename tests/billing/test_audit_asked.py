"""What may be asked of audits: names, filters that fit nothing, what a run does not know or check."""

from __future__ import annotations

import pytest

from corridor.errors import CorridorError
from corridor.jobs import audit_asked, audit_unchecked
from corridor.jobs.audits import AUDITS, Wanted
from corridor.jobs.context import Context, open_context


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    return open_context(home=tmp_path_factory.mktemp("home"))


def refused(context: Context, wanted: Wanted, audit: str = "all") -> CorridorError:
    with pytest.raises(CorridorError) as error:
        audit_asked.check(AUDITS[audit], context, wanted)
    assert error.value.code == "AUDIT-FILTER"
    return error.value


@pytest.mark.parametrize("name", ["conflicts", "conflict"])
def test_an_audit_goes_by_both_its_names(name: str) -> None:
    assert (audit_asked.audit_named(name).name, audit_asked.finding_audit(name)) == ("conflicts", "conflict")


def test_other_names_of_findings() -> None:
    assert audit_asked.finding_audit("prior-auth") == "prior_auth"
    assert audit_asked.finding_audit("duplicates") == "duplicate"
    assert audit_asked.finding_audit("all") is None
    with pytest.raises(CorridorError) as error:
        audit_asked.finding_audit("conflickt")
    assert error.value.code == "AUDIT-UNKNOWN" and "conflicts" in str(error.value.todo)


def test_a_misspelt_filter_is_no_clean_bill(context: Context) -> None:
    assert "Did you mean g2211_with_25?" in str(refused(context, Wanted(kind="g2211_wth_25")).todo)
    assert "paid_in_error" in str(refused(context, Wanted(direction="up")).todo)
    assert "review" in str(refused(context, Wanted(certainty="maybe")).todo)
    # a kind of another audit cannot be among the findings of this one
    refused(context, Wanted(kind="g2211_with_25"), "conflicts")
    audit_asked.check(AUDITS["g2211"], context, Wanted(kind="g2211_with_25", certainty="sure"))
    audit_asked.check(AUDITS["prior-auth"], context, Wanted(kind="prior_auth_review"))


class _Run:
    """A run of which only the presence of tables, rows of a query and installed lists matter."""

    def __init__(self, installed: dict[str, list[str]], rows: list[dict[str, object]]) -> None:
        self.manifest, self.rows = {"externals": installed}, rows

    def has(self, table: str) -> bool:
        return True

    def query(self, sql: str, parameters: object = None) -> list[dict[str, object]]:
        return self.rows


def test_what_the_run_knows_nothing_of() -> None:
    said = audit_asked.strangers(_Run({}, []), Wanted(npi="12", year=1990))  # type: ignore[arg-type]
    assert "NPI 12" in said[0] and "in 1990" in said[1]
    assert not audit_asked.strangers(_Run({}, [{"1": 1}]), Wanted(npi="12"))  # type: ignore[arg-type]


def test_what_was_not_checked_is_said() -> None:
    bare = _Run({}, [])
    both = audit_unchecked.unchecked(bare, frozenset({"telehealth", "drugs"}))  # type: ignore[arg-type]
    assert "telehealth_not_listed" in both[0] and "drug_price_off" in both[1]
    some = _Run({"reference.telehealth_code": ["x"]}, [{"year": 2025}])
    assert "of 2025" in audit_unchecked.unchecked(some, frozenset({"telehealth"}))[0]  # type: ignore[arg-type]
    assert not audit_unchecked.unchecked(some, frozenset({"conflict"}))  # type: ignore[arg-type]
