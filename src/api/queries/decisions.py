"""Decisions: the list, one with its candidates, and whether its basis still gives its answers.

Whom a decision is about decides who sees it: whoever reaches its unit, or one of its candidates;
and of the candidates he is told those whom he reaches.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.desk import Desk
from api.outputs import decisions as shown_as
from api.queries.sight import EVERYTHING, Sight, name
from ledger.commands import decision_desk
from ledger.domain.decision import Decision, DecisionUnknown
from ledger.domain.decision_streams import stream_of
from projections.asking.inquiry import Ask
from projections.decisions import recheck as rechecking

Json = dict[str, Any]


def listed(desk: Desk, sight: Sight = EVERYTHING) -> Json:
    """Every decision that is reached, in the order in which it was drafted."""
    position = desk.head()
    state = decision_desk.decisions_of(desk.ledger, position)
    rows = [
        shown_as.listed(one)
        for one in state.by_id.values()
        if sight.everything or _reached(desk, _whole(desk, one), sight)
    ]
    return {"position": position, "decisions": rows}


def named(desk: Desk, ident: str, sight: Sight = EVERYTHING) -> Decision:
    """One decision with its candidates.

    Raises:
        DecisionUnknown: there is none, or none that is reached.
    """
    try:
        found = decision_desk.decision_of(desk.ledger, ident)
    except DecisionUnknown:
        raise _unknown() from None
    if not _reached(desk, found, sight):
        raise _unknown()
    return found


def one(desk: Desk, found: Decision, sight: Sight = EVERYTHING, names: Sight = EVERYTHING) -> Json:
    """A decision with all that it pins. `candidates` are those who are reached, `candidates_in_all`
    counts them all; `version` is what a command names that was decided on it.
    """
    shown = shown_as.whole(desk.ledger, found)
    rows = [each for each in shown["candidates"] if sees(desk, each["subject"], sight)]
    name(desk, rows, names)
    for each in rows:
        each["unit"] = _unit(desk, each["subject"])
    if not reaches_all(desk, found, names):
        _hide_reasons(shown)
    return {
        **shown,
        "candidates_in_all": found.draft.number,
        "candidates": rows,
        "requirement_cites": _cites(desk, found),
        "version": desk.version_of(stream_of(found.draft.id)),
    }


def _cites(desk: Desk, found: Decision) -> Json:
    """The article of each requirement, by its name, as the texts said at the basis."""
    draft, told = found.draft, {}
    for instrument in (draft.instrument, *draft.requirements):
        ask = Ask(instrument, as_of=draft.as_of, position=draft.basis_position)
        plan = desk.resolve(ask).plan
        if plan.outcomes is not None:
            for each in plan.measures:
                said = {"cite": each.cite, "mark": each.mark.value}
                told[f"{instrument}/{each.name}"] = said
    return told


def _hide_reasons(shown: Json) -> None:
    """Reasons may speak of any candidate: they are for whoever may see all their names."""
    steps = [shown["drafted"], *shown["recommended"], shown["issued"], shown["revoked"]]
    for step in steps:
        if step is not None:
            step["reasons"] = None


def recheck(
    desk: Desk, found: Decision, sight: Sight = EVERYTHING, names: Sight = EVERYTHING
) -> Json:
    """Whether a decision's basis still gives its answers, and what later knowledge changes."""
    told = rechecking.recheck(desk.ledger, found, today=desk.today(), now=desk.now())
    shown = rechecking.as_json(desk.ledger, told)
    moved = [each for each in shown["later"]["moved"] if sees(desk, each["subject"], sight)]
    name(desk, moved, names)
    shown["later"]["moved"] = moved
    return shown


def people_of(desk: Desk, found: Decision) -> list[UUID]:
    """The people among its candidates, for the access log."""
    units = desk.units().units
    every = (UUID(one.subject) for one in found.draft.candidates)
    return [one for one in every if one not in units]


def _whole(desk: Desk, one: Decision) -> Decision:
    return decision_desk.decision_of(desk.ledger, one.draft.id)


def _reached(desk: Desk, one: Decision, sight: Sight) -> bool:
    if sight.everything:
        return True
    unit = one.draft.unit
    if unit is not None and sight.units is not None and unit in sight.units:
        return True
    return any(sees(desk, each.subject, sight) for each in one.draft.candidates)


def sees(desk: Desk, subject: str, sight: Sight) -> bool:
    """Whether a candidate, a person or a unit, is reached."""
    if UUID(subject) in desk.units().units:
        return sight.sees_unit(subject)
    return sight.sees(subject)


def reaches_all(desk: Desk, found: Decision, sight: Sight) -> bool:
    """Whether everybody whom a decision is about is reached: who acts on it must."""
    return all(sees(desk, each.subject, sight) for each in found.draft.candidates)


def _unit(desk: Desk, subject: str) -> Json | None:
    told = desk.units().described(UUID(subject), desk.today())
    return None if told is None else {"code": told["code"], "name": told["name"]}


def _unknown() -> DecisionUnknown:
    return DecisionUnknown(
        "There is no such decision, or none that you may see.",
        next_step="The list of decisions names them.",
    )
