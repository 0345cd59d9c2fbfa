"""Readers of the rules of `plans.career`: a YAML table -> a rule, every parameter written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from ledger.values import round_half_up
from projections.language.document import (
    Form,
    Node,
    Scalar,
    Table,
    listed,
    number,
    one_of,
    text,
    whole,
)
from projections.language.values import (
    FREE_CODES,
    Scope,
    code_field,
    codes,
    conditions,
    entry,
    fact_kind,
    field_type,
    number_field,
    table,
    value,
    word,
)
from projections.language.windows import MOST_DECIMALS, MOST_MONTHS, any_window
from projections.plans.career import CLOSES, Accrued, AtStep, Bonus, Conversion, Ladder, NoOpenCase
from projections.plans.plan import Condition, Entry, Extra, Value, bounds
from projections.plans.words import Say

PERIOD_FIELDS = ("from", "to")
FIRST, NEWEST, HIGHEST = "first", "newest", "highest"
CASE = "case"
MOST_STEPS = 99
IDENT = "ident"


def _conversion(form: Form, scope: Scope) -> Conversion:
    base, factor = (Form(form.need(key), what=f"`{key}`") for key in ("base", "factor"))
    base_kind, factor_kind = (fact_kind(one.need("facts"), scope) for one in (base, factor))
    base_by, base_codes = code_field(base.need("by"), base_kind, scope)
    factor_by, factor_codes = code_field(factor.need("by"), factor_kind, scope)
    for name in PERIOD_FIELDS:
        field_type(name, factor.place, factor_kind, scope)
    found = Conversion(
        base_facts=base_kind,
        base_where=conditions(base.may("where"), base_kind, scope),
        base_by=base_by,
        base=table(base.need("points"), scope, base_codes),
        factor_facts=factor_kind,
        factor_where=conditions(factor.may("where"), factor_kind, scope),
        factor_window=any_window(factor.need("window"), scope),
        factor_by=factor_by,
        factor=table(factor.need("points"), scope, factor_codes),
        months=_whole(form.need("months"), scope, "`months`", most=MOST_MONTHS),
        decimals=_whole(form.need("decimals"), scope, "`decimals`", least=0, most=MOST_DECIMALS),
        none=entry(form.need("none"), scope, what="`none`"),
    )
    base.done()
    factor.done()
    return found


def _accrued(form: Form, scope: Scope) -> Accrued:
    kind = fact_kind(form.need("facts"), scope)
    since = Form(form.need("since"), what="`since`")
    since_kind = fact_kind(since.need("facts"), scope)
    by, known = _coded(since.need("by"), since_kind, scope)
    needed, extra = since.may("need"), form.may("bonus")
    say = form.need("say")
    told = value(say, scope, lambda bare: Say(one_of(bare, tuple(Say), what="`say`")))
    if needed is None and (told.value is not Say.COLLECTED or extra is not None):
        raise say.place.refusal(
            "without a `need` there is only what was collected.", "Add `need` to `since`."
        )
    found = Accrued(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        field=number_field(form.need("field"), kind, scope),
        since_facts=since_kind,
        since_where=conditions(since.may("where"), since_kind, scope),
        since_by=by,
        start=word(since.need("start"), scope, (FIRST, NEWEST), what="`start`"),
        need=None if needed is None else _entries(needed, scope, known),
        bonus=None if extra is None else _bonus(Form(extra, what="`bonus`"), scope),
        say=told,
        decimals=_whole(form.need("decimals"), scope, "`decimals`", least=0, most=MOST_DECIMALS),
        none=entry(form.need("none"), scope, what="`none`"),
    )
    since.done()
    return found


def _bonus(form: Form, scope: Scope) -> Bonus:
    kind = fact_kind(form.need("facts"), scope)
    by, known = code_field(form.need("by"), kind, scope)
    ranks = Form(form.need("ranks"), what="`ranks`")
    found = Bonus(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        by=by,
        ranks={code: _number(ranks.need(code), scope) for code in known},
        share=_number(form.need("share"), scope),
    )
    ranks.done()
    form.done()
    return found


def _ladder(form: Form, scope: Scope) -> Ladder:
    kind = fact_kind(form.need("facts"), scope)
    by, _ = _coded(form.need("by"), kind, scope)
    steps_node = form.need("steps")
    steps = value(steps_node, scope, _words)
    if len(set(steps.value)) != len(steps.value):
        raise steps_node.place.refusal("a step stands twice.", "Name each once, lowest first.")
    limit = Form(form.need("limit"), what="`limit`")
    limit_kind = fact_kind(limit.need("facts"), scope)
    limit_by, known = _coded(limit.need("by"), limit_kind, scope)
    room = Form(form.need("room"), what="`room`")
    most = room.may("most")
    found = Ladder(
        facts=kind,
        by=by,
        steps=steps,
        limit_facts=limit_kind,
        limit_where=conditions(limit.may("where"), limit_kind, scope),
        limit_by=limit_by,
        to={
            code: value(part, scope, lambda bare: one_of(bare, steps.value, what="a step"))
            for code, part in _named(limit.need("to"), known, "`to`").items()
        },
        choose=word(limit.need("choose"), scope, (NEWEST, HIGHEST), what="`choose`"),
        least=_whole(room.need("least"), scope, "`least`", least=0, most=MOST_STEPS),
        most=None if most is None else _whole(most, scope, "`most`", least=0, most=MOST_STEPS),
        none=entry(form.need("none"), scope, what="`none`"),
    )
    room.done()
    limit.done()
    return found


def _at_step(form: Form, scope: Scope) -> AtStep:
    kind = fact_kind(form.need("facts"), scope)
    by, known = _coded(form.need("by"), kind, scope)
    codes_node = form.need("codes")
    asking = codes(codes_node, scope, known, "`codes`") if known else _free(codes_node, scope)
    proof, confirm = form.may("proof"), form.may("confirm")
    if (proof is None) == (confirm is None):
        raise form.place.refusal(
            "a step asks for a proof, or for what must be confirmed.",
            "Write `proof: {facts: …}` or `confirm: …`, not both.",
        )
    proof_kind, proof_by = "", ""
    to: dict[str, Value[frozenset[str]]] = {}
    where: tuple[Condition, ...] = ()
    if proof is not None:
        inner = Form(proof, what="`proof`")
        proof_kind = fact_kind(inner.need("facts"), scope)
        where = conditions(inner.may("where"), proof_kind, scope)
        proof_by, serving = _coded(inner.need("by"), proof_kind, scope)
        named = _named(inner.need("to"), tuple(sorted(asking.value)), "`to`")
        if set(named) != asking.value:
            raise inner.place.refusal(
                "`to` and `codes` name different steps.", "State what proves each of them."
            )
        to = {
            code: codes(part, scope, serving, "`to`") if serving else _free(part, scope)
            for code, part in named.items()
        }
        inner.done()
    return AtStep(
        facts=kind,
        by=by,
        codes=asking,
        proof_facts=proof_kind,
        proof_where=where,
        proof_by=proof_by,
        to=to,
        confirm=None if confirm is None else text(confirm, what="`confirm`"),
        none=entry(form.need("none"), scope, what="`none`"),
    )


def _no_open_case(form: Form, scope: Scope) -> NoOpenCase:
    kind_node = form.need("facts")
    kind = fact_kind(kind_node, scope)
    if kind != CASE:
        raise kind_node.place.refusal(
            f"`no_open_case` reads cases and not `{kind}`.", f"Write facts: {CASE}."
        )
    return NoOpenCase(kind, codes(form.need("closed_by"), scope, tuple(CLOSES), "`closed_by`"))


def _coded(node: Node, kind: str, scope: Scope) -> tuple[str, tuple[str, ...]]:
    """The name of a field that holds a code, and its closed list; none where its words are data."""
    name = text(node, what="`by`")
    found = field_type(name, node.place, kind, scope)
    if found.choices or found.name in (*FREE_CODES, IDENT):
        return name, found.choices
    return code_field(node, kind, scope)


def _named(node: Node, known: tuple[str, ...], what: str) -> Mapping[str, Node]:
    """What is said of each code that is named; codes of a closed list are checked."""
    if not isinstance(node, Table) or not node.entries:
        raise node.place.refusal(f"{what} must be a table.", "Write {CODE: …}.")
    for code in node.entries if known else ():
        one_of(Scalar(code, node.keys[code]), known, what=what)
    return node.entries


def _entries(node: Node, scope: Scope, known: tuple[str, ...]) -> dict[str, Entry]:
    return {
        code: entry(part, scope, what=f"the need of {code}")
        for code, part in _named(node, known, "`need`").items()
    }


def _words(node: Node) -> tuple[str, ...]:
    return listed(node, lambda item: text(item, what="a code"), what="the codes")


def _free(node: Node, scope: Scope) -> Value[frozenset[str]]:
    return value(node, scope, lambda bare: frozenset(_words(bare)))


def _number(node: Node, scope: Scope) -> Value[Decimal]:
    return value(node, scope, lambda bare: number(bare, what="a number"))


def _whole(node: Node, scope: Scope, what: str, *, least: int = 1, most: int) -> Value[int]:
    return value(node, scope, lambda bare: whole(bare, what=what, least=least, most=most))


CAREER: Mapping[str, Callable[[Form, Scope], Extra]] = {
    Conversion.NAME: _conversion,
    Accrued.NAME: _accrued,
    Ladder.NAME: _ladder,
    AtStep.NAME: _at_step,
    NoOpenCase.NAME: _no_open_case,
}


def highest_of_career(found: object) -> Decimal | None:
    """The most points that a rule's own tables give; None where `max` is its only number."""
    if isinstance(found, Conversion):
        base, factor = (
            max(bounds(one).high for one in table_of.values())
            for table_of in (found.base, found.factor)
        )
        return round_half_up(base * factor, found.decimals.value).normalize()
    said = isinstance(found, Accrued) and found.say.value in (Say.COUNTED, Say.LACKING)
    if isinstance(found, Accrued) and said and found.need is not None:
        return max(bounds(one).high for one in found.need.values())
    return None
