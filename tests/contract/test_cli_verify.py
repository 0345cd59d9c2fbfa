"""`verify` as scripts and auditors see it: exit status, the JSON object, words, bad input."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.proofs.note import note_bytes, verifier_key, verifier_key_text
from tests.contract.command import AsnLedger
from tests.persons import nip
from tests.tamper.forger import Forger
from tests.tamper.on_the_log import change_payload, cut_with_checkpoint
from tests.tamper.places import Bases, Place

KEYS = {
    "place", "origin", "size", "root", "recorded_at", "streams", "checkpoints", "compared_with",
    "segments", "scores", "clean", "counts", "findings", "looks",
}  # fmt: skip


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> Bases:
    """Ledgers with checkpoints."""
    return Bases(tmp_path_factory.mktemp("bases"))


@pytest.fixture
def place(bases: Bases, tmp_path: Path) -> Place:
    """A copy of one."""
    return bases.copy("sqlite", tmp_path)


@pytest.fixture
def verify(place: Place) -> AsnLedger:
    """The command over it."""
    return AsnLedger(place.url, place.folder)


def test_a_clean_ledger_gives_status_0(founded: AsnLedger) -> None:
    """On both databases, without keys; and says what it cannot know by itself."""
    result = founded("verify")
    assert result.status == 0, result
    assert "Nothing is damaged." in result.out
    assert "--against" in result.out


def test_the_json_object(verify: AsnLedger, place: Place) -> None:
    """Its keys are the contract; a clean ledger has no findings."""
    result = verify("verify", "--keys", place.keys, "--scores", "--json")
    assert result.status == 0, result
    told = result.json
    assert told.keys() == KEYS
    assert told["clean"] is True
    assert told["findings"] == []
    assert told["checkpoints"] == 2
    assert told["scores"] > 0


def test_damage_gives_status_1_and_goes_on(verify: AsnLedger, place: Place) -> None:
    """Position, stream, code, meaning and next step; the rest is still looked at."""
    forger = Forger(place)
    with forger.forging():
        change_payload(forger)
        position = forger.find("employee.competency/1")["position"]
        forger.run("UPDATE ledger_format SET format = 9")
    result = verify("verify", "--json")
    assert result.status == 1
    told = result.json
    assert told["counts"] == {"format_differs": 1, "leaf_differs": 1}
    found = told["findings"][0]
    assert (found["code"], found["level"], found["position"]) == (
        "leaf_differs", "damage", position)  # fmt: skip
    assert all(found[name] for name in ("stream", "means", "next_step"))
    words = verify("verify")
    assert words.status == 1
    assert f"position {position}, stream {found['stream']}" in words.out
    assert "DAMAGED: 2 findings" in words.out


def test_an_earlier_checkpoint_in_a_file_or_typed_from_paper(
    verify: AsnLedger, place: Place, tmp_path: Path
) -> None:
    """Both agree with the true ledger; both name a cut-off tail."""
    with place.opened() as ledger:
        note = take_checkpoint(ledger, actor="penjaga").text()
    kept, paper = tmp_path / "kept.txt", tmp_path / "paper.txt"
    kept.write_bytes(note)
    paper.write_text("\r\n".join(note.decode().splitlines()[:3]), "utf-8")
    agreed = verify("verify", "--against", kept, "--against", paper, "--json")
    assert agreed.status == 0, agreed
    assert agreed.json["compared_with"] == 2
    assert agreed.json["counts"] == {"against_unsigned": 1}
    forger = Forger(place)
    with forger.forging():
        cut_with_checkpoint(forger)
    for file in (kept, paper):
        found = verify("verify", "--against", file, "--json")
        assert found.status == 1
        assert found.json["counts"]["log_shorter"] == 1


def test_repeated_findings_are_counted(verify: AsnLedger, place: Place) -> None:
    """Of each kind the first are told, and all are counted."""
    forger = Forger(place)
    with forger.forging():
        forger.run("UPDATE events SET salt = ?", bytes(16))
        total = forger.last()
    told = verify("verify", "--json").json
    assert told["counts"]["leaf_differs"] == total
    assert len(told["findings"]) < total
    assert f"and {total - 20} more" in verify("verify").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--against", "nothing-here.txt"), "misused"),
        (("--jobs", "0"), "misused"),
        (("--key", "name+00000000+AAAA"), "misused"),
        (("nothing-here.json",), "misused"),
        (("--ledger", "mysql://somewhere"), "misused"),
    ],
)
def test_misuse_gives_status_2(verify: AsnLedger, arguments: tuple[str, ...], code: str) -> None:
    """Said in words, and nothing was looked at."""
    result = verify("verify", *arguments)
    assert result.status == 2, result
    assert result.err.startswith(f"{code}: ")


def test_what_is_no_ledger_is_refused(verify: AsnLedger, tmp_path: Path) -> None:
    """Nothing there, no database, and another program's database."""
    assert verify("verify", "--ledger", "sqlite:///gone.sqlite3").status == 1
    (tmp_path / "text.sqlite3").write_text("not a database", "utf-8")
    assert "ledger_unreadable" in verify("verify", "--ledger", "sqlite:///text.sqlite3").err
    with sqlite3.connect(tmp_path / "other.sqlite3") as other:
        other.execute("CREATE TABLE theirs (a)")
    other.close()
    found = verify("verify", "--ledger", "sqlite:///other.sqlite3", "--json")
    assert found.status == 1
    assert found.json["counts"] == {"table_missing": 6}


def test_a_wrong_key_folder_is_refused(verify: AsnLedger, place: Place) -> None:
    """The keys of nobody, or of another ledger."""
    result = verify("verify", "--keys", place.folder / "no-keys")
    assert result.status == 1
    assert "keys_unreadable" in result.err


def test_a_bundle_that_is_a_backup(verify: AsnLedger, tmp_path: Path, place: Place) -> None:
    """`verify FILE` says what it is and compares it with a checkpoint of its size."""
    with place.opened() as ledger:
        note = take_checkpoint(ledger, actor="penjaga").text()
    (tmp_path / "kept.txt").write_bytes(note)
    assert verify("backup", "--out", "saved.zip").status == 0
    result = verify("verify", "saved.zip", "--against", "kept.txt", "--json")
    assert result.status == 0, result
    assert result.json["kind"] == "backup"
    assert result.json["compared_with"] == 1
    other = note.decode().splitlines()
    (tmp_path / "false.txt").write_text("\n".join([other[0], other[1], "A" * 43 + "="]), "utf-8")
    false = verify("verify", "saved.zip", "--against", "false.txt")
    assert false.status == 1
    assert false.err.startswith("history_replaced: ")


def test_numbers_of_people_never_appear(verify: AsnLedger, place: Place) -> None:
    """Neither in words nor in JSON, whatever was changed."""
    forger = Forger(place)
    with forger.forging():
        forger.run(
            "UPDATE events SET payload = ? WHERE position > 20", b'{"nip":"198503122010012990"}'
        )
    assert "198503122010012990" not in verify("verify").out
    assert "198503122010012990" not in json.dumps(verify("verify", "--json").json)


def test_two_processes_find_what_one_finds(verify: AsnLedger, place: Place) -> None:
    """The report does not depend on how many share the work."""
    forger = Forger(place)
    with forger.forging():
        change_payload(forger)
    one, two = (verify("verify", "--jobs", jobs, "--json").json for jobs in (1, 2))
    assert one == two


def test_a_proof_is_checked_with_the_key_that_was_given(
    verify: AsnLedger, place: Place, tmp_path: Path
) -> None:
    """Inclusion, completeness and consistency; without a key, or with another, there is no yes."""
    (tmp_path / "old.txt").write_bytes(_note(place))
    assert verify("checkpoint", "--keys", place.keys).status == 0
    (tmp_path / "key.txt").write_text(
        verify("checkpoint", "--key", "--keys", place.keys).out, "utf-8"
    )
    asked = {
        "inclusion": ("prove", "17", "--keys", place.keys),
        "consistency": ("prove", "--consistency", "old.txt", "--keys", place.keys),
        "completeness": ("prove", "--complete", "BKD", "--keys", place.keys),
    }
    for kind, arguments in asked.items():
        made = verify(*arguments, "--json", "--out", f"{kind}.json")
        assert made.status == 0, made
        proved = verify("verify", f"{kind}.json", "--key", "key.txt", "--json")
        assert proved.status == 0, proved
        assert proved.json["kind"] == f"proof of {kind}"
        assert verify("verify", f"{kind}.json").status == 2
        changed = (tmp_path / f"{kind}.json").read_text("utf-8").replace("proof", "proxy", 1)
        (tmp_path / "changed.json").write_text(changed, "utf-8")
        assert verify("verify", "changed.json", "--key", "key.txt").status == 1


def test_a_bundle_and_a_certificate(verify: AsnLedger, place: Place) -> None:
    """Each is named for what it is, and one that was changed is refused."""
    assert verify("bundle", "--out", "all.zip", "--keys", place.keys).status == 0
    told = verify("verify", "all.zip", "--json").json
    assert (told["kind"], told["whole"]) == ("bundle", True)
    made = verify(
        "score",
        nip(1),
        "--instrument",
        "ip-asn",
        "--certificate",
        "score.json",
        "--keys",
        place.keys,
    )
    assert made.status == 0, made
    certificate = verify("verify", "score.json", "--json")
    assert certificate.status == 0, certificate
    assert certificate.json["kind"] == "certificate"
    assert "computed again" in verify("verify", "score.json").out
    text = (place.folder / "score.json").read_text("utf-8")
    (place.folder / "false.json").write_text(text.replace('"as_of":"20', '"as_of":"19', 1), "utf-8")
    assert verify("verify", "false.json").status == 1


def test_files_are_compared_with_what_came_another_way(
    verify: AsnLedger, place: Place, tmp_path: Path
) -> None:
    """Logs at earlier sizes, backups against keys, and only whoever signed is named as a signer."""
    (tmp_path / "old.txt").write_bytes(_note(place))
    keys = ("--keys", place.keys)
    (tmp_path / "key.txt").write_text(verify("checkpoint", "--key", *keys).out, "utf-8")
    other = verifier_key_text(verifier_key("somebody.example/else", bytes(range(32))))
    assert verify("bundle", "--out", "all.zip", *keys).status == 0
    assert verify("backup", "--out", "backup.zip").status == 0
    assert verify("prove", "17", "--out", "17.txt", *keys).status == 0
    assert place.claim.checkpoint.size < verify("verify", "all.zip", "--json").json["size"]
    false = tmp_path / "false.txt"
    for file in ("all.zip", "backup.zip"):
        told = verify("verify", file, "--against", "old.txt", "--json")
        assert told.status == 0, told
        assert (told.json["compared_with"], told.json["anchored"]) == (1, True)
        assert not verify("verify", file, "--json").json["anchored"]
        assert verify("verify", file, "--key", "key.txt", "--json").json["anchored"]
        assert verify("verify", file, "--key", other).status == 1
        lines = _note(place).decode().split("\n")[:3]
        lines[2] = "A" * 43 + "="
        false.write_text("\n".join(lines), "utf-8")
        refused = verify("verify", file, "--against", "false.txt")
        assert (refused.status, "history_replaced" in refused.err) == (1, True)
        false.write_bytes(_note(place)[:-10] + b"AAAAAAAA=\n")
        assert verify("verify", file, "--against", "false.txt").status == 1
    proved = verify("verify", "17.txt", "--key", other, "--key", "key.txt", "--json").json
    assert proved["signers"] == [proved["origin"]]


def test_every_checkpoint_beside_a_proof_is_compared(
    verify: AsnLedger, place: Place, tmp_path: Path
) -> None:
    """Beside the earlier one of a consistency proof, others are not passed over."""
    (tmp_path / "old.txt").write_bytes(_note(place))
    keys = ("--keys", place.keys)
    (tmp_path / "new.txt").write_text(verify("checkpoint", *keys).out, "utf-8")
    (tmp_path / "key.txt").write_text(verify("checkpoint", "--key", *keys).out, "utf-8")
    assert verify("prove", "--consistency", "old.txt", "--out", "p.txt", *keys).status == 0
    asked = ("verify", "p.txt", "--key", "key.txt", "--against", "new.txt", "--against", "old.txt")
    told = verify(*asked, "--json")
    assert told.status == 0, told
    assert told.json["compared_with"] == 2
    lines = (tmp_path / "new.txt").read_text("utf-8").split("\n")[:3]
    (tmp_path / "false.txt").write_text("\n".join([*lines[:2], "A" * 43 + "="]), encoding="utf-8")
    assert verify(*asked, "--against", "false.txt").status == 1


def test_marks_of_other_systems_make_no_other_ledger(
    verify: AsnLedger, place: Place, tmp_path: Path
) -> None:
    """A byte order mark and carriage returns, as mail and editors add them, are no damage."""
    changed = b"\xef\xbb\xbf" + _note(place).replace(b"\n", b"\r\n")
    (tmp_path / "mailed.txt").write_bytes(changed)
    told = verify("verify", "--against", "mailed.txt", "--json")
    assert told.status == 0, told
    assert told.json["counts"] == {}


@pytest.mark.parametrize(
    ("name", "code"), [("own", "checkpoint_signature"), ("a b", "checkpoint_unreadable")]
)
def test_a_false_line_beside_a_checkpoint_is_damage(
    verify: AsnLedger, place: Place, name: str, code: str
) -> None:
    """What is handed out with a checkpoint must be readable, and not false under the log's key."""
    checkpoint = place.claim.checkpoint
    line = place.claim.signed
    assert line is not None
    key = line.signatures[0]
    row = (checkpoint.size, key.name if name == "own" else name, key.key_id, bytes(64))
    with sqlite3.connect(place.folder / "ledger.sqlite3") as connection:
        connection.execute("INSERT INTO cosignatures VALUES (?, ?, ?, ?)", row)
    told = verify("verify", "--json")
    assert (told.status, code in told.json["counts"]) == (1, True)


def _note(place: Place) -> bytes:
    assert place.claim.signed is not None
    return note_bytes(place.claim.signed)
