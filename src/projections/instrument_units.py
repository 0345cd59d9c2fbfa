"""Readers of what only instruments about units say: kinds of unit, and the rule `members`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.errors import BadValue
from ledger.events.base import ORG_UNIT
from ledger.fields import read_code_word
from projections.document import Form, Node, listed, one_of, text, whole
from projections.instrument_values import Scope, entry, value
from projections.instrument_windows import MOST_DECIMALS
from projections.plan import Rule
from projections.plan_members import Members, Statistic

STATISTICS = tuple(one.value for one in Statistic)


def unit_kinds(node: Node) -> frozenset[str]:
    """Code words of kinds of unit, which an agency chooses itself, each at most once."""
    found = _texts(node, "`kind`")
    for one in found:
        try:
            written = read_code_word(one)
        except BadValue as fault:
            raise node.place.refusal(f"`{one}` is no code word.", fault.next_step) from None
        if written != one:
            raise node.place.refusal(f"`{one}` is no code word.", f"Write {written}.")
    return found


def _texts(node: Node, what: str) -> frozenset[str]:
    found = listed(node, lambda item: text(item, what=what), what=what)
    if len(set(found)) != len(found):
        raise node.place.refusal(f"{what} names a code twice.", "Keep one of them.")
    return frozenset(found)


def _members(form: Form, scope: Scope) -> Members:
    place = form.need("rule").place
    if scope.owner != ORG_UNIT:
        raise place.refusal(
            "a person has no members.", "Use it in an instrument with subject: org_unit."
        )
    statistic = value(
        form.need("statistic"),
        scope,
        lambda bare: Statistic(one_of(bare, STATISTICS, what="`statistic`")),
    )
    part, bands, mean_decimals = form.may("of"), form.may("bands"), form.may("mean_decimals")
    mean = statistic.value is Statistic.MEAN
    if (mean_decimals is None) is mean or (bands is None) is not mean:
        raise place.refusal(
            "a mean states where it is rounded, a share which bands it counts.",
            "Write statistic: mean with `mean_decimals`, or statistic: share with `bands`.",
        )
    if bands is not None and part is not None:
        raise place.refusal("a measure alone has no bands.", "Leave `of` out, or ask for the mean.")
    return Members(
        instrument=value(
            form.need("instrument"), scope, lambda bare: text(bare, what="`instrument`")
        ),
        part=None if part is None else text(part, what="`of`"),
        statistic=statistic,
        mean_decimals=None
        if mean_decimals is None
        else value(mean_decimals, scope, lambda bare: _decimals(bare, "`mean_decimals`")),
        bands=None if bands is None else value(bands, scope, lambda bare: _texts(bare, "`bands`")),
        decimals=value(form.need("decimals"), scope, lambda bare: _decimals(bare, "`decimals`")),
        none=entry(form.need("none"), scope, what="`none`"),
    )


def _decimals(node: Node, what: str) -> int:
    return whole(node, what=what, least=0, most=MOST_DECIMALS)


UNIT_RULES: Mapping[str, Callable[[Form, Scope], Rule]] = {Members.NAME: _members}
