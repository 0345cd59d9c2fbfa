"""What waits for a reader, and how fresh the last checkpoint is: the start page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from api.access.policy import Action
from api.access.reach import reach
from api.access.readers import Reader
from api.access.standing import Standing
from api.desk import Desk
from api.queries import proposals
from api.queries.records import checkpoint_json
from api.queries.within import people_within
from ledger.canonical import instant_text
from ledger.checkpoints.checkpoint_store import last_checkpoint
from ledger.commands.decision_desk import decisions_of
from ledger.commands.disputing import every_dispute
from ledger.commands.second_person import proposals_of
from projections.discipline import asking_cases
from projections.discipline.asking_cases import Told

Json = dict[str, Any]
DONE = ("issued", "revoked")


def start(desk: Desk, standing: Standing, reader: Reader | None) -> Json:
    """The last checkpoint, what waits for this reader, and whose record is his own.

    A task is {code, count, overdue, next}: how many wait, how many of them too long, and the
    nearest deadline. Of proposals those count that the reader may confirm.
    """
    found = [] if reader is None else list(_tasks(desk, standing, reader))
    tasks = [one for one in found if one["count"]]
    last = last_checkpoint(desk.ledger.store)
    return {
        "today": desk.today().isoformat(),
        "now": instant_text(desk.now()),
        "head": desk.head(),
        "recorded_at": instant_text(desk.recorded_at(desk.head())),
        "checkpoint": None if last is None else checkpoint_json(desk, last),
        "own": None if reader is None or reader.person is None else reader.person.hex,
        "tasks": tasks,
    }


def _tasks(desk: Desk, standing: Standing, reader: Reader) -> Iterator[Json]:
    if reach(reader, Action.READ_CASES).anything:
        yield from _cases(desk, standing, reader)
    if reach(reader, Action.RESOLVE_DISPUTE).anything:
        among = people_within(desk, standing, reader, Action.RESOLVE_DISPUTE)
        waiting = [one for one in every_dispute(desk.ledger) if one.open]
        mine = [one for one in waiting if among is None or one.stream in among]
        yield _task("disputes", len(mine))
    if reach(reader, Action.READ_PENDING).anything:
        kinds = Counter(
            one.kind
            for one in proposals_of(desk.ledger).pending()
            if proposals.shown(desk, standing, reader, one)["may_confirm"]
        )
        for kind, count in sorted(kinds.items()):
            yield _task(f"pending_{kind.replace('.', '_')}", count)
    if reach(reader, Action.ISSUE_DECISION).anything:
        open_ = [one for one in decisions_of(desk.ledger).by_id.values() if one.state not in DONE]
        yield _task("decisions", len(open_))


def _cases(desk: Desk, standing: Standing, reader: Reader) -> Iterator[Json]:
    among = people_within(desk, standing, reader, Action.READ_CASES)
    key = (desk.head(), desk.today())
    waiting: list[_Waiting] = desk.remembered("waiting cases", key, lambda: _waiting(desk))
    mine = [one for one in waiting if among is None or one.subject in among]
    yield _task(
        "cases",
        len(mine),
        overdue=sum(1 for one in mine if one.overdue),
        first=min((one.due for one in mine if one.due is not None), default=None),
    )


class _Waiting(NamedTuple):
    """A case in which somebody must still do something."""

    subject: str
    overdue: bool
    due: date | None


def _waiting(desk: Desk) -> list[_Waiting]:
    asked = asking_cases.when(desk.ledger, desk.today(), desk.head())
    return [
        _Waiting(one.subject.hex, one.overdue, _next(one))
        for one in asking_cases.everybodys(desk.ledger, asked)
        if one.waiting()
    ]


def _next(one: Told) -> date | None:
    dues = [running.due for running in one.waiting() if running.due is not None]
    return min((due for due in dues if due >= one.on), default=None)


def _task(code: str, count: int, *, overdue: int = 0, first: date | None = None) -> Json:
    return {
        "code": code,
        "count": count,
        "overdue": overdue,
        "next": None if first is None else first.isoformat(),
    }
