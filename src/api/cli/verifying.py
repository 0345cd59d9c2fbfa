"""`verify`: read stored bytes again and say what is not as it was recorded."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from api import verification
from api.cli import verifying_files
from api.cli.common import (
    DEFAULT_URL,
    AsJson,
    LedgerUrl,
    now,
    print_json,
    progress_bar,
    say,
    warn,
)
from api.cli.files import read_keys
from ledger.errors import Misuse
from ledger.verifying import checkpoints, whole
from ledger.verifying.findings import DAMAGE, Finding
from ledger.verifying.whole import Verified, Wish

_JOBS_MAX = 64

Against = Annotated[
    list[Path] | None,
    typer.Option(
        "--against", help="An earlier checkpoint, also one typed from paper.", metavar="F"
    ),
]
Keys = Annotated[
    Path | None,
    typer.Option("--keys", help="Look at keys and the NIP index too.", metavar="DIR"),
]


def verify_command(
    path: Annotated[
        Path | None,
        typer.Argument(help="A bundle, backup, certificate or proof; else the ledger itself."),
    ] = None,
    url: LedgerUrl = DEFAULT_URL,
    against: Against = None,
    keys: Keys = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", help="A key from elsewhere: its line or a file.", metavar="VKEY"),
    ] = None,
    scores: Annotated[
        bool, typer.Option("--scores", help="Compute everybody's scores in both ways.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", help="Processes; default: the cores.", metavar="N")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read everything stored again, compute it anew, and name what was changed."""
    claims = [checkpoints.read_claim(one) for one in against or ()]
    if path is not None:
        if scores or keys or jobs is not None:
            raise Misuse(
                "--scores, --keys and --jobs are for the ledger itself, not for a file.",
                next_step="Leave them out, or leave out the file.",
            )
        trusted = read_keys(key)
        if key and not trusted:
            raise Misuse("--key names a file without a key.", next_step="Give the key's line.")
        verifying_files.verify_file(path, claims, trusted, as_json=as_json)
        return
    if key:
        raise Misuse(
            "--key is for a bundle or certificate; a ledger names its keys itself.",
            next_step="Give --against a checkpoint that was kept elsewhere.",
        )
    verified, segments = _verified(url, claims, keys, _processes(jobs), quiet=as_json)
    compared = _scores(url, keys, verified, quiet=as_json) if scores else None
    if as_json:
        print_json(verification.as_json(verified, segments=segments, scores=compared))
    else:
        _tell(verified, segments, compared)
    raise typer.Exit(0 if verified.clean else 1)


def _processes(jobs: int | None) -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    wanted = cores or 1 if jobs is None else jobs
    if not 1 <= wanted <= _JOBS_MAX:
        raise Misuse(
            f"--jobs {wanted} is no number of processes.", next_step=f"Give 1 to {_JOBS_MAX}."
        )
    return wanted


def _verified(
    url: str,
    claims: list[checkpoints.Claim],
    keys: Path | None,
    jobs: int,
    *,
    quiet: bool,
) -> tuple[Verified, int | None]:
    total = whole.count_events(url)
    with progress_bar("events", total, quiet=quiet) as advance:
        verified = whole.verify(Wish(url, claims, keys, jobs, advance))
    segments = verification.check_read_models(url, verified)
    verification.check_shipped(verified.enacted, verified.findings)
    return verified, segments


def _scores(url: str, keys: Path | None, verified: Verified, *, quiet: bool) -> int:
    with progress_bar("scores", None, quiet=quiet) as advance:
        return verification.check_all_scores(
            url, keys, verified.findings, now=now(), tell=advance, report=warn
        )


def _tell(verified: Verified, segments: int | None, scores: int | None) -> None:
    say(f"{verified.origin or 'no founding'} at {verified.place}")
    say(
        f"{verified.size} events in {verified.streams} streams, the last recorded "
        f"{verified.recorded_at or 'never'}"
    )
    say(f"root {verified.root.hex()}")
    said = [f"{verified.checkpoints} checkpoints stored, {verified.claims} compared from elsewhere"]
    said += [] if verified.looks is None else [f"{verified.looks} entries of the access log"]
    said += [] if segments is None else [f"{segments} segments of the facts table"]
    said += [] if scores is None else [f"{scores} scores in both ways"]
    say("; ".join(said))
    if segments is None:
        say("The facts table was not compared: the log cannot be read as it is.")
    tell_findings(verified)
    if verified.clean:
        say("Nothing is damaged.")
        if not verified.claims:
            say(
                "Whoever owns the database could have rewritten all of it: compare it with a "
                "checkpoint kept elsewhere (--against)."
            )
    else:
        count = verified.findings.of(DAMAGE)
        say(f"DAMAGED: {count} findings. Keep everything as it is.")


def tell_findings(verified: Verified) -> None:
    """Each finding in a line; what a kind means, and what to do, once."""
    explained: set[str] = set()
    more = verified.findings.more()
    for one in verified.findings.in_order():
        if one.code not in explained:
            explained.add(one.code)
            say("")
            say(f"{one.kind.level} {one.code}: {one.kind.means}")
            if one.kind.next_step:
                say(f"  {one.kind.next_step}")
        say(f"  - {place_of(one)}")
        if one.code in more and _is_last(one, verified):
            say(f"  - and {more[one.code]} more")
    if explained:
        say("")


def _is_last(one: Finding, verified: Verified) -> bool:
    same = [other for other in verified.findings.in_order() if other.code == one.code]
    return same[-1] is one


def place_of(one: Finding) -> str:
    """Where a finding lies."""
    parts: list[Any] = []
    if one.position is not None:
        parts.append(f"position {one.position}")
    if one.stream is not None:
        parts.append(f"stream {one.stream}")
    return ", ".join([*parts, one.where])
