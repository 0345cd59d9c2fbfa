"""Load on a server from a process of its own: `python -m tests.bench.http_load '{"…": …}'`.

So many connections ask the same address again and again, each waiting for its answer; with a rate
they share, as users do who do not wait for each other, else as fast as answers come. The last line
of standard output is JSON: seconds, answers, milliseconds at the quantiles, statuses.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit


async def _one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    """One question and its answer, read to the end; gives the status."""
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if b"content-length:" in head:
        length = int(head.split(b"content-length:")[1].split(b"\r\n", 1)[0])
        await reader.readexactly(length)
    return status


async def _client(
    place: tuple[str, int], request: bytes, until: float, every: float | None, offset: float
) -> list[tuple[float, int]]:
    reader, writer = await asyncio.open_connection(*place)
    took, due = [], time.perf_counter() + offset
    while time.perf_counter() < until:
        if every is not None:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            due += every
        begun = time.perf_counter()
        status = await _one(reader, writer, request)
        took.append((time.perf_counter() - begun, status))
    writer.close()
    return took


async def _load(given: dict[str, Any]) -> dict[str, Any]:
    parts = urlsplit(given["address"])
    headers = {"Host": parts.netloc, "Connection": "keep-alive", **given["headers"]}
    lines = [f"GET {parts.path}?{parts.query} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items())]
    request = "\r\n".join([*lines, "", ""]).encode()
    place, count = (parts.hostname or "", parts.port or 80), given["connections"]
    every = None if given.get("rate") is None else count / given["rate"]
    begun = time.perf_counter()
    until = begun + given["seconds"]
    offsets = [(every or 0) * number / count for number in range(count)]
    found = await asyncio.gather(
        *(_client(place, request, until, every, offset) for offset in offsets)
    )
    seconds = time.perf_counter() - begun
    answers = sorted(one for client in found for one in client)
    took = [one for one, _ in answers]
    return {
        "seconds": seconds,
        "answers": len(answers),
        "a_second": len(answers) / seconds,
        "p50_ms": took[len(took) // 2] * 1000,
        "p99_ms": took[len(took) * 99 // 100] * 1000,
        "statuses": dict(Counter(status for _, status in answers)),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_load(json.loads(sys.argv[1])))))
