"""What an archive says about itself to somebody who has nothing but the file."""

from __future__ import annotations

_FILES = """
`events.jsonl` holds the canonical entry of one event a line: format, position, stream, version,
topic, legal day, instant of recording, salt, context, payload, digest of the sealed parts.
SHA-256 of a zero byte and the line (without its line end) is the leaf of the event; the Merkle
tree of RFC 9162 over the leaves has the root that the manifest and the signed checkpoints
state.

`sealed.jsonl` holds personal fields, encrypted: position, key class, and in hex nonce,
ciphertext and tag. SHA-256 of the JSON array of [class, hex] of one position, sorted by class,
is the digest in its entry.

`checkpoints.jsonl` holds the checkpoints taken, each a signed note (C2SP), with the size of the
log before it. `manifest.json` gives bytes, lines and SHA-256 of each file. The last 64
characters of the zip file are the SHA-256 of every byte before them.
"""

BACKUP = f"""# A backup of an ASN performance ledger

It holds every event of the log, the sealed personal fields as they are stored, and which
requests were answered. `access.jsonl`, where it is there, holds the access log, one canonical
entry a line: which account looked at whose record, and why. It holds no keys: who has only this
file reads no name and no number.
`asn-ledger restore FILE --ledger URL` makes a ledger of it, on SQLite or PostgreSQL, with the
key folder of the ledger, which is kept apart.
{_FILES}
To see with Python alone that the log is whole:

    import hashlib
    def root(leaves):
        if len(leaves) == 1:
            return leaves[0]
        half = 1 << (len(leaves) - 1).bit_length() - 1
        return hashlib.sha256(b"\\x01" + root(leaves[:half]) + root(leaves[half:])).digest()
    lines = open("events.jsonl", "rb").read().splitlines()
    print(root([hashlib.sha256(b"\\x00" + line).digest() for line in lines]).hex())

It prints the `root` of `manifest.json`.
"""

BUNDLE = f"""# An audit bundle of an ASN performance ledger

It holds events of the log up to a signed checkpoint, all of them or those of some people and
units, and what proves that they are what was recorded and that no event of theirs is missing.
`asn-ledger verify FILE` checks it on a machine that has nothing but this file; `asn-ledger
score --ledger FILE ...` computes scores from it, with the same digests.
{_FILES}
Where `tree.jsonl` is there, the bundle holds some streams, each of them whole. Its `log` lines
are the hashes of those subtrees of the Merkle tree that hold none of the events here, from left
to right. The last event commits to the heads of all streams (how many events, and the leaf of
the last), sorted by stream, in a tree of the same kind: its `place` lines say where the streams
here stand in it, its `heads` lines are the hashes of the rest.

`keys.jsonl`, where it is there, opens the names and numbers of these people: keep it as secret
as them.
"""
