"""Memento: the moments at which what is known of a person changed, and the way to each."""

import re
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from tests.http.conftest import NOW, QUASHED, Served

_ROW = re.compile(r'<([^>]*)>;rel="([a-z ]*)"(?:;datetime="([^"]*)")?')


def test_each_memento_answers_as_of_then(served: Served) -> None:
    """Every address of the timemap answers with the moment that stands beside it."""
    pid = served.person(QUASHED)
    get = served.as_("ASN")
    asked = {"instrument": "ip-asn", "as_of": "2022-12-31"}
    answer = get(f"/api/v1/people/{pid}/timemap", **asked)
    assert answer.headers["content-type"] == "application/link-format"
    rows = _ROW.findall(answer.text)
    mementos = [
        (there, at)
        for there, rel, at in rows
        if "memento" in rel and parsedate_to_datetime(at) < NOW  # others recorded after its clock
    ]
    assert len(mementos) > 5
    assert [rel for _, rel, _ in rows][:2] == ["original timegate", "self"]
    assert "first memento" in answer.text
    assert "last memento" in answer.text
    totals = set()
    for there, at in mementos:
        path = urlsplit(there)
        query = dict(one.split("=") for one in path.query.split("&"))
        then = get(path.path, **query)
        assert then.status_code == 200, then.text
        assert then.headers["memento-datetime"] == at
        totals.add(then.json()["total"])
        again = get(path.path, **asked, headers={"Accept-Datetime": at})
        assert again.json()["position"] >= then.json()["position"]
        assert again.headers["memento-datetime"] == at
    assert {"69.5", "72.5"} <= totals


def test_a_date_of_http_that_is_none_is_refused(served: Served) -> None:
    """Days to come, and what is no date, are told so."""
    path = f"/api/v1/people/{served.person(QUASHED)}/score"
    for text in ("Sun, 22 Nov 2093 03:04:05 GMT", "x", "Fri, 31 Dec 9999 23:59:59 GMT", "-1"):
        headers = {"Accept-Datetime": text}
        answer = served.as_("ASN")(path, instrument="ip-asn", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, "misused"), text


def test_a_score_names_its_other_times(served: Served) -> None:
    """Original and timemap stand in `Link`, without position, instant or purpose."""
    pid = served.person(QUASHED)
    get = served.as_("ANALYST", purpose="administration")
    answer = get(
        f"/api/v1/people/{pid}/score",
        instrument="ip-asn",
        as_of="2022-12-31",
        position=served.desk.head(),
    )
    links = answer.headers["link"]
    query = "?instrument=ip-asn&as_of=2022-12-31"
    assert f'</api/v1/people/{pid}/score{query}>; rel="original timegate"' in links
    assert f'</api/v1/people/{pid}/timemap{query}>; rel="timemap"' in links


def test_a_timemap_is_for_whoever_may_read_the_record(served: Served) -> None:
    """When something became known of a person tells of him."""
    path = f"/api/v1/people/{served.person(QUASHED)}/timemap"
    assert served.as_("NOBODY", purpose="audit")(path).status_code == 404
    assert served.as_("ASN")(path).status_code == 200
