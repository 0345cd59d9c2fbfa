"""The one exception tree.

A wrong request is a `LedgerError`: it has a stable code, says what was refused, where and why, and
what to do next, in words a personnel officer can act on; it never holds personal data. A wrong
program is a `ProgramError`, raised by `invariant`, which `python -O` cannot remove.
"""

from __future__ import annotations


class ProgramError(Exception):
    """The program contradicts itself; nothing a user did can be the cause."""


def invariant(condition: bool, why: str) -> None:  # noqa: FBT001 - reads as an assertion
    """Stop the program when something that must hold does not.

    Raises:
        ProgramError: with `why`, which names what was expected.
    """
    if not condition:
        raise ProgramError(why)


class LedgerError(Exception):
    """A request that was refused, or something found wrong.

    Attributes:
        code: stable, snake_case, never renamed: scripts depend on it.
        exit_status: of the command line; 1 refused or found wrong, 2 misused.
        message: what was refused, where and why.
        next_step: what to do about it; may be empty.
        details: further machine-readable values, free of personal data.
    """

    code = "refused"
    exit_status = 1

    def __init__(self, message: str, *, next_step: str = "", **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step
        self.details = details

    def __str__(self) -> str:
        return f"{self.message} {self.next_step}".strip()


class Misuse(LedgerError):
    """The question or command itself makes no sense."""

    code = "misused"
    exit_status = 2


class BadValue(LedgerError):
    """One value of a fact cannot be read. `found` stays with the caller, never in the message."""

    code = "bad_value"


class FactAlreadyReplaced(LedgerError):
    """A correction, annulment or end names an event that is not the current one of its fact."""

    code = "fact_already_replaced"


class TargetUnknown(LedgerError):
    """A fact names another one that its stream does not hold."""

    code = "target_unknown"


class SubjectDiffers(LedgerError):
    """The fact that a correction puts in place is about somebody or something else."""

    code = "subject_differs"


class NumberTaken(LedgerError):
    """A new number of a person is held by another person."""

    code = "number_taken"


class PersonUnknown(LedgerError):
    """No person of this ledger ever held this number."""

    code = "person_unknown"


class UnitUnknown(LedgerError):
    """No unit of this ledger has this code or name."""

    code = "unit_unknown"


class StreamClosed(LedgerError):
    """The person was merged into another; facts go there."""

    code = "stream_closed"


class KeyConflict(LedgerError):
    """The sender's key was used before for a row with other content."""

    code = "same_key_other_content"


class ContentConflict(LedgerError):
    """The same act was recorded before with other content."""

    code = "conflict_other_content"


class NotAllowed(LedgerError):
    """The law or the state of the record forbids it."""

    code = "not_allowed"


def meanings() -> dict[str, str]:
    """Every code of a refusal that the program knows by now, with what it means."""
    found: dict[str, str] = {}
    waiting: list[type[LedgerError]] = [LedgerError]
    while waiting:
        one = waiting.pop()
        found.setdefault(one.code, " ".join((one.__doc__ or "").split("\n\n")[0].split()))
        waiting.extend(one.__subclasses__())
    return found
