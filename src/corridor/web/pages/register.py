"""The data-use register: agreements, what they cover, reminders, and destructions with their certificates."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response
from fastapi.responses import RedirectResponse

from corridor.errors import CorridorError
from corridor.web import destruction as destroying
from corridor.web import register as kept
from corridor.web.accounts import read_accounts
from corridor.web.guard import Visit, VisitDep
from corridor.web.render import page
from corridor.web.roles import ACCOUNTS, PATIENTS
from corridor.web.whole_number import whole_number
from corridor.web.workbench import Workbench

PATH = "/administration/register"
FEW = 11  # opt-outs are people: fewer are not counted out, as in every file that leaves
OPT_OUT = "claims.opt_out"


def register(visit: VisitDep) -> Response:
    """Every agreement, and what needs attention."""
    return _page(visit)


def add(visit: VisitDep) -> Response:
    """A new agreement."""
    return _save(visit, None)


def change(visit: VisitDep, agreement_id: int) -> Response:
    """Another text of an agreement, or its end."""
    one = kept.agreement(visit.bench.state, agreement_id)
    if visit.text("end"):
        kept.end(visit.bench.state, agreement_id)
        visit.note("agreement_ended", f"{agreement_id} {one.title}")
        return RedirectResponse(PATH, 303)
    return _save(visit, agreement_id)


def begin_destruction(visit: VisitDep) -> Response:
    """What must go is listed and kept; nothing is removed by this."""
    chosen = _several(visit, "delivery")
    given = visit.text("agreement_id")
    try:
        found = destroying.plan(visit.bench.home, chosen)
        number = destroying.begin(
            visit.bench.state,
            visit.who.name,
            whole_number(given),
            visit.text("reason"),
            found,
        )
    except CorridorError as error:
        return _page(visit, error)
    visit.note("destruction_begun", f"{number} ({', '.join(sorted(chosen))})")
    return RedirectResponse(f"{PATH}/destructions/{number}", 303)


def destruction(visit: VisitDep, destruction_id: int) -> Response:
    """What must go, or the certificate that it is gone."""
    return _destruction(visit, destruction_id)


def certify(visit: VisitDep, destruction_id: int) -> Response:
    """A certificate, where everything is gone."""
    try:
        destroying.certify(
            visit.bench.state, visit.bench.home, destruction_id, visit.who.name, visit.text("elsewhere"),
            visit.address,
        )  # fmt: skip
    except CorridorError as error:
        if error.code == "WEB-NOT-FOUND":
            raise
        return _destruction(visit, destruction_id, error)
    return RedirectResponse(f"{PATH}/destructions/{destruction_id}", 303)


def certificate(visit: VisitDep, destruction_id: int) -> Response:
    """The certificate as the JSON text whose SHA-256 is its hash."""
    one = destroying.destruction(visit.bench.state, destruction_id)
    if not one["certificate"]:
        raise CorridorError(
            "WEB-NOT-FOUND", "There is no certificate yet.", todo="Certify the destruction first."
        )
    headers = {"Content-Disposition": f'attachment; filename="destruction-{destruction_id}.json"'}
    return Response(one["certificate"], media_type="application/json", headers=headers)


def opted_out(bench: Workbench) -> str:
    """How many people the last complete run leaves out because they declined data sharing, in words."""
    run = bench.run()
    if run is None:
        return "not counted: there is no run yet"
    found = next((int(step["rows"]) for step in run.manifest["steps"] if step["step"] == OPT_OUT), None)
    if found is None:
        return "not counted: the last run has no list of opt-outs"
    if found == 0:
        return "none on the lists that were loaded"
    return f"fewer than {FEW} people left out" if found < FEW else f"{found:,} people left out"


def _save(visit: Visit, agreement_id: int | None) -> Response:
    fields = {key: visit.text(key) for key in (*kept.TEXTS, *kept.DATES, "access")}
    try:
        number = kept.save(visit.bench.state, fields, _several(visit, "covers"), agreement_id)
    except CorridorError as error:
        return _page(visit, error)
    visit.note(
        "agreement_changed" if agreement_id else "agreement_added", f"{number} {fields['title'][:100]}"
    )
    return RedirectResponse(PATH, 303)


def _several(visit: Visit, key: str) -> list[str]:
    given = visit.form.get(key, [])
    return [given] if isinstance(given, str) else [str(one) for one in given]


def _page(visit: Visit, error: CorridorError | None = None) -> Response:
    bench = visit.bench
    found = kept.agreements(bench.state)
    deliveries = bench.warehouse.deliveries()
    today = kept.today()
    seers = {one.name for one in read_accounts(bench.state) if one.any_of(PATIENTS) and not one.disabled}
    listed = {name.lower() for one in found if one.ended_on is None for name in one.access}
    uncovered = kept.uncovered(found, deliveries)
    reminders = kept.reminders(found, today)
    return page(
        visit,
        "register.html.j2",
        "Data-use register",
        400 if error else 200,
        sentence=_sentence(found, len(deliveries), len(uncovered), reminders),
        agreements=found,
        days={one.agreement_id: one.days_left(today) for one in found},
        soon=kept.SOON_DAYS,
        reminders=reminders,
        deliveries=deliveries,
        sources=sorted({one.source_id for one in deliveries}),
        uncovered=uncovered,
        unlisted=sorted(name for name in seers if name.lower() not in listed),
        destructions=destroying.destructions(bench.state),
        opted_out=opted_out(bench),
        may_change=visit.who.any_of(ACCOUNTS),
        error=error.to_dict() if error else None,
    )


def _sentence(found: list[kept.Agreement], held: int, uncovered: int, reminders: list[Any]) -> str:
    live = sum(one.ended_on is None for one in found)
    if not live:
        return f"No agreement is in force, and {held} {'delivery is' if held == 1 else 'deliveries are'} held"
    what = f"{live} data-use {'agreement covers' if live == 1 else 'agreements cover'} "
    what += f"{held - uncovered} of {held} deliveries"
    late = sum(days < 0 for _, days in reminders)
    if late:
        return f"{what}; retention has ended under {late} of them"
    return f"{what}; retention ends soon under {len(reminders)}" if reminders else what


def _destruction(visit: Visit, destruction_id: int, error: CorridorError | None = None) -> Response:
    one = destroying.destruction(visit.bench.state, destruction_id)
    remaining = [] if one["certificate"] else destroying.left(visit.bench.home, one["plan"])
    agreement = None
    if one["agreement_id"]:
        agreement = kept.agreement(visit.bench.state, one["agreement_id"])
    return page(
        visit,
        "destruction.html.j2",
        f"Destruction {destruction_id}",
        400 if error else 200,
        one=one,
        plan=one["plan"],
        agreement=agreement,
        certificate=json.loads(one["certificate"]) if one["certificate"] else None,
        remaining=remaining[: destroying.PLACES],
        more=max(0, len(remaining) - destroying.PLACES),
        home=visit.bench.home.name,
        may_change=visit.who.any_of(ACCOUNTS),
        error=error.to_dict() if error else None,
    )
