"""Backups and bundles as somebody hostile or a bad disk makes them: refused, never crashed on."""

from __future__ import annotations

import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.copies.archive import Archive
from ledger.copies.archive_lines import ArchiveRefused
from ledger.copies.bundle_check import check_bundle
from ledger.copies.restore import check_backup, must_agree
from ledger.errors import LedgerError
from ledger.proofs.merkle import EMPTY_FRONTIER, extend, leaf_hash, root
from ledger.proofs.note import note_bytes, parse_note, sign, signing_key, verifier_key
from ledger.proofs.tree_proofs import ProofRefused
from tests.archives import flipped, forged, marked, members, pack, without_line
from tests.bundles.conftest import Made

Change = Callable[[dict[str, bytes]], None]


def look(path: Path) -> None:
    """Check a file by what it says it is."""
    with Archive.open(path) as archive:
        kind = archive.manifest.get("kind")
        if kind == "backup":
            check_backup(archive)
            return
    check_bundle(path)


def passes(path: Path) -> bool:
    """Whether a file is taken; what is not is refused in our own words."""
    try:
        look(path)
    except LedgerError as refused:
        return not refused.message
    return True


def refusal(path: Path) -> str:
    """Why a file is refused; says what was wrong and what to do."""
    with pytest.raises(LedgerError) as refused:
        look(path)
    assert refused.value.message
    assert refused.value.next_step
    return refused.value.message


def test_what_was_written_is_right(made: Made) -> None:
    """Each kind of file passes; the tests below change one thing each."""
    assert all(passes(path) for path in (made.backup, made.whole, made.part))


@given(kind=st.sampled_from(["backup", "whole", "part"]), bit=st.integers(0, 2**40))
def test_every_flipped_bit_is_found(made: Made, tmp_path: Path, kind: str, bit: int) -> None:
    """Wherever it lies: in an event, a header of the zip, the manifest or the digest."""
    data = getattr(made, kind).read_bytes()
    path = tmp_path / "flipped.zip"
    path.write_bytes(flipped(data, bit))
    assert refusal(path)


@given(kind=st.sampled_from(["backup", "whole", "part"]), size=st.integers(0, 2**40))
def test_every_truncated_file_is_found(made: Made, tmp_path: Path, kind: str, size: int) -> None:
    """Cut anywhere, also to nothing."""
    data = getattr(made, kind).read_bytes()
    path = tmp_path / "cut.zip"
    path.write_bytes(data[: size % len(data)])
    assert refusal(path)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_refused(made: Made, tmp_path: Path, data: bytes) -> None:
    """With a right mark at their end, too."""
    path = tmp_path / "bytes.zip"
    path.write_bytes(b"PK\x03\x04" + data)
    assert refusal(path)
    path.write_bytes(data + b"sha256:" + b"0" * 64)
    assert refusal(marked(path))


@given(kind=st.sampled_from(["backup", "whole", "part"]), bit=st.integers(0, 2**40))
def test_a_flipped_bit_with_a_new_mark_is_refused_or_harmless(
    made: Made, tmp_path: Path, kind: str, bit: int
) -> None:
    """Whoever computes the mark anew changes what zip does not check at most: never the content."""
    data = getattr(made, kind).read_bytes()
    path = tmp_path / "flipped.zip"
    path.write_bytes(flipped(data[:-71], bit) + data[-71:])
    marked(path)
    before = members(getattr(made, kind))
    if passes(path):
        with zipfile.ZipFile(path) as packed:
            assert {name: packed.read(name) for name in packed.namelist()} == before


def named(name: str, mode: int = 0o100600) -> zipfile.ZipInfo:
    """A member of that name and mode."""
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize(
    "name", ["../events.jsonl", "/etc/passwd", "a/../../b", "C:\\x", "events.jsonl/", "keys/epoch"]
)
def test_names_that_leave_the_folder_are_refused(made: Made, tmp_path: Path, name: str) -> None:
    """Only the names of an archive are read, and nothing is unpacked to disk."""
    path = pack(tmp_path / "x.zip", [*members(made.whole).items(), (named(name), b"x")])
    assert "no place in an archive" in refusal(path)
    assert [one.name for one in tmp_path.iterdir()] == ["x.zip"]


def test_links_doubles_and_crowds_are_refused(made: Made, tmp_path: Path) -> None:
    """A symbolic link, a name that stands twice, and thousands of members."""
    parts = members(made.whole)
    events = parts.pop("events.jsonl")
    link = named("events.jsonl", stat.S_IFLNK | 0o777)
    assert "link" in refusal(pack(tmp_path / "a.zip", [*parts.items(), (link, b"/etc/passwd")]))
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = pack(
            tmp_path / "b.zip",
            [*parts.items(), ("events.jsonl", events), ("events.jsonl", events)],
        )
    assert "twice" in refusal(twice)
    crowd = [(f"{number}.jsonl", b"") for number in range(2_000)]
    assert "2000 members" in refusal(pack(tmp_path / "c.zip", crowd))
    crowd = [(f"{number}.jsonl", b"") for number in range(70_000)]
    assert "members" in refusal(pack(tmp_path / "d.zip", crowd))
    long = [(zipfile.ZipInfo("a" * 60_000), b""), (zipfile.ZipInfo("b" * 60_000), b"")]
    assert "list of members" in refusal(pack(tmp_path / "e.zip", long))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(made: Made, tmp_path: Path) -> None:
    """By its ratio, whatever the manifest says of it; a lie about sizes is noticed in reading."""

    def bomb(parts: dict[str, bytes]) -> None:
        parts["sealed.jsonl"] = b"\n" * 50_000_000

    path = forged(made.whole, tmp_path / "bomb.zip", bomb)
    assert path.stat().st_size < 200_000
    assert "200 times its size" in refusal(path)


def test_lines_longer_than_any_entry_are_refused(made: Made, tmp_path: Path) -> None:
    """One line of a megabyte is not read into memory whole."""

    def long(parts: dict[str, bytes]) -> None:
        text = json.dumps([str(number) for number in range(150_000)]).encode()
        parts["events.jsonl"] = text + b"\n" + parts["events.jsonl"]

    assert "longer than any line" in refusal(forged(made.whole, tmp_path / "x.zip", long))


def test_deep_nesting_is_refused(made: Made, tmp_path: Path) -> None:
    """In a line, and in the manifest."""

    def deep(parts: dict[str, bytes]) -> None:
        parts["events.jsonl"] = b"[" * 30_000 + b"]" * 30_000 + b"\n" + parts["events.jsonl"]

    assert refusal(forged(made.whole, tmp_path / "x.zip", deep))
    manifest = b"[" * 400_000 + b"]" * 400_000
    parts = members(made.whole) | {"manifest.json": manifest}
    with zipfile.ZipFile(tmp_path / "y.zip", "w", zipfile.ZIP_STORED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
        packed.comment = b"sha256:" + b"0" * 64
    assert "no JSON" in refusal(marked(tmp_path / "y.zip"))


def swap(name: str, one: int, other: int) -> Change:
    """Two lines of a member change places."""

    def change(parts: dict[str, bytes]) -> None:
        lines = parts[name].splitlines(keepends=True)
        lines[one], lines[other] = lines[other], lines[one]
        parts[name] = b"".join(lines)

    return change


def replace(name: str, old: bytes, new: bytes) -> Change:
    """Some bytes of a member become others."""

    def change(parts: dict[str, bytes]) -> None:
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new, 1)

    return change


def drop(name: str) -> Change:
    """A member is not there."""

    def change(parts: dict[str, bytes]) -> None:
        del parts[name]

    return change


def add(name: str, data: bytes) -> Change:
    """A member more, or one exchanged."""

    def change(parts: dict[str, bytes]) -> None:
        parts[name] = data

    return change


FORGERIES: dict[str, tuple[str, Change, dict[str, Any] | None]] = {
    "an event left out of the whole": ("whole", without_line("events.jsonl", 8), None),
    "the last event left out": ("whole", without_line("events.jsonl", -1), None),
    "two events exchanged": ("whole", swap("events.jsonl", 9, 10), None),
    "a fact changed": ("whole", replace("events.jsonl", b"SANGAT_BAIK", b"BAIK"), None),
    "the founding changed": ("whole", replace("events.jsonl", b"Contoh", b"Lainnya"), None),
    "an event left out of a part": ("part", without_line("events.jsonl", -2), None),
    "a fact of a part changed": ("part", replace("events.jsonl", b"SANGAT_BAIK", b"BAIK"), None),
    "a hash of the rest changed": ("part", swap("tree.jsonl", 0, 1), None),
    "a hash of the rest left out": ("part", without_line("tree.jsonl", 0), None),
    "a part passed off for the whole": ("part", drop("tree.jsonl"), None),
    "a tree beside the whole": ("whole", add("tree.jsonl", b'["place",0]\n'), None),
    "no checkpoint": ("whole", drop("checkpoints.jsonl"), None),
    "another size": ("whole", replace("checkpoints.jsonl", b"\\n\\n", b"\\n"), None),
    "sealed parts exchanged": ("whole", swap("sealed.jsonl", 0, 1), None),
    "a sealed part at no event": ("part", add("sealed.jsonl", b'[999,"identity","00"]\n'), None),
    "a key of nobody": (
        "part",
        add("keys.jsonl", b'["%s","identity","%s"]\n' % (b"0" * 32, b"0" * 64)),
        None,
    ),
    "requests in a bundle": ("whole", add("requests.jsonl", b""), None),
    "another origin": ("whole", lambda _: None, {"origin": "asn-ledger/65/000000000000"}),
    "another root": ("whole", lambda _: None, {"root": "0" * 64}),
    "a size of no number": ("whole", lambda _: None, {"size": "9"}),
    "a scope of no object": ("whole", lambda _: None, {"scope": []}),
    "another kind": ("whole", lambda _: None, {"kind": "backup"}),
    "an unknown kind": ("whole", lambda _: None, {"kind": "x"}),
    "an unknown format": ("whole", lambda _: None, {"format": "asn-ledger-archive/2"}),
    "a bundle for a backup": ("backup", lambda _: None, {"kind": "bundle", "scope": {}}),
    "an event left out of a backup": ("backup", without_line("events.jsonl", -1), None),
    "another root of a backup": ("backup", lambda _: None, {"root": "0" * 64}),
    "another instant": ("backup", lambda _: None, {"recorded_at": "2022-01-01T00:00:00.000000Z"}),
    "an erasure that nothing orders": (
        "backup",
        add("erasures.jsonl", b'["%s",9]\n' % (b"0" * 32)),
        None,
    ),
    "a request of no event": (
        "backup",
        add("requests.jsonl", b'["a","%s","%s",9999,1]\n' % (b"0" * 64, b"0" * 64)),
        None,
    ),
    "keys in a backup": ("backup", add("keys.jsonl", b""), None),
    "a line that is no JSON": ("backup", add("sealed.jsonl", b"x\n"), None),
    "a line with spaces": ("backup", replace("sealed.jsonl", b",", b", "), None),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_forgeries_with_new_digests_are_found(made: Made, tmp_path: Path, forgery: str) -> None:
    """Manifest and mark made to fit do not help: the tree, the checkpoint and the form do."""
    kind, change, say = FORGERIES[forgery]
    path = forged(getattr(made, kind), tmp_path / "forged.zip", change, say=say)
    assert refusal(path)


def test_a_manifest_that_lies_of_a_file_is_found(made: Made, tmp_path: Path) -> None:
    """About its bytes, lines or digest, or about which files there are."""
    parts = members(made.whole)
    manifest = json.loads(parts["manifest.json"])
    for name, value in (("bytes", 1), ("lines", 1), ("sha256", "0" * 64), ("sha256", "x")):
        lie = json.loads(json.dumps(manifest))
        lie["files"]["events.jsonl"][name] = value
        text = json.dumps(lie, sort_keys=True, separators=(",", ":")) + "\n"
        path = pack(tmp_path / "x.zip", (parts | {"manifest.json": text.encode()}).items())
        assert refusal(path)
    del manifest["files"]["sealed.jsonl"]
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":")) + "\n"
    path = pack(tmp_path / "x.zip", (parts | {"manifest.json": text.encode()}).items())
    assert "other files" in refusal(path)


@given(name=st.sampled_from(["events", "sealed", "tree", "checkpoints", "keys"]), data=st.data())
def test_changed_lines_with_new_digests_are_found(
    made: Made, tmp_path: Path, name: str, data: st.DataObject
) -> None:
    """Any bit of any line of a bundle, whoever computes every digest again."""
    member = f"{name}.jsonl"
    whole = members(made.part)[member]
    bit = data.draw(st.integers(0, len(whole) * 8 - 1))
    path = forged(made.part, tmp_path / "x.zip", add(member, flipped(whole, bit)))
    assert refusal(path)


def test_a_checkpoint_must_be_signed_by_a_key_that_is_trusted(made: Made) -> None:
    """Where the reader names keys that came another way, the log's own word is not enough."""
    with pytest.raises(ArchiveRefused, match="none of the keys named"):
        check_bundle(made.whole, trusted=[verifier_key("example.org", bytes(range(32)))])
    own = verifier_key(made.desk.ledger.origin, made.desk.ledger.keyring.public_key)
    assert check_bundle(made.whole, trusted=[own]).signers == (own.name,)


def test_a_backup_whose_checkpoint_is_of_other_events_is_told(made: Made, tmp_path: Path) -> None:
    """Somebody rewrites an event and every digest, and cannot sign: the checkpoint in it tells."""

    def rewrite(parts: dict[str, bytes]) -> None:
        parts["events.jsonl"] = parts["events.jsonl"].replace(b"SANGAT_BAIK", b"SANGAT_BUIK", 1)

    with Archive.open(made.backup) as archive:
        must_agree(check_backup(archive))
        size = archive.manifest["size"]
    lines = members(forged(made.backup, tmp_path / "a.zip", rewrite))["events.jsonl"]
    leaves = [leaf_hash(line) for line in lines.splitlines()]
    other = root(extend(EMPTY_FRONTIER, 0, leaves), len(leaves)).hex()
    path = forged(made.backup, tmp_path / "b.zip", rewrite, say={"root": other})
    with Archive.open(path) as archive:
        checked = check_backup(archive)
    assert checked.false_checkpoints == (size,)
    assert checked.notes == {}
    with pytest.raises(ProofRefused, match="history was rewritten"):
        must_agree(checked)


def test_a_checkpoint_that_no_key_of_the_log_signed_is_told(made: Made, tmp_path: Path) -> None:
    """The right root under a false signature is no checkpoint of a backup either."""

    def resign(parts: dict[str, bytes]) -> None:
        size, text = json.loads(parts["checkpoints.jsonl"])
        stranger = signing_key(
            made.desk.ledger.origin, Ed25519PrivateKey.from_private_bytes(bytes(32))
        )
        note = note_bytes(sign(parse_note(text.encode()).body, stranger)).decode()
        line = json.dumps([size, note], separators=(",", ":"), ensure_ascii=False)
        parts["checkpoints.jsonl"] = line.encode() + b"\n"

    path = forged(made.backup, tmp_path / "x.zip", resign)
    with Archive.open(path) as archive:
        assert len(check_backup(archive).false_checkpoints) == 1


@pytest.mark.parametrize("place", ["before", "between"])
def test_room_for_another_archive_is_refused(made: Made, tmp_path: Path, place: str) -> None:
    """Bytes that belong to no member, where a program that unpacks from the front would read."""
    path = tmp_path / "x.zip"
    if place == "before":
        path.write_bytes(made.part.read_bytes() + made.whole.read_bytes())
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, data in members(made.whole).items():
                packed.writestr(name, data)
                assert packed.fp is not None
                packed.fp.write(b"PK\x03\x04 something else")
                packed.start_dir = packed.fp.tell()
            packed.comment = b"sha256:" + b"0" * 64
    assert "belong to no member" in refusal(marked(path))
