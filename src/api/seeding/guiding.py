"""The guided stories of a demo ledger with the addresses that they have there."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.demo import stories
from api.demo.tours import TOURS, Step, Tour
from api.naming import fact_root
from ledger.application import Ledger
from ledger.domain.facts import history
from ledger.errors import LedgerError

_OF_PEOPLE = ("/asn/", "/catatan/")  # pages that are read for a purpose


class NoGuide(LedgerError):
    """The ledger is no demo, so nobody in it has a story."""

    code = "no_guide"


def guided(ledger: Ledger) -> list[dict[str, Any]]:
    """Every story: its title, the account that may see it, and each step with its address.

    Raises:
        NoGuide: the ledger was not founded as a demo.
    """
    if not ledger.founded["demo"]:
        raise NoGuide(
            "This ledger is no demo, and nobody in it is invented.",
            next_step="`asn-ledger demo` founds a demo ledger at another place.",
        )
    return [_tour(ledger, tour) for tour in TOURS]


def _tour(ledger: Ledger, tour: Tour) -> dict[str, Any]:
    stream = ledger.index.find(stories.cast()[tour.cast].nip)
    if stream is None:
        raise NoGuide(
            "The people of the stories are not in this demo.",
            next_step="Found it anew: `asn-ledger demo`.",
        )
    return {
        "name": tour.name,
        "title": tour.title,
        "english": tour.english,
        "account": tour.account,
        "person": stream.hex,
        "steps": [
            {
                "address": _address(ledger, stream, tour, step),
                "says": step.says,
                "english": step.english,
                "total": step.total,
            }
            for step in tour.steps
        ],
    }


def _address(ledger: Ledger, stream: UUID, tour: Tour, step: Step) -> str:
    fact = "" if step.fact is None else str(_position(ledger, stream, step.fact))
    address = step.address.format(pid=stream.hex, fact=fact)
    if tour.purpose is None or not address.startswith(_OF_PEOPLE):
        return address
    return f"{address}{'&' if '?' in address else '?'}purpose={tour.purpose.value}"


def _position(ledger: Ledger, stream: UUID, named: str) -> int:
    """The position of the event that states the fact of a key or id now."""
    ((_, root),) = fact_root(ledger, stream, [named])
    fact = history(ledger.events_of(stream)).root(root)
    if fact is None:
        raise NoGuide(
            "A fact of the stories was annulled.",
            next_step="Found the demo anew: `asn-ledger demo`.",
        )
    return fact.position
