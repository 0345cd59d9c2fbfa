"""Cases, disputes and decisions as pages: each says what its twin says, and acts as the API does."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.domain.decision_streams import stream_of
from tests.http.conftest import Served
from tests.http.test_decisions import people
from tests.web.test_pages import shown, words

CASE, DECISION = {"purpose": "case"}, {"purpose": "decision"}


def send(served: Served, who: str, path: str, form: dict[str, Any]) -> Any:
    """A form, sent by somebody."""
    told = {"Authorization": f"Bearer {who}", "Accept": "text/html"}
    return served.client.post(path, data=form, headers=told, follow_redirects=False)


def test_the_board_says_what_its_twin_says(served: Served) -> None:
    """Each case stands once, under its state, with the clock that is due next."""
    page = shown(served, "PANEL", "/kasus", **CASE)
    twin = served.as_("PANEL")("/kasus.json", **CASE).json()
    assert twin["cases"]
    for one in twin["cases"]:
        assert page.count(f"/kasus/{one['case']}?") == 1
        assert one["person"]["name"] in words(page)
    for one in twin["disputes"]:
        assert one["id"] in page
    for suffix in ("csv", "xlsx", "pdf"):
        assert served.as_("PANEL")(f"/kasus.{suffix}", **CASE).status_code == 200


def test_each_case_says_what_its_twin_says(served: Served) -> None:
    """Every step, clock, article and finding stands on the page; what is simulated is stamped."""
    cases = served.as_("PANEL")("/kasus.json", **CASE).json()["cases"]
    path = f"/kasus/{cases[0]['case']}"
    assert served.as_("PANEL")(f"{path}.pdf", **CASE).content.startswith(b"%PDF")
    for one in cases:
        path = f"/kasus/{one['case']}"
        page = shown(served, "PANEL", path, **CASE)
        twin = served.as_("PANEL")(f"{path}.json", **CASE).json()
        assert page.count('<p class="stamp">SIMULASI, bukan data resmi</p>') == 1
        for step in twin["steps"]:
            assert f"/catatan/{step['position']}" in page
        for said in (*twin["clocks"], *twin["findings"]):
            assert said["cite"] in words(page)


def test_a_decision_goes_from_draft_to_issue_by_forms(served: Served) -> None:
    """Drafted by one, recommended, issued by another; a refused form is shown with its reason."""
    ident = f"HAL-{served.desk.head()}"
    whom = people(served, 3)
    form = {"nomor": ident, "jenis": "PROMOSI_JABATAN", "aturan": "ip-asn", "siapa": "people"}
    made = send(served, "ANALYST", "/keputusan/baru", {**form, "orang": "\n".join(whom)})
    assert (made.status_code, made.headers.get("location")) == (
        303,
        f"/keputusan/{ident}?purpose=decision",
    )
    path = f"/keputusan/{ident}"
    assert f'action="{path}/tetapkan"' not in shown(served, "ANALYST", path, **DECISION)
    version = served.desk.version_of(stream_of(ident))
    decree = {"nomor": "SK 9/2026", "tanggal": "2026-11-20", "versi": version}
    refused = send(served, "DECIDER", f"{path}/tetapkan", decree)
    assert refused.status_code == 422
    assert ident in refused.text
    said = {"badan": "PANEL", "setuju": "true", "versi": version}
    assert send(served, "PANEL", f"{path}/pertimbangan", said).status_code == 303
    decree |= {"pilih": whom[0], "alasan": "Cakap.", "versi": version + 1}
    assert send(served, "DECIDER", f"{path}/tetapkan", decree).status_code == 303
    page = words(shown(served, "DECIDER", path, **DECISION, periksa="1"))
    assert "SK 9/2026" in page
    assert "Dasarnya masih memberi jawaban yang sama." in page


@pytest.mark.parametrize("suffix", ["json", "csv", "xlsx", "pdf"])
def test_decisions_have_twins(served: Served, suffix: str) -> None:
    """The list and one decision, for machines, sheets and paper."""
    get = served.as_("DECIDER", **DECISION)
    assert get(f"/keputusan.{suffix}").status_code == 200
    assert get(f"/keputusan/PN-2023.{suffix}").status_code == 200


def test_requirements_are_told_with_their_articles(served: Served) -> None:
    """Of a promotion in rank each requirement and its article stand on the page."""
    page = words(shown(served, "DECIDER", "/keputusan/KP-2026-10", **DECISION))
    twin = served.as_("DECIDER")("/keputusan/KP-2026-10.json", **DECISION).json()
    assert twin["requirement_cites"]
    for one in twin["requirement_cites"].values():
        assert one["cite"] in page


def test_a_fact_is_contested_and_decided_by_forms(served: Served) -> None:
    """Whoever contests it withdraws only; a panel decides."""
    whom = people(served, 5)[-1]
    history = served.as_("ANALYST", **CASE)(f"/api/v1/people/{whom}/history").json()["events"]
    fact = next(one["position"] for one in history if one["fact"] == "golongan")
    path = f"/kasus/sengketa?catatan={fact}"
    assert "Sengketakan Catatan" in shown(served, "OPERATOR", "/kasus/sengketa", catatan=fact)
    letter = {
        "alasan": "Keliru.",
        "dokumen_jenis": "SURAT",
        "dokumen_nomor": "7/2026",
        "dokumen_tanggal": "2026-11-01",
    }
    version = history[-1]["version"]
    form = {**letter, "nomor": f"S-{served.desk.head()}", "versi": version}
    opened = send(served, "OPERATOR", path, form)
    assert opened.status_code == 303, opened.text
    number = opened.headers["location"].partition("?")[0].removeprefix("/catatan/")
    there = f"/sengketa/{number}"
    page = shown(served, "PANEL", there, **CASE)
    assert "Keliru." in page
    ended = {**letter, "putusan": "DITOLAK", "versi": version + 1}
    assert send(served, "OPERATOR", there, ended).status_code == 403
    assert send(served, "PANEL", there, ended).status_code == 303
    assert "Ditolak" in words(shown(served, "PANEL", there, **CASE))


def test_the_form_of_a_step_knows_its_case(served: Served) -> None:
    """What the address of a case says already is filled in; a case that is nobody's is refused."""
    listed = served.as_("PANEL", **CASE)("/api/v1/cases").json()["cases"]
    case = next(one for one in listed if one["id"] == "PK-BARU")
    page = shown(served, "PANEL", f"/kasus/{case['case']}", **CASE)
    subject = case["subject"]
    assert f"/catat/orang/{subject}/served?case={case['case']}" in page
    place = f"/catat/orang/{subject}"
    filled = {"case": case["case"], **CASE}
    assert 'value="HD-BARU"' in shown(served, "PANEL", f"{place}/served", **filled)
    second = shown(served, "PANEL", f"{place}/summons", **filled)
    assert 'value="PK-BARU"' in second
    assert 'value="2"' in second
    dispute = next(one for one in listed if one["id"] == "HD-SENGKETA")
    open_ = {"case": dispute["case"], **CASE}
    ruling = shown(served, "PANEL", f"/catat/orang/{dispute['subject']}/ruling", **open_)
    assert f'value="{dispute["subject"]}/' in ruling
    told = {"Authorization": "Bearer PANEL", "accept": "text/html"}
    wrong = {"case": "K-TIADA", **CASE}
    missing = served.client.get(f"{place}/served", params=wrong, headers=told)
    assert missing.status_code in (404, 422)


def test_a_warning_is_acknowledged_on_its_page(served: Served) -> None:
    """By whom and when stands there from then on; who may only read it has no button."""
    person = served.person("198503122010012990")
    reads = {"purpose": "administration"}
    place = f"/asn/{person}/peringatan"
    assert place in shown(served, "OPERATOR", f"/asn/{person}", **reads)
    page = shown(served, "OPERATOR", place, **reads)
    assert "Tandai sudah saya lihat" in page
    assert "Tandai sudah saya lihat" not in shown(served, "AUDITOR", place, **reads)
    (first, *_) = served.as_("AUDITOR", **reads)(f"{place}.json").json()["warnings"]
    there = f"{place}/{first['rule']}"
    for who, status in (("AUDITOR", 404), ("OPERATOR", 303), ("OPERATOR", 303)):
        sent = send(served, who, f"{there}?purpose=administration", {"kunci": first["key"]})
        assert sent.status_code == status, who
    found = served.as_("AUDITOR", **reads)(f"{place}.json").json()["warnings"]
    one = next(each for each in found if each["key"] == first["key"])
    assert [each["by"] for each in one["acknowledged"]].count("acc-OPERATOR") == 1
    assert "acc-OPERATOR" in shown(served, "AUDITOR", place, **reads)
