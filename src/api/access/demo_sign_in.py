"""Signing in to the demo with one click, as each of its roles. Pure.

Only if the ledger was founded as a demo, the server listens on loopback alone, the request names
localhost, and nothing says that a proxy passed it on: then whoever asks sits at this machine.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from api.access.readers import DEMO, Grant, Grants
from ledger.vocabulary_agency import ReadingPurpose, Role

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDING = frozenset(
    {
        "forwarded",
        "via",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-forwarded-port",
        "x-forwarded-server",
        "x-real-ip",
        "x-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "fly-client-ip",
        "x-cluster-client-ip",
        "x-original-host",
    }
)

_USUAL = {
    Role.APPRAISER: ReadingPurpose.APPRAISAL,
    Role.UNIT_HEAD: ReadingPurpose.SUPERVISION,
    Role.ASSESSOR: ReadingPurpose.ASSESSMENT,
    Role.OPERATOR: ReadingPurpose.ADMINISTRATION,
    Role.ANALYST: ReadingPurpose.ADMINISTRATION,
    Role.APPROVER: ReadingPurpose.ADMINISTRATION,
    Role.PANEL: ReadingPurpose.DISPUTE,
    Role.AUDITOR: ReadingPurpose.AUDIT,
    Role.DECIDER: ReadingPurpose.DECISION,
}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account of the demo that one may become."""

    id: str
    person: UUID | None
    grants: tuple[Grant, ...]

    @property
    def purpose(self) -> ReadingPurpose | None:
        """What somebody of this role mostly reads records for, so that one click is enough."""
        return next((_USUAL[one.role] for one in self.grants if one.role in _USUAL), None)


def demo_allowed(
    *, founded_as_demo: bool, bound_to: str | None, host: str | None, headers: Iterable[str]
) -> bool:
    """Whether a request may sign in without a password.

    Args:
        bound_to: the address on which the server listens; None if it is not known.
        host: of the request's Host header, with or without a port.
        headers: the names of all its headers.
    """
    if not founded_as_demo or not _loopback(bound_to):
        return False
    if any(name.lower() in FORWARDING for name in headers):
        return False
    name, port = _split(host or "")
    return name in LOCAL_HOSTS and (not port or port.isdecimal())


def demo_accounts(grants: Grants) -> list[DemoAccount]:
    """The accounts that the demo's own ledger made for its roles, by id."""
    return [
        DemoAccount(
            ident,
            next((one.person for one in entries if one.person is not None), None),
            tuple(one.grant for one in entries),
        )
        for ident, entries in sorted(grants.by_account.items())
        if ident.startswith(DEMO)
    ]


def _loopback(address: str | None) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _split(host: str) -> tuple[str, str]:
    """Name and port of a Host header; an IPv6 address stands in brackets."""
    if host.startswith("["):
        name, bracket, rest = host.partition("]")
        return f"{name}{bracket}".lower(), rest.removeprefix(":") if rest else ""
    name, _, port = host.partition(":")
    return name.lower(), port
