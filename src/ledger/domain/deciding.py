"""What becomes of a statement about a stream: new, the same again, confirmed, or refused.

Pure and shared by employees, units and the ledger stream; what only one of them forbids stands
there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from ledger.domain.statement import Statement
from ledger.domain.stream_state import RootState, StreamState
from ledger.errors import ContentConflict, KeyConflict, NotAllowed
from ledger.events.base import Encoded
from ledger.events.registry import CORRECTIONS


class Verdict(StrEnum):
    """What a row turned out to be."""

    NEW = "new"
    SAME = "same"
    CONFIRMED = "confirmed"
    CORRECTS = "corrects"


class Decision(NamedTuple):
    """The verdict and the events that follow from it; none unless something is new."""

    verdict: Verdict
    events: tuple[Encoded, ...] = ()


def decide_statement(state: StreamState, statement: Statement) -> Decision:
    """Whether a stated fact is new here.

    Raises:
        KeyConflict: the sender used this key before for other content.
        ContentConflict: the same act stands here with other content; offered as a correction.
        NotAllowed: a correction that would change what kind of fact it is.
    """
    if statement.fact in CORRECTIONS:
        return _decide_correction(state, statement)
    keyed = None if statement.key is None else state.by_key.get(statement.key)
    if keyed is not None:
        return _decide_known(state.roots[keyed], statement, same_key=True)
    row = statement.marks
    if row is not None:
        one = state.matching(row.match, row.loose)
        if one is not None and (statement.key is None or one.key is None):
            return _decide_known(one, statement, same_key=False)
    return Decision(Verdict.NEW, (statement.encoded,))


def _decide_known(one: RootState, statement: Statement, *, same_key: bool) -> Decision:
    row = statement.marks
    other_source = (
        statement.source.form is not None
        and one.form is not None
        and statement.source.form != one.form
    )
    if row is not None and row.content in one.contents:
        return Decision(Verdict.CONFIRMED if other_source else Verdict.SAME)
    if row is not None and other_source and row.gist in one.gists:
        return Decision(Verdict.CONFIRMED)
    if same_key:
        raise _key_conflict(one)
    raise ContentConflict(
        "The same act was recorded before with other content.",
        next_step="If the new content is right, send a correct that names the recorded fact.",
        root=one.root,
    )


def _key_conflict(one: RootState) -> KeyConflict:
    return KeyConflict(
        "This key was used before for a row with other content.",
        next_step="Send a correct with this key as its target, or give the row a key of its own.",
        root=one.root,
    )


def _decide_correction(state: StreamState, statement: Statement) -> Decision:
    one = state.roots[statement.root or 0]
    if statement.act in one.acts:
        return Decision(Verdict.SAME)
    if statement.key is not None and statement.key in state.by_key:
        raise _key_conflict(state.roots[state.by_key[statement.key]])
    how = statement.fact
    if how == "correct" and statement.encoded.opened["fact"] != one.kind:
        raise NotAllowed(
            f"A fact of kind {one.kind} cannot be corrected into another kind.",
            next_step="Annul it and state the other fact.",
        )
    if how != "correct" and one.annulled:
        raise NotAllowed(
            "The fact was annulled before.",
            next_step="If the annulment was a mistake, undo it with a correct.",
        )
    return Decision(Verdict.CORRECTS, (statement.encoded,))
