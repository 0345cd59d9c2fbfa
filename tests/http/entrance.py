"""A founded demo behind the whole application with its real ways in, and a clock the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
from fastapi.testclient import TestClient

from api.access.openid import OpenId
from api.desk import Desk
from api.http.app import create_app
from api.http.settings import Settings
from api.http.sign_in import Doors, doors
from api.web.site import pages
from ledger.access.access_log import AccessLog
from ledger.application import Founding, Ledger
from ledger.events.base import encode
from ledger.events.book import RoleGranted
from ledger.vocabulary_agency import Role
from tests.access.conftest import NOW, QUICK
from tests.access.test_openid import FalseProvider, provider

HERE = "http://localhost:8000"
OURS = {"Sec-Fetch-Site": "same-origin"}
PASSWORD = "empat kata tak berkait"


@dataclass
class Site:
    """A demo ledger behind the application, with a clock that the test moves."""

    client: TestClient
    desk: Desk
    doors: Doors
    false: FalseProvider
    at: list[datetime]

    def post(self, path: str, data: dict[str, str], **headers: str) -> Any:
        """A form of our own pages."""
        told = OURS | {name.replace("_", "-"): one for name, one in headers.items()}
        return self.client.post(path, data=data, headers=told)

    def me(self, **headers: str) -> Any:
        """Who is signed in."""
        return self.client.get("/api/v1/me", headers=headers)

    def by_password(self) -> str:
        """An account with a password and the role of an auditor."""
        account = self.doors.office.accounts.add(person=None, label=None, actor="a", at=self.at[0])
        self.doors.office.passwords.set(account, PASSWORD, actor="a", at=self.at[0])
        granted = encode(RoleGranted(account=account.id, role=Role.AUDITOR))
        self.desk.ledger.append_to_book([granted], "a")
        return account.id


@contextmanager
def entrance(database_url: str, tmp_path: Path, **given: Any) -> Iterator[Site]:
    """The application over a founded demo with a panel's account."""
    at = [NOW]
    founding = Founding("65", "Pemerintah Provinsi Contoh", "Asia/Makassar", demo=True)
    keys = tmp_path / "keys"
    ledger = Ledger.found(database_url, founding, keys=keys, actor="t", clock=lambda: at[0])
    ledger.append_to_book([encode(RoleGranted(account="demo-panel", role=Role.PANEL))], "t")
    desk = Desk(ledger, clock=lambda: at[0])
    settings = Settings(url=database_url, keys=keys, requests_per_minute=1_000_000, **given)
    app = create_app(desk, settings, AccessLog.of(ledger, clock=lambda: at[0]), site=pages)
    found = doors(desk, settings, app.state.standing)
    false = FalseProvider()
    ours = OpenId(provider(redirect_uri=f"{HERE}/masuk/kembali"), transport=lambda: _over(false))
    found = Doors(desk, settings, found.office, found.gate, ours)
    found.office.passwords._hasher = QUICK
    app.state.sign_in = found
    app.state.closing.insert(0, found.close)
    with TestClient(app, base_url=HERE, follow_redirects=False) as client:
        yield Site(client, desk, found, false, at)


def _over(false: FalseProvider) -> httpx2.BaseTransport:
    return httpx2.MockTransport(false.answer)
