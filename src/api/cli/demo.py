"""`demo`: an invented province, founded from a seed, and some things to ask it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from shutil import rmtree
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
import typer

from api.cli import demo_rules
from api.cli.common import (
    DEFAULT_URL,
    AsJson,
    KeyFolder,
    LedgerUrl,
    now,
    print_json,
    progress_bar,
    say,
    sqlite_path,
)
from api.cli.founding import KALTARA_CODE, KALTARA_ZONE
from api.demo import printed, province, stories
from api.demo.stories import Question, Story
from api.founding import found_ledger
from api.intake.importing import import_files
from api.naming import fact_root
from ledger.application import Founding, Ledger
from ledger.errors import LedgerError, invariant
from ledger.key_folder import default_key_folder
from projections.asking import inquiry
from projections.asking.inquiry import Ask

AGENCY = "Provinsi Contoh (data rekaan)"
ACTOR = "demo"
_BLOCK = 1 << 20
_CLOSING = time(17, 0)


class NotADemo(LedgerError):
    """What stands at the address is a real ledger, or no ledger at all; a demo never replaces
    it.
    """

    code = "not_a_demo"


class SeededBytes:
    """The same bytes in the same order each time: SHAKE-256 of a seed, only ever for demo
    ledgers.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._blocks = 0
        self._rest = b""

    def __call__(self, count: int) -> bytes:
        """So many bytes."""
        while len(self._rest) < count:
            text = f"{self._seed} {self._blocks}".encode()
            self._rest += hashlib.shake_256(text).digest(_BLOCK)
            self._blocks += 1
        given, self._rest = self._rest[:count], self._rest[count:]
        return given


class SetClock:
    """A clock that stands where it was set; the store makes each command later than the one
    before.
    """

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self.instant = datetime(2019, 1, 1, tzinfo=UTC)

    def set(self, day: date) -> None:
        """Set to the close of office on a day."""
        self.instant = datetime.combine(day, _CLOSING, self._zone).astimezone(UTC)

    def __call__(self) -> datetime:
        """The instant it was set to."""
        return self.instant


def demo_command(
    size: Annotated[str, typer.Option("--size", help="small or province.")] = "small",
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    as_json: AsJson = False,
) -> None:
    """Found a demo ledger of invented people and ask it some questions."""
    batches = list(province.batches(size))
    _clear(url, keys)
    clock = SetClock(KALTARA_ZONE)
    clock.set(batches[0].known_on)
    founding = Founding(KALTARA_CODE, AGENCY, KALTARA_ZONE, demo=True)
    ledger = found_ledger(
        url,
        founding,
        keys=keys,
        actor=ACTOR,
        randomness=SeededBytes(f"asn-ledger demo {size}"),
        clock=clock,
    )
    try:
        read = _load(ledger, batches, clock, quiet=as_json)
        demo_rules.enact(ledger)
        told = [_story(ledger, story) for story in stories.stories()]
        shown = list(demo_rules.at_work(ledger))
        head = ledger.store.head().position
    finally:
        ledger.close()
    if as_json:
        print_json(
            {"ledger": url, "rows": read, "events": head, "stories": told, "instruments": shown}
        )
    else:
        _tell(url, read, head, told)
        demo_rules.tell(shown)
        _tell_on(url, told[0])


def _clear(url: str, keys: Path | None) -> None:
    """Remove an earlier demo from an SQLite file; anything else is left alone.

    Raises:
        NotADemo.
    """
    path = sqlite_path(url)
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return
    if not _is_demo(url, keys):
        raise NotADemo(
            f"{path} holds something other than a demo ledger; a demo does not replace it.",
            next_step="Name another place with --ledger sqlite:///var/demo.sqlite3.",
        )
    folder = keys or default_key_folder(url, "")
    for part in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        part.unlink(missing_ok=True)
    for part in (folder, Path(f"{path}.facts")):
        rmtree(part, ignore_errors=True)


def _is_demo(url: str, keys: Path | None) -> bool:
    try:
        ledger = Ledger.open(url, keys=keys)
    except LedgerError:
        return False
    try:
        return bool(ledger.founded["demo"])
    finally:
        ledger.close()


def _load(ledger: Ledger, batches: list[province.Batch], clock: SetClock, *, quiet: bool) -> int:
    total = sum(len(batch.rows) for batch in batches)
    read = 0
    with (
        tempfile.TemporaryDirectory(prefix="asn-ledger-demo-") as folder,
        progress_bar("facts", total, quiet=quiet) as advance,
    ):
        for batch in batches:
            clock.set(batch.known_on)
            path = Path(folder) / f"{batch.known_on.isoformat()}.jsonl"
            path.write_bytes(b"".join(_lines(batch)))
            report = import_files(ledger, [path], actor=ACTOR, progress=advance)
            invariant(
                not report.refused, f"the demo holds a row that is refused: {report.refused[:1]}"
            )
            read += report.read
    return read


def _lines(batch: province.Batch) -> Iterator[bytes]:
    for row in batch.rows:
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def _story(ledger: Ledger, story: Story) -> dict[str, Any]:
    person = ledger.index.find(story.nip)
    invariant(person is not None, "a story is told about somebody who is not in the demo")
    if person is None:
        raise LookupError
    answers = []
    for question in story.questions:
        without = () if question.without is None else fact_root(ledger, person, [question.without])
        ask = Ask("ip-asn", question.as_of, known_at=_known_at(question), without=without)
        today = question.as_of
        asked = inquiry.resolve(ledger, ask, today=today, now=now())
        answers.append((question, inquiry.one(ledger, asked, person).as_json(with_facts=False)))
    return {
        "title": story.title,
        "nip": story.nip,
        "answers": [
            {
                "as_of": answer["as_of"],
                "known_on": None if asked.known_on is None else asked.known_on.isoformat(),
                "without": asked.without,
                "total": answer["total"],
                "band": answer["band"],
                "status": answer["status"],
                "range": answer["range"],
                "measures": {one["measure"]: one["points"] for one in answer["measures"]},
                "why": [one["code"] for one in answer["why"]],
            }
            for asked, answer in answers
        ],
    }


def _known_at(question: Question) -> datetime | None:
    if question.known_on is None:
        return None
    return datetime.combine(question.known_on, time(23, 59, 59), ZoneInfo(KALTARA_ZONE))


def _tell(url: str, read: int, head: int, told: list[dict[str, Any]]) -> None:
    say(f"{read} facts about invented people, {head} events, in {url}")
    for number, story in enumerate(told, start=1):
        say(f"\n{number}. {story['title']}")
        for answer in story["answers"]:
            say("   " + _answer_line(answer))


def _tell_on(url: str, first: dict[str, Any]) -> None:
    option = "" if url == DEFAULT_URL else f" --ledger {url}"
    say("\nAsk on:")
    as_of = first["answers"][-1]["as_of"]
    say(f"  asn-ledger score {first['nip']} --instrument ip-asn --as-of {as_of}{option}")
    say(f"  asn-ledger score --all --instrument ip-asn --as-of {as_of}{option}")
    say(f"  asn-ledger history {first['nip']}{option}")
    say(f"  asn-ledger reconcile --instrument ip-asn --period {printed.YEAR}{option}")


def _answer_line(answer: dict[str, Any]) -> str:
    known = "as known now" if answer["known_on"] is None else f"as known on {answer['known_on']}"
    total = "not computable" if answer["total"] is None else f"{answer['total']} {answer['band']}"
    bounds = answer["range"]
    within = f", between {bounds['from']} and {bounds['to']}" if bounds else ""
    without = f", HYPOTHETICAL without {answer['without']}" if answer["without"] else ""
    parts = " + ".join(
        f"{name} {'?' if points is None else points}" for name, points in answer["measures"].items()
    )
    status = "" if answer["status"] == "complete" else f" [{answer['status']}]"
    return f"{answer['as_of']}, {known}{without}: {total}{within}{status}  ({parts})"
