"""Roles folded from the ledger, and how people and units stand to each other today."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access.policy import Action, Target, may
from api.access.readers import Grant, GrantEntry, Grants, Reader, grants
from api.access.standing import Standing
from ledger.domain.unit_directory import UnitDirectory
from ledger.events.base import Event, encode
from ledger.events.book import RoleGranted, RoleRevoked
from ledger.records import RecordedEvent
from ledger.vocabulary_agency import Role
from tests.builders import Desk, about, desk, of_unit
from tests.keys import stream
from tests.persons import nip
from tests.projections.logs import fact

TODAY = date(2026, 11, 22)
UNIT, OTHER = stream(101), stream(102)


@dataclass
class Town:
    """A ledger of a few people in a tree of units, and what its rights are judged by."""

    desk: Desk
    standing: Standing

    def say(self, *events: Event) -> None:
        """Append events about the ledger."""
        self.desk.ledger.append_to_book([encode(one) for one in events], "acc-admin")

    def unit(self, code: str) -> UUID:
        """The id of a unit."""
        found = self.desk.unit(code, TODAY.isoformat())
        assert found is not None
        return found

    def target(self, who: int) -> Target:
        """Somebody as a target today."""
        found = self.standing.of_person(self.desk.stream(who), TODAY)
        assert found is not None
        return found

    def reader(self, account: str, who: int | None = None) -> Reader:
        """An account as a reader today."""
        person = None if who is None else self.desk.stream(who)
        return self.standing.reader(account, person, TODAY)


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    """BKD with BKD.1 below it, and DINKES beside; person 1 in BKD.1, 2 in DINKES, 9 leads both."""
    with desk(database_url, tmp_path) as opened:
        opened.send(
            of_unit("BKD", "unit"),
            of_unit("BKD.1", "unit", parent="BKD", name="Bidang"),
            of_unit("DINKES", "unit", name="Dinas Kesehatan"),
            *(about(who, "registered") for who in (1, 2, 9)),
            about(1, "position", unit="BKD.1", on="2021-01-01"),
            about(2, "position", unit="DINKES", on="2021-01-01"),
            about(9, "position", unit="BKD", on="2021-01-01"),
            about(1, "appraisal", appraiser=nip(9)),
        )
        remembered: list[UnitDirectory] = []

        def units() -> UnitDirectory:
            remembered[:] = [opened.ledger.units()]
            return remembered[0]

        yield Town(opened, Standing(opened.ledger, units))


# ------------------------------------------------------------------------------------------- grants


def test_a_grant_holds_until_its_last_day(town: Town) -> None:
    """A role holds up to the day before `until` and not on it."""
    town.say(RoleGranted(account="acc-1", role=Role.PANEL, until=date(2026, 12, 1)))
    assert town.standing.grants().on("acc-1", None, date(2026, 11, 30)) == (
        Grant(Role.PANEL, None, date(2026, 12, 1)),
    )
    assert town.standing.grants().on("acc-1", None, date(2026, 12, 1)) == ()


def test_a_revocation_over_a_unit_leaves_the_other_units(town: Town) -> None:
    """A revocation that names a unit ends the role there; one that names none ends it everywhere."""
    over = [RoleGranted(account="acc-1", role=Role.OPERATOR, unit=one) for one in (UNIT, OTHER)]
    town.say(*over, RoleRevoked(account="acc-1", role=Role.OPERATOR, unit=UNIT))
    assert town.reader("acc-1").grants == (Grant(Role.OPERATOR, OTHER),)
    town.say(RoleRevoked(account="acc-1", role=Role.OPERATOR))
    assert town.reader("acc-1").grants == ()


def test_a_role_granted_again_takes_the_place_of_the_earlier(town: Town) -> None:
    """The later grant of one role over one unit replaces the earlier with its day."""
    town.say(RoleGranted(account="acc-1", role=Role.AUDITOR, until=date(2027, 1, 1)))
    town.say(RoleGranted(account="acc-1", role=Role.AUDITOR, until=date(2026, 11, 1)))
    assert town.reader("acc-1").grants == ()


def test_a_grant_to_a_person_is_lost_with_the_account(town: Town) -> None:
    """A grant that names a person does not hold once the account belongs to somebody else."""
    town.say(RoleGranted(account="acc-1", role=Role.DECIDER, person=town.desk.stream(1)))
    assert town.reader("acc-1", 1).grants == (Grant(Role.DECIDER),)
    assert town.reader("acc-1", 2).grants == ()
    assert town.reader("acc-1").grants == ()


def test_an_account_is_one_spelling_only(town: Town) -> None:
    """Accounts are ids and not names: another spelling holds nothing."""
    town.say(RoleGranted(account="acc-1", role=Role.AUDITOR))
    assert town.reader("ACC-1").grants == ()


_EVENTS = st.lists(
    st.one_of(
        st.builds(
            RoleGranted,
            account=st.sampled_from(["a", "b"]),
            role=st.sampled_from([Role.PANEL, Role.AUDITOR]),
            unit=st.sampled_from([None, UNIT, OTHER]),
            until=st.sampled_from([None, date(2026, 1, 1), date(2027, 1, 1)]),
        ),
        st.builds(
            RoleRevoked,
            account=st.sampled_from(["a", "b"]),
            role=st.sampled_from([Role.PANEL, Role.AUDITOR]),
            unit=st.sampled_from([None, UNIT, OTHER]),
        ),
    ),
    max_size=12,
)


def recorded_as(event: Event, position: int) -> RecordedEvent:
    """An event of the ledger stream as it comes out of a store."""
    encoded = encode(event)
    return fact(UNIT, position, encoded.spec.topic, None, dict(encoded.opened), position=position)


def naive(events: list[RoleGranted | RoleRevoked], account: str) -> set[Grant]:
    """The same fold as a plain set."""
    held: dict[tuple[str, Role, UUID | None], Grant] = {}
    for one in events:
        if isinstance(one, RoleGranted):
            held[one.account, one.role, one.unit] = Grant(one.role, one.unit, one.until)
            continue
        for key in list(held):
            if key[:2] == (one.account, one.role) and one.unit in (None, key[2]):
                del held[key]
    return {
        grant
        for (name, _, _), grant in held.items()
        if name == account and (grant.until is None or grant.until > TODAY)
    }


@given(_EVENTS, st.integers(0, 12))
def test_grants_fold_alike_whole_and_in_parts(
    events: list[RoleGranted | RoleRevoked], cut: int
) -> None:
    """Any history of grants gives what a plain set gives, folded at once or in two parts."""
    recorded = [recorded_as(one, at) for at, one in enumerate(events, start=1)]
    whole = grants(recorded)
    assert grants(recorded, grants(recorded[:cut])) == whole
    for account in ("a", "b"):
        assert set(whole.on(account, None, TODAY)) == naive(events, account)


def test_a_grant_is_kept_with_its_position() -> None:
    """What was granted is found again by the event that granted it."""
    recorded = recorded_as(RoleGranted(account="a", role=Role.PANEL, unit=UNIT), 7)
    assert grants([recorded]) == Grants({"a": (GrantEntry(Grant(Role.PANEL, UNIT), 7),)}, 7)


# ---------------------------------------------------------------------------------------- relations


def test_a_person_stands_in_his_unit_and_all_above_it(town: Town) -> None:
    """The unit of the definitive post today, and those above it."""
    assert town.target(1).unit == town.unit("BKD.1")
    assert town.target(1).units_above == {town.unit("BKD.1"), town.unit("BKD")}
    head = Reader("acc-1", grants=(Grant(Role.UNIT_HEAD, town.unit("BKD")),))
    assert may(head, Action.READ_RECORD, town.target(1))
    assert not may(head, Action.READ_RECORD, town.target(2))


def test_rights_follow_a_move_at_once(town: Town) -> None:
    """Who moves to another unit is seen by its head in the next question, and no more by the old."""
    assert town.unit("BKD") in town.target(1).units_above
    town.desk.send(about(1, "position", unit="DINKES", on="2026-01-01"))
    assert town.target(1).units_above == {town.unit("DINKES")}


def test_a_change_of_the_tree_moves_its_people(town: Town) -> None:
    """A unit put under another parent takes its people along in the next question."""
    assert town.unit("BKD") in town.target(1).units_above
    town.desk.send(of_unit("BKD.1", "unit", parent="DINKES", name="Bidang", on="2026-01-01"))
    assert town.target(1).units_above == {town.unit("BKD.1"), town.unit("DINKES")}


def test_who_left_is_in_no_unit_any_more(town: Town) -> None:
    """After somebody left the service only grants over the whole agency reach him."""
    town.desk.send(about(1, "left", on="2026-01-01"))
    assert town.target(1).units_above == town.target(1).appraisers == frozenset()
    head = Reader("acc-1", grants=(Grant(Role.UNIT_HEAD, town.unit("BKD")),))
    assert not may(head, Action.READ_RECORD, town.target(1))
    assert may(Reader("acc-1", grants=(Grant(Role.AUDITOR),)), Action.READ_RECORD, town.target(1))


def test_people_of_a_closed_unit_stand_in_its_sole_successor(town: Town) -> None:
    """Closing a unit hands its people to the one successor; a grant over the closed unit ends."""
    closed = town.unit("BKD.1")
    town.desk.send(of_unit("BKD.1", "unit_closed", successors=["DINKES"], on="2026-01-01"))
    assert town.target(1).units_above == {town.unit("DINKES")}
    assert town.standing.of_unit(closed, TODAY).units_above == {town.unit("DINKES")}


def test_the_last_appraiser_is_the_appraiser(town: Town) -> None:
    """Who appraised somebody last stands as his appraiser; of him who is not named nobody does."""
    assert town.target(1).appraisers == {town.desk.stream(9)}
    town.desk.send(about(1, "appraisal", period="2023", appraiser=nip(2)))
    assert town.target(1).appraisers == {town.desk.stream(2)}
    town.desk.send(about(1, "appraisal", period="2024"))
    assert town.target(1).appraisers == frozenset()


def test_an_appraiser_of_an_earlier_post_is_none_any_more(town: Town) -> None:
    """A new post ends what an appraisal before it said about who appraises."""
    town.desk.send(about(1, "position", unit="BKD", title="Kepala Contoh", on="2025-01-01"))
    assert town.target(1).appraisers == frozenset()


def test_a_merged_record_stands_for_the_person_it_went_to(town: Town) -> None:
    """Both streams of a person whose records were merged are the same person, for readers too."""
    old = town.desk.stream(2)
    town.desk.send(about(2, "merged", into=nip(1), on="2026-01-01"))
    assert town.standing.of_person(old, TODAY) == town.target(1)
    reader = town.standing.reader("acc-1", old, TODAY)
    assert reader.person == town.desk.stream(1)


def test_a_stream_of_no_person_is_nobody(town: Town) -> None:
    """A unit's stream, the ledger's own and an id that nobody has are no persons."""
    for one in (town.unit("BKD"), town.desk.ledger.stream, stream(999)):
        assert town.standing.of_person(one, TODAY) is None


def test_a_reader_knows_the_units_he_serves_in(town: Town) -> None:
    """His own unit and those above it go along, so that nobody assesses his own unit."""
    assert town.reader("acc-1", 1).home == {town.unit("BKD.1"), town.unit("BKD")}
    assert town.reader("acc-1").home == frozenset()
