"""One address for every page of the site, and who opens it: what the walks and pictures visit.

A page that `api.web.site.PAGES` serves and this table does not name fails a test.
"""

from __future__ import annotations

from typing import NamedTuple

from fastapi.routing import APIRoute

from api.web.site import PAGES
from tests.e2e.site import FALLEN, LATE, House

ANALYST, PANEL, DECIDER = "demo-analis", "demo-panel", "demo-pejabat"
OPERATOR, APPROVER, AUDITOR = "demo-operator", "demo-penyetuju", "demo-auditor"
OWN = "demo-asn"
APPEALED = "PK-2026-06-1"  # a case of the demo that waits for a ruling
FILES = (".json", ".{suffix}", ".csv", ".xlsx", ".pdf", "/kembali")


# A rule that is tried on everybody.
TRIED = "/aturan/ip-asn/coba?as_of=2025-12-31&set=measures.kualifikasi.points.S1%3D10&run=1"


class Stop(NamedTuple):
    """A page to visit.

    Attributes:
        route: as the router has it. path: with {fallen}, {unit}, {position}… still to be filled.
    """

    route: str
    account: str | None
    path: str


STOPS = (
    Stop("/", ANALYST, "/"),
    Stop("/masuk", None, "/masuk"),
    Stop("/cari", ANALYST, "/cari"),
    Stop("/asn/{pid}", ANALYST, "/asn/{fallen}?purpose=administration"),
    Stop(
        "/asn/{pid}/perbandingan",
        ANALYST,
        "/asn/{late}/perbandingan?purpose=administration&from=2023-12-31&to=2023-12-31"
        "&known_from=2024-02-29",
    ),
    Stop("/asn/{pid}/peringatan", ANALYST, "/asn/{fallen}/peringatan?purpose=administration"),
    Stop("/catatan/{position}", ANALYST, "/catatan/{position}?purpose=administration"),
    Stop("/opd", ANALYST, "/opd"),
    Stop("/opd/{code}", ANALYST, "/opd/{unit}"),
    Stop("/opd/{code}/pegawai", ANALYST, "/opd/{unit}/pegawai?purpose=administration"),
    Stop("/opd/{code}/perbandingan", ANALYST, "/opd/{unit}/perbandingan?from=2022-12-31"),
    Stop("/talenta", ANALYST, "/talenta?purpose=administration"),
    Stop("/aturan", ANALYST, "/aturan"),
    Stop("/aturan/{name}", ANALYST, "/aturan/ip-asn"),
    Stop("/aturan/{name}/coba", ANALYST, TRIED),
    Stop("/panduan/cerita", ANALYST, "/panduan/cerita"),
    Stop("/kasus", PANEL, "/kasus?purpose=case"),
    Stop("/kasus/{pid}/{root}", PANEL, "/kasus/{case}?purpose=case"),
    Stop("/kasus/sengketa", ANALYST, "/kasus/sengketa?catatan={position}"),
    Stop("/sengketa/{number}", PANEL, "/sengketa/{dispute}?purpose=case"),
    Stop("/keputusan", DECIDER, "/keputusan?purpose=decision"),
    Stop("/keputusan/{ident:path}", DECIDER, "/keputusan/PN-2023?purpose=decision"),
    Stop("/keputusan/baru", ANALYST, "/keputusan/baru"),
    Stop("/tertunda", APPROVER, "/tertunda"),
    Stop("/catat", ANALYST, "/catat"),
    Stop("/catat/orang/{pid}", ANALYST, "/catat/orang/{fallen}?purpose=administration"),
    Stop(
        "/catat/orang/{pid}/{kind}",
        ANALYST,
        "/catat/orang/{fallen}/competency?purpose=administration",
    ),
    Stop("/catat/unit/{code}", ANALYST, "/catat/unit/{unit}"),
    Stop("/catat/unit/{code}/{kind}", ANALYST, "/catat/unit/{unit}/target"),
    Stop("/impor", OPERATOR, "/impor"),
    Stop("/akses", OWN, "/akses"),
    Stop("/akses/cari", AUDITOR, "/akses/cari"),
    Stop("/akses/peran", AUDITOR, "/akses/peran"),
    Stop("/audit", AUDITOR, "/audit"),
    Stop("/audit/sampel", AUDITOR, "/audit/sampel?seed=31415&count=5&purpose=audit"),
    Stop("/audit/banding", AUDITOR, "/audit/banding?from={size}&to={size}"),
    Stop("/audit/putar-ulang", AUDITOR, "/audit/putar-ulang?from=2022-11-01&to=2022-12-31"),
    Stop("/audit/verifikasi", AUDITOR, "/audit/verifikasi"),
)

# Pages that stand only while something is under way; the journeys that bring it about look there.
UNDER_WAY = {"/impor/{ident}", "/catat/usulan/{ident}", "/tertunda/{ident}"}
# An address that only leads elsewhere.
LEADING = {"/audit/periksa"}


def routes() -> set[str]:
    """Every address that answers a GET with a page."""
    return {
        one.path
        for router in PAGES
        for one in router.routes
        if isinstance(one, APIRoute)
        and "GET" in (one.methods or ())
        and not one.path.endswith(FILES)
    }


def twins() -> set[str]:
    """The pages that have a JSON twin."""
    found = {
        one.path for router in PAGES for one in router.routes
        if isinstance(one, APIRoute) and "GET" in (one.methods or ())
    }  # fmt: skip
    return {one for one in found if f"{one}.json" in found or f"{one}.{{suffix}}" in found}


def filled(house: House, path: str) -> str:
    """An address of the table with what this ledger calls its people, units and entries."""
    return path.format_map(_names(house))


def _names(house: House) -> dict[str, str]:
    if not house.names:
        fallen = house.person(FALLEN)
        with house.ask(ANALYST) as client:
            record = client.get(f"/asn/{fallen}.json", params={"purpose": "administration"}).json()
            units = client.get("/opd.json").json()
        with house.ask(PANEL) as client:
            board = client.get("/kasus.json", params={"purpose": "case"}).json()
        with house.ask(AUDITOR) as client:
            state = client.get("/audit.json").json()["state"]
        house.names |= {
            "fallen": fallen,
            "late": house.person(LATE),
            "position": str(record["events"][-1]["position"]),
            "unit": units["units"][0]["id"],
            "case": next(one["case"] for one in board["cases"] if one["id"] == APPEALED),
            "dispute": str(board["disputes"][0]["position"]),
            "size": str(state["checkpoint"]["size"]),
        }
    return house.names
