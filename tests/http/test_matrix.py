"""Every route of the application, API and pages, with every role over every scope, against the
table of tests/http/matrix.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request

from api.access.gate import Asking, Gate
from api.access.office import Office
from api.access.readers import Grant, Reader
from api.access.standing import Standing
from api.http.app import create_app, routed
from api.http.description import operations
from api.http.settings import Settings
from api.http.sign_in import Doors
from api.web.site import pages
from ledger.access.access_log import AccessLog
from ledger.vocabulary_agency import ReadingPurpose, Role
from tests.http import matrix
from tests.http.conftest import NOW, Served, unknown
from tests.http.matrix import Row

ROWS = matrix.rows()
REFUSED = {"self": 404, "event": 404, "person": 404, "unit": 404, "many": 403, "new": 403}


class Named(Doors):
    """The real ways in, but who asks is named by a header, as `ROLE` or `ROLE/unit`."""

    def asking(self, request: Request) -> Asking | None:
        """The reader of that name."""
        reader: Reader | None = request.app.state.readers.get(request.headers.get("x-reader"))
        return None if reader is None else Asking(reader, token="tok", purpose=ReadingPurpose.AUDIT)


@dataclass
class Site:
    """The whole application, pages included, over a demo ledger.

    Attributes:
        me: whose account everybody has; he appraises `report`, who is not in `unit`.
        member: serves in `unit`. other: serves elsewhere, and is no report.
    """

    client: TestClient
    served: Served
    me: UUID
    report: UUID
    member: UUID
    other: UUID
    unit: UUID
    elsewhere: UUID

    @cached_property
    def nip(self) -> str:
        """The number of the member."""
        return str(self.served.desk.ledger.person(self.member)["nip"])

    def ask(self, row: Row, reader: str | None, **place: str) -> Any:
        """The request of a row, in somebody's name."""
        place.setdefault("position", "1")
        fill = {"unit": self.unit.hex, "nip": self.nip, "position": place["position"]}
        query = {k: v.format(**fill) for k, v in matrix.QUERIES.get(row.path, {}).items()}
        body = matrix.BODIES.get(row.path)
        if row.about in ("person", "event", "many"):
            query["purpose"] = ReadingPurpose.AUDIT.value
        return self.client.request(
            row.method,
            row.path.replace(":path", "").format(
                **{**matrix.PATHS, **matrix.PLACES.get(row.path, {}), **place}
            ),
            params=query,
            json=None if body is None else {k: v.format(**fill) for k, v in body.items()},
            headers={"If-Match": '"1"', **({} if reader is None else {"X-Reader": reader})},
            follow_redirects=False,
        )


# Who may do what is decided before any database is asked, and the walk is long.
on_sqlite = pytest.mark.parametrize("served", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def site(served: Served) -> Iterator[Site]:
    """The application of `served` with pages and with readers of every role and scope."""
    desk, url = served.desk, str(served.client.app.state.settings.url)  # type: ignore[attr-defined]
    settings = Settings(
        url=url,
        requests_per_minute=10**9,
        refusals_per_minute=10**9,
        refusal_milliseconds=0,
        number_searches_per_minute=10**9,
    )
    standing = Standing(desk.ledger, desk.units)
    office = Office.open(url, desk.ledger)
    gate = Gate(standing, office.sessions, office.tokens)
    access = AccessLog.of(desk.ledger, clock=lambda: NOW)
    app = create_app(desk, settings, access, Named(desk, settings, office, gate, None), pages)
    app.state.closing = [office.close, access.close]
    with TestClient(app, base_url="http://localhost:8000") as client:
        made = _placed(client, served, standing)
        app.state.readers = _readers(made)
        yield made


def _placed(client: TestClient, served: Served, standing: Standing) -> Site:
    """People and units of the demo that lie to each other as the table needs it."""
    today, serving = served.desk.today(), served.desk.serving()
    sizes = Counter(unit for unit in serving.values() if unit is not None)
    targets = {one: standing.of_person(UUID(one), today) for one in sorted(serving)}
    report, me = next(
        (UUID(one), boss)
        for one, target in targets.items()
        if target is not None
        for boss in target.appraisers
    )
    mine = {targets[report.hex].unit, targets[me.hex].unit}  # type: ignore[union-attr]
    reports = {one for one, t in targets.items() if t is not None and me in t.appraisers}
    below = served.desk.units().subtree
    unit = next(
        UUID(one)
        for one, count in sorted(sizes.items())
        if count > 5 and not mine & (below(UUID(one), today) | {UUID(one)})
    )
    inside = {one.hex for one in below(unit, today) | {unit}}
    member = next(o for o, u in serving.items() if u in inside and o not in reports)
    other = next(
        o
        for o, u in serving.items()
        if u not in inside and u is not None and o not in reports and o != me.hex
    )
    elsewhere = next(UUID(u) for u, n in sorted(sizes.items()) if n > 5 and u not in inside)
    return Site(client, served, me, report, UUID(member), UUID(other), unit, elsewhere)


def _readers(site: Site) -> dict[str, Reader]:
    """One reader for each role over the whole agency and over one unit, each of the same person;
    one without a role.
    """
    found = {"NOBODY": Reader("acc-nobody")}
    for role in Role:
        for name, unit in ((role.value, None), (f"{role.value}/unit", site.unit)):
            grants = () if role is Role.ASN else (Grant(role, unit),)
            found[name] = Reader(f"acc-{role.value}", site.me, grants, frozenset({role}))
    return found


def reached(letter: str, *, whole: bool) -> set[str]:
    """Whom a letter reaches, of those a site names."""
    people, units = {"me", "report", "member", "other"}, {"unit", "elsewhere"}
    found = {
        "o": {"me"},
        "r": {"report"} if whole else set(),
        "s": people | units if whole else {"member", "unit"},
        "a": people | units if whole else set(),
        "*": people | units,
        "-": set(),
    }[letter[0]]
    return found - {"me"} if letter.endswith("!") else found


def test_each_route_has_a_row_and_each_row_a_route() -> None:
    """Whoever adds a route says here who reaches it; whoever takes one away takes its row."""
    app = routed()
    pages(app)
    real = {(method, path) for path, method, _ in operations(app)}
    table = [(row.method, row.path) for row in ROWS]
    assert sorted(real - set(table)) == [], "add a row to tests/http/matrix.py"
    assert sorted(set(table) - real) == []
    assert len(table) == len(set(table))
    for row in ROWS:
        assert len(row.letters) == (len(Role) if row.about in REFUSED else 0), row


@on_sqlite
def test_a_stranger_reaches_what_is_open(site: Site) -> None:
    """Nobody signed in: everything else is 401, for whoever exists and whoever does not."""
    for row in ROWS:
        for pid in (site.member, unknown()):
            answer = site.ask(row, None, pid=str(pid), code=_code(site, row))
            expected = row.status if row.about == "open" else 401
            assert answer.status_code == expected, (row, answer.text)


@on_sqlite
def test_an_account_without_a_role_reaches_what_is_open(site: Site) -> None:
    """Signed in, and no more: what needs a role is refused as if it were not there."""
    for row in ROWS:
        answer = site.ask(row, "NOBODY", pid=str(site.member), code=_code(site, row))
        refused = 403 if row.about == "self" else REFUSED.get(row.about, row.status)
        assert answer.status_code == refused, (row, answer.text)


@on_sqlite
@pytest.mark.parametrize("scope", ["whole", "unit"])
@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_what_is_expected(site: Site, role: Role, scope: str) -> None:
    """Each route, for himself, a report, somebody in his unit, somebody else, and nobody at all."""
    name = role.value if scope == "whole" else f"{role.value}/unit"
    for row in ROWS:
        if row.about not in REFUSED:
            continue
        letter = row.letters[list(Role).index(role)]
        expected = reached(letter, whole=scope == "whole")
        for place, fill in _places(site, row):
            answer = site.ask(row, name, **fill)
            opened = place in expected if place else _any(letter, whole=scope == "whole")
            if opened:
                assert answer.status_code == row.status, (row, name, place, answer.text)
                if row.status >= 400:
                    told = (answer.status_code, answer.json()["code"])
                    assert told not in _refusals(row, letter), (row, name, place, answer.text)
            else:
                told = (answer.status_code, answer.json()["code"])
                assert told in _refusals(row, letter), (row, name, place, answer.text)
            if opened and row.about == "many":
                _nobody_else(site, answer.text, expected, (row, name))


def _places(site: Site, row: Row) -> list[tuple[str, dict[str, str]]]:
    """What a row is asked about: by name, and as it stands in the path; no name is nobody."""
    if row.about in ("many", "new"):
        return [("", {})]
    if row.about == "self":
        return [("me", {})]
    if row.about == "unit":
        units = [("unit", site.unit.hex), ("elsewhere", site.elsewhere.hex), ("none", "XX-9")]
        return [(name, {"code": code}) for name, code in units]
    people = [(one, getattr(site, one)) for one in ("me", "report", "member", "other")]
    if row.about == "event":
        store = site.served.desk.ledger.store
        return [(name, {"position": str(store.stream(pid)[0].id)}) for name, pid in people]
    return [(name, {"pid": str(pid)}) for name, pid in [*people, ("none", unknown())]]


def _refusals(row: Row, letter: str) -> set[tuple[int, str]]:
    """How a row refuses."""
    absent = (404, "not_there")
    if row.about == "new" and letter != "-":
        return {absent}
    return {absent if REFUSED[row.about] == 404 else (403, "no_right")}


def _any(letter: str, *, whole: bool) -> bool:
    """Whether a letter reaches anybody at all; `o` and `r` depend on people, not on grants."""
    return letter[0] in "or*s" or (letter == "a" and whole)


def _nobody_else(site: Site, text: str, expected: set[str], told: object) -> None:
    """An answer about many names nobody of those who are out of reach."""
    for one in ("me", "report", "member", "other"):
        if one not in expected:
            pid: UUID = getattr(site, one)
            assert pid.hex not in text, (told, one)
            assert str(pid) not in text, (told, one)


@on_sqlite
def test_an_answer_about_many_has_everybody_within_reach(site: Site) -> None:
    """Nobody is left out either: the scores of a role hold each person whom it reaches."""
    row = next(one for one in ROWS if one.path == "/api/v1/scores")
    for role, letter in zip(Role, row.letters, strict=True):
        for name, whole in ((role.value, True), (f"{role.value}/unit", False)):
            if not _any(letter, whole=whole):
                continue
            text = site.ask(row, name).text
            for one in reached(letter, whole=whole) - {"unit", "elsewhere"}:
                assert getattr(site, one).hex in text, (name, one)


@on_sqlite
@pytest.mark.parametrize(("place", "by"), [("/cari", "nip"), ("/cari.json", "name")])
def test_the_search_of_the_pages_finds_whom_one_may_see(site: Site, place: str, by: str) -> None:
    """Whole by his number, and by his name while it is typed; nobody else is in the answer."""
    asked = str(site.served.desk.ledger.person(site.member)[by])
    letters = next(one for one in ROWS if one.path == "/api/v1/people/search").letters
    for role, letter in zip(Role, letters, strict=True):
        for name, whole in ((role.value, True), (f"{role.value}/unit", False)):
            answer = site.client.post(
                place,
                data={"q": asked},
                headers={"X-Reader": name},
                follow_redirects=False,
            )
            text = answer.text + answer.headers.get("Location", "")
            found = site.member.hex in text.replace("-", "")
            assert found == ("member" in reached(letter, whole=whole)), (name, answer.text)


def _code(site: Site, row: Row) -> str:
    return site.unit.hex if row.about == "unit" else matrix.PATHS["code"]
