"""What a reader of the pages waits for, as rows of the table: one worker, the demo's province.

Times are those of one reader on an otherwise idle server, each question asked once: a page on a day
that nobody asked about before. The step of the slider is taken in Debian's chromium, from the input
to the frame that shows the other day.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2
from playwright.sync_api import sync_playwright

from tests.bench.http_benchmarks import PAST_DAYS, Asked, HttpSizes, served
from tests.bench.measuring import Figure
from tests.web.gallery import ARGS, CHROMIUM

UNIT_MS_MAX, TALENT_MS_MAX, RECORD_MS_MAX, STEP_MS_MAX = 250, 1_000, 60, 150
FIRST_LOAD_MAX = 150_000
PURPOSE = "purpose=administration"
STEPS = 12
WARM_DAY = "2025-06-30"
ASSET = re.compile(r'(?:href|src)="(/static/[^"]+)"')
# One step of the slider: until two frames after the bar says the day that was chosen.
STEP = """async (place) => {
  const range = document.querySelector(".slider input");
  const begun = performance.now();
  range.value = String(place);
  const bar = document.querySelector(".timebar");
  range.dispatchEvent(new Event("input"));
  while (document.querySelector(".timebar") === bar) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""


def names() -> tuple[str, ...]:
    """The rows; a step of the slider is measured where a browser is."""
    return ("unit", "talent", "record", "first", *(("step",) if Path(CHROMIUM).exists() else ()))


def row(name: str, sizes: HttpSizes, tell: Callable[[str], None]) -> Figure:
    """One row, on a server of its own."""
    make = {
        "unit": _unit,
        "talent": _talent,
        "record": _record,
        "step": _step,
        "first": _first_load,
    }
    with served(sizes) as one:
        return make[name](sizes, one, tell)


def _took(one: Asked, paths: Sequence[str]) -> list[float]:
    """Milliseconds to the last byte of each page, asked one after the other."""
    found = []
    with httpx2.Client(base_url=one.address, headers=one.headers, timeout=120) as client:
        for path in paths:
            begun = time.perf_counter()
            answer = client.get(path, headers={"Accept": "text/html"})
            found.append((time.perf_counter() - begun) * 1000)
            answer.raise_for_status()
    return found


def _page(
    what: str, sizes: HttpSizes, took: Sequence[float], most: int, tell: Callable[[str], None]
) -> Figure:
    tell(f"{what}: {[round(ms) for ms in took]}")
    return Figure(
        work=f"{what}, demo {sizes.demo}, one worker, days not asked about before",
        measured={"median": f"{median(took):.0f} ms", "slowest": f"{max(took):.0f} ms"},
        target=f"under {most:,} ms",
        reached=median(took) < most,
        raw={"ms": list(took)},
    )


def _unit(sizes: HttpSizes, one: Asked, tell: Callable[[str], None]) -> Figure:
    listed = httpx2.get(f"{one.address}/opd.json", headers=one.headers, timeout=120).json()
    below = [each for each in listed["units"] if each["depth"] and each["people"]]
    largest = max(below, key=lambda each: int(each["people"]))
    page = f"/opd/{largest['id']}?as_of="
    _took(one, [page + WARM_DAY])
    took = _took(one, [page + day for day in PAST_DAYS])
    return _page(f"page of a unit of {largest['people']} people", sizes, took, UNIT_MS_MAX, tell)


def _talent(sizes: HttpSizes, one: Asked, tell: Callable[[str], None]) -> Figure:
    page = f"/talenta?{PURPOSE}&as_of="
    _took(one, [page + WARM_DAY])
    took = _took(one, [page + day for day in PAST_DAYS])
    return _page("page of talent", sizes, took, TALENT_MS_MAX, tell)


def _person(one: Asked) -> str:
    return urlsplit(one.score).path.split("/")[-2]


def _record(sizes: HttpSizes, one: Asked, tell: Callable[[str], None]) -> Figure:
    page = f"/asn/{_person(one)}?{PURPOSE}&as_of="
    _took(one, [page + WARM_DAY])
    days = [(date(2025, 3, 31) - timedelta(days=91 * place)).isoformat() for place in range(9)]
    return _page(
        "page of a record", sizes, _took(one, [page + d for d in days]), RECORD_MS_MAX, tell
    )


def _step(sizes: HttpSizes, one: Asked, tell: Callable[[str], None]) -> Figure:
    name, _, value = one.headers["Cookie"].partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        context = browser.new_context(base_url=one.address, viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": name, "value": value, "url": one.address}])
        page = context.new_page()
        page.goto(f"/asn/{_person(one)}?{PURPOSE}")
        last = int(page.locator(".slider input").get_attribute("max") or 0)
        places = [max(last - 1 - place, 0) for place in range(min(STEPS, last))]
        took = [float(page.evaluate(STEP, place)) for place in places]
        browser.close()
    tell(f"step: {[round(ms) for ms in took]}")
    return Figure(
        work=f"a step of the slider to new pixels in chromium, demo {sizes.demo}, one worker",
        measured={"median": f"{median(took):.0f} ms", "slowest": f"{max(took):.0f} ms"},
        target=f"under {STEP_MS_MAX} ms",
        reached=median(took) < STEP_MS_MAX,
        raw={"ms": took},
    )


def _first_load(sizes: HttpSizes, one: Asked, tell: Callable[[str], None]) -> Figure:
    pages = {
        "record": f"/asn/{_person(one)}?{PURPOSE}",
        "all units": "/opd",
        "talent": f"/talenta?{PURPOSE}",
        "start": "/",
    }
    sizes_of: dict[str, Any] = {}
    with httpx2.Client(base_url=one.address, headers=one.headers, timeout=120) as client:
        for name, path in pages.items():
            text = client.get(path, headers={"Accept": "text/html"}).text
            needed = {urljoin(one.address, each) for each in ASSET.findall(text)}
            sizes_of[name] = len(text.encode()) + sum(
                len(client.get(each).content) for each in needed
            )
    tell(f"first load: {sizes_of}")
    return Figure(
        work=f"bytes of a first load, page with stylesheet, script and mark, demo {sizes.demo}",
        measured={name: f"{count / 1000:.0f} KB" for name, count in sizes_of.items()},
        target="under 150 KB",
        reached=max(sizes_of.values()) < FIRST_LOAD_MAX,
        raw=sizes_of,
    )
