"""The log in public: notes, tiles and proofs in the forms of C2SP, checked as a stranger would."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.http.tile_path import tile_place, tile_text
from ledger.checkpoints import checkpoint
from ledger.checkpoints.tiles import WIDTH
from ledger.checkpoints.witness import Witness
from ledger.proofs import note as notes
from ledger.proofs import proof_checks, proof_forms
from ledger.proofs import tree_proofs as proofs
from tests.http.conftest import NOW, QUASHED, Served, unknown

LOG = "/api/v1/log"


def taken(served: Served) -> notes.Checkpoint:
    """The latest checkpoint, verified by the keys that are served."""
    get = served.as_("ASN")
    lines = get(f"{LOG}/keys").text.splitlines()
    known = [notes.parse_verifier_key(line) for line in lines]
    note = get(f"{LOG}/checkpoint").content
    return notes.opened(note, known, origin=served.desk.ledger.origin)[0]


def get_tile(served: Served, level: int, number: int, width: int) -> Any:
    """A tile, by the address that C2SP gives it."""
    partial = "" if width == WIDTH else f".p/{width}"
    return served.as_("ASN")(f"{LOG}/tile/{level}/{tile_text(number)}{partial}")


def test_the_root_follows_from_the_tiles(checked: Served) -> None:
    """A monitor that reads the leaves of all tiles comes to the root of the signed checkpoint."""
    latest = taken(checked)
    leaves: list[bytes] = []
    for number in range(-(-latest.size // WIDTH)):
        width = min(WIDTH, latest.size - WIDTH * number)
        answer = get_tile(checked, 0, number, width)
        assert answer.headers["cache-control"].endswith("immutable")
        assert answer.headers["content-type"] == "application/octet-stream"
        leaves += [answer.content[at : at + 32] for at in range(0, 32 * width, 32)]

    def node(height: int, index: int) -> bytes:
        if not height:
            return leaves[index]
        both = node(height - 1, 2 * index) + node(height - 1, 2 * index + 1)
        return hashlib.sha256(b"\x01" + both).digest()

    assert proofs.tree_root(latest.size, node) == latest.root
    above = get_tile(checked, 1, 0, latest.size // WIDTH).content
    assert above[:32] == node(8, 0)


def test_entries_give_the_leaves(checked: Served) -> None:
    """Each entry of a bundle hashes to its leaf; only who may read everybody's events gets it."""
    width = 37
    path = f"{LOG}/tile/entries/000.p/{width}"
    data = checked.as_("AUDITOR", purpose="audit")(path).content
    leaves = get_tile(checked, 0, 0, width).content
    for n in range(width):
        size, data = int.from_bytes(data[:2]), data[2:]
        entry, data = data[:size], data[size:]
        assert hashlib.sha256(b"\x00" + entry).digest() == leaves[32 * n : 32 * n + 32]
    assert not data
    assert checked.as_("PANEL", purpose="audit")(path).status_code == 403
    assert checked.as_("AUDITOR")(path).json()["code"] == "purpose_needed"


@pytest.mark.parametrize(
    "path",
    [
        "0/0",
        "0/0000",
        "0/x000/000",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/007",
        "0/000.p/1000",
        "0/000/",
        "0/000.p/",
        "0/x999/x999/x999/x999/x999/x999/999",
        "0/x999/x999/x999/x999/x999/x999/x999/999",
        "0/999",
        "7/000",
        "8/000",
        "63/000.p/1",
        "00/000",
        "-1/000",
        "99999999999999999999/000",
        "0/\u0660\u0660\u0660",
        "0/%30%30%300",
        "0/%2e%2e/%2e%2e/checkpoint",
        "0/000%00",
        "0/" + "x000/" * 200 + "000",
        "entries/999",
        "entries/x",
        "data/000",
    ],
)
def test_a_tile_that_is_none_is_not_there(checked: Served, path: str) -> None:
    """Wrong, huge and malformed addresses are refused alike, and cost nothing."""
    answer = checked.as_("AUDITOR", purpose="audit")(f"{LOG}/tile/{path}")
    assert answer.status_code in {404, 422}
    assert answer.json()["code"] in {"not_there", "malformed_request"}
    assert "immutable" not in answer.headers["cache-control"]


def test_each_tile_has_one_address() -> None:
    """Numbers are written as C2SP shows them, and are read back; no other writing is read."""
    assert tile_text(1234067) == "x001/x234/067"
    for number in (0, 1, 999, 1000, 256_000, 10**18):
        assert tile_place(tile_text(number)) == (number, WIDTH)
    assert tile_place("x001/234.p/255") == (1234, 255)


def test_a_named_checkpoint_never_changes(checked: Served) -> None:
    """The note of a size has the log's own lines alone, and may be kept for ever."""
    latest = taken(checked)
    answer = checked.as_("ASN")(f"{LOG}/checkpoint/{latest.size}")
    assert answer.headers["cache-control"].endswith("immutable")
    note = notes.parse_note(answer.content)
    assert {line.name for line in note.signatures} == {latest.origin}
    gone = checked.as_("ASN")(f"{LOG}/checkpoint/2")
    assert (gone.status_code, gone.json()["code"]) == (404, "checkpoint_unknown")


def test_checkpoints_are_listed_newest_first(checked: Served) -> None:
    """Pages hold every checkpoint once, the newest first."""
    get = checked.as_("ASN")
    answer = get(f"{LOG}/checkpoints", limit=1)
    sizes = [one["size"] for one in answer.json()["checkpoints"]]
    while link := answer.headers.get("link"):
        target = link.partition("<")[2].partition(">")[0]
        answer = checked.client.get(target, headers={"Authorization": "Bearer ASN"})
        sizes += [one["size"] for one in answer.json()["checkpoints"]]
    whole = [one["size"] for one in get(f"{LOG}/checkpoints").json()["checkpoints"]]
    assert sizes == whole == sorted(whole, reverse=True)
    assert whole


def test_an_inclusion_proof_holds(checked: Served) -> None:
    """In both its forms it is the one that a verifier accepts, under the latest checkpoint."""
    get = checked.as_("AUDITOR", purpose="audit")
    known = checkpoint.recorded_keys(checked.desk.ledger)
    for form in ("application/json", "text/plain"):
        answer = get(f"{LOG}/proof/inclusion", position=17, headers={"Accept": form})
        assert answer.headers["content-type"].startswith(form)
        proved = proof_checks.check_proof(proof_forms.read_proof(answer.content), known)
        assert proved.entry is not None
        assert proved.entry.position == 17


def test_a_consistency_proof_holds(checked: Served) -> None:
    """The log of the checkpoint grew out of any smaller one."""
    latest = taken(checked)
    answer = checked.as_("ASN")(f"{LOG}/proof/consistency", **{"from": 1000})
    proof = proof_forms.read_proof(answer.content)
    known = checkpoint.recorded_keys(checked.desk.ledger)
    proved = proof_checks.check_proof(proof, known)
    assert (proved.old_size, proved.checkpoint) == (1000, latest)
    begun = checked.as_("ASN")(f"{LOG}/proof/consistency", **{"from": 0})
    assert proof_checks.check_proof(proof_forms.read_proof(begun.content), known).old_size == 0
    text = checked.as_("ASN")(
        f"{LOG}/proof/consistency", headers={"Accept": "text/plain"}, **{"from": 1000}
    )
    assert text.content.startswith(b"old 1000\n")


def test_a_completeness_proof_is_for_whoever_may_read_the_record(checked: Served) -> None:
    """It shows every event of the person; nobody else learns whether there is such a person."""
    pid = checked.person(QUASHED)
    answer = checked.as_("ASN")(f"{LOG}/proof/completeness/{pid}")
    known = checkpoint.recorded_keys(checked.desk.ledger)
    proved = proof_checks.check_proof(proof_forms.read_proof(answer.content), known)
    assert proved.stream == pid.replace("-", "")
    assert proved.events
    nobody = checked.as_("NOBODY", purpose="audit")
    there = nobody(f"{LOG}/proof/completeness/{pid}")
    absent = nobody(f"{LOG}/proof/completeness/{unknown()}")
    assert there.status_code == 404
    assert there.content == absent.content


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("inclusion", {"position": 1, "size": 2}, 404),
        ("inclusion", {"position": 2**53}, 404),
        ("inclusion", {"position": 0}, 422),
        ("inclusion", {}, 422),
        ("consistency", {"from": 2**53}, 422),
        ("consistency", {"from": -1}, 422),
        ("consistency", {"from": 1, "to": 5}, 404),
        ("consistency", {"from": "9" * 400}, 422),
    ],
)
def test_a_proof_that_cannot_be_is_refused(
    checked: Served, path: str, query: dict[str, Any], status: int
) -> None:
    """Sizes without checkpoint and positions that are none give a problem."""
    answer = checked.as_("AUDITOR", purpose="audit")(f"{LOG}/proof/{path}", **query)
    assert answer.status_code == status, answer.text


def test_who_holds_no_role_reads_no_log(checked: Served) -> None:
    """Everything here needs a sign-in and a role."""
    for path in ("checkpoint", "checkpoints", "keys", "tile/0/000"):
        assert checked.as_("nobody")(f"{LOG}/{path}").status_code == 401
        assert checked.as_("NOBODY")(f"{LOG}/{path}").status_code == 403


@pytest.fixture
def witnessed(checked: Served, tmp_path: Path) -> Iterator[tuple[Served, Witness]]:
    """The application with a witness that its settings name."""
    witness = Witness.create(tmp_path / "w", "inspektorat.example/saksi", randomness=os.urandom)
    witness.trust(checkpoint.recorded_keys(checked.desk.ledger))
    known = tmp_path / "keys"
    known.write_text(notes.verifier_key_text(witness.key()) + "\n", "utf-8")
    state = checked.client.app.state  # type: ignore[attr-defined]
    before = state.settings
    state.settings = before.model_copy(update={"witness_keys": known})
    yield checked, witness
    state.settings = before


def send(served: Served, note: bytes) -> Any:
    """Hand a note to the log."""
    headers = {"Authorization": "Bearer ASN", "Content-Type": "text/plain"}
    return served.client.post(f"{LOG}/checkpoint/cosignatures", content=note, headers=headers)


def test_a_known_witness_is_kept(witnessed: tuple[Served, Witness]) -> None:
    """Its line is kept under the checkpoint, once; the named checkpoint stays as it was."""
    served, witness = witnessed
    note = served.as_("ASN")(f"{LOG}/checkpoint").content
    signed = notes.note_bytes(witness.cosign(note, at=NOW).note)
    for _ in range(2):
        kept = send(served, signed)
        assert kept.status_code == 200, kept.text
        names = [one["name"] for one in kept.json()["signatures"]]
        assert names.count(witness.key().name) == 1
    for data in (note, signed[:-10], b"", b"x" * 300_000):
        assert send(served, data).status_code == 422
    assert witness.key().name in served.as_("ASN")(f"{LOG}/checkpoint").text
    fixed = served.as_("ASN")(f"{LOG}/checkpoint/{taken(served).size}").text
    assert witness.key().name not in fixed


def test_an_unknown_witness_is_refused(checked: Served, tmp_path: Path) -> None:
    """A line of a key that the settings do not name is not kept."""
    witness = Witness.create(tmp_path / "w", "inspektorat.example/lain", randomness=os.urandom)
    witness.trust(checkpoint.recorded_keys(checked.desk.ledger))
    note = checked.as_("ASN")(f"{LOG}/checkpoint").content
    refused = send(checked, notes.note_bytes(witness.cosign(note, at=NOW).note))
    assert (refused.status_code, refused.json()["code"]) == (422, "checkpoint_refused")
