"""Price files in JSON: a hospital's standard charges (CMS template 2 and 3), a payer's in-network rates.

Sources: CMS, hospital price transparency, JSON schemas; CMS, price transparency guide, in-network rates.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO, Any

from corridor.billing.price_file import (
    BadPrice,
    Head,
    Numbers,
    Price,
    Prices,
    Providers,
    check_version,
    unknown_kind,
)
from corridor.billing.price_file_csv import kind_of
from corridor.billing.price_file_stream import ObjectStream, Reader

Opener = Callable[[Path], AbstractContextManager[IO[str]]]
Member = tuple[str, int | None, Any]

HOSPITAL_KEY = "standard_charge_information"
PAYER_KEY = "in_network"
# what else payers publish, and what to say of it
_OTHER = {
    "reporting_structure": "It is a payer's table of contents: it lists the files that hold the rates.",
    "out_of_network": "It holds what was allowed out of network; rates are in the in-network file.",
}
_INSTITUTIONAL = {"MS-DRG": "inpatient"}


def open_json(
    path: Path,
    reader: Reader,
    opener: Opener,
    wanted: frozenset[str] | None,
    providers: Providers,
    numbers: Numbers,
) -> Prices:
    """Tell a hospital's file from a payer's by its members. Raises PRICE-FILE-KIND and PRICE-FILE-VERSION."""
    members = iter(ObjectStream(reader, path.name))
    about: dict[str, Any] = {}
    for member in members:
        key, number, value = member
        if key in _OTHER:
            raise unknown_kind(path.name, _OTHER[key])
        if key == HOSPITAL_KEY:
            return _hospital(path.name, about, member, members, wanted, numbers)
        if key in (PAYER_KEY, "provider_references"):
            return _payer(path, about, opener, wanted, providers, numbers)
        if number is None:
            about[key] = value
    raise unknown_kind(path.name)


# ---- a hospital ------------------------------------------------------------------------------------


def _hospital(
    file: str,
    about: dict[str, Any],
    first: Member,
    members: Iterator[Member],
    wanted: frozenset[str] | None,
    numbers: Numbers,
) -> Prices:
    if "version" in about:  # it may also stand behind the charges
        check_version(_text(about["version"]), file, None)
    head = _head("hospital_json", "hospital_name", about)

    def rows() -> Iterator[Price]:
        member: Member | None = first
        while member is not None:
            key, number, value = member
            if key == HOSPITAL_KEY and number is not None:
                try:
                    yield from list(_services(number, value, wanted, numbers))
                except BadPrice as bad:
                    numbers.note(bad)
            elif key == "version":
                head.version = _text(value)
            elif key == "hospital_name":
                head.name = _text(value)
            elif key == "last_updated_on":
                head.updated = _text(value)
            member = next(members, None)
        check_version(head.version, file, None)

    return Prices(head, rows, numbers)


def _services(
    number: int, service: Mapping[str, Any], wanted: frozenset[str] | None, numbers: Numbers
) -> Iterator[Price]:
    codes = [
        (str(one.get("type") or "UNKNOWN").upper(), str(one.get("code") or "").strip().upper())
        for one in service.get("code_information") or []
    ]
    codes = [one for one in codes if one[1] and (wanted is None or one[1] in wanted)]
    if not codes:
        return
    for charge in service.get("standard_charges") or []:
        setting = str(charge.get("setting") or "both").lower()
        if str(charge.get("billing_class") or "").lower() == "professional":
            setting = "professional"
        base: dict[str, Any] = {
            "line": number,
            "code_type": "",
            "code": "",
            "setting": setting,
            "modifiers": _modifiers(charge.get("modifier_code") or charge.get("modifiers")),
            "gross": numbers.read(charge.get("gross_charge"), number, "gross_charge"),
            "cash": numbers.read(charge.get("discounted_cash"), number, "discounted_cash"),
            "least": numbers.read(charge.get("minimum"), number, "minimum"),
            "largest": numbers.read(charge.get("maximum"), number, "maximum"),
        }
        found = [
            _hospital_payer(number, base, one, numbers) for one in charge.get("payers_information") or []
        ]
        for price in found or [Price(payer=None, plan=None, kind="charge", **base)]:
            for code_type, code in codes:
                yield price._replace(code_type=code_type, code=code)


def _hospital_payer(
    number: int, base: Mapping[str, Any], payer: Mapping[str, Any], numbers: Numbers
) -> Price:
    def amount(name: str) -> Any:
        return numbers.read(payer.get(name), number, name)

    dollars, percentage = amount("standard_charge_dollar"), amount("standard_charge_percentage")
    median = amount("median_amount")
    return Price(
        payer=_text(payer.get("payer_name")),
        plan=_text(payer.get("plan_name")),
        kind=kind_of("payer", dollars, percentage, payer.get("standard_charge_algorithm")),
        negotiated=dollars,
        percentage=percentage,
        observed=amount("estimated_amount") if median is None else median,
        methodology=_text(payer.get("methodology")),
        **base,
    )


# ---- a payer ---------------------------------------------------------------------------------------


def _payer(
    path: Path,
    about: dict[str, Any],
    opener: Opener,
    wanted: frozenset[str] | None,
    providers: Providers,
    numbers: Numbers,
) -> Prices:
    """A payer's rates are read from the start again: groups of providers may stand before them or behind."""
    head = _head("in_network_json", "reporting_entity_name", about)
    if about.get("plan_name"):
        head.plans.append(str(about["plan_name"]))

    def rows() -> Iterator[Price]:
        groups = _groups(path, opener, providers) if providers else frozenset()
        with opener(path) as stream:
            for key, number, value in ObjectStream(stream, path.name):
                if key != PAYER_KEY or number is None:
                    continue
                code = str(value.get("billing_code") or "").strip().upper()
                if wanted is not None and code not in wanted:
                    continue
                try:
                    yield from list(_rates(number, code, value, head, providers, groups, numbers))
                except BadPrice as bad:
                    numbers.note(bad)

    return Prices(head, rows, numbers)


def _groups(path: Path, opener: Opener, providers: Providers) -> frozenset[str]:
    """The numbers of the provider groups that hold one of the wanted NPIs or TINs."""
    found = set()
    with opener(path) as stream:
        for key, number, value in ObjectStream(stream, path.name):
            wanted = key == "provider_references" and number is not None
            if wanted and _holds(value.get("provider_groups") or [], providers):
                found.add(str(value.get("provider_group_id")))
    return frozenset(found)


def _holds(groups: list[Mapping[str, Any]], providers: Providers) -> bool:
    for group in groups:
        tin = str((group.get("tin") or {}).get("value") or "").replace("-", "")
        if tin in providers.tins or any(str(npi) in providers.npis for npi in group.get("npi") or []):
            return True
    return False


def _rates(
    number: int,
    code: str,
    service: Mapping[str, Any],
    head: Head,
    providers: Providers,
    groups: frozenset[str],
    numbers: Numbers,
) -> Iterator[Price]:
    code_type = str(service.get("billing_code_type") or "UNKNOWN").upper()
    for rate in service.get("negotiated_rates") or []:
        if providers and not (
            any(str(one) in groups for one in rate.get("provider_references") or [])
            or _holds(rate.get("provider_groups") or [], providers)
        ):
            continue
        for price in rate.get("negotiated_prices") or []:
            amount = numbers.read(price.get("negotiated_rate"), number, "negotiated_rate")
            kind = str(price.get("negotiated_type") or "").lower()
            percent = kind == "percentage"
            professional = str(price.get("billing_class") or "").lower() == "professional"
            setting = str(price.get("setting") or "").lower() or "outpatient"
            yield Price(
                line=number,
                code_type=code_type,
                code=code,
                modifiers=_modifiers(price.get("billing_code_modifier")),
                setting="professional" if professional else _INSTITUTIONAL.get(code_type, setting),
                payer=head.name,
                plan=head.plans[0] if head.plans else None,
                kind="percentage" if percent else "dollar",
                negotiated=None if percent else amount,
                percentage=amount if percent else None,
                methodology=kind or None,
            )


def _head(kind: str, name: str, about: Mapping[str, Any]) -> Head:
    return Head(
        kind, _text(about.get(name)), _text(about.get("version")), _text(about.get("last_updated_on"))
    )


def _modifiers(value: Any) -> str:
    given = value if isinstance(value, list) else str(value or "").replace("|", " ").split()
    return " ".join(sorted(str(one).strip().upper() for one in given if str(one).strip()))


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None
