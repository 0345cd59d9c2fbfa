"""Writes what docs say of instruments from the instruments: `python -m tests.instrument_pages`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from projections.differences.lines import kinds_of
from projections.language.instrument import load
from projections.language.schema import schema
from projections.language.shipped import drafts, names, text
from projections.plans.career import AtStep
from projections.plans.extra import Score
from projections.plans.members import Members, Pattern
from projections.plans.plan import Mark, Measure, Plan, Population, Sum, UnitPopulation, values

DOCS = Path(__file__).parent.parent / "docs"
HEAD = """# The instruments that come with the program

Written by `python -m tests.instrument_pages` from the texts themselves; how to read the marks is in
[writing-instruments.md](writing-instruments.md), the sources in
[regulations.md](regulations.md). Founding a ledger enacts the shipped ones. Drafts are not enacted:
an agency completes one with its own numbers, and enacts that.

Which is which: a text is enacted at founding if each number in it was read somewhere or makes its answers
provisional, and it says all that is asked. One that knows only a part of what the law asks, or whose weights an
agency has to decide, is a draft, and says why. What no fact tells is never taken as met: it is named below as to be
confirmed.

What people ask, and where it is answered:

| question | instrument |
|---|---|
| how much angka kredit did the year bring | `angka-kredit` |
| how much was collected since the present rank | `angka-kredit-kumulatif` |
| how much does the next rank need, what is there, what is lacking | `angka-kredit-kebutuhan` |
| is it reached, for the next rank, for the next jenjang | `angka-kredit-pangkat`, `angka-kredit-jenjang`; `advise` says what is lacking |
| may he be promoted at this period | `kenaikan-pangkat-reguler`, `-fungsional`, `-struktural` |
| what does his sanction block, and until when | `hukdis`; its trace and `advise` say until when |
| what does it cost in the index, does it bar Satyalancana | `hukdis-indeks`; `satyalancana-x`, `-xx`, `-xxx` |
| what was his predicate | `skp` |
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
    others = sorted({one.instrument.value for one in _scores(plan.measures)})
    reads = [*(f"`{one}`" for one in facts), *(f"those of `{one}`" for one in others)]
    lines = [
        f"\n### {plan.title}\n",
        f"`{plan.instrument}`, {plan.decree}, in force from {plan.in_force_from.isoformat()}"
        f"{_how_sure(plan)}; `src/projections/instruments/{name}`.\n",
        f"{_comment(name)}\n",
        f"Measured: {_measured(plan.population)}. Facts: {', '.join(reads)}.\n",
    ]
    confirmed = [
        f"{one.name}: {one.rule.confirm}"
        for one in plan.measures
        if isinstance(one.rule, AtStep) and one.rule.confirm is not None
    ]
    if confirmed:
        lines.append(f"To be confirmed, because no fact tells it: {'; '.join(confirmed)}.\n")
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


def _scores(measures: tuple[Measure, ...]) -> Iterator[Score | Members]:
    """The scores of other instruments that are read."""
    for one in measures:
        if isinstance(one.rule, Sum):
            yield from _scores(one.rule.measures)
        elif isinstance(one.rule, Score):
            yield one.rule
        elif isinstance(one.rule, Pattern):
            yield one.rule.members


def _how_sure(plan: Plan) -> str:
    """What is said of a first day that is recalled or assumed."""
    if not plan.first_day.mark.makes_provisional:
        return ""
    sure = "" if plan.sure_from is None else f", sure from {plan.sure_from.isoformat()}"
    return f" ({plan.first_day.mark.value}{sure})"


def _comment(name: str) -> str:
    """What a text says of itself above its head."""
    found: list[str] = []
    for line in text(name).decode().splitlines():
        if not line.startswith("#"):
            break
        found.append(line[1:].strip())
    return "\n".join(found)


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
