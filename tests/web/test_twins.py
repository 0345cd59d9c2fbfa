"""Every page that has a twin shows the twin's numbers, in the words and figures of its language.

Asked without a browser: page and JSON from one running application.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import pytest

from api.web.formats import Lang, number
from api.web.pages.impor import LISTED
from ledger.checkpoints.checkpoint import take_checkpoint
from ledger.checkpoints.checkpoint_store import last_checkpoint
from tests.e2e.addresses import APPEALED, twins
from tests.e2e.site import FALLEN, LATE
from tests.http.conftest import Served

HTML = {"Accept": "text/html"}
FIGURE = re.compile(r"\d[\d.,]*\d|\d")
POINTS = frozenset(("total", "points", "max", "difference", "gain", "mean", "median", "means"))
COUNTS = frozenset(("people", "measured", "provisional", "not_computable", "not_applicable"))
SETTLED = frozenset(("new", "corrects", "same", "refused"))
OF_UNITS = frozenset(("people", "measured", "mean"))
ENDS = frozenset(("total", "from", "to"))
Part = Callable[[Any], Any]


class Compared(NamedTuple):
    """A page beside its twin.

    Attributes:
        account: who reads both. path: with {fallen}, {unit}… still to be filled.
        names: the fields whose numbers are told. part: where in the twin they stand.
    """

    account: str
    path: str
    names: frozenset[str]
    part: Part = lambda twin: twin


def fields(*names: str) -> frozenset[str]:
    """The names of fields."""
    return frozenset(names)


PAGES: Mapping[str, Compared] = {
    "/asn/{pid}": Compared(
        "ANALYST",
        "/asn/{fallen}?purpose=administration",
        POINTS | {"position"},
        lambda twin: {
            "score": [twin["score"][name] for name in ("measures", "facts")],
            "total": twin["score"]["total"],
            "changes": [
                {name: one[name] for name in ("total", "difference", "causes")}
                for one in twin["series"]["changes"]
            ],
            "advice": twin["advice"]["proposals"],
            "events": [{"position": one["position"]} for one in twin["events"]],
        },
    ),
    "/asn/{pid}/perbandingan": Compared(
        "ANALYST",
        "/asn/{late}/perbandingan?purpose=administration&from=2023-12-31&to=2023-12-31"
        "&known_from=2024-02-29",
        POINTS | ENDS | {"position"},
        lambda twin: {
            "ends": [{n: twin[side][n] for n in ("total", "position")} for side in ("from", "to")],
            **{name: twin[name] for name in ("difference", "measures", "classes")},
            "causes": [{n: one[n] for n in ("points", "measures")} for one in twin["causes"]],
        },
    ),
    "/asn/{pid}/peringatan": Compared(
        "ANALYST",
        "/asn/{fallen}/peringatan?purpose=administration",
        fields("position"),
        lambda twin: [one["acknowledged"] for one in twin["warnings"]],
    ),
    "/catatan/{position}": Compared(
        "ANALYST",
        "/catatan/{position}?purpose=administration",
        fields("position", "head", "size", "value", "hours", "score"),
        lambda twin: [twin["entry"] | {"origin": None}, twin["head"], twin["checkpoint"]],
    ),
    "/opd": Compared("ANALYST", "/opd?semua=1", OF_UNITS, lambda twin: twin["units"]),
    "/opd/{code}": Compared(
        "ANALYST",
        "/opd/{unit}",
        POINTS | COUNTS | {"count"},
        lambda twin: {
            **{name: twin[name] for name in ("figures", "distribution", "lacking", "columns")},
            "parts": [{name: one[name] for name in (*OF_UNITS, "means")} for one in twin["parts"]],
            "scores": [{"total": one["total"]} for one in twin["scores"]],
        },
    ),
    "/opd/{code}/pegawai": Compared(
        "ANALYST",
        "/opd/{unit}/pegawai?purpose=administration",
        fields("total", "count"),
    ),
    "/opd/{code}/perbandingan": Compared(
        "ANALYST",
        "/opd/{unit}/perbandingan?from=2022-12-31",
        OF_UNITS | {"sum", "position"},
        lambda twin: {
            "ends": [
                {name: twin[side][name] for name in (*OF_UNITS, "position")}
                for side in ("from", "to")
            ],
            "mean": twin["difference"]["mean"],
            "causes": twin["causes"]
            and [
                {"mean": one["mean"], "people": one["people"], "measures": one["measures"]}
                for one in twin["causes"]
            ],
        },
    ),
    "/talenta": Compared(
        "ANALYST",
        "/talenta?purpose=administration&limit=25",
        fields("total", "rank", "people", "ranked", "count", "unknown"),
    ),
    "/kasus": Compared(
        "PANEL", "/kasus?purpose=case", fields("cases"), lambda twin: {"cases": len(twin["cases"])}
    ),
    "/kasus/{pid}/{root}": Compared(
        "PANEL",
        "/kasus/{case}?purpose=case",
        fields("position", "total", "from", "to"),
        lambda twin: {
            "steps": [{"position": one["position"]} for one in twin["steps"]],
            "effect": [
                {name: one[name] for name in ("recorded", "without", "reduced")}
                for one in twin["effect"]["instruments"]
                if one["moves"]
            ],
        },
    ),
    "/sengketa/{number}": Compared("PANEL", "/sengketa/{dispute}?purpose=case", fields("position")),
    "/keputusan": Compared(
        "DECIDER", "/keputusan?purpose=decision", fields("candidates", "chosen")
    ),
    "/keputusan/{ident:path}": Compared(
        "DECIDER",
        "/keputusan/PN-2023?purpose=decision",
        fields("rank", "total", "candidates_in_all", "position"),
    ),
    "/impor": Compared("OPERATOR", "/impor", SETTLED, lambda twin: twin["imported"][:LISTED]),
    "/impor/{ident}": Compared("OPERATOR", "/impor/{import}", SETTLED),
    "/akses": Compared("ASN", "/akses", fields("number"), lambda twin: twin["log"]),
    "/akses/peran": Compared(
        "AUDITOR", "/akses/peran", fields("position"), lambda twin: twin["roles"]
    ),
    "/audit": Compared(
        "AUDITOR",
        "/audit",
        fields("head", "streams", "uncovered", "size"),
        lambda twin: {**twin["state"], "verified": None, "all": twin["checkpoints"]},
    ),
    "/audit/banding": Compared(
        "AUDITOR", "/audit/banding?from={size}&to={size}", fields("events", "people", "size")
    ),
    "/audit/sampel": Compared(
        "AUDITOR",
        "/audit/sampel?seed=31415&count=5&purpose=audit",
        fields("position", "size"),
        lambda twin: [{"position": one} for one in twin["positions"]] + [{"size": twin["size"]}],
    ),
}
# Twins that tell of no number but the times and ids of looks and proposals.
NUMBERLESS = {"/akses/cari", "/catat"}


def test_every_page_with_a_twin_is_compared() -> None:
    """A new page with a twin is told of here, or said to show no number."""
    compared = {re.sub(r":path", "", one) for one in PAGES}
    assert {re.sub(r":path", "", one) for one in twins()} <= compared | NUMBERLESS


@pytest.mark.parametrize("route", PAGES)
@pytest.mark.parametrize("lang", list(Lang))
def test_the_page_shows_the_numbers_of_its_twin(served: Served, route: str, lang: Lang) -> None:
    """Points, counts and positions of the JSON stand on the page, written as its language does."""
    one = PAGES[route]
    path, _, query = one.path.format_map(names(served)).partition("?")
    get = served.as_(one.account, **dict(parse_qsl(query)))
    twin, page = get(f"{path}.json"), get(path, headers=HTML, bahasa=lang)
    served.client.cookies.clear()
    assert (twin.status_code, page.status_code) == (200, 200)
    main = re.search(r"<main.*</main>", page.text, re.DOTALL)
    assert main is not None
    shown = set(FIGURE.findall(unescape(re.sub(r"<[^>]+>", " ", main[0]))))
    told = {
        number(each, lang).lstrip("-\u2212") for each in picked(one.part(twin.json()), one.names)
    }
    assert told
    assert told - shown == set()


def names(served: Served) -> dict[str, str]:
    """What this ledger calls its people, units and entries; its log has a checkpoint."""
    if last_checkpoint(served.desk.ledger.store) is None:
        take_checkpoint(served.desk.ledger, actor="acc-ADMINISTRATOR")
    fallen = served.person(FALLEN)
    administration = served.as_("ANALYST", purpose="administration")
    events = administration(f"/asn/{fallen}.json").json()["events"]
    board = served.as_("PANEL", purpose="case")("/kasus.json").json()
    return {
        "fallen": fallen,
        "late": served.person(LATE),
        "position": str(events[-2]["position"]),
        "unit": served.as_("ANALYST")("/opd.json").json()["units"][0]["id"],
        "case": next(one["case"] for one in board["cases"] if one["id"] == APPEALED),
        "import": served.as_("OPERATOR")("/impor.json").json()["imported"][0]["id"],
        "dispute": str(board["disputes"][0]["position"]),
        "size": str(served.as_("AUDITOR")("/audit.json").json()["state"]["checkpoint"]["size"]),
    }


def picked(value: Any, wanted: frozenset[str], name: str = "") -> Iterator[str]:
    """Every number under one of these names, at any depth, as exact text."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from picked(one, wanted, key if key in wanted or name not in wanted else name)
    elif isinstance(value, list):
        for one in value:
            yield from picked(one, wanted, "")
    elif name in wanted and type(value) is int:
        yield str(value)
    elif name in wanted and isinstance(value, str) and re.fullmatch(r"-?\d{1,9}(\.\d+)?", value):
        yield value
