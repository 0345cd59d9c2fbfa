"""The command line as a script sees it: arguments in, exit status and two streams out."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.cli.main import run


@dataclass(frozen=True)
class Result:
    """What one run left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output; anything else beside it fails."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """One JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Stream(io.TextIOWrapper):
    """A standard stream that is no terminal and keeps what was written."""

    def __init__(self, text: str = "") -> None:
        self.bytes = io.BytesIO(text.encode())
        super().__init__(self.bytes, encoding="utf-8", write_through=True)

    def text(self) -> str:
        """What was written."""
        self.flush()
        return self.bytes.getvalue().decode()


@contextmanager
def _instead(
    arguments: list[str], url: str, folder: Path, streams: tuple[Stream, ...]
) -> Iterator[None]:
    before = sys.argv, sys.stdin, sys.stdout, sys.stderr, os.environ.copy(), Path.cwd()
    sys.argv = ["asn-ledger", *arguments]
    sys.stdin, sys.stdout, sys.stderr = streams
    os.environ.pop("ASN_LEDGER_KEYS", None)
    os.environ["ASN_LEDGER_URL"] = url
    os.chdir(folder)
    try:
        yield
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr = before[:4]
        os.environ.clear()
        os.environ |= before[4]
        os.chdir(before[5])


@dataclass(frozen=True)
class AsnLedger:
    """The command with its ledger and a working folder of its own."""

    url: str
    folder: Path

    def __call__(self, *arguments: object, stdin: str = "") -> Result:
        """Run it in this process, with standard input at its end and no terminal."""
        streams = Stream(stdin), Stream(), Stream()
        status = 0
        with _instead([str(one) for one in arguments], self.url, self.folder, streams):
            try:
                run()
            except SystemExit as leaving:
                status = leaving.code if isinstance(leaving.code, int) else 1
        return Result(status, streams[1].text(), streams[2].text())

    def file(self, name: str, *rows: dict[str, Any]) -> Path:
        """A facts file in the working folder."""
        path = self.folder / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        return path
