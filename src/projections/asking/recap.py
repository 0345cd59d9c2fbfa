"""Everybody's answers counted by perangkat daerah, kind of post, jenjang, education and sex.

Who has left the service by the day is told apart and counted nowhere else. A mean is that of those
measured, rounded to two decimals half up, then banded (docs/facts.md, How facts are read). Computed
from columns for everybody at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from ledger.domain.unit_directory import UnitDirectory
from ledger.vocabulary import PositionKind
from projections.answer import Answer, Status, has_left
from projections.cohorts.cohort import STATUS, TOTAL, Cohort
from projections.cohorts.people import KIND, UNIT, held_posts
from projections.cohorts.view import View, last_of_subject
from projections.differences.compare_people import mean_of
from projections.reasons import (
    FACT_DISPUTED,
    LATER_TEXT_KNOWN,
    MATTER_OPEN,
    NOT_IN_POPULATION,
    PARAMETER_ASSUMED,
    PARAMETER_RECALLED,
    Reason,
)
from projections.subject import REGISTERED
from projections.table.columns import SUBJECT
from projections.table.frame import Frame

OFFICE, GRADE, EDUCATION, SEX = "office", "grade", "education", "sex"
BREAKDOWNS = (OFFICE, KIND, GRADE, EDUCATION, SEX)
QUALIFICATION, LEVEL = "qualification", "level"
MEASURED = (Status.COMPLETE.value, Status.PROVISIONAL.value)
# What makes an answer less certain, and never keeps one from being computed.
WEAKENING = frozenset(
    (PARAMETER_RECALLED, PARAMETER_ASSUMED, LATER_TEXT_KNOWN, MATTER_OPEN, FACT_DISPUTED)
)
_PLACE, _PEOPLE, _SUM = "place", "people", "sum of {}"


@dataclass(frozen=True, slots=True)
class Group:
    """Some people: how many, how many measured, why the others are not, and their means.

    Attributes:
        key: what they have in common, as "PELAKSANA" or a unit's id; None where it is not known.
        provisional: of those measured, how many rest on something that is not certain.
        lacks: why people are not measured, with how many each keeps from it; who lacks two things
            is counted at both.
        means: of each measure, of those measured; None of nobody.
        total, band: the mean total of those measured, and its band.
    """

    key: str | None
    people: int
    measured: int
    provisional: int
    not_computable: int
    not_applicable: int
    lacks: tuple[tuple[Reason, int], ...]
    means: Mapping[str, Decimal | None]
    total: Decimal | None
    band: str | None


@dataclass(frozen=True, slots=True)
class Recap:
    """Everybody in service on the day, as a whole and by each breakdown, by key.

    `left` had left the service by the day.
    """

    whole: Group
    by: Mapping[str, Sequence[Group]]
    left: int


def offices(units: UnitDirectory, on: date) -> dict[str, str | None]:
    """Each unit's perangkat daerah on a day, by ids.

    That is the topmost unit; where every unit that stands has one common root, the unit directly
    below the root. A closed unit counts where its sole successor does, else nowhere.
    """
    tree = units.tree(on)
    roots = {tree.path(one)[-1] for one in tree.units if tree.exists(one)}
    root = roots.pop() if len(roots) == 1 else None
    return {one.hex: _office(tree.path(one.hex), root) for one in units.units}


def _office(path: Sequence[str], root: str | None) -> str | None:
    if not path:
        return None
    return path[-2 if path[-1] == root and len(path) > 1 else -1]


def recap(
    found: Cohort,
    frame: Frame,
    office_of: Mapping[str, str | None],
    *,
    within: frozenset[str] | None = None,
) -> Recap:
    """The recapitulation of everybody's answers.

    Args:
        found: everybody's answers to one question.
        frame: the facts table that they are from.
        office_of: the perangkat daerah of each unit, from `offices`.
        within: the units whose members are meant; None means everybody.
    """
    people = _people(found, frame, office_of)
    if within is not None:
        people = people.filter(pl.col(UNIT).is_in(sorted(within)))
    lacks, reasons, left = _lacks(found.answers(), set(people[_PLACE]))
    serving = people.filter(~pl.col(_PLACE).is_in(left))
    counted = _Counting(found, lacks, reasons)
    whole = counted.groups(serving.with_columns(pl.lit("", pl.String).alias("all")), "all")
    by = {name: counted.groups(serving, name) for name in BREAKDOWNS}
    return Recap(whole[0] if whole else counted.nobody(), by, len(left))


def _people(found: Cohort, frame: Frame, office_of: Mapping[str, str | None]) -> pl.DataFrame:
    """One row a subject, in the order of the answers: where he belongs, and his points."""
    view = View(frame, found.question.as_of, found.question.position)
    posts = held_posts(view, {GRADE: "functional_level"}).select(SUBJECT, pl.col(GRADE))
    text = pl.col(KIND).cast(pl.String)
    functional = text == PositionKind.FUNGSIONAL.value
    units = pl.DataFrame(
        {UNIT: list(office_of), OFFICE: list(office_of.values())},
        schema={UNIT: pl.String, OFFICE: pl.String},
    )
    rows = found.numbers.with_columns(pl.col(UNIT).cast(pl.String), text)
    for more in (posts, _education(view), _sex(view)):
        rows = rows.join(more, on=SUBJECT, how="left", maintain_order="left")
    rows = rows.join(units, on=UNIT, how="left", maintain_order="left")
    grade = pl.when(functional).then(pl.col(GRADE).cast(pl.String)).otherwise(pl.col(KIND))
    names = [one.name for one in found.plan.measures]
    return rows.with_columns(grade.alias(GRADE)).select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias(_PLACE),
        UNIT,
        *BREAKDOWNS,
        pl.col(STATUS).cast(pl.String),
        TOTAL,
        *dict.fromkeys(names),
    )


def _education(view: View) -> pl.DataFrame:
    """The highest level of education on record that day, in the order of the closed list."""
    rows = view.rows(QUALIFICATION, [LEVEL], covering=True)
    return rows.group_by(SUBJECT).agg(
        pl.col(LEVEL).sort_by(pl.col(LEVEL).to_physical()).last().cast(pl.String).alias(EDUCATION)
    )


def _sex(view: View) -> pl.DataFrame:
    """The sex as registered; of two registrations the newer."""
    rows = view.rows(REGISTERED, [SEX], covering=True).filter(last_of_subject())
    return rows.select(SUBJECT, pl.col(SEX).cast(pl.String))


def _lacks(
    answers: Iterable[Answer], members: set[int]
) -> tuple[pl.DataFrame, list[Reason], list[int]]:
    """Why members are not measured: place of the person and of the reason; and who has left."""
    reasons: dict[Reason, int] = {}
    places: list[int] = []
    codes: list[int] = []
    left: list[int] = []
    kept: dict[tuple[Reason, ...], tuple[int, ...]] = {}
    for place, answer in enumerate(answers):
        if answer.status.value in MEASURED or place not in members:
            continue
        if has_left(answer):
            left.append(place)
            continue
        found = kept.get(answer.why)
        if found is None:
            lacks = dict.fromkeys(_plain(one) for one in answer.why if one.code not in WEAKENING)
            found = tuple(reasons.setdefault(one, len(reasons)) for one in lacks)
            kept[answer.why] = found
        places += [place] * len(found)
        codes += found
    rows = pl.DataFrame(
        {_PLACE: places, "reason": codes}, schema={_PLACE: pl.UInt32, "reason": pl.UInt32}
    )
    return rows, list(reasons), left


def _plain(reason: Reason) -> Reason:
    """A reason without the period or field it names, so that many people share it."""
    told = reason.missing if reason.code == NOT_IN_POPULATION else None
    return Reason(reason.code, reason.measure, told)


@dataclass(frozen=True, slots=True)
class _Counting:
    """What counting a group takes besides its people."""

    found: Cohort
    lacks: pl.DataFrame
    reasons: Sequence[Reason]

    @property
    def measures(self) -> list[str]:
        """The columns of points."""
        return list(dict.fromkeys(one.name for one in self.found.plan.measures))

    def groups(self, people: pl.DataFrame, name: str) -> list[Group]:
        """A group for each value of a column, ordered by it, the unknown last."""
        status = pl.col(STATUS)
        measured = status.is_in(MEASURED)
        rows = people.group_by(name).agg(
            pl.len().alias(_PEOPLE),
            measured.sum().alias("measured"),
            (status == Status.PROVISIONAL.value).sum().alias("provisional"),
            (status == Status.NOT_COMPUTABLE.value).sum().alias("not_computable"),
            (status == Status.NOT_APPLICABLE.value).sum().alias("not_applicable"),
            *(
                pl.col(one).filter(measured).sum().alias(_SUM.format(one))
                for one in (TOTAL, *self.measures)
            ),
        )
        lacks: dict[Any, list[tuple[Reason, int]]] = {}
        told = people.select(_PLACE, name).join(self.lacks, on=_PLACE, how="inner")
        for key, reason, count in told.group_by(name, "reason").len().sort("reason").iter_rows():
            lacks.setdefault(key, []).append((self.reasons[reason], count))
        ordered = rows.sort(name, nulls_last=True).iter_rows(named=True)
        return [self._group(row[name], row, lacks.get(row[name], [])) for row in ordered]

    def _group(
        self, key: str | None, row: Mapping[str, Any], lacks: Sequence[tuple[Reason, int]]
    ) -> Group:
        means = {
            one: mean_of(Decimal(row[_SUM.format(one)]).scaleb(-self.found.scale), row["measured"])
            for one in (TOTAL, *self.measures)
        }
        total = means.pop(TOTAL)
        band = None if total is None else self.found.plan.bands.find(total)
        by_count = sorted(lacks, key=lambda one: (-one[1], one[0].code, one[0].measure or ""))
        return Group(
            key=key,
            people=row[_PEOPLE],
            measured=row["measured"],
            provisional=row["provisional"],
            not_computable=row["not_computable"],
            not_applicable=row["not_applicable"],
            lacks=tuple(by_count),
            means=means,
            total=total,
            band=None if band is None else band.codes.value[0],
        )

    def nobody(self) -> Group:
        """A group without people."""
        return Group(None, 0, 0, 0, 0, 0, (), dict.fromkeys(self.measures), None, None)
