"""The table of rights against a second one, written by hand from what each role is for."""

from __future__ import annotations

from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.policy import TABLE, Action, Scope, Target, may
from api.access.reach import may_at_all, reach
from api.access.readers import Grant, Reader
from ledger.vocabulary_agency import Role
from tests.keys import stream

ME, REPORT, MEMBER, STRANGER = (stream(number) for number in (1, 2, 3, 4))
ROOT, MINE, BELOW, OTHER = (stream(number) for number in (101, 102, 103, 104))

# o: himself. r: whoever he appraises. s: the unit of his grant and below. a: the agency, if his
# grant is for all of it. *: whoever holds the role. x: his own acts too. -: never.
# Roles in the order of ledger.vocabulary_agency.Role: ASN, appraiser, head, assessor, operator,
# analyst, approver, panel, auditor, decider, administrator. A ! says: never on oneself.
EXPECTED = """
read_rules           * * * *  *  *  *  *  *  *  *
read_log             * * * *  *  *  *  *  *  *  *
read_units           * * * *  *  *  *  *  *  *  *
read_record          o r s -  s  s  s  s  s  s  -
read_identity        o r s -  s  s  s  s  s  s  -
read_restricted      o - - -  -  -  -  s  -  s  -
read_access          o - - -  -  -  -  -  s  -  -
read_cases           o r s -  -  s  s  s  s  s  -
read_decisions       o - s -  -  s  s  s  s  s  -
read_talent          - - s -  -  s  s  s  s  s  -
read_warnings        o r s -  s  s  s  -  s  -  -
read_imports         - - - -  sx sx s  -  s  -  -
read_reconciliation  - - - -  s  s  s  -  s  -  -
read_pending         * * * *  *  *  *  *  *  *  *
read_events          - - - -  -  a  -  -  a  -  -
read_audit           - - - -  -  -  -  -  a  -  -
read_roles           - - - -  -  -  a  -  a  -  a
read_system          - - - -  -  -  -  -  a  -  a
search_people        - * * -  *  *  *  *  *  *  -
export               - - s -  -  s  s  -  s  s  -
try_rules            - - s -  -  s  s  s  s  s  -
propose_fact         o r s -  s  s  -  -  -  -  -
record_fact        ! - - - -  s  s  -  -  -  -  -
verify_fact        ! - - - -  s  s  s  -  -  -  -
correct_fact       ! - - - -  s  s  s  -  -  -  -
record_unit          - - - -  s  s  -  -  -  -  -
record_reference     - - - -  -  a  -  -  -  -  -
appraise           ! - r s -  -  -  -  -  -  -  -
dispute              o r s -  s  s  -  s  s  -  -
resolve_dispute    ! - - - -  -  -  -  s  -  -  -
record_case        ! - r s -  -  s  -  s  -  s  -
file_objection       o - - -  -  -  -  s  -  -  -
rule               ! - - - -  -  -  -  s  -  -  -
confirm_ruling     ! - - - -  -  -  s  s  -  -  -
import               - - - -  s  s  -  -  -  -  -
confirm_import       - - - -  -  s  s  -  -  -  -
withdraw_import      - - - -  -  a  a  -  -  -  -
assess_unit        ! - - - s  -  -  -  -  -  -  -
self_assess_unit     - - s -  -  -  -  -  -  -  -
confirm_assessment ! - - - -  -  -  s  -  -  -  -
record_inspection  ! - - - -  -  -  -  -  s  -  -
follow_up            - - s -  s  -  -  -  -  -  -
draft_decision     ! - - - -  -  s  -  -  -  s  -
recommend_decision ! - - - -  -  -  s  s  -  -  -
issue_decision     ! - - - -  -  -  -  -  -  s  -
revoke_decision    ! - - - -  -  -  -  -  -  s  -
propose_rules        - - - -  -  a  a  -  -  -  -
confirm_rules        - - - -  -  -  a  -  -  a  -
acknowledge_warning! - r s -  s  s  -  -  -  -  -
propose_role         - - - -  -  -  -  -  -  -  a
confirm_role         - - - -  -  -  a  -  -  -  a
manage_accounts      - - - -  -  -  -  -  -  -  a
hold               ! - - - -  -  -  s  s  s  -  -
erase              ! - - - -  -  -  -  -  -  -  a
confirm_erasure    ! - - - -  -  -  a  -  -  -  -
make_checkpoint      - - - -  -  -  -  -  a  -  a
take_bundle          - - - -  -  -  -  -  s  -  -
"""

# What is acted upon, by name, as it lies to a reader whose person is ME.
TARGETS = {
    "himself": Target(person=ME, unit=BELOW, units_above=frozenset({BELOW, MINE, ROOT})),
    "a report": Target(
        person=REPORT, unit=OTHER, units_above=frozenset({OTHER, ROOT}), appraisers=frozenset({ME})
    ),
    "a member": Target(person=MEMBER, unit=BELOW, units_above=frozenset({BELOW, MINE, ROOT})),
    "a stranger": Target(person=STRANGER, unit=OTHER, units_above=frozenset({OTHER, ROOT})),
    "somebody in no unit": Target(person=STRANGER),
    "his unit": Target(unit=MINE, units_above=frozenset({MINE, ROOT})),
    "a unit below": Target(unit=BELOW, units_above=frozenset({BELOW, MINE, ROOT})),
    "another unit": Target(unit=OTHER, units_above=frozenset({OTHER, ROOT})),
    "the agency": Target(),
    "his own act": Target(actor="acc-me"),
    "another's act": Target(actor="acc-other"),
}
# Which of them each letter reaches, for a grant over MINE; over the whole agency s and a reach all.
REACHED = {
    "o": {"himself"},
    "x": {"his own act"},
    "r": set(),  # his report serves outside of MINE
    "s": {"himself", "a member", "his unit", "a unit below"},
    "a": set(),
    "*": set(TARGETS),
    "-": set(),
}
REACHED_WHOLE = REACHED | {"r": {"a report"}, "s": set(TARGETS), "a": set(TARGETS)}


def expected() -> dict[str, tuple[bool, list[str]]]:
    """The table above: action -> never on oneself, letters by role."""
    found = {}
    for line in EXPECTED.split("\n"):
        name, *letters = line.replace("!", " ! ").split() or [""]
        if name:
            never = letters[0] == "!"
            found[name] = (never, letters[1:] if never else letters)
    return found


def cells() -> list[tuple[Action, Role]]:
    """Every action with every role."""
    return list(product(Action, Role))


def held(role: Role, unit: UUID | None) -> Reader:
    """Somebody with one role, whose person is ME but who holds nothing by that."""
    grants = (Grant(role, unit),)
    return Reader("acc-me", ME, grants, only=frozenset({role}))


def test_both_tables_name_the_same_actions() -> None:
    """Every action stands in both tables, with a word for each of the eleven roles."""
    assert set(expected()) == {one.value for one in Action} == {one.value for one in TABLE}
    assert all(len(letters) == len(Role) for _, letters in expected().values())


@pytest.mark.parametrize(("action", "role"), cells())
def test_each_role_reaches_what_is_expected(action: Action, role: Role) -> None:
    """Each role reaches what the second table says, over one unit and over the whole agency."""
    never_oneself, letters = expected()[action.value]
    said = letters[list(Role).index(role)]
    for unit, reached in ((MINE, REACHED), (None, REACHED_WHOLE)):
        names = set().union(*(reached[letter] for letter in said))
        if never_oneself:
            names.discard("himself")
        found = {name for name, one in TARGETS.items() if may(held(role, unit), action, one)}
        assert found == names


@pytest.mark.parametrize("action", list(Action))
def test_nobody_reaches_anything_without_a_role(action: Action) -> None:
    """An account without roles and without a person is denied everything."""
    nobody = Reader("acc-me")
    assert not may_at_all(nobody, action)
    assert not any(may(nobody, action, one) for one in TARGETS.values())


@pytest.mark.parametrize("action", list(Action))
def test_being_a_person_gives_the_role_asn_and_no_more(action: Action) -> None:
    """An account without grants that belongs to a person may what an ASN may, on himself alone."""
    person = Reader("acc-me", ME)
    asn = expected()[action.value][1][0]
    for name, one in TARGETS.items():
        assert may(person, action, one) == (asn == "*" or (asn == "o" and name == "himself"))


@pytest.mark.parametrize(("action", "role"), cells())
def test_a_token_without_the_role_has_nothing_of_it(action: Action, role: Role) -> None:
    """A token that was given no role reaches nothing, whatever its account holds."""
    reader = Reader("acc-me", ME, (Grant(role),), only=frozenset())
    assert not may_at_all(reader, action)
    assert not any(may(reader, action, one) for one in TARGETS.values())


GRANTS = st.lists(
    st.builds(Grant, st.sampled_from(Role), st.sampled_from([None, ROOT, MINE, BELOW, OTHER])),
    max_size=4,
)


@given(GRANTS, st.sampled_from(Action), st.sampled_from(sorted(TARGETS)))
def test_reach_says_what_may_says(grants: list[Grant], action: Action, name: str) -> None:
    """How far somebody reaches, worked out once, agrees with each single question."""
    reader, target = Reader("acc-me", ME, tuple(grants)), TARGETS[name]
    far = reach(reader, action)
    within = {None} | set(target.units_above)
    reached = (
        far.everything
        or far.open
        or bool(far.units & target.units_above)
        or (far.own and target.person == ME)
        or (far.acts and target.actor == "acc-me")
        or (bool(far.reports & within) and ME in target.appraisers)
    )
    denied = not TABLE[action].oneself and target.person == ME
    assert may(reader, action, target) == (reached and not denied)


@given(GRANTS, st.sampled_from(Role), st.sampled_from(Action), st.sampled_from(sorted(TARGETS)))
def test_a_further_role_never_takes_anything_away(
    grants: list[Grant], role: Role, action: Action, name: str
) -> None:
    """Roles only add: whoever holds more is denied nothing that less would allow."""
    less = Reader("acc-me", ME, tuple(grants))
    more = Reader("acc-me", ME, (*grants, Grant(role, MINE)))
    assert may(more, action, TARGETS[name]) or not may(less, action, TARGETS[name])


def test_nobody_assesses_the_unit_he_serves_in() -> None:
    """An assessor scores no unit that he serves in, or that his unit lies under."""
    reader = Reader("acc-me", ME, (Grant(Role.ASSESSOR),), home=frozenset({BELOW, MINE}))
    assert not may(reader, Action.ASSESS_UNIT, TARGETS["a unit below"])
    assert not may(reader, Action.ASSESS_UNIT, TARGETS["his unit"])
    assert may(reader, Action.ASSESS_UNIT, TARGETS["another unit"])
    kept = {action for action, rule in TABLE.items() if not rule.own_unit}
    assert kept == {Action.ASSESS_UNIT, Action.CONFIRM_ASSESSMENT, Action.RECORD_INSPECTION}


def test_who_serves_in_a_unit_may_still_decide_about_its_people() -> None:
    """A decision about a unit of which one is a member is not one about oneself."""
    reader = Reader("acc-me", ME, (Grant(Role.DECIDER),), home=frozenset({BELOW, MINE}))
    assert may(reader, Action.DRAFT_DECISION, TARGETS["his unit"])
    assert not may(reader, Action.DRAFT_DECISION, TARGETS["himself"])


def test_an_appraiser_never_appraises_himself() -> None:
    """Facts that make somebody his own appraiser give him no power over his own record."""
    himself = Target(person=ME, appraisers=frozenset({ME}))
    reader = Reader("acc-me", ME, (Grant(Role.APPRAISER),))
    assert not may(reader, Action.APPRAISE, himself)


def test_an_appraiser_over_a_unit_stays_in_it() -> None:
    """A grant of the role APPRAISER over a unit reaches reports in that unit only."""
    inside = Target(REPORT, BELOW, frozenset({BELOW, MINE}), frozenset({ME}))
    reader = Reader("acc-me", ME, (Grant(Role.APPRAISER, MINE),))
    assert may(reader, Action.READ_RECORD, inside)
    assert not may(reader, Action.READ_RECORD, TARGETS["a report"])


def test_only_matters_that_concern_nobody_are_open() -> None:
    """No action on a person's record is open to whoever holds a role."""
    open_actions = {
        action
        for action, rule in TABLE.items()
        if any(Scope.OPEN in scopes for scopes in rule.scopes.values())
    }
    assert open_actions == {
        Action.READ_RULES,
        Action.READ_LOG,
        Action.READ_UNITS,
        Action.READ_PENDING,
        Action.SEARCH_PEOPLE,
    }
