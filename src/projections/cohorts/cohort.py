"""The plan for everybody at once: the answers of `trace`, to the last digit, from columns.

`cohort` reads the facts table at a legal day and a position and gives a frame of integers at the
plan's scale. Answers, with marks and reasons, are made from it when they are asked for, once for
each distinct combination of outcomes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal

import polars as pl

from ledger.errors import invariant
from projections.answer import (
    Answer,
    MeasureResult,
    Status,
    conclude,
    has_left,
    not_applicable,
    of_head,
)
from projections.cohorts.members import tallies_of
from projections.cohorts.people import (
    EMPLOYED,
    KIND,
    UNIT,
    WHY,
    People,
    TalliesOfUnits,
    described,
    people,
    registered,
    unit_tree,
)
from projections.cohorts.rare import rare, traced
from projections.cohorts.scale import points_scale
from projections.cohorts.tree import (
    HIGH,
    LOW,
    OPEN,
    REACH_HIGH,
    REACH_LOW,
    REASONED,
    Node,
    Numbers,
    applies,
    grow,
    leaves,
    lines,
    reasons_of,
    result,
)
from projections.cohorts.view import (
    View,
    constant,
    interval_of,
    scaled,
)
from projections.plans.members import Members
from projections.plans.plan import (
    Plan,
    UnitPopulation,
)
from projections.plans.tally import Tally
from projections.question import Question
from projections.reasons import LEFT_SERVICE, Reason
from projections.table.columns import SUBJECT
from projections.table.frame import Frame
from projections.tracing.members import MEASURED, codes_of

STREAM, STATUS, TOTAL, BAND = "stream", "status", "total", "band"
RANGE_LOW, RANGE_HIGH = "range_low", "range_high"
STATUSES = pl.Enum([one.value for one in Status])


@dataclass(frozen=True, slots=True)
class Cohort:
    """Everybody's answers to one question.

    Attributes:
        numbers: one row a subject, ordered by stream: subject, unit, position_kind, status, total,
            range_low, range_high, band, and the points of each measure under its path, as
            "kompetensi/teknis"; numbers are integers at `scale`, null where not computable or not
            applicable. Two measures of one path are one column, as they never apply together.
        scale: how many decimals the integers hold: 22.5 at scale 2 is 2250.
    """

    plan: Plan
    question: Question
    enacted: int | None
    numbers: pl.DataFrame
    scale: int
    paths: tuple[str, ...]
    _people: People
    _nodes: tuple[Node, ...]
    _view: View
    _rare: Mapping[int, Answer]

    def answers(self, among: AbstractSet[str] | None = None) -> Iterator[Answer]:
        """Each subject's answer without the facts that led to it, ordered by stream.

        Args:
            among: ids of units; only of whoever counts in one of them, instead of everybody.
        """
        hexes = self._view.frame.streams.hexes
        head = of_head(self.plan, self.question.as_of)
        templates: dict[tuple[object, ...], Answer] = {}
        for subject, unit, kind, employment, why, *places in self._rows(among):
            stream = hexes[subject]
            if subject in self._rare:
                yield self._rare[subject]
            elif why is not None:
                yield not_applicable(
                    self.plan,
                    self.question,
                    subject=stream,
                    enacted=self.enacted,
                    unit=unit,
                    position_kind=kind,
                    why=self._people.reasons[why],
                )
            else:
                key = (kind, employment, *places)
                template = templates.get(key)
                if template is None:
                    template = self._concluded(kind, employment, places, head)
                    templates[key] = template
                yield replace(template, subject=stream, unit=unit)

    def census(self) -> Mapping[str | None, tuple[int, int]]:
        """By the unit in which people count, None without one, how many have not left the service,
        and how many are measured.
        """
        left = [one.code == LEFT_SERVICE for one in self._people.reasons]
        gone = pl.Series(left, dtype=pl.Boolean).gather(self._people.frame[WHY])
        gone = gone.fill_null(value=False)
        for subject, answer in self._rare.items():
            gone[self._people.frame[SUBJECT].index_of(subject)] = has_left(answer)
        told = self._people.frame.select(SUBJECT).with_columns(gone.alias(WHY))
        rows = self.numbers.select(SUBJECT, UNIT, STATUS).join(told, on=SUBJECT)
        measured = pl.col(STATUS).is_in(MEASURED).sum()
        found = rows.group_by(UNIT).agg((~pl.col(WHY)).sum(), measured)
        return {unit: (people, known) for unit, people, known in found.iter_rows()}

    def _rows(
        self, among: AbstractSet[str] | None
    ) -> Iterator[tuple[int, str | None, str | None, str | None, int | None, *tuple[int, ...]]]:
        """In the order of `numbers`: who each is, and the outcome of each leaf that applies."""
        wanted = self.numbers
        if among is not None:
            wanted = wanted.filter(pl.col(UNIT).cast(pl.String).is_in(sorted(among)))
        ordered = wanted.select(SUBJECT).join(
            self._people.frame, on=SUBJECT, how="left", maintain_order="left"
        )
        codes = [
            leaf.outcomes.by_stream[ordered[SUBJECT]]
            .set(~applies(leaf.measure, ordered), None)
            .alias(f"leaf {leaf.place}")
            for leaf in leaves(self._nodes)
        ]
        rows = ordered.select(
            SUBJECT,
            pl.col(UNIT).cast(pl.String),
            pl.col(KIND).cast(pl.String),
            pl.col(EMPLOYED).cast(pl.String),
            WHY,
            *codes,
        )
        return rows.iter_rows()

    def codes(self, subjects: pl.Series) -> pl.DataFrame:
        """Why some who are in the population have no number: a row a subject, in their order, with
        a column for each code of `answer.why` that is no mere doubt.
        """
        persons = subjects.to_frame(SUBJECT).join(
            self._people.frame, on=SUBJECT, how="left", maintain_order="left"
        )
        found = reasons_of(self._nodes, persons)
        for place, subject in enumerate(subjects):
            if subject in self._rare:
                own = codes_of(self._rare[subject])
                for code in {*found, *own}:
                    none = constant(value=False, kind=pl.Boolean(), height=len(subjects))
                    found[code] = found.get(code, none).scatter(place, code in own)
        return pl.DataFrame([column.alias(code) for code, column in found.items()])

    def _concluded(
        self,
        kind: str | None,
        employment: str | None,
        places: Sequence[int | None],
        head: Sequence[Reason],
    ) -> Answer:
        return conclude(
            self.plan,
            self.question,
            subject="",
            enacted=self.enacted,
            unit=None,
            position_kind=kind,
            measures=[result(node, places, kind, employment) for node in self._nodes],
            head=head,
        )

    def table(self) -> pl.DataFrame:
        """What an export shows, one row a subject: words and exact decimals instead of integers."""
        hexes = pl.Series(STREAM, self._view.frame.streams.hexes, dtype=pl.String)
        kind = pl.Decimal(38, self.scale)
        names = [TOTAL, RANGE_LOW, RANGE_HIGH, *self.paths]
        unit = Decimal(1).scaleb(-self.scale)
        shown = [(pl.col(name).cast(kind) * pl.lit(unit, kind)).alias(name) for name in names]
        whys = [" ".join(dict.fromkeys(one.code for one in a.why)) for a in self.answers()]
        return self.numbers.with_columns(shown).select(
            hexes.gather(self.numbers[SUBJECT]),
            pl.exclude(SUBJECT),
            pl.Series(WHY, whys, dtype=pl.String),
        )


def cohort(
    plan: Plan,
    frame: Frame,
    question: Question,
    *,
    enacted: int | None = None,
    subjects: Sequence[int] | None = None,
    view: View | None = None,
) -> Cohort:
    """The answers of everybody registered by the legal day and not merged into another.

    Where an instrument measures units: of every unit described by then.

    Args:
        plan: a checked instrument.
        frame: the facts table, at the question's position or later.
        question: legal day, position and hypotheses.
        enacted: position of the enactment of the plan; None for a draft.
        subjects: stream numbers of the frame, instead of everybody.
        view: of that frame, day and position, with what other questions read of it before.
    """
    invariant(question.position <= frame.position, "the facts table lies behind the question")
    if view is None:
        view = View(frame, question.as_of, question.position)
    if subjects is None:
        wanted = known_subjects(plan, view)
    else:
        wanted = pl.Series(subjects, dtype=pl.UInt32)
    special = rare(plan, view, question)
    special = special.filter(special.is_in(wanted.implode()))
    found = people(view, plan.population, frame.in_order(wanted))
    found = replace(found, tallies=_tallies(view, question))
    alone = traced(plan, view, question, special.to_list(), people=found, enacted=enacted)
    nodes = grow(plan.measures, view, found)
    scale = points_scale(plan)
    numbers, paths = _numbers(plan, question, found, nodes, scale=scale, alone=alone)
    return Cohort(plan, question, enacted, numbers, scale, paths, found, nodes, view, alone)


def known_subjects(plan: Plan, view: View) -> pl.Series:
    """Everybody registered by the day, or every unit described by then."""
    return described(view) if isinstance(plan.population, UnitPopulation) else registered(view)


def _tallies(view: View, question: Question) -> TalliesOfUnits:
    """What the people of units come to; everybody is answered once for each instrument."""

    def of(rule: Members, units: frozenset[str]) -> Mapping[str, Tally]:
        asked = rule.bound
        if asked is None:
            return {}
        # What is held holds the plan, so that its address goes on naming it.
        key = (id(asked), question)
        found = view.once(key, lambda: cohort(asked, view.frame, question, view=view))
        tree = unit_tree(view)
        counting = found.numbers[UNIT].unique().drop_nulls().cast(pl.String)
        paths = {one: [above for above in tree.path(one) if above in units] for one in counting}
        return tallies_of(rule, found.numbers, found.scale, found.codes, paths)

    return of


def _numbers(
    plan: Plan,
    question: Question,
    found: People,
    nodes: Sequence[Node],
    *,
    scale: int,
    alone: Mapping[int, Answer],
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Everybody's row, in the order of `found`; and the paths of the measures."""
    alone_here = found.frame[SUBJECT].is_in(list(alone))
    persons = found.frame.filter(~alone_here & found.frame[WHY].is_null())
    whole, below = lines(nodes, persons, scale)
    points: dict[str, pl.Series] = {}
    for line in below:
        known = line.applying & (line.numbers[LOW] == line.numbers[HIGH])
        column = line.numbers[LOW].set(~known, None)
        before = points.get(line.path)
        points[line.path] = column if before is None else before.fill_null(column)
    named = [persons[SUBJECT], *(column.alias(path) for path, column in points.items())]
    measured = _concluded(plan, question, whole, scale).with_columns(named)
    single = [_of_answer(subject, answer, scale, points) for subject, answer in alone.items()]
    rows = pl.concat([measured, pl.DataFrame(single, schema=measured.schema)])
    seen = found.frame.select(SUBJECT, UNIT, KIND)
    # Where a question leaves facts out, a person may have held another post.
    posts = [(one, answer.unit, answer.position_kind) for one, answer in alone.items()]
    own = pl.DataFrame(posts, schema=seen.schema, orient="row")
    seen = pl.concat([seen.filter(~alone_here), own])
    everybody = (
        found.frame.select(SUBJECT)
        .join(seen, on=SUBJECT, how="left", maintain_order="left")
        .join(rows, on=SUBJECT, how="left", maintain_order="left")
    )
    status = pl.col(STATUS).fill_null(Status.NOT_APPLICABLE.value)
    return everybody.with_columns(status), tuple(points)


def _concluded(plan: Plan, question: Question, whole: Numbers, scale: int) -> pl.DataFrame:
    """Status, total, range and band: as `answer.verdict`, for everybody."""
    known = whole[LOW] == whole[HIGH]
    reasoned = whole[REASONED]
    if of_head(plan, question.as_of):
        reasoned = constant(value=True, kind=pl.Boolean(), height=len(known))
    status = constant(Status.COMPLETE.value, STATUSES, len(known))
    status = status.set(reasoned, Status.PROVISIONAL.value)
    if plan.outcomes is not None:
        return _outcomes(plan, plan.outcomes, whole, status, scale)
    certain = known & ~whole[OPEN]
    status = status.set(~known, Status.NOT_COMPUTABLE.value)
    bands = [one.codes.value[0] for one in plan.bands.intervals]
    words = pl.Series(bands, dtype=pl.Enum(list(dict.fromkeys(bands))))
    totals = whole[LOW].to_frame(LOW)
    band = totals.select(interval_of(pl.col(LOW), plan.bands, scale=scale).alias(BAND))[BAND]
    return pl.DataFrame(
        [
            status.alias(STATUS),
            whole[LOW].set(~known, None).alias(TOTAL),
            whole[REACH_LOW].set(certain, None).alias(RANGE_LOW),
            whole[REACH_HIGH].set(certain, None).alias(RANGE_HIGH),
            words.gather(band.set(~known, None)).alias(BAND),
        ]
    )


def _outcomes(
    plan: Plan, words: tuple[str, str, str], whole: Numbers, status: pl.Series, scale: int
) -> pl.DataFrame:
    """Requirements: the outcome is the band, and there is neither total nor range."""
    failed = whole[HIGH] < scaled(plan.maximum.value, scale)
    unknown = (whole[LOW] != whole[HIGH]) & ~failed
    met, not_met, not_yet = words
    band = constant(met, pl.Enum(words), len(failed)).set(failed, not_met).set(unknown, not_yet)
    nothing = constant(None, pl.Int64(), len(failed))
    return pl.DataFrame(
        [
            status.set(unknown, Status.NOT_COMPUTABLE.value).alias(STATUS),
            *(nothing.alias(name) for name in (TOTAL, RANGE_LOW, RANGE_HIGH)),
            band.alias(BAND),
        ]
    )


def _of_answer(subject: int, answer: Answer, scale: int, paths: Iterable[str]) -> dict[str, object]:
    """The row of somebody who was answered one by one."""
    points = dict(_points(answer.measures, ""))
    span = answer.span
    return {
        STATUS: answer.status.value,
        TOTAL: None if answer.total is None else scaled(answer.total, scale),
        RANGE_LOW: None if span is None else scaled(span.low, scale),
        RANGE_HIGH: None if span is None else scaled(span.high, scale),
        BAND: answer.band,
        SUBJECT: subject,
        **{
            path: None if (known := points.get(path)) is None else scaled(known, scale)
            for path in paths
        },
    }


def _points(measures: Sequence[MeasureResult], above: str) -> Iterator[tuple[str, Decimal | None]]:
    for one in measures:
        yield f"{above}{one.name}", one.points
        yield from _points(one.measures, f"{above}{one.name}/")
