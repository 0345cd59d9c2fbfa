"""The instrument language: a YAML text -> one checked plan, or a refusal that says where and why.

`load` is the only door. It checks that every number is cited and marked, that no unknown rule,
fact, field or code is named and no sealed one read, that maxima add up for every kind of
position, and that bands have no gap or overlap. Legal basis of each number: the `cite` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ledger.canonical import decimal_text
from ledger.events.base import EMPLOYEE, ORG_UNIT
from ledger.vocabulary import EmploymentStatus, Standing
from projections.language import rules
from projections.language.document import (
    Form,
    Listing,
    Node,
    Place,
    Table,
    day,
    number,
    one_of,
    parse,
    text,
)
from projections.language.rules import POSITION_KINDS
from projections.language.units import unit_kinds
from projections.language.values import Scope, codes, cuts, value, word
from projections.plans.plan import (
    Cuts,
    Interval,
    Mark,
    Measure,
    Plan,
    Population,
    Rule,
    Sum,
    UnitPopulation,
    Value,
    bounds,
    depends_on_position,
)
from projections.plans.words import Basis

SUBJECTS = (EMPLOYEE, ORG_UNIT)
PERIOD_END = "period_end"
MOST_LEVELS = 6
NOT_STANDING = "`not_standing`"
OUTCOMES = ("met", "not_met", "unknown")


@lru_cache(maxsize=64)
def load(document: bytes, *, file: str) -> Plan:
    """The checked plan of an instrument text. `file` names it in messages. A text is read once.

    Raises:
        DocumentRefused: code instrument_refused; file, line, path and remedy are in the message.
    """
    form = Form(parse(document, file=file), what="an instrument")
    name = read_name(form.need("instrument"))
    subject = one_of(form.need("subject"), SUBJECTS, what="`subject`")
    scope = Scope(subject).below(form)
    asked = form.may("requirements")
    scope = replace(scope, requirements=asked is not None)
    maximum = read_maximum(form, scope) if asked is None else _how_many(asked, scope)
    measures_node = form.need("measures") if asked is None else asked
    measures = read_measures(measures_node, scope, level=1)
    outcomes = None if asked is None else read_outcomes(form.need("outcomes"))
    bands = form.need("bands") if asked is None else asked
    first_day, sure_from = read_in_force(form.need("in_force_from"), scope)
    plan = Plan(
        instrument=name,
        title=text(form.need("title"), what="`title`"),
        subject=subject,
        decree=text(form.need("decree"), what="`decree`"),
        basis=Basis(one_of(form.need("basis"), tuple(Basis), what="`basis`")),
        first_day=first_day,
        sure_from=sure_from,
        cut_off=read_cut_off(form.need("period"), scope),
        population=read_population(form.need("population"), scope),
        maximum=maximum,
        measures=measures,
        bands=_met(maximum, outcomes)
        if outcomes
        else cuts(bands, scope, None, what="the bands", top=maximum.value),
        outcomes=outcomes,
        later=read_later(form.may("later_text")),
    )
    form.done()
    check_sum(measures, maximum.value, measures_node.place, POSITION_KINDS)
    if isinstance(plan.population, Population):
        _check_statuses(measures, plan.population, measures_node.place)
    if depends_on_position(measures) or _statuses_named(measures):
        raise measures_node.place.refusal(
            "a `when` stands at a top measure.",
            "Put the measures with `when` below one measure with `sum`.",
        )
    return plan


def read_name(node: Node) -> str:
    """The name by which scores are asked for: lower-case words joined by hyphens."""
    name = text(node, what="`instrument`")
    if not name.replace("-", "").isalnum() or name != name.lower() or not name.isascii():
        raise node.place.refusal("this is no name of an instrument.", "Use a-z, 0-9 and -.")
    return name


def _how_many(node: Node, scope: Scope) -> Value[Decimal]:
    """All requirements are to be met, each counting 1."""
    mark, cite = scope.stated(node.place)
    count = len(node.items) if isinstance(node, Listing) else 0
    return Value(Decimal(count), mark, cite, node.place.path)


def read_outcomes(node: Node) -> tuple[str, str, str]:
    """The words for met, not met and not known yet."""
    form = Form(node, what="`outcomes`")
    found = tuple(text(form.need(key), what=f"`{key}`") for key in OUTCOMES)
    form.done()
    if len(set(found)) != len(found):
        raise node.place.refusal("two outcomes have one word.", "Give each its own.")
    met, not_met, unknown = found
    return met, not_met, unknown


def _met(maximum: Value[Decimal], words: tuple[str, str, str]) -> Cuts:
    """As bands: everything met, or not."""
    mark, cite, at = maximum.mark, maximum.cite, maximum.at
    met, not_met = (
        Value((word,), mark, cite, f"{at}.{end}")
        for word, end in zip(words[:2], OUTCOMES[:2], strict=True)
    )
    top, nil = maximum.value, Decimal(0)
    below = Interval(nil, low_inside=True, high=top, high_inside=False, codes=not_met)
    at_top = Interval(top, low_inside=True, high=top, high_inside=True, codes=met)
    return Cuts(Value("lower", mark, cite, f"{at}.edge"), (below, at_top))


def read_in_force(node: Node, scope: Scope) -> tuple[Value[date], date | None]:
    """`in_force_from`: a day, bare or {mark: day}, with the day by which it was so for sure.

    `sure_from` stands beside the mark: {recalled: 2010-03-31, sure_from: 2011-01-01}. A bare day of
    a text whose numbers are recalled or assumed is a reading: who enacts the text confirms it.
    """
    sure = node.entries.get("sure_from") if isinstance(node, Table) else None
    if sure is None or not isinstance(node, Table):
        if not isinstance(node, Table) and scope.mark is not None and scope.mark.makes_provisional:
            scope = replace(scope, mark=Mark.READING)
        return value(node, scope, lambda bare: day(bare, what="`in_force_from`")), None
    kept = {key: part for key, part in node.entries.items() if part is not sure}
    found = value(replace(node, entries=kept), scope, lambda bare: day(bare, what="the day"))
    sure_from = day(sure, what="`sure_from`")
    if not found.mark.makes_provisional or sure_from <= found.value:
        raise node.place.refusal(
            "`sure_from` is a later day than one that is recalled or assumed.",
            "Write {recalled: 2010-03-31, sure_from: 2011-01-01}, or the day alone.",
        )
    return found, sure_from


def read_later(node: Node | None) -> tuple[tuple[date, str], ...]:
    """`later_text`: {from: day, title: text}, a text that is known to replace this one."""
    if node is None:
        return ()
    form = Form(node, what="`later_text`")
    found = day(form.need("from"), what="`from`"), text(form.need("title"), what="`title`")
    form.done()
    return (found,)


def read_maximum(form: Form, scope: Scope) -> Value[Decimal]:
    node = form.need("max")
    found = value(node, scope, lambda bare: number(bare, what="`max`"))
    if found.value == 0:
        raise node.place.refusal("a maximum of 0 measures nothing.", "Give points above 0.")
    return found


def read_cut_off(node: Node, scope: Scope) -> Value[str]:
    form = Form(node, what="`period`")
    found = word(form.need("cut_off"), scope, (PERIOD_END,), what="`cut_off`")
    form.done()
    return found


def read_population(node: Node, scope: Scope) -> Population | UnitPopulation:
    form = Form(node, what="`population`")
    if scope.owner == ORG_UNIT:
        kind = form.may("kind")
        form.done()
        return UnitPopulation(None if kind is None else value(kind, scope, unit_kinds))
    standing, kinds = form.may("standing"), form.may("position_kind")
    not_standing = form.may("not_standing")
    if standing is not None and not_standing is not None:
        raise node.place.refusal("`standing` and `not_standing` are both there.", "Keep one.")
    found = Population(
        codes(form.need("employment"), scope, tuple(EmploymentStatus), "`employment`"),
        None if standing is None else codes(standing, scope, tuple(Standing), "`standing`"),
        None if kinds is None else codes(kinds, scope, POSITION_KINDS, "`position_kind`"),
        None if not_standing is None else codes(not_standing, scope, tuple(Standing), NOT_STANDING),
    )
    form.done()
    return found


def read_measures(node: Node, scope: Scope, *, level: int) -> tuple[Measure, ...]:
    if not isinstance(node, Listing) or not node.items:
        raise node.place.refusal("a list of measures is needed.", "Begin each with `- measure: …`.")
    if level > MOST_LEVELS:
        raise node.place.refusal(f"measures nest deeper than {MOST_LEVELS}.", "Flatten them.")
    found = tuple(read_measure(item, scope, level=level) for item in node.items)
    for kind in POSITION_KINDS:
        named = [one for one in found if one.applies_to(kind)]
        for one, item in zip(found, node.items, strict=True):
            if any(one is other for other in named) and _meeting(one, named):
                raise item.place.refusal(
                    f"two measures named `{one.name}` apply to {kind}.",
                    "Give them other names, or a `when` that keeps them apart.",
                )
    return found


def _meeting(measure: Measure, others: Sequence[Measure]) -> bool:
    """Whether another measure of the same name applies to the same people."""
    for one in others:
        if one is measure or one.name != measure.name:
            continue
        if measure.employed is None or one.employed is None:
            return True
        if measure.employed.value & one.employed.value:
            return True
    return False


def read_measure(node: Node, scope: Scope, *, level: int) -> Measure:
    form = Form(node, what="a measure")
    name = rules.name_of(form)
    inner = scope.below(form)
    mark, cite = inner.stated(form.place)
    maximum = Value(Decimal(1), mark, cite, form.place.path)
    if not scope.requirements:
        maximum = read_maximum(form, inner)
    when = form.may("when")
    applies, employed = (None, None) if when is None else _when(when, inner)
    children = form.may("sum")
    if children is None or scope.requirements:
        rule: Rule = rules.rule(form, inner)
    elif "rule" in form.table.entries:
        raise form.place.refusal(
            "a measure has a `rule` or a `sum`, not both.", "Put the rule into a measure below."
        )
    else:
        rule = Sum(read_measures(children, inner, level=level + 1))
    form.done()
    found = Measure(name, form.place.path, maximum, applies, cite, mark, rule, employed)
    kinds = [kind for kind in POSITION_KINDS if found.applies_to(kind)]
    if isinstance(rule, Sum):
        check_sum(rule.measures, maximum.value, form.place, kinds)
    _check_highest(found, form.place)
    _check_match(found, form.place, kinds)
    return found


_Codes = Value[frozenset[str]]


def _when(node: Node, scope: Scope) -> tuple[_Codes | None, _Codes | None]:
    """The kinds of position, or what status kepegawaian, a measure applies to."""
    form = Form(node, what="`when`")
    if scope.owner == ORG_UNIT:
        raise form.place.refusal(
            "a unit holds no post and no status.", "Leave `when` out, or name kinds of unit above."
        )
    kinds, employed = form.may("position_kind"), form.may("employment")
    form.done()
    if (kinds is None) == (employed is None):
        raise form.place.refusal(
            "`when` names kinds of position or a status kepegawaian.",
            "Write {position_kind: […]} or {employment: […]}.",
        )
    if kinds is not None:
        return codes(kinds, scope, POSITION_KINDS, "`position_kind`"), None
    return None, codes(employed or node, scope, tuple(EmploymentStatus), "`employment`")


def check_sum(
    measures: tuple[Measure, ...], maximum: Decimal, place: Place, kinds: Sequence[str]
) -> None:
    """Maxima add up, for each kind of position where measures depend on it."""
    split = depends_on_position(measures)
    employed = _statuses_named(measures)
    if split and employed:
        raise place.refusal(
            "measures depend on the position and on the employment side by side.",
            "Put the ones below a measure with `sum` of their own.",
        )
    for who, applying in _applying(measures, kinds if split else kinds[:1], employed):
        found = sum((one.maximum.value for one in applying), Decimal(0))
        if found != maximum:
            raise place.refusal(
                f"the maxima of the measures add up to {decimal_text(found)}{who}"
                f" and not to {decimal_text(maximum)}.",
                "Correct a `max`, or a `when` that leaves a kind of position out.",
            )


def _applying(
    measures: tuple[Measure, ...], kinds: Sequence[str], employed: frozenset[str]
) -> Iterator[tuple[str, list[Measure]]]:
    """The measures that apply to each kind of position, or to each status that is named."""
    if employed:
        for status in sorted(employed):
            yield f" for {status}", [one for one in measures if one.employs(status)]
        return
    for kind in kinds:
        who = f" for {kind}" if depends_on_position(measures) else ""
        yield who, [one for one in measures if one.applies_to(kind)]


def _check_highest(measure: Measure, place: Place) -> None:
    none = getattr(measure.rule, "none", None)
    if none is not None and bounds(none).high > measure.maximum.value:
        raise place.refusal(
            f"`none` is up to {decimal_text(bounds(none).high)} points"
            f" and `max` is {decimal_text(measure.maximum.value)}.",
            "Keep it within `max`.",
        )
    highest = rules.highest(measure.rule)
    if highest is not None and highest != measure.maximum.value:
        raise place.refusal(
            f"the highest points are {decimal_text(highest)}"
            f" and `max` is {decimal_text(measure.maximum.value)}.",
            "Make the two equal.",
        )


def _check_statuses(measures: Sequence[Measure], population: Population, place: Place) -> None:
    """Where measures depend on the status, nobody of the population is left without points."""
    for one in measures:
        if not isinstance(one.rule, Sum):
            continue
        parts = one.rule.measures
        for status in sorted(population.employment.value) if _statuses_named(parts) else ():
            found = sum((part.maximum.value for part in parts if part.employs(status)), Decimal(0))
            if found != one.maximum.value:
                raise place.refusal(
                    f"{one.at}: the maxima of the measures add up to {decimal_text(found)} for"
                    f" {status} and not to {decimal_text(one.maximum.value)}.",
                    "Name the status in a `when`, or take it out of the population.",
                )
        _check_statuses(parts, population, place)


def _check_match(measure: Measure, place: Place, kinds: Sequence[str]) -> None:
    """A match says what each kind of position asks for, neither more nor fewer."""
    match = getattr(measure.rule, "match", None)
    if match is None:
        return
    if measure.when is None or set(match.of) != set(kinds):
        raise place.refusal(
            "`match` and `when` name different kinds of position.",
            "State in `match` what each kind in `when` asks for: " + ", ".join(kinds) + ".",
        )


def _statuses_named(measures: tuple[Measure, ...]) -> frozenset[str]:
    """The statuses that some of these measures name, none if all apply to everybody."""
    named = [measure.employed.value for measure in measures if measure.employed is not None]
    return frozenset().union(*named)
