"""Names are found by their words, as known at a position, and gone when a person is erased."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from ledger.identity.names import NameIndex, PersonName
from ledger.keys.keyring import Keyring
from ledger.storage.store import EventStore
from tests.keys import new_keyring, stream
from tests.persons import Persons, nip


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    with new_keyring(tmp_path / "names.keys") as ring:
        yield ring


@pytest.fixture
def persons(store: EventStore, keyring: Keyring) -> Persons:
    return Persons(store, keyring)


@pytest.fixture
def names(store: EventStore, keyring: Keyring) -> NameIndex:
    return NameIndex(store, keyring)


def found(names: NameIndex, text: str) -> list[str | None]:
    return [person.name for person in names.search(text)]


def test_names_are_found_by_the_beginnings_of_words(persons: Persons, names: NameIndex) -> None:
    """In any case and order, punctuation aside; all words must fit."""
    persons.register(nip(1), "Dr. Siti Nurhaliza, M.Si")
    persons.register(nip(2), "SITI AMINAH")
    persons.register(nip(3), "Budi Santoso")
    assert found(names, "siti") == ["Dr. Siti Nurhaliza, M.Si", "SITI AMINAH"]
    assert found(names, "nur SITI") == ["Dr. Siti Nurhaliza, M.Si"]
    assert found(names, "san") == ["Budi Santoso"]
    assert found(names, "siti budi") == []
    assert found(names, " ., ") == []
    assert [person.name for person in names.search("s", limit=1)] == ["Budi Santoso"]


def test_a_person_has_the_number_and_name_in_force(persons: Persons, names: NameIndex) -> None:
    """By legal day and by position; what an identity fact leaves out stays as it was."""
    siti = persons.register(nip(1), "Siti Contoh", on=date(2020, 12, 1))
    persons.change(siti, number=nip(2), on=date(2022, 3, 1))
    persons.change(siti, name="Siti Lain", on=date(2021, 1, 1))
    assert names.person(siti) == PersonName(siti, nip(2), "Siti Lain")
    assert names.person(siti, on=date(2021, 6, 1)) == PersonName(siti, nip(1), "Siti Lain")
    assert names.person(siti, on=date(2020, 12, 31)) == PersonName(siti, nip(1), "Siti Contoh")
    assert names.person(siti, position=2) == PersonName(siti, nip(2), "Siti Contoh")
    assert names.person(siti, position=0) is None
    assert names.person(siti, on=date(2019, 1, 1)) is None
    assert names.person(stream(99)) is None


def test_a_corrected_name_counts_from_its_correction_on(persons: Persons, names: NameIndex) -> None:
    """Earlier positions keep the name they had; the search knows the right one only."""
    siti = persons.register(nip(1), "Siti Cntoh")
    persons.correct(siti, 1, fact="registered", sealed={"nip": nip(1), "name": "Siti Contoh"})
    assert names.person(siti) == PersonName(siti, nip(1), "Siti Contoh")
    assert names.person(siti, position=1) == PersonName(siti, nip(1), "Siti Cntoh")
    assert found(names, "cntoh") == []
    assert found(names, "contoh") == ["Siti Contoh"]


def test_a_correction_of_the_registration_keeps_its_number(
    persons: Persons, names: NameIndex
) -> None:
    """The number by which it was addressed is none that it states."""
    siti = persons.register(nip(1), "Siti Contoh", on=date(2020, 12, 1))
    root = persons.change(siti, number=nip(2), on=date(2022, 1, 1))
    persons.correct(siti, 1, fact="registered", sealed={"nip": nip(2), "name": "Siti Benar"})
    persons.annul(siti, root)
    assert names.person(siti) == PersonName(siti, nip(1), "Siti Benar")


def test_an_annulled_change_leaves_what_was_before(persons: Persons, names: NameIndex) -> None:
    """From the annulment on; a position before it keeps the change."""
    siti = persons.register(nip(1), "Siti Contoh")
    root = persons.change(siti, number=nip(2), name="Siti Lain")
    persons.annul(siti, root)
    assert names.person(siti) == PersonName(siti, nip(1), "Siti Contoh")
    assert names.person(siti, position=2) == PersonName(siti, nip(2), "Siti Lain")
    persons.correct(siti, root, sealed={"name": "Siti Baru"})
    assert names.person(siti) == PersonName(siti, nip(1), "Siti Baru")


def test_old_names_that_were_right_find_too(persons: Persons, names: NameIndex) -> None:
    """Somebody who changed his name is found by both and shown with the present one."""
    siti = persons.register(nip(1), "Siti Contoh")
    persons.change(siti, name="Aisyah Contoh")
    assert found(names, "siti") == ["Aisyah Contoh"]


def test_names_of_the_erased_are_gone(
    persons: Persons, names: NameIndex, store: EventStore, keyring: Keyring
) -> None:
    """In a process that had read them, and in one that reads anew; others stay."""
    siti = persons.register(nip(1), "Siti Contoh")
    budi = persons.register(nip(2), "Budi Contoh")
    assert found(names, "contoh") == ["Budi Contoh", "Siti Contoh"]
    persons.erase(siti)
    keyring.destroy(siti)
    store.delete_sealed(siti)
    for index in (names, NameIndex(store, keyring)):
        assert found(index, "contoh") == ["Budi Contoh"]
        assert index.person(siti) is None
        assert index.people([siti, budi]) == {budi: PersonName(budi, nip(2), "Budi Contoh")}
        assert index.count() == 1
