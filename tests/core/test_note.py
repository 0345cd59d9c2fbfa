"""Signed notes and checkpoints: published notes, one form for each meaning, every bit."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.proofs import note as notes
from ledger.proofs.note import Checkpoint, NoteRefused, SignedNote

# Published examples: Go's golang.org/x/mod/sumdb/note, an Elixir implementation, and the format's
# own description.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq"
    "dngotpRZb6KE6RyyBwJnAM=\n"
).encode()
FOO = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
FOOS_NOTE = (
    "This is an example message.\n\n\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXpp"
    "zi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Z"
    "hcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJs"
    "X3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()

ORIGIN = "asn-ledger/65/0f1e2d3c4b5a"
LOG = notes.signing_key(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
WITNESS = notes.signing_key(
    "saksi.example/inspektorat",
    Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))),
    notes.COSIGNATURE,
)
STRANGER = notes.signing_key(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32)))
BODY = notes.checkpoint_body(Checkpoint(ORIGIN, 61_234, bytes(range(32))))
INSTANT = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=20)


def cosigned() -> SignedNote:
    """A checkpoint that the log signed and a witness cosigned."""
    return notes.cosign(notes.sign(BODY, LOG), WITNESS, INSTANT)


@pytest.mark.parametrize(("key", "data"), [(PETER, PETERS_NOTE), (FOO, FOOS_NOTE)])
def test_published_notes_hold(key: str, data: bytes) -> None:
    """Notes that other implementations published verify, and are written back byte for byte."""
    parsed = notes.parse_note(data)
    verifier = notes.parse_verifier_key(key)
    assert notes.verifier_key_text(verifier) == key
    assert notes.note_bytes(parsed) == data
    assert notes.signed_by(parsed, [verifier]) == ((verifier, None),)


def test_published_checkpoint_and_key_are_read() -> None:
    """The example in the description of cosignatures is read, its witness's second included."""
    parsed = notes.parse_note(COSIGNED)
    checkpoint = notes.parse_checkpoint(parsed.body)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.root.hex().startswith("0ac5186a91863e8e")
    assert notes.note_bytes(parsed) == COSIGNED
    witness = parsed.signatures[1]
    assert int.from_bytes(witness.signature[:8], "big") == 1_679_315_147
    assert notes.signed_by(parsed, [notes.parse_verifier_key(PETER)]) == ()


def test_a_cosigned_checkpoint_holds_under_both_keys() -> None:
    """The log's line and the witness's line are verified, with the second the witness stated."""
    data = notes.note_bytes(cosigned())
    checkpoint, note = notes.opened(data, [LOG.verifier], origin=ORIGIN)
    assert checkpoint == Checkpoint(ORIGIN, 61_234, bytes(range(32)))
    signers = notes.signed_by(note, [LOG.verifier, WITNESS.verifier])
    assert signers == ((LOG.verifier, None), (WITNESS.verifier, INSTANT))


def test_unknown_keys_are_ignored_and_never_enough() -> None:
    """A stranger's line under the same name counts for nothing; alone it is refused."""
    note = notes.sign(BODY, STRANGER)
    assert notes.signed_by(note, [LOG.verifier]) == ()
    with pytest.raises(NoteRefused, match="no key that is trusted"):
        notes.opened(notes.note_bytes(note), [LOG.verifier])
    both = notes.with_signatures(notes.sign(BODY, LOG), note.signatures)
    assert notes.signed_by(both, [LOG.verifier]) == ((LOG.verifier, None),)


def test_a_checkpoint_of_another_origin_is_refused() -> None:
    """Whoever asks for one ledger never gets the checkpoint of another."""
    with pytest.raises(NoteRefused, match="of the origin"):
        notes.opened(notes.note_bytes(cosigned()), [LOG.verifier], origin="asn-ledger/64/aa")


def test_a_witness_cannot_stand_in_for_the_log() -> None:
    """The same private key as a log's and as a witness's are two keys with two ids."""
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    as_witness = notes.signing_key(ORIGIN, private, notes.COSIGNATURE)
    assert as_witness.verifier.key_id != LOG.verifier.key_id
    note = notes.cosign(notes.sign(BODY, STRANGER), as_witness, INSTANT)
    assert notes.signed_by(note, [LOG.verifier]) == ()


@given(st.data())
def test_any_flipped_bit_of_a_signed_checkpoint_is_found(data: st.DataObject) -> None:
    """Whichever bit of the note is flipped: it is refused, or a line of the two keys is gone."""
    whole = bytearray(notes.note_bytes(cosigned()))
    keys = [LOG.verifier, WITNESS.verifier]
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        signers = notes.signed_by(notes.parse_note(bytes(whole)), keys)
    except NoteRefused:
        return
    assert len(signers) < len(keys)


def test_every_bit_of_a_note_with_one_signature_is_found() -> None:
    """Exhaustive: no note that differs in one bit from a signed checkpoint is opened."""
    data = notes.note_bytes(notes.sign(BODY, LOG))
    notes.opened(data, [LOG.verifier], origin=ORIGIN)
    for number in range(len(data) * 8):
        changed = bytearray(data)
        changed[number // 8] ^= 1 << number % 8
        with pytest.raises(NoteRefused):
            notes.opened(bytes(changed), [LOG.verifier], origin=ORIGIN)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_written_back(data: bytes) -> None:
    """No bytes make the readers crash; what is read as a note is written back the same."""
    for text in (data, PETERS_NOTE[:40] + data, data + b"\n\n\xe2\x80\x94 a AAAAAAA=\n"):
        try:
            parsed = notes.parse_note(text)
        except NoteRefused:
            continue
        assert notes.note_bytes(parsed) == text


@given(st.text(max_size=120))
def test_any_text_as_key_or_checkpoint_is_refused_or_written_back(text: str) -> None:
    """A verifier key and a checkpoint have one form each."""
    for given_text in (text, f"{text}+c74f20a3+ARpc", PETER.replace("a", text[:1] or "a", 1)):
        with suppress(NoteRefused):
            assert notes.verifier_key_text(notes.parse_verifier_key(given_text)) == given_text
    with suppress(NoteRefused, UnicodeEncodeError):
        body = text.encode()
        assert notes.checkpoint_body(notes.parse_checkpoint(body)) == body


@given(NAMES, st.integers(0, 2**63 - 1), st.binary(min_size=32, max_size=32))
def test_checkpoints_come_back(origin: str, size: int, root: bytes) -> None:
    """What is written is read back, for any origin, size and root."""
    checkpoint = Checkpoint(origin, size, root)
    assert notes.parse_checkpoint(notes.checkpoint_body(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"origin\n5\n",
        b"\n5\n" + base64.b64encode(bytes(32)) + b"\n",
        b"origin\n05\n" + base64.b64encode(bytes(32)) + b"\n",
        b"origin\n-1\n" + base64.b64encode(bytes(32)) + b"\n",
        b"origin\n9223372036854775808\n" + base64.b64encode(bytes(32)) + b"\n",
        b"origin\n5\n" + base64.b64encode(bytes(31)) + b"\n",
        b"origin\n5\n" + base64.b64encode(bytes(32)),
        b"origin\n5\n" + base64.b64encode(bytes(32)) + b"\nextension\n",
        b"origin\r\n5\r\n" + base64.b64encode(bytes(32)) + b"\r\n",
        b"origin\n5\n" + base64.b64encode(bytes(32)).replace(b"=", b"") + b"\n",
        b"ori\xffgin\n5\n" + base64.b64encode(bytes(32)) + b"\n",
    ],
)
def test_checkpoints_in_another_form_are_refused(body: bytes) -> None:
    """Missing, doubled, padded, signed or further lines are no checkpoint."""
    with pytest.raises(NoteRefused):
        notes.parse_checkpoint(body)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n\n", b"\n"),
        lambda data: data[:-1],
        lambda data: data + b"\n",
        lambda data: data.replace("\u2014".encode(), b"--"),
        lambda data: data.replace(b"= \n", b"=\n").replace(b"65/0f", b"65 /0f"),
        lambda data: data[:-3] + b"==\n",
        lambda data: data.replace(b"\n\n", b"\n\n\n"),
        lambda data: data + data.split(b"\n\n")[1] * 100,
        lambda data: data + b"\xe2\x80\x94 name AAAA\n",
        lambda data: b"x" * notes.MAX_NOTE_BYTES + data,
        lambda data: data.replace(b"\n61234", b"\t\n61234"),
    ],
)
def test_notes_in_another_form_are_refused(change: object) -> None:
    """Truncated, run together, over-long and oddly spaced notes are refused, never repaired."""
    data = notes.note_bytes(notes.sign(BODY, LOG))
    changed = change(data)  # type: ignore[operator]
    with pytest.raises(NoteRefused):
        notes.opened(changed, [LOG.verifier])


def test_signatures_of_another_length_are_refused() -> None:
    """A known key's line must have the length of its kind."""
    note = cosigned()
    log, witness = note.signatures
    for line in (
        notes.Signature(log.name, log.key_id, log.signature[:-1]),
        notes.Signature(witness.name, witness.key_id, witness.signature[8:]),
        notes.Signature(witness.name, witness.key_id, b"\xff" * 8 + witness.signature[8:]),
    ):
        with pytest.raises(NoteRefused):
            notes.signed_by(SignedNote(note.body, (line,)), [LOG.verifier, WITNESS.verifier])


def test_a_cosignature_of_another_second_is_false() -> None:
    """The second is signed too: nobody can date a cosignature otherwise."""
    note = cosigned()
    log, witness = note.signatures
    later = (int(INSTANT.timestamp()) + 1).to_bytes(8, "big") + witness.signature[8:]
    moved = SignedNote(note.body, (log, notes.Signature(witness.name, witness.key_id, later)))
    with pytest.raises(NoteRefused, match="false"):
        notes.signed_by(moved, [WITNESS.verifier])


def test_the_latest_cosignature_of_a_witness_counts() -> None:
    """Cosigned twice, a checkpoint says when it was last seen."""
    later = INSTANT + timedelta(days=1)
    note = notes.cosign(notes.cosign(notes.sign(BODY, LOG), WITNESS, later), WITNESS, INSTANT)
    assert notes.signed_by(note, [WITNESS.verifier]) == ((WITNESS.verifier, later),)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "x" * 256])
def test_names_that_no_line_can_hold_are_refused(name: str) -> None:
    """A key's name has no space and no plus sign, and is not endless."""
    with pytest.raises(NoteRefused):
        notes.verifier_key(name, bytes(32))


def test_keys_of_another_kind_or_length_are_refused() -> None:
    """Only the two kinds of Ed25519 keys are read."""
    for kind, public in ((2, bytes(32)), (6, bytes(1312)), (1, bytes(31))):
        with pytest.raises(NoteRefused):
            notes.verifier_key("name", public, kind)
    wrong = PETER.replace("c74f20a3", "c74f20a4")
    with pytest.raises(NoteRefused, match="not that of its name and key"):
        notes.parse_verifier_key(wrong)


def test_a_text_that_no_note_can_hold_is_not_signed() -> None:
    """Signing refuses what could not be read back."""
    for body in (b"", b"no newline", b"tab\t\n"):
        with pytest.raises(NoteRefused):
            notes.sign(body, LOG)
