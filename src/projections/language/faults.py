"""Everything that is wrong with an instrument text at once, so that it is mended in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from ledger.events.base import EMPLOYEE
from projections.language.document import (
    DocumentRefused,
    Form,
    Listing,
    Node,
    Table,
    one_of,
    parse,
    text,
)
from projections.language.instrument import (
    MOST_LEVELS,
    SUBJECTS,
    check_sum,
    load,
    read_cut_off,
    read_in_force,
    read_later,
    read_maximum,
    read_measure,
    read_measures,
    read_name,
    read_outcomes,
    read_population,
)
from projections.language.rules import POSITION_KINDS
from projections.language.values import Scope, cuts
from projections.plans.words import Basis

TOP_KEYS = ("cite", "mark", "max", "bands", "outcomes")


def faults(document: bytes, *, file: str) -> list[DocumentRefused]:
    """Everything that is wrong with a text, by line; empty when it loads.

    Each part is read by itself: what stands at the top, and each measure. Whether maxima add up is
    only asked of measures that can be read; a text that is no plain YAML has one fault.
    """
    try:
        load(document, file=file)
    except DocumentRefused as first:
        found = [first, *_others(document, file)]
    else:
        return []
    by_words = {one.message: one for one in reversed(found)}
    return sorted(by_words.values(), key=lambda one: int(str(one.details["line"])))


def _others(document: bytes, file: str) -> Iterator[DocumentRefused]:
    try:
        form = Form(parse(document, file=file), what="an instrument")
        scope = Scope(EMPLOYEE).below(form)
    except DocumentRefused:
        return
    scope = replace(scope, requirements="requirements" in form.table.entries)
    parts: dict[str, Callable[[Node], object]] = {
        "instrument": read_name,
        "subject": lambda node: one_of(node, SUBJECTS, what="`subject`"),
        "title": lambda node: text(node, what="`title`"),
        "decree": lambda node: text(node, what="`decree`"),
        "basis": lambda node: one_of(node, tuple(Basis), what="`basis`"),
        "in_force_from": lambda node: read_in_force(node, scope),
        "period": lambda node: read_cut_off(node, scope),
        "population": lambda node: read_population(node, scope),
    }
    if scope.requirements:
        parts["outcomes"] = read_outcomes
    else:
        parts["max"] = lambda _: read_maximum(form, scope)
        parts["bands"] = lambda node: cuts(
            node, scope, None, what="the bands", top=read_maximum(form, scope).value
        )
    for key, read in parts.items():
        yield from _fault(lambda read, key: read(form.need(key)), read, key)
    yield from _fault(read_later, form.may("later_text"))
    asked = form.may("requirements") or form.may("measures")
    below = list(_of_measures(asked, scope, level=1))
    yield from below or _fault(_check_together, form, asked, scope)
    for key in (*TOP_KEYS, *parts):
        form.may(key)
    yield from _fault(form.done)


def _check_together(form: Form, asked: Node | None, scope: Scope) -> None:
    """Names that do not meet, and maxima that add up."""
    if asked is None:
        return
    found = read_measures(asked, scope, level=1)
    if not scope.requirements:
        check_sum(found, read_maximum(form, scope).value, asked.place, POSITION_KINDS)


def _fault(read: Callable[..., object], *given: object) -> Iterator[DocumentRefused]:
    try:
        read(*given)
    except DocumentRefused as fault:
        yield fault


def _of_measures(node: Node | None, scope: Scope, *, level: int) -> Iterator[DocumentRefused]:
    """The faults of each measure: those of the measures below it, else its own."""
    for item in node.items if isinstance(node, Listing) else ():
        below: list[DocumentRefused] = []
        if isinstance(item, Table) and "sum" in item.entries and level < MOST_LEVELS:
            try:
                own = scope.below(Form(item, what="a measure"))
            except DocumentRefused as fault:
                below = [fault]
            else:
                below = list(_of_measures(item.entries["sum"], own, level=level + 1))
        yield from below or _fault(partial(read_measure, item, scope, level=level))
