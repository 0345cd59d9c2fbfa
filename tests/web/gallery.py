"""Every component of the pages with sample data, as one page, and pictures of it to be looked at.

`python -m tests.web.gallery FOLDER` writes the page and its pictures: light, dark, phone, paper.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, Route, sync_playwright

from api.web import assets
from api.web.formats import Lang
from api.web.navigation import AREAS
from api.web.render import environment
from api.web.shell import Shell, Site
from api.web.timebar import time_bar

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ORIGIN = "http://localhost:9"  # never reached: every request is answered from here
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ZONE = ZoneInfo("Asia/Makassar")

_DAYS = ("2020-01-01", "2022-12-31", "2023-05-16", "2023-08-09", "2024-08-09", "2025-03-28")
DATA: dict[str, Any] = {
    "person": {"name": "Kenanga Senja Contoh", "nip": "198503122010012990"},
    "measures": [
        {"label": "Kualifikasi", "points": "15", "max": "25", "href": "#kualifikasi"},
        {
            "label": "Kompetensi",
            "points": "15",
            "max": "40",
            "note": "fungsional 15, teknis 0, seminar 0",
        },
        {"label": "Kinerja", "points": None, "max": "30", "range": {"from": "10", "to": "30"}},
        {"label": "Disiplin", "points": "3", "max": "5"},
    ],
    "causes": [
        {
            "label": "Keluar dari jangka waktu: pelatihan teknis 24 jam",
            "points": "-15",
            "note": "No. 2.784",
            "href": "/catatan/2784",
        },
        {"label": "Keluar dari jangka waktu: seminar 8 jam", "points": "-10"},
        {"label": "Hukuman disiplin ringan", "points": "-2"},
        {"label": "Jabatan", "points": "0"},
        {"label": "Belum diketahui", "points": None},
    ],
    "points": [
        {"on": "2020-01-01", "total": "60", "status": "complete", "href": "?as_of=2020-01-01"},
        {"on": "2022-12-31", "total": "60", "status": "provisional", "href": "?as_of=2022-12-31"},
        {"on": "2023-05-16", "total": "75", "status": "provisional", "href": "?as_of=2023-05-16"},
        {"on": "2023-08-09", "total": "85", "status": "provisional", "href": "?as_of=2023-08-09"},
        {
            "on": "2024-08-09",
            "total": None,
            "status": "not_computable",
            "range": {"from": "40", "to": "70"},
        },
        {"on": "2025-03-28", "total": "58", "status": "provisional", "href": "?as_of=2025-03-28"},
    ],
    "bins": [
        {"from": str(low), "to": str(low + 10), "count": count, "href": f"?poin={low}"}
        for low, count in zip(
            range(0, 100, 10), (0, 0, None, 7, 31, 214, 911, 1804, 1520, 402), strict=True
        )
    ],
    "boxes": [
        {
            "label": "17",
            "from": "2010-08-01",
            "until": None,
            "known_from": "2019-01-31T09:00:00Z",
            "known_until": "2024-05-02T03:00:00Z",
            "kind": "replaced",
            "href": "/catatan/17",
        },
        {
            "label": "3.155",
            "from": "2012-06-01",
            "until": None,
            "known_from": "2024-05-02T03:00:00Z",
            "known_until": None,
            "kind": "held",
            "href": "/catatan/3155",
        },
        {
            "label": "3.534",
            "from": "2021-03-28",
            "until": "2023-03-28",
            "known_from": "2021-03-31T09:00:00Z",
            "known_until": "2022-10-01T09:00:00Z",
            "kind": "annulled",
        },
    ],
    "heat": [
        {
            "label": "Bidang Mutasi",
            "href": "/opd/4.01",
            "cells": [
                {"value": "20.5", "max": "25"},
                {"value": "12.25", "max": "40"},
                {"value": "25", "max": "30"},
                {"value": "5", "max": "5"},
            ],
        },
        {
            "label": "Bidang Pengembangan",
            "cells": [
                {"value": "2", "max": "25"},
                {"hidden": True},
                {"value": None, "max": "30"},
                {"value": "4.1", "max": "5"},
            ],
        },
        {
            "label": "Sekretariat",
            "cells": [
                {"value": "8", "max": "25"},
                {"value": "20", "max": "40"},
                {"value": "27", "max": "30"},
                {"value": "3", "max": "5"},
            ],
        },
    ],
    "nine": [
        {"column": c, "row": r, "count": n, "label": f"Kotak {r * 3 + c + 1}", "href": "#"}
        for (c, r), n in zip(
            ((c, r) for r in range(3) for c in range(3)),
            (2, 5, 0, 11, 40, 13, None, 22, 8),
            strict=True,
        )
    ],
    "case": [
        {"label": "Pelanggaran", "on": "2025-01-20"},
        {"label": "Panggilan pertama", "on": "2025-02-03", "due": "2025-02-10"},
        {
            "label": "Pemeriksaan",
            "on": "2025-03-20",
            "due": "2025-03-01",
            "overdue": True,
            "note": "PP 94/2021 Pasal 27",
        },
        {"label": "Hukuman berlaku", "from": "2025-04-20", "until": "2025-10-20"},
        {"label": "Putusan banding", "due": "2025-11-30", "overdue": True},
    ],
    "members": [
        {
            "name": "Kenanga Senja Contoh",
            "href": "/asn/1",
            "nip": "198503122010012990",
            "on": "2018-04-01",
            "status": "provisional",
            "total": "58",
        },
        {
            "name": "<script>alert(1)</script>",
            "href": "/asn/2",
            "nip": "198807042012011991",
            "on": "2020-10-01",
            "status": "complete",
            "total": "85",
        },
        {
            "name": "Damar Hulu Rekaan",
            "href": None,
            "nip": None,
            "on": None,
            "status": "not_computable",
            "total": None,
        },
    ],
    "why": [
        {
            "code": "LATER_TEXT_KNOWN",
            "measure": None,
            "missing": "Surat Plt. Kepala BKN 4190/B-BM.02.01/SD/K/2024",
            "who_must_act": "PPK",
            "next_step": "Complete the later text.",
        },
        {
            "code": "PARAMETER_RECALLED",
            "measure": "kinerja",
            "missing": "measures.kinerja.points",
            "who_must_act": "PPK",
            "next_step": "Confirm.",
        },
    ],
    "time": time_bar(
        {
            "as_of": "2025-03-28",
            "position": 5417,
            "known_at": "2026-10-31T09:00:00.001347Z",
            "instrument": "ip-asn",
            "decree": "PerBKN 8/2019",
            "hypothetical": {"without": ["sanction"]},
        },
        today="2026-10-31",
        head=5417,
        days=_DAYS,
        rules=(("ip-asn", "Indeks Profesionalitas ASN"), ("talenta", "Peta talenta")),
    ),
}


def gallery(lang: Lang = Lang.ID) -> str:
    """The page as markup."""
    shell = Shell(
        site=Site("Pemerintah Provinsi Kalimantan Utara", ZONE, demo=True),
        lang=lang,
        path="/asn/827ae85c01fa41d2816a0af905120185",
        query=(("as_of", "2025-03-28"), ("instrument", "ip-asn")),
        account="demo-analis",
        roles=("ANALYST",),
        nav=tuple((one.path, one.label) for one in AREAS),
    )
    text = Path(__file__).with_name("gallery.html").read_text("utf-8")
    return environment(lang, ZONE).from_string(text).render({**DATA, "shell": shell})


def serve(page: Page, markup: str) -> None:
    """Answer the page's requests from here, with the headers of the real site."""

    def answer(route: Route) -> None:
        found = assets.assets().get(route.request.url.rpartition("/")[2])
        if found is not None:
            route.fulfill(body=found.body, content_type=found.media_type)
        else:
            route.fulfill(
                body=markup,
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY},
            )

    page.route("**/*", answer)


def pictures(browser: Browser, markup: str, folder: Path) -> list[str]:
    """Pictures of a page in every manner; gives what the console said."""
    said: list[str] = []
    for name, width, scheme in (
        ("light", 1280, "light"),
        ("dark", 1280, "dark"),
        ("phone", 360, "light"),
        ("narrow", 320, "dark"),
        ("wide", 1920, "light"),
    ):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
        )
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda fault: said.append(str(fault)))
        serve(page, markup)
        page.goto(ORIGIN + "/asn/x")
        page.screenshot(path=folder / f"{name}.png", full_page=True)
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            said.append(f"{name}: {over} px too wide")
        if name == "light":
            page.emulate_media(media="print")
            page.pdf(path=folder / "paper.pdf", format="A4", print_background=False)
        context.close()
    return said


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    whole = gallery(Lang(sys.argv[2]) if len(sys.argv) > 2 else Lang.ID)
    (target / "gallery.html").write_text(whole, "utf-8")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        print(*pictures(started, whole, target), sep="\n")
        started.close()
