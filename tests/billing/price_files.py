"""Small price files written by hand, in the layouts of CMS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TALL_HEAD = (
    "hospital_name,last_updated_on,version,hospital_location,hospital_address,license_number|CA,To the best\n"
)
TALL_ABOUT = 'West Hospital,2026-04-01,{version},West,"12 Main, Fullerton",50056,true\n'
TALL_COLUMNS = (
    "description,code|1,code|1|type,code|2,code|2|type,modifiers,setting,drug_unit_of_measurement,"
    "drug_type_of_measurement,standard_charge|gross,standard_charge|discounted_cash,payer_name,plan_name,"
    "standard_charge|negotiated_dollar,standard_charge|negotiated_percentage,"
    "standard_charge|negotiated_algorithm,median_amount,standard_charge|methodology,standard_charge|min,"
    "standard_charge|max,additional_generic_notes\n"
)
TALL_ROWS = [
    'a scan,70551,CPT,611,RC,,outpatient,,,1200,1080,Platform,PPO,400,,,,fee schedule,250,400,"two\nlines"',
    "a scan,70551,CPT,611,RC,,outpatient,,,1200,1080,Region,HMO,250,,,,fee schedule,250,400,",
    "a visit,99283,CPT,450,RC,,outpatient,,,4000,3600,Platform,PPO,,80,,2900,percent of charges,,,",
    "a stay,470,MS-DRG,,,,inpatient,,,,,Region,HMO,,,in words,25678,other,,,",
    "professional part,70551,CPT,,,26,outpatient,,,300,270,Platform,PPO,100,,,,fee schedule,,,",
    "both,J1100,HCPCS,,,,both,1,ML,10,8,,,,,,,,,,",
]
WIDE_COLUMNS = (
    "description,code | 1,code | 1 | type,modifiers,setting,standard_charge | gross,"
    "standard_charge|discounted_cash,standard_charge|Platform Health|PPO|negotiated_dollar,"
    "standard_charge|Platform Health|PPO|negotiated_percentage,"
    "standard_charge|Platform Health|PPO|methodology,"
    "estimated_amount|Platform Health|PPO,standard_charge|Region|HMO|negotiated_dollar,"
    "standard_charge|Region|HMO|methodology,standard_charge|min,standard_charge|max\n"
)
WIDE_ROWS = [
    "a scan,70551,CPT,,outpatient,1200,1080,400,,fee schedule,,250,fee schedule,250,400",
    "a visit,99283,CPT,,outpatient,4000,3600,,80,percent of total billed charges,2900,,,,",
    "no payer,J1100,HCPCS,,both,10,8,,,,,,,,",
]


def tall(path: Path, rows: list[str] | None = None, version: str = "2.2.0") -> Path:
    """A tall file; a byte-order mark in front, as spreadsheets write one."""
    text = TALL_HEAD + TALL_ABOUT.format(version=version) + TALL_COLUMNS
    body = "\n".join(TALL_ROWS if rows is None else rows) + "\n"
    path.write_text(text + body, encoding="utf-8-sig")
    return path


def wide(path: Path) -> Path:
    text = TALL_HEAD + TALL_ABOUT.format(version="3.0.0") + WIDE_COLUMNS + "\n".join(WIDE_ROWS) + "\n"
    path.write_text(text, encoding="utf-8")
    return path


def hospital() -> dict[str, Any]:
    """A hospital's JSON; the version stands behind the charges."""
    return {
        "hospital_name": "West Hospital",
        "last_updated_on": "2026-04-01",
        "standard_charge_information": [
            {
                "description": "a scan",
                "code_information": [{"code": "70551", "type": "CPT"}, {"code": "611", "type": "RC"}],
                "standard_charges": [
                    {
                        "setting": "outpatient",
                        "gross_charge": 1200,
                        "discounted_cash": 1080.5,
                        "minimum": 250,
                        "maximum": 400,
                        "payers_information": [
                            {
                                "payer_name": "Platform",
                                "plan_name": "PPO",
                                "standard_charge_dollar": 400,
                                "methodology": "fee schedule",
                            },
                            {
                                "payer_name": "Region",
                                "plan_name": "HMO",
                                "standard_charge_percentage": 50,
                                "estimated_amount": 580,
                                "methodology": "percent of total billed charges",
                            },
                        ],
                    }
                ],
            },
            {
                "description": "a drug",
                "code_information": [{"code": "J1100", "type": "HCPCS"}],
                "standard_charges": [{"setting": "both", "gross_charge": 10}],
            },
        ],
        "version": "3.0.0",
    }


def rate(amount: float, group: int, **other: Any) -> dict[str, Any]:
    price = {"negotiated_type": "negotiated", "negotiated_rate": amount, "billing_class": "professional"}
    price |= {"expiration_date": "9999-12-31", "service_code": ["11"]} | other
    return {"provider_references": [group], "negotiated_prices": [price]}


def payer() -> dict[str, Any]:
    """A payer's rates; the provider groups stand behind them."""

    def service(code: str, kind: str, *rates: dict[str, Any]) -> dict[str, Any]:
        head = {"negotiation_arrangement": "ffs", "name": "x", "billing_code_type": kind}
        return head | {
            "billing_code_type_version": "2026",
            "billing_code": code,
            "negotiated_rates": list(rates),
        }

    return {
        "reporting_entity_name": "Region Health",
        "reporting_entity_type": "health insurance issuer",
        "plan_name": "Region HMO",
        "last_updated_on": "2026-04-05",
        "version": "1.0.0",
        "in_network": [
            service("99213", "CPT", rate(100, 1), rate(140.25, 2)),
            service("70551", "CPT", rate(90, 1, billing_code_modifier=["26"])),
            service("470", "MS-DRG", rate(30000, 2, billing_class="institutional")),
            service("99214", "CPT", rate(20, 1, negotiated_type="percentage")),
        ],
        "provider_references": [
            {
                "provider_group_id": 1,
                "provider_groups": [
                    {"npi": [1234567893], "tin": {"type": "ein", "value": "12-3456789"}},
                ],
            },
            {
                "provider_group_id": 2,
                "provider_groups": [{"npi": [1999999992], "tin": {"type": "ein", "value": "999999999"}}],
            },
        ],
    }


def as_json(path: Path, body: dict[str, Any]) -> Path:
    path.write_text(json.dumps(body), encoding="utf-8")
    return path
