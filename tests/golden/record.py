"""A case's facts, written as a facts file writes them, as the record that trace and oracle read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any

from ledger.events.base import EMPLOYEE, LEDGER
from ledger.events.reading import Draft, read_fact
from ledger.events.registry import FACT_SPECS
from tests.oracle.histories import Row, Story

START = datetime(2026, 1, 1, tzinfo=UTC)
NIP = "199003042015031001"
DOCUMENT = {"kind": "SK", "number": "1", "date": "2020-01-01"}
# What a facts file must say and no score reads, so that cases need not.
SILENT: Mapping[str, Mapping[str, Any]] = {
    "registered": {"name": "Pegawai"},
    "position": {"title": "Jabatan", "unit": "DINAS"},
    "competency": {"title": "Pelatihan"},
    "sanction": {"kind": "LAINNYA", "decided_on": "2015-01-01", "document": DOCUMENT},
    "objection": {"id": "K"},
    "appeal": {"id": "B"},
    "ruling": {"forum": "PPK", "document": DOCUMENT},
    "annul": {"document": DOCUMENT, "reason": "tidak sah"},
    "end": {"document": DOCUMENT, "reason": "berakhir"},
    "correct": {"document": DOCUMENT, "reason": "keliru"},
}
LINKS = ("target", "of", "case")
MENDING = ("annul", "end", "correct")


class Recorder:
    """Rows in the order in which a case states its facts, one position each."""

    def __init__(self, units: Sequence[str]) -> None:
        self.rows: list[Row] = []
        self.book: list[Row] = []
        self.at: dict[str, int] = {}
        self.current: dict[int, int] = {}
        self.versions: dict[str, int] = {}
        self.units = {code: f"{number:032x}" for number, code in enumerate(units, start=1)}

    def story(self) -> Story:
        """Everything recorded."""
        return Story(tuple(self.rows), tuple(self.book), len(self.rows) + len(self.book))

    def record(self, stated: Mapping[str, Any]) -> None:
        """One fact; its `key` names it for later facts and for `known_until`."""
        said = dict(stated)
        key = said.pop("key", None)
        place = self._place()
        if key is not None:
            self.at[key] = place["position"]
        if said["fact"] in ("dispute", "resolve"):
            row = {"do": said["fact"], "root": self.versions[said["target"]]}
        elif said["fact"] in MENDING:
            row = self._mend(said)
        else:
            row = self._state(said)
        if row.get("kind") == "position_ref":
            self.book.append({**place, "version": len(self.book) + 1, **row})
            return
        version = len(self.rows) + 1
        self.rows.append({**place, "version": version, **row})
        if key is not None:
            self.versions[key] = version
        if row["do"] in MENDING:
            self.current[row["root"]] = version

    def _place(self) -> Row:
        position = len(self.rows) + len(self.book) + 1
        return {"position": position, "recorded_at": START + timedelta(seconds=position)}

    def _state(self, said: Mapping[str, Any]) -> Row:
        draft = self.read(said)
        names = FACT_SPECS[draft.owner, draft.fact].open_names
        fields = {name: value for name, value in draft.fields.items() if name in names}
        if "title" in draft.fields or "title" in said:
            fields["title_id"] = sha256(str(said.get("title", "Jabatan")).encode()).hexdigest()[:32]
        for name in LINKS:
            if name in said:
                fields[name] = self.versions[said[name]]
        if "unit" in fields:
            fields["unit"] = self.units[fields["unit"]]
        until = fields.pop("until", None)
        return {
            "do": "fact",
            "kind": draft.fact,
            "on": date.fromisoformat(draft.on or ""),
            "until": None if until is None else date.fromisoformat(until),
            "fields": fields,
        }

    def read(self, said: Mapping[str, Any]) -> Draft:
        """A fact as a facts file about a person states it."""
        fact = said["fact"]
        raw = {**SILENT.get(fact, {}), **said}
        if fact != "position_ref":
            raw["nip"] = NIP
        draft = read_fact(raw)
        assert isinstance(draft, Draft), draft
        assert draft.owner in (EMPLOYEE, LEDGER)
        return draft

    def _mend(self, said: Mapping[str, Any]) -> Row:
        root = self.versions[said["target"]]
        row: Row = {"do": said["fact"], "root": root, "replaces": self.current.get(root, root)}
        if said["fact"] == "end":
            row["until"] = date.fromisoformat(said["until"])
        if said["fact"] == "correct":
            row |= self._state(said["replacement"]) | {"do": "correct"}
        return row


def tell(case: Mapping[str, Any], units: Mapping[str, int]) -> Recorder:
    """The record of a case: a PNS with the post, diploma and appraisal it names, then its facts.

    `kind`, `education` and `appraised` (the predicate of 2021) default to PELAKSANA, S1 and BAIK;
    null leaves one out. `units` are codes with their depth.
    """
    told = Recorder(tuple(units))
    for fact in case.get("person", _person(case)):
        told.record(fact)
    for fact in case.get("facts", ()):
        told.record(fact)
    return told


def _person(case: Mapping[str, Any]) -> list[dict[str, Any]]:
    kind = case.get("kind", "PELAKSANA")
    level = case.get("education", "S1")
    predicate = case.get("appraised", "BAIK")
    facts: list[dict[str, Any]] = [
        {"fact": "registered", "employment": "CPNS", "on": "2010-03-01"},
        {"fact": "employment", "employment": "PNS", "on": "2011-03-01"},
    ]
    if kind is not None:
        facts.append({"fact": "position", "kind": kind, "on": "2015-01-01", "key": "post"})
    if level is not None:
        facts.append({"fact": "qualification", "level": level, "on": "2008-07-01"})
    if predicate is not None:
        facts.append({"fact": "appraisal", "period": 2021, "predicate": predicate})
    return facts
