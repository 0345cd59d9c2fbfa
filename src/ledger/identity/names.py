"""Names and present numbers of persons, held in memory and nowhere else.

Opened from the log when first asked for, followed by position, gone with the process. Persons whose
identity was erased are not in it. A score never asks here; its reader may, after scoring.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import RLock
from uuid import UUID

from ledger.identity.events import Act, IdentityEvent, identity_events
from ledger.keys.keyring import Keyring
from ledger.storage.store import EventStore

_WORD = re.compile(r"\w+")
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class PersonName:
    """Who somebody is, as stated; either is None as long as nobody stated it."""

    stream: UUID
    nip: str | None
    name: str | None


@dataclass(slots=True)
class _Stated:
    """One statement: legal day, and from which position up to before which it is what is known."""

    root: int
    on: date
    known_from: int
    known_until: int | None
    nip: str | None
    name: str | None

    def known_at(self, position: int | None) -> bool:
        if position is None:
            return self.known_until is None
        ended = self.known_until is not None and self.known_until <= position
        return self.known_from <= position and not ended


class NameIndex:
    """All names of one ledger. Threads may share it."""

    def __init__(self, store: EventStore, keyring: Keyring) -> None:
        self._store = store
        self._keyring = keyring
        self._lock = RLock()
        self._position = 0
        self._persons: dict[UUID, list[_Stated]] = {}
        self._by_word: dict[str, set[UUID]] = {}
        self._words: list[str] | None = None

    def follow(self) -> int:
        """Read what the log holds beyond what was read before; gives the position reached.

        Raises:
            KeyMissing, KeyNotCommitted, SealBroken: the keys are not those of the ledger.
        """
        with self._lock:
            head = self._store.head().position
            if head > self._position:
                for upto, events in identity_events(
                    self._store, self._keyring, start=self._position + 1, stop=head
                ):
                    for event in events:
                        self._apply(event)
                    self._position = upto
                self._position = head
            return self._position

    def person(
        self, stream: UUID, *, position: int | None = None, on: date | None = None
    ) -> PersonName | None:
        """Number and name of a person; None for nobody, and for an erased person.

        Args:
            stream: the person.
            position: as known then; None means now.
            on: as in force on that legal day; None means the latest stated.
        """
        return self.people((stream,), position=position, on=on).get(stream)

    def people(
        self, streams: Iterable[UUID], *, position: int | None = None, on: date | None = None
    ) -> dict[UUID, PersonName]:
        """Numbers and names of many persons, as `person` gives them; nobody is left out silently
        but those without a name here.
        """
        with self._lock:
            self.follow()
            found = ((one, self._described(one, position, on)) for one in streams)
            return {one: person for one, person in found if person is not None}

    def search(self, text: str, *, limit: int = 50) -> list[PersonName]:
        """Persons any of whose stated names has words that begin with each word asked for.

        Case and the order of words do not matter. Ordered by present name; at most `limit`.
        """
        asked = _words_of(text)
        with self._lock:
            self.follow()
            if not asked:
                return []
            hits = set.intersection(*(self._beginning_with(word) for word in asked))
            found = [self._described(one, None, None) for one in hits if self._named(one, asked)]
        people = [person for person in found if person is not None]
        people.sort(key=lambda person: ((person.name or "").casefold(), person.stream))
        return people[:limit]

    def count(self) -> int:
        """How many persons have a number or name that may be read."""
        with self._lock:
            self.follow()
            return len(self._persons)

    # ------------------------------------------------------------------------------------ helpers

    def _apply(self, event: IdentityEvent) -> None:
        stream, position = event.place.stream, event.place.position
        if event.act is Act.ERASE:
            for stated in self._persons.pop(stream, ()):
                for word in _words_of(stated.name or ""):
                    self._by_word[word].discard(stream)
            return
        before = self._present(stream, event.root)
        nip = event.nip
        if before is not None:
            before.known_until = position
        if event.repeats_nip:
            nip = next(
                (one.nip for one in self._persons.get(stream, ()) if one.root == event.root), nip
            )
        if event.act is Act.STATE:
            stated = _Stated(event.root, event.on or date.min, position, None, nip, event.name)
            self._persons.setdefault(stream, []).append(stated)
            for word in _words_of(event.name or ""):
                if word not in self._by_word:
                    self._words = None
                self._by_word.setdefault(word, set()).add(stream)

    def _present(self, stream: UUID, root: int) -> _Stated | None:
        for stated in self._persons.get(stream, ()):
            if stated.root == root and stated.known_until is None:
                return stated
        return None

    def _described(self, stream: UUID, position: int | None, on: date | None) -> PersonName | None:
        known = [
            stated
            for stated in self._persons.get(stream, ())
            if stated.known_at(position) and (on is None or stated.on <= on)
        ]
        if not known:
            return None
        known.sort(key=lambda stated: (stated.on, stated.known_from))
        return PersonName(
            stream,
            nip=next((one.nip for one in reversed(known) if one.nip is not None), None),
            name=next((one.name for one in reversed(known) if one.name is not None), None),
        )

    def _beginning_with(self, word: str) -> set[UUID]:
        if self._words is None:
            self._words = sorted(self._by_word)
        start, stop = bisect_left(self._words, word), bisect_left(self._words, word + _LAST)
        return set().union(*(self._by_word[one] for one in self._words[start:stop]))

    def _named(self, stream: UUID, asked: Sequence[str]) -> bool:
        """Whether one name that is known now has all the words: the word index may be behind."""
        for stated in self._persons.get(stream, ()):
            if stated.known_until is None and stated.name is not None:
                own = _words_of(stated.name)
                if all(any(word.startswith(part) for word in own) for part in asked):
                    return True
        return False


def _words_of(text: str) -> list[str]:
    """The words of a name as they are compared: NFC, folded case, without punctuation."""
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())
