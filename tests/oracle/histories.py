"""Random records of a person: as plain rows for the oracle, as events for the ledger.

A row is the dict that `naive_ip_asn` describes. Days crowd around the edges that rules look at:
ends of months and years, leap days, and the day before and after each, so that boundaries are met
often.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from ledger.canonical import canonical_bytes
from ledger.records import RecordedEvent
from ledger.values import shift_months

PERSON = UUID("00000000-0000-4000-8000-000000000001")
BOOK = UUID("00000000-0000-4000-8000-000000000002")
START = datetime(2026, 1, 1, tzinfo=UTC)
TITLES = tuple(f"{number:032x}" for number in (161, 162, 163))
UNITS = tuple(f"{number:032x}" for number in (177, 178, 179))
DEPTHS = {UNITS[0]: 0, UNITS[1]: 1, UNITS[2]: 1}
EDUCATION = [
    "SD",
    "SLTP",
    "SLTA",
    "SLTA_KEJURUAN",
    "D1",
    "D2",
    "D3",
    "D4",
    "S1",
    "PROFESI",
    "SP1",
    "S2",
    "SP2",
    "S3",
]
KINDS = [
    "JPT_UTAMA",
    "JPT_MADYA",
    "JPT_PRATAMA",
    "ADMINISTRATOR",
    "PENGAWAS",
    "PELAKSANA",
    "FUNGSIONAL",
]
PREDICATES = ["SANGAT_BAIK", "BAIK", "BUTUH_PERBAIKAN", "KURANG", "SANGAT_KURANG"]
REGIMES = ["PP46", "PP30", "PERMENPANRB6"]
STATES = ["DINILAI", "DINILAI", "DINILAI", "BELUM_DINILAI", "TIDAK_WAJIB"]
OUTCOMES = [
    "DIPERKUAT",
    "DIPERINGAN",
    "DIPERBERAT",
    "DIUBAH",
    "DIBATALKAN",
    "TIDAK_DAPAT_DITERIMA",
    "DICABUT",
]
SCORES = [
    "0",
    "49.99",
    "50",
    "50.5",
    "60",
    "60.01",
    "69.99",
    "70",
    "75",
    "75.5",
    "89.99",
    "90",
    "90.5",
    "100",
    "100.5",
    "109.99",
    "110",
    "120",
]
FIRST_DAY, LAST_DAY = date(2017, 1, 1), date(2025, 12, 31)

Row = dict[str, Any]


@dataclass(frozen=True)
class Story:
    """A person's rows, the reference book's rows, and the last position of all."""

    rows: tuple[Row, ...]
    book: tuple[Row, ...]
    last: int


def _edge_days() -> list[date]:
    found = []
    for year in range(2018, 2025):
        for month, on in ((1, 1), (2, 28), (3, 1), (6, 30), (7, 1), (12, 31)):
            found += [date(year, month, on) + timedelta(days=shift) for shift in (-1, 0, 1)]
    return sorted(set(found))


_seldom = st.sampled_from([False] * 19 + [True])
days = st.one_of(st.sampled_from(_edge_days()), st.dates(FIRST_DAY, LAST_DAY))


@st.composite
def _near(draw: st.DrawFn, on: date) -> date:
    """A day close to another, on either side."""
    return on + timedelta(days=draw(st.integers(-40, 40)))


def _iso(on: date) -> str:
    return on.isoformat()


@st.composite
def _qualification(draw: st.DrawFn) -> tuple[str, Row]:
    return "qualification", {"level": draw(st.sampled_from(EDUCATION))}


@st.composite
def _position(draw: st.DrawFn) -> tuple[str, Row]:
    fields = {
        "assignment": draw(st.sampled_from(["DEFINITIF", "DEFINITIF", "DEFINITIF", "PLT"])),
        "title_id": draw(st.sampled_from(TITLES)),
        "unit": draw(st.sampled_from(UNITS)),
    }
    if draw(st.booleans()):
        fields["kind"] = draw(st.sampled_from(KINDS))
    return "position", fields


@st.composite
def _competency(draw: st.DrawFn) -> tuple[str, Row]:
    category = draw(st.sampled_from(["KEPEMIMPINAN", "FUNGSIONAL", "TEKNIS", "TEKNIS", "SEMINAR"]))
    fields: Row = {"category": category, "to": "2020-01-01"}
    if category == "KEPEMIMPINAN" and draw(st.integers(0, 5)):
        fields["level"] = draw(st.sampled_from(["PKN_I", "PKN_II", "PKA", "PKP"]))
    if draw(st.integers(0, 5)):
        fields["hours"] = draw(st.sampled_from(["0", "4.5", "8", "10", "12", "19.99", "20", "40"]))
    return "competency", fields


@st.composite
def _appraisal(draw: st.DrawFn) -> tuple[str, Row]:
    year = draw(st.integers(2017, 2024))
    first, last = draw(
        st.sampled_from(
            [
                ("-01-01", "-12-31"),
                ("-01-01", "-12-31"),
                ("-01-01", "-06-30"),
                ("-07-01", "-12-31"),
                ("-03-01", "-12-31"),
                ("-10-01", "-12-31"),
            ]
        )
    )
    fields: Row = {
        "from": f"{year}{first}",
        "to": f"{year}{last}",
        "regime": draw(st.sampled_from(REGIMES)),
        "state": draw(st.sampled_from(STATES)),
    }
    assignment = draw(st.sampled_from([None, None, "DEFINITIF", "PLT"]))
    if assignment is not None:
        fields["assignment"] = assignment
    if draw(st.booleans()):
        fields["predicate"] = draw(st.sampled_from(PREDICATES))
    if draw(st.booleans()):
        fields["score"] = draw(st.sampled_from(SCORES))
    return "appraisal", fields


@st.composite
def _sanction(draw: st.DrawFn) -> tuple[str, Row]:
    level = draw(st.sampled_from(["RINGAN", "SEDANG", "BERAT", "MORAL"]))
    return "sanction", {"level": level, "kind": "LAINNYA", "decided_on": "2018-01-01"}


@st.composite
def _service(draw: st.DrawFn) -> tuple[str, Row]:
    if draw(_seldom):
        return "left", {"reason": "PENSIUN"}
    return "employment", {"employment": draw(st.sampled_from(["PNS"] * 9 + ["CPNS", "PPPK"]))}


def _plain() -> st.SearchStrategy[tuple[str, Row]]:
    return st.one_of(
        _competency(), _competency(), _competency(), _competency(), _appraisal(), _appraisal(),
        _qualification(), _position(), _sanction(), _service(),
    )  # fmt: skip


class _Writer:
    """Rows as they are recorded, one a position, the reference book's between the person's."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.book: list[Row] = []
        self.position = 0
        self.current: dict[int, Row] = {}

    def _next(self) -> tuple[int, datetime]:
        self.position += 1
        return self.position, START + timedelta(seconds=self.position)

    def state(self, kind: str, fields: Row, on: date, until: date | None) -> int:
        position, recorded_at = self._next()
        version = len(self.rows) + 1
        row: Row = {"do": "fact", "position": position, "recorded_at": recorded_at}
        row |= {"version": version, "kind": kind, "fields": fields, "on": on, "until": until}
        self.rows.append(row)
        self.current[version] = {**row, "replaces": version, "gone": False}
        return version

    def refer(self, fields: Row, on: date, until: date | None) -> None:
        position, recorded_at = self._next()
        row: Row = {"do": "fact", "position": position, "recorded_at": recorded_at}
        row |= {"version": len(self.book) + 1, "kind": "position_ref", "fields": fields}
        self.book.append(row | {"on": on, "until": until})

    def mend(self, do: str, root: int, row: Row) -> None:
        position, recorded_at = self._next()
        version = len(self.rows) + 1
        known = self.current[root]
        self.rows.append(
            {"do": do, "position": position, "recorded_at": recorded_at, "version": version}
            | {"root": root, "replaces": known["replaces"], **row}
        )
        if do in ("correct", "annul", "end"):
            known["replaces"] = version
            known["gone"] = do == "annul"

    def living(self, *kinds: str) -> list[int]:
        return [
            root
            for root, row in self.current.items()
            if not row["gone"] and (not kinds or row["kind"] in kinds)
        ]


@st.composite
def stories(draw: st.DrawFn, most: int = 24) -> Story:
    """A person, mostly PNS with a post and appraisals, and then whatever happens."""
    writer = _Writer()
    writer.state("registered", {"employment": "CPNS"}, date(2014, 2, 1), None)
    if not draw(_seldom):
        writer.state("employment", {"employment": "PNS"}, date(2015, 2, 1), None)
    if not draw(_seldom):
        kind, fields = draw(_qualification())
        writer.state(kind, fields, date(2013, 7, 1), None)
    if not draw(_seldom):
        kind, fields = draw(_position())
        fields |= {"assignment": "DEFINITIF", "kind": draw(st.sampled_from(KINDS))}
        writer.state(kind, fields, date(2016, 1, 1), None)
    for year in draw(st.lists(st.integers(2018, 2024), min_size=2, max_size=7, unique=True)):
        fields = {"from": f"{year}-01-01", "to": f"{year}-12-31", "state": "DINILAI"}
        fields |= {"regime": draw(st.sampled_from(REGIMES))}
        fields |= {"predicate": draw(st.sampled_from(PREDICATES))}
        writer.state("appraisal", fields, date(year, 12, 31), None)
    for _ in range(draw(st.integers(0, most))):
        _happen(draw, writer)
    return Story(tuple(writer.rows), tuple(writer.book), writer.position)


@st.composite
def disciplined(draw: st.DrawFn) -> Story:
    """A PNS with sanctions, what was filed against them and ruled, all within few weeks."""
    writer = _Writer()
    writer.state("registered", {"employment": "PNS"}, date(2014, 2, 1), None)
    on = draw(days)
    for _ in range(draw(st.integers(1, 2))):
        kind, fields = draw(_sanction())
        writer.state(kind, fields, on + timedelta(days=draw(_shifts)), None)
    for _ in range(draw(st.integers(1, 8))):
        what = draw(st.integers(0, 5))
        if what == 0 and writer.living():
            _mend(draw, writer)
        elif what in (1, 2) or not writer.living("objection", "appeal"):
            if writer.living("sanction"):
                _file(draw, writer)
        else:
            _rule(draw, writer)
    return Story(tuple(writer.rows), tuple(writer.book), writer.position)


_shifts = st.sampled_from([0, 0, 1, -1]) | st.integers(-40, 40)
_spans = st.sampled_from([0, 1, 12, 15, 24, 60])


@st.composite
def coordinates(draw: st.DrawFn, story: Story) -> tuple[date, int]:
    """A legal day near something that happened or the end of a window from it; a position."""
    stated = [row["on"] for row in story.rows if "on" in row and row["on"] >= FIRST_DAY]
    as_of = shift_months(draw(st.sampled_from(stated) | days if stated else days), draw(_spans))
    as_of += timedelta(days=draw(_shifts))
    return as_of, draw(st.just(story.last) | st.integers(1, story.last))


def _happen(draw: st.DrawFn, writer: _Writer) -> None:
    what = draw(st.integers(0, 11))
    if what == 0:
        fields = {"title_id": draw(st.sampled_from(TITLES)), "kind": draw(st.sampled_from(KINDS))}
        writer.refer(fields, draw(days), draw(st.none() | days))
    elif what in (1, 2) and writer.living():
        _mend(draw, writer)
    elif what in (3, 4) and writer.living("sanction"):
        _file(draw, writer)
    elif what == 5 and writer.living("objection", "appeal"):
        _rule(draw, writer)
    elif what in (6, 7) and writer.living("position", "employment", "appraisal"):
        _twin(draw, writer)
    else:
        kind, fields = draw(_plain())
        on = draw(days)
        if kind == "appraisal" and draw(st.integers(0, 4)):
            on = date.fromisoformat(fields["to"])
        until = draw(st.none() | st.none() | days)
        writer.state(kind, fields, on, until if until and until > on else None)


def _twin(draw: st.DrawFn, writer: _Writer) -> None:
    """Another fact of a kind on the very day of one that is known."""
    known = writer.current[
        draw(st.sampled_from(writer.living("position", "employment", "appraisal")))
    ]
    kind, fields = known["kind"], dict(known["fields"])
    if kind == "position":
        _, other = draw(_position())
        fields |= other
    elif kind == "employment":
        kind, fields = draw(_service() | st.just(("left", {"reason": "PENSIUN"})))
    else:
        fields["predicate"] = draw(st.sampled_from(PREDICATES))
    writer.state(kind, fields, known["on"], None)


def _file(draw: st.DrawFn, writer: _Writer) -> None:
    target = draw(st.sampled_from(writer.living("sanction")))
    filed_on = draw(_near(writer.current[target]["on"]))
    kind = draw(st.sampled_from(["objection", "appeal"]))
    fields = {"id": "K", "target": target, "filed_on": _iso(filed_on)}
    writer.state(kind, fields, filed_on, None)


def _rule(draw: st.DrawFn, writer: _Writer) -> None:
    of = draw(st.sampled_from(writer.living("objection", "appeal")))
    days_of_matters = [writer.current[root]["on"] for root in writer.living("objection", "appeal")]
    on = draw(_near(writer.current[of]["on"]) | st.sampled_from(days_of_matters))
    fields: Row = {
        "of": of,
        "forum": "PPK",
        "outcome": draw(st.sampled_from(OUTCOMES)),
        "final": draw(st.booleans()),
    }
    if draw(st.booleans()):
        fields["level"] = draw(st.sampled_from(["RINGAN", "SEDANG", "BERAT"]))
    writer.state("ruling", fields, on, None)


def _mend(draw: st.DrawFn, writer: _Writer) -> None:
    root = draw(st.sampled_from(writer.living()))
    known = writer.current[root]
    do = draw(st.sampled_from(["correct", "correct", "annul", "end", "dispute", "resolve"]))
    if do == "correct":
        on = draw(st.just(known["on"]) | days)
        fields = dict(known["fields"])
        if known["kind"] == "competency" and draw(st.booleans()):
            fields["hours"] = "24"
        if known["kind"] == "qualification":
            fields["level"] = draw(st.sampled_from(EDUCATION))
        writer.mend(do, root, {"kind": known["kind"], "on": on, "until": None, "fields": fields})
    elif do == "end":
        writer.mend(do, root, {"until": known["on"] + timedelta(days=draw(st.integers(1, 900)))})
    else:
        writer.mend(do, root, {})


def events(
    rows: Sequence[Row], *, stream: UUID = PERSON, owner: str | None = None
) -> list[RecordedEvent]:
    """The rows of one stream as they come out of the store."""
    owner = owner or ("employee" if stream == PERSON else "ledger")
    return [_event(row, stream, owner) for row in rows]


def _event(row: Row, stream: UUID, owner: str) -> RecordedEvent:
    do = row["do"]
    payload: Row
    name = {"dispute": "disputed", "resolve": "dispute_resolved"}.get(do, do)
    if do == "fact":
        name = row["kind"]
        payload = _with_until(row["fields"], row["until"])
    elif do == "correct":
        payload = {
            "root": row["root"],
            "replaces": row["replaces"],
            "fact": row["kind"],
            "effective_on": _iso(row["on"]),
            "fields": _with_until(row["fields"], row["until"]),
        }
    elif do in ("annul", "end"):
        payload = {"root": row["root"], "replaces": row["replaces"]}
        payload |= {"until": _iso(row["until"])} if do == "end" else {}
    else:
        payload = {"root": row["root"], "id": "D1"}
    return RecordedEvent(
        originator_id=stream,
        originator_version=row["version"],
        topic=f"{owner}.{name}/1",
        state=canonical_bytes(payload),
        id=row["position"],
        effective_on=row["on"] if do == "fact" else None,
        recorded_at=row["recorded_at"],
        context=b"",
        salt=b"",
        sealed_digest=None,
        leaf=b"",
    )


def _with_until(fields: Row, until: date | None) -> Row:
    return fields if until is None else {**fields, "until": _iso(until)}
