"""Parameters of an instrument as they are written: a value, or {mark: value, cite: article}.

A `Scope` is what a parameter inherits: mark and citation of its measure or of the instrument, and
the facts an instrument may read, which are the open fields of the facts about its subject.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from ledger.events.registry import FACT_SPECS
from ledger.fields import FieldType
from projections.language.document import (
    Form,
    Listing,
    Node,
    Place,
    Table,
    listed,
    number,
    one_of,
    text,
)
from projections.plans.plan import KNOWN, Condition, Cuts, Entry, Interval, Mark, Span, Value

T = TypeVar("T")
MARKS = tuple(mark.value for mark in Mark)
ABSENT = "absent"
PAIR = 2
FREE_CODES = ("word", "golongan")
# What others printed is compared with a score and never enters one (docs/facts.md 2).
NEVER_READ = {"published_score"}
FLAG_WORDS = ("true", "false", "absent")
UPPER, LOWER = "upper", "lower"


@dataclass(frozen=True, slots=True)
class Scope:
    """What parameters at a place inherit, whose facts they may name, and whether each
    measure is a requirement, met or not.
    """

    owner: str
    mark: Mark | None = None
    cite: str | None = None
    requirements: bool = False

    def below(self, form: Form) -> Scope:
        """The scope inside a table that may state its own `mark` and `cite`."""
        mark, cite = form.may("mark"), form.may("cite")
        return replace(
            self,
            mark=self.mark if mark is None else Mark(one_of(mark, MARKS[:-1], what="`mark`")),
            cite=self.cite if cite is None else text(cite, what="`cite`"),
        )

    def stated(self, place: Place) -> tuple[Mark, str]:
        """Mark and citation; every value of the law has both."""
        if self.cite is None:
            raise place.refusal(
                "no citation is stated here or above.",
                "Add `cite: …` to the measure or instrument.",
            )
        if self.mark is None:
            raise place.refusal(
                "no mark is stated here or above.", "Add `mark: ` " + ", ".join(MARKS[:-1]) + "."
            )
        return self.mark, self.cite


def _unwrapped(node: Node, scope: Scope) -> tuple[Node, Scope]:
    """The bare node of {mark: value, cite?: article}, with the scope that says so."""
    if not isinstance(node, Table):
        return node, scope
    found = [key for key in node.entries if key in MARKS]
    if len(found) != 1 or set(node.entries) - {found[0], "cite"}:
        raise node.place.refusal(
            "a parameter is a value or {mark: value}, with an optional cite.",
            "Use one mark of: " + ", ".join(MARKS) + ".",
        )
    cite = node.entries.get("cite")
    said = scope.cite if cite is None else text(cite, what="`cite`")
    return node.entries[found[0]], replace(scope, mark=Mark(found[0]), cite=said)


def value(node: Node, scope: Scope, read: Callable[[Node], T]) -> Value[T]:
    """A parameter that must be known."""
    bare, own = _unwrapped(node, scope)
    mark, cite = own.stated(node.place)
    if mark is Mark.MISSING:
        raise node.place.refusal(
            "only a number of points may be missing.", "Give the value with another mark."
        )
    return Value(read(bare), mark, cite, node.place.path)


def entry(node: Node, scope: Scope, *, what: str) -> Entry:
    """A number of points, or {missing: [low, high]} when nobody knows it."""
    bare, own = _unwrapped(node, scope)
    mark, cite = own.stated(node.place)
    at = node.place.path
    if mark is not Mark.MISSING:
        return Value(number(bare, what=what), mark, cite, at)
    items = bare.items if isinstance(bare, Listing) else ()
    limits = [number(item, what=what) for item in items]
    if len(limits) != PAIR or limits[0] >= limits[1]:
        raise node.place.refusal(
            "what is missing needs its bounds.", "Write {missing: [lowest, highest]}."
        )
    return Value(Span(limits[0], limits[1]), mark, cite, at)


def word(node: Node, scope: Scope, allowed: tuple[str, ...], *, what: str) -> Value[str]:
    """A word of a closed list of the language."""
    return value(node, scope, lambda bare: one_of(bare, allowed, what=what))


def codes(node: Node, scope: Scope, allowed: tuple[str, ...], what: str) -> Value[frozenset[str]]:
    """One or several codes of a closed list, each at most once."""

    def read(bare: Node) -> frozenset[str]:
        found = listed(bare, lambda item: one_of(item, allowed, what=what), what=what)
        if len(set(found)) != len(found):
            raise bare.place.refusal(f"{what} names a code twice.", "Keep one of them.")
        return frozenset(found)

    return value(node, scope, read)


def fact_kind(node: Node, scope: Scope) -> str:
    """The word of a fact that is recorded about the subject of the instrument."""
    specs = FACT_SPECS.items()
    known = {name for (owner, name), spec in specs if owner == scope.owner and spec.is_fact}
    return one_of(node, tuple(sorted(known - NEVER_READ)), what="`facts`")


def field_type(name: str, place: Place, kind: str, scope: Scope) -> FieldType:
    """The type of an open field of a fact; a sealed field is refused, scores never decrypt."""
    spec = FACT_SPECS[scope.owner, kind]
    if name in spec.sealed_names:
        raise place.refusal(
            f"the field `{name}` of `{kind}` is sealed, so no score may read it.",
            "Use one of: " + ", ".join(sorted(spec.open_names)) + ".",
        )
    for part in spec.fields:
        if part.name == name:
            return part.type
    raise place.refusal(
        f"`{kind}` has no field `{name}`.",
        "Use one of: " + ", ".join(sorted(spec.open_names)) + ".",
    )


def check_always_there(name: str, place: Place, kind: str, scope: Scope) -> None:
    """Refuse a field that a fact may lack, where a rule has no word for what is unknown."""
    for part in FACT_SPECS[scope.owner, kind].fields:
        if part.name == name and not part.required and part.default is None:
            raise place.refusal(
                f"the field `{name}` of `{kind}` may be absent, so this rule cannot rest on it.",
                "Name a field that every such fact has.",
            )


def code_field(node: Node, kind: str, scope: Scope) -> tuple[str, tuple[str, ...]]:
    """The name of an open field that holds a code of a closed list, and that list."""
    name = text(node, what="a field")
    return name, code_choices(name, node.place, kind, scope)


def code_choices(name: str, place: Place, kind: str, scope: Scope) -> tuple[str, ...]:
    """The closed list of a field."""
    choices = field_type(name, place, kind, scope).choices
    if not choices:
        raise place.refusal(
            f"the field `{name}` of `{kind}` holds no code of a closed list.",
            "Name a field that does, as `level` or `category`.",
        )
    return choices


def number_field(node: Node, kind: str, scope: Scope) -> str:
    """The name of an open field that holds a number."""
    name = text(node, what="`field`")
    if field_type(name, node.place, kind, scope).load is not Decimal:
        raise node.place.refusal(
            f"the field `{name}` of `{kind}` is not a number.", "Name a field that is, as `hours`."
        )
    return name


def conditions(node: Node | None, kind: str, scope: Scope) -> tuple[Condition, ...]:
    """`where`: {field: codes}; the word `absent` lets facts without the field pass.

    A field that is true or false has these as words; of an id it may be asked that it is `known`.
    """
    if node is None:
        return ()
    if not isinstance(node, Table):
        raise node.place.refusal("`where` must be a table.", "Write {field: [CODE, …]}.")
    found = []
    for name, part in node.entries.items():
        found_type = field_type(name, node.keys[name], kind, scope).name
        if found_type in FREE_CODES:
            said = value(part, scope, _words)
        elif found_type == "flag":
            said = codes(part, scope, FLAG_WORDS, f"`where` of {name}")
        elif found_type == "ident":
            said = codes(part, scope, (KNOWN,), f"`where` of {name}")
        else:
            choices = code_choices(name, node.keys[name], kind, scope)
            said = codes(part, scope, (*choices, ABSENT), f"`where` of {name}")
        plain = replace(said, value=said.value - {ABSENT})
        found.append(Condition(name, plain, ABSENT in said.value))
    return tuple(found)


def _words(node: Node) -> frozenset[str]:
    """Code words of a field whose list is data and not closed, as a kind of award."""
    return frozenset(listed(node, lambda item: text(item, what="a code word"), what="`where`"))


def table(
    node: Node, scope: Scope, allowed: tuple[str, ...], *, left_out: frozenset[str] = frozenset()
) -> Mapping[str, Entry]:
    """Points by code. Every code of the list stands in it, as points or as missing."""
    form = Form(node, what="`points`")
    wanted = [code for code in allowed if code not in left_out]
    found = {code: entry(form.need(code), scope, what=f"the points of {code}") for code in wanted}
    form.done()
    return found


def cuts(
    node: Node,
    scope: Scope,
    allowed: tuple[str, ...] | None,
    *,
    what: str,
    top: Decimal | None = None,
) -> Cuts:
    """Intervals from `{edge: lower, of: [[91, CODE], …, [0, CODE]]}`, or from upper cuts upwards.

    `edge: lower`: a number is in the first row whose cut it reaches; the last cut is 0, and `top`
    is given by the caller or in the table. `edge: upper`: in the first row whose cut it does not
    exceed; the last cut is the top.
    """
    form = Form(node, what=what)
    inner = scope.below(form)
    edge = word(form.need("edge"), inner, (LOWER, UPPER), what="`edge`")
    rows_node = form.need("of")
    if edge.value == LOWER and top is None:
        top = number(form.need("top"), what="`top`")
    form.done()
    rows = [_row(row, inner, allowed, what) for row in _items(rows_node, what)]
    _check_order(rows, edge.value, rows_node.place)
    if edge.value == UPPER:
        if top is not None and rows[-1][0] != top:
            raise rows_node.place.refusal(
                f"{what} end at {rows[-1][0]} and leave a gap up to {top}.",
                f"Let the last row begin with {top}.",
            )
        return Cuts(edge, _from_upper(rows))
    if rows[-1][0] != 0:
        raise rows_node.place.refusal(
            f"{what} leave a gap below {rows[-1][0]}.", "Let the last row begin with 0."
        )
    if top is None or rows[0][0] > top:
        raise rows_node.place.refusal(
            f"{what} begin above the highest possible {top}.", "Correct the first row."
        )
    return Cuts(edge, _from_lower(rows, top))


_Row = tuple[Decimal, Value[tuple[str, ...]]]


def _items(node: Node, what: str) -> tuple[Node, ...]:
    if not isinstance(node, Listing) or not node.items:
        raise node.place.refusal(f"{what} need rows.", "Write of: [[91, CODE], …].")
    return node.items


def _row(node: Node, scope: Scope, allowed: tuple[str, ...] | None, what: str) -> _Row:
    if not isinstance(node, Listing) or len(node.items) != PAIR:
        raise node.place.refusal(f"a row of {what} is [number, CODE].", "Write [91, CODE].")
    cut = number(node.items[0], what=f"a cut of {what}")
    bare, own = _unwrapped(node.items[1], scope)
    mark, cite = own.stated(node.place)
    if allowed is None and mark is Mark.MISSING:
        raise node.place.refusal(
            "a band without its word would be a guess.", "Write [91, CODE] for each band."
        )

    def read(item: Node) -> str:
        return text(item, what=what) if allowed is None else one_of(item, allowed, what=what)

    found = listed(bare, read, what=f"the codes of {what}")
    if (len(found) > 1) != (mark is Mark.MISSING) or len(set(found)) != len(found):
        raise node.place.refusal(
            "one number has one code, unless which one is missing.",
            "Write [91, CODE] or [91, {missing: [CODE, CODE]}].",
        )
    return cut, Value(found, mark, cite, node.place.path)


def _check_order(rows: list[_Row], edge: str, place: Place) -> None:
    numbers = [cut for cut, _ in rows]
    wanted = sorted(set(numbers), reverse=edge == LOWER)
    if numbers != wanted:
        order = "descending" if edge == LOWER else "ascending"
        raise place.refusal(
            f"the cuts overlap: with edge {edge} they must be {order}.", "Order the rows."
        )


def _from_lower(rows: list[_Row], top: Decimal) -> tuple[Interval, ...]:
    found = []
    high, inside = top, True
    for cut, said in rows:
        found.append(Interval(cut, low_inside=True, high=high, high_inside=inside, codes=said))
        high, inside = cut, False
    return tuple(reversed(found))


def _from_upper(rows: list[_Row]) -> tuple[Interval, ...]:
    found = []
    low, inside = Decimal(0), True
    for cut, said in rows:
        found.append(Interval(low, low_inside=inside, high=cut, high_inside=True, codes=said))
        low, inside = cut, False
    return tuple(found)
