"""``corridor price``: what Medicare pays for a service under the physician fee schedule, and why."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from corridor.jobs.price import Prices

app = typer.Typer()

HELP = """What Medicare pays for services under the physician fee schedule, from CMS's installed files.

Several codes of one call are services of one patient and day, so that the reductions for several
procedures apply; --apart prices each alone. A code may carry its own modifiers: 45378-53, 20610-50-RT.
Without a locality the amount is national: every index 1.000.

Example: corridor price 99214 G2211 --year 2026 --mac 10112 --locality 00

Example: corridor price 11042 17000 --zip 35203 --explain

Example: corridor price --file lines.csv --out priced.csv
"""


@app.command(help=HELP)
def price(
    codes: list[str] = typer.Argument(None, metavar="[CODE]...", help="HCPCS codes: CODE or CODE-MOD-MOD."),
    file: Path | None = typer.Option(None, "--file", help="Lines to price (corridor template price_lines)."),
    year: int | None = typer.Option(None, "--year", help="Year of the schedule; else the newest installed."),
    day: str | None = typer.Option(
        None, "--date", help="Day of service; else the newest release of the year."
    ),
    mac: str | None = typer.Option(None, "--mac", help="Contractor number, five digits."),
    locality: str | None = typer.Option(None, "--locality", help="Locality number, two digits."),
    zip_code: str | None = typer.Option(None, "--zip", help="ZIP code in place of contractor and locality."),
    facility: bool = typer.Option(False, "--facility", help="The facility amount."),
    place: str | None = typer.Option(None, "--place", help="Place of service, which decides the setting."),
    modifier: list[str] = typer.Option([], "--modifier", help="A modifier of every code; repeatable."),
    units: float = typer.Option(1, "--units", help="Units of every code."),
    qp: bool = typer.Option(False, "--qp", help="With the factor of qualifying APM participants."),
    nonpar: bool = typer.Option(False, "--nonpar", help="The clinician does not participate in Medicare."),
    specialty: str | None = typer.Option(None, "--specialty", help="CMS specialty code of the clinician."),
    minutes: float | None = typer.Option(None, "--minutes", help="Minutes of anesthesia."),
    charge: float | None = typer.Option(None, "--charge", help="Dollars charged for each line."),
    mips: float = typer.Option(0.0, "--mips", help="MIPS adjustment as a fraction, such as -0.09."),
    deductible: float = typer.Option(0.0, "--deductible", help="Dollars of the deductible still to be met."),
    apart: bool = typer.Option(False, "--apart", help="Price each code alone."),
    proposed: bool = typer.Option(
        False, "--proposed", help="With proposed factors, on the newest installed files."
    ),
    explain: bool = typer.Option(False, "--explain", help="Derive every price."),
    out: Path | None = typer.Option(None, "--out", help="Also write .csv, .xlsx, .parquet or .json."),
    config: Path | None = typer.Option(None, "--config", help="Settings file; default: ./corridor.toml."),
    as_json: bool = typer.Option(False, "--json", help="One JSON object on standard output."),
) -> None:
    """Hand over to the job; the help text stands in HELP."""
    from corridor.engine.warehouse import Warehouse
    from corridor.errors import CorridorError
    from corridor.jobs.context import overrides_of
    from corridor.jobs.price import Chain, default_day, open_schedule, price_lines, read_lines
    from corridor.jobs.price_checks import check_number, check_options, check_place, check_specialty
    from corridor.jobs.price_proposed import lend_newest, proposed_years
    from corridor.law import load_rules
    from corridor.programs.writing import write_results
    from corridor.settings import load_settings

    if bool(codes) == (file is not None):
        raise CorridorError(
            "PRICE-WHAT",
            "Name codes, or a file of lines with --file: one of the two.",
            todo="For example: corridor price 99214 --year 2026",
        )
    asked = [_code(text, modifier) for text in codes or ()]
    given_day = _day(day) if day else None
    check_options(year, given_day, zip_code, mac, [list(one.values())[1:] for one in asked])
    check_specialty(specialty)
    for name, value in (
        ("units", units), ("charge", charge), ("deductible", deductible), ("mips", mips),
        ("minutes", minutes),
    ):  # fmt: skip
        check_number(name, value, f"--{name}")
    settings = load_settings(config)
    overrides = {name: value for name, value in overrides_of(settings).items() if name.startswith("pfs.")}
    rules = load_rules(
        ["pfs"],
        settings.as_known_on,
        overrides,
        proposed=proposed or settings.proposed,
        overrides_file=settings.file,
    )
    con = open_schedule(Warehouse.open(settings.home_folder()), settings.threads)
    try:
        warnings: list[str] = []
        if file is not None:
            from corridor.cli.settle import check_out

            if out is not None:
                check_out(out, file)
            lines, warnings = read_lines(file)
            warnings += lend_newest(con, rules, {line["service_date"].year for line in lines})
        else:
            if (mac is None) != (locality is None):
                raise CorridorError(
                    "PRICE-LOCALITY",
                    "A contractor and a locality belong together: one of the two is missing.",
                    todo="Give both --mac and --locality, or --zip, or none of them for the national amount.",
                    field="--locality" if locality is None else "--mac",
                )
            chosen = given_day.year if given_day else year or settings.year
            if chosen is None and proposed:
                chosen = max(proposed_years(rules), default=None)
            warnings += lend_newest(con, rules, [] if chosen is None else [chosen])
            on = given_day or default_day(con, chosen)
            if proposed and on.year not in proposed_years(rules):
                warnings.append(f"--proposed changes no factor: none of {on.year} is proposed.")
            place = None if place is None else place.zfill(2)
            check_place(rules.in_force(on.year), place, facility)
            common = {
                "service_date": on,
                "mac": None if mac is None else mac.zfill(5),
                "locality": None if locality is None else locality.zfill(2),
                "zip": zip_code, "qp": qp, "units": units, "charge_amount": charge,
                "participating": not nonpar,
                "place_of_service_code": place,
                "setting": "facility" if facility else None if place else "non_facility",
                "specialty_code": specialty and specialty.upper(), "anesthesia_minutes": minutes,
            }  # fmt: skip
            lines = [
                {**common, **own, "session_id": str(number) if apart else "1"}
                for number, own in enumerate(asked, 1)
            ]
        prices = price_lines(con, rules, lines, Chain(mips, deductible), explain, refuse_zip=file is None)
    finally:
        con.close()
    prices.warnings[:0] = warnings
    for warning in prices.warnings:
        typer.echo(f"note: {warning}", err=True)
    if out is not None:
        write_results(out, {"Prices": prices.rows})
        typer.echo(f"written: {out}", err=True)
    if as_json:
        from corridor.programs.writing import plain

        json.dump(plain(prices.to_dict(explain)), sys.stdout, allow_nan=False)
        sys.stdout.write("\n")
    elif file is None or out is None:
        _print(prices, explain)
    if not any(row["amount"] is not None for row in prices.rows):
        raise typer.Exit(1)


def _day(text: str) -> date:
    from corridor.errors import CorridorError

    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CorridorError(
            "PRICE-DATE", f"{text!r} is no day.", todo="Write it as 2026-07-15.", field="--date"
        ) from error


def _code(text: str, common: list[str]) -> dict[str, Any]:
    from corridor.errors import CorridorError

    code, *own = text.upper().replace(":", "-").split("-")
    modifiers = [*own, *(one.upper() for one in common)]
    if len(modifiers) > 4:
        raise CorridorError(
            "PRICE-MODIFIERS",
            "A line has more than four modifiers.",
            todo="Keep the four that decide payment.",
        )
    return {"hcpcs_code": code, **{f"modifier_{place}": one for place, one in enumerate(modifiers, 1)}}


def _money(amount: Any, width: int) -> str:
    return " " + ("-" if amount is None else f"{amount:,.2f}").rjust(max(width, 11))


def _print(prices: Prices, explain: bool) -> None:
    from corridor.explain.text import tree_text

    write = sys.stdout.write
    names = {
        "unit": "unit_amount",
        "amount": "amount",
        "allowed": "allowed_amount",
        "Medicare": "medicare_paid",
    }
    if any(row["limiting_charge"] is not None for row in prices.rows):
        names["limiting charge"] = "limiting_charge"
    heads = "".join(f" {head:>11}" for head in names)
    write(f"{'code':<12} {'setting':<13} {'factor':>8}{heads}\n")
    for row in prices.rows:
        named = " ".join(part for part in (str(row["code"]), row["modifiers"]) if part)
        if row["amount"] is None:
            write(f"{named:<12} {row['status'].replace('_', ' ')}: {row['reason']}\n")
            continue
        figures = "".join(_money(row[name], len(head)) for head, name in names.items())
        write(f"{named:<12} {row['setting'] or '-':<13} {row['conversion_factor']:>8}{figures}")
        write(f"  {row['reason']}\n" if row["reason"] else "\n")
    if sum(row["amount"] is not None for row in prices.rows) > 1:
        write(f"{'total':<46} {sum(row['amount'] or 0 for row in prices.rows):>12,.2f}\n")
    if explain:
        for number, row in enumerate(prices.rows, 1):
            for tree in prices.trees.get(number, []):
                write(f"\n{row['code']}\n{tree_text(tree)}\n")
    write(f"\n{len(prices.assumptions)} parameters under these prices are not codified or official:\n")
    for one in prices.assumptions:
        write(f"  {one['rule']} ({one['status']}; {one['cite']})\n")
