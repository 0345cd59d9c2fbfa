"""What a fact's fields say together: defaults that follow from others, and contradictions.

Each hook gets the raw object of a facts file before its fields are read (`BEFORE`) or the fields
after (`AFTER`); flags are unusual things worth showing, never a reason to refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from ledger import values
from ledger.errors import BadValue
from ledger.events.titles import functional_level, leadership_level
from ledger.vocabulary_agency import COMPONENTS, AssessmentAspect

Raw = dict[str, Any]
Complain = Callable[[str, str, str, str], None]  # field, code, message, next step

# Which text governs an appraisal where it does not say so, by the last day of its period: PP
# 46/2011 to the first half of 2021, PP 30/2019 to its end, PermenPANRB 6/2022 since.
_PP46_UNTIL = "2021-06-30"
_PP30_UNTIL = "2021-12-31"

# PermenPANRB 6/2022: hasil kerja x perilaku kerja.
_MATRIX = {
    ("DI_ATAS", "DI_ATAS"): "SANGAT_BAIK",
    ("DI_ATAS", "SESUAI"): "BAIK",
    ("DI_ATAS", "DI_BAWAH"): "KURANG",
    ("SESUAI", "DI_ATAS"): "BAIK",
    ("SESUAI", "SESUAI"): "BAIK",
    ("SESUAI", "DI_BAWAH"): "KURANG",
    ("DI_BAWAH", "DI_ATAS"): "BUTUH_PERBAIKAN",
    ("DI_BAWAH", "SESUAI"): "BUTUH_PERBAIKAN",
    ("DI_BAWAH", "DI_BAWAH"): "SANGAT_KURANG",
}

# One-word facts: the word may stand under the fact's own name or one of these.
_SYNONYMS: dict[str, tuple[str, ...]] = {
    "employment": ("status", "kind"),
    "standing": ("status", "kind"),
    "reason": ("kind", "status", "left"),
    "kind": ("leave", "dialogue", "credit", "inspection"),
    "exam": ("kind", "service_exam", "level"),
}
_ONE_WORD = {
    "employment": "employment",
    "standing": "standing",
    "left": "reason",
    "leave": "kind",
    "dialogue": "kind",
    "credit": "kind",
    "inspection": "kind",
    "service_exam": "exam",
}


def one_word(fact: str, raw: Raw) -> Raw:
    """The word of a one-word fact under the name it is stored by."""
    field = _ONE_WORD.get(fact)
    if field is None or field in raw:
        return raw
    for name in _SYNONYMS[field]:
        if name in raw:
            raw = dict(raw)
            raw[field] = raw.pop(name)
            return raw
    return raw


def _period(raw: Raw) -> tuple[date, date] | None:
    try:
        return values.period(raw.get("period"))
    except BadValue:
        return None


def _appraisal_before(raw: Raw) -> Raw:
    raw = dict(raw)
    if "period" in raw:
        span = _period(raw)
        if span:
            del raw["period"]
            raw.setdefault("from", span[0].isoformat())
            raw.setdefault("to", span[1].isoformat())
    return raw


def _plan_before(raw: Raw) -> Raw:
    results = raw.get("results")
    if not isinstance(results, list) or not all(isinstance(part, dict) for part in results):
        return raw
    raw = dict(raw)
    if any(set(part) - {"text", "supports"} for part in results):
        return raw
    del raw["results"]
    raw["result_texts"] = [part.get("text") for part in results]
    if any(part.get("supports") for part in results):
        raw["supports"] = [part.get("supports") or "-" for part in results]
    return raw


def _unit_before(raw: Raw) -> Raw:
    raw = dict(raw)
    if "code" not in raw and "unit" in raw:
        raw["code"] = raw["unit"]
    raw.pop("unit", None)
    if "name" not in raw and "code" in raw:
        raw["name"] = raw["code"]
    return raw


BEFORE: dict[str, Callable[[Raw], Raw]] = {
    "appraisal": _appraisal_before,
    "plan": _plan_before,
    "unit": _unit_before,
}


def _appraisal_after(fields: Raw, complain: Complain, flags: list[str]) -> None:
    if "regime" not in fields and "to" in fields:
        end = fields["to"]
        fields["regime"] = (
            "PP46" if end <= _PP46_UNTIL else "PP30" if end <= _PP30_UNTIL else "PERMENPANRB6"
        )
    pair = (fields.get("work_result"), fields.get("work_behaviour"))
    if pair in _MATRIX:
        implied = _MATRIX[pair]
        if fields.setdefault("predicate", implied) != implied:
            flags.append("PREDICATE_DIFFERS_FROM_MATRIX")
    if fields.get("state") == "DINILAI" and not ("predicate" in fields or "score" in fields):
        complain(
            "predicate",
            "FIELD_MISSING",
            "An appraisal that was made needs its predicate, both ratings, or its score.",
            "Add the predicate, or give the state BELUM_DINILAI.",
        )
    if fields.get("regime") == "PP46" and Decimal(fields.get("score", "0")) > Decimal(100):
        complain(
            "score", "OUT_OF_RANGE", "Scores under PP 46/2011 run to 100.", "Check the regime."
        )


def _competency_after(fields: Raw, _complain: Complain, flags: list[str]) -> None:
    if fields.get("category") == "KEPEMIMPINAN" and "level" not in fields and "title" in fields:
        level = leadership_level(fields["title"])
        if level is None:
            flags.append("LEVEL_UNREADABLE")
        else:
            fields["level"] = level.value


def _position_after(fields: Raw, _complain: Complain, _flags: list[str]) -> None:
    if fields.get("kind") == "FUNGSIONAL" and "functional_level" not in fields:
        level = functional_level(fields.get("title", ""))
        if level is not None:
            fields["functional_level"] = level.value


def _identity_after(fields: Raw, complain: Complain, _flags: list[str]) -> None:
    if not {"new_nip", "name", "birth_date"} & set(fields):
        complain(
            "new_nip",
            "FIELD_MISSING",
            "A change of identity must say what changed.",
            "Give new_nip, name or birth_date.",
        )


def _reference_after(fields: Raw, complain: Complain, _flags: list[str]) -> None:
    if "title" not in fields and "jabatan_id" not in fields:
        complain(
            "title", "FIELD_MISSING", "A reference names no title.", "Give title or jabatan_id."
        )


def _attendance_after(fields: Raw, _complain: Complain, flags: list[str]) -> None:
    if fields.get("present", 0) > fields.get("working", 0):
        flags.append("MORE_DAYS_PRESENT_THAN_WORKING")


def _assessment_after(fields: Raw, complain: Complain, _flags: list[str]) -> None:
    """A component of another aspect would be stored and read by nobody."""
    aspect, component = fields.get("aspect"), fields.get("component")
    if aspect is None or component is None:
        return
    known = [one.value for one in COMPONENTS[AssessmentAspect(aspect)]]
    if component not in known:
        complain(
            "component",
            "NOT_OF_ASPECT",
            f"{component} is no component of the aspect {aspect}.",
            f"{aspect} has " + ", ".join(known) + "; give one of them, or the other aspect.",
        )


AFTER: dict[str, Callable[[Raw, Complain, list[str]], None]] = {
    "appraisal": _appraisal_after,
    "competency": _competency_after,
    "position": _position_after,
    "identity": _identity_after,
    "position_ref": _reference_after,
    "attendance": _attendance_after,
    "assessment": _assessment_after,
}


_DAYS = ("to", "filed_on")
_PERIODS = ("period", "month")
GIVES_DAY = frozenset((*_DAYS, *_PERIODS, "from", "year"))


def default_day(fields: Raw) -> str | None:
    """The legal day of a fact whose row gives none: the end of what it covers, or its own day."""
    for name in _DAYS:
        if name in fields:
            return str(fields[name])
    for name in _PERIODS:
        if name in fields:
            return values.period(fields[name])[1].isoformat()
    return None


FIRST_DAY_FACTS = frozenset({"plan", "absence", "leave"})
