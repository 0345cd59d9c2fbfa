"""Which statement of a number finds its person: the same in whatever pieces the log is read."""

from __future__ import annotations

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from ledger.identity.events import Act, IdentityEvent, Place
from ledger.identity.nip_rows import NipRow, Rows, Standing, apply_events
from tests.keys import stream

told = st.lists(
    st.tuples(
        st.sampled_from(["register", "change", "correct", "repeat", "annul", "erase"]),
        st.integers(1, 3),
        st.integers(1, 4),
    ),
    max_size=20,
)


def log_of(story: list[tuple[str, int, int]]) -> list[IdentityEvent]:
    """A log that tells the story as far as it can be told: persons are registered first."""
    events: list[IdentityEvent] = []
    versions: dict[UUID, int] = {}
    roots: dict[UUID, int] = {}
    for what, who, number in story:
        one = stream(who)
        if (what == "register") == (one in versions):
            continue
        version = versions[one] = versions.get(one, 0) + 1
        place = Place(len(events) + 1, one, version, f"employee.{what}/1")
        if what == "erase":
            events.append(IdentityEvent(place, Act.ERASE))
        elif what == "annul":
            events.append(IdentityEvent(place, Act.WITHDRAW, root=roots[one]))
        else:
            if what in {"register", "change"}:
                roots[one] = version
            root = 1 if what == "repeat" else roots[one]
            events.append(
                IdentityEvent(
                    place, Act.STATE, root=root, nip=str(number), repeats_nip=what == "repeat"
                )
            )
    return events


def plain_holder(events: list[IdentityEvent], number: str) -> UUID | None:
    """The rules once more, by asking of each statement what became of it."""
    stated: dict[tuple[UUID, int], tuple[str, int, bool]] = {}
    for event in events:
        key = (event.place.stream, event.root)
        old = stated.get(key)
        if event.act is Act.ERASE:
            stated = {one: row for one, row in stated.items() if one[0] != event.place.stream}
        elif event.act is Act.WITHDRAW:
            if old is not None:
                stated[key] = (old[0], old[1], True)
        elif event.repeats_nip and old is not None:
            stated[key] = (old[0], old[1], False)
        else:
            stated[key] = (str(event.nip), event.place.position, False)
    holding = [(row[1], key[0]) for key, row in stated.items() if row[0] == number and not row[2]]
    return min(holding)[1] if holding else None


def rows_after(pieces: list[list[IdentityEvent]]) -> Rows:
    rows: Rows = {}
    for piece in pieces:
        apply_events(rows, piece, str.encode)
    return rows


@given(story=told, cuts=st.lists(st.integers(0, 20), max_size=4))
def test_pieces_do_not_matter_and_the_plain_rules_hold(
    story: list[tuple[str, int, int]], cuts: list[int]
) -> None:
    """Any log in any pieces gives the same rows, and each number finds whom the rules find."""
    events = log_of(story)
    edges = [0, *sorted(min(cut, len(events)) for cut in cuts), len(events)]
    pieces = [events[a:b] for a, b in pairwise(edges)]
    rows = rows_after(pieces)
    assert rows == rows_after([events])
    for number in "1234":
        holders = [
            row.stream
            for row in rows.values()
            if row.digest == number.encode() and row.standing is Standing.HOLDS
        ]
        expected = plain_holder(events, number)
        assert holders == ([] if expected is None else [expected])


def test_a_statement_without_a_number_ends_the_one_before() -> None:
    """A replacement that states no number takes the wrong one away."""
    one = stream(1)
    rows: Rows = {}
    first = IdentityEvent(Place(1, one, 1, "employee.identity/1"), Act.STATE, root=1, nip="7")
    second = IdentityEvent(Place(2, one, 2, "employee.correct/1"), Act.STATE, root=1, name="Siti")
    apply_events(rows, [first], str.encode)
    held = NipRow(one, 1, b"7", 1, "employee.identity/1", 1, Standing.HOLDS)
    assert rows == {(one, 1): held}
    apply_events(rows, [second], str.encode)
    assert rows == {}
