"""The instruments that come with the program, drafts among them, as far as they measure people."""

from __future__ import annotations

from ledger.events.base import EMPLOYEE
from projections.language.instrument import load
from projections.language.shipped import drafts, names, text
from projections.plans.plan import Plan


def plans_about_people() -> dict[str, Plan]:
    """By file name. Units have tests of their own, because they rest on their people's answers."""
    plans = {name: load(text(name), file=name) for name in (*names(), *drafts())}
    return {name: plan for name, plan in plans.items() if plan.subject == EMPLOYEE}
