"""Pages on a real server in a real browser: desk and phone, light and dark, with and without script."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.http.conftest import QUASHED, Served, serving

FALLEN = "198503122010012990"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Site:
    """A server on a port of this machine, over the small demo."""

    def __init__(self, served: Served, port: int) -> None:
        self.served = served
        self.address = f"http://127.0.0.1:{port}"

    def paths(self) -> dict[str, tuple[str, str]]:
        """Every page of this test: who opens it, and where."""
        fallen, quashed = (self.served.person(one) for one in (FALLEN, QUASHED))
        return {
            "beranda": ("PANEL", "/"),
            "tamu": ("nobody", "/"),
            "cari": ("ANALYST", "/cari?purpose=audit"),
            "rekam": ("ANALYST", f"/asn/{fallen}?purpose=audit"),
            "sendiri": ("ASN", f"/asn/{quashed}"),
            "lalu": ("ANALYST", f"/asn/{fallen}?purpose=audit&as_of=2023-12-31"),
            "banding": ("ANALYST", f"/asn/{fallen}/perbandingan?purpose=audit&from=2023-12-31"),
            "catatan": ("ANALYST", "/catatan/2784?purpose=audit"),
        }


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The whole application behind a real socket."""
    folder: Path = tmp_path_factory.mktemp("site")
    running = contextmanager(serving)
    with running(f"sqlite:///{folder / 'demo.sqlite3'}", folder) as served:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = uvicorn.Config(served.client.app, port=port, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        until = time.monotonic() + 30
        while not server.started and time.monotonic() < until:
            thread.join(0.05)
        assert server.started
        yield Site(served, port)
        server.should_exit = True
        thread.join(30)


@contextmanager
def opened(browser: Browser, site: Site, name: str, **how: Any) -> Iterator[Page]:
    """A page of the table, opened by its reader; whatever the console says is a failure."""
    who, path = site.paths()[name]
    headers = {"Authorization": f"Bearer {who}"}
    options = {"viewport": {"width": 1280, "height": 900}, **how}
    context = browser.new_context(extra_http_headers=headers, **options)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda fault: said.append(str(fault)))
    page.goto(site.address + path)
    yield page
    context.close()
    assert said == []


NAMES = ("beranda", "tamu", "cari", "rekam", "sendiri", "lalu", "banding", "catatan")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_and_nothing_sticks_out(
    browser: Browser, site: Site, name: str, width: int, scheme: str
) -> None:
    """No page breaks a rule of WCAG 2.2 AA or scrolls sideways."""
    how = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with opened(browser, site, name, **how) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        found = Axe().run(page, options=RULES).response["violations"]
        assert [
            (one["id"], [node["html"][:90] for node in one["nodes"][:3]]) for one in found
        ] == []
        assert page.locator("h1").count() == 1


def test_from_a_point_to_its_article_and_fact(browser: Browser, site: Site) -> None:
    """A bar leads to its measure, with the article; the measure leads to the fact and its source."""
    with opened(browser, site, "rekam") as page:
        page.locator("#total").get_by_role("link", name="Disiplin").click()
        measure = page.locator("#ukuran-disiplin")
        assert "PerBKN 8/2019" in measure.inner_text()
        measure.locator("a.folio").first.click()
        page.wait_for_url("**/catatan/**")
        assert "Hukuman disiplin" in page.locator("h1").inner_text()
        assert "800/90000/HD/2025" in page.locator("#asal").inner_text()


def test_the_keys_step_between_days_of_change(browser: Browser, site: Site) -> None:
    """A bracket goes to the day of change before; the page, its band and its address follow."""
    with opened(browser, site, "rekam") as page:
        before = page.locator("#tb-as-of").input_value()
        page.keyboard.press("[")
        page.wait_for_url("**as_of=**")
        assert page.locator("#tb-as-of").input_value() < before
        assert page.get_by_text("Anda melihat masa lalu").is_visible()
        page.keyboard.press("]")
        page.wait_for_function(
            "(day) => document.querySelector('#tb-as-of').value === day", arg=before
        )


def test_the_slider_moves_the_whole_page(browser: Browser, site: Site) -> None:
    """At the first day the score is the one of that day, and it keeps the purpose."""
    with opened(browser, site, "rekam") as page:
        page.locator(".slider input").focus()
        page.keyboard.press("Home")
        page.wait_for_url("**as_of=2019-**")
        assert "purpose=audit" in page.url
        twin = site.served.as_("ANALYST")(
            f"/asn/{site.served.person(FALLEN)}.json",
            purpose="audit",
            as_of=page.locator("#tb-as-of").input_value(),
        ).json()
        assert twin["score"]["total"] in page.locator("#nilai .figures b").inner_text()


def test_everything_works_without_a_script(browser: Browser, site: Site) -> None:
    """Without a script: choose a day, say what was known, step, compare, swap, search."""
    with opened(browser, site, "rekam", java_script_enabled=False) as page:
        page.locator("#tb-as-of").fill("2023-12-31")
        page.locator("#tb-known").fill("2024-01-31")
        page.get_by_role("button", name="Tampilkan").click()
        assert "as_of=2023-12-31" in page.url
        assert "known_at=2024-01-31" in page.url
        assert page.get_by_text("Hanya yang tercatat sampai").is_visible()
        page.locator("a.step[rel=prev]").click()
        assert page.locator("#tb-as-of").input_value() < "2023-12-31"
        page.get_by_role("link", name="Bandingkan dengan hari lain").click()
        assert page.get_by_role("heading", name="Dua jawaban").is_visible()
        page.get_by_role("link", name="Tukar").click()
        assert page.get_by_role("heading", name="Dua jawaban").is_visible()


def test_a_person_is_found_by_the_keyboard_alone(browser: Browser, site: Site) -> None:
    """A number opens its record at once, and stands in no address."""
    name = str(site.served.desk.ledger.person(_stream(site))["name"])
    with opened(browser, site, "cari") as page:
        page.locator("#cari-2").focus()
        page.keyboard.type(FALLEN)
        page.keyboard.press("Enter")
        page.wait_for_url("**/asn/**")
        assert page.locator("h1").inner_text() == name
        assert FALLEN not in page.url


def _stream(site: Site) -> Any:
    return site.served.desk.ledger.index.find(FALLEN)


def test_a_purpose_is_chosen_and_kept(browser: Browser, site: Site) -> None:
    """Who opens a record without a purpose chooses one and reads on, at the same day."""
    context = browser.new_context(extra_http_headers={"Authorization": "Bearer ANALYST"})
    page = context.new_page()
    page.goto(f"{site.address}/asn/{site.served.person(FALLEN)}?as_of=2023-12-31")
    page.get_by_label("Pembinaan dan pengawasan atasan").check()
    page.get_by_role("button", name="Buka rekam jejak").click()
    assert "purpose=supervision" in page.url
    assert "as_of=2023-12-31" in page.url
    assert page.locator("#nilai").is_visible()
    context.close()
