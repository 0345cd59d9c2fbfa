"""The fields of a fact as a form shows them: its kind's columns, with faults beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.intake.template_form import Column, columns
from api.web.formats import Lang
from api.web.words import fault_said

_INPUTS: Final = {"day": "date", "count": "number"}


def field(
    part: Column,
    given: Mapping[str, str],
    errors: Sequence[Mapping[str, Any]],
    lang: Lang,
) -> dict[str, Any]:
    """A field of the form; English names are those of the facts themselves."""
    choices = part.choices or (("YA", "TIDAK") if part.type == "flag" else ())
    return {
        "field": part.field,
        "label": named(part, lang),
        "hint": None if lang is Lang.EN else part.label.hint,
        "required": part.required,
        "choices": [(one, one.replace("_", " ").capitalize()) for one in choices],
        "input": _INPUTS.get(part.type, "text"),
        "value": given.get(part.field, ""),
        "error": next((one["message"] for one in errors if one["field"] == part.field), None),
    }


def named(part: Column, lang: Lang) -> str:
    """The label of a field; English ones are the names of the facts' own fields."""
    if lang is Lang.ID:
        return part.label.header
    return part.field.replace(".", " ").replace("_", " ").capitalize()


def placed(
    errors: Sequence[Mapping[str, Any]], parts: Sequence[Column], lang: Lang
) -> list[dict[str, Any]]:
    """Each error at a field of the form: its own, the first of its object, else the first. `label`
    is how the field is called.
    """
    labels = {part.field: named(part, lang) for part in parts}
    fields = tuple(labels)
    found = []
    for one in errors:
        column = str(one["column"] or "")
        near = [f for f in fields if f == column or f.startswith(f"{column}.")]
        place = near[0] if near and column else fields[0]
        found.append(
            {
                "field": place,
                "label": labels[place],
                "message": fault_said(lang, one["code"], one["message"]),
            }
        )
    return found


def said(kind: Mapping[str, Any], fields: Mapping[str, Any], lang: Lang) -> list[Any]:
    """The fields of a fact under the labels of its form, in the form's order."""
    labels = {part.field: named(part, lang) for part in columns(str(kind["fact"]))}
    flat: dict[str, Any] = {}
    for name, value in fields.items():
        inside = value if isinstance(value, dict) and name == "document" else None
        flat |= {name: value} if inside is None else {f"{name}.{k}": v for k, v in inside.items()}
    order = [*labels, *(name for name in flat if name not in labels)]
    return [(labels.get(name, name), flat[name]) for name in order if name in flat]
