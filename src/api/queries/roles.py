"""Roles: who holds which, over which unit, since when and until when, and what waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from api import proposing
from api.access.readers import GRANTED, REVOKED, GrantEntry, grants
from api.granting import GRANT, REVOKE
from api.naming import unit_json
from ledger.application import Ledger
from ledger.canonical import instant_text
from ledger.domain.proposals import Proposal, ProposalUnknown, proposals
from ledger.domain.unit_directory import UnitDirectory
from ledger.records import RecordedEvent

Json = dict[str, Any]


def listed(ledger: Ledger, *, today: date, account: str | None = None) -> Json:
    """{position, version, as_of, roles, pending}: every grant that was not revoked, by account, and
    the proposals about roles that wait. `version` is what a command names that was decided on it.

    A role is {account, role, unit, person, since, until, held, position, granted_by}: `unit` is
    {id, code, name} or null for the whole agency, `since` the instant it was granted, `until` the
    first day without it, `held` whether that day is still to come, `granted_by` who confirmed it.
    """
    events = ledger.book_events()
    by_position = {one.id: one for one in events if one.topic == GRANTED}
    units = ledger.units()
    found = [
        _role(name, one, by_position[one.position], units, today)
        for name, entries in sorted(grants(events).by_account.items())
        for one in entries
        if account is None or name == account
    ]
    waiting = [
        one
        for one in proposals(events).pending()
        if one.kind in (GRANT, REVOKE) and account in (None, one.command["account"])
    ]
    return {
        "position": events[-1].id if events else 0,
        "version": events[-1].originator_version if events else 0,
        "as_of": today.isoformat(),
        "roles": found,
        "pending": [proposing.shown(one) for one in waiting],
    }


def about_role(ledger: Ledger, ident: int) -> Proposal:
    """A proposal about a role: what waits of other kinds is closed elsewhere.

    Raises:
        ProposalUnknown.
    """
    one = proposals(ledger.book_events()).by_id.get(ident)
    if one is None or one.kind not in (GRANT, REVOKE):
        raise ProposalUnknown(
            f"There is no proposal {ident} about a role.",
            next_step="The list of roles says what waits.",
        )
    return one


def _role(
    account: str, one: GrantEntry, granted: RecordedEvent, units: UnitDirectory, today: date
) -> Json:
    until = one.grant.until
    return {
        "account": account,
        "role": one.grant.role.value,
        "unit": named(units, one.grant.unit, today),
        "person": None if one.person is None else one.person.hex,
        "since": instant_text(granted.recorded_at),
        "until": None if until is None else until.isoformat(),
        "held": until is None or today < until,
        "position": one.position,
        "granted_by": _actor(granted),
    }


def named(units: UnitDirectory, unit: UUID | None, on: date) -> Json | None:
    """A unit by id, code and name; None for the whole agency."""
    if unit is None:
        return None
    about = unit_json(units, unit, on)
    return {key: about[key] for key in ("id", "code", "name")}


def _actor(recorded: RecordedEvent) -> str | None:
    context: Mapping[str, Any] = orjson.loads(recorded.context) if recorded.context else {}
    return context.get("actor")


class RolesThen:
    """Which roles an account held at an instant, for the answers about who looked."""

    def __init__(self, ledger: Ledger) -> None:
        self._by_account: dict[str, list[RecordedEvent]] = {}
        for one in ledger.book_events():
            if one.topic in (GRANTED, REVOKED):
                self._by_account.setdefault(orjson.loads(one.state)["account"], []).append(one)

    def at(self, account: str, recorded_by: str, on: date) -> list[str]:
        """The roles, wherever they reached; sorted. `recorded_by` is an instant as text."""
        events = [
            one
            for one in self._by_account.get(account, ())
            if instant_text(one.recorded_at) <= recorded_by
        ]
        entries = grants(events).by_account.get(account, ())
        return sorted(
            {
                one.grant.role.value
                for one in entries
                if one.grant.until is None or on < one.grant.until
            }
        )
