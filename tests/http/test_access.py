"""Who looked at whom over HTTP and on the page: kept before the answer, shown to whom it is about."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.access.policy import Action
from api.access.readers import Grant, Reader
from api.http.app import create_app
from api.http.description import operations
from api.looks import PURPOSE_WORDS
from api.web.site import pages
from api.web.words import codes
from ledger.access.access_entry import LookKind
from ledger.access.access_store import Wanted
from ledger.storage.store_errors import DiskFull, LedgerReadOnly, StoreUnavailable
from ledger.vocabulary_agency import ReadingPurpose, Role
from tests.http.conftest import QUASHED, Served

# Rights whose routes tell of people: each of those routes keeps a look.
OF_PEOPLE = frozenset(
    {
        Action.READ_RECORD,
        Action.READ_IDENTITY,
        Action.READ_RESTRICTED,
        Action.READ_ACCESS,
        Action.READ_CASES,
        Action.READ_DECISIONS,
        Action.READ_WARNINGS,
        Action.READ_RECONCILIATION,
        Action.SEARCH_PEOPLE,
        Action.EXPORT,
    }
)
NOBODY_NAMED = frozenset(
    {"/api/v1/decisions", "/keputusan", "/keputusan.{suffix}"}
)  # kinds and days of decisions, without candidates
QUERY = {
    "instrument": "ip-asn",
    "purpose": "audit",
    "format": "csv",
    "from": "2021-12-31",
    "to": "2022-12-31",
    "name": "ke",
}


def app_of(served: Served) -> FastAPI:
    """The application that is served."""
    app = served.client.app
    assert isinstance(app, FastAPI)
    return app


def known_as(served: Served, account: str, *grants: Grant, person: UUID | None = None) -> Any:
    """`get` of an account that nobody had before, so that nothing of it is remembered."""
    served.badges.readers[account] = Reader(account, person, grants)
    return served.as_(account)


def head(served: Served) -> int:
    """How many looks there are."""
    return int(app_of(served).state.access.head().number)


def kept_since(served: Served, number: int) -> list[Any]:
    """The looks after a number."""
    return list(app_of(served).state.access.entries(Wanted(after=number)))


def own(served: Served, **query: Any) -> Any:
    """What the person himself is told."""
    path = f"/api/v1/people/{served.person(QUASHED)}/access"
    return served.as_("ASN", **query)(path).json()


def top_unit(served: Served) -> UUID:
    """The unit under which most people serve: something is said of somebody in it."""
    units, today = served.desk.units(), served.desk.today()
    serving = [UUID(one) for one in served.desk.serving().values() if one is not None]
    return Counter(units.path(one, today)[-1] for one in serving).most_common(1)[0][0]


def reads(served: Served) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, address and query of every route that tells of people."""
    person = served.person(QUASHED)
    auditor = served.as_("AUDITOR", purpose="audit")
    (case, *_) = auditor(f"/api/v1/people/{person}/cases").json()["cases"]
    (dispute, *_) = auditor("/api/v1/disputes").json()["disputes"]
    (decision, *_) = auditor("/api/v1/decisions").json()["decisions"]
    places = {
        "ident": decision["id"],
        "pid": person,
        "code": top_unit(served).hex,
        "position": served.desk.ledger.events_of(UUID(person))[0].id,
        "suffix": "json",
        "kind": "competency",
        "root": str(case["case"]).rpartition("/")[2],
        "number": str(dispute["position"]),
    }
    for path, method, rights in operations(app_of(served)):
        if method == "GET" and OF_PEOPLE & set(rights) and path not in NOBODY_NAMED:
            query: dict[str, Any] = dict(QUERY)
            if "inclusion" in path:
                query["position"] = places["position"]
            if "/members" in path or "/pegawai" in path:  # there they are bounds of a score
                query |= {"from": "0", "to": "100"}
            yield path, path.replace(":path", "").format(**places), query


def test_every_route_about_people_keeps_its_look(served: Served) -> None:
    """Whoever asks by any of them is in the log, and for which purpose."""
    found = list(reads(served))
    assert len(found) >= 10
    for place, (path, address, query) in enumerate(found):
        account, before = f"acc-walk-{place}", head(served)
        get = known_as(served, account, Grant(Role.AUDITOR), Grant(Role.ANALYST))
        answer = get(address, **query)
        assert answer.status_code == 200, (path, answer.text)
        assert answer.content
        looks = kept_since(served, before)
        assert [one.reader for one in looks].count(account) == len(looks) > 0, path
        assert {one.purpose for one in looks} <= {"audit", "reporting"}, path


@pytest.mark.parametrize("fault", [StoreUnavailable, LedgerReadOnly, DiskFull])
def test_without_its_look_no_answer_leaves(
    served: Served, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    """When the log cannot be written, every one of them says 503 and nothing else."""
    store = app_of(served).state.access.store

    def refuse(*_: object, **__: object) -> int:
        raise fault("The access log cannot be written.")

    found = list(reads(served))
    assert found
    for place, (path, address, query) in enumerate(found):
        get = known_as(served, f"acc-{fault.__name__}-{place}", Grant(Role.AUDITOR))
        with monkeypatch.context() as broken:
            broken.setattr(store, "append", refuse)
            answer = get(address, **query)
        assert answer.status_code == 503, path
        assert set(answer.json()) <= {"type", "title", "status", "code", "detail", "next_step"}
        assert QUASHED not in answer.text


def test_a_person_sees_who_looked_and_why(served: Served) -> None:
    """Reader with his roles then, purpose in words, what was asked; a refusal apart from a look."""
    path = f"/api/v1/people/{served.person(QUASHED)}/score"
    who = "demo-analis"
    known_as(served, who, Grant(Role.ANALYST))(path, instrument="ip-asn", purpose="dispute")
    refused = served.as_("ADMINISTRATOR")(path, instrument="ip-asn", purpose="support")
    assert refused.status_code == 404
    looks = own(served, limit=500)["looks"]
    (seen,) = [one for one in looks if (one["reader"], one["purpose"]) == (who, "dispute")]
    assert (seen["kind"], seen["asked"], seen["by_you"]) == ("PERSON", "score", False)
    assert (seen["roles"], seen["purpose_words"]) == (["ANALYST"], "Keberatan atau sengketa data")
    (not_seen,) = [one for one in looks if one["purpose"] == "support"]
    assert not_seen["kind"] == "REFUSED"
    assert any(one["by_you"] for one in looks)


def test_a_refusal_never_stands_for_a_look(served: Served) -> None:
    """Refused and read within one quarter of an hour are two entries."""
    before, path = head(served), f"/api/v1/people/{served.person(QUASHED)}"
    query = {"instrument": "ip-asn", "purpose": "case"}
    get = known_as(served, "acc-first-refused", Grant(Role.PANEL))
    assert get(f"{path}/access", **query).status_code == 404
    assert get(f"{path}/score", **query).status_code == 200
    assert [one.kind for one in kept_since(served, before)] == ["REFUSED", "PERSON"]


def test_an_answer_about_many_is_shown_to_those_in_it(served: Served) -> None:
    """Of everybody, with how many they are; of a limited reader only those whom he saw, by id."""
    before = head(served)
    query = {"instrument": "ip-asn", "purpose": "reporting"}
    served.as_("ANALYST")("/api/v1/scores", **query)
    his = served.desk.serving()[served.person(QUASHED).replace("-", "")]
    assert his is not None
    units, today = served.desk.units(), served.desk.today()
    above = {one.hex for one in units.path(UUID(his), today)} | {his}
    other = next(one for one in served.desk.serving().values() if one and one not in above)
    rows = []
    for place, unit in enumerate((his, other)):
        limited = known_as(served, f"acc-kepala-{place}", Grant(Role.UNIT_HEAD, UUID(unit)))
        rows.append(limited("/api/v1/scores", **query).text.splitlines())
    whole, part, elsewhere = kept_since(served, before)
    kinds = [one.kind for one in (whole, part, elsewhere)]
    assert kinds == [LookKind.ALL, LookKind.LIST, LookKind.LIST]
    assert str(len(served.desk.ledger.registered())).encode() in whole.question
    for look, told in zip((part, elsewhere), rows, strict=True):
        assert told
        listed = orjson.loads(look.question)["listed"]
        assert [orjson.loads(row)["subject"] for row in told] == listed
    shown = {one["number"] for one in own(served, limit=500)["looks"]}
    assert {whole.number, part.number} <= shown
    assert elsewhere.number not in shown


def test_auditors_search_page_by_page(served: Served) -> None:
    """By reader, person, purpose and day; all pages together are the whole, newest first."""
    get = known_as(served, "acc-auditor-pages", Grant(Role.AUDITOR))
    for purpose in ("audit", "case", "dispute"):
        get(f"/api/v1/people/{served.person(QUASHED)}", purpose=purpose)
    whole = get("/api/v1/access", reader="acc-auditor-pages", limit=500).json()["looks"]
    seen: list[int] = []
    query: dict[str, Any] = {"reader": "acc-auditor-pages", "limit": 2}
    while True:
        answer = get("/api/v1/access", **query)
        seen += [one["number"] for one in answer.json()["looks"]]
        if "next" not in answer.links:
            break
        query = dict(parse_qsl(urlsplit(answer.links["next"]["url"]).query))
    assert seen[-3:] == [one["number"] for one in whole][-3:]
    assert seen == sorted(set(seen), reverse=True)
    by = {"for": "case", "reader": "acc-auditor-pages"}
    (one,) = get("/api/v1/access", person=served.person(QUASHED), **by).json()["looks"]
    assert one["purpose"] == "case"
    day = one["at"][:10]
    assert get("/api/v1/access", to="2020-01-01").json()["looks"] == []
    assert get("/api/v1/access", **by, **{"from": day}).json()["looks"]


def test_the_ends_of_the_calendar_leave_a_side_open(served: Served) -> None:
    """From the first day there is to the last one is everything."""
    get = known_as(served, "acc-auditor-ends", Grant(Role.AUDITOR))
    get(f"/api/v1/people/{served.person(QUASHED)}", purpose="case")
    by = {"reader": "acc-auditor-ends", "for": "case"}
    (whole,) = get("/api/v1/access", **by).json()["looks"]
    for query in (
        {"from": "0001-01-01"},
        {"to": "9999-12-31"},
        {"from": "0001-01-01", "to": "9999-12-31"},
    ):
        found = get("/api/v1/access", **by, **query)
        assert (found.status_code, found.json()["looks"]) == (200, [whole])
    assert get("/api/v1/access", **by, **{"from": "9999-12-31"}).json()["looks"] == []
    assert get("/api/v1/access", **by, to="0001-01-01").json()["looks"] == []


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("ANALYST", "/api/v1/access", 403),
        ("ADMINISTRATOR", "/api/v1/access", 403),
        ("ANALYST", "/api/v1/people/{pid}/access", 404),
        ("AUDITOR", "/api/v1/people/{pid}/access", 200),
        ("AUDITOR", "/api/v1/access?cursor=WzEsImFiYyJd", 422),
        ("AUDITOR", "/api/v1/access?from=2026-02-01&to=2026-01-01", 422),
    ],
)
def test_rights_decide_who_sees_who_looked(
    served: Served, who: str, path: str, status: int
) -> None:
    """Oneself and auditors; what cannot be asked is said."""
    address, _, asked = path.format(pid=served.person(QUASHED)).partition("?")
    query = dict(parse_qsl(asked))
    assert served.as_(who, purpose="audit", **query)(address).status_code == status


def test_every_purpose_and_kind_has_its_words() -> None:
    """The page says of each purpose what the log says, and of each kind of look what it was."""
    for purpose in ReadingPurpose:
        assert codes()["purpose", purpose.value][0] == PURPOSE_WORDS[purpose]
    assert {kind.value for kind in LookKind} == {code for group, code in codes() if group == "look"}


# ---------------------------------------------------------------------------------------- the page


@pytest.fixture
def site(served: Served) -> TestClient:
    """The same application with its pages."""
    state = app_of(served).state
    app = create_app(served.desk, state.settings, state.access, served.badges, pages)
    return TestClient(app, base_url="http://localhost:8000", follow_redirects=False)


def opened(site: TestClient, who: str, path: str) -> Any:
    """A page in somebody's name."""
    return site.get(path, headers={"Authorization": f"Bearer {who}", "Accept": "text/html"})


def test_the_page_and_its_twins_say_the_same(served: Served, site: TestClient) -> None:
    """As many rows on the page, in its JSON and in its CSV, which a spreadsheet opens."""
    served.as_("ANALYST")(f"/api/v1/people/{served.person(QUASHED)}", purpose="decision")
    page = opened(site, "ASN", "/akses?limit=500")
    shown = opened(site, "ASN", "/akses.json?limit=500").json()
    sheet = opened(site, "ASN", "/akses.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet), delimiter=";"))
    assert page.status_code == 200
    assert page.text.count("<tr>") - 1 == len(shown["looks"]) == len(rows)
    assert [int(one["Nomor"]) for one in rows] == [one["number"] for one in shown["looks"]]
    assert "Pengambilan keputusan kepegawaian" in page.text
    assert "Anda sendiri" in page.text
    english = opened(site, "ASN", "/akses?bahasa=en").text
    assert "Who looked at me" in english
    assert "Siapa melihat" not in english


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("AUDITOR", "/akses", 303),
        ("ADMINISTRATOR", "/akses", 303),
        ("ANALYST", "/akses", 403),
        ("ASN", "/akses/cari", 403),
        ("AUDITOR", "/akses/cari", 200),
        ("AUDITOR", "/akses/cari.csv", 200),
        ("AUDITOR", "/akses/cari.exe", 404),
        ("ADMINISTRATOR", "/akses/peran", 200),
        ("ADMINISTRATOR", "/akses/peran.json", 200),
        ("ASN", "/akses/peran", 403),
        ("nobody", "/akses", 401),
    ],
)
def test_each_part_is_for_those_who_may(site: TestClient, who: str, path: str, status: int) -> None:
    """Who has no record of his own is led to the part that is for him."""
    assert opened(site, who, path).status_code == status
