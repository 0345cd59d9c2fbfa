"""Impor and Catat: what a page does is what its command does, and two people do it."""

import json
import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest

from tests.http.conftest import QUASHED, Served

HTML = {"Accept": "text/html"}
LETTER = {"kind": "SK", "number": "800/9/2026", "date": "2026-11-02"}


@pytest.fixture(autouse=True)
def no_cookies(served: Served) -> None:
    """A language that a test chose stays with that test."""
    served.client.cookies.clear()


def words(markup: str) -> str:
    """What a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", markup)).replace("\u00a0", " ").split())


def look(served: Served, name: str, path: str, **query: Any) -> Any:
    """A page in somebody's name."""
    return served.as_(name, purpose="administration")(path, headers=HTML, **query)


def fill(served: Served, name: str, path: str, form: dict[str, str] | None = None) -> Any:
    """A form sent in somebody's name; where it leads is not followed."""
    return served.client.post(
        path,
        data=form or {},
        params={"purpose": "administration"},
        headers={"Authorization": f"Bearer {name}", **HTML},
        follow_redirects=False,
    )


def send(served: Served, *rows: dict[str, Any]) -> str:
    """A facts file, sent on the page; where its page is."""
    data = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    sent = served.client.post(
        "/impor",
        files={"berkas": ("Ani.jsonl", data)},
        headers={"Authorization": "Bearer OPERATOR", **HTML},
        follow_redirects=False,
    )
    assert sent.status_code == 303, sent.text
    return str(sent.headers["location"])


def award(kind: str, **fields: Any) -> dict[str, Any]:
    """A fact of a person."""
    row = {"fact": "award", "nip": QUASHED, "kind": kind, "on": "2026-08-17", "document": LETTER}
    return row | fields


def test_a_file_goes_through_two_hands(served: Served) -> None:
    """Sent, shown row by row without its numbers, proposed, confirmed by another, recorded."""
    place = send(served, award("HAL_A"), award("HAL_B", on="kemarin"))
    page = words(look(served, "OPERATOR", place).text)
    assert "Baru 1" in page
    assert "Ditolak 1" in page
    assert QUASHED not in page
    assert "Ani.jsonl" in page
    assert "Ani.jsonl" not in look(served, "APPROVER", place).text
    assert fill(served, "OPERATOR", f"{place}/usul").status_code == 303
    assert "orang lain yang menyetujui" in words(look(served, "OPERATOR", place).text)
    assert fill(served, "OPERATOR", f"{place}/setuju").status_code == 403
    head = served.desk.head()
    assert fill(served, "APPROVER", f"{place}/setuju").status_code == 303
    assert served.desk.head() == head + 3  # the confirmation, the fact, the note of the import
    done = words(look(served, "APPROVER", place).text)
    assert "Tarik seluruh impor" in done
    twin = look(served, "APPROVER", f"{place}.json").json()
    assert twin["import"]["counts"]["new"] == 1


def test_an_outcome_that_changed_must_be_seen(served: Served) -> None:
    """Somebody recorded the same meanwhile: the confirmer is shown what changed, and agrees."""
    place = send(served, award("HAL_C"), award("HAL_D"))
    fill(served, "OPERATOR", f"{place}/usul")
    pid = served.person(QUASHED)
    version = served.desk.version_of(UUID(pid))
    body = {name: value for name, value in award("HAL_C").items() if name not in {"fact", "nip"}}
    told = {"Authorization": "Bearer OPERATOR", "If-Match": f'"{version}"'}
    path = f"/api/v1/people/{pid}/commands/award?purpose=administration"
    assert served.client.post(path, json=body, headers=told).status_code == 201
    refused = fill(served, "APPROVER", f"{place}/setuju")
    assert refused.status_code == 422
    assert "Hasilnya berubah" in words(refused.text)
    (digest,) = re.findall(r'name="hasil" value="([^"]+)"', refused.text)
    assert fill(served, "APPROVER", f"{place}/setuju", {"hasil": digest}).status_code == 303


def test_a_withdrawal_rests_on_a_document(served: Served) -> None:
    """Without one it is refused on the page; with one the import is marked."""
    place = send(served, award("HAL_E"))
    fill(served, "OPERATOR", f"{place}/usul")
    fill(served, "APPROVER", f"{place}/setuju")
    assert fill(served, "APPROVER", f"{place}/tarik", {"jenis": "SK"}).status_code == 422
    form = {"jenis": "SK", "nomor": "1", "tanggal": "2026-11-01"}
    assert fill(served, "OPERATOR", f"{place}/tarik", form).status_code == 403
    assert fill(served, "APPROVER", f"{place}/tarik", form).status_code == 303
    assert "ditarik" in words(look(served, "APPROVER", place).text)


def test_the_desk_lists_and_gives_forms(served: Served) -> None:
    """What waits and what was imported; who may not import sees no form to send."""
    assert 'name="berkas"' in look(served, "OPERATOR", "/impor").text
    assert 'name="berkas"' not in look(served, "AUDITOR", "/impor").text
    assert look(served, "ASN", "/impor").status_code == 403
    form = look(served, "OPERATOR", "/impor/templat/award.xlsx")
    assert form.content.startswith(b"PK")
    assert look(served, "OPERATOR", "/impor?cursor=20").status_code == 200


def test_a_fact_is_looked_at_and_then_recorded(served: Served) -> None:
    """A check records nothing; sent twice it is recorded once; a number stands in no address."""
    found = fill(served, "OPERATOR", "/catat/orang", {"nip": QUASHED})
    place = found.headers["location"].partition("?")[0]
    assert found.status_code == 303
    assert QUASHED not in place
    assert "Penghargaan" in words(look(served, "OPERATOR", place).text)
    page = look(served, "OPERATOR", f"{place}/award").text
    (version,) = re.findall(r'name="_versi" value="(\d+)"', page)
    form = {"_versi": version, "kind": "HAL_F", "on": "17-08-2026", "document.kind": "SK"}
    form |= {"document.number": "1", "document.date": "2026-11-02"}
    head = served.desk.head()
    checked = fill(served, "OPERATOR", f"{place}/award", form)
    assert "Catat sekarang" in checked.text
    assert served.desk.head() == head
    for _ in range(2):
        done = fill(served, "OPERATOR", f"{place}/award", form | {"_langkah": "catat"})
        assert "Tercatat pada" in words(done.text), done.text
    assert served.desk.head() == head + 1
    stale = fill(served, "OPERATOR", f"{place}/award", form | {"kind": "X", "_langkah": "catat"})
    assert stale.status_code == 422
    assert "Ada yang mencatat lebih dulu" in words(stale.text)


def test_faults_stand_beside_their_fields(served: Served) -> None:
    """All of them, in the language of the page, and what was filled in is kept."""
    place = f"/catat/orang/{served.person(QUASHED)}/competency"
    form = {"_versi": "1", "hours": "banyak", "title": "Diklat <b>"}
    page = fill(served, "OPERATOR", place, form)
    assert page.status_code == 422
    assert "Ini bukan angka." in words(page.text)
    assert 'value="banyak"' in page.text
    assert "Diklat &lt;b&gt;" in page.text
    served.client.cookies.set("bahasa", "en")
    assert "This is no number." in words(fill(served, "OPERATOR", place, form).text)


def test_what_an_asn_states_is_verified_by_another(served: Served) -> None:
    """His form proposes; whoever verifies sees the fact and whose it is; he himself may not."""
    place = f"/catat/orang/{served.person(QUASHED)}/award"
    (version,) = re.findall(r'name="_versi" value="(\d+)"', look(served, "ASN", place).text)
    form = {"_versi": version, "kind": "HAL_G", "on": "2026-08-17", "_langkah": "catat"}
    done = fill(served, "ASN", place, form)
    (waits,) = re.findall(r"/catat/usulan/\d+", done.text)
    assert waits in look(served, "ANALYST", "/catat").text
    page = words(look(served, "ANALYST", waits).text)
    assert "HAL_G" in page
    assert str(served.desk.ledger.person(UUID(served.person(QUASHED)))["name"]) in page
    assert fill(served, "ASN", f"{waits}/setuju").status_code in {403, 422}
    assert look(served, "ADMINISTRATOR", waits).status_code == 404
    assert fill(served, "ANALYST", f"{waits}/setuju").status_code == 303
    assert "disetujui" in words(look(served, "ANALYST", waits).text)


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("AUDITOR", "award"),
        ("OPERATOR", "ruling"),
        ("OPERATOR", "none"),
        ("OPERATOR", "registered"),
    ],
)
def test_a_form_that_is_not_ones_own_is_not_there(served: Served, role: str, path: str) -> None:
    """404 for a kind that is unknown and one that the role does not reach."""
    place = f"/catat/orang/{served.person(QUASHED)}/{path}"
    assert look(served, role, place).status_code == 404


def test_who_is_not_found_is_said_alike(served: Served) -> None:
    """A number that nobody has, and one whose record the reader may not see."""
    nobody = fill(served, "OPERATOR", "/catat/orang", {"nip": "199001012015011001"})
    assert nobody.status_code == 422
    assert fill(served, "OPERATOR", "/catat/orang", {"nip": "12"}).status_code == 422
    assert fill(served, "OPERATOR", "/catat/unit", {"kode": "tidak ada"}).status_code == 422
