"""The real server process over the small demo, and visitors who come to it with a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, StorageState

from tests.http.serving import command, serving

FALLEN = "198503122010012990"  # the cast of a story: what was known when it was signed
LATE = "198807042012011991"  # a late fact moved his score of a year that was over
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
DESK, PHONE = 1280, 360
ENOUGH = 10**6  # requests a minute: the limit has tests of its own


class House:
    """A running site.

    Attributes:
        address: without a slash at the end. url, keys: of its ledger. names: what this ledger
            calls the people, units and entries of the table of addresses.
    """

    def __init__(self, browser: Browser, address: str, url: str, keys: Path) -> None:
        self.browser = browser
        self.address = address
        self.url, self.keys = url, keys
        self.names: dict[str, str] = {}
        self._doors: dict[str, StorageState] = {}

    def door(self, account: str) -> StorageState:
        """The cookies of an account of the demo, which signs in once by its one click."""
        if account not in self._doors:
            context = self.browser.new_context()
            page = context.new_page()
            page.goto(f"{self.address}/masuk")
            page.locator(f"button[name=akun][value={account}]").click()
            page.wait_for_url(f"{self.address}/")
            self._doors[account] = context.storage_state()
            context.close()
        return self._doors[account]

    @contextmanager
    def visit(
        self,
        account: str | None,
        *,
        width: int = DESK,
        height: int = 900,
        dark: bool = False,
        **how: Any,
    ) -> Iterator[Page]:
        """A page of somebody's browser. At the end: nothing was said on the console, no request
        failed, nothing answered as wrong, and the page does not scroll sideways.
        """
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            storage_state=None if account is None else self.door(account),
            **how,
        )
        page, wrong = context.new_page(), list[str]()
        page.on("console", lambda said: wrong.append(f"console: {said.text}"))
        page.on("pageerror", lambda fault: wrong.append(f"script: {fault}"))
        page.on("requestfailed", lambda one: _failed(wrong, one.url, one.failure))
        page.on(
            "response",
            lambda one: wrong.append(f"{one.status} {one.url}") if one.status >= 400 else None,
        )
        try:
            yield page
            assert wide(page) <= width, page.url
            assert wrong == []
        finally:
            context.close()

    def person(self, nip: str) -> str:
        """The id of somebody, as the search of the site finds him."""
        with self.ask("demo-analis") as client:
            found = client.post("/cari", data={"q": nip}, follow_redirects=False)
            return str(found.headers["location"].removeprefix("/asn/").partition("?")[0])

    @contextmanager
    def ask(self, account: str) -> Iterator[httpx2.Client]:
        """A client without a browser, in somebody's session: for the twins of pages."""
        cookies = {str(one["name"]): str(one["value"]) for one in self.door(account)["cookies"]}
        headers = {"Origin": self.address, "Sec-Fetch-Site": "same-origin"}
        with httpx2.Client(
            base_url=self.address, cookies=cookies, headers=headers, timeout=60
        ) as client:
            yield client


@contextmanager
def housed(browser: Browser, folder: Path) -> Iterator[House]:
    """`asn-ledger serve` over a small demo that is made in a folder."""
    url, keys = f"sqlite:///{folder / 'demo.sqlite3'}", folder / "keys"
    made = command("demo", "--size", "small", "--ledger", url, "--keys", str(keys))
    assert made.returncode == 0, made.stderr
    with serving(url, keys, folder, requests_per_minute=ENOUGH) as server:
        yield House(browser, server.address, url, keys)


def wide(page: Page) -> int:
    """How wide a page is, in pixels."""
    return int(page.evaluate("document.documentElement.scrollWidth"))


def violations(page: Page) -> list[tuple[str, list[str]]]:
    """The rules of WCAG 2.2 AA that a page breaks, with the first places of each."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]


def _failed(wrong: list[str], url: str, why: str | None) -> None:
    # A page that is left, a download that begins and a suggestion that is overtaken are aborted
    # by the browser itself.
    if "ERR_ABORTED" not in str(why):
        wrong.append(f"{why} {url}")
