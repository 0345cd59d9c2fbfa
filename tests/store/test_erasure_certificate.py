"""An erasure takes one person's keys and sealed fields, and is certified when it is complete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.identity.erasure_certificate import ErasureIncomplete, certificate
from ledger.keys.key_errors import KeyDestroyed
from ledger.keys.keyring import Keyring
from ledger.mapper import LedgerMapper
from ledger.storage.store import EventStore
from tests.keys import LATER, LATER_TEXT, ORIGIN, new_keyring
from tests.persons import Persons, nip


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[Keyring]:
    with new_keyring(tmp_path / "erasure.keys") as ring:
        yield ring


def test_erasing_one_person_leaves_the_other_readable(store: EventStore, keyring: Keyring) -> None:
    """The other's fields still open after keys and sealed rows of the first are gone."""
    persons = Persons(store, keyring)
    siti = persons.register(nip(1), "Siti Contoh")
    budi = persons.register(nip(2), "Budi Contoh")
    before = list(store.read())
    persons.erase(siti)
    keyring.destroy(siti)
    assert store.delete_sealed(siti) == 1
    keyring.rotate(LATER)
    mapper = LedgerMapper(origin=ORIGIN, keyring=keyring)
    opened = mapper.unseal(store.stream(budi)[0], store.sealed([2])[2])
    assert opened["identity"]["nip"] == nip(2)
    with pytest.raises(KeyDestroyed):
        mapper.unseal(store.stream(siti)[0], store.sealed([2])[2])
    assert list(store.read())[:2] == before


def test_the_certificate_waits_for_the_rotation(store: EventStore, keyring: Keyring) -> None:
    """It states event, ground, destroyed keys, and the instant from which no copy opens."""
    persons = Persons(store, keyring)
    siti = persons.register(nip(1), "Siti Contoh")
    digests = dict(keyring.keys(siti).digests)
    with pytest.raises(ErasureIncomplete, match="recorded"):
        certificate(store, keyring, siti)
    persons.erase(siti)
    with pytest.raises(ErasureIncomplete, match="recorded"):
        certificate(store, keyring, siti)
    keyring.destroy(siti)
    with pytest.raises(ErasureIncomplete) as caught:
        certificate(store, keyring, siti)
    assert "keys rotate" in caught.value.next_step
    keyring.rotate(LATER)
    stated = certificate(store, keyring, siti)
    assert (stated.stream, stated.position, stated.completed_at) == (siti, 2, LATER_TEXT)
    assert stated.ground == "UU 27/2022 Pasal 43"
    assert stated.key_digests == digests
