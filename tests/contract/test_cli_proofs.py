"""`checkpoint`, `prove`, `witness` and `keys rotate --signing`: what auditors and witnesses rely on."""

from __future__ import annotations

import base64
import json
import re
import stat
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.cli.stamping import fetch_timestamp
from ledger.checkpoints.checkpoint_store import keep_checkpoint, read_checkpoint
from ledger.proofs import note as notes
from ledger.proofs import proof_checks, proof_forms
from ledger.proofs.note import VerifierKey
from ledger.proofs.proof_forms import InclusionProof
from ledger.storage.store import EventStore
from tests.builders import about
from tests.contract.command import AsnLedger
from tests.persons import nip

DATA = Path(__file__).parents[1] / "data/timestamp"
DIGITS = re.compile(r"\d{16,18}")


@pytest.fixture
def staffed(founded: AsnLedger) -> AsnLedger:
    """A ledger that knows two people."""
    rows = [
        about(1, "registered"),
        about(2, "registered"),
        about(1, "golongan", key="sk-1"),
        about(2, "golongan"),
    ]
    assert founded("import", founded.file("people.jsonl", *rows)).status == 0
    return founded


def keys_of(asn: AsnLedger) -> list[VerifierKey]:
    """The verifier keys that the ledger gives out."""
    found = asn("checkpoint", "--key")
    assert found.status == 0
    return [notes.parse_verifier_key(line) for line in found.out.splitlines()]


def test_a_checkpoint_is_printed_kept_and_listed(staffed: AsnLedger) -> None:
    """The note on standard output is the one that --show, --list and --out give again."""
    taken = staffed("checkpoint")
    assert taken.status == 0
    checkpoint, _ = notes.opened(taken.out.encode(), keys_of(staffed))
    again = staffed("checkpoint", "--json").json
    assert (again["size"], again["note"]) == (checkpoint.size, taken.out)
    assert again["root"] == checkpoint.root.hex()
    assert staffed("checkpoint", "--show", checkpoint.size).out == taken.out
    listed = staffed("checkpoint", "--list", "--json").json["checkpoints"]
    assert listed == [again]
    assert checkpoint.root.hex() in staffed("checkpoint", "--list").out
    assert staffed("checkpoint", "--out", "sub/c.note").status == 0
    assert (staffed.folder / "sub/c.note").read_text("utf-8") == taken.out
    assert staffed("checkpoint", "--key", "--json").json["verifier_keys"]


def test_an_event_is_proved_by_position_place_and_key(staffed: AsnLedger) -> None:
    """FACT is a position, stream/version, or a key of a subject; the proofs hold offline."""
    staffed("checkpoint")
    keys = keys_of(staffed)
    history = staffed("history", nip(1), "--json").json
    row = next(one for one in history["events"] if one["fact"] == "golongan")
    place = f"{history['subject']}/{row['version']}"
    text = staffed("prove", row["position"])
    assert text.status == 0
    assert text.out.startswith("c2sp.org/tlog-proof@v1\n")
    proof = proof_forms.read_proof(text.out.encode())
    proved = proof_checks.check_proof(proof, keys)
    assert proved.entry is not None
    assert (proved.entry.position, proved.entry.stream) == (row["position"], history["subject"])
    assert staffed("prove", place).out == text.out
    assert staffed("prove", "sk-1", "--subject", nip(1)).out == text.out
    as_json = staffed("prove", row["position"], "--json")
    assert proof_forms.read_proof(as_json.out.encode()) == proof
    assert as_json.json["leaf"] == row["leaf"]


def test_a_record_is_proved_complete_and_nobody_absent(staffed: AsnLedger) -> None:
    """All there is about a person; and that an id names nobody."""
    staffed("checkpoint")
    keys = keys_of(staffed)
    history = staffed("history", nip(1), "--json").json
    complete = staffed("prove", nip(1), "--complete")
    proved = proof_checks.check_proof(proof_forms.read_proof(complete.out.encode()), keys)
    assert (proved.stream, proved.events) == (history["subject"], len(history["events"]))
    nobody = staffed("prove", "6f1d2a904b7e4c359a0e5d1c3b2a7f48", "--complete")
    proved = proof_checks.check_proof(proof_forms.read_proof(nobody.out.encode()), keys)
    assert proved.events == 0
    unit = staffed("prove", "999999999999999999", "--complete")
    assert unit.status == 1


def test_no_proof_holds_a_number_or_a_name(staffed: AsnLedger) -> None:
    """Whatever is proved, in whichever form: no NIP and no name stands in it."""
    staffed("checkpoint", "--out", "c.note")
    name = str(about(1, "registered")["name"])
    for arguments in (
        ("prove", nip(1), "--complete"),
        ("prove", 30, "--json"),
        ("prove", 30),
        ("prove", "--consistency", 0),
        ("checkpoint", "--json"),
    ):
        out = staffed(*arguments).out
        entry = re.search(r"^extra (\S+)$", out, re.MULTILINE)
        shown = out + (base64.b64decode(entry[1]).decode() if entry else "")
        shown = re.sub(r"[0-9a-f]{32,}", "", shown)
        assert nip(1) not in shown
        assert name not in shown
        assert not DIGITS.search(shown)


def test_consistency_is_proved_from_a_file_or_a_size(staffed: AsnLedger) -> None:
    """An earlier checkpoint, as a file or by its size, is shown to be a part of the last."""
    staffed("checkpoint", "--out", "old.note")
    old = notes.parse_checkpoint(notes.parse_note((staffed.folder / "old.note").read_bytes()).body)
    staffed("import", staffed.file("more.jsonl", about(1, "award")))
    staffed("checkpoint")
    keys = keys_of(staffed)
    by_file = staffed("prove", "--consistency", "old.note")
    assert by_file.status == 0
    assert staffed("prove", "--consistency", old.size).out == by_file.out
    proof = proof_forms.read_proof(by_file.out.encode())
    assert proof_checks.check_proof(proof, keys, old=old).old_size == old.size
    shown = staffed("prove", "--consistency", old.size, "--json").json
    assert (shown["proof"], shown["old_size"]) == ("consistency", old.size)
    alone = staffed("prove", "--consistency", old.size, "--checkpoint", old.size, "--json")
    assert alone.json["path"] == []


def test_misuse_and_refusals_say_what_to_do(staffed: AsnLedger) -> None:
    """Status 2 for questions that make no sense, 1 for what is refused; each with a next step."""
    for arguments, status in (
        (("prove", 5), 1),
        (("checkpoint", "--show", 3), 1),
        (("prove",), 2),
        (("prove", 5, "--consistency", 5), 2),
        (("checkpoint", "--list", "--show", 3), 2),
        (("checkpoint", "--add", "nowhere.note"), 2),
        (("prove", "--consistency", "nowhere.note"), 1),
        (("keys", "rotate", "--after-restore"), 2),
        (("witness", "sign", "w", "nowhere.note"), 2),
        (("witness", "show", "w"), 1),
    ):
        result = staffed(*arguments)
        assert result.status == status, (arguments, result.err)
        assert result.err.count("\n") >= 2
    staffed("checkpoint")
    assert "covers the positions" in staffed("prove", 99_999).err
    assert staffed("prove", "sk-1").status == staffed("prove", "sk-1/1").status == 2
    assert "--subject" in staffed("prove", "sk-1").err
    assert staffed("prove", "sk-2", "--subject", nip(1)).status == 1
    assert "no such event" in staffed("prove", f"{'0' * 32}/1").err
    (staffed.folder / "junk").write_bytes(b"\xff" * 10)
    assert "not UTF-8" in staffed("prove", "--consistency", "junk").err
    (staffed.folder / "big").write_bytes(b"x" * 300_000)
    assert staffed("prove", "--consistency", "big").status == 2


def test_a_witness_signs_by_files_alone(staffed: AsnLedger) -> None:
    """Init, trust, sign, hand back; grow, prove, sign again; a fork or an older one is refused."""
    line = staffed("witness", "init", "w", "--name", "inspektorat.example/saksi").out
    (staffed.folder / "w.key").write_text(line, "utf-8")
    staffed("checkpoint", "--key")
    (staffed.folder / "log.key").write_text(staffed("checkpoint", "--key").out, "utf-8")
    assert staffed("witness", "trust", "w", "--key", "log.key").status == 0
    first = staffed("checkpoint", "--out", "c1.note", "--json").json
    assert staffed("witness", "sign", "w", "c1.note", "--out", "c1.signed").status == 0
    added = staffed("checkpoint", "--add", "c1.signed", "--witness-key", "w.key", "--json").json
    assert [one["name"] for one in added["signatures"]][1] == "inspektorat.example/saksi"
    staffed("import", staffed.file("more.jsonl", about(1, "award")))
    staffed("checkpoint")
    staffed("prove", "--consistency", first["size"], "--out", "request")
    full = ("--full", "--copy", staffed.url)
    signed = staffed("witness", "sign", "w", "request", *full, "--json")
    assert signed.status == 0, signed.err
    assert signed.json["full"] is True
    shown = staffed("witness", "show", "w", "--json").json
    assert shown["logs"][0]["size"] == signed.json["size"]
    older = staffed("witness", "sign", "w", "c1.note")
    assert (older.status, older.err.split(":")[0]) == (1, "log_shrank")
    assert staffed("witness", "init", "w", "--name", "x").status == 1
    assert stat.S_IMODE((staffed.folder / "w/witness.key").stat().st_mode) == 0o600


def test_the_signing_key_is_changed_in_the_open(staffed: AsnLedger) -> None:
    """The new key stands in the log and under a checkpoint that the old key signed too."""
    staffed("checkpoint")
    changed = staffed("keys", "rotate", "--signing", "--json")
    assert changed.status == 0
    old, new = keys_of(staffed)
    assert notes.verifier_key_text(new) == changed.json["verifier_key"]
    note = notes.parse_note(changed.json["note"].encode())
    assert {key for key, _ in notes.signed_by(note, [old, new])} == {old, new}
    kinds = [one["topic"] for one in staffed("events", "--json").lines]
    assert kinds.count("ledger.signing_key/1") == 1
    assert findings_of(staffed) == []


def test_a_key_that_the_old_one_did_not_vouch_for_is_told(staffed: AsnLedger) -> None:
    """After a restore the old key signs nothing more: `verify` says so, and calls it no damage."""
    staffed("checkpoint")
    assert staffed("keys", "rotate", "--signing", "--after-restore", "--json").status == 0
    assert findings_of(staffed) == ["signing_key_unvouched"]


def findings_of(staffed: AsnLedger) -> list[str]:
    """The codes that `verify` tells of an undamaged ledger."""
    verified = staffed("verify", "--json")
    assert verified.status == 0
    return [one["code"] for one in verified.json["findings"]]


class Authority(BaseHTTPRequestHandler):
    """A time stamp authority that answers every request with the same stamp."""

    asked: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()
        self.wfile.write((DATA / "granted.tsr").read_bytes())

    def log_message(self, *_: object) -> None:
        """Quiet."""


def test_a_stamp_over_something_else_is_not_kept(staffed: AsnLedger) -> None:
    """A response for another checkpoint, from a file or an authority, is refused and not stored."""
    size = staffed("checkpoint", "--timestamp-request", "c.tsq", "--json").json["size"]
    assert (staffed.folder / "c.tsq").stat().st_size > 40
    root = ("--tsa-root", DATA / "root.pem")
    server = HTTPServer(("127.0.0.1", 0), Authority)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_address[1]}/"
        for source in (DATA / "granted.tsr", url):
            result = staffed("checkpoint", "--timestamp", source, *root)
            assert (result.status, result.err.split(":")[0]) == (1, "timestamp_refused")
            assert "mismatch" in result.err
    finally:
        server.shutdown()
        server.server_close()
    assert Authority.asked[-1] == (staffed.folder / "c.tsq").read_bytes()
    unreachable = staffed("checkpoint", "--timestamp", url, *root)
    assert unreachable.err.startswith("authority_unreachable")
    assert staffed("checkpoint", "--show", size, "--json").json["timestamps"] == 0


def test_a_granted_stamp_is_kept_beside_its_checkpoint(store: EventStore) -> None:
    """A response that holds under the root given is kept once, and comes back with the note."""
    body = (DATA / "checkpoint.txt").read_bytes()
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    name = notes.parse_checkpoint(body).origin
    keep_checkpoint(store, notes.sign(body, notes.signing_key(name, private)))
    taken = read_checkpoint(store, 61_234)
    for _ in range(2):
        kept = fetch_timestamp(store, taken, str(DATA / "granted.tsr"), [DATA / "root.pem"])
        assert kept.timestamps == ((DATA / "granted.tsr").read_bytes(),)
        assert kept.note == taken.note


def test_a_proof_can_be_checked_with_the_standard_library(staffed: AsnLedger) -> None:
    """Whoever has Python and the text of docs/proofs.md needs nothing of ours for the tree."""
    import hashlib

    staffed("checkpoint")
    shown = json.loads(staffed("prove", 7, "--json").out)
    node = hashlib.sha256(b"\x00" + shown["entry"].encode()).digest()
    index, last = shown["index"], shown["size"] - 1
    for text in shown["path"]:
        step = base64.b64decode(text)
        if index % 2 or index == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        index, last = index // 2, last // 2
    assert base64.b64encode(node).decode() == shown["checkpoint"].split("\n")[2]
    proof = proof_forms.read_proof(json.dumps(shown).encode())
    assert isinstance(proof, InclusionProof)
