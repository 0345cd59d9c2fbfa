"""Every forgery, who finds it and in which words: one table for the tests and for the document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.tamper import around_the_log as around
from tests.tamper import looks_log as looks
from tests.tamper import on_the_log as log

BOTH = ("sqlite", "postgresql")


class Finder(StrEnum):
    """Who finds a forgery."""

    ALONE = "`verify` alone"
    KEYS = "`verify` with the keys"
    EARLIER = "`verify` with an earlier checkpoint"
    WITNESS = "an outside witness only"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Forgery:
    """One row.

    Attributes:
        name: never used twice.
        what: is done, in words.
        by: who can do it.
        finder, codes: who finds it, and every code of the report; none where nobody does.
        act: does it; None where there is nothing to do to stored bytes, and `why` says so.
        guards_back: a forger who puts the guards back leaves no trace of having removed them.
        on: the databases on which it can be done.
        why: of a row that is found by nobody or by a witness only.
    """

    name: str
    what: str
    by: str
    finder: Finder
    codes: frozenset[str] = frozenset()
    act: Callable[..., Any] | None = None
    guards_back: bool = True
    on: tuple[str, ...] = BOTH
    why: str = ""


OWNER, OPERATOR, HOLDER = "database owner", "operator", "key holder"


def _alone(name: str, what: str, act: Callable[..., Any], *codes: str, **more: Any) -> Forgery:
    return Forgery(name, what, OWNER, Finder.ALONE, frozenset(codes), act, **more)


EVENTS = (
    _alone("payload", "a payload is changed", log.change_payload, "leaf_differs"),
    _alone("recorded-at", "`recorded_at` is changed", log.change_recorded_at,
           "leaf_differs", "time_backwards"),
    _alone("effective-on", "`effective_on` is changed", log.change_effective_on, "leaf_differs"),
    _alone("actor", "the actor in a context is changed", log.change_actor, "leaf_differs"),
    _alone("salt", "a salt is changed", log.change_salt, "leaf_differs"),
    _alone("topic", "a topic is changed to one that does not exist", log.change_topic,
           "leaf_differs", "topic_unknown"),
    _alone("sealed-digest", "a sealed digest is changed", log.change_sealed_digest,
           "leaf_differs", "sealed_differs"),
    _alone("leaf", "a leaf is changed", log.change_leaf,
           "leaf_differs", "tile_differs", "head_differs", "checkpoint_root"),
    _alone("stream", "an event is moved to another person", log.move_to_another_stream,
           "leaf_differs", "version_gap"),
    _alone("version", "an event is renumbered in its stream, its leaf with it",
           log.renumber_versions, "version_gap", "tile_differs", "head_differs",
           "checkpoint_root"),
    _alone("payload-and-leaf", "a payload is changed and its leaf with it", log.change_with_leaf,
           "tile_differs", "head_differs", "checkpoint_root"),
    _alone("rewrite-without-key", "an event is rewritten with every hash that follows from it: leaf,"
           " heads, tiles, frontier", log.change_and_mend_all_but_checkpoints, "checkpoint_root"),
    _alone("drop-last", "the last event is dropped", log.drop_last, "head_differs"),
    _alone("cut-under-checkpoint", "the end is cut off below a stored checkpoint, the head mended",
           log.cut_before_checkpoint, "checkpoint_beyond"),
    _alone("drop-middle", "an event in the middle is dropped", log.drop_middle,
           "position_gap", "version_gap", "tile_differs", "head_differs", "checkpoint_root"),
    _alone("drop-and-renumber", "an event is dropped and those behind it are renumbered",
           log.drop_middle_and_renumber, "leaf_differs", "head_differs", "version_gap"),
    _alone("swap", "two events are swapped", log.swap_two, "leaf_differs", "head_differs"),
    _alone("insert-last", "an event of valid shape and leaf is inserted at the end",
           log.insert_at_end, "head_differs"),
    _alone("insert-middle", "an event is inserted in the middle and those behind it are renumbered,"
           " the head mended", log.insert_in_the_middle, "leaf_differs"),
    _alone("position-twice", "the table is made anew without its keys, and a position taken twice",
           log.position_twice, "position_twice", "leaf_differs", "version_gap", "guard_missing"),
    _alone("before-first", "an event is inserted before the first", log.before_the_first,
           "position_stray"),
    _alone("spelling", "another program writes an event with all hashes right, in its own spelling",
           log.write_otherwise, "text_not_canonical"),
    _alone("float", "the same with a binary fraction", log.write_a_float,
           "text_not_canonical"),
    _alone("unknown-topic", "the same with a topic that no release writes",
           log.write_unknown_topic, "topic_unknown"),
    _alone("missing-field", "the same without a field that the topic must have",
           log.write_without_a_field, "shape_differs"),
    _alone("back-in-time", "the same with a `recorded_at` long ago", log.write_back_in_time,
           "time_backwards"),
    _alone("second-founding", "the same with a second founding", log.found_again,
           "founding_missing"),
    _alone("enormous", "an event beyond the size of an entry is inserted", log.write_too_large,
           "entry_too_large", "leaf_differs", "head_differs"),
    _alone("enacted-text", "the text of an enacted instrument is changed after scores were issued",
           log.alter_enacted_text, "leaf_differs", "instrument_differs"),
    _alone("enacted-text-and-leaf", "the same with its leaf", log.alter_enacted_text_with_leaf,
           "instrument_differs", "tile_differs", "head_differs", "checkpoint_root"),
    _alone("proposed-text", "another program proposes to enact a text that is not of the digest"
           " beside it", log.propose_other_text, "instrument_differs"),
    _alone("proposed-lines", "another program proposes something else in a text of several lines",
           log.propose_lines, "text_not_canonical"),
)  # fmt: skip

SIGNED = (
    _alone("checkpoint-other-key", "the checkpoints are signed anew with another key",
           log.forge_checkpoint, "checkpoint_signature"),
    _alone("checkpoint-edited", "a stored checkpoint is edited", log.edit_checkpoint,
           "checkpoint_signature", "checkpoint_root"),
    _alone("checkpoint-garbled", "a stored checkpoint is overwritten with other bytes",
           log.garble_checkpoint, "checkpoint_unreadable"),
    _alone("checkpoint-exchanged", "an older checkpoint is put in the place of a newer one",
           log.exchange_checkpoints, "checkpoint_unreadable"),
    Forgery("checkpoint-other-origin", "the checkpoints are signed for another ledger", HOLDER,
            Finder.ALONE, frozenset({"checkpoint_origin"}), log.sign_another_origin),
    _alone("checkpoint-hidden", "the newest checkpoint is deleted", log.hide_newest_checkpoint,
           "checkpoint_missing"),
    _alone("heads-event", "a commitment to other heads of streams is recorded, the log cut after it"
           " and mended", log.edit_heads_event, "heads_differ", "checkpoint_missing"),
    _alone("tile", "a tile of the tree is edited", log.edit_tile, "tile_differs"),
    _alone("tile-root", "the root kept beside a tile is edited", log.edit_tile_root,
           "tile_differs"),
    _alone("tile-added", "a tile is added beyond the log", log.add_tile, "tile_stray"),
    _alone("checkpoints-table", "the table of checkpoints is dropped", log.drop_checkpoints_table,
           "table_missing"),
    _alone("tiles-table", "the table of tiles is dropped and a checkpoint edited",
           log.drop_tiles_table, "table_missing", "checkpoint_unreadable"),
    _alone("nested", "an event nested a thousand deep is written, all hashes right", log.write_deep,
           "text_not_canonical"),
    _alone("rewrite-hide-checkpoints", "everything is rewritten and the checkpoints deleted",
           log.change_and_forget_checkpoints, "checkpoint_missing"),
    Forgery("rewrite-with-key", "everything is rewritten and signed anew with the ledger's own key",
            HOLDER, Finder.EARLIER, frozenset({"history_replaced"}), log.change_and_sign_again),
    Forgery("cut-with-checkpoint", "the end is cut off with the checkpoints that tell of it", OWNER,
            Finder.EARLIER, frozenset({"log_shorter"}), log.cut_with_checkpoint),
)  # fmt: skip

AROUND = (
    _alone("sealed-swapped", "two people's sealed fields are exchanged", around.swap_sealed,
           "sealed_differs"),
    _alone("sealed-garbled", "one bit of a sealed field is changed", around.garble_sealed,
           "sealed_differs"),
    _alone("sealed-deleted", "sealed fields are deleted without an erasure", around.delete_sealed,
           "sealed_missing"),
    _alone("sealed-false-permission", "the same with a permission that names no erasure",
           around.delete_sealed_by_false_permission, "sealed_missing", "erasure_unordered"),
    _alone("sealed-added", "sealed fields are added to an event that has none", around.add_sealed,
           "sealed_stray"),
    _alone("sealed-beyond", "sealed fields are added beyond the log", around.add_sealed_beyond,
           "sealed_stray"),
    _alone("sealed-of-erased", "an erased person's sealed fields are put back, other bytes",
           around.put_back_sealed_of_erased, "sealed_differs", "erasure_unfinished"),
    Forgery("sealed-other-key", "a number is recorded under a key that is not the person's",
            HOLDER, Finder.KEYS, frozenset({"nip_index_differs"}), around.seal_under_another_key),
    Forgery("destroyed-key", "the key folder from before an erasure is put back", HOLDER,
            Finder.KEYS, frozenset({"key_after_erasure", "nip_index_differs"}), around.put_back_old_keys),
    Forgery("keys-exchanged", "two people's wrapped keys are exchanged", HOLDER, Finder.KEYS,
            frozenset({"key_unreadable", "nip_index_differs"}), around.exchange_wrapped_keys),
    _alone("head-position", "the head's position is edited", around.move_head_back,
           "head_differs"),
    _alone("head-time", "the head's instant is edited", around.move_head_in_time, "head_differs"),
    _alone("frontier", "the head's frontier is edited", around.edit_frontier, "head_differs"),
    _alone("format", "the mark of the format is edited", around.edit_format, "format_differs"),
    _alone("request-elsewhere", "a remembered request is pointed at half a command",
           around.point_request_elsewhere, "request_differs"),
    _alone("request-beyond", "a remembered request is pointed beyond the log",
           around.point_request_beyond, "request_differs"),
    Forgery("nip-swapped", "two people's numbers are exchanged in the index of numbers", OWNER,
            Finder.KEYS, frozenset({"nip_index_differs"}), around.swap_numbers),
    Forgery("nip-hidden", "a person is taken out of the index of numbers", OWNER, Finder.KEYS,
            frozenset({"nip_index_differs"}), around.hide_person),
    _alone("guards-removed", "the guards are removed", around.remove_guard, "guard_missing",
           guards_back=False, on=("sqlite",)),
    _alone("guard-removed", "a guard is dropped", around.remove_guard, "guard_missing",
           on=("postgresql",)),
    _alone("guards-disabled", "the guards are switched off", around.remove_guard, "guard_changed",
           "guard_missing", guards_back=False, on=("postgresql",)),
    _alone("guard-emptied", "what a guard does is replaced by nothing", around.empty_guard,
           "guard_changed", on=("postgresql",)),
    _alone("guard-of-same-name", "the guards are removed, and one of the same name refuses nothing",
           around.empty_guard, "guard_missing", "guard_changed", guards_back=False,
           on=("sqlite",)),
    _alone("own-key", "the log is made to name the forger's own signing key from here on",
           log.put_own_key, "signing_key_unvouched"),
    _alone("trigger-added", "a trigger that changes what is written is added", around.add_trigger,
           "guard_unknown"),
    _alone("rights", "the application is given the right to change events", around.widen_rights,
           "guard_changed", on=("postgresql",)),
    _alone("rows-hidden", "row security hides events from others than the owner", around.hide_rows,
           "guard_unknown", on=("postgresql",)),
    _alone("view", "a view takes the place of a table", around.view_for_table, "table_missing",
           on=("postgresql",)),
    _alone("view-without-guards", "a view takes the place of a table, and the guards are gone",
           around.view_for_table, "table_missing", "guard_missing", guards_back=False,
           on=("sqlite",)),
    _alone("false-index", "the index by stream is replaced by an empty one", around.false_index,
           "index_differs", on=("sqlite",)),
    _alone("segment-garbled", "one bit of a segment of the facts table is changed",
           around.garble_segment, "facts_table_unreadable"),
    _alone("segment-edited", "a legal day in the facts table is changed and its digest mended",
           around.edit_segment, "facts_table_differs"),
    _alone("segment-hidden", "facts are left out of the facts table and its digest mended",
           around.hide_in_segment, "facts_table_differs"),
)  # fmt: skip

LOOKS = (
    _alone("look-changed", "who looked is changed in an entry of the access log", looks.change,
           "access_chain_broken"),
    _alone("look-dropped", "an entry in the middle of the access log is dropped", looks.drop_middle,
           "access_chain_broken", "access_head_differs", "access_log_shorter"),
    _alone("look-added", "a look that never was is put at the end of the access log",
           looks.add_false, "access_chain_broken", "access_head_differs"),
    _alone("looks-cut", "the end of the access log is cut off below what a checkpoint committed to,"
           " its head mended", looks.cut_committed, "access_log_shorter"),
    _alone("looks-rewritten", "the access log is rewritten with its whole chain and head",
           looks.rewrite, "access_log_replaced"),
    _alone("looks-removed", "the access log is taken away", looks.remove, "access_log_missing"),
    _alone("looks-guards-removed", "the guards of the access log are removed", looks.remove_guards,
           "guard_missing", on=("sqlite",)),
    _alone("looks-guards-disabled", "the guards of the access log are switched off",
           looks.remove_guards, "guard_changed", on=("postgresql",)),
)  # fmt: skip

# Done to more than one copy, or to none: each has a test of its own in test_catalogue.py.
OF_THEIR_OWN = (
    Forgery("replaced-whole", "another ledger, consistent in itself, takes the place of this one",
            OPERATOR, Finder.EARLIER, frozenset({"other_ledger"})),
    Forgery("rolled-back", "an older copy of the file or database is put in its place", OPERATOR,
            Finder.EARLIER, frozenset({"log_shorter"})),
    Forgery("shipped-file", "the file of an instrument beside the program is changed", OPERATOR,
            Finder.ALONE, frozenset({"shipped_instrument_differs"})),
    Forgery("older-served", "an older checkpoint is handed out as the newest", "server",
            Finder.WITNESS, frozenset({"log_shorter"}),
            why="An old checkpoint is true for ever; only who has seen a newer one knows."),
    Forgery("split-view", "two auditors are shown two histories, each signed by the ledger's key",
            HOLDER, Finder.WITNESS, frozenset({"history_replaced"}), log.split_view,
            why="Each history is consistent with the checkpoint its auditor holds; a witness signs"
            " only one."),
)  # fmt: skip

HARMLESS = (
    Forgery("tiles-dropped", "the tiles are deleted", OWNER, Finder.NOBODY, act=log.drop_tiles,
            why="They are derived and are computed again; nothing is hidden by it."),
)  # fmt: skip

NOBODY_FINDS = (
    Forgery("tail-dropped", "the last events are dropped before any checkpoint covers them, and the"
            " head is mended", OWNER, Finder.NOBODY, act=log.drop_last_and_mend,
            why="Nothing that left the house speaks of them. Take checkpoints often."),
    Forgery("tail-rewritten", "an event is rewritten before any checkpoint covers it, with leaf and"
            " head", OWNER, Finder.NOBODY, act=log.change_tail_and_mend,
            why="As above: a rewrite before the first checkpoint left the house."),
    Forgery("looks-tail-cut", "the last looks are dropped before any checkpoint covers them, and the"
            " head is mended", OWNER, Finder.NOBODY, act=looks.cut_tail,
            why="As above: each checkpoint commits to the access log as it is then."),
    Forgery("look-elsewhere", "a record is read with another program, or from a copy", HOLDER,
            Finder.NOBODY,
            why="Only this program tells its access log; who has file and keys needs it not."),
    Forgery("lie-in-the-database", "an event that nobody sent is appended with everything right",
            OWNER, Finder.NOBODY, act=log.insert_and_mend_head,
            why="It is no different from one that was sent; it stays for ever and names an actor."),
    Forgery("lie-at-the-door", "something false is sent and recorded as it was sent",
            "whoever may send", Finder.NOBODY,
            why="The ledger proves what was recorded, when and by whom, not that it is true."),
    Forgery("never-recorded", "something true is never sent", "whoever should send",
            Finder.NOBODY, why="What is not there leaves no trace here."),
    Forgery("request-forgotten", "a remembered request is deleted", OWNER, Finder.NOBODY,
            act=around.forget_request,
            why="Requests lie outside the log; a command sent twice would then be recorded twice,"
            " which shows as a second event."),
    Forgery("sealed-read", "sealed fields are read with the keys", HOLDER, Finder.NOBODY,
            why="Reading changes nothing. Who holds the keys outside the program reads unlogged."),
    Forgery("key-copied", "a copy of a key is kept from before its destruction", HOLDER,
            Finder.NOBODY, why="No copy elsewhere can be seen from here; it shows only when it is"
            " put back."),
    Forgery("destroyed", "ledger, copies and backups are destroyed", OPERATOR, Finder.NOBODY,
            why="Checkpoints kept elsewhere prove that it was there and how much, not what."),
)  # fmt: skip

CATALOGUE = (*EVENTS, *SIGNED, *AROUND, *LOOKS, *OF_THEIR_OWN, *HARMLESS, *NOBODY_FINDS)
