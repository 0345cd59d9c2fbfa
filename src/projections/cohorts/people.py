"""Who everybody was on a day: registered, in service, at which post, of what kind, in which unit.

The same as `subject` tells of one person, by columns. Only who holds two definitive posts of one
day is looked at one by one, because the more specific unit wins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from ledger.domain.unit_tree import NAMED_ONLY, UNIT_CLOSED, UnitToday, UnitTree
from ledger.domain.unit_tree import UNIT as UNIT_FACT
from ledger.errors import invariant
from ledger.vocabulary import Assignment
from projections import reasons
from projections.cohorts.view import View, constant, last_of_subject
from projections.plans.members import Members
from projections.plans.plan import Population, UnitPopulation
from projections.plans.tally import Tally
from projections.reasons import Reason
from projections.subject import (
    EMPLOYMENT,
    LEFT,
    MERGED,
    POSITION,
    REGISTERED,
    STANDING,
    Surroundings,
    around,
    outside_kinds,
    outside_standing,
    unit_outside,
)
from projections.table.columns import EFF_FROM, STATED_AT, SUBJECT, day_number, layout

REFERENCE = "position_ref"
UNIT, KIND, EMPLOYED, WHY = "unit", "position_kind", "employment", "why"
# Fields that this module reads, for whoever rebuilds somebody's facts.
FIELDS: Mapping[str, frozenset[str]] = {
    REGISTERED: frozenset({"employment"}),
    EMPLOYMENT: frozenset({"employment"}),
    LEFT: frozenset({"reason"}),
    MERGED: frozenset(),
    STANDING: frozenset({"standing"}),
    POSITION: frozenset({"assignment", "kind", "title_id", "unit"}),
}
UNIT_FIELDS: Mapping[str, frozenset[str]] = {
    UNIT_FACT: frozenset({"kind", "parent"}),
    UNIT_CLOSED: frozenset({"successors"}),
}
_SERVICE = ((LEFT, "reason"), (REGISTERED, "employment"), (EMPLOYMENT, "employment"))
# A word in which the newest legal day, then the rank above, then the position is the greatest
# number: 22 bits of day, 2 of rank, 32 of position; the code stands behind, where it decides
# nothing.
_CODE_BITS, _POSITION_BITS, _RANK_BITS = 5, 32, 2
_DAY_ONE = day_number(date.min)
_WORD = "word"
INSIDE = NOBODY = -1


# What the people of these units, by id, come to by the rule that asks.
TalliesOfUnits = Callable[[Members, frozenset[str]], Mapping[str, Tally]]


def no_people(rule: Members, units: frozenset[str]) -> Mapping[str, Tally]:  # noqa: ARG001
    """The people of whoever is no unit."""
    return {}


@dataclass(frozen=True, slots=True)
class People:
    """Everybody asked about, by subject.

    Attributes:
        frame: subject, unit, kind of position, status kepegawaian, and for whoever is not
        measured the place in `reasons`. kinds: the kind of position by stream. reasons: why
        somebody is not in the population. tallies: of units, what their people come to, by id.
    """

    frame: pl.DataFrame
    kinds: pl.Series
    reasons: Sequence[Reason]
    tallies: TalliesOfUnits = no_people


def registered(view: View) -> pl.Series:
    """Everybody registered by the day and not yet merged into another."""
    return view.once("registered", lambda: _registered(view))


def _registered(view: View) -> pl.Series:
    table = view.table(REGISTERED, ())
    begun = pl.col(EFF_FROM).le(pl.lit(view.day, pl.Int32))
    rows = table.rows.lazy().filter(table.known(view.position), begun).select(SUBJECT).collect()
    begun_once = rows[SUBJECT].unique()
    return begun_once.filter(~begun_once.is_in(_merged(view).implode()))


def _merged(view: View) -> pl.Series:
    """Whose stream is closed, because he goes on under another."""

    def make() -> pl.Series:
        return view.rows(MERGED, [], covering=True)[SUBJECT].unique()

    return view.once("merged", make)


def people(view: View, population: Population | UnitPopulation, subjects: pl.Series) -> People:
    """Who these subjects were on the day, and why some of them are not measured."""
    if isinstance(population, UnitPopulation):
        return _units(view, population, subjects)
    found: list[Reason] = []
    units, kinds = view.once("posts", lambda: _by_stream(view))
    employed = _employed(view)
    why = _outside(view, population, kinds, found)
    frame = pl.DataFrame(
        [
            subjects.alias(SUBJECT),
            units[subjects].alias(UNIT),
            kinds[subjects].alias(KIND),
            employed[subjects].alias(EMPLOYED),
            why[subjects].alias(WHY),
        ]
    )
    return People(frame, kinds, found)


def _units(view: View, population: UnitPopulation, subjects: pl.Series) -> People:
    """The same of units: each is its own unit, and holds no post."""
    found: list[Reason] = []
    units = unit_tree(view).units
    ids = [view.frame.streams.hexes[subject] for subject in subjects]
    whys = [unit_outside(units.get(one, NAMED_ONLY), population) for one in ids]
    found.extend(dict.fromkeys(why for why in whys if why is not None))
    places = [None if why is None else found.index(why) for why in whys]
    kinds = pl.Enum(layout()[POSITION]["kind"].choices)
    statuses = pl.Enum(layout()[EMPLOYMENT][EMPLOYMENT].choices)
    frame = pl.DataFrame(
        [
            subjects.alias(SUBJECT),
            pl.Series(UNIT, ids, dtype=pl.Categorical),
            constant(None, kinds, len(ids)).alias(KIND),
            constant(None, statuses, len(ids)).alias(EMPLOYED),
            pl.Series(WHY, places, dtype=pl.Int32),
        ]
    )
    return People(frame, constant(None, kinds, view.frame.subjects), found)


def described(view: View) -> pl.Series:
    """Every unit that was described by the day, closed ones too."""
    table = view.table(UNIT_FACT, ())
    begun = pl.col(EFF_FROM).le(pl.lit(view.day, pl.Int32))
    return table.rows.filter(table.known(view.position), begun)[SUBJECT].unique()


def _placed(units: pl.Series, moved: Mapping[str, str | None]) -> pl.Series:
    """The units in which people count: of a closed one where its people do."""
    if not moved:
        return units
    successors = pl.Series(list(moved.values()), dtype=pl.String)
    counted = units.cast(pl.String).replace(pl.Series(list(moved), dtype=pl.String), successors)
    return counted.cast(pl.Categorical)


def _outside(
    view: View, population: Population, kinds: pl.Series, found: list[Reason]
) -> pl.Series:
    """By stream, the place among the reasons why it is not in the population; null if it is."""

    def place(reason: Reason) -> int:
        if reason not in found:
            found.append(reason)
        return found.index(reason)

    unregistered = place(Reason(reasons.NOT_REGISTERED, None, EMPLOYMENT))
    service = _service(view)
    distinct = service.select(_WORD).unique()
    whys = [_why_outside(word, population) for word in distinct[_WORD]]
    places = [INSIDE if one is None else place(one) for one in whys]
    coded = service.join(
        distinct.with_columns(pl.Series(WHY, places, dtype=pl.Int32)), on=_WORD, how="left"
    )
    why = view.spread(coded[SUBJECT], coded[WHY], default=unregistered)
    if population.standing is not None or population.not_standing is not None:
        by_standing = _by_standing(view, population, place)
        why = why.zip_with(why != INSIDE, by_standing)
    if population.kinds is not None:
        for kind in layout()[POSITION]["kind"].choices:
            reason = outside_kinds(population, kind)
            held = (kinds == kind).fill_null(value=False)
            if reason is not None:
                why = why.set(held & (why == INSIDE), place(reason))
    merged = _merged(view)
    if len(merged):
        why = why.scatter(merged, place(Reason(reasons.MERGED, None, None)))
    return why.set(why == INSIDE, None)


def _by_stream(view: View) -> tuple[pl.Series, pl.Series]:
    """By stream, the unit in which somebody counts and the kind of his post; null without one."""
    posts = _posts(view)
    rows = pl.Series(range(posts.height), dtype=pl.Int64)
    spread = view.spread(posts[SUBJECT], rows, default=NOBODY)
    places = spread.set(spread == NOBODY, None)
    units = _placed(posts[UNIT].gather(places), unit_tree(view).moved())
    return units, posts[KIND].gather(places)


def _employed(view: View) -> pl.Series:
    """By stream, the status kepegawaian of whoever serves, else null."""
    return view.once("employed", lambda: _employments(view))


def _employments(view: View) -> pl.Series:
    service = _service(view)
    distinct = service[_WORD].unique()
    codes = []
    for word in distinct:
        rank, place = divmod(word, 2**_CODE_BITS)
        kind, field = _SERVICE[rank]
        codes.append(None if kind == LEFT else layout()[kind][field].choices[place])
    choices = pl.Enum(layout()[EMPLOYMENT][EMPLOYMENT].choices)
    found = service[_WORD].replace_strict(
        distinct, pl.Series(codes, dtype=choices), return_dtype=choices
    )
    return constant(None, choices, view.frame.subjects).scatter(service[SUBJECT], found)


def _by_standing(view: View, population: Population, place: Callable[[Reason], int]) -> pl.Series:
    """By stream, the place of the reason that its standing gives, or that none is on record."""
    rows = view.rows(STANDING, [STANDING], covering=True).filter(last_of_subject())
    choices = layout()[STANDING][STANDING].choices
    whys = [outside_standing(population, code) for code in (*choices, None)]
    *places, unknown = [INSIDE if one is None else place(one) for one in whys]
    found = pl.Series(places, dtype=pl.Int32).gather(rows[STANDING].to_physical())
    return view.spread(rows[SUBJECT], found, default=unknown)


def _why_outside(word: int, population: Population) -> Reason | None:
    """What a rank and a code mean for being measured."""
    rank, place = divmod(word, 2**_CODE_BITS)
    kind, field = _SERVICE[rank]
    code = layout()[kind][field].choices[place]
    if kind == LEFT:
        return Reason(reasons.LEFT_SERVICE, None, code)
    if code in population.employment.value:
        return None
    return Reason(reasons.NOT_IN_POPULATION, None, f"{EMPLOYMENT} {code}")


def _service(view: View) -> pl.DataFrame:
    """By subject, the newest of what says that he serves or left: rank and code in one word."""
    return view.once("service", lambda: _newest_service(view))


def _newest_service(view: View) -> pl.DataFrame:
    parts = []
    for rank, (kind, field) in enumerate(_SERVICE):
        choices = layout()[kind][field].choices
        invariant(len(choices) < 2**_CODE_BITS, f"{kind}.{field} has more codes than a word holds")
        rows = view.rows(kind, [EFF_FROM, STATED_AT, field], covering=True)
        day = (pl.col(EFF_FROM).cast(pl.Int64) - _DAY_ONE).cast(pl.UInt64)
        word = (day * 2**_RANK_BITS + rank) * 2**_POSITION_BITS + pl.col(STATED_AT)
        code = pl.col(field).to_physical().cast(pl.UInt64)
        parts.append(rows.select(SUBJECT, (word * 2**_CODE_BITS + code).alias(_WORD)))
    newest = pl.concat(parts).group_by(SUBJECT).agg(pl.col(_WORD).max())
    # What is left decides everything that follows: rank and code, without day and position.
    code = pl.col(_WORD) % 2**_CODE_BITS
    rank = pl.col(_WORD) // 2 ** (_CODE_BITS + _POSITION_BITS) % 2**_RANK_BITS
    return newest.select(SUBJECT, (rank * 2**_CODE_BITS + code).alias(_WORD))


def _posts(view: View) -> pl.DataFrame:
    """The definitive post of each subject: unit, and kind by the fact, else by the reference."""
    return held_posts(view, {KIND: "kind"}).select(SUBJECT, pl.col(UNIT).cast(pl.Categorical), KIND)


def held_posts(view: View, told: Mapping[str, str]) -> pl.DataFrame:
    """The definitive post of each subject: subject, unit, title_id, and what is told of it.

    `told` names columns and the field of each, which stands in the fact itself, else in the
    reference of its title. Of posts of one day the more specific unit counts, then the later
    recorded.
    """
    fields = list(dict.fromkeys(told.values()))
    rows = view.rows(
        POSITION,
        [EFF_FROM, STATED_AT, "assignment", "title_id", UNIT, *fields],
        covering=True,
    )
    definitive = pl.col("assignment").fill_null(Assignment.DEFINITIF.value)
    rows = rows.filter(definitive == Assignment.DEFINITIF.value)
    same_day = (pl.col(SUBJECT) == pl.col(SUBJECT).shift(1)) & (
        pl.col(EFF_FROM) == pl.col(EFF_FROM).shift(1)
    )
    held = rows.with_columns(same_day.fill_null(value=False).alias("tied")).filter(
        last_of_subject()
    )
    tied = held.filter("tied")
    if tied.height:
        held = pl.concat([held.filter(~pl.col("tied")), _untied(view, rows, tied)], how="diagonal")
    referred = _references(view, fields).rename({name: f"referred {name}" for name in fields})
    both = held.join(referred, on="title_id", how="left", maintain_order="left")
    stated = [
        pl.col(field).fill_null(pl.col(f"referred {field}")).alias(name)
        for name, field in told.items()
    ]
    return both.select(SUBJECT, UNIT, "title_id", *stated)


def _references(view: View, fields: Sequence[str]) -> pl.DataFrame:
    """What is said of each title on the day; of two references the newer, then the later
    recorded.
    """
    rows = view.rows(REFERENCE, [EFF_FROM, STATED_AT, "title_id", *fields], covering=True)
    newest = rows.sort(EFF_FROM, STATED_AT).unique("title_id", keep="last")
    return newest.select("title_id", *fields)


def surroundings(view: View) -> Surroundings:
    """What `trace` needs to know besides a person's own facts."""
    kinds = _references(view, ["kind"]).with_columns(pl.all().cast(pl.String)).iter_rows()
    return around({title: {"kind": kind} for title, kind in kinds}, unit_tree(view))


def unit_tree(view: View) -> UnitTree:
    """The units of the day; as `ledger.domain.unit_tree.tree_on`, from columns."""
    return view.once("unit tree", lambda: _tree(view))


def _tree(view: View) -> UnitTree:
    hexes = view.frame.streams.hexes
    shape = layout()[UNIT_CLOSED]["successors"]
    described = view.rows(UNIT_FACT, [EFF_FROM, "kind", "parent"], covering=True)
    closings = view.rows(UNIT_CLOSED, [EFF_FROM, "successors"], covering=True)
    since: dict[int, int] = {}
    found: dict[str, UnitToday] = {}
    for subject, day, kind, parent in described.filter(last_of_subject()).iter_rows():
        since[subject] = day
        found[hexes[subject]] = UnitToday(described=True, kind=kind, parent=parent)
    for subject, day, stored in closings.filter(last_of_subject()).iter_rows():
        if since.get(subject, day) <= day:
            told = shape.value(stored)
            successors = tuple(told) if isinstance(told, list) else ()
            before = found.get(hexes[subject], NAMED_ONLY)
            found[hexes[subject]] = replace(before, successors=successors)
    return UnitTree(found)


def _untied(view: View, rows: pl.DataFrame, tied: pl.DataFrame) -> pl.DataFrame:
    """Of posts of one day the one in the more specific unit, then the later recorded."""
    tree = unit_tree(view)
    newest = tied.select(SUBJECT, EFF_FROM)
    candidates = rows.join(newest, on=[SUBJECT, EFF_FROM], how="semi")
    depth = [0 if unit is None else tree.depth(str(unit)) for unit in candidates[UNIT]]
    ordered = candidates.with_columns(pl.Series("depth", depth)).sort(SUBJECT, "depth", STATED_AT)
    return ordered.filter(last_of_subject()).drop("depth")


def serving(view: View) -> Mapping[str, str | None]:
    """Everybody in service on the day, by stream, with the unit in which he counts; None where no
    post is known.
    """
    subjects = registered(view)
    units, _ = view.once("posts", lambda: _by_stream(view))
    employed = _employed(view).gather(subjects).is_not_null()
    hexes = view.frame.streams.hexes
    pairs = zip(subjects.filter(employed), units[subjects].filter(employed), strict=True)
    return {hexes[subject]: unit for subject, unit in pairs}
