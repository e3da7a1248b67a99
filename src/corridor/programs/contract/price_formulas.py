"""The formulas of a reference-price rebate: adjusted prices, the price of the basket, the invoice."""

from __future__ import annotations

from typing import Any

import numpy as np

from corridor.formulas import Model, formula, round_half_up

PRICE = "GENEROUS: most-favored-nation price (docs/drug-contracts.md)"
REBATE = "GENEROUS: supplemental rebate (docs/drug-contracts.md)"


@formula(cite=PRICE, unit="dollars per unit")
def net_price(gross_sales: Any, rebates: Any, units_sold: Any, dollars_per_currency: Any) -> Any:
    """Average net price of twelve months, in US dollars."""
    return (gross_sales - rebates) / units_sold * dollars_per_currency


@formula(cite=PRICE, unit="factor")
def price_adjuster(gdp_us: Any, gdp_country: Any, cap_adjuster_at_one: Any) -> Any:
    """GDP per person of the US over that of the country; at least one where the terms cap it there."""
    factor = gdp_us / gdp_country
    return np.where(cap_adjuster_at_one > 0, np.maximum(factor, 1), factor)


@formula(cite=PRICE, unit="dollars per unit")
def adjusted_price(net_price: Any, price_adjuster: Any) -> Any:
    """The country's net price at the income of the US."""
    return net_price * price_adjuster


@formula(cite=PRICE, unit="dollars per unit", group="invoice", statistic="second lowest")
def price_of_basket(adjusted_price: Any, price_rank: Any) -> Any:
    """The adjusted price at the rank of the rule, from the lowest; equal prices count one by one."""
    return np.sort(adjusted_price, axis=0)[int(price_rank) - 1]


@formula(cite=PRICE, unit="dollars per unit")
def price_up_to_basket(adjusted_price: Any, price_of_basket: Any) -> Any:
    """The adjusted price of a country that is not above that of the basket; else nothing."""
    return np.where(adjusted_price <= price_of_basket, adjusted_price, 0)


@formula(cite=PRICE, unit="dollars per unit", over="prices", statistic="max")
def most_favored_nation_price(price_up_to_basket: Any) -> Any:
    """The price of the basket: the highest of those that are not above it."""
    return price_up_to_basket


@formula(cite=REBATE, unit="dollars per unit")
def guaranteed_net_unit_price(most_favored_nation_price: Any) -> Any:
    """What a unit costs Medicaid after all rebates."""
    return most_favored_nation_price


@formula(cite=REBATE, unit="dollars per unit")
def rebate_per_unit(
    wac: Any, guaranteed_net_unit_price: Any, ura: Any, least_rebate: Any, rebate_decimals: Any
) -> Any:
    """WAC less the guaranteed net price and the statutory rebate; never below the floor."""
    rebate = np.maximum(wac - (guaranteed_net_unit_price + ura), least_rebate)
    return round_half_up(rebate, rebate_decimals)


@formula(cite=REBATE, unit="units")
def invoiced_units(units: Any, excluded_units: Any) -> Any:
    """Units that enter: not those bought under 340B, nor of programs that do not count."""
    return units - excluded_units


@formula(cite=REBATE, unit="dollars")
def invoice_dollars(rebate_per_unit: Any, invoiced_units: Any) -> Any:
    """The invoice of the state for the quarter."""
    return rebate_per_unit * invoiced_units


@formula(cite=REBATE, unit="dollars per unit")
def realized_net_price(wac: Any, ura: Any, rebate_per_unit: Any) -> Any:
    """WAC less both rebates: the guaranteed net price wherever the floor does not bind."""
    return wac - ura - rebate_per_unit


PRICES = Model(
    "reference prices",
    [net_price, price_adjuster, adjusted_price, price_of_basket, price_up_to_basket],
    {"price_rank": "generous.price_rank"},
    units={
        "gdp_us": "dollars per person",
        "gdp_country": "dollars per person",
        "cap_adjuster_at_one": "flag",
    },
    abouts={"cap_adjuster_at_one": "Whether the factor of a country richer than the US is held at one."},
)
INVOICES = Model(
    "reference-price rebate",
    [
        most_favored_nation_price, guaranteed_net_unit_price, rebate_per_unit, invoiced_units,
        invoice_dollars, realized_net_price,
    ],
    {"least_rebate": "generous.least_rebate", "rebate_decimals": "generous.rebate_decimals"},
    units={"wac": "dollars per unit", "ura": "dollars per unit", "units": "units"},
    abouts={
        "wac": "Wholesale acquisition cost of the quarter of dispensing.",
        "ura": "Statutory unit rebate amount of the quarter of dispensing, from CMS.",
    },
)  # fmt: skip
