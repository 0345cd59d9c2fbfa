"""A number finds its person and nobody else, on both databases, whatever happened in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from ledger.errors import LedgerError
from ledger.events.oversight import LegalHoldPlaced
from ledger.identity.nip_index import IdentityIndex, derived, nip_index, nip_index_state
from ledger.keys.key_errors import IdentityIndexBroken, KeyMissing, KeyNotCommitted, SealBroken
from ledger.keys.keyring import Keyring
from ledger.storage.store import EventStore
from tests.keys import LATER, new_keyring, reopened, stream
from tests.persons import Persons, nip

FOLDER = "index.keys"


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    with new_keyring(tmp_path / FOLDER) as ring:
        yield ring


@pytest.fixture
def persons(store: EventStore, keyring: Keyring) -> Persons:
    return Persons(store, keyring)


@pytest.fixture
def index(store: EventStore, keyring: Keyring) -> IdentityIndex:
    return IdentityIndex(store, keyring)


def swap(store: EventStore, one: UUID, other: UUID) -> None:
    """What a forger of the table does: each number leads to the other person."""
    with store.writing() as connection:
        rows = {
            row.stream: dict(row._mapping)
            for row in connection.execute(select(nip_index).where(nip_index.c.root == 1))
        }
        connection.execute(delete(nip_index).where(nip_index.c.stream.in_([one, other])))
        for here, there in ((one, other), (other, one)):
            forged = {**rows[here], "digest": rows[there]["digest"]}
            connection.execute(insert(nip_index).values(forged))


# ------------------------------------------------------------------------------------------ finding


def test_a_table_of_a_longer_log_is_made_anew(
    persons: Persons, index: IdentityIndex, store: EventStore
) -> None:
    """After the log was put back from an older backup, nobody is found whom it does not know."""
    one = persons.register(nip(1), "Ani Contoh")
    assert index.find(nip(1)) == one
    ahead = update(nip_index_state).values(position=store.head().position + 5)
    stray = {"stream": stream(9), "root": 1, "digest": bytes(32), "version": 1}
    with store.writing() as connection:
        kept = connection.execute(select(nip_index)).mappings().one()
        connection.execute(insert(nip_index).values({**kept, **stray}))
        connection.execute(ahead)
    assert index.find(nip(1)) == one
    assert index.matches_log()


def test_a_number_finds_its_person(persons: Persons, index: IdentityIndex) -> None:
    """Right after the append, and nobody for a number that was never stated."""
    siti = persons.register(nip(1), "Siti Contoh")
    budi = persons.register(nip(2), "Budi Contoh")
    assert index.find(nip(1)) == siti
    assert index.find_many([nip(1), nip(2), nip(3)]) == {nip(1): siti, nip(2): budi}
    assert index.find(nip(3)) is None
    assert index.find_many([]) == {}


def test_old_numbers_stay_as_aliases(persons: Persons, index: IdentityIndex) -> None:
    """A PPPK who becomes CPNS is found by both numbers."""
    siti = persons.register(nip(1), "Siti Contoh")
    persons.change(siti, number=nip(2))
    persons.change(siti, name="Siti Lain")
    assert index.find_many([nip(1), nip(2)]) == {nip(1): siti, nip(2): siti}


def test_the_table_holds_no_number_and_no_name(
    persons: Persons, index: IdentityIndex, store: EventStore
) -> None:
    """Whoever reads the database alone learns nobody's number."""
    persons.register(nip(1), "Siti Contoh")
    index.follow()
    with store.reading() as connection:
        shown = repr(connection.execute(select(nip_index)).all())
    assert nip(1) not in shown
    assert "Siti" not in shown


def test_a_corrected_number_no_longer_finds(persons: Persons, index: IdentityIndex) -> None:
    """The wrong new number is free for the person who has it; the right one finds."""
    siti = persons.register(nip(1), "Siti Contoh")
    root = persons.change(siti, number=nip(2))
    persons.correct(siti, root, sealed={"new_nip": nip(3)})
    assert index.find_many([nip(1), nip(2), nip(3)]) == {nip(1): siti, nip(3): siti}
    budi = persons.register(nip(2), "Budi Contoh")
    assert index.find(nip(2)) == budi


def test_an_annulled_number_no_longer_finds_until_it_is_stated_again(
    persons: Persons, index: IdentityIndex
) -> None:
    """An annulment withdraws the number; a correction undoes a mistaken annulment."""
    siti = persons.register(nip(1), "Siti Contoh")
    root = persons.change(siti, number=nip(2))
    persons.annul(siti, root)
    assert index.find(nip(2)) is None
    persons.correct(siti, root, sealed={"new_nip": nip(2)})
    assert index.find(nip(2)) == siti
    persons.annul(siti, 1)
    assert index.find(nip(1)) is None
    persons.correct(siti, 1, fact="registered", sealed={"nip": nip(2), "name": "Siti"})
    assert index.find(nip(1)) == siti


def test_a_correction_of_the_registration_changes_no_number(
    persons: Persons, index: IdentityIndex
) -> None:
    """It is addressed by any of the person's numbers; all of them go on finding."""
    siti = persons.register(nip(1), "Siti Contoh")
    persons.change(siti, number=nip(2))
    persons.correct(siti, 1, fact="registered", sealed={"nip": nip(2), "name": "Siti Benar"})
    assert index.find_many([nip(1), nip(2)]) == {nip(1): siti, nip(2): siti}
    assert index.contested() == []


def test_a_fact_corrected_into_another_kind_states_no_number(
    persons: Persons, index: IdentityIndex
) -> None:
    """What was an identity fact and is none any more finds nobody."""
    siti = persons.register(nip(1), "Siti Contoh")
    root = persons.change(siti, number=nip(2))
    persons.correct(siti, root, fact="award", sealed={})
    assert index.find_many([nip(1), nip(2)]) == {nip(1): siti}


def test_of_two_claims_the_first_holds(persons: Persons, index: IdentityIndex) -> None:
    """A number stated for two persons finds the first, is shown, and passes on when he loses it."""
    siti = persons.register(nip(1), "Siti Contoh")
    root = persons.change(siti, number=nip(3))
    budi = persons.register(nip(2), "Budi Contoh")
    persons.change(budi, number=nip(3))
    assert index.find(nip(3)) == siti
    assert index.contested() == [(siti, budi)]
    persons.annul(siti, root)
    assert index.find(nip(3)) == budi
    assert index.contested() == []


# ------------------------------------------------------------------------- following, rebuilding


def test_a_crash_between_append_and_index_is_made_good(
    store: EventStore, keyring: Keyring, persons: Persons, index: IdentityIndex, tmp_path: Path
) -> None:
    """Whoever appends, whichever process looks up next finds."""
    siti = persons.register(nip(1), "Siti Contoh")
    assert index.find(nip(1)) == siti
    budi = persons.register(nip(2), "Budi Contoh")
    with reopened(tmp_path / FOLDER) as other:
        assert IdentityIndex(store, other).find(nip(2)) == budi
    assert index.find(nip(2)) == budi


def test_a_crash_while_following_leaves_whole_steps(
    persons: Persons, index: IdentityIndex, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and the place reached are one transaction; the next attempt goes on from there."""
    monkeypatch.setattr("ledger.identity.events.CHUNK", 2)
    people = persons.register_many([(nip(n), f"Orang {n}") for n in range(1, 8)])
    real = IdentityIndex._save
    steps = []

    def crash(self: IdentityIndex, *step: object) -> bool:
        steps.append(step)
        if len(steps) == 3:
            raise KeyboardInterrupt
        return real(self, *step)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(IdentityIndex, "_save", crash)
        with pytest.raises(KeyboardInterrupt):
            index.follow()
    with store.reading() as connection:
        assert connection.execute(select(nip_index_state.c.position)).scalar() == 4
        assert len(connection.execute(select(nip_index)).all()) == 4
    numbers = [nip(n) for n in range(1, 8)]
    assert index.find_many(numbers) == dict(zip(numbers, people, strict=True))


def test_two_followers_do_not_disturb_each_other(
    persons: Persons, store: EventStore, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A follower that was overtaken while it opened its events begins again and adds nothing."""
    slow, fast = IdentityIndex(store, keyring), IdentityIndex(store, keyring)
    slow.follow()
    siti = persons.register(nip(1), "Siti Contoh")
    real = slow._save
    overtaken: list[UUID | None] = []

    def overtake(*step: object) -> bool:
        if not overtaken:
            overtaken.append(fast.find(nip(1)))
        return real(*step)  # type: ignore[arg-type]

    monkeypatch.setattr(slow, "_save", overtake)
    assert slow.find(nip(1)) == siti
    assert overtaken == [siti]
    assert slow.matches_log()


def test_the_index_comes_back_from_nothing(
    persons: Persons, index: IdentityIndex, store: EventStore
) -> None:
    """Deleting the tables costs time only: following and rebuilding give the same rows."""
    siti = persons.register(nip(1), "Siti Contoh")
    root = persons.change(siti, number=nip(2))
    persons.correct(siti, root, sealed={"new_nip": nip(3)})
    followed = index.digest()
    index.rebuild()
    assert index.digest() == followed
    with store.writing() as connection:
        if store.dialect == "postgresql":
            connection.exec_driver_sql("SET LOCAL ROLE NONE")
        derived.drop_all(connection)
    again = IdentityIndex(store, index._keyring)
    assert again.find_many([nip(1), nip(3)]) == {nip(1): siti, nip(3): siti}
    assert again.digest() == followed


def test_other_events_are_passed_over_without_a_write(
    persons: Persons, index: IdentityIndex, store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """News of another kind are not written down each time, but after a while."""
    siti = persons.register(nip(1), "Siti Contoh")
    index.follow()
    with store.reading() as connection:
        before = connection.execute(select(nip_index_state.c.position)).scalar()
    persons.correct(siti, 1, fact="registered", sealed={"nip": nip(1), "name": "Siti"})
    index.follow()
    for _ in range(3):
        persons.append(siti, _hold())
        assert index.find(nip(1)) == siti
    with store.reading() as connection:
        after = connection.execute(select(nip_index_state.c.position)).scalar()
    assert (before, after) == (1, 2)
    monkeypatch.setattr("ledger.identity.nip_index._SAVE_EACH", 2)
    persons.append(siti, _hold())
    index.follow()
    with store.reading() as connection:
        assert connection.execute(select(nip_index_state.c.position)).scalar() == 6


def _hold() -> LegalHoldPlaced:
    return LegalHoldPlaced(id="H-1", ground="audit")


# --------------------------------------------------------------------------------- what is noticed


def test_swapped_rows_are_noticed(
    persons: Persons, index: IdentityIndex, store: EventStore
) -> None:
    """No answer is given for another person, also after the right one was found before."""
    siti = persons.register(nip(1), "Siti Contoh")
    budi = persons.register(nip(2), "Budi Contoh")
    assert index.find_many([nip(1), nip(2)]) == {nip(1): siti, nip(2): budi}
    swap(store, siti, budi)
    for asked in (nip(1), nip(2)):
        with pytest.raises(IdentityIndexBroken) as caught:
            index.find(asked)
        assert "rebuild" in caught.value.next_step
        assert asked not in f"{caught.value} {caught.value.details}"
    with pytest.raises(IdentityIndexBroken):
        index.find_many([nip(1), nip(2)])
    assert not index.matches_log()
    index.rebuild()
    assert index.find_many([nip(1), nip(2)]) == {nip(1): siti, nip(2): budi}


@pytest.mark.parametrize("column", ["version", "topic", "position", "stream"])
def test_a_forged_row_is_noticed(
    persons: Persons, index: IdentityIndex, store: EventStore, column: str
) -> None:
    """Whichever column is changed: the sealed number opens in its own event only."""
    siti = persons.register(nip(1), "Siti Contoh")
    persons.register(nip(2), "Budi Contoh")
    index.follow()
    forged = {"version": 2, "topic": "employee.identity/1", "position": 2, "stream": stream(2)}
    with store.writing() as connection:
        if column == "stream":
            connection.execute(delete(nip_index).where(nip_index.c.stream == stream(2)))
        connection.execute(
            update(nip_index).where(nip_index.c.stream == siti).values({column: forged[column]})
        )
    with pytest.raises(IdentityIndexBroken):
        index.find(nip(1))


def test_a_removed_row_is_told_by_comparing_with_the_log(
    persons: Persons, index: IdentityIndex, store: EventStore
) -> None:
    """A person hidden from the index is missed by doctor, and found again after `rebuild`."""
    siti = persons.register(nip(1), "Siti Contoh")
    index.follow()
    assert index.matches_log()
    with store.writing() as connection:
        connection.execute(delete(nip_index))
    assert index.find(nip(1)) is None
    assert not index.matches_log()
    index.rebuild()
    assert index.find(nip(1)) == siti


def test_the_database_itself_lets_a_number_find_one_person_only(
    persons: Persons, index: IdentityIndex, store: EventStore
) -> None:
    """A second holder of a number is refused by the unique index."""
    siti = persons.register(nip(1), "Siti Contoh")
    index.follow()
    with store.reading() as connection:
        row = dict(connection.execute(select(nip_index)).one()._mapping)
    with pytest.raises((IntegrityError, LedgerError)), store.writing() as connection:
        connection.execute(insert(nip_index).values({**row, "stream": stream(9)}))
    assert index.find(nip(1)) == siti


def test_keys_that_the_log_does_not_name_are_noticed(
    persons: Persons, index: IdentityIndex
) -> None:
    """A key other than the committed one is refused before anything is read with it."""
    persons.register(nip(1), "Siti", digests={"identity": "0" * 64, "restricted": "0" * 64})
    with pytest.raises(KeyNotCommitted, match="identity"):
        index.find(nip(1))


def test_an_older_key_store_is_noticed(persons: Persons, store: EventStore, tmp_path: Path) -> None:
    """Persons without keys are named by their id; nothing is answered as if they were unknown."""
    siti = persons.register(nip(1), "Siti Contoh")
    with new_keyring(tmp_path / "older") as older, pytest.raises(KeyMissing, match=siti.hex):
        IdentityIndex(store, older).find(nip(1))


def test_a_changed_sealed_field_is_noticed(
    persons: Persons, index: IdentityIndex, store: EventStore
) -> None:
    """Somebody who owns the database and moves sealed bytes to another event is found out."""
    persons.register(nip(1), "Siti Contoh")
    persons.register(nip(2), "Budi Contoh")
    with store.writing() as connection:
        if store.dialect == "postgresql":
            connection.exec_driver_sql("SET LOCAL ROLE NONE")
            connection.exec_driver_sql("ALTER TABLE sealed DISABLE TRIGGER ALL")
        else:
            connection.exec_driver_sql("DROP TRIGGER sealed_update_refused")
        connection.exec_driver_sql(
            "UPDATE sealed SET ciphertext = (SELECT s.ciphertext FROM sealed AS s"
            " WHERE s.position = 2) WHERE position = 1"
        )
    with pytest.raises(SealBroken, match=r"employee\.registered/1"):
        index.find(nip(1))


# ------------------------------------------------------------------------------- erasure, rotation


def test_an_erased_person_is_found_by_no_number(
    persons: Persons, index: IdentityIndex, store: EventStore, keyring: Keyring
) -> None:
    """From the event on, before and after the keys are gone, and after a rebuild; others stay."""
    siti = persons.register(nip(1), "Siti Contoh")
    persons.change(siti, number=nip(3))
    budi = persons.register(nip(2), "Budi Contoh")
    asked = [nip(1), nip(2), nip(3)]
    assert len(index.find_many(asked)) == 3
    persons.erase(siti)
    assert index.find_many(asked) == {nip(2): budi}
    keyring.destroy(siti)
    store.delete_sealed(siti)
    assert index.find_many(asked) == {nip(2): budi}
    index.rebuild()
    assert index.find_many(asked) == {nip(2): budi}
    assert index.matches_log()
    with store.reading() as connection:
        assert {row.stream for row in connection.execute(select(nip_index))} == {budi}


def test_destroyed_keys_alone_find_nobody(
    persons: Persons, index: IdentityIndex, keyring: Keyring
) -> None:
    """A row that an interrupted erasure left behind gives no answer, although checked before."""
    siti = persons.register(nip(1), "Siti Contoh")
    assert index.find(nip(1)) == siti
    keyring.destroy(siti)
    assert index.find(nip(1)) is None
    index.rebuild()
    assert index.find(nip(1)) is None


def test_the_index_is_made_anew_after_a_rotation(
    persons: Persons, index: IdentityIndex, store: EventStore, keyring: Keyring
) -> None:
    """Its secret changes, so that an old copy of the table cannot be tried out any more."""
    siti = persons.register(nip(1), "Siti Contoh")
    index.follow()
    with store.reading() as connection:
        old = connection.execute(select(nip_index)).one()
    keyring.rotate(LATER)
    assert index.find(nip(1)) == siti
    with store.reading() as connection:
        new = connection.execute(select(nip_index)).one()
    assert old.digest != new.digest
    assert (old.key_id, new.key_id) == (old.key_id, keyring.secret_id("nip-index"))
    assert old.key_id != new.key_id


def test_a_running_process_finds_through_a_rotation_by_another(
    persons: Persons, index: IdentityIndex, store: EventStore, tmp_path: Path
) -> None:
    """Neither process makes the index anew under the secret that is gone."""
    siti = persons.register(nip(1), "Siti Contoh")
    assert index.find(nip(1)) == siti
    with reopened(tmp_path / FOLDER) as shell:
        shell.rotate(LATER)
        assert IdentityIndex(store, shell).find(nip(1)) == siti
        assert index.find(nip(1)) == siti
        with store.reading() as connection:
            found = connection.execute(select(nip_index_state.c.key_id)).scalar()
        assert found == shell.secret_id("nip-index")


def test_a_ledger_that_may_only_be_read_is_searched_too(sqlite_url: str, tmp_path: Path) -> None:
    """An index that is up to date needs no write."""
    with new_keyring(tmp_path / FOLDER) as keyring:
        with EventStore.create(sqlite_url) as store:
            siti = Persons(store, keyring).register(nip(1), "Siti Contoh")
            IdentityIndex(store, keyring).follow()
        with EventStore.open(f"{sqlite_url}?mode=ro") as store:
            assert IdentityIndex(store, keyring).find(nip(1)) == siti


# -------------------------------------------------------------------------------------------- laws

acts = st.lists(
    st.tuples(
        st.sampled_from(["register", "change", "rename", "correct", "annul", "follow", "erase"]),
        st.integers(1, 4),
        st.integers(1, 5),
    ),
    max_size=14,
)


class Plain:
    """The rules said once more, over a list of statements."""

    def __init__(self) -> None:
        self.stated: list[list[object]] = []  # [stream, root, number, withdrawn, order]

    def at(self, one: UUID, root: int) -> list[object] | None:
        return next((row for row in self.stated if row[:2] == [one, root]), None)

    def find(self, number: str) -> object | None:
        rows = [row for row in self.stated if row[2] == number and not row[3]]
        return min(rows, key=lambda row: int(str(row[4])))[0] if rows else None


@given(story=acts)
@settings(max_examples=max(5, settings().max_examples // 5))  # each makes a ledger and its keys
def test_following_equals_rebuilding_equals_the_plain_rules(
    story: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any history, followed in any pieces, finds whom the rules of a plain list find."""
    folder = tmp_path_factory.mktemp("law")
    plain = Plain()
    with (
        new_keyring(folder / "keys") as keyring,
        EventStore.create(f"sqlite:///{folder / 'ledger.sqlite3'}") as store,
    ):
        persons, index = Persons(store, keyring), IdentityIndex(store, keyring)
        erased: set[UUID] = set()
        for order, (act, who, what) in enumerate(story):
            tell(act, persons, plain, erased, stream(who), nip(what), order)
            if act == "follow":
                index.follow()
        numbers = [nip(what) for what in range(1, 6)]
        expected = {one: found for one in numbers if (found := plain.find(one)) is not None}
        assert index.find_many(numbers) == expected
        assert index.matches_log()
        index.rebuild()
        assert index.find_many(numbers) == expected


def tell(
    act: str,
    persons: Persons,
    plain: Plain,
    erased: set[UUID],
    one: UUID,
    number: str,
    order: int,
) -> None:
    """The same to the ledger and to the plain list, where it can be said of this person."""
    if act == "register":
        new = persons.register(number, "Orang")
        plain.stated.append([new, 1, number, False, order])
    if one not in persons.versions or one in erased:
        return
    roots = [row for row in plain.stated if row[0] == one and row[1] != 1]
    if act == "change":
        root = persons.change(one, number=number)
        plain.stated.append([one, root, number, False, order])
    elif act == "rename":
        persons.change(one, name="Lain")
    elif act == "correct" and roots:
        persons.correct(one, int(str(roots[-1][1])), sealed={"new_nip": number})
        roots[-1][2:] = [number, False, order]
    elif act == "annul" and roots:
        persons.annul(one, int(str(roots[-1][1])))
        roots[-1][3] = True
    elif act == "erase":
        persons.erase(one)
        erased.add(one)
        plain.stated[:] = [row for row in plain.stated if row[0] != one]
