"""The import desk over HTTP: a file is sent, looked at, proposed, confirmed by another, taken back."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from api.access.readers import Grant, Reader
from api.intake.templates import template_bytes
from api.intake.uploads import UPLOAD_MAX
from ledger.vocabulary_agency import Role
from tests.http.conftest import QUASHED, Served

LETTER = {"kind": "SK", "number": "800/8/2026", "date": "2026-11-02"}


def lines(*rows: dict[str, Any]) -> bytes:
    """A facts file."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def award(kind: str, nip: str = QUASHED, **fields: Any) -> dict[str, Any]:
    """A fact of a person."""
    return {
        "fact": "award",
        "nip": nip,
        "kind": kind,
        "on": "2026-08-17",
        "document": LETTER,
    } | fields


def upload(served: Served, data: bytes, *, as_: str = "OPERATOR", name: str = "data.jsonl") -> Any:
    """Send a file."""
    return served.client.post(
        "/api/v1/imports",
        files={"file": (name, data)},
        headers={"Authorization": f"Bearer {as_}"},
    )


def post(served: Served, path: str, body: Any = None, *, as_: str, **headers: str) -> Any:
    """Post JSON in somebody's name."""
    told = {"Authorization": f"Bearer {as_}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    return served.client.post(f"/api/v1{path}", json=body, headers=told)


def test_a_file_is_imported_by_two(served: Served) -> None:
    """Sent, previewed, proposed, confirmed by another; the same file again adds nothing."""
    data = lines(award("DESK_A"), award("DESK_B"))
    sent = upload(served, data)
    assert sent.status_code == 201, sent.text
    ident, counts = sent.json()["id"], sent.json()["preview"]["counts"]
    assert (counts["new"], counts["refused"]) == (2, 0)
    assert QUASHED not in sent.text
    head = served.desk.head()
    proposed = post(served, f"/imports/{ident}/propose", {"document": LETTER}, as_="OPERATOR")
    assert proposed.status_code == 202, proposed.text
    proposal = proposed.json()["proposal"]
    assert served.desk.head() == head + 1
    own = post(served, f"/proposals/{proposal}/confirm", as_="OPERATOR")
    assert own.status_code == 403
    shown = served.as_("APPROVER")(f"/api/v1/proposals/{proposal}").json()
    assert (shown["may_confirm"], shown["effect"]["as_proposed"]) == (True, True)
    done = post(served, f"/proposals/{proposal}/confirm", as_="APPROVER", Idempotency_Key="c-1")
    assert done.status_code == 201, done.text
    again = post(served, f"/proposals/{proposal}/confirm", as_="APPROVER", Idempotency_Key="c-1")
    assert again.content == done.content
    report = served.as_("ANALYST")(f"/api/v1/imports/{ident}").json()
    assert report["import"]["counts"]["new"] == 2
    assert upload(served, data).json()["preview"]["counts"]["same"] == 2


def test_a_workbook_comes_back_and_only_the_difference_is_imported(served: Served) -> None:
    """The sender gets his rows with reasons; another account does not."""
    book = openpyxl.load_workbook(io.BytesIO(template_bytes("golongan")))
    page = book.worksheets[0]
    header = [cell.value for cell in page[3]]
    for row, value in ((4, "III/c"), (5, "V/z")):
        page.cell(row, header.index("NIP") + 1, QUASHED)
        page.cell(row, header.index("Golongan ruang") + 1, value)
        page.cell(row, header.index("Berlaku sejak (TMT)") + 1, f"2026-0{row}-01")
    out = io.BytesIO()
    book.save(out)
    sent = upload(served, out.getvalue(), name="golongan.xlsx").json()
    assert sent["preview"]["counts"]["refused"] == 1, sent
    ident = sent["id"]
    rows = served.as_("OPERATOR")(f"/api/v1/imports/{ident}/rows", outcome="refused").json()
    assert [one["row"] for one in rows["rows"]] == [5]
    assert rows["next"] is None
    back = served.as_("OPERATOR")(f"/api/v1/imports/{ident}/returned")
    assert back.status_code == 200
    assert openpyxl.load_workbook(io.BytesIO(back.content)).sheetnames
    assert QUASHED not in back.headers["content-disposition"]
    assert served.as_("ANALYST")(f"/api/v1/imports/{ident}/returned").status_code == 404


def test_whose_role_reaches_one_unit_sends_only_its_people(served: Served) -> None:
    """Of others nothing is told: who exists and who does not are refused alike."""
    units = sorted(unit for unit in set(served.desk.serving().values()) if unit is not None)
    here = served.desk.serving().get(served.person(QUASHED).replace("-", ""))
    today = served.desk.today()
    other = next(
        UUID(one)
        for one in units
        if UUID(here or "") not in served.desk.units().subtree(UUID(one), today) and one != here
    )
    served.badges.readers["NARROW"] = Reader("acc-narrow", None, (Grant(Role.OPERATOR, other),))
    known = upload(served, lines(award("N_A")), as_="NARROW")
    nobody = upload(served, lines(award("N_A", nip="199001012015011001")), as_="NARROW")
    assert (known.status_code, nobody.status_code) == (403, 403)
    assert known.content == nobody.content


@pytest.mark.parametrize("role", ["ASN", "PANEL", "AUDITOR", "NOBODY", "DECIDER"])
def test_who_may_not_import_sends_nothing(served: Served, role: str) -> None:
    """403, and no file is kept."""
    assert upload(served, lines(award("X")), as_=role).status_code == 403


def test_imports_are_seen_by_their_own(served: Served) -> None:
    """An id that is nobody's is not found; an auditor sees a file that waits, not its name."""
    ident = upload(served, lines(award("DESK_SEEN")), name="Ani.jsonl").json()["id"]
    seen = served.as_("AUDITOR")(f"/api/v1/imports/{ident}").json()
    assert seen["upload"]["name"] is None
    assert (
        served.as_("OPERATOR")(f"/api/v1/imports/{ident}").json()["upload"]["name"] == "Ani.jsonl"
    )
    assert served.as_("AUDITOR")(f"/api/v1/imports/{'0' * 32}").status_code == 404
    assert any(
        one["id"] == ident for one in served.as_("AUDITOR")("/api/v1/imports").json()["waiting"]
    )


def test_a_file_that_is_empty_or_too_large_is_refused(served: Served) -> None:
    """Before anything of it is read."""
    assert upload(served, b"").status_code == 422
    assert upload(served, b"x" * (UPLOAD_MAX + 1)).status_code in (413, 422)
    assert post(served, "/imports", {}, as_="OPERATOR").status_code == 422


def test_what_is_rejected_is_gone(served: Served) -> None:
    """The proposer withdraws his own; the file is destroyed."""
    ident = upload(served, lines(award("DESK_GONE"))).json()["id"]
    proposal = post(served, f"/imports/{ident}/propose", {}, as_="OPERATOR").json()["proposal"]
    assert post(served, f"/proposals/{proposal}/reject", as_="ASN").status_code == 404
    closed = post(served, f"/proposals/{proposal}/reject", {"reason": "salah"}, as_="OPERATOR")
    assert closed.status_code == 201, closed.text
    assert served.as_("OPERATOR")(f"/api/v1/imports/{ident}").status_code == 404


def test_an_import_is_taken_back(served: Served) -> None:
    """A dry run says what; the real one annuls it and marks the import."""
    ident = upload(served, lines(award("DESK_BACK"))).json()["id"]
    proposal = post(served, f"/imports/{ident}/propose", {}, as_="OPERATOR").json()["proposal"]
    assert post(served, f"/proposals/{proposal}/confirm", as_="ANALYST").status_code == 201
    path, body = f"/imports/{ident}/withdraw", {"document": LETTER}
    dry = post(served, f"{path}?dry_run=true", body, as_="APPROVER")
    assert (dry.status_code, dry.json()["withdrawal"]["annulled"]) == (200, 1), dry.text
    assert post(served, path, body, as_="OPERATOR").status_code == 403
    done = post(served, path, body, as_="APPROVER", Idempotency_Key="w-1")
    assert done.status_code == 201, done.text
    assert post(served, path, body, as_="APPROVER", Idempotency_Key="w-1").content == done.content
    shown = served.as_("ANALYST")(f"/api/v1/imports/{ident}").json()
    assert shown["import"]["withdrawn"] is not None


def test_a_template_is_given_for_each_kind(served: Served) -> None:
    """As a workbook; an unknown kind is refused with the list."""
    kinds = served.as_("ASN")("/api/v1/imports/templates").json()["kinds"]
    assert {"kind": "golongan", "says": "Golongan ruang"} in kinds
    found = served.as_("ASN")("/api/v1/imports/templates/golongan")
    assert openpyxl.load_workbook(io.BytesIO(found.content)).sheetnames == ["Formulir", "Petunjuk"]
    assert served.as_("ASN")("/api/v1/imports/templates/none").status_code == 422


def test_nobody_decides_about_himself_by_a_file(served: Served) -> None:
    """Nobody sends, confirms or withdraws a file that is about himself."""
    me = UUID(served.person(QUASHED))
    for name, role in (("MY_ANALYST", Role.ANALYST), ("MY_APPROVER", Role.APPROVER)):
        served.badges.readers[name] = Reader(f"acc-{name}", me, (Grant(role),))
    sent = upload(served, lines(award("OWN_A")), as_="MY_ANALYST")
    assert (sent.status_code, sent.json()["code"]) == (403, "out_of_reach")
    ident = upload(served, lines(award("OWN_B"))).json()["id"]
    proposed = post(served, f"/imports/{ident}/propose", {"document": LETTER}, as_="OPERATOR")
    path = f"/proposals/{proposed.json()['proposal']}"
    for what in ("confirm", "reject"):
        assert post(served, f"{path}/{what}", as_="MY_APPROVER").json()["code"] == "no_right"
    assert post(served, f"{path}/confirm", as_="APPROVER").status_code == 201
    back = f"/imports/{ident}/withdraw"
    own = post(served, back, {"document": LETTER}, as_="MY_ANALYST")
    assert (own.status_code, own.json()["code"]) == (403, "no_right")
    assert post(served, back, {"document": LETTER}, as_="ANALYST").status_code == 201
