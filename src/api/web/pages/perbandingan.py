"""Perbandingan: two answers about one person, and the causes between them that add up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from api.access.policy import Action
from api.desk import Desk
from api.http import coordinates, guard
from api.http.guard import DeskHere, PersonRead
from api.queries import differences, records
from api.web import record_view
from api.web.charts.chart import Pen
from api.web.moments import USUAL, day_of, known_of, position_of
from api.web.render import page, shell_of
from api.web.shell import Shell
from api.web.twins import Document, suffix_of, twin
from ledger.errors import Misuse
from projections.asking.inquiry import Ask, Asked

router = APIRouter()
ReadRecord = Annotated[PersonRead, Depends(guard.read_person(Action.READ_RECORD))]
_Text = Annotated[str, Query(max_length=200)]


class Sides:
    """Both coordinates of a comparison as a form sends them: an empty value is none.

    With nothing said it is today against the end of the year before.
    """

    def __init__(
        self,
        request: Request,
        instrument: Annotated[str, Query(pattern="^([a-z0-9][a-z0-9-]{0,63})?$")] = "",
        first: Annotated[str, Query(alias="from", max_length=40)] = "",
        last: Annotated[str, Query(alias="to", max_length=40)] = "",
        known_from: _Text = "",
        known_to: _Text = "",
        position_from: _Text = "",
        position_to: _Text = "",
        rules_from: _Text = "",
        rules_to: _Text = "",
    ) -> None:
        desk = guard.desk_of(request)
        known = (
            known_of(desk, known_from, "known_from"),
            known_of(desk, known_to, "known_to"),
        )
        positions = (
            position_of(position_from, "position_from"),
            position_of(position_to, "position_to"),
        )
        for at, position in zip(known, positions, strict=True):
            if at is not None and position is not None:
                raise Misuse(
                    "A side has both an instant and a position.", next_step="Leave one empty."
                )
        days = [day_of(first, "from"), day_of(last, "to")]
        apart = any(one is not None for one in (*known, *positions)) or rules_from or rules_to
        if days[0] is None and not apart:
            days[0] = _year_end_before(days[1] or desk.today())
        if days[0] is None:
            days[0] = days[1]
        self.asks = tuple(
            differences.asks_between(
                Ask(instrument or USUAL),
                (days[0], days[1]),
                known,
                positions,
                (rules_from or None, rules_to or None),
            )
        )


def _year_end_before(on: date) -> date:
    return date(on.year, 1, 1) - timedelta(days=1)


@router.get("/asn/{pid}/perbandingan")
@router.get("/asn/{pid}/perbandingan.{suffix}")
def compare(
    request: Request, person: ReadRecord, desk: DeskHere, sides: Annotated[Sides, Depends()]
) -> Response:
    """Why a score differs between two days, or between what was known then and now."""
    suffix = suffix_of(request)
    ends = differences.sides(desk, sides.asks)
    named = guard.may_see(person, Action.READ_IDENTITY)
    shown = differences.of_person(desk, ends, person.stream, named=named)
    if suffix is not None:
        found = twin(
            request,
            suffix,
            shown,
            Document("perbandingan", shown),
            position=max(one.question.position for one in ends),
            ask=permanent(ends),
        )
    else:
        found = _page(request, desk, ends, shown)
    coordinates.say_rules(found, ends[1])
    return found


def permanent(ends: tuple[Asked, Asked]) -> dict[str, object]:
    """The coordinates under which the same is shown for ever."""
    first, last = (one.question for one in ends)
    return {
        "instrument": ends[1].plan.instrument,
        "from": first.as_of.isoformat(),
        "to": last.as_of.isoformat(),
        "position_from": first.position,
        "position_to": last.position,
        "rules_from": first.rules,
        "rules_to": last.rules,
    }


def _page(
    request: Request, desk: Desk, ends: tuple[Asked, Asked], shown: dict[str, Any]
) -> Response:
    shell = shell_of(request)
    pen = Pen(shell.lang, shell.site.zone)
    causes = [record_view.cause(pen, one) for one in shown["causes"]]
    question = ends[1].question
    data = {
        **shown,
        "here": shown,
        "said": causes,
        "idle": [record_view.cause(pen, one) for one in shown["without_effect"]],
        "waterfall": [
            {
                "label": f"{one['about']} {one['what']}".strip(),
                "points": one["points"],
                "note": pen.code(one["class"], "class"),
                **({"href": one["href"]} if one["href"] else {}),
            }
            for one in causes
        ],
        "moves": [
            {**one, "name": record_view.measure_name(pen, one["measure"])}
            for one in shown["measures"]
        ],
        "classes_said": shown["classes"],
        "presets": presets(desk, shell, ends),
        "swapped": swapped(shell),
        "fixed": shell.url(None, **permanent(ends), known_from=None, known_to=None, bahasa=None),
        "instruments": [
            (name, pen.code(name, "instrument"))
            for name, _ in records.instruments_of_people(desk, question.position, question.as_of)
        ],
        "twins": ("json", "csv", "xlsx", "pdf"),
    }
    return page(request, "perbandingan.html", data)


def swapped(shell: Shell) -> str:
    """The address with both sides changed for each other."""
    pairs = (
        ("from", "to"),
        ("known_from", "known_to"),
        ("position_from", "position_to"),
        ("rules_from", "rules_to"),
    )
    there = {one: shell.value(other) or None for one, other in pairs}
    back = {other: shell.value(one) or None for one, other in pairs}
    return shell.url(**there, **back)


def presets(desk: Desk, shell: Shell, ends: tuple[Asked, Asked]) -> list[tuple[str, str]]:
    """(label, address) of comparisons that are asked for often."""
    today = desk.today()
    ended = _year_end_before(today)
    year = _year_end_before(ended)
    last = ends[1].question.as_of
    none = dict.fromkeys(
        ("from", "to", "known_from", "known_to", "position_from", "position_to", "rules_from")
    ) | {"rules_to": None}
    pen = Pen(shell.lang, shell.site.zone)
    month = date(today.year, today.month, 1) - timedelta(days=1)
    return [
        (
            pen.say("Sejak akhir tahun lalu"),
            shell.url(**(none | {"from": ended.isoformat()})),
        ),
        (
            pen.say("Setahun: {first} sampai {last}", first=pen.day(year), last=pen.day(ended)),
            shell.url(**(none | {"from": year.isoformat(), "to": ended.isoformat()})),
        ),
        (
            pen.say("Hari yang sama, diketahui akhir bulan lalu dan kini"),
            shell.url(
                **(
                    none
                    | {
                        "from": last.isoformat(),
                        "to": last.isoformat(),
                        "known_from": month.isoformat(),
                    }
                )
            ),
        ),
    ]
