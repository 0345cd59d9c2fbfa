"""Pages in a real browser. Where Debian's chromium is not installed these tests are not collected,
and the head of the report says so; with ASN_LEDGER_BROWSER=required that is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.site import House, housed
from tests.web.gallery import ARGS, CHROMIUM

FOUND = Path(CHROMIUM).exists()
REQUIRED = os.environ.get("ASN_LEDGER_BROWSER") == "required"
collect_ignore_glob = [] if FOUND or REQUIRED else ["test_*.py"]


def pytest_report_header() -> str:
    """Whether pages are looked at in a browser."""
    return f"browser: {CHROMIUM}" if FOUND else "browser: none found, pages are not driven"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One server process for all journeys."""
    with housed(browser, tmp_path_factory.mktemp("house")) as found:
        yield found
