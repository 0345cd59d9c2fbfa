"""Start page, search, record, entry and comparison: each says what its twin says, to whom it may."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from api.queries import records
from api.web import assets
from api.web.formats import number, signed
from ledger.fields import IDENTITY
from ledger.vocabulary_agency import Role
from tests.http.conftest import QUASHED, Served, unknown

FALLEN = "198503122010012990"  # the cast of a story: hours that left the window, then a sanction
HTML = {"Accept": "text/html"}
# Who holds a role over the whole agency and may read cases; an ASN his own.
CASE_READERS = {"ASN", "UNIT_HEAD", "ANALYST", "APPROVER", "PANEL", "AUDITOR", "DECIDER"}
FIRST_LOAD = 150_000


@pytest.fixture(autouse=True)
def no_cookies(served: Served) -> None:
    """A language that a test chose stays with that test."""
    served.client.cookies.clear()


def shown(served: Served, name: str, path: str, **query: Any) -> str:
    """A page that must be there, as text."""
    answer = served.as_(name)(path, headers=HTML, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return str(answer.text)


def words(markup: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).replace("\u00a0", " ").split())


def test_the_record_says_what_its_twin_says(served: Served) -> None:
    """Total, every measure, every fact and every change of the JSON stand on the page."""
    path = f"/asn/{served.person(FALLEN)}"
    page = words(shown(served, "ANALYST", path, purpose="audit"))
    twin = served.as_("ANALYST")(f"{path}.json", purpose="audit").json()
    score = twin["score"]
    assert score["person"]["name"] in page
    assert f"{number(score['total'])} " in page
    assert all((score["measures"], twin["series"]["changes"], twin["events"]))
    assert [use for measure in score["measures"] for use in measure["facts"]]
    for measure in score["measures"]:
        assert f"{number(measure['points'])} dari {number(measure['max'])}" in page
        for use in measure["facts"]:
            assert f"No. {number(use['position'])}" in page
    markup = shown(served, "ANALYST", path, purpose="audit")
    for one in twin["series"]["changes"]:
        assert f"as_of={one['on']}" in markup
    for one in twin["events"]:
        assert f"No. {number(one['position'])}" in page
    gains = [one["gain"] for one in twin["advice"]["proposals"] if one["gain"] is not None]
    assert gains
    assert [one for one in gains if signed(one) not in page] == []


def test_the_record_is_the_same_question_as_the_api(served: Served) -> None:
    """Page, API and permanent link answer with one digest."""
    person = served.person(FALLEN)
    asked = {"as_of": "2023-12-31", "purpose": "audit", "instrument": "ip-asn"}
    twin = served.as_("ANALYST")(f"/asn/{person}.json", **asked).json()["score"]
    api = served.as_("ANALYST")(f"/api/v1/people/{person}/score", **asked).json()
    assert twin["digest"] == api["digest"]
    assert twin["total"] == api["total"]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "pdf"])
def test_files_are_twins_too(served: Served, suffix: str) -> None:
    """A record and a comparison are given as sheet and paper, named without personal data."""
    person = served.person(FALLEN)
    for path in (f"/asn/{person}", f"/asn/{person}/perbandingan"):
        answer = served.as_("ANALYST")(f"{path}.{suffix}", purpose="audit")
        assert answer.status_code == 200, answer.text
        assert len(answer.content) > 500
        named = answer.headers["content-disposition"]
        assert named.endswith(f'.{suffix}"')
        assert FALLEN not in named


def test_another_suffix_is_nowhere(served: Served) -> None:
    """Only the twins that there are can be asked for."""
    path = f"/asn/{served.person(FALLEN)}.exe"
    assert served.as_("ANALYST")(path, purpose="audit").status_code == 404


def test_empty_fields_of_a_form_say_nothing(served: Served) -> None:
    """A form sends empty fields: the page is the same as without them."""
    path = f"/asn/{served.person(FALLEN)}.json"
    get = served.as_("ANALYST", purpose="audit")
    bare = get(path).json()["score"]
    full = get(path, as_of="", known_at="", position="", instrument="", period="", rules="").json()
    assert full["score"]["digest"] == bare["digest"]


def test_a_bare_day_of_knowledge_is_its_evening(served: Served) -> None:
    """What was recorded on a day is known at its end in the agency's zone, and not the day before."""
    path = f"/asn/{served.person(FALLEN)}.json"
    get = served.as_("ANALYST", purpose="audit")
    day = get(path, known_at="2024-01-31").json()["score"]
    instant = get(path, known_at="2024-01-31T23:59:59.999999+08:00").json()["score"]
    before = get(path, known_at="2024-01-30").json()["score"]
    assert day["position"] == instant["position"] > before["position"]
    today = get(path, known_at="2026-11-20").json()["score"]
    assert today["position"] == served.desk.head()


@pytest.mark.parametrize(
    "wrong",
    [
        {"as_of": "31-12-2023"},
        {"known_at": "kemarin"},
        {"known_at": "2024-01-31T10:00:00"},
        {"position": "0"},
        {"position": "-1"},
        {"position": "9" * 30},
        {"position": "\u0663"},
        {"known_at": "2024-01-31", "position": "100"},
        {"instrument": "../x"},
        {"as_of": "9999-12-31"},
        {"known_at": "9999-12-31"},
    ],
)
def test_coordinates_that_cannot_be_read_are_refused_in_words(
    served: Served, wrong: dict[str, str]
) -> None:
    """A wrong address is answered by a page that says what to do, never by a failure."""
    path = f"/asn/{served.person(FALLEN)}"
    answer = served.as_("ANALYST", purpose="audit")(path, headers=HTML, **wrong)
    assert answer.status_code in (404, 422)
    assert "<h1>" in answer.text
    assert "Galat" in answer.text


def test_the_past_is_marked(served: Served) -> None:
    """A page of an earlier day or earlier knowledge says so, and leads back to today."""
    path = f"/asn/{served.person(FALLEN)}"
    past = shown(served, "ANALYST", path, purpose="audit", as_of="2023-12-31")
    assert "Anda melihat masa lalu" in past
    assert "Yang dapat menaikkan nilai" not in past
    now = shown(served, "ANALYST", path, purpose="audit")
    assert "Anda melihat masa lalu" not in now
    assert "Yang dapat menaikkan nilai" in now


def test_every_step_of_the_slider_is_a_day_of_change(served: Served) -> None:
    """The days of the bar hold every day on which the score changed."""
    path = f"/asn/{served.person(FALLEN)}"
    page = shown(served, "ANALYST", path, purpose="audit")
    found = re.search(r'data-days="([^"]*)"', page)
    assert found is not None
    days = found.group(1).split()
    twin = served.as_("ANALYST")(f"{path}.json", purpose="audit").json()
    assert days == sorted(set(days))
    changes = {one["on"] for one in twin["series"]["changes"]}
    assert len(changes) > 1
    assert changes <= set(days)


def test_a_purpose_is_asked_for_on_the_spot(served: Served) -> None:
    """Who does not say why he reads gets the choice, and his address keeps what he asked."""
    path = f"/asn/{served.person(FALLEN)}"
    answer = served.as_("ANALYST")(path, headers=HTML, as_of="2023-12-31")
    assert answer.status_code == 422
    assert "Untuk keperluan apa?" in answer.text
    assert 'name="as_of" value="2023-12-31"' in answer.text
    assert 'value="audit"' in answer.text
    assert 'value="own_record"' not in answer.text


def test_absent_and_forbidden_look_alike(served: Served) -> None:
    """Nobody learns from a page whether a person or an entry is there."""
    mine = served.desk.ledger.events_of(served.desk.ledger.index.find(FALLEN))[0].id  # type: ignore[arg-type]
    pages = []
    for path in (
        f"/asn/{unknown()}",
        f"/asn/{served.person(FALLEN)}",
        f"/asn/{served.person(FALLEN)}/perbandingan",
        f"/catatan/{mine}",
        f"/catatan/{served.desk.head() + 10}",
    ):
        answer = served.as_("ASN")(path, headers=HTML, purpose="audit")
        assert answer.status_code == 404, path
        pages.append(re.sub(r'bahasa=en|href="[^"]*"', "", answer.text))
    assert len(set(pages)) == 1


def test_one_sees_ones_own_record_and_who_looked(served: Served) -> None:
    """An ASN opens his own without a purpose, with all that is said of him and who looked."""
    path = f"/asn/{served.person(QUASHED)}"
    shown(served, "ANALYST", path, purpose="dispute")
    page = words(shown(served, "ASN", path))
    assert "Siapa yang melihat" in page
    assert "acc-ANALYST Keberatan atau sengketa data" in page
    assert "Siapa yang melihat" not in shown(served, "OPERATOR", path, purpose="audit")


def test_the_look_at_a_page_is_kept(served: Served) -> None:
    """Opening a record, an entry or a comparison is a look in the access log."""
    access = served.client.app.state.access  # type: ignore[attr-defined]
    person = served.person(FALLEN)
    entry = served.desk.ledger.events_of(served.desk.ledger.index.find(FALLEN))[0].id  # type: ignore[arg-type]
    for path, purpose in (
        (f"/asn/{person}", "support"),
        (f"/asn/{person}/perbandingan", "reporting"),
        (f"/catatan/{entry}", "assessment"),
    ):
        before = access.head().number
        shown(served, "AUDITOR", path, purpose=purpose)
        assert access.head().number == before + 1, path


def test_an_unchanged_record_is_not_sent_again(served: Served) -> None:
    """A browser that has the page is answered with 304; another language is another page."""
    path = f"/asn/{served.person(FALLEN)}"
    get = served.as_("ANALYST", purpose="audit")
    first = get(path, headers=HTML)
    again = get(path, headers={**HTML, "If-None-Match": first.headers["etag"]})
    other = get(path, headers={**HTML, "If-None-Match": first.headers["etag"]}, bahasa="en")
    assert again.status_code == 304
    assert again.content == b""
    assert other.status_code == 200


def test_the_first_load_is_light(served: Served) -> None:
    """A record with all that it needs to be drawn stays under 150 KB."""
    page = shown(served, "ANALYST", f"/asn/{served.person(FALLEN)}", purpose="audit")
    needed = sum(len(one.body) for one in assets.assets().values())
    assert len(page.encode()) + needed < FIRST_LOAD


def test_english_has_no_indonesian_left_over(served: Served) -> None:
    """The switch reaches every heading of the record."""
    path = f"/asn/{served.person(FALLEN)}"
    page = shown(served, "ANALYST", path, purpose="audit", bahasa="en")
    heads = re.findall(r"<h2[^>]*>([^<]*)</h2>", page)
    assert "Where each number comes from" in heads
    assert "What would raise the score" in heads
    assert '<html lang="en">' in page


def test_what_is_recorded_is_text_on_the_page(served: Served) -> None:
    """A search for markup is shown as it was typed and never becomes markup."""
    answer = served.client.post(
        "/cari",
        data={"q": "<script>alert(1)</script>", "purpose": "audit"},
        headers={"Authorization": "Bearer ANALYST", **HTML},
    )
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;" in answer.text


# ---- comparison ------------------------------------------------------------------------------------


def test_a_comparison_adds_up_on_the_page(served: Served) -> None:
    """The classes of causes come to the difference, on the page as in the twin."""
    path = f"/asn/{served.person(FALLEN)}/perbandingan"
    asked = {"purpose": "audit", "from": "2023-12-31", "to": "2026-11-20"}
    twin = served.as_("ANALYST")(f"{path}.json", **asked).json()
    page = words(shown(served, "ANALYST", path, **asked))
    classes = sum(Decimal(one["points"]) for one in twin["classes"])
    assert classes == Decimal(twin["difference"]) != 0
    assert f"{signed(twin['difference'])}" in page
    for one in twin["classes"]:
        assert signed(one["points"]) in page
    assert number(twin["from"]["total"]) in page
    assert number(twin["to"]["total"]) in page


def test_a_comparison_swaps(served: Served) -> None:
    """The other way round the difference has the other sign."""
    path = f"/asn/{served.person(FALLEN)}/perbandingan"
    there = {"purpose": "audit", "from": "2023-12-31", "to": "2026-11-20"}
    page = shown(served, "ANALYST", path, **there)
    found = re.search(r'href="([^"]*)">Tukar<', page)
    assert found is not None
    who = {"Authorization": "Bearer ANALYST", **HTML}
    back = served.client.get(unescape(found.group(1)), headers=who)
    assert "+27" in words(back.text)


def test_a_comparison_with_nothing_said_is_since_last_year(served: Served) -> None:
    """Without coordinates it answers today against the end of the year before."""
    path = f"/asn/{served.person(FALLEN)}/perbandingan.json"
    twin = served.as_("ANALYST")(path, purpose="audit").json()
    assert (twin["from"]["as_of"], twin["to"]["as_of"]) == ("2025-12-31", "2026-11-20")


def test_both_sides_alike_is_refused_in_words(served: Served) -> None:
    """The same question twice is no comparison."""
    path = f"/asn/{served.person(FALLEN)}/perbandingan"
    asked = {"purpose": "audit", "from": "2024-01-01", "to": "2024-01-01"}
    answer = served.as_("ANALYST")(path, headers=HTML, **asked)
    assert answer.status_code == 422
    assert "Galat 422" in answer.text


# ---- an entry --------------------------------------------------------------------------------------


def test_an_entry_says_where_it_comes_from(served: Served) -> None:
    """Content, both dates, source, fingerprint, and which measures read it."""
    twin = served.as_("ANALYST")(f"/asn/{served.person(FALLEN)}.json", purpose="audit").json()
    sanction = next(one for one in twin["events"] if one["fact"] == "sanction")
    path = f"/catatan/{sanction['position']}"
    page = words(shown(served, "ANALYST", path, purpose="audit"))
    entry = served.as_("ANALYST")(f"{path}.json", purpose="audit").json()
    assert sanction["leaf"] in page
    assert "800/90000/HD/2025" in page
    assert "28 Maret 2025" in page
    assert [one["measure"] for one in entry["uses"] if one["used"]] == ["disiplin"]


def test_what_is_sealed_stays_sealed(served: Served) -> None:
    """Without the right to a key class none of its fields leaves the query, nor a name."""
    desk = served.desk
    found = list(desk.ledger.store.read(1, 2000, topics=["employee.competency/1"]))
    assert found
    for one in found:
        seen = records.of_entry(desk, one, None, named=True, classes={IDENTITY})
        blind = records.of_entry(desk, one, None, named=False, classes=frozenset())
        assert seen["entry"]["sealed"]["title"]
        assert blind["entry"]["sealed"] == {}
        assert blind["who"]["person"] is None


def test_what_concerns_no_person_needs_no_purpose(served: Served) -> None:
    """An entry about a unit or the rules is open to whoever may read those."""
    read = served.desk.ledger.store.read
    unit = next(iter(read(1, topics=["org_unit.unit/1"]))).id
    rules = next(iter(read(1, topics=["ledger.enact/1"]))).id
    grant = next(iter(read(1, topics=["ledger.import_committed/1"]))).id
    for position in (unit, rules):
        assert "<h1>" in shown(served, "ASN", f"/catatan/{position}")
    hidden = served.as_("ASN")(f"/catatan/{grant}", headers=HTML, purpose="audit")
    assert hidden.status_code == 404
    assert "<h1>" in shown(served, "AUDITOR", f"/catatan/{grant}")


# ---- start page and search --------------------------------------------------------------------------


def test_the_start_page_is_for_everybody(served: Served) -> None:
    """Nobody signed in sees what this is and how to sign in; no task and no menu."""
    page = served.client.get("/", headers=HTML).text
    assert "/masuk" in page
    assert 'class="areas"' not in page
    assert "Yang menunggu Anda" not in page


@pytest.mark.parametrize("role", [one.value for one in Role])
def test_tasks_and_menu_follow_the_role(served: Served, role: str) -> None:
    """Each role has a start page; only roles that may read cases are told of them."""
    page = shown(served, role, "/")
    twin = served.as_(role)("/beranda.json").json()
    codes = {one["code"] for one in twin["tasks"]}
    assert all(one["count"] > 0 for one in twin["tasks"])
    asked = served.as_(role, purpose="case")("/api/v1/cases")
    assert (asked.status_code == 200) == (role in CASE_READERS)
    assert ("cases" in codes) <= (role in CASE_READERS)
    assert "cases" in codes or role not in CASE_READERS - {"ASN"}
    assert ("Buka rekam jejak saya" in page) == (role == "ASN")
    reading = served.as_(role, purpose="administration")
    waiting = reading("/api/v1/proposals").json()["proposals"]
    told = sum(one["count"] for one in twin["tasks"] if one["code"].startswith("pending_"))
    assert told == sum(one["may_confirm"] for one in waiting)
    assert (told > 0) == ('href="/tertunda"' in page.partition("<main")[2])


def test_a_number_leads_to_the_opaque_address(served: Served) -> None:
    """A NIP is posted and answered by a redirect; it stands in no address."""
    answer = served.client.post(
        "/cari",
        data={"q": FALLEN, "purpose": "audit"},
        headers={"Authorization": "Bearer ANALYST", **HTML},
        follow_redirects=False,
    )
    assert answer.status_code == 303
    there = answer.headers["location"].replace("-", "")
    assert served.person(FALLEN).replace("-", "") in there
    assert FALLEN not in there


def test_a_search_finds_only_whom_one_may_see(served: Served) -> None:
    """Who may read nobody else's record finds units and no people."""
    name = served.desk.ledger.person(served.desk.ledger.index.find(FALLEN))["name"]  # type: ignore[arg-type]
    asked = {"q": str(name), "purpose": "audit"}
    for role, there in (("ANALYST", True), ("ADMINISTRATOR", False)):
        headers = {"Authorization": f"Bearer {role}"}
        found = served.client.post("/cari.json", data=asked, headers=headers).json()["found"]
        assert any(one["label"] == name for one in found) is there
    units = served.client.post(
        "/cari.json", data={"q": "badan"}, headers={"Authorization": "Bearer ADMINISTRATOR"}
    )
    assert units.status_code == 200
    assert units.json()["found"]


def test_typing_a_number_searches_for_nobody(served: Served) -> None:
    """Numbers are looked up when asked for, not at each key."""
    headers = {"Authorization": "Bearer ANALYST"}
    asked = {"q": FALLEN, "purpose": "audit"}
    assert served.client.post("/cari.json", data=asked, headers=headers).json() == {"found": []}
