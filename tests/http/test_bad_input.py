"""What must not be done to cases and decisions, over HTTP: a problem with the article and what to
do, or, where the law only has it late, recorded with what follows.
"""

from __future__ import annotations

from typing import Any

from tests.http.conftest import QUASHED, Served
from tests.http.test_cases import post as post_as
from tests.http.test_commands import LETTER, send, version
from tests.http.test_decisions import drafted, people
from tests.http.test_decisions import version as decision_version

DAMAR = "198807042012011991"


def step(served: Served, kind: str, body: Any, *, dry: bool = False) -> Any:
    """A step of a case of somebody without one, by a panel."""
    pid = served.person(DAMAR)
    path = f"/people/{pid}/commands/{kind}" + ("?dry" if dry else "")
    return send(served, path, body, as_="PANEL", If_Match=version(served, pid))


def refused(response: Any, finding: str, article: str, words: str) -> None:
    """A problem that says what, where, why and what to do."""
    assert response.status_code == 422, response.text
    problem = response.json()
    assert problem["code"] == "case_step_refused"
    assert f"{finding} in case K-HTTP, " in problem["detail"]
    assert f"({article})" in problem["detail"]
    assert words in problem["detail"]
    assert problem["findings"][0]["cite"] == article
    assert problem["findings"][0]["row"] is None
    assert problem["next_step"]


def test_a_case_over_http(served: Served) -> None:
    """One case from its report: each step that is out of order, forbidden or late, in its place."""
    report = {"id": "K-HTTP", "act_on": "2026-06-29", "ground": "LAIN", "on": "2026-07-01"}
    assert step(served, "case", report).status_code == 201
    examined = {"case": "K-HTTP", "attended": True, "on": "2026-07-20"}
    refused(
        step(served, "examination", examined),
        *("STEP_OUT_OF_ORDER", "PP 94/2021 Pasal 26(2)", "no SUMMONS_1 or SUMMONS_2"),
    )
    summons = {"case": "K-HTTP", "number": 1, "on": "2026-07-06"}
    assert step(served, "summons", summons).status_code == 201
    low = next(
        str(served.desk.ledger.person(one)["nip"])
        for one in {
            event.originator_id
            for event in served.desk.ledger.store.read(1, topics=("employee.golongan/1",))
            if b'"II/a"' in event.state
        }
    )
    refused(
        step(served, "examination", {**examined, "examiner": low}),
        *("EXAMINER_OF_LOWER_RANK", "PP 94/2021 Pasal 27", "of a lower golongan"),
    )
    assert step(served, "examination", examined).status_code == 201
    sanction = {
        "id": "H-HTTP",
        "case": "K-HTTP",
        "level": "SEDANG",
        "kind": "PENUNDAAN_KGB",
        "decided_on": "2026-07-27",
        "received_on": "2026-07-29",
        "on": "2026-08-20",
        "document": LETTER,
    }
    assert step(served, "sanction", sanction).status_code == 201
    again = {**sanction, "id": "H-2", "document": {**LETTER, "number": "800/9/2026"}}
    refused(
        step(served, "sanction", again),
        *("PUNISHED_TWICE", "PP 94/2021 Pasal 35(3)", "the act is punished already"),
    )
    ruling = {"forum": "PPK", "outcome": "DIPERKUAT", "final": True, "on": "2026-09-30"}
    ruling["document"] = LETTER
    refused(
        step(served, "ruling", {**ruling, "of": "K-HTTP"}),
        *("RULING_WITHOUT_FILING", "PP 79/2021 Pasal 1", "and this one names the case itself"),
    )
    nothing = step(served, "ruling", {**ruling, "of": "KB-HTTP"}).json()
    assert (nothing["code"], nothing["errors"][0]["pointer"]) == ("fact_refused", "/of")
    late = {"id": "KB-HTTP", "target": "H-HTTP", "filed_on": "2026-09-25", "on": "2026-09-25"}
    (flag,) = step(served, "objection", late, dry=True).json()["unusual"]
    assert (flag["finding"], flag["cite"]) == ("FILED_LATE", "PP 79/2021")
    assert flag["consequence"] == ["STAYS_IN_FORCE"]
    assert step(served, "objection", late).status_code == 201
    waits = step(served, "ruling", {**ruling, "of": "KB-HTTP"})
    assert (waits.status_code, waits.json()["proposal"] is None) == (202, False)


def test_a_decision_over_http(served: Served) -> None:
    """By its own drafter, or about somebody whom the question does not ask about."""
    ident = f"PJ/{served.desk.head()}/salah"
    whom = people(served, 4)
    body = {"id": ident, "kind": "PROMOSI_JABATAN", "instrument": "ip-asn"}
    asked = {**body, "people": whom[:3], "as_of": "2025-12-31"}
    outside = drafted(served, ident, people=whom[:3], as_of="2025-12-31", choose=[whom[3]])
    assert (outside.status_code, outside.json()["code"]) == (422, "candidate_outside_question")
    assert outside.json()["outside"] == [whom[3]]
    assert QUASHED not in outside.text
    assert post_as(served, "DECIDER", "/decisions", asked).status_code == 201
    decree = {"number": "SK 9/2026", "decided_on": "2026-11-20", "choose": [whom[0]]}
    own = post_as(
        served,
        "DECIDER",
        f"/decisions/{ident}/issue",
        {**decree, "reasons": "Ya."},
        If_Match=decision_version(served, ident),
    )
    assert (own.status_code, own.json()["code"]) == (403, "second_person_needed")
    assert "nobody decides on his own draft" in own.json()["detail"]
