"""The documents are true: vectors, tables, links, records, commands, and code that runs."""

import hashlib
import json
import re
import shlex
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import typer
from typer.testing import CliRunner

from api.cli import main as cli
from ledger import canonical
from ledger.events import registry
from ledger.proofs import merkle
from ledger.proofs.heads import StreamHead, head_entry, heads_root
from tests import reference

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = tuple(
    sorted(chain(DOCS.rglob("*.md"), (ROOT / "README.md", ROOT / "CHANGELOG.md")), key=str)
)
RECORD_PARTS = ("Context", "Decision", "Consequences", "Alternatives", "Enforced by")
ENTRY_FIELDS = (
    *("position", "stream", "version", "topic", "effective_on", "recorded_at", "salt"),
    *("context", "payload", "sealed_digest"),
)
RUN = re.compile(r"<!-- run -->\n```(\w+)\n(.*?)```", re.DOTALL)


def vectors() -> Any:
    """The block of test vectors in the description of the event format."""
    text = (DOCS / "event-format.md").read_text("utf-8")
    return json.loads(text.split("```json\n")[-1].split("```")[0])


def plain(value: object) -> str:
    """Canonical text as the description says it, by the standard library alone."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(data: bytes) -> str:
    """Hexadecimal digest."""
    return hashlib.sha256(data).hexdigest()


def test_vectors_of_text_hold() -> None:
    """Decimals, texts and instants become what the description says."""
    make: dict[str, Callable[[str], str]] = {
        "decimal": lambda given: canonical.decimal_text(Decimal(given)),
        "text": canonical.clean_text,
        "instant": lambda given: canonical.instant_text(datetime.fromisoformat(given)),
    }
    for each in vectors()["texts"]:
        assert make[each["from"]](each["given"]) == each["canonical"]
        assert unicodedata.is_normalized("NFC", each["canonical"])


def test_vectors_of_objects_hold() -> None:
    """Our canonical bytes and the standard library's agree with the description."""
    for each in vectors()["objects"]:
        assert plain(each["value"]) == each["canonical"]
        assert canonical.canonical_bytes(each["value"]).decode() == each["canonical"]


def test_vectors_of_sealed_parts_hold() -> None:
    """The digest of sealed parts does not depend on the order in which they are given."""
    given = vectors()["sealed"]
    parts = [(part["key_class"], bytes.fromhex(part["bytes"])) for part in given["parts"]]
    by_hand = plain(sorted([name, blob.hex()] for name, blob in parts))
    assert by_hand == given["canonical"]
    assert sha256(by_hand.encode()) == given["digest"]
    for order in (parts, parts[::-1]):
        digest = canonical.sealed_digest(order)
        assert digest is not None
        assert digest.hex() == given["digest"]


def test_vectors_of_entries_hold() -> None:
    """Entry and leaf come out by hand and by our code."""
    for each in vectors()["entries"]:
        by_hand = plain(["asn-ledger/1", *(each[name] for name in ENTRY_FIELDS)])
        assert by_hand == each["entry"]
        assert sha256(b"\x00" + by_hand.encode()) == each["leaf"]
        entry = canonical.entry_bytes(
            position=each["position"],
            stream=UUID(each["stream"]),
            version=each["version"],
            topic=each["topic"],
            effective_on=each["effective_on"] and date.fromisoformat(each["effective_on"]),
            recorded_at=datetime.fromisoformat(each["recorded_at"]).astimezone(UTC),
            salt=bytes.fromhex(each["salt"]),
            context=each["context"].encode(),
            payload=each["payload"].encode(),
            sealed_digest=each["sealed_digest"] and bytes.fromhex(each["sealed_digest"]),
        )
        assert entry.decode() == each["entry"]
        assert canonical.leaf_hash(entry).hex() == each["leaf"]


def test_vector_of_the_tree_holds() -> None:
    """The root over the three leaves, by hand and by our code."""
    given = vectors()
    leaves = [bytes.fromhex(each["leaf"]) for each in given["entries"]]
    left = hashlib.sha256(b"\x01" + leaves[0] + leaves[1]).digest()
    assert sha256(b"\x01" + left + leaves[2]) == given["tree"]["root"]
    frontier = merkle.extend(merkle.EMPTY_FRONTIER, 0, leaves)
    assert merkle.root(frontier, len(leaves)).hex() == given["tree"]["root"]


def test_vector_of_the_heads_holds() -> None:
    """Entries, leaves, order and root of the heads, by hand and by our code."""
    given = vectors()["heads"]
    for each in given["heads"]:
        head = StreamHead(each["stream"], each["count"], bytes.fromhex(each["last_leaf"]))
        by_hand = plain(["asn-ledger/1 head", each["stream"], each["count"], each["last_leaf"]])
        assert head_entry(head).decode() == by_hand == each["entry"]
        assert sha256(b"\x00" + by_hand.encode()) == each["leaf"]
    leaves = {each["stream"]: bytes.fromhex(each["leaf"]) for each in given["heads"]}
    assert sorted(leaves) == given["order"]
    first, second, third = (leaves[stream] for stream in given["order"])
    left = hashlib.sha256(b"\x01" + first + second).digest()
    assert sha256(b"\x01" + left + third) == given["root"]
    heads = [
        StreamHead(each["stream"], each["count"], bytes.fromhex(each["last_leaf"]))
        for each in given["heads"]
    ]
    assert heads_root(heads).hex() == given["root"]


@pytest.mark.parametrize("page", sorted(reference.GENERATED))
def test_generated_parts_are_fresh(page: str) -> None:
    """Events and closed lists on the page are those of the code; `make docs` writes them anew."""
    assert (ROOT / page).read_text("utf-8") == reference.rendered(page)


def test_every_topic_is_documented() -> None:
    """No event without a row on the page of events."""
    page = (DOCS / "events.md").read_text("utf-8")
    assert [topic for topic in registry.specs() if f"`{topic}`" not in page] == []


def fact_rows() -> dict[str, str]:
    """Fact -> its rows in the contract of facts."""
    rows: dict[str, str] = {}
    for line in (DOCS / "facts.md").read_text("utf-8").splitlines():
        cells = line.split("|")
        if line.startswith("| `"):
            for fact in re.findall(r"`(\w+)`", cells[1]):
                rows[fact] = rows.get(fact, "") + line
    return rows


def test_every_fact_is_documented_with_its_fields() -> None:
    """Each fact has a row, each field of a file stands in it, and each member of a short list."""
    rows = fact_rows()
    missing = []
    for (_, fact), spec in registry.FACT_SPECS.items():
        row = rows.get(fact, "")
        for part in spec.fields:
            if part.internal or part.name in reference.COMMON:
                continue
            named = f"`{part.name}`" in row or (fact == "appraisal" and part.name in row)
            members = part.type.choices if len(part.type.choices) <= 10 else ()
            listed = fact in {"position_ref", "formation", "appraisal", "ruling"}
            if not named or not (listed or all(word in row for word in members)):
                missing.append(f"{fact}.{part.name}")
    assert missing == []


def links(page: Path) -> Iterator[str]:
    """Targets of the links of a page that lead into the repository."""
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if "://" not in target and not target.startswith("#"):
            yield target.split("#")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    """Every link, and every path of this repository named in a page, exists."""
    assert [link for link in links(page) if not (page.parent / link).exists()] == []
    named = re.findall(r"`((?:src|tests|docs)/[\w./-]+)`", page.read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


RECORDS = tuple(sorted(path for path in (DOCS / "adr").glob("[0-9]*.md") if path.name[:4] > "0000"))


@pytest.mark.parametrize("record", RECORDS, ids=lambda path: path.name)
def test_decisions_are_complete_and_listed(record: Path) -> None:
    """A record has all parts, fits on a page, and stands in the index under its title."""
    text = record.read_text("utf-8")
    title = re.match(r"# (\d{4})\. (.+)\n", text)
    assert title
    assert title[1] == record.name[:4]
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == list(RECORD_PARTS)
    assert re.search(r"^Status: (accepted|proposed|superseded by \d{4})$", text, re.MULTILINE)
    assert text.count("\n") <= 70
    index = (DOCS / "adr/README.md").read_text("utf-8")
    assert f"| [{title[1]}]({record.name}) | {title[2]} |" in index


def commands(group: Any, prefix: str = "") -> Iterator[str]:
    """The full name of every command."""
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        elif f"{prefix}{name}" == "import files":  # what `import FILE...` means
            yield "import"
        else:
            yield f"{prefix}{name}"


def test_every_command_is_documented() -> None:
    """Each command has a row in the contract of the command line, and each row a command."""
    page = (DOCS / "command-line.md").read_text("utf-8")
    names = set(commands(typer.main.get_command(cli.app)))
    rows = set(re.findall(r"^\| `([a-z]+(?: [a-z-]+)?)", page, re.MULTILINE))
    assert names == rows


def options(group: Any) -> Iterator[str]:
    """Every long option of every command."""
    for command in (group.get_command(None, one) for one in group.list_commands(None)):
        if hasattr(command, "commands"):
            yield from options(command)
        else:
            for parameter in command.params:
                yield from (name for name in parameter.opts if name.startswith("--"))


def test_every_option_is_documented() -> None:
    """No option that the contract of the command line does not name."""
    page = (DOCS / "command-line.md").read_text("utf-8")
    group = typer.main.get_command(cli.app)
    assert {name for name in options(group) if f"`{name}" not in page} == set()


def runnable() -> Iterator[tuple[str, str]]:
    """(page and place, code) of every block that says it runs."""
    for page in PAGES:
        for number, match in enumerate(RUN.finditer(page.read_text("utf-8")), start=1):
            yield f"{page.name}:{number}:{match[1]}", match[2]


def pattern_of(line: str) -> str:
    """A line of a page as a pattern: … is anything; positions, digests and counts may move."""
    pattern = re.escape(line.strip()).replace("…", ".*")
    pattern = re.sub(r"sha256:[0-9a-f]{64}", "sha256:[0-9a-f]{64}", pattern)
    pattern = re.sub(r"(position\\ )\d+", r"\1\\d+", pattern)
    pattern = re.sub(r"T\d\d:\d\d:\d\d\\\.\d{6}Z", r"T[\\d:.]+Z", pattern)
    return re.sub(r"\d+(\\ (?:facts|events))", r"\\d+\1", pattern)


@pytest.mark.slow
@pytest.mark.parametrize(("where", "block"), list(runnable()))
def test_marked_blocks_run(
    where: str, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a page shows is what comes out: commands after $, their output below them."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("SAMPLES", str(ROOT / "tests/data/samples"))
    parts = re.split(r"^\$ (.+)\n", block, flags=re.MULTILINE)
    assert parts[0] == "", f"{where} does not begin with a command"
    for line, shown in zip(parts[1::2], parts[2::2], strict=True):
        words = shlex.split(line.replace("$SAMPLES", str(ROOT / "tests/data/samples")))
        assert words.pop(0) == "asn-ledger", f"{where} runs something else than asn-ledger"
        result = CliRunner().invoke(cli.app, words)
        assert result.exit_code in {0, 1}, result.output
        for wanted in shown.splitlines():
            assert re.search(pattern_of(wanted), result.output), f"{where}: {wanted!r}"
