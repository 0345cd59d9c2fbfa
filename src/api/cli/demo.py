"""`demo`: an invented province, founded from a seed, and some things to ask it."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from shutil import rmtree
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from api.cli import demo_rules, demo_site
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
from api.demo import printed, province, stories
from api.demo.accounts import ACCOUNTS, Account
from api.demo.stories import Question, Story
from api.naming import fact_root
from api.seeding.filling import ZONE, fill, found
from api.seeding.guiding import guided
from ledger.application import Ledger
from ledger.checkpoints.checkpoint_store import last_checkpoint
from ledger.errors import LedgerError, invariant
from ledger.keys.key_folder import default_key_folder
from projections.asking import inquiry
from projections.asking.inquiry import Ask


class NotADemo(LedgerError):
    """What stands at the address is a real ledger, or no ledger at all; a demo never replaces
    it.
    """

    code = "not_a_demo"


def demo_command(
    size: Annotated[str, typer.Option("--size", help="small or province.")] = "small",
    url: LedgerUrl = DEFAULT_URL,
    keys: KeyFolder = None,
    as_json: AsJson = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Serve it then, until Ctrl-C, with who may sign in.")
    ] = False,
) -> None:
    """Found a demo ledger of invented people and ask it some questions."""
    settings = demo_site.settings_of(url, keys)
    if serve:
        demo_site.check_free(settings)
    batches = list(province.batches(size))
    folder = _clear(url, keys)
    filling = found(url, size, first_day=batches[0].known_on, keys=keys)
    ledger = filling.ledger
    try:
        total = sum(len(batch.rows) for batch in batches)
        with progress_bar("facts", total, quiet=as_json) as advance:
            read = fill(filling, batches, folder=folder, progress=advance)
        told = [_story(ledger, story) for story in stories.stories()]
        shown = list(demo_rules.at_work(ledger))
        last = last_checkpoint(ledger.store)
        tours = guided(ledger)
    finally:
        ledger.close()
    invariant(last is not None, "the demo ends with a checkpoint")
    if last is None:
        raise LookupError
    if as_json:
        print_json(
            {
                "ledger": url,
                "size": size,
                "rows": read,
                "events": last.size,
                "root": last.checkpoint.root.hex(),
                "workbooks": None if folder is None else str(folder),
                "accounts": [_account(one) for one in ACCOUNTS],
                "tours": tours,
                "stories": told,
                "instruments": shown,
            }
        )
    else:
        _tell(url, read, last.size, told)
        demo_rules.tell(shown)
        _tell_on(url, told[0])
    if serve:
        demo_site.invite(settings, tours)
        demo_site.serve_until_stopped(settings)


def _clear(url: str, keys: Path | None) -> Path | None:
    """Remove an earlier demo from an SQLite file; anything else is left alone. Gives the folder for
    its workbooks, which lies beside such a file.

    Raises:
        NotADemo.
    """
    path = sqlite_path(url)
    if path is None:
        return None
    workbooks = Path(f"{path}.impor")
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return workbooks
    if not _is_demo(url, keys):
        raise NotADemo(
            f"{path} holds something other than a demo ledger; a demo does not replace it.",
            next_step="Name another place with --ledger sqlite:///var/demo.sqlite3.",
        )
    _remove(path, keys or default_key_folder(url, ""))
    return workbooks


def _remove(path: Path, keys: Path) -> None:
    """Remove a demo with everything beside it: table of facts, workbooks, uploads, access log,
    accounts, log of its server.

    The database goes after what lies beside it and before its keys: if this ends halfway, what is
    left is still known as a demo, or is no ledger any more.
    """
    for name in ("facts", "impor", "uploads"):
        rmtree(Path(f"{path}.{name}"), ignore_errors=True)
    beside = ("access", "accounts.sqlite3")
    files = [found for name in beside for found in _with_journals(Path(f"{path}.{name}"))]
    for part in (*files, Path(f"{path}.log"), *_with_journals(path)):
        part.unlink(missing_ok=True)
    rmtree(keys, ignore_errors=True)


def _with_journals(database: Path) -> list[Path]:
    """An SQLite file and what SQLite keeps beside it; the file itself last."""
    return [Path(f"{database}{suffix}") for suffix in ("-wal", "-shm", "-journal", "")]


def _is_demo(url: str, keys: Path | None) -> bool:
    try:
        ledger = Ledger.open(url, keys=keys)
    except LedgerError:
        return False
    try:
        return bool(ledger.founded["demo"])
    finally:
        ledger.close()


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
    return datetime.combine(question.known_on, time(23, 59, 59), ZoneInfo(ZONE))


def _account(one: Account) -> dict[str, Any]:
    return {
        "account": one.name,
        "role": one.role.value,
        "unit": one.unit,
        "label": one.label,
        "english": one.english,
    }


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
