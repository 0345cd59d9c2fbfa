"""Scores of every instrument, for one person, one unit or everybody."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import Annotated, Any, BinaryIO, cast

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from api.access.policy import Action
from api.access.reach import reach
from api.access.readers import Reader
from api.http import coordinates, guard, memento
from api.http.answers import LINES, answer, lines
from api.http.caching import PRIVATE, unchanged, validator
from api.http.coordinates import Asks
from api.http.guard import DeskHere, PersonRead
from api.http.looks import look_at_people
from api.http.problems import NoRight
from api.http.shapes import Score
from api.naming import unit_of
from api.outputs.answers import write_answers
from api.queries import scores, unit_scores
from api.queries.within import people_within, those_of, units_within
from ledger.vocabulary_agency import ReadingPurpose
from projections.asking import inquiry
from projections.asking.inquiry import Asked

router = APIRouter(tags=["scores"])
_HELD = 4 * 1024 * 1024
_PIECE = 64 * 1024

Without = Annotated[
    list[str] | None,
    Query(
        max_length=20,
        description="As if facts had not been: a position or stream/version each; hypothetical.",
    ),
]


@router.get("/people/{pid}/score", response_model=Score)
def person_score(
    request: Request,
    person: Annotated[PersonRead, Depends(guard.read_person(Action.READ_RECORD))],
    desk: DeskHere,
    asking: Asks,
    without: Without = None,
) -> Response:
    """One person's score with its trace: each point leads to its rule, article and facts."""
    roots = scores.roots(desk, person.stream, without or ())
    asked = desk.resolve(asking.ask(roots))
    named = guard.may_see(person, Action.READ_IDENTITY)
    tag = validator(scores.basis(desk, asked, person.stream, named))
    response = unchanged(request, tag)
    if response is None:
        response = answer(scores.of_person(desk, asked, person.stream, named=named), tag=tag)
    coordinates.say_rules(response, asked)
    memento.say_times(request, response)
    return response


@router.get("/units/{code}/score", response_model=Score)
def unit_score(
    unit: Annotated[guard.UnitRead, Depends(guard.read_unit(Action.READ_UNITS))],
    desk: DeskHere,
    asking: Asks,
) -> Response:
    """One unit's score with its trace, without its members; refused where it is made from figures
    of few people whose records the reader may not read.
    """
    asked = desk.resolve(asking.ask())
    shown = unit_scores.of_unit(desk, unit.reader, asked, unit.stream)
    if shown is None:
        raise NoRight(
            "The score is made from figures of few people whose records you may not read.",
            next_step="Ask about the unit above, or ask for the role that reads them.",
        )
    response = answer(shown)
    coordinates.say_rules(response, asked)
    return response


@router.get(
    "/scores",
    response_class=Response,
    responses={200: {"content": {LINES: {"schema": {"type": "string"}}}}},
)
def everybodys_scores(
    request: Request,
    reader: Annotated[Reader, Depends(guard.allow(Action.READ_RECORD))],
    desk: DeskHere,
    asking: Asks,
    unit: Annotated[
        str | None, Query(max_length=200, description="Code or id: that unit and all below it.")
    ] = None,
    trace: Annotated[bool, Query(description="With the facts of each measure.")] = False,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """Everybody's scores, one JSON object a line, ordered by subject, sent as they are worked out.

    Everybody whom the reader may read: the whole agency, or the units of the reader's roles.
    """
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    asked = desk.resolve(asking.ask())
    rows = _rows(request, reader, asked, unit, why, action=Action.READ_RECORD, trace=trace)
    response = lines(rows)
    coordinates.say_rules(response, asked)
    return response


class Export(StrEnum):
    """Files for people and for machines."""

    CSV = "csv"
    XLSX = "xlsx"
    JSONL = "jsonl"
    PARQUET = "parquet"


_TYPES = {
    Export.CSV: "text/csv; charset=utf-8",
    Export.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Export.JSONL: LINES,
    Export.PARQUET: "application/vnd.apache.parquet",
}


@router.get(
    "/scores/export",
    response_class=Response,
    responses={200: {"content": {kind.partition(";")[0]: {} for kind in _TYPES.values()}}},
)
def export(
    request: Request,
    reader: Annotated[Reader, Depends(guard.allow(Action.EXPORT))],
    desk: DeskHere,
    asking: Asks,
    form: Annotated[Export, Query(alias="format", description="Of the file.")],
    unit: Annotated[
        str | None, Query(max_length=200, description="Code or id: that unit and all below it.")
    ] = None,
    purpose: guard.Purpose = None,
    purpose_header: guard.PurposeHeader = None,
) -> Response:
    """Everybody's scores as a file, never cut short; with semicolons and decimal commas for people,
    exact for machines.
    """
    why = guard.purpose_of(request, reader, None, purpose or purpose_header)
    asked = desk.resolve(asking.ask())
    rows = _rows(request, reader, asked, unit, why, action=Action.EXPORT, trace=False)
    file = SpooledTemporaryFile(max_size=_HELD)  # noqa: SIM115 - closed when it has been sent
    written = write_answers(cast("BinaryIO", file), f".{form.value}", rows, asked, unit=unit)
    file.seek(0)
    name = f"{asked.plan.instrument}-{asked.question.as_of.isoformat()}.{form.value}"
    response = StreamingResponse(
        _sent(file),
        media_type=_TYPES[form],
        headers={
            "Cache-Control": PRIVATE,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Ledger-Rows": str(written.rows),
            "Ledger-Digest": written.digest,
        },
    )
    coordinates.say_rules(response, asked)
    return response


def _sent(file: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def _rows(
    request: Request,
    reader: Reader,
    asked: Asked,
    unit: str | None,
    why: ReadingPurpose,
    *,
    action: Action,
    trace: bool,
) -> Iterator[dict[str, Any]]:
    """The answers that a reader may see, written down as read before the first leaves."""
    desk, on = guard.desk_of(request), asked.question.as_of
    top = None if unit is None else unit_of(asked.units, unit, on)
    below = None if top is None else {one.hex for one in asked.units.subtree(top, on) | {top}}
    among = _among(request, reader, asked, action)
    of_units, position = inquiry.measures_units(asked), asked.question.position
    people = among
    if of_units and among is not None:
        people = frozenset(those_of(desk, on, position, among))
    if trace or not of_units:  # without its trace a unit's score tells of nobody
        look_at_people(
            request,
            reader,
            why,
            top,
            on=on,
            position=position,
            among=people,
            instrument=asked.plan.instrument,
        )
    named = reach(reader, Action.READ_IDENTITY).anything
    found = scores.of_many(desk, asked, below, among, trace=trace, named=named)
    return (shown for _, shown in found)


def _among(request: Request, reader: Reader, asked: Asked, action: Action) -> frozenset[str] | None:
    """Whose answers the reader may see: of units, those that his roles reach."""
    desk = guard.desk_of(request)
    if inquiry.measures_units(asked):
        return units_within(desk, reader, action)
    return people_within(desk, guard.standing_of(request), reader, action)
