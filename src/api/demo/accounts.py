"""Who can sign in to a demo: an account for each role, and whose record it is, where it is one's.

The ledger grants each its role (`RoleGranted`); nothing here signs anybody in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.demo import stories
from api.demo.person import Person
from api.demo.supervision import Hierarchy
from ledger.vocabulary_agency import Role


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the demo.

    Attributes:
        name: stands as actor in events. label: who that is, in Indonesian; english: the same.
        unit: code of the unit that the role is over, with all below it; None is the agency.
        cast: number of the person of a story whose record it is; heads: code of the place whose
            head he is. Neither: an account without a record of its own.
    """

    name: str
    role: Role
    label: str
    english: str
    unit: str | None = None
    cast: int | None = None
    heads: str | None = None


ANALYST, APPROVER, DECIDER = "demo-analis", "demo-penyetuju", "demo-pejabat"
PANEL, OPERATOR, APPRAISER = "demo-panel", "demo-operator", "demo-atasan"
ADMINISTRATOR, SECOND_ADMINISTRATOR = "demo-admin", "demo-admin-dua"

ACCOUNTS = (
    Account("demo-asn", Role.ASN, "ASN: Kenanga", "an official", cast=stories.FALLEN),
    Account(
        "demo-asn-sengketa",
        Role.ASN,
        "ASN yang mengajukan keberatan: Cemara",
        "an official who objects",
        cast=stories.DISPUTED,
    ),
    Account(APPRAISER, Role.APPRAISER, "Pejabat penilai: Kepala BKD", "an appraiser", heads="BKD"),
    Account(
        "demo-kepala", Role.UNIT_HEAD, "Kepala DKISP", "the head of a unit", "DKISP", heads="DKISP"
    ),
    Account("demo-penilai", Role.ASSESSOR, "Penilai perangkat daerah", "an assessor of units"),
    Account(
        OPERATOR, Role.OPERATOR, "Operator kepegawaian Dinas Kesehatan", "an operator", "DINKES"
    ),
    Account(ANALYST, Role.ANALYST, "Analis BKD", "an analyst of the personnel agency"),
    Account(APPROVER, Role.APPROVER, "Penyetuju BKD", "an approver of the personnel agency"),
    Account(PANEL, Role.PANEL, "Tim Penilai Kinerja dan panel", "a panel"),
    Account("demo-auditor", Role.AUDITOR, "Auditor Inspektorat", "an auditor"),
    Account(DECIDER, Role.DECIDER, "Pejabat yang berwenang", "who decides"),
    Account(ADMINISTRATOR, Role.ADMINISTRATOR, "Administrator", "an administrator"),
    Account(
        SECOND_ADMINISTRATOR, Role.ADMINISTRATOR, "Administrator kedua", "a second administrator"
    ),
)


def owners(people: Sequence[Person]) -> Iterator[tuple[Account, Person | None]]:
    """Each account with the person whose record it is, among the people of a demo."""
    cast, above = stories.cast(), Hierarchy.of(people)
    for account in ACCOUNTS:
        if account.cast is not None:
            yield account, cast[account.cast]
        elif account.heads is not None:
            yield account, above.heads[account.heads]
        else:
            yield account, None
