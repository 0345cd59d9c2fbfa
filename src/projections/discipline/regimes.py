"""The discipline procedures that come with the program, and which of them governs a case.

They are packaged data and not enacted texts (ADR 0020): no score reads them. What is told by one
names its decree and the digest of its text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from ledger.domain.case import Case, StepKind, cases
from ledger.domain.facts import History
from ledger.vocabulary import DisciplineRegime, EmploymentStatus, SanctionLevel
from projections.discipline import procedure
from projections.discipline.procedure import Procedure

FOLDER = "procedures"
BY_ACT = "ACT"
REGISTERED, EMPLOYMENT = "registered", "employment"


@dataclass(frozen=True, slots=True)
class Regime:
    """A procedure with the SHA-256 of its text, hex."""

    procedure: Procedure
    sha256: str


@lru_cache(maxsize=1)
def shipped() -> tuple[Regime, ...]:
    """Every procedure that comes with the program, the oldest first."""
    folder = resources.files("projections").joinpath(FOLDER)
    found = []
    for one in folder.iterdir():
        if one.name.endswith(".yaml"):
            text = one.read_bytes()
            said = procedure.load(text, file=one.name)
            found.append(Regime(said, hashlib.sha256(text).hexdigest()))
    return tuple(sorted(found, key=lambda one: one.procedure.in_force_from.value))


def governing(case: Case, facts: History) -> Regime | None:
    """The text that governs a case of somebody; None where none that is at hand does.

    The regime that the case states wins. Moral sanctions are those of the code of ethics. Else, by
    the day of the act, as `governs` says, or by that of the decision, and by what he was employed
    as then; of a sanction that names no case only the decision is known.
    """
    stated = None if case.opened is None else case.opened.fields.get("regime")
    if stated is not None:
        return by_regime().get(DisciplineRegime(stated))
    levels = {one.sanction.fields["level"] for one in case.sanctions}
    if levels == {SanctionLevel.MORAL}:
        return by_regime().get(DisciplineRegime.KODE_ETIK)
    found = None
    for one in shipped():
        on = _day(case, one.procedure)
        if on is not None and _governs(one.procedure, facts, on):
            found = one
    return found


def in_force(facts: History, on: date) -> Regime | None:
    """The text under which somebody stands on a day; None where none at hand governs him."""
    found = None
    for one in shipped():
        if _governs(one.procedure, facts, on):
            found = one
    return found


def _governs(text: Procedure, facts: History, on: date) -> bool:
    whom = text.employment
    return (
        whom is not None and text.in_force_from.value <= on and employed_as(facts, on) in whom.value
    )


def employed_as(facts: History, on: date) -> EmploymentStatus:
    """What somebody was employed as on a day, or last before it; before all that is known, at
    first. A history that states none is read as that of a PNS; a ledger holds none such.
    """
    stated = sorted(
        (fact for kind in (REGISTERED, EMPLOYMENT) for fact in facts.known(kind)),
        key=lambda fact: (fact.effective_on, fact.kind == EMPLOYMENT, fact.position),
    )
    upto = [fact for fact in stated if fact.effective_on <= on] or stated[:1]
    return EmploymentStatus(upto[-1].fields[EMPLOYMENT]) if upto else EmploymentStatus.PNS


def by_regime() -> Mapping[DisciplineRegime, Regime]:
    """The shipped procedures by their regime."""
    return {one.procedure.regime: one for one in shipped()}


def _day(case: Case, text: Procedure) -> date | None:
    decided = [one.on for one in case.steps if one.kind is StepKind.DECIDED]
    if text.governs.value == BY_ACT or not decided:
        return case.act_on or (decided[0] if decided else None)
    return decided[0]


def governed(facts: History) -> tuple[tuple[Case, Regime | None], ...]:
    """Every case of one person with the text that governs it, by the day of its first step.

    What a late filing does is said by the governing text; without one it suspends nothing.
    """
    found = [(one, governing(one, facts)) for one in cases(facts, late_filing_suspends=False)]
    if not any(text and text.procedure.late_filing_suspends.value for _, text in found):
        return tuple(found)
    other = {one.root: one for one in cases(facts, late_filing_suspends=True)}
    return tuple(
        (other[one.root] if text and text.procedure.late_filing_suspends.value else one, text)
        for one, text in found
    )
