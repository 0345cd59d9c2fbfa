"""Events over HTTP: CloudEvents in pages and lines, one event with its fate, for who may see them."""

import json
from collections import Counter
from datetime import date, datetime, tzinfo
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from api.queries import events as asking
from ledger.events.base import encode
from ledger.events.book import PrecedenceEnacted
from ledger.events.registry import specs
from tests.http.conftest import QUASHED, Served

BATCH = "application/cloudevents-batch+json"
LINES = {"Accept": "application/jsonl"}


def pages(served: Served, **query: Any) -> list[list[dict[str, Any]]]:
    """All pages of a list of events, by their links."""
    answer = served.as_("AUDITOR", purpose="audit")("/api/v1/events", **query)
    found = [answer.json()]
    while link := answer.headers.get("link"):
        target = link.partition("<")[2].partition(">")[0]
        assert link.endswith('rel="next"')
        answer = served.client.get(target, headers={"Authorization": "Bearer AUDITOR"})
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
    return found


def test_a_batch_holds_cloud_events(served: Served) -> None:
    """Each has what CloudEvents 1.0 requires, and in `data` the row of the command line."""
    answer = served.as_("AUDITOR", purpose="audit")("/api/v1/events", limit=3)
    assert answer.headers["content-type"] == BATCH
    first = answer.json()[0]
    ledger = served.desk.ledger
    assert {first[key] for key in ("specversion", "id", "source", "type", "subject")} == {
        "1.0",
        "1",
        ledger.origin,
        "ledger.founded/1",
        ledger.stream.hex,
    }
    assert first["data"]["leaf"] == next(iter(ledger.store.read(1, 1))).leaf.hex()
    assert first["time"].endswith("Z")
    assert first["datacontenttype"] == "application/json"


def test_pages_and_lines_give_the_whole_log_once(served: Served) -> None:
    """Pages joined by their links, and the lines, are positions 1 to the head without gap."""
    head = served.desk.head()
    paged = [one["id"] for page in pages(served, limit=500) for one in page]
    answer = served.as_("ANALYST", purpose="reporting")("/api/v1/events", headers=LINES)
    lined = [json.loads(line)["id"] for line in answer.text.splitlines()]
    assert paged == lined == [str(n) for n in range(1, head + 1)]
    ordered = [json.loads(line)["sequence"] for line in answer.text.splitlines()]
    assert all(one < other for one, other in pairwise(ordered))


def test_a_cursor_is_pinned(served: Served) -> None:
    """Pages that are begun at a position end there, whatever is recorded meanwhile."""
    get = served.as_("AUDITOR", purpose="audit")
    head = served.desk.head()
    before = ids(served, kind=["enact", "precedence"])
    answer = get("/api/v1/events", limit=5, kind=["enact", "precedence"])
    assert int(answer.headers["ledger-position"]) == head
    event = PrecedenceEnacted(fact="appraisal", sources=("one", "other"))
    served.desk.ledger.append_to_book([encode(event)], "acc-ANALYST")
    found = answer.json()
    while link := answer.headers.get("link"):
        target = link.partition("<")[2].partition(">")[0]
        answer = served.client.get(target, headers={"Authorization": "Bearer AUDITOR"})
        assert int(answer.headers["ledger-position"]) == head
        found += answer.json()
    assert [int(one["id"]) for one in found] == before
    assert ids(served, kind=["enact", "precedence"]) == [*before, head + 1]


def test_filters_are_those_of_the_command(served: Served) -> None:
    """Every filter gives what a look at each event gives, and filters hold together."""
    desk = served.desk
    unit = next(one for one in set(desk.serving().values()) if one)
    every = [json.loads(line)["data"] for line in lines(served)]
    late = [one["position"] for one in every if days_late(desk.zone, one) >= 30]
    assert 0 < len(late) < len(every)
    assert ids(served, late_by=30) == late
    day = "2022-01-01"
    since = [one["position"] for one in every if (one["effective_on"] or "") >= day]
    assert ids(served, effective_from=day) == since
    instant = every[len(every) // 2]["recorded_at"]
    until = [one["position"] for one in every if one["recorded_at"] <= instant]
    after = [one["position"] for one in every if one["recorded_at"] >= instant]
    assert ids(served, recorded_to=instant) == until
    assert ids(served, recorded_from=instant) == after
    kinds = [one["position"] for one in every if one["fact"] in {"sanction", "ruling"}]
    assert kinds
    assert ids(served, kind=["sanction", "ruling"]) == kinds
    below = {one.hex for one in desk.units().subtree(UUID(unit), desk.today())} | {unit}
    members = {one for one, where in desk.serving().items() if where in below} | below
    of_unit = [one["position"] for one in every if one["stream"] in members]
    assert ids(served, unit=unit) == of_unit
    (actor, _), (other, _) = Counter(one["actor"] for one in every).most_common(2)
    for who in (actor, other):
        acted = [one for one in every if one["actor"] == who]
        kind = acted[0]["fact"]
        told = [one["position"] for one in acted if one["fact"] == kind]
        assert ids(served, actor=who, kind=kind) == told


def days_late(zone: tzinfo, row: dict[str, Any]) -> int:
    """How many days after its legal day an event was recorded; none before what has no such day."""
    if not row["effective_on"]:
        return -1
    recorded = datetime.fromisoformat(row["recorded_at"]).astimezone(zone).date()
    return (recorded - date.fromisoformat(row["effective_on"])).days


def lines(served: Served, **query: Any) -> list[str]:
    """The lines of a list of events."""
    get = served.as_("AUDITOR", purpose="audit")
    answer = get("/api/v1/events", headers=LINES, **query)
    assert answer.status_code == 200, answer.text
    found: list[str] = answer.text.splitlines()
    return found


def ids(served: Served, **query: Any) -> list[int]:
    """The positions of a list of events."""
    return [int(json.loads(line)["id"]) for line in lines(served, **query)]


def test_a_page_ends_where_enough_was_looked_at(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is rare costs no page its time: pages may be empty, and their links lead to all of it."""
    monkeypatch.setattr(asking, "SCANNED_MAX", 1)
    got = pages(served, actor="nobody-at-all")
    assert len(got) > 2
    assert not any(got)
    monkeypatch.setattr(asking, "SCANNED_MAX", 1500)
    found = [one["id"] for page in pages(served, kind="ruling", late_by=0) for one in page]
    monkeypatch.undo()
    assert found == [str(one) for one in ids(served, kind="ruling", late_by=0)]


def test_no_sealed_field_leaves(served: Served) -> None:
    """The open fields of a topic are all that a list shows."""
    with_sealed = 0
    for line in lines(served):
        row = json.loads(line)["data"]
        sealed = specs()[row["topic"]].sealed_names
        with_sealed += bool(sealed)
        assert not sealed & row["fields"].keys()
        assert QUASHED not in line
    assert with_sealed > 1_000


@pytest.mark.parametrize(
    ("who", "status"),
    [("AUDITOR", 200), ("ANALYST", 200), ("PANEL", 403), ("ASN", 403), ("nobody", 401)],
)
def test_rights_decide_who_reads_all_events(served: Served, who: str, status: int) -> None:
    """Only who may read the events of everybody gets them, in every form."""
    get = served.as_(who, purpose="audit")
    for form in (BATCH, "application/jsonl", "text/event-stream"):
        if status != 200 or form != "text/event-stream":
            assert get("/api/v1/events", limit=1, headers={"Accept": form}).status_code == status


def test_a_look_at_all_events_is_written_down(served: Served) -> None:
    """The access log holds who read the events of everybody, and what for."""
    access = served.client.app.state.access  # type: ignore[attr-defined]
    before = access.store.head().number
    served.as_("AUDITOR", purpose="reconciliation")("/api/v1/events", limit=1, kind="ruling")
    assert access.store.head().number == before + 1
    assert served.as_("AUDITOR")("/api/v1/events").json()["code"] == "purpose_needed"


def position_of(served: Served, kind: str, stream: str | None = None) -> int:
    """The position of the first event of a kind, of somebody."""
    return next(
        int(one["position"])
        for one in (json.loads(line)["data"] for line in lines(served, kind=kind))
        if stream is None or one["stream"] == stream
    )


def test_one_event_says_what_became_of_it(checked: Served) -> None:
    """Of a corrected fact the correction, of the correction the fact, with neighbours and proof."""
    get = checked.as_("ANALYST", purpose="administration")
    correction = position_of(checked, "correct")
    shown = get(f"/api/v1/events/{correction}").json()
    replaced = get(f"/api/v1/events/{shown['replaces']}").json()
    assert (replaced["replaced_by"], replaced["stream"]) == (correction, shown["stream"])
    assert shown["earlier"] < correction
    assert shown["fact"] == "correct"
    path, _, query = shown["proof"].partition("?")
    assert query == f"position={correction}"
    assert get(path, position=correction).json()["index"] == correction - 1


def test_an_event_of_a_person_is_for_whoever_may_read_his_record(served: Served) -> None:
    """His own, without naming a purpose; others alike to what is not there; sealed by role."""
    own = served.person(QUASHED).replace("-", "")
    position = position_of(served, "registered", own)
    path = f"/api/v1/events/{position}"
    mine = served.as_("ASN")(path)
    assert mine.status_code == 200
    assert mine.json()["sealed"]["name"]
    other = served.as_("NOBODY", purpose="audit")(path)
    absent = served.as_("NOBODY", purpose="audit")("/api/v1/events/999999999")
    assert other.status_code == absent.status_code == 404
    assert other.content == absent.content
    unsaid = served.as_("NOBODY")(path), served.as_("NOBODY")("/api/v1/events/999999999")
    assert unsaid[0].content == unsaid[1].content
    assert unsaid[0].status_code == 422
    stranger = position_of(served, "registered")
    assert stranger != position
    assert served.as_("ASN", purpose="audit")(f"/api/v1/events/{stranger}").status_code == 404


def test_what_is_of_nobody_is_open_to_roles(checked: Served) -> None:
    """The founding, texts and units are for every role; proposals and imports are not."""
    for kind in ("founded", "enact", "unit", "heads"):
        path = f"/api/v1/events/{position_of(checked, kind)}"
        assert checked.as_("PANEL")(path).status_code == 200, kind
        assert checked.as_("NOBODY", purpose="audit")(path).status_code == 404, kind
    path = f"/api/v1/events/{position_of(checked, 'import_committed')}"
    assert checked.as_("OPERATOR", purpose="audit")(path).status_code == 404
    assert checked.as_("AUDITOR", purpose="audit")(path).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"recorded_from": "2022-01-01T00:00:00"},
        {"kind": "no-such"},
        {"cursor": "AAAA"},
        {"cursor": "WzEsIngiXQ"},
        {"cursor": "WzEsIjk5OTk5OTk5OTk5OTk5OTk5OTk5Il0"},
        {"limit": 501},
        {"late_by": 10**30},
        {"effective_to": "30-02-2022"},
        {"unit": "no such unit"},
    ],
)
def test_what_cannot_be_asked_is_refused(served: Served, query: dict[str, Any]) -> None:
    """A problem with a code, never a fault of the server."""
    answer = served.as_("AUDITOR", purpose="audit")("/api/v1/events", **query)
    assert answer.status_code in {404, 422}, answer.text
    assert answer.json()["code"]


@pytest.mark.parametrize(
    "query",
    [
        {"recorded_from": "0001-01-01T00:00:00Z"},
        {"recorded_from": "0001-01-01T00:00:00+14:00"},
        {"recorded_to": "9999-12-31T23:59:59.999999-12:00"},
        {"effective_from": "0001-01-01"},
        {"effective_to": "9999-12-31"},
        {"late_by": -100_000},
    ],
)
def test_the_ends_of_time_are_answered(served: Served, query: dict[str, Any]) -> None:
    """Bounds that everything lies within leave nothing out that has a day, and break nothing."""
    answer = served.as_("AUDITOR", purpose="audit")("/api/v1/events", limit=5, **query)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()) == 5


@pytest.mark.parametrize("position", ["0", "-1", "x", "99999999999999999999", "1.5"])
def test_no_position_is_refused(served: Served, position: str) -> None:
    """What is no position is said so."""
    answer = served.as_("AUDITOR", purpose="audit")(f"/api/v1/events/{position}")
    assert answer.json()["code"] == "malformed_request"


def test_the_first_instant_there_is_is_a_bound_like_another(served: Served) -> None:
    """Whatever its offset, everything was recorded after it."""
    get, path = served.as_("AUDITOR", purpose="audit", limit=1), "/api/v1/events"
    for offset in ("+14:00", "-12:00", "Z"):
        found = get(path, recorded_from=f"0001-01-01T00:00:00{offset}")
        assert (found.status_code, found.json()) == (200, get(path).json())
