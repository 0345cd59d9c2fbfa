"""One reader for each rule of the instrument language: a YAML table -> a rule of the plan.

Every parameter of a rule must be written; what a rule does not know is refused. A new rule is a
reader here, a dataclass in `plan` and a function in each interpreter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from ledger.vocabulary import PositionKind
from projections.language.career import CAREER, highest_of_career
from projections.language.document import (
    ITEM_NAMES,
    Form,
    Listing,
    Node,
    Scalar,
    Table,
    listed,
    one_of,
    text,
    whole,
)
from projections.language.extra import EXTRA, highest_of
from projections.language.units import UNIT_RULES
from projections.language.values import (
    Scope,
    check_always_there,
    code_choices,
    code_field,
    codes,
    conditions,
    cuts,
    entry,
    fact_kind,
    field_type,
    number_field,
    table,
    value,
    word,
)
from projections.language.windows import MOST_DECIMALS, any_window, window_or_ever
from projections.plans.plan import (
    AnyOf,
    Best,
    Cuts,
    Entry,
    Ever,
    Latest,
    Match,
    Rule,
    Total,
    Value,
    Worst,
    bounds,
)
from projections.plans.words import Award, Halves, LateFiling, Since

POSITION_KINDS = tuple(kind.value for kind in PositionKind)
CALENDAR_YEAR = "calendar_year"
NOT_READ = "not_read"
SANCTION = "sanction"
PERIOD_FIELDS = ("from", "to")


def _best(form: Form, scope: Scope) -> Best:
    kind = fact_kind(form.need("facts"), scope)
    by_node = form.need("by")
    by, choices = code_field(by_node, kind, scope)
    check_always_there(by, by_node.place, kind, scope)
    return Best(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        by=by,
        points=table(form.need("points"), scope, choices),
        none=entry(form.need("none"), scope, what="`none`"),
    )


def _any(form: Form, scope: Scope) -> AnyOf:
    kind = fact_kind(form.need("facts"), scope)
    return AnyOf(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        match=_match(form.may("match"), kind, scope),
        window=window_or_ever(form.need("window"), scope),
    )


def _match(node: Node | None, kind: str, scope: Scope) -> Match | None:
    """{field: level, of: {POSITION_KIND: code or codes}}: what each kind of position asks for."""
    if node is None:
        return None
    form = Form(node, what="`match`")
    field, choices = code_field(form.need("field"), kind, scope)
    of = form.need("of")
    form.done()
    if not isinstance(of, Table):
        raise of.place.refusal("`of` must be a table.", "Write {POSITION_KIND: CODE, …}.")

    def read(bare: Node) -> tuple[str, ...]:
        return listed(bare, lambda item: one_of(item, choices, what=f"`{field}`"), what="`of`")

    wanted: dict[str, Value[tuple[str, ...]]] = {}
    for key, part in of.entries.items():
        one_of(Scalar(key, of.keys[key]), POSITION_KINDS, what="`of`")
        wanted[key] = value(part, scope, read)
    return Match(field, wanted)


def _total(form: Form, scope: Scope) -> Total:
    kind = fact_kind(form.need("facts"), scope)
    award = value(
        form.need("award"), scope, lambda bare: Award(one_of(bare, tuple(Award), what="`award`"))
    )
    decimals = form.may("decimals")
    if award.value is Award.PROPORTIONAL and decimals is None:
        raise form.place.refusal(
            "a proportional award scales by a ratio and must state `decimals`.",
            "Add `decimals: 2`; the points are rounded half up there.",
        )
    target = form.need("target")
    read_target = entry(target, scope, what="`target`")
    if bounds(read_target).low == 0:
        raise target.place.refusal(
            "the target is 0, and nothing can be divided by it.", "Give a target above 0."
        )
    return Total(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        field=number_field(form.need("field"), kind, scope),
        window=window_or_ever(form.need("window"), scope),
        target=read_target,
        award=award,
        decimals=None if decimals is None else _decimals(decimals, scope),
    )


def _decimals(node: Node, scope: Scope) -> Value[int]:
    return value(
        node, scope, lambda bare: whole(bare, what="`decimals`", least=0, most=MOST_DECIMALS)
    )


def _latest(form: Form, scope: Scope) -> Latest:
    kind_node = form.need("facts")
    kind = fact_kind(kind_node, scope)
    for name in PERIOD_FIELDS:
        field_type(name, kind_node.place, kind, scope)
        check_always_there(name, kind_node.place, kind, scope)
    only = form.need("only")
    if not isinstance(only, Table) or len(only.entries) != 1:
        raise only.place.refusal("`only` names one field and its code.", "Write {state: DINILAI}.")
    ((state_field, state),) = only.entries.items()
    states = code_choices(state_field, only.place, kind, scope)
    check_always_there(state_field, only.place, kind, scope)
    by = form.need("by")
    if not isinstance(by, Listing) or len(by.items) != 2:
        raise by.place.refusal("`by` names two code fields.", "Write [regime, predicate].")
    regime, regimes = code_field(by.items[0], kind, scope)
    check_always_there(regime, by.items[0].place, kind, scope)
    predicate, predicates = code_field(by.items[1], kind, scope)
    window = window_or_ever(form.need("window"), scope)
    if isinstance(window, Ever):
        raise form.place.refusal(
            "the newest year needs a window.", "Write window: {months: 15, start: rolling}."
        )
    return Latest(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        period=word(form.need("period"), scope, (CALENDAR_YEAR,), what="`period`"),
        halves=_halves(form.need("halves"), scope),
        other=word(form.need("other_periods"), scope, (NOT_READ,), what="`other_periods`"),
        window=window,
        state_field=state_field,
        state=word(state, scope, states, what=f"`{state_field}`"),
        by=(regime, predicate),
        points=_two_tables(form.need("points"), scope, regimes, predicates),
        score_field=number_field(form.need("field"), kind, scope),
        scores=_scores(form.need("scores"), scope, regimes, predicates),
        decimals=_decimals(form.need("decimals"), scope),
        none=entry(form.need("none"), scope, what="`none`"),
    )


def _halves(node: Node, scope: Scope) -> Value[Halves]:
    return value(node, scope, lambda bare: Halves(one_of(bare, tuple(Halves), what="`halves`")))


def _two_tables(
    node: Node, scope: Scope, first: tuple[str, ...], second: tuple[str, ...]
) -> Mapping[str, Mapping[str, Entry]]:
    form = Form(node, what="`points`")
    found = {code: table(form.need(code), scope, second) for code in first}
    form.done()
    return found


def _scores(
    node: Node, scope: Scope, regimes: tuple[str, ...], predicates: tuple[str, ...]
) -> Mapping[str, Cuts]:
    form = Form(node, what="`scores`")
    found = {}
    for code in regimes:
        part = form.may(code)
        if part is not None:
            found[code] = cuts(part, scope, predicates, what=f"the cuts of {code}")
    form.done()
    return found


def _worst(form: Form, scope: Scope) -> Worst:
    kind_node = form.need("facts")
    kind = fact_kind(kind_node, scope)
    if kind != SANCTION:
        raise kind_node.place.refusal(
            f"`worst` reads sanctions and not `{kind}`.", f"Write facts: {SANCTION}."
        )
    by_node = form.need("by")
    by, choices = code_field(by_node, kind, scope)
    check_always_there(by, by_node.place, kind, scope)
    ignored = codes(form.need("ignored"), scope, choices, "`ignored`")
    since = form.may("since")
    return Worst(
        facts=kind,
        by=by,
        points=table(form.need("points"), scope, choices, left_out=ignored.value),
        ignored=ignored,
        none=entry(form.need("none"), scope, what="`none`"),
        window=any_window(form.need("window"), scope),
        late_filing=value(
            form.need("late_filing"),
            scope,
            lambda bare: LateFiling(one_of(bare, tuple(LateFiling), what="`late_filing`")),
        ),
        since=None
        if since is None
        else value(since, scope, lambda bare: Since(one_of(bare, tuple(Since), what="`since`"))),
    )


RULES: Mapping[str, Callable[[Form, Scope], Rule]] = {
    Best.NAME: _best,
    AnyOf.NAME: _any,
    Total.NAME: _total,
    Latest.NAME: _latest,
    Worst.NAME: _worst,
    **EXTRA,
    **UNIT_RULES,
    **CAREER,
}


def rule(form: Form, scope: Scope) -> Rule:
    """The rule that a measure's table states."""
    node = form.need("rule")
    return RULES[one_of(node, tuple(RULES), what="`rule`")](form, scope)


def highest(found: Rule) -> Decimal | None:
    """The most points a rule's own table can give; None where the maximum is its only number."""
    if isinstance(found, Best | Worst):
        return max(bounds(part).high for part in (*found.points.values(), found.none))
    if isinstance(found, Latest):
        tables = [part for by in found.points.values() for part in by.values()]
        return max(bounds(part).high for part in (*tables, found.none))
    own = highest_of(found)
    return highest_of_career(found) if own is None else own


def name_of(form: Form) -> str:
    """The name of a measure: lower-case words joined by underscores."""
    key = next((key for key in ITEM_NAMES if key in form.table.entries), ITEM_NAMES[0])
    node = form.need(key)
    name = text(node, what=f"`{key}`")
    if not name.replace("_", "").isalnum() or name != name.lower() or not name.isascii():
        raise node.place.refusal("this is no name of a measure.", "Use a-z, 0-9 and _.")
    return name
