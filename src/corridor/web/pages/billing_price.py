"""What Medicare pays for a service under the installed fee schedule, and how that comes about."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response
from markupsafe import Markup

from corridor.billing.pricing.codes import MEANING
from corridor.errors import CorridorError
from corridor.explain.page import assumptions_table, derivation_tree
from corridor.jobs.price import Prices
from corridor.web.guard import VisitDep
from corridor.web.pages.explain import RULE
from corridor.web.price_asked import PriceAsked
from corridor.web.render import page

HEADS = {
    "amount": "Fee", "allowed_amount": "Allowed", "medicare_paid": "Medicare pays",
    "coinsurance": "Coinsurance",
}  # fmt: skip


def price(
    visit: VisitDep,
    code: Annotated[str, Query(max_length=120)] = "",
    year: Annotated[str, Query(pattern=r"^(\d{4})?$")] = "",
    mac: Annotated[str, Query(pattern=r"^(\d{1,5})?$")] = "",
    locality: Annotated[str, Query(pattern=r"^(\d{1,2})?$")] = "",
    zip: Annotated[str, Query(pattern=r"^([\d-]{5,10})?$")] = "",
    setting: str = "non_facility",
    units: float = 1.0,
    qp: bool = False,
    place: str = "",
) -> Response:
    """The form; with a code also its price. ``place`` is contractor and locality in one word, 13202-03."""
    if place and not mac:
        mac, _, locality = place[:8].partition("-")
    asked = PriceAsked(code, int(year) if year else None, mac, locality, zip, setting, units, qp)
    prices: Prices | None = None
    error: dict[str, Any] | None = None
    years: list[int] = []
    localities: list[tuple[str, str]] = []
    try:
        desk = visit.bench.price_desk()
        years = desk.years
        localities = [
            (f"{one[0]}-{one[1]}", f"{one[2].title()} ({one[0]}-{one[1]})") for one in desk.localities
        ]
        if code.strip():
            prices = asked.priced(visit)
    except CorridorError as refused:
        error = refused.to_dict()
    return page(
        visit,
        "billing_price.html.j2",
        "Price of a service",
        400 if error and error["code"] != "PRICE-REFERENCE" else 200,
        asked=asked,
        place=f"{mac}-{locality}" if mac else "",
        years=years,
        localities=localities,
        error=error,
        heads=HEADS,
        headline=headline(prices) if prices else "What does Medicare pay for a service?",
        rows=[_shown(number, row, prices) for number, row in enumerate(prices.rows, 1)] if prices else [],
        warnings=prices.warnings if prices else [],
        explained=_address(asked),
        assumptions=Markup(assumptions_table(prices.assumptions)) if prices else "",
    )


def _address(asked: PriceAsked) -> str:
    """Where the derivation alone stands."""
    given = {
        "code": asked.code.strip(), "year": asked.year, "mac": asked.mac, "locality": asked.locality,
        "zip": asked.zip, "setting": asked.setting, "units": f"{asked.units:g}",
        "qp": "true" if asked.qp else "",
    }  # fmt: skip
    return "/explain/price?" + urlencode({key: value for key, value in given.items() if value})


def headline(prices: Prices) -> str:
    """The answer in one sentence."""
    known = [row for row in prices.rows if row["amount"] is not None]
    if not known:
        return f"No price for {', '.join(str(row['code']) for row in prices.rows)}"
    total = sum(float(row["amount"]) for row in known)
    named = ", ".join(" ".join(part for part in (row["code"], row["modifiers"]) if part) for row in known)
    paid = sum(float(row["medicare_paid"]) for row in known)
    together = "" if len(known) == 1 else " together"
    return f"{named}: ${total:,.2f}{together} in {prices.year}, of which Medicare pays ${paid:,.2f}"


def _shown(number: int, row: dict[str, Any], prices: Prices) -> dict[str, Any]:
    reason = row["reason"] or ""
    trees = prices.trees.get(number, [])
    return {
        "it": row,
        "name": " ".join(part for part in (str(row["code"]), row["modifiers"]) if part),
        "amounts": ["–" if row[name] is None else f"${float(row[name]):,.2f}" for name in HEADS],
        "factor": "–" if row["conversion_factor"] is None else f"{float(row['conversion_factor']):.4f}",
        "reason": MEANING.get(reason, reason.replace("_", " ")),
        "setting": str(row["setting"] or "–").replace("_", " "),
        "trees": [
            Markup(RULE.sub(r'rule <a href="/rules/\1">\1</a>', derivation_tree(one, 1))) for one in trees
        ],
    }
