"""Work that runs in a process of its own: what nobody trusts, and what takes long.

The child is this program again. Its task goes through standard input, so that no address of a
database and no path stands where other accounts of the machine can read it; what it says are lines
of JSON, `{"told": …}` as it goes and `{"done": …}` or `{"refused": …}` at the end.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import orjson

from ledger.errors import LedgerError

Json = dict[str, Any]
TOLD, DONE, REFUSED = "told", "done", "refused"
_START = "from api.queries.child_main import main; main()"
_LINE_MAX = 1 << 20
_BARE = ("PATH", "LANG", "LC_ALL", "TZDIR")


class ChildEnded(LedgerError):
    """A process of its own took too long, too much memory, or ended before it was done."""

    code = "check_ended"


def too_much() -> ChildEnded:
    """What is told where a child did not come to its end."""
    return ChildEnded(
        "The work was ended before it was done: it took too much time or memory.",
        next_step="Try again later, or do it at the command line, which has no such limit.",
    )


def asked(task: Mapping[str, Any], *, seconds: float) -> Json:
    """Have a task done and wait for it, without the environment of the server.

    Raises:
        ChildEnded.
    """
    try:
        ran = subprocess.run(  # noqa: S603 - this program itself
            _command(),
            input=orjson.dumps(dict(task)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
            env=_environment(bare=True),
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_much() from None
    lines = ran.stdout.splitlines()
    last: Any = orjson.loads(lines[-1]) if lines else None
    if not isinstance(last, dict) or DONE not in last:
        raise too_much()
    done: Json = last[DONE]
    return done


async def watched(task: Mapping[str, Any]) -> AsyncGenerator[Json]:
    """What a task says as it goes, `told`, `done` or `refused` with what; whoever stops listening
    ends it.

    Raises:
        ChildEnded.
    """
    child = await asyncio.create_subprocess_exec(
        *_command(),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(bare=False),
        limit=_LINE_MAX,
    )
    try:
        if child.stdin is None or child.stdout is None:
            raise too_much()
        child.stdin.write(orjson.dumps(dict(task)))
        child.stdin.close()
        ended = False
        async for line in child.stdout:
            said: Json = orjson.loads(line)
            ended = ended or TOLD not in said
            yield said
        if not ended:
            raise too_much()
    finally:
        if child.returncode is None:
            child.kill()
        await asyncio.shield(child.wait())


def _command() -> list[str]:
    return [sys.executable, "-B", "-c", _START]


def _environment(*, bare: bool) -> dict[str, str]:
    known = {name: os.environ[name] for name in _BARE if name in os.environ}
    whole = known if bare else dict(os.environ)
    return {**whole, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
