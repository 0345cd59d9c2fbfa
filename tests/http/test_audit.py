"""The audit desk: state, samples that nobody can choose, uploads of every kind, replays to watch."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app as command
from api.queries import audit, checking, children
from ledger.checkpoints import checkpoint
from ledger.checkpoints.checkpoint_store import last_checkpoint
from ledger.events.base import encode
from ledger.events.book import PrecedenceEnacted
from ledger.proofs import proof_checks, proof_forms
from tests.http.conftest import QUASHED, Served

AUDIT = "/api/v1/audit"
# Whether a file is right in itself is found in a process that has no database.
on_sqlite = pytest.mark.parametrize("served", ["sqlite"], indirect=True)


def post(served: Served, data: bytes, who: str = "AUDITOR") -> Any:
    """What an uploaded file is found to be."""
    headers = {"Authorization": f"Bearer {who}", "Content-Type": "application/octet-stream"}
    return served.client.post(f"{AUDIT}/verify", content=data, headers=headers)


def codes(found: Any) -> dict[str, str]:
    """The findings by code."""
    assert found.status_code == 200, found.text
    return {one["code"]: one["level"] for one in found.json()["findings"]}


def made(served: Served, folder: Path, *words: str) -> bytes:
    """What a command of the command line writes to a file."""
    out = folder / words[0]
    settings = served.client.app.state.settings  # type: ignore[attr-defined]
    place = ["--ledger", settings.url, "--keys", str(settings.keys)]
    ran = CliRunner().invoke(
        command, [*(str(out) if one == "OUT" else one for one in words), *place]
    )
    assert ran.exit_code == 0, ran.output
    return out.read_bytes()


def test_the_state_is_that_of_the_log(checked: Served) -> None:
    """Head, checkpoint, its age, and what it does not cover."""
    shown = checked.as_("AUDITOR")(f"{AUDIT}/state").json()
    taken = last_checkpoint(checked.desk.ledger.store)
    assert taken is not None
    assert shown["head"] == checked.desk.head()
    assert shown["checkpoint"]["size"] == taken.size
    assert shown["uncovered"] == shown["head"] - taken.size
    assert shown["streams"] > 150


def test_a_sample_follows_from_seed_and_size(checked: Served) -> None:
    """The positions are those of the published rule, each with a proof that holds."""
    get = checked.as_("AUDITOR", purpose="audit")
    shown = get(f"{AUDIT}/sample", seed="dadu 3 1 6", count=7).json()
    expected, number = set[int](), 0
    while len(expected) < 7:
        number += 1
        text = b"asn-ledger/1 sample\0" + b"dadu 3 1 6" + b"\0" + b"%d\0" % number
        value = int.from_bytes(hashlib.sha256(text).digest()[:8], "big")
        assert value < 2**64 // shown["size"] * shown["size"]
        expected.add(value % shown["size"] + 1)
    assert shown["positions"] == sorted(expected)
    known = checkpoint.recorded_keys(checked.desk.ledger)
    assert [row["position"] for row in shown["rows"]] == shown["positions"]
    for row in shown["rows"]:
        proof = proof_forms.read_proof(json.dumps(row["proof"]).encode())
        proved = proof_checks.check_proof(proof, known)
        assert proved.entry is not None
        assert proved.entry.position == row["position"] == row["event"]["position"]
    again = get(f"{AUDIT}/sample", seed="dadu 3 1 6", count=7, size=shown["size"]).json()
    assert again["positions"] == shown["positions"]
    assert get(f"{AUDIT}/sample", seed="x", count=7).json()["positions"] != shown["positions"]


def test_a_draw_is_even_and_ends() -> None:
    """Every position can be drawn, each once, and more than there are gives all."""
    assert audit.drawn("s", 5, 100) == [1, 2, 3, 4, 5]
    counts = [0] * 10
    for n in range(2_000):
        for one in audit.drawn(str(n), 10, 1):
            counts[one - 1] += 1
    assert min(counts) > 140
    assert max(counts) < 260


def test_two_checkpoints_are_compared(checked: Served) -> None:
    """The newer goes on from the older; what lies between is counted by kind."""
    ledger = checked.desk.ledger
    old = last_checkpoint(ledger.store)
    assert old is not None
    event = PrecedenceEnacted(fact="appraisal", sources=("one", "other"))
    ledger.append_to_book([encode(event)], "acc-ANALYST")
    new = checkpoint.take_checkpoint(ledger, actor="acc-ADMINISTRATOR")
    shown = checked.as_("AUDITOR")(f"{AUDIT}/compare", **{"from": old.size, "to": new.size}).json()
    assert shown["consistent"] is True
    assert shown["events"] == new.size - old.size == sum(shown["kinds"].values())
    assert shown["kinds"]["ledger.precedence/1"] == 1
    turned = checked.as_("AUDITOR")(f"{AUDIT}/compare", **{"from": new.size, "to": old.size})
    assert turned.status_code == 422


def test_what_was_handed_out_holds(checked: Served, tmp_path: Path) -> None:
    """Checkpoint, three lines of it, proofs in both forms, bundle, certificate: each is of this log."""
    get = checked.as_("AUDITOR", purpose="audit")
    note = get("/api/v1/log/checkpoint").content
    typed = b"\n".join(note.split(b"\n")[:3]) + b"\n"
    proof = get("/api/v1/log/proof/inclusion", position=17)
    text = get("/api/v1/log/proof/inclusion", position=17, headers={"Accept": "text/plain"})
    grown = get("/api/v1/log/proof/consistency", **{"from": 1000})
    kinds = {}
    for data in (note, typed, proof.content, text.content, grown.content):
        found = post(checked, data)
        assert codes(found)["of_this_log"] == "holds"
        assert found.json()["holds"] is True, found.json()
        kinds[data] = found.json()["kind"]
    assert list(kinds.values()) == [
        "checkpoint",
        "checkpoint",
        "proof of inclusion",
        "proof of inclusion",
        "proof of consistency",
    ]
    bundle = made(checked, tmp_path, "bundle", "--out", "OUT", "--person", QUASHED)
    found = post(checked, bundle)
    assert (found.json()["kind"], found.json()["holds"]) == ("bundle", True)


def certified(served: Served, folder: Path) -> bytes:
    """A certificate of the person of the story."""
    asked = ["--instrument", "ip-asn", "--as-of", "2022-12-31"]
    return made(served, folder, "score", QUASHED, *asked, "--certificate", "OUT")


@on_sqlite
def test_a_certificate_holds_on_its_own_and_in_a_pdf(checked: Served, tmp_path: Path) -> None:
    """The score is computed again; inside a PDF it is found packed or plain."""
    data = certified(checked, tmp_path)
    found = post(checked, data).json()
    assert (found["kind"], found["holds"], found["answer"]["total"]) == (
        "certificate",
        True,
        "72.5",
    )
    begin = b"%PDF-1.7\n1 0 obj<</Length 3>>stream\nabc\nendstream\nendobj\n2 0 obj<<>>stream\r\n"
    for inside in (data, zlib.compress(data)):
        pdf = begin + inside + b"\nendstream\nendobj\n%%EOF\n"
        shown = post(checked, pdf)
        assert codes(shown)["paper_not_proven"] == "notice"
        assert (shown.json()["kind"], shown.json()["holds"]) == ("certificate in a PDF", True)
    assert codes(post(checked, begin + b"x\nendstream\n")) == {"form_unknown": "fails"}


@on_sqlite
def test_a_changed_file_fails(checked: Served, tmp_path: Path) -> None:
    """A digit of a certificate, a bit of a bundle, a letter of a note: each is found."""
    data = certified(checked, tmp_path)
    note = checked.as_("ASN")("/api/v1/log/checkpoint").content
    bundle = bytearray(made(checked, tmp_path, "bundle", "--out", "OUT", "--person", QUASHED))
    bundle[len(bundle) // 2] ^= 1
    size = note.split(b"\n")[1]
    for changed in (
        data.replace(b'"total":"72.5"', b'"total":"92.5"'),
        bytes(bundle),
        note.replace(size, str(int(size) - 1).encode(), 1),
        note.replace(size, b"9" * 18, 1),
    ):
        found = post(checked, changed)
        assert found.status_code == 200
        assert found.json()["holds"] is False, found.json()


@on_sqlite
def test_a_file_of_another_ledger_is_said_to_be_so(checked: Served, tmp_path: Path) -> None:
    """Right in itself, and not of this log."""
    other = tmp_path / "other.sqlite3"
    place = ["--ledger", f"sqlite:///{other}", "--keys", str(tmp_path / "keys")]
    for words in (
        ["init", "--agency-code", "64", "--agency-name", "Provinsi Lain"],
        ["bundle", "--out", str(tmp_path / "other.zip")],
    ):
        ran = CliRunner().invoke(command, [*words, *place])
        assert ran.exit_code == 0, ran.output
    found = post(checked, (tmp_path / "other.zip").read_bytes())
    assert codes(found) == {"unchanged": "holds", "other_ledger": "fails"}
    assert found.json()["holds"] is False


def bomb(size: int) -> bytes:
    """A zip file whose members unpack to much more than they are."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("events.jsonl", b"0" * size)
    return held.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\x00" * 1000,
        b"{" * 100_000,
        b"[" * 1_000_000,
        b'{"format":"asn-ledger-certificate/1"}',
        b'{"proof":"inclusion"}',
        b"PK\x03\x04" + b"\x00" * 5000,
        b"%PDF-1.7\n" + b"stream\n" * 300_000,
        b"%PDF-1.7\nstream\n" + zlib.compress(b'{"answer":' + b"0" * 300_000_000, 9),
        bomb(50_000_000),
        b"asn-ledger/65/x\n" + b"9" * 400 + b"\nAAAA\n",
    ],
    ids=range(11),
)
def test_what_is_none_of_these_is_said_to_be_so(tmp_path: Path, data: bytes) -> None:
    """Rubbish, floods of nesting and bombs come to a finding that fails, and to no other end."""
    path = tmp_path / "upload"
    path.write_bytes(data)
    found = checking.examined(path, [])
    assert [one["level"] for one in found["findings"]] == ["fails"]
    assert all(one["message"] for one in found["findings"])


@on_sqlite
def test_a_bomb_is_a_finding_of_the_server(served: Served) -> None:
    """What would unpack to more than there is memory is told in an answer like any other."""
    found = post(served, bomb(50_000_000))
    assert found.json()["holds"] is False
    assert "fails" in codes(found).values()


def test_a_check_that_takes_too_much_is_ended(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said that it was ended, and the next file is checked."""
    monkeypatch.setattr("api.http.watching.CHECK_SECONDS", 0.01)
    found = post(served, b"hello")
    assert (found.status_code, found.json()["code"]) == (422, "check_ended")
    monkeypatch.undo()
    assert post(served, b"hello").status_code == 200


@on_sqlite
@pytest.mark.parametrize("form", ["application/json", "text/plain", "multipart/form-data", "x"])
def test_a_file_is_checked_whatever_it_is_said_to_be(checked: Served, form: str) -> None:
    """Its bytes decide, and not the header of its form."""
    note = checked.as_("ASN")("/api/v1/log/checkpoint").content
    headers = {"Authorization": "Bearer ASN", "Content-Type": form}
    found = checked.client.post(f"{AUDIT}/verify", content=note, headers=headers)
    assert found.status_code == 200, found.text
    assert found.json()["kind"] == "checkpoint"


def test_nothing_is_an_empty_file(served: Served) -> None:
    """An empty body is misuse."""
    assert post(served, b"").status_code == 422


@pytest.mark.parametrize(
    ("path", "who", "status"),
    [
        ("state", "AUDITOR", 200),
        ("state", "ANALYST", 403),
        ("sample?seed=1", "PANEL", 403),
        ("compare?from=1", "ASN", 403),
        ("replay", "ANALYST", 403),
        ("verification", "ADMINISTRATOR", 403),
        ("state", "nobody", 401),
    ],
)
def test_the_desk_is_the_auditors(served: Served, path: str, who: str, status: int) -> None:
    """Nobody else watches, samples or compares; whoever has a role may check a file."""
    headers = {"Authorization": f"Bearer {who}"}
    assert served.client.get(f"{AUDIT}/{path}", headers=headers).status_code == status


def test_who_may_check_a_file(served: Served) -> None:
    """Whoever has a role; a stranger has none."""
    assert post(served, b"hello", "PANEL").status_code == 200
    assert post(served, b"hello", "NOBODY").status_code == 403
    assert post(served, b"hello", "nobody").status_code == 401


def steps(text: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a stream that ended, by name."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        found.append((fields["event"], json.loads(fields["data"])))
    return found


def test_a_replay_gives_the_standing_scores(checked: Served) -> None:
    """Each month's digest is that of the answers of the API, from a table made anew."""
    asked = {"instrument": "ip-asn", "from": "2022-10-15", "to": "2022-12-31"}
    answer = checked.as_("AUDITOR")(f"{AUDIT}/replay", **asked)
    told = steps(answer.text)
    kind, done = told[-1]
    assert (kind, done["step"], done["same"], done["months"]) == ("done", "end", True, 3)
    roots = [one for _, one in told if one["step"] == "root"]
    assert [(one["same"], one["signed_same"]) for one in roots] == [(True, True)]
    months = [one for _, one in told if one["step"] == "month"]
    assert [one["as_of"] for one in months] == ["2022-10-31", "2022-11-30", "2022-12-31"]
    lines = checked.as_("AUDITOR", purpose="audit")(
        "/api/v1/scores", instrument="ip-asn", as_of="2022-12-31", position=checked.desk.head()
    ).text.splitlines()
    digests = [json.loads(line)["digest"] for line in lines]
    whole = json.dumps(digests, separators=(",", ":")).encode()
    assert months[-1]["digest"] == "sha256:" + hashlib.sha256(whole).hexdigest()
    assert months[-1]["people"] == len(digests)


def test_a_verification_is_watched_and_kept(checked: Served) -> None:
    """What it came to stands in the state, with who ran it."""
    told = steps(checked.as_("AUDITOR")(f"{AUDIT}/verification").text)
    kind, done = told[-1]
    assert done["findings"] == []
    assert (kind, done["clean"], done["size"]) == ("done", True, checked.desk.head())
    kept = checked.as_("AUDITOR")(f"{AUDIT}/state").json()["verified"]
    assert (kept["clean"], kept["size"], kept["account"]) == (True, done["size"], "acc-AUDITOR")


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2022-01-01", "to": "2021-01-01"},
        {"from": "1900-01-01"},
        {"instrument": "../x"},
        {"from": "x"},
    ],
)
def test_a_replay_that_cannot_be_is_refused(served: Served, query: dict[str, str]) -> None:
    """Days the wrong way round, too many months, no instrument's name."""
    assert served.as_("AUDITOR")(f"{AUDIT}/replay", **query).status_code == 422


def test_a_replay_of_an_unknown_instrument_ends_refused(served: Served) -> None:
    """The stream says so as its last event."""
    told = steps(served.as_("AUDITOR")(f"{AUDIT}/replay", instrument="no-such").text)
    assert told[-1][0] == children.REFUSED
    assert told[-1][1]["code"] == "instrument_unknown"
