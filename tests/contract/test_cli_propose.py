"""`import --propose`, `pending` and `confirm`: an import that a second person confirms."""

from __future__ import annotations

import pytest

from tests.builders import about
from tests.contract.command import AsnLedger, Result
from tests.persons import nip

DOCUMENT = ("--document", "SK:800/12/2024:2024-02-01")
PREVIEW_KEYS = [
    *("upload", "forms", "unread_sheets", "counts", "unknown_form", "file_errors"),
    *("units_founded", "outcome", "position", "returned", "rows", "written"),
]
EFFECT_KEYS = [
    *("upload", "position", "counts", "facts", "units_founded", "outcome", "as_proposed"),
    *("proposed", "changed", "changed_rows"),
]
COUNTS = ["read", "new", "same", "confirmed", "corrects", "conflicts", "refused", "flagged"]
ROW_KEYS = ["sheet", "row", "outcome", "code", "whose", "facts", "errors", "flags"]


def propose(asn: AsnLedger, *more: str, actor: str = "ani") -> Result:
    """A file of a good and a bad row, proposed."""
    asn.file("mutasi wati.jsonl", about(1, "registered"), about(1, "golongan", golongan="V/z"))
    return asn("import", "mutasi wati.jsonl", "--propose", "--actor", actor, "--json", *more)


def test_a_proposed_import_waits_for_somebody_else(founded: AsnLedger) -> None:
    """What it prints, who confirms, and what is recorded then and not before."""
    result = propose(founded, *DOCUMENT)
    assert (result.status, list(result.json)) == (0, ["proposal", "new", "preview"])
    proposal, preview = result.json["proposal"], result.json["preview"]
    assert list(preview) == PREVIEW_KEYS
    assert list(preview["counts"]) == COUNTS
    assert (proposal["kind"], preview["counts"]["new"], preview["counts"]["refused"]) == (
        "import",
        1,
        1,
    )
    assert [list(row) for row in preview["rows"]] == [ROW_KEYS]
    assert (founded.folder / "mutasi wati.ditolak.jsonl").is_file()
    assert founded("pending", "--json").json["pending"] == [proposal]
    assert founded("history", nip(1), "--json").status == 1
    own = founded("confirm", proposal["id"], "--actor", "ani", "--json")
    assert (own.status, own.json["error"]["code"]) == (1, "second_person_needed")
    done = founded("confirm", proposal["id"], "--actor", "budi", "--json")
    assert done.status == 0
    assert list(done.json) == ["proposal", "position", "recorded", "effect", "import"]
    assert list(done.json["effect"]) == EFFECT_KEYS
    assert done.json["import"]["as_confirmed"]
    assert founded("history", nip(1), "--json").status == 0
    assert founded("pending", "--json").json["pending"] == []


def test_neither_the_log_nor_the_screen_names_anybody(founded: AsnLedger) -> None:
    """The file's name may be a person's; numbers are masked; cells are shown in the workbook."""
    result = propose(founded)
    told = founded("pending").out + founded("events", "--json").out + result.err
    for word in (nip(1), "wati"):
        assert word not in told
    assert nip(1) not in result.out
    assert "wati" not in founded("confirm", result.json["proposal"]["id"], "--actor", "budi").out


def test_a_changed_outcome_is_refused_until_it_is_named(founded: AsnLedger) -> None:
    """The refusal says what changed and what to type."""
    founded.file("a.jsonl", about(1, "registered"), about(1, "golongan"))
    first = founded("import", "a.jsonl", "--propose", "--actor", "ani", "--json").json["proposal"]
    founded.file("b.jsonl", about(1, "registered"))
    founded("import", "b.jsonl")
    words = founded("confirm", first["id"], "--actor", "budi")
    assert words.status == 1
    assert "row 1: new -> same" in words.out
    assert "outcome_changed" in words.err
    digest = words.err.rpartition("--outcome ")[2].split(")")[0]
    assert founded("confirm", first["id"], "--actor", "budi", "--outcome", digest).status == 0
    assert founded("history", nip(1), "--json").status == 0


def test_a_rejected_import_is_closed_and_destroyed(founded: AsnLedger) -> None:
    """By anybody, its proposer included; the folder of uploads holds nothing of it."""
    proposal = propose(founded).json["proposal"]
    assert founded("confirm", proposal["id"], "--reject", "--actor", "ani").status == 0
    assert founded("pending", "--json").json["pending"] == []
    assert not list(founded.folder.rglob("uploads/*.key"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("a.jsonl", "b.jsonl", "--propose"),
        ("a.jsonl", "--propose", "--dry-run"),
        ("a.jsonl", "--propose", "--strict"),
        (".", "--propose"),
        ("a.jsonl", "--propose", "--as", "tidak-ada"),
        ("a.jsonl", "--propose", "--document", "SK"),
        ("a.jsonl", "--document", "SK:1:2024-02-01"),
    ],
)
def test_what_cannot_be_proposed_is_misuse(founded: AsnLedger, arguments: tuple[str, ...]) -> None:
    """Status 2, and nothing is kept."""
    founded.file("a.jsonl", about(1, "registered"))
    founded.file("b.jsonl", about(2, "registered"))
    assert founded("import", *arguments).status == 2
    assert not list(founded.folder.rglob("uploads/*.key"))


def test_nothing_to_import_is_not_proposed(founded: AsnLedger) -> None:
    """Status 1, with what is wrong on the screen and the rows back."""
    founded.file("a.jsonl", about(77, "golongan"))
    result = founded("import", "a.jsonl", "--propose")
    assert result.status == 1
    assert "PERSON_UNKNOWN" in result.out
    assert "nothing_to_import" in result.err
    assert (founded.folder / "a.ditolak.jsonl").is_file()


# -------------------------------------------------------------------------- taking an import back

BATCH_KEYS = [
    *("id", "position", "recorded_at", "actor", "files", "counts"),
    *("first_position", "last_position", "withdrawn"),
]
BACK = ("--document", "BA:1/2024:2024-03-01")


def test_an_import_is_listed_and_taken_back(founded: AsnLedger) -> None:
    """What both print; a dry run records nothing, a second time adds nothing."""
    founded.file("a.jsonl", about(1, "registered"), about(1, "golongan"))
    founded("import", "a.jsonl", "--actor", "loket")
    (batch,) = founded("import", "list", "--json").json["imports"]
    assert list(batch) == BATCH_KEYS
    assert (batch["actor"], batch["counts"]["new"], batch["withdrawn"]) == ("loket", 2, None)
    dry = founded("import", "withdraw", batch["id"], *BACK, "--dry-run", "--json")
    assert dry.json == {
        "import": batch["id"],
        "annulled": 2,
        "restored": 0,
        "already": 0,
        "streams": 1,
        "kept": [],
        "position": None,
    }
    done = founded("import", "withdraw", batch["id"], *BACK, "--reason", "salah", "--json")
    assert (done.status, done.json["annulled"]) == (0, 2)
    (after,) = founded("import", "list", "--json").json["imports"]
    assert after["withdrawn"] == done.json["position"]
    assert founded("history", nip(1), "--json").status == 1
    again = founded("import", "withdraw", batch["id"], *BACK)
    assert (again.status, "0 facts annulled" in again.out) == (0, True)


def test_taking_back_needs_a_document_and_an_import(founded: AsnLedger) -> None:
    """Status 2 without a document, 1 for an id that nothing has."""
    assert founded("import", "withdraw", "0" * 32).status == 2
    unknown = founded("import", "withdraw", "0" * 32, *BACK, "--json")
    assert (unknown.status, unknown.json["error"]["code"]) == (1, "import_unknown")


def test_files_may_have_the_names_of_commands(founded: AsnLedger) -> None:
    """`import ./list` is a file; so is what follows `files`."""
    founded.file("list", about(1, "registered"))
    assert founded("import", "./list", "--json").json["unknown_files"] == ["list"]
    founded.file("a.jsonl", about(1, "registered"))
    assert founded("import", "files", "a.jsonl", "--json").json["new"] == 1
