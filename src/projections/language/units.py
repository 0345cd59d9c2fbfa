"""Readers of what only instruments about units say: kinds of unit, `members` and `pattern`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ledger.errors import BadValue
from ledger.events.base import ORG_UNIT
from ledger.fields import read_code_word
from projections.language.document import Form, Node, listed, one_of, text, whole
from projections.language.values import (
    Scope,
    check_always_there,
    code_field,
    codes,
    entry,
    fact_kind,
    field_type,
    value,
    word,
)
from projections.language.windows import MOST_DECIMALS, window_or_ever
from projections.plans.extra import PERIOD
from projections.plans.members import PERCENT, Limit, Members, Pattern, Statistic
from projections.plans.plan import Entry, Rule, Value, bounds

CALENDAR_YEAR = "calendar_year"
MOST_PEOPLE = 1_000_000
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


def _pattern(form: Form, scope: Scope) -> Pattern:
    place = form.need("rule").place
    if scope.owner != ORG_UNIT:
        raise place.refusal(
            "a person has no members.", "Use it in an instrument with subject: org_unit."
        )
    kind_node = form.need("facts")
    kind = fact_kind(kind_node, scope)
    field_type(PERIOD, kind_node.place, kind, scope)
    by_node = form.need("by")
    by, choices = code_field(by_node, kind, scope)
    check_always_there(by, by_node.place, kind, scope)
    free_node = form.may("free")
    free = None if free_node is None else codes(free_node, scope, choices, "`free`")
    none = entry(form.need("none"), scope, what="`none`")
    return Pattern(
        members=_counted(form, scope, none),
        facts=kind,
        by=by,
        period=word(form.need("period"), scope, (CALENDAR_YEAR,), what="`period`"),
        window=window_or_ever(form.need("window"), scope),
        limits=_limits(form.need("limits"), scope, choices, free),
        free=free,
        none=none,
    )


def _counted(form: Form, scope: Scope, none: Entry) -> Members:
    """Whose answers are counted: those of an instrument whose band is one of `bands`."""
    named = value(form.need("instrument"), scope, lambda bare: text(bare, what="`instrument`"))
    return Members(
        instrument=named,
        part=None,
        statistic=Value(Statistic.SHARE, named.mark, named.cite, named.at),
        mean_decimals=None,
        bands=value(form.need("bands"), scope, lambda bare: _texts(bare, "`bands`")),
        decimals=Value(0, named.mark, named.cite, named.at),
        none=none,
    )


def _limits(
    node: Node, scope: Scope, choices: Sequence[str], free: Value[frozenset[str]] | None
) -> dict[str, Limit]:
    """By code what is asked for; with `free` every code stands once, so that none is forgotten."""
    form = Form(node, what="`limits`")
    left_out = frozenset() if free is None else free.value
    found = {}
    for code in choices:
        part = form.may(code)
        if (part is None) is not (code in left_out):
            raise node.place.refusal(
                f"{code} has no limit and is not `free`."
                if part is None
                else f"{code} has a limit and is `free`.",
                "Name every code once, in `limits` or in `free`.",
            )
        if part is not None:
            found[code] = _limit(part, scope)
    form.done()
    if not found:
        raise node.place.refusal("no code has a limit.", "Write {BAIK: {at_most: 70}, …}.")
    return found


def _limit(node: Node, scope: Scope) -> Limit:
    form = Form(node, what="a limit")
    at_least, at_most, people = (form.may(key) for key in ("at_least", "at_most", "people"))
    form.done()
    if at_least is None and at_most is None and people is None:
        raise node.place.refusal(
            "a limit limits nothing.", "Write {at_least: 60}, {at_most: 70} or {people: 1}."
        )
    low, high = (
        None if one is None else _percent(one, scope, what)
        for one, what in ((at_least, "`at_least`"), (at_most, "`at_most`"))
    )
    if low is not None and high is not None and bounds(low).high > bounds(high).low:
        raise node.place.refusal(
            "`at_least` is above `at_most`, so that no share fits.", "Keep it at or below that."
        )
    return Limit(
        low,
        high,
        None
        if people is None
        else value(
            people, scope, lambda bare: whole(bare, what="`people`", least=1, most=MOST_PEOPLE)
        ),
    )


def _percent(node: Node, scope: Scope, what: str) -> Entry:
    found = entry(node, scope, what=what)
    if bounds(found).high > PERCENT:
        raise node.place.refusal(f"{what} is above 100 percent.", "Give a share from 0 to 100.")
    return found


UNIT_RULES: Mapping[str, Callable[[Form, Scope], Rule]] = {
    Members.NAME: _members,
    Pattern.NAME: _pattern,
}
