"""Why an answer is not complete: a closed list of codes, who must act, and what to do.

Both interpreters give the code, the measure and what is missing; the words follow from the code
alone, so that the same question has the same answer from either. `missing` is a stable short
text: a fact, a field, a period with the state of its appraisal, or a parameter's place in the
instrument, never a value of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from projections.plans.plan import Mark, Value

NOT_IN_POPULATION = "NOT_IN_POPULATION"
NOT_REGISTERED = "NOT_REGISTERED"
LEFT_SERVICE = "LEFT_SERVICE"
MERGED = "MERGED"
STANDING_UNKNOWN = "STANDING_UNKNOWN"
POSITION_KIND_UNKNOWN = "POSITION_KIND_UNKNOWN"
FACT_MISSING = "FACT_MISSING"
FIELD_UNKNOWN = "FIELD_UNKNOWN"
STATE_NOT_COUNTED = "STATE_NOT_COUNTED"
HALF_MISSING = "HALF_MISSING"
PREDICATE_UNKNOWN = "PREDICATE_UNKNOWN"
RULING_LEVEL_UNKNOWN = "RULING_LEVEL_UNKNOWN"
PARAMETER_MISSING = "PARAMETER_MISSING"
PARAMETER_RECALLED = "PARAMETER_RECALLED"
PARAMETER_ASSUMED = "PARAMETER_ASSUMED"
MATTER_OPEN = "MATTER_OPEN"
FACT_DISPUTED = "FACT_DISPUTED"
INSTRUMENT_NOT_IN_FORCE = "INSTRUMENT_NOT_IN_FORCE"
LATER_TEXT_KNOWN = "LATER_TEXT_KNOWN"
OFFICIAL_DIFFERS = "OFFICIAL_DIFFERS"
CODE_NOT_NAMED = "CODE_NOT_NAMED"
TO_BE_CONFIRMED = "TO_BE_CONFIRMED"
UNIT_NOT_FOUNDED = "UNIT_NOT_FOUNDED"
UNIT_CLOSED = "UNIT_CLOSED"
UNIT_KIND_UNKNOWN = "UNIT_KIND_UNKNOWN"
NOBODY_MEASURED = "NOBODY_MEASURED"
MEMBERS_PROVISIONAL = "MEMBERS_PROVISIONAL"

# These make an answer less than certain and never keep it from being computed.
DOUBTS = frozenset(
    (
        PARAMETER_RECALLED,
        PARAMETER_ASSUMED,
        MATTER_OPEN,
        FACT_DISPUTED,
        LATER_TEXT_KNOWN,
        MEMBERS_PROVISIONAL,
    )
)

PERSONNEL_OFFICE = "BKD"
APPRAISER = "Pejabat penilai"
AGENCY = "PPK"
FORUM = "Forum yang memeriksa"

_WORDS: Mapping[str, tuple[str | None, str | None]] = {
    NOT_IN_POPULATION: (None, None),
    NOT_REGISTERED: (None, None),
    LEFT_SERVICE: (None, None),
    MERGED: (None, "Ask for the person this record was merged into."),
    STANDING_UNKNOWN: (PERSONNEL_OFFICE, "Record the standing (kedudukan hukum)."),
    POSITION_KIND_UNKNOWN: (
        PERSONNEL_OFFICE,
        "Record the definitive position, or a position_ref that says what kind its title is.",
    ),
    FACT_MISSING: (PERSONNEL_OFFICE, "Record the fact with its document."),
    FIELD_UNKNOWN: (PERSONNEL_OFFICE, "Correct the fact and give this field."),
    STATE_NOT_COUNTED: (APPRAISER, "Complete the appraisal and record it."),
    HALF_MISSING: (PERSONNEL_OFFICE, "Record the appraisal of this half, or of the whole year."),
    PREDICATE_UNKNOWN: (APPRAISER, "Correct the appraisal and give the predicate as printed."),
    RULING_LEVEL_UNKNOWN: (PERSONNEL_OFFICE, "Correct the ruling and give the level it sets."),
    PARAMETER_MISSING: (AGENCY, "Find the number in the law and enact the instrument with it."),
    PARAMETER_RECALLED: (AGENCY, "Confirm the number in the law and enact the instrument with it."),
    PARAMETER_ASSUMED: (AGENCY, "Decide the number and enact the instrument with it."),
    MATTER_OPEN: (FORUM, "Record the ruling when it is given."),
    FACT_DISPUTED: (PERSONNEL_OFFICE, "Resolve the dispute."),
    INSTRUMENT_NOT_IN_FORCE: (AGENCY, "Enact the instrument that this measure reads."),
    CODE_NOT_NAMED: (
        AGENCY,
        "Enact the instrument with what this code means, or correct the fact.",
    ),
    TO_BE_CONFIRMED: (AGENCY, "Confirm it in writing; no fact in the ledger tells it."),
    UNIT_NOT_FOUNDED: (PERSONNEL_OFFICE, "Record the unit from the day on which it exists."),
    UNIT_CLOSED: (None, "Ask for its successor, or for a day before it was closed."),
    UNIT_KIND_UNKNOWN: (PERSONNEL_OFFICE, "Record the unit again with its kind."),
    NOBODY_MEASURED: (PERSONNEL_OFFICE, "See why nobody of the unit is measured, and record that."),
    MEMBERS_PROVISIONAL: (
        PERSONNEL_OFFICE,
        "Ask with --trace who they are, and settle what makes their answers provisional.",
    ),
    LATER_TEXT_KNOWN: (AGENCY, "Complete the later text and enact it."),
    OFFICIAL_DIFFERS: (
        AGENCY,
        "`asn-ledger decision recheck` tells why; the penetapan stands until it is revoked.",
    ),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of `why` (docs/facts.md, A score)."""

    code: str
    measure: str | None
    missing: str | None

    def as_json(self) -> dict[str, str | None]:
        """The object of the public contract, keys in its order."""
        who, step = _WORDS[self.code]
        return {
            "code": self.code,
            "measure": self.measure,
            "missing": self.missing,
            "who_must_act": who,
            "next_step": step,
        }


def of_parameter(used: Value[object], measure: str | None) -> Reason | None:
    """What a parameter's mark does to an answer that rests on it; None for verified and reading."""
    code = {
        Mark.MISSING: PARAMETER_MISSING,
        Mark.RECALLED: PARAMETER_RECALLED,
        Mark.ASSUMED: PARAMETER_ASSUMED,
    }.get(used.mark)
    return None if code is None else Reason(code, measure, used.at)
