"""A demo ledger behind the whole application, on both databases, with readers of every role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from typer.testing import CliRunner

from api.access.readers import Grant, Reader
from api.cli.main import app as command
from api.desk import Desk
from api.http.app import create_app
from api.http.settings import Settings
from api.web.site import pages
from ledger.access.access_log import AccessLog
from ledger.application import Ledger
from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.checkpoints.checkpoint_store import last_checkpoint
from ledger.vocabulary_agency import Role

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
QUASHED = "197906182005012993"  # the cast of a story: sanctioned, objected, quashed


class Badges:
    """Sign-in of the tests: the bearer token names a reader of the table below."""

    def __init__(self) -> None:
        self.readers: dict[str, Reader] = {}

    def reader(self, request: Request) -> Reader | None:
        """Whose name the token is."""
        return self.readers.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    def purpose(self, request: Request) -> str | None:
        """A token says nothing of purposes."""
        return None


@dataclass(frozen=True)
class Served:
    """A running application over the small demo."""

    client: TestClient
    desk: Desk
    badges: Badges

    def as_(self, name: str, **given: Any) -> Callable[..., Any]:
        """`client.get` in somebody's name."""

        def get(path: str, *, headers: Mapping[str, str] | None = None, **query: Any) -> Any:
            told = {"Authorization": f"Bearer {name}", **(headers or {})}
            return self.client.get(path, params={**given, **query}, headers=told)

        return get

    def person(self, nip: str) -> str:
        """The id of a person of the demo."""
        found = self.desk.ledger.index.find(nip)
        assert found is not None
        return str(found)


def serving(url: str, folder: Path) -> Iterator[Served]:
    """The application with its pages over a small demo ledger that is made at a place."""
    keys = folder / "keys"
    options = ["demo", "--size", "small", "--ledger", url, "--keys", str(keys)]
    made = CliRunner().invoke(command, options)
    assert made.exit_code == 0, made.output
    ledger = Ledger.open(url, keys=keys)
    desk, badges = Desk(ledger, clock=lambda: NOW), Badges()
    access = AccessLog.of(ledger, clock=lambda: NOW)
    settings = Settings(
        url=url,
        keys=keys,
        requests_per_minute=1_000_000,
        refusal_milliseconds=0,
        hosts="testserver",  # what a client of the tests names of itself
    )
    app = create_app(desk, settings, access, badges, pages)
    with TestClient(app, base_url="http://localhost:8000") as client:
        one = ledger.index.find(QUASHED)
        for role in Role:
            if role is not Role.ASN:
                badges.readers[role.value] = Reader(f"acc-{role.value}", None, (Grant(role),))
        badges.readers["ASN"] = Reader("acc-ASN", one)
        badges.readers["NOBODY"] = Reader("acc-NOBODY")
        yield Served(client, desk, badges)


@pytest.fixture
def checked(served: Served) -> Served:
    """The application over the small demo, whose log has a checkpoint."""
    if last_checkpoint(served.desk.ledger.store) is None:
        take_checkpoint(served.desk.ledger, actor="acc-ADMINISTRATOR")
    return served


def unknown() -> UUID:
    """An id that nobody has."""
    return UUID("00000000-0000-4000-8000-000000000000")
