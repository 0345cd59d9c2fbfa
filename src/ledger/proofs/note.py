"""Signed notes and checkpoints: the text that an outsider keeps, prints and compares.

The formats are those of C2SP: signed-note v1 (a text, an empty line, signature lines),
tlog-checkpoint v1 (the text of three lines: origin, size, root) and tlog-cosignature v1 (what a
witness signs, with the time). Ed25519 is RFC 8032. Pure: keys and instants are arguments.

What is read here is written back byte for byte, so that nobody can hide a second meaning in white
space or in a loose base64. Extension lines, which C2SP allows and advises against, are refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.errors import LedgerError, invariant
from ledger.proofs.merkle import HASH_BYTES

ED25519 = 1
COSIGNATURE = 4
MAX_NOTE_BYTES = 262_144
MAX_SIGNATURES = 100
MAX_SIGNATURE_BYTES = 8_192  # a post-quantum one of an unknown key takes some 5,000
MAX_SIZE = 2**63 - 1
MAX_NAME = 255
_KEY_ID_BYTES = 4
_PUBLIC_BYTES = 32
_ED25519_BYTES = 64
_TIME_BYTES = 8
_BODY_LINES = 3
_DASH = "\u2014 "
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND = int((datetime.max.replace(tzinfo=UTC) - _EPOCH).total_seconds())


class NoteRefused(LedgerError):
    """A note, checkpoint or verifier key that cannot be read, or whose signature is false."""

    code = "note_refused"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its origin, its size in leaves and the root of its tree."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line; `signature` is what follows the four bytes of the key id."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A text that ends in a newline, and the lines that sign it."""

    body: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under its name; `kind` is ED25519 for a log, COSIGNATURE for a witness."""

    name: str
    key_id: bytes
    kind: int
    public: bytes


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs: its public part, and the function from a message to 64 bytes."""

    verifier: VerifierKey
    sign: Callable[[bytes], bytes]


Signer = tuple[VerifierKey, datetime | None]


# ------------------------------------------------------------------------------------- checkpoints


def checkpoint_body(checkpoint: Checkpoint) -> bytes:
    """The three lines of a checkpoint (C2SP tlog-checkpoint).

    Raises:
        NoteRefused: when origin, size or root can stand in none.
    """
    if not checkpoint.origin or any(char < " " for char in checkpoint.origin):
        raise _refused("An origin is empty or holds a line break or another control character.")
    if not 0 <= checkpoint.size <= MAX_SIZE:
        raise _refused("The size of a tree lies outside 0 to 2^63 - 1.")
    if len(checkpoint.root) != HASH_BYTES:
        raise _refused(f"The root of a tree has {len(checkpoint.root)} bytes instead of 32.")
    root = base64.b64encode(checkpoint.root).decode()
    return f"{checkpoint.origin}\n{checkpoint.size}\n{root}\n".encode()


def parse_checkpoint(body: bytes) -> Checkpoint:
    """Origin, size and root of the body of a note.

    Raises:
        NoteRefused: it is no checkpoint of exactly three lines in their one form.
    """
    text = _text(body, "The checkpoint")
    *lines, rest = text.split("\n")
    if rest or len(lines) != _BODY_LINES:
        raise _refused(
            "A checkpoint has exactly three lines (origin, size, root), each ended by a newline; "
            f"this one has {len(lines)} and {'something' if rest else 'nothing'} after them."
        )
    origin, size, root = lines
    if not _DECIMAL.fullmatch(size) or int(size) > MAX_SIZE:
        raise _refused("The second line of the checkpoint is no size in plain digits.")
    checkpoint = Checkpoint(origin, int(size), _unbase64(root, "The root in the checkpoint"))
    checkpoint_body(checkpoint)
    return checkpoint


# ------------------------------------------------------------------------------------------- notes


def parse_note(data: bytes) -> SignedNote:
    """Text and signature lines (C2SP signed-note); nothing is verified yet.

    Raises:
        NoteRefused: it is no signed note, or one beyond the limits of this module.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise _refused(f"The note has {len(data)} bytes; at most {MAX_NOTE_BYTES} are read.")
    text = _text(data, "The note")
    cut = text.rfind("\n\n")
    if cut < 1:
        raise _refused("The note has no empty line between its text and its signatures.")
    *lines, rest = text[cut + 2 :].split("\n")
    if rest or not lines:
        raise _refused("The note ends without a signature line and a newline after it.")
    if len(lines) > MAX_SIGNATURES:
        raise _refused(f"The note has {len(lines)} signatures; at most {MAX_SIGNATURES} are read.")
    signatures = tuple(_signature(line, number) for number, line in enumerate(lines, start=1))
    return SignedNote(text[: cut + 1].encode(), signatures)


def note_bytes(note: SignedNote) -> bytes:
    """The note as it is kept and handed on; `parse_note` reads it back.

    Raises:
        NoteRefused: text or signatures could not be read back as they are.
    """
    lines = (_line(each) for each in note.signatures)
    data = note.body + b"\n" + "".join(lines).encode()
    if parse_note(data) != note:
        raise _refused("The text of the note or the name of a key cannot stand in a note.")
    return data


def with_signatures(note: SignedNote, more: Iterable[Signature]) -> SignedNote:
    """The note with signature lines added; a line that stands there already is not repeated."""
    return SignedNote(note.body, tuple(dict.fromkeys((*note.signatures, *more))))


# ------------------------------------------------------------------------------------ verifier keys


def verifier_key(name: str, public: bytes, kind: int = ED25519) -> VerifierKey:
    """The key of a name and 32 public bytes, with the id that C2SP recommends.

    Raises:
        NoteRefused: the name can stand in no signature line, or it is no Ed25519 key.
    """
    _check_name(name)
    if kind not in (ED25519, COSIGNATURE):
        raise _refused(f"Keys of kind {kind} are not known here; known are 1 and 4 (Ed25519).")
    if len(public) != _PUBLIC_BYTES:
        raise _refused(f"An Ed25519 public key has 32 bytes; this one has {len(public)}.")
    return VerifierKey(name, _key_id(name, kind, public), kind, public)


def parse_verifier_key(text: str) -> VerifierKey:
    """A key written as `name+id+base64 of kind and public bytes`.

    Raises:
        NoteRefused: it is written otherwise, or the id is not that of this key.
    """
    parts = text.split("+", 2)
    if len(parts) != 3 or not _KEY_ID.fullmatch(parts[1]):
        raise _refused(
            "A verifier key is written NAME+ID+KEY, the id in eight hexadecimal digits.",
            "Copy the whole line that the log or the witness gave out.",
        )
    material = _unbase64(parts[2], "The key in a verifier key")
    if not material:
        raise _refused("The key in a verifier key is empty.")
    key = verifier_key(parts[0], material[1:], material[0])
    if key.key_id.hex() != parts[1]:
        raise _refused(
            "The id in a verifier key is not that of its name and key.",
            "Copy the whole line that the log or the witness gave out.",
        )
    return key


def verifier_key_text(key: VerifierKey) -> str:
    """The one line in which a key is handed to those who verify."""
    material = base64.b64encode(bytes([key.kind]) + key.public).decode()
    return f"{key.name}+{key.key_id.hex()}+{material}"


def log_name(*parts: str) -> str:
    """An origin made of parts that is the name of its key too: what no key's name can hold is
    written as %20 and the like.

    Raises:
        NoteRefused: it is too long.
    """
    name = "/".join(quote(part, safe="") for part in parts)
    _check_name(name)
    return name


# -------------------------------------------------------------------------- signing and verifying


def signing_key(name: str, private: Ed25519PrivateKey, kind: int = ED25519) -> SigningKey:
    """A private key under its name."""
    public = private.public_key().public_bytes_raw()
    return SigningKey(verifier_key(name, public, kind), private.sign)


def sign(body: bytes, key: SigningKey) -> SignedNote:
    """A note with one signature over its text.

    Raises:
        NoteRefused: the text can stand in no note.
    """
    invariant(key.verifier.kind == ED25519, "a text is signed by a key of kind 1")
    note = SignedNote(body, (Signature(key.verifier.name, key.verifier.key_id, key.sign(body)),))
    note_bytes(note)
    return note


def cosign(note: SignedNote, key: SigningKey, instant: datetime) -> SignedNote:
    """The note with a witness's line added: as of that second it saw no longer and no other tree.

    Args:
        instant: aware; written in whole seconds since 1970.
    """
    invariant(key.verifier.kind == COSIGNATURE, "a checkpoint is cosigned by a key of kind 4")
    invariant(instant.tzinfo is not None, "an instant without a time zone")
    seconds = (instant - _EPOCH) // timedelta(seconds=1)
    signed = key.sign(_cosigned(seconds, note.body))
    blob = seconds.to_bytes(_TIME_BYTES, "big") + signed
    return with_signatures(note, [Signature(key.verifier.name, key.verifier.key_id, blob)])


def signed_by(note: SignedNote, keys: Iterable[VerifierKey]) -> tuple[Signer, ...]:
    """The keys among these whose lines hold, each with the instant that a cosignature states.

    A line of an unknown key is ignored, as C2SP demands; nothing is known of it. Nobody having
    signed gives an empty tuple: the caller then refuses the note, as `opened` does.

    Raises:
        NoteRefused: a line under the name and id of one of these keys is false.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found: dict[VerifierKey, datetime | None] = {}
    for each in note.signatures:
        key = known.get((each.name, each.key_id))
        if key is not None:
            instant = _verified(note.body, each, key)
            earlier = found.get(key)
            found[key] = instant if earlier is None or instant is None else max(earlier, instant)
    return tuple(found.items())


def opened(
    data: bytes, keys: Iterable[VerifierKey], *, origin: str | None = None
) -> tuple[Checkpoint, SignedNote]:
    """The checkpoint in a note that at least one of the log's keys signed.

    Raises:
        NoteRefused: it cannot be read, is of another origin, or none of these keys signed it.
    """
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.body)
    if origin is not None and checkpoint.origin != origin:
        raise _refused(
            f"The checkpoint is of the origin {checkpoint.origin[:MAX_NAME]}, not of {origin}.",
            "Take the checkpoint of the ledger in question.",
        )
    if not signed_by(note, keys):
        names = ", ".join(sorted({each.name for each in note.signatures})[:3])
        raise _refused(
            f"The checkpoint is signed by no key that is trusted here, but by: {names}.",
            "See whether the log changed its key, and where its new key is published.",
        )
    return checkpoint, note


def _verified(body: bytes, line: Signature, key: VerifierKey) -> datetime | None:
    instant: datetime | None = None
    signed, message = line.signature, body
    if key.kind == COSIGNATURE:
        seconds = int.from_bytes(signed[:_TIME_BYTES], "big")
        if len(signed) != _TIME_BYTES + _ED25519_BYTES or seconds > _LAST_SECOND:
            raise _false(key, "has no time and 64 bytes behind its key id")
        signed, message = signed[_TIME_BYTES:], _cosigned(seconds, body)
        instant = _EPOCH + timedelta(seconds=seconds)
    if len(signed) != _ED25519_BYTES:
        raise _false(key, f"has {len(signed)} bytes instead of 64")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signed, message)
    except (InvalidSignature, ValueError):
        raise _false(key, "is false: the text is not what this key signed") from None
    return instant


def _false(key: VerifierKey, why: str) -> NoteRefused:
    return _refused(
        f"The signature of {key.name} ({key.key_id.hex()}) {why}.",
        "Fetch the note again from its source; if it stays so, somebody changed it.",
    )


def _cosigned(seconds: int, body: bytes) -> bytes:
    """What a witness signs (C2SP tlog-cosignature, the Ed25519 form)."""
    return f"cosignature/v1\ntime {seconds}\n".encode() + body


# ------------------------------------------------------------------------------------ small pieces


def _key_id(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_KEY_ID_BYTES]


def _check_name(name: str) -> None:
    spaced = any(char.isspace() or char < " " for char in name)
    if not name or spaced or "+" in name or len(name) > MAX_NAME:
        raise _refused("The name of a key is empty or too long, or holds a space or a plus sign.")


def _line(each: Signature) -> str:
    return f"{_DASH}{each.name} {base64.b64encode(each.key_id + each.signature).decode()}\n"


def _signature(line: str, number: int) -> Signature:
    name, space, text = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not space:
        raise _refused(f"Signature line {number} is not: dash, name of the key, base64.")
    _check_name(name)
    blob = _unbase64(text, f"Signature line {number}")
    if not _KEY_ID_BYTES < len(blob) <= MAX_SIGNATURE_BYTES:
        raise _refused(f"Signature line {number} holds {len(blob)} bytes, which no signature has.")
    return Signature(name, blob[:_KEY_ID_BYTES], blob[_KEY_ID_BYTES:])


def _text(data: bytes, what: str) -> str:
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise _refused(f"{what} is not UTF-8.") from None
    if any(char < " " and char != "\n" for char in text):
        raise _refused(f"{what} holds a control character.")
    return text


def _unbase64(text: str, what: str) -> bytes:
    """The bytes of standard base64 (RFC 4648, section 4) in its one canonical form."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise _refused(f"{what} is not base64.") from None
    if base64.b64encode(data).decode() != text:
        raise _refused(f"{what} is base64 in another form than the canonical one.")
    return data


def _refused(message: str, next_step: str = "Fetch it again from its source.") -> NoteRefused:
    return NoteRefused(message, next_step=next_step)
