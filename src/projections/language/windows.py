"""How an instrument says from when on facts count: a window, ever, or while they hold."""

from __future__ import annotations

from projections.language.document import Form, Node, Scalar, Table, one_of, whole
from projections.language.values import Scope, value, word
from projections.plans.plan import (
    MONTHS_A_YEAR,
    Ever,
    Held,
    Window,
)
from projections.plans.words import WindowStart

EVER, HELD = "ever", "held"
MOST_DECIMALS = 6
MOST_YEARS = 60
MOST_MONTHS = 720


def window_or_ever(node: Node, scope: Scope) -> Window | Ever:
    """`ever`, or {years: n} or {months: n} with `start`.

    `calendar` begins on 1 January of a year, `month` on the first day of a month.
    """
    if not isinstance(node, Table) or not {"years", "months"} & set(node.entries):
        return Ever(word(node, scope, (EVER,), what="`window`"))
    form = Form(node, what="`window`")
    start = value(
        form.need("start"),
        scope,
        lambda bare: WindowStart(one_of(bare, tuple(WindowStart), what="`start`")),
    )
    years = form.may("years")
    months = form.may("months")
    form.done()
    if years is not None and months is not None:
        raise node.place.refusal("a window has years or months.", "Keep one of them.")
    if years is not None:
        if start.value is WindowStart.MONTH:
            raise node.place.refusal("`start: month` counts months.", "Write {months: 3, …}.")
        return Window(value(years, scope, months_of_years), start)
    if start.value is WindowStart.CALENDAR or months is None:
        raise node.place.refusal("a calendar window counts years.", "Write {years: 1, …}.")
    return Window(
        value(months, scope, lambda bare: whole(bare, what="`months`", least=1, most=MOST_MONTHS)),
        start,
    )


def any_window(node: Node, scope: Scope) -> Window | Ever | Held:
    """As above; or `held`: what holds on the day, until its end."""
    parts = node.entries.values() if isinstance(node, Table) else (node,)
    if any(isinstance(part, Scalar) and part.text == HELD for part in parts):
        return Held(word(node, scope, (HELD,), what="`window`"))
    return window_or_ever(node, scope)


def months_of_years(node: Node) -> int:
    """A number of years, in months."""
    return MONTHS_A_YEAR * whole(node, what="`years`", least=1, most=MOST_YEARS)
