"""Scores: of one person, of one unit, of many."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any
from uuid import UUID

from api.desk import Desk
from api.naming import fact_root, unit_json
from ledger.application import Ledger
from ledger.errors import Misuse, PersonUnknown
from projections.answer import ENGINE, Answer
from projections.asking import inquiry
from projections.asking.inquiry import Asked

_AT_ONCE = 2_000


def basis(desk: Desk, asked: Asked, stream: UUID, *more: object) -> tuple[object, ...]:
    """What an answer about one person rests on; equal, it is the same answer (see http.caching)."""
    question = asked.question
    return (
        ENGINE,
        asked.plan.instrument,
        desk.surrounding(question.position),
        desk.last_of(stream, question.position),
        stream,
        question.as_of,
        question.period,
        question.rules,
        question.without,
        question.forecast,
        *more,
    )


def roots(desk: Desk, stream: UUID, facts: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Facts of one person that a question leaves out: by position, stream/version or key.

    Raises:
        TargetUnknown: the person has no such fact.
    """
    return fact_root(desk.ledger, stream, list(facts))


def of_person(desk: Desk, asked: Asked, stream: UUID, *, named: bool) -> dict[str, Any]:
    """One person's answer with its trace; `person` is there for who may see number and name.

    Raises:
        Misuse: the instrument measures units.
        PersonUnknown: not on record at that position.
    """
    if inquiry.measures_units(asked):
        raise Misuse(
            f"{asked.plan.instrument} measures units and not people.",
            next_step="Ask about a unit, or by another instrument.",
        )
    answer = inquiry.one_on_record(desk.ledger, asked, stream)
    if answer is None:
        raise PersonUnknown(
            "This person was not on record at that position.", next_step="Ask at a later one."
        )
    shown = answer.as_json(with_facts=True)
    if named:
        shown["person"] = desk.ledger.person(stream)
    return shown


def of_unit(desk: Desk, asked: Asked, unit: UUID, *, members: bool, named: bool) -> dict[str, Any]:
    """One unit's answer with its trace, with its members where asked for.

    Raises:
        Misuse: the instrument measures people.
    """
    if not inquiry.measures_units(asked):
        raise Misuse(
            f"{asked.plan.instrument} measures people and not units.",
            next_step="Ask about its people, or by another instrument.",
        )
    shown = inquiry.one(desk.ledger, asked, unit).as_json(with_facts=True, with_members=members)
    join(desk.ledger, asked, [shown], named=named)
    return shown


def of_many(
    desk: Desk,
    asked: Asked,
    units: Collection[str] | None,
    among: Collection[str] | None,
    *,
    trace: bool,
    named: bool,
) -> Iterator[tuple[Answer, dict[str, Any]]]:
    """Everybody's answers, or those of the people of some units or among some people, ordered by
    subject; None is everybody.
    """
    if trace:
        answers = inquiry.everybody_traced(desk.ledger, asked)
    else:
        answers = inquiry.everybody(asked, desk.table())
    wanted = (
        answer
        for answer in answers
        if (units is None or answer.unit in units) and (among is None or answer.subject in among)
    )
    while chunk := list(islice(wanted, _AT_ONCE)):
        rows = [answer.as_json(with_facts=trace, with_members=trace) for answer in chunk]
        join(desk.ledger, asked, rows, named=named)
        yield from zip(chunk, rows, strict=True)


def join(ledger: Ledger, asked: Asked, rows: list[dict[str, Any]], *, named: bool = True) -> None:
    """Who each answer is about: a person's number and name, a unit's code, name and path; and the
    number and name of each member that is listed.
    """
    if inquiry.measures_units(asked):
        for shown in rows:
            about = unit_json(asked.units, UUID(shown["subject"]), asked.question.as_of)
            shown["named"] = {key: about[key] for key in ("code", "name", "path")}
        listed = [one for shown in rows for one in members_of(shown["measures"])]
    else:
        listed = rows
    if not named:
        return
    people = ledger.people(list({UUID(one["subject"]) for one in listed}))
    for one in listed:
        one["person"] = people[UUID(one["subject"])]


def members_of(measures: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The members listed in measures, at every level."""
    for one in measures:
        yield from one.get("members", ())
        yield from members_of(one["measures"])
