"""Writes what docs say of instruments from the instruments: `python -m tests.instrument_pages`."""

from __future__ import annotations

import json
from pathlib import Path

from projections.instrument import load
from projections.lines import kinds_of
from projections.plan import Mark, Plan, Population, UnitPopulation, values
from projections.schema import schema
from projections.shipped import drafts, names, text

DOCS = Path(__file__).parent.parent / "docs"
HEAD = """# The instruments that come with the program

Written by `python -m tests.instrument_pages` from the texts themselves; how to read the marks is in
[writing-instruments.md](writing-instruments.md), the sources in
[regulations.md](regulations.md). Founding a ledger enacts the shipped ones. Drafts are not enacted:
an agency completes one with its own numbers, and enacts that.
"""


def instruments_page() -> str:
    """For each instrument the facts it needs and how sure its parameters are."""
    parts = [HEAD]
    for title, files in (("Shipped", names()), ("Drafts", drafts())):
        parts.append(f"\n## {title}\n")
        parts += [_about(name, load(text(name), file=name)) for name in files]
    return "".join(parts)


def _about(name: str, plan: Plan) -> str:
    facts = sorted(frozenset().union(*(kinds_of(one.rule) for one in plan.measures)))
    lines = [
        f"\n### {plan.title}\n",
        f"`{plan.instrument}`, {plan.decree}, in force from {plan.in_force_from.isoformat()};"
        f" `src/projections/instruments/{name}`.\n",
        f"Measured: {_measured(plan.population)}."
        f" Facts: {', '.join(f'`{one}`' for one in facts) or 'those of other instruments'}.\n",
    ]
    lines += [
        f"A later text is known from {first.isoformat()}: {title}.\n" for first, title in plan.later
    ]
    found: dict[Mark, list[str]] = {mark: [] for mark in Mark}
    for one in values(plan):
        found[one.mark].append(one.at)
    rows = [
        f"| {mark.value} | {len(places)} | {_places(mark, places)} |\n"
        for mark, places in found.items()
        if places
    ]
    return "\n".join([*lines, "| mark | parameters | which |\n|---|---|---|\n" + "".join(rows)])


def _measured(population: Population | UnitPopulation) -> str:
    if isinstance(population, Population):
        return ", ".join(sorted(population.employment.value))
    if population.kinds is None:
        return "every open unit"
    return f"open units of kind {', '.join(sorted(population.kinds.value))}"


def _places(mark: Mark, places: list[str]) -> str:
    """Which ones, unless they are read in a text or are all of them."""
    if mark is Mark.VERIFIED:
        return ""
    shown = sorted(set(places))
    return ", ".join(f"`{one}`" for one in shown) if len(shown) <= 30 else "all numbers"


def schema_text() -> str:
    """The schema as it is committed."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


PAGES = {"instruments.md": instruments_page, "instrument.schema.json": schema_text}

if __name__ == "__main__":
    for page, write in PAGES.items():
        (DOCS / page).write_text(write(), "utf-8")
