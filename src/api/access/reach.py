"""How far somebody reaches in an action: for questions about many, and as the first gate. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.access.policy import TABLE, Action, Scope
from api.access.readers import Reader


@dataclass(frozen=True, slots=True)
class Reach:
    """Everything somebody reaches in one action, worked out once for a whole population.

    Attributes:
        everything: all people and units. units: these, with all below them.
        own: his own record. acts: what his account did. open: what concerns nobody.
        reports: those whose appraiser he is, in these units; None stands for any unit.
    """

    everything: bool = False
    units: frozenset[UUID] = frozenset()
    own: bool = False
    acts: bool = False
    reports: frozenset[UUID | None] = frozenset()
    open: bool = False

    @property
    def anything(self) -> bool:
        """Whether he may do it to anybody or anything at all."""
        return any((self.everything, self.units, self.own, self.acts, self.reports, self.open))


def reach(reader: Reader, action: Action) -> Reach:
    """How far somebody reaches in an action, for questions about many people at once.

    `may(reader, action, target)` says the same of one target; where `Rule.oneself` is False his
    own record is not reached although its unit is.
    """
    rule = TABLE[action]
    pairs = [(one, s) for one in reader.held() for s in rule.scopes.get(one.role, ())]
    within = [one.unit for one, scope in pairs if scope is Scope.SUBTREE]
    whole = any(scope is Scope.AGENCY and one.unit is None for one, scope in pairs)
    return Reach(
        everything=whole or None in within,
        units=frozenset(unit for unit in within if unit is not None),
        own=reader.person is not None and any(scope is Scope.OWN for _, scope in pairs),
        acts=any(scope is Scope.ACTS for _, scope in pairs),
        reports=frozenset(
            one.unit for one, scope in pairs if scope is Scope.REPORTS and reader.person is not None
        ),
        open=any(scope is Scope.OPEN for _, scope in pairs),
    )


def may_at_all(reader: Reader, action: Action) -> bool:
    """Whether somebody may do something to anybody or anything: the first gate of a route that
    checks each of its targets afterwards.
    """
    return reach(reader, action).anything
