"""The fee schedule, line by line: from a table of services to what each is paid, and why."""

from corridor.billing.pricing.lines import ANSWER, RULES_USED, price_requests

__all__ = ["ANSWER", "RULES_USED", "price_requests"]
