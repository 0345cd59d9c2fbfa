"""Every event class in one place: the allow-list of topics, and what facts files may say."""

from __future__ import annotations

from collections.abc import Mapping

import ledger.events.book
import ledger.events.corrections
import ledger.events.discipline
import ledger.events.employment
import ledger.events.oversight
import ledger.events.performance
import ledger.events.proposal
import ledger.events.units  # noqa: F401 - importing registers the topics
from ledger.errors import LedgerError
from ledger.events import base
from ledger.events.base import EMPLOYEE, LEDGER, ORG_UNIT, EventSpec

CORRECTIONS = ("correct", "annul", "end")


class TopicUnknown(LedgerError):
    """A stored event carries a topic this version does not know."""

    code = "topic_unknown"


def specs() -> Mapping[str, EventSpec]:
    """Every topic with its class and codec."""
    return base.specs()


def spec(topic: str) -> EventSpec:
    """The spec of a topic.

    Raises:
        TopicUnknown: the database was written by a newer version, or not by this program.
    """
    found = base.specs().get(topic)
    if found is None:
        raise TopicUnknown(
            f"The ledger holds an event of topic {topic}, which this version does not know.",
            next_step="Use the version of asn-ledger that wrote it, or a newer one.",
        )
    return found


def _fact_specs() -> dict[tuple[str, str], EventSpec]:
    found = {}
    for one in base.specs().values():
        if one.is_fact or one.name in CORRECTIONS:
            found[one.owner, one.name] = one
    return found


FACT_SPECS: Mapping[tuple[str, str], EventSpec] = _fact_specs()
FACT_NAMES: frozenset[str] = frozenset(name for _, name in FACT_SPECS)


def owners(fact: str) -> tuple[str, ...]:
    """Whose streams may hold this fact."""
    return tuple(o for o in (EMPLOYEE, ORG_UNIT, LEDGER) if (o, fact) in FACT_SPECS)


def open_fields(fact: str) -> frozenset[str]:
    """The fields of a fact that instruments may read; empty for an unknown fact."""
    found: frozenset[str] = frozenset()
    for owner in owners(fact):
        found |= FACT_SPECS[owner, fact].open_names
    return found
