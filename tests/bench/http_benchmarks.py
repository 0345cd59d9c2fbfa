"""What the server costs, as rows of the table: one worker, the demo's province, another's load."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import psutil

from api.demo import stories
from tests.bench.measuring import Figure
from tests.http.serving import command, serving

P50_MS_MAX, P99_MS_MAX, RATE = 8, 60, 200
UNCHANGED_RATE = 400
FIRST_BYTE_MS_MAX = 300
MEMORY_MAX_MB = 600
PAST_DAYS = ("2024-06-30", "2023-12-31", "2022-06-30", "2025-03-31", "2021-12-31")


@dataclass(frozen=True)
class HttpSizes:
    """How much is measured."""

    demo: str
    seconds: float
    requests: int
    full: bool

    @classmethod
    def scaled(cls, scale: float) -> HttpSizes:
        """A share of the sizes of the table."""
        if scale >= 1:
            return cls("province", 10.0, 30_000, full=True)
        return cls("small", 1.0, 200, full=False)


class Asked(NamedTuple):
    """A served demo and how it is asked.

    Attributes:
        score: the address of the current score of somebody of a story. headers: of who is signed in.
    """

    address: str
    pid: int
    score: str
    headers: dict[str, str]


@cache
def _founded(demo: str) -> tempfile.TemporaryDirectory[str]:
    """The demo ledger, founded once for all rows; removed when the process ends."""
    folder = tempfile.TemporaryDirectory(prefix="asn-ledger-bench-")
    url, keys = f"sqlite:///{folder.name}/demo.sqlite3", f"{folder.name}/keys"
    made = command("demo", "--size", demo, "--ledger", url, "--keys", keys)
    if made.returncode:
        raise RuntimeError(made.stderr)
    return folder


@contextmanager
def served(sizes: HttpSizes) -> Iterator[Asked]:
    """The demo behind one worker, and its analyst signed in."""
    folder = Path(_founded(sizes.demo).name)
    url, keys = f"sqlite:///{folder}/demo.sqlite3", folder / "keys"
    settings: dict[str, Any] = {"requests_per_minute": 100_000_000, "answer_seconds": 120}
    with serving(url, keys, folder, **settings) as server:
        home = {"Sec-Fetch-Site": "same-origin", "Origin": server.address}
        entry = httpx2.post(
            f"{server.address}/masuk/demo", data={"akun": "demo-analis"}, headers=home
        )
        cookie = entry.headers["set-cookie"].split(";", 1)[0]
        headers = {"Cookie": cookie, "Reading-Purpose": "administration"}
        api, nip = f"{server.address}/api/v1", stories.cast()[stories.QUASHED].nip
        found = httpx2.post(f"{api}/people/search", json={"nip": nip}, headers={**headers, **home})
        person = found.json()["people"][0]["id"]
        score = f"{api}/people/{person}/score?instrument=ip-asn"
        yield Asked(server.address, server.process.pid, score, headers)


def load(address: str, headers: dict[str, str], seconds: float, rate: int | None) -> dict[str, Any]:
    """Eight connections of another process."""
    given = {
        "address": address,
        "headers": headers,
        "connections": 8,
        "seconds": seconds,
        "rate": rate,
    }
    arguments = [sys.executable, "-m", "tests.bench.http_load", json.dumps(given)]
    made = subprocess.run(arguments, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(made.stdout)
    return found


def row(name: str, sizes: HttpSizes, tell: Callable[[str], None]) -> Figure:
    """One row, on a server of its own."""
    make = {"score": _score, "unchanged": _unchanged, "everybody": _everybody, "memory": _memory}
    with served(sizes) as one:
        return make[name](sizes, one, tell)


def _score(sizes: HttpSizes, one: Asked, tell: Callable[[str], None]) -> Figure:
    load(one.score, one.headers, sizes.seconds / 5, None)
    paced = load(one.score, one.headers, sizes.seconds, RATE)
    most = load(one.score, one.headers, sizes.seconds, None)
    tell(f"score: {paced}, at most {most}")
    reached = paced["p50_ms"] < P50_MS_MAX and paced["p99_ms"] < P99_MS_MAX
    return Figure(
        work=f"a person's current score with trace over HTTP, demo {sizes.demo}, one worker, 8"
        f" connections, {RATE} requests a second",
        measured={
            "p50": f"{paced['p50_ms']:.1f} ms",
            "p99": f"{paced['p99_ms']:.1f} ms",
            "requests a second": f"{paced['a_second']:.0f}",
            "at most": f"{most['a_second']:.0f} a second",
        },
        target="p50 under 8 ms, p99 under 60 ms, 200 a second",
        reached=reached and paced["a_second"] > RATE * 0.97,
        raw={"paced": paced, "most": most},
    )


def _unchanged(sizes: HttpSizes, one: Asked, tell: Callable[[str], None]) -> Figure:
    tag = httpx2.get(one.score, headers=one.headers).headers["etag"]
    run = load(one.score, {**one.headers, "If-None-Match": tag}, sizes.seconds, None)
    tell(f"unchanged: {run}")
    return Figure(
        work=f"the same with If-None-Match, demo {sizes.demo}, one worker, 8 connections",
        measured={
            "304 a second": f"{run['statuses'].get('304', 0) / run['seconds']:.0f}",
            "p50": f"{run['p50_ms']:.1f} ms",
        },
        target="at least 400 a second",
        reached=run["statuses"].get("304", 0) / run["seconds"] >= UNCHANGED_RATE,
        raw=run,
    )


def _everybody(sizes: HttpSizes, one: Asked, tell: Callable[[str], None]) -> Figure:
    first, whole = [], []
    for day in PAST_DAYS:
        path = f"{one.address}/api/v1/scores?instrument=ip-asn&as_of={day}"
        begun = time.perf_counter()
        with httpx2.stream("GET", path, headers=one.headers, timeout=120) as answer:
            pieces = answer.iter_bytes()
            next(pieces)
            first.append((time.perf_counter() - begun) * 1000)
            for _ in pieces:
                pass
        whole.append((time.perf_counter() - begun) * 1000)
    tell(f"everybody: first byte {first}, whole {whole}")
    median_first, median_whole = (sorted(found)[len(found) // 2] for found in (first, whole))
    return Figure(
        work=f"everybody's score on a past day over HTTP, demo {sizes.demo}, a day not asked before",
        measured={"first byte": f"{median_first:.0f} ms", "whole": f"{median_whole:.0f} ms"},
        target="first byte under 300 ms",
        reached=median_first < FIRST_BYTE_MS_MAX,
        raw={"first_ms": first, "whole_ms": whole},
    )


def _memory(sizes: HttpSizes, one: Asked, tell: Callable[[str], None]) -> Figure:
    _everybody(sizes, one, tell)
    process = psutil.Process(one.pid)
    before = process.memory_info().rss / 1e6
    done = 0
    while done < sizes.requests:
        done += load(one.score, one.headers, sizes.seconds, None)["answers"]
    after = process.memory_info().rss / 1e6
    tell(f"memory: {before:.0f} MB, after {done} requests {after:.0f} MB")
    return Figure(
        work=f"memory of the server, demo {sizes.demo}, after everybody's scores of five days",
        measured={
            "before": f"{before:.0f} MB",
            f"after {done:,} requests more": f"{after:.0f} MB",
        },
        target="under 600 MB",
        reached=after < MEMORY_MAX_MB,
        raw={"before_mb": before, "after_mb": after, "requests": done},
    )
