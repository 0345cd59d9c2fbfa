"""What a verifier can find: one stable code a kind of damage, what it means and what to do.

A finding names position and stream where there is one; it never holds what was recorded. Damage
comes in masses (one dropped event shifts everything behind it), so of each kind the first few are
told and all are counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

DAMAGE, NOTICE = "damage", "notice"
TOLD_OF_A_KIND = 20
WHERE_MAX = 200
_STREAM = re.compile(r"[0-9a-f]{32}")

_COMPARE = "Stop recording, keep this database as it is, and compare it with a backup."
_REBUILD = "Run `asn-ledger rebuild`; it is made anew from the log and nothing is lost."


class Kind(NamedTuple):
    """One kind of finding: damage or notice, what it means, what to do."""

    level: str
    means: str
    next_step: str = _COMPARE


KINDS: dict[str, Kind] = {
    # -- the rows of the log
    "table_missing": Kind(DAMAGE, "A table of the ledger is gone or is something else."),
    "row_unreadable": Kind(DAMAGE, "The database cannot give this row in the ledger's form."),
    "column_malformed": Kind(DAMAGE, "A column holds what the ledger never writes."),
    "position_gap": Kind(DAMAGE, "Events were taken out of the log, or renumbered."),
    "position_twice": Kind(DAMAGE, "Two rows claim one position."),
    "position_stray": Kind(DAMAGE, "A row lies outside the log's positions."),
    "version_gap": Kind(DAMAGE, "A stream's events do not follow each other: one was dropped,"
                        " added, swapped or moved to another stream."),
    "time_backwards": Kind(DAMAGE, "An event says it was recorded before the one in front of it."),
    "entry_too_large": Kind(DAMAGE, "No ledger accepts an event of this size."),
    "leaf_differs": Kind(DAMAGE, "The event was changed after it was recorded: its bytes do not"
                         " give its leaf."),
    "text_not_canonical": Kind(DAMAGE, "The text is not as the ledger writes it; another program"
                               " wrote it."),
    "topic_unknown": Kind(DAMAGE, "No release of the ledger writes this topic.",
                          "Verify with the newest release; if it says the same, compare with a"
                          " backup."),
    "shape_differs": Kind(DAMAGE, "The event has not the fields of its topic."),
    "founding_missing": Kind(DAMAGE, "The log does not begin with one founding of a ledger."),
    "index_differs": Kind(DAMAGE, "The database's own index says otherwise than the table, so"
                          " questions may be answered from other rows than those verified.",
                          "Rebuild the index (REINDEX) on a copy, verify it again, and find out"
                          " who wrote to the file."),
    # -- sealed rows
    "sealed_differs": Kind(DAMAGE, "Sealed fields were changed or exchanged."),
    "sealed_missing": Kind(DAMAGE, "Sealed fields were deleted and no erasure orders it."),
    "sealed_stray": Kind(DAMAGE, "Sealed fields lie where no event has any."),
    "erasure_unordered": Kind(DAMAGE, "A permission to delete sealed fields names no erasure in"
                              " the log."),
    "erasure_unfinished": Kind(NOTICE, "An erasure was recorded, and sealed fields are still"
                               " there, as after a backup was put back.",
                               "Run `asn-ledger keys rotate`, which finishes erasures."),
    # -- the head and what answers repeated commands
    "head_differs": Kind(DAMAGE, "The row that says where the log ends says otherwise than the"
                         " log: the end was cut off, or the row was edited."),
    "format_differs": Kind(DAMAGE, "The mark of a ledger's format is not this ledger's."),
    "request_differs": Kind(DAMAGE, "A remembered request points at what is no whole command: a"
                            " repeated command would be answered wrongly."),
    # -- the tree and its checkpoints
    "tile_differs": Kind(DAMAGE, "A stored hash of the tree is not that of the log: an event was"
                         " rewritten with its leaf, or the tile was edited."),
    "tile_stray": Kind(DAMAGE, "Stored hashes of the tree reach beyond the log: its end was cut"
                       " off."),
    "checkpoint_unreadable": Kind(DAMAGE, "A stored checkpoint is not a signed note of this"
                                  " form."),
    "checkpoint_origin": Kind(DAMAGE, "A stored checkpoint is another ledger's."),
    "checkpoint_signature": Kind(DAMAGE, "A stored checkpoint is not signed by the key that was"
                                 " in force: it was forged or edited."),
    "checkpoint_beyond": Kind(DAMAGE, "A stored checkpoint counts more events than there are: the"
                              " end of the log was cut off."),
    "checkpoint_root": Kind(DAMAGE, "The log up to a stored checkpoint is not what was signed:"
                            " history was rewritten."),
    "checkpoint_missing": Kind(NOTICE, "The log prepared a checkpoint that is not stored: it was"
                               " interrupted, or somebody deleted it.",
                               "Ask who has it: a witness, a printed note, an auditor."),
    "signing_key_unvouched": Kind(NOTICE, "The log names another signing key, and the key before it"
                                  " signed nothing over that change: so it is after a restore, and"
                                  " so it is when somebody without that key wrote it.",
                                  "Ask the agency when and why its key changed, and trust the new"
                                  " one only if it says so itself."),
    "heads_differ": Kind(DAMAGE, "What was committed about all streams is not what the log says."),
    "instrument_differs": Kind(DAMAGE, "The text of an instrument that was enacted or"
                               " proposed is not the one whose digest stands beside it."),
    # -- the access log
    "access_log_missing": Kind(DAMAGE, "The access log, which tells who looked at whom, is gone"
                               " or is something else.",
                               "Put it back from its backup, and find out who took it away."),
    "access_chain_broken": Kind(DAMAGE, "An entry of the access log was changed, taken out or put"
                                " in: the chain does not hold from there on.",
                                "Keep the access log as it is and compare it with a backup."),
    "access_head_differs": Kind(DAMAGE, "The row that says where the access log ends says otherwise"
                                " than its entries: the end was cut off, or the row was edited.",
                                "Keep the access log as it is and compare it with a backup."),
    "access_log_shorter": Kind(DAMAGE, "The access log had more entries when the ledger committed"
                               " to it: its end was cut off, or an older copy was put in its"
                               " place.",
                               "Compare it with a backup, and find out whose looks are gone."),
    "access_log_replaced": Kind(DAMAGE, "The access log is not the one that the ledger committed"
                                " to: it was rewritten.",
                                "Compare it with a backup, and find out whose looks were"
                                " changed."),
    # -- what stands around the log
    "guard_missing": Kind(NOTICE, "The database no longer refuses by itself to change what was"
                          " recorded; whoever can write to it can do so unhindered.",
                          "Find out who removed it, verify against a checkpoint kept elsewhere, and"
                          " restore the guards from a backup."),
    "guard_changed": Kind(NOTICE, "What refuses changes in the database is not as the ledger made"
                          " it.",
                          "Compare it with that of a freshly founded ledger and find out who"
                          " changed it."),
    "guard_unknown": Kind(NOTICE, "The ledger's tables do something that this release did not"
                          " make, and that may change what is written or shown.",
                          "Find out who made it and what for."),
    "key_differs": Kind(DAMAGE, "The keys at hand are not those that the person's first event"
                        " commits to.", "Put back the key folder from its backup."),
    "key_after_erasure": Kind(DAMAGE, "Keys of an erased person are at hand: an old key folder was"
                              " put back, or they were kept.",
                              "Run `asn-ledger keys rotate`, and destroy old copies of the key"
                              " folder."),
    "key_unreadable": Kind(DAMAGE, "A key cannot be opened with the epoch key at hand.",
                           "Put back the key folder from its backup."),
    "seal_broken": Kind(DAMAGE, "Sealed fields do not open with the person's own key, although"
                        " they are those recorded: they were sealed wrongly."),
    "nip_index_differs": Kind(DAMAGE, "The index of numbers leads to other people than the log"
                              " says.", _REBUILD),
    "facts_table_differs": Kind(DAMAGE, "The table that answers questions about everybody says"
                                " otherwise than the log.", _REBUILD),
    "facts_table_unreadable": Kind(NOTICE, "A segment of the table that answers questions about"
                                   " everybody is damaged or of another version.", _REBUILD),
    "score_differs": Kind(DAMAGE, "A score from the facts table is not that from the person's own"
                          " events.", _REBUILD),
    "shipped_instrument_differs": Kind(NOTICE, "The file of an instrument beside the program is"
                                       " not the text in force; scores use the enacted text, never"
                                       " the file.",
                                       "A newer program may bring a newer text: enact it. If nobody"
                                       " expects one, install the program again."),
    # -- an earlier checkpoint
    "log_shorter": Kind(DAMAGE, "The ledger had more events when that checkpoint was made: its end"
                        " was cut off, or an older copy was put in its place."),
    "history_replaced": Kind(DAMAGE, "The events counted by that checkpoint are not the ones in"
                             " this ledger: history was rewritten."),
    "other_ledger": Kind(DAMAGE, "That checkpoint belongs to another ledger, or this ledger was"
                         " replaced whole."),
    "against_signature": Kind(DAMAGE, "That checkpoint is not signed by the key that this ledger"
                              " says was in force: one of both is forged."),
    "against_unsigned": Kind(NOTICE, "That checkpoint bears no signature; it is believed as it was"
                             " given.", "Compare it with the paper or the sender."),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        code: see `KINDS`; never renamed.
        where: what it was found in: a table, a file, a row; free of what was recorded.
        position, stream: of the event, where there is one.
    """

    code: str
    where: str
    position: int | None = None
    stream: str | None = None

    @property
    def kind(self) -> Kind:
        """Level, meaning and next step."""
        return KINDS[self.code]

    def as_json(self) -> dict[str, object]:
        """For scripts."""
        return {
            "code": self.code,
            "level": self.kind.level,
            "position": self.position,
            "stream": self.stream,
            "where": self.where,
            "means": self.kind.means,
            "next_step": self.kind.next_step,
        }


@dataclass(slots=True)
class Findings:
    """What was found so far: all counted, the first `TOLD_OF_A_KIND` of each kind kept."""

    kept: list[Finding] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(
        self, code: str, where: str, *, position: int | None = None, stream: str | None = None
    ) -> None:
        """One more of a kind; what a hostile database named is shown without control signs."""
        self.counts[code] += 1
        if self.counts[code] <= TOLD_OF_A_KIND:
            shown = "".join(char if char.isprintable() else "?" for char in where[:WHERE_MAX])
            known = stream if stream is not None and _STREAM.fullmatch(stream) else None
            self.kept.append(Finding(code, shown, position, known))

    def merge(self, other: Findings) -> None:
        """What another part of the work found."""
        for one in other.kept:
            room = TOLD_OF_A_KIND - sum(1 for mine in self.kept if mine.code == one.code)
            if room > 0:
                self.kept.append(one)
        self.counts.update(other.counts)

    def more(self) -> dict[str, int]:
        """How many of each kind were counted and not kept."""
        told = Counter(one.code for one in self.kept)
        return {code: count - told[code] for code, count in self.counts.items()
                if count > told[code]}  # fmt: skip

    def of(self, level: str) -> int:
        """How many of a level."""
        return sum(count for code, count in self.counts.items() if KINDS[code].level == level)

    def in_order(self) -> Iterator[Finding]:
        """Damage before notices, by position, what has none last."""
        yield from sorted(self.kept, key=_order)


def _order(one: Finding) -> tuple[bool, bool, int]:
    return one.kind.level == NOTICE, one.position is None, one.position or 0


def merged(parts: Iterable[Findings]) -> Findings:
    """All of them together."""
    whole = Findings()
    for part in parts:
        whole.merge(part)
    return whole
