"""Pictures of the pages for docs/: `python -m tests.e2e.pictures [FOLDER]`.

Light on a desk, or dark on a phone; docs/pages.md shows them. Looked at, not compared.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.addresses import STOPS, filled
from tests.e2e.site import DESK, PHONE, House, housed
from tests.web.gallery import ARGS, CHROMIUM

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
ON_DESK = {
    "rekam-jejak": "/asn/{pid}",
    "perbandingan": "/asn/{pid}/perbandingan",
    "catatan": "/catatan/{position}",
    "perangkat-daerah": "/opd",
    "talenta": "/talenta",
    "kasus": "/kasus",
    "perkara": "/kasus/{pid}/{root}",
    "keputusan": "/keputusan/{ident:path}",
    "audit": "/audit",
    "impor": "/impor",
    "aturan": "/aturan/{name}",
    "coba": "/aturan/{name}/coba",
    "perbandingan-unit": "/opd/{code}/perbandingan",
}
ON_PHONE = {
    "beranda-ponsel": "/",
    "rekam-jejak-ponsel": "/asn/{pid}",
    "unit-ponsel": "/opd/{code}",
    "catat-ponsel": "/catat/orang/{pid}/{kind}",
    "akses-ponsel": "/akses",
}


def draw(house: House, folder: Path) -> None:
    """Every picture, as tall as one look at a screen."""
    folder.mkdir(parents=True, exist_ok=True)
    stops = {one.route: one for one in STOPS}
    for names, width, height, dark in ((ON_DESK, DESK, 720, False), (ON_PHONE, PHONE, 780, True)):
        for name, route in names.items():
            stop = stops[route]
            with house.visit(stop.account, width=width, height=height, dark=dark) as page:
                page.goto(filled(house, stop.path))
                page.screenshot(path=folder / f"{name}.png", animations="disabled")


def main() -> None:
    """Found a small demo, serve it, and draw."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as made:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        with housed(browser, Path(made)) as house:
            draw(house, folder)
        browser.close()


if __name__ == "__main__":
    main()
