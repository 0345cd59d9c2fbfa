"""What enacting or repealing a text would change, and what such a command is decided on."""

from __future__ import annotations

from datetime import date
from typing import Any

from api import enacting
from api.desk import Desk
from api.enacting import Text
from ledger.domain.rulebook import Enactment, Rulebook
from projections.asking import rule_change

Json = dict[str, Any]


def version(desk: Desk) -> int:
    """What a command about rules names that was decided on the rule book as it is now."""
    return desk.version_of(desk.ledger.stream)


def effect_of_enacting(desk: Desk, text: Text) -> Json:
    """What a text would change if it came into force now; nothing is recorded.

    Raises:
        AlreadyEnacted, InstrumentNotInForce, InstrumentsInCircle, MeasureUnknown.
    """
    book = desk.ledger.rulebook()
    after = enacting.check_joins(book, text, desk.head() + 1)
    return _effect(desk, (book, after, text.plan.in_force_from))


def effect_of_repealing(desk: Desk, found: Enactment) -> Json:
    """What a repeal would change now; nothing is recorded.

    Raises:
        MeasureUnknown, InstrumentsInCircle.
    """
    book = desk.ledger.rulebook()
    return _effect(desk, (book, enacting.check_leaves(book, found), found.in_force_from))


def _effect(desk: Desk, changed: tuple[Rulebook, Rulebook, date]) -> Json:
    found = enacting.effect(desk.ledger, changed, today=desk.today(), report=_quiet)
    return rule_change.as_json(found)


def _quiet(_: str) -> None:
    """The facts table mends itself; nobody waits to be told here."""
