"""Readers of the rules of `plans.extra`: a YAML table -> a rule, every parameter written out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from ledger.events.base import EMPLOYEE
from ledger.values import round_half_up
from ledger.vocabulary import PositionKind, RecordDimension
from projections.language.document import Form, Listing, Node, Table, listed, number, text, whole
from projections.language.values import (
    FREE_CODES,
    Scope,
    check_always_there,
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
from projections.language.windows import (
    MOST_DECIMALS,
    MOST_MONTHS,
    MOST_YEARS,
    any_window,
    months_of_years,
    window_or_ever,
)
from projections.plans.extra import (
    PERIOD,
    All,
    Elapsed,
    Grid,
    HeldPost,
    Mean,
    Newest,
    NoneInForce,
    OnDays,
    Product,
    Score,
    Share,
    Tally,
)
from projections.plans.plan import Entry, Extra, Value, bounds

POSITION_KINDS = tuple(kind.value for kind in PositionKind)
ORDINARY_YEAR = 2001
PERIOD_FIELDS = ("from", "to")
CALENDAR_YEAR = "calendar_year"
FIRST, NEWEST = "first", "newest"
ELEMENTS = "elements"
FLAG = "flag"


def _tally(form: Form, scope: Scope) -> Tally:
    kind = fact_kind(form.need("facts"), scope)
    field_node = form.need("by")
    by = text(field_node, what="`by`")
    found_type = field_type(by, field_node.place, kind, scope)
    choices = found_type.choices
    if not choices and found_type.name not in FREE_CODES:
        raise field_node.place.refusal(
            f"the field `{by}` of `{kind}` holds no code.", "Name a field that does, as `kind`."
        )
    check_always_there(by, field_node.place, kind, scope)
    points = form.need("points")
    found: Mapping[str, Entry]
    others = None
    if choices:
        found = table(points, scope, choices)
    else:
        found = _free_codes(points, scope)
        others = entry(form.need("others"), scope, what="`others`")
    return Tally(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        window=any_window(form.need("window"), scope),
        by=by,
        points=found,
        others=others,
    )


def _free_codes(node: Node, scope: Scope) -> dict[str, Entry]:
    if not isinstance(node, Table):
        raise node.place.refusal("`points` must be a table.", "Write {CODE: points, …}.")
    return {
        code: entry(part, scope, what=f"the points of {code}")
        for code, part in node.entries.items()
    }


def _share(form: Form, scope: Scope) -> Share:
    kind_node = form.need("facts")
    kind = fact_kind(kind_node, scope)
    field = form.need("field")
    name = text(field, what="`field`")
    field_type(name, field.place, kind, scope)
    if (kind, name) != ("record_check", ELEMENTS):
        raise field.place.refusal(
            "`share` reads the elements of a check of records.",
            "Write facts: record_check and field: elements.",
        )
    return Share(
        facts=kind,
        field=name,
        dimension=word(form.need("dimension"), scope, DIMENSIONS, what="`dimension`"),
        decimals=_decimals(form.need("decimals"), scope),
        none=entry(form.need("none"), scope, what="`none`"),
    )


def _elapsed(form: Form, scope: Scope) -> Elapsed:
    kind = fact_kind(form.need("facts"), scope)
    least = form.need("at_least")
    inner = Form(least, what="`at_least`")
    years, months = inner.may("years"), inner.may("months")
    inner.done()
    if (years is None) == (months is None):
        raise least.place.refusal("`at_least` has years or months.", "Write {years: 10}.")
    if years is not None:
        at_least = value(years, scope, months_of_years)
    else:
        at_least = value(months or least, scope, _months)
    return Elapsed(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        window=any_window(form.need("window"), scope),
        since=word(form.need("since"), scope, (FIRST, NEWEST), what="`since`"),
        at_least=at_least,
        none=entry(form.need("none"), scope, what="`none`"),
    )


def _months(node: Node) -> int:
    return whole(node, what="`months`", least=1, most=MOST_MONTHS)


def _none_in_force(form: Form, scope: Scope) -> NoneInForce:
    kind_node = form.need("facts")
    kind = fact_kind(kind_node, scope)
    if kind == "sanction":
        raise kind_node.place.refusal(
            "what a sanction's objections and rulings make of it, `none_in_force` does not read.",
            "Use rule: worst, with points for each level.",
        )
    return NoneInForce(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        window=any_window(form.need("window"), scope),
    )


def _all(form: Form, scope: Scope) -> All:
    kind_node = form.need("facts")
    kind = fact_kind(kind_node, scope)
    for name in PERIOD_FIELDS:
        field_type(name, kind_node.place, kind, scope)
    only = Form(form.need("only"), what="`only`")
    state_field, choices = "state", field_type("state", kind_node.place, kind, scope).choices
    state = word(only.need(state_field), scope, choices, what="`state`")
    only.done()
    failed = form.may("failed")
    by, known = code_field(form.need("by"), kind, scope)
    return All(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        years=value(
            form.need("years"),
            scope,
            lambda bare: whole(bare, what="`years`", least=1, most=MOST_YEARS),
        ),
        state_field=state_field,
        state=state,
        by=by,
        codes=codes(form.need("codes"), scope, known, "`codes`"),
        failed=None if failed is None else codes(failed, scope, choices, "`failed`"),
    )


def _mean(form: Form, scope: Scope) -> Mean:
    kind = fact_kind(form.need("facts"), scope)
    field = form.need("field")
    name = text(field, what="`field`")
    found = field_type(name, field.place, kind, scope)
    part = form.may("part")
    single = found.load is Decimal or found.name == FLAG
    several = found.inner is not None and found.inner.load is Decimal
    if not (single if part is None else several):
        raise field.place.refusal(
            f"the field `{name}` of `{kind}` is no number"
            + ("." if part is None else " by name, so it has no `part`."),
            "Name a number, a field that is true or false, or a `part` of one with several.",
        )
    of = form.need("of")
    read_of = value(of, scope, lambda bare: number(bare, what="`of`"))
    if read_of.value == 0:
        raise of.place.refusal("nothing can be divided by 0.", "Give the highest number.")
    return Mean(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        window=any_window(form.need("window"), scope),
        field=name,
        part=None if part is None else text(part, what="`part`"),
        of=read_of,
        decimals=_decimals(form.need("decimals"), scope),
        none=entry(form.need("none"), scope, what="`none`"),
    )


def _newest(form: Form, scope: Scope) -> Newest:
    kind_node = form.need("facts")
    kind = fact_kind(kind_node, scope)
    if field_type(PERIOD, kind_node.place, kind, scope).name != PERIOD:
        raise kind_node.place.refusal(
            f"the field `{PERIOD}` of `{kind}` is no period.", "Name a kind of fact about a period."
        )
    of = form.need("of")
    read_of = value(of, scope, lambda bare: number(bare, what="`of`"))
    if read_of.value == 0:
        raise of.place.refusal("nothing can be divided by 0.", "Give the highest number.")
    return Newest(
        facts=kind,
        where=conditions(form.may("where"), kind, scope),
        period=word(form.need("period"), scope, (CALENDAR_YEAR,), what="`period`"),
        window=window_or_ever(form.need("window"), scope),
        field=number_field(form.need("field"), kind, scope),
        of=read_of,
        decimals=_decimals(form.need("decimals"), scope),
        none=entry(form.need("none"), scope, what="`none`"),
    )


def _product(form: Form, scope: Scope) -> Product:
    base, factor = (
        Form(form.need("base"), what="`base`"),
        Form(form.need("factor"), what="`factor`"),
    )
    base_kind = fact_kind(base.need("facts"), scope)
    base_by, base_codes = code_field(base.need("by"), base_kind, scope)
    factor_kind = fact_kind(factor.need("facts"), scope)
    factor_by, factor_codes = code_field(factor.need("by"), factor_kind, scope)
    found = Product(
        base_facts=base_kind,
        base_where=conditions(base.may("where"), base_kind, scope),
        base_by=base_by,
        base=table(base.need("points"), scope, base_codes),
        factor_facts=factor_kind,
        factor_where=conditions(factor.may("where"), factor_kind, scope),
        factor_window=any_window(factor.need("window"), scope),
        factor_by=factor_by,
        factor=table(factor.need("points"), scope, factor_codes),
        decimals=_decimals(form.need("decimals"), scope),
        none=entry(form.need("none"), scope, what="`none`"),
    )
    base.done()
    factor.done()
    return found


def _grid(form: Form, scope: Scope) -> Grid:
    rows, columns = (
        Form(form.need("rows"), what="`rows`"),
        Form(form.need("columns"), what="`columns`"),
    )
    row_kind, column_kind = (fact_kind(one.need("facts"), scope) for one in (rows, columns))
    by, known = code_field(rows.need("by"), row_kind, scope)
    points = Form(rows.need("points"), what="`points`")
    found = Grid(
        row_facts=row_kind,
        row_where=conditions(rows.may("where"), row_kind, scope),
        row_window=any_window(rows.need("window"), scope),
        row_by=by,
        row_points={code: _number(points.need(code), scope) for code in known},
        row_cuts=_cuts(rows.need("cuts"), scope),
        column_facts=column_kind,
        column_where=conditions(columns.may("where"), column_kind, scope),
        column_window=any_window(columns.need("window"), scope),
        column_field=number_field(columns.need("field"), column_kind, scope),
        column_cuts=_cuts(columns.need("cuts"), scope),
        boxes=_boxes(form.need("boxes"), scope),
        none=entry(form.need("none"), scope, what="`none`"),
    )
    for one in (rows, columns, points):
        one.done()
    sizes = {len(found.column_cuts) + 1}
    if len(found.boxes) != len(found.row_cuts) + 1 or {len(one) for one in found.boxes} != sizes:
        raise form.place.refusal(
            "`boxes` do not fill the square that the cuts make.",
            "Give one row more than `rows` has cuts, each with one box more than `columns` has.",
        )
    return found


def _number(node: Node, scope: Scope) -> Value[Decimal]:
    return value(node, scope, lambda bare: number(bare, what="a number"))


def _cuts(node: Node, scope: Scope) -> tuple[Value[Decimal], ...]:
    """Where the next part begins, ascending."""
    found = _numbers(node, scope)
    if [one.value for one in found] != sorted({one.value for one in found}):
        raise node.place.refusal("the cuts are not ascending.", "Order them, as [60, 80].")
    return found


def _boxes(node: Node, scope: Scope) -> tuple[tuple[Value[Decimal], ...], ...]:
    items = node.items if isinstance(node, Listing) else ()
    return tuple(_numbers(one, scope) for one in items)


def _numbers(node: Node, scope: Scope) -> tuple[Value[Decimal], ...]:
    if not isinstance(node, Listing) or not node.items:
        raise node.place.refusal("a list of numbers is needed.", "Write [60, 80].")
    return tuple(_number(one, scope) for one in node.items)


def _post(form: Form, scope: Scope) -> HeldPost:
    if scope.owner != EMPLOYEE:
        raise form.place.refusal("a unit holds no post.", "Use it in an instrument about people.")
    return HeldPost(codes(form.need("kinds"), scope, POSITION_KINDS, "`kinds`"))


def _on_days(form: Form, scope: Scope) -> OnDays:
    return OnDays(value(form.need("days"), scope, _month_days))


def _month_days(node: Node) -> frozenset[str]:
    """Days of a year as 04-01; 29 February is none of every year."""
    found = listed(node, lambda item: text(item, what="a day"), what="`days`")
    for one in found:
        try:
            date.fromisoformat(f"{ORDINARY_YEAR}-{one}")
        except ValueError:
            raise node.place.refusal(
                f"`{one}` is no day of every year.", "Write month and day, as '04-01'."
            ) from None
    return frozenset(found)


def _score(form: Form, scope: Scope) -> Score:
    part = form.may("of")
    return Score(
        instrument=value(
            form.need("instrument"), scope, lambda bare: text(bare, what="`instrument`")
        ),
        part=None if part is None else text(part, what="`of`"),
        decimals=_decimals(form.need("decimals"), scope),
    )


def _decimals(node: Node, scope: Scope) -> Value[int]:
    return value(
        node, scope, lambda bare: whole(bare, what="`decimals`", least=0, most=MOST_DECIMALS)
    )


DIMENSIONS = tuple(one.value for one in RecordDimension)

EXTRA: Mapping[str, Callable[[Form, Scope], Extra]] = {
    Tally.NAME: _tally,
    Share.NAME: _share,
    Elapsed.NAME: _elapsed,
    NoneInForce.NAME: _none_in_force,
    All.NAME: _all,
    Mean.NAME: _mean,
    Newest.NAME: _newest,
    Product.NAME: _product,
    Grid.NAME: _grid,
    OnDays.NAME: _on_days,
    HeldPost.NAME: _post,
    Score.NAME: _score,
}


def highest_of(found: object) -> Decimal | None:
    """The most points that a rule's own tables give; None where `max` is its only number."""
    if isinstance(found, Grid):
        return max(box.value for row in found.boxes for box in row)
    if isinstance(found, Product):
        base, factor = (
            max(bounds(one).high for one in table_of.values())
            for table_of in (found.base, found.factor)
        )
        return round_half_up(base * factor, found.decimals.value).normalize()
    return None
