"""An answer in words, for people at a terminal."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

from api.cli.common import say
from ledger.canonical import decimal_text
from projections.answer import Status
from projections.asking.group import Group
from projections.plans.members import PERCENT
from projections.tracing.case import ratio_half_up

_INDENT = "  "
_MANY = 4
CONTRADICTION = "SAME_DAY"


def tell_answer(answer: dict[str, Any]) -> None:
    """One answer with its derivation."""
    person = answer.get("person") or {}
    who = " ".join(str(part) for part in (person.get("nip"), person.get("name")) if part)
    about = answer["position_kind"] or "position kind unknown"
    if "named" in answer:
        named = answer["named"]
        who = " ".join(str(part) for part in (named["code"], named["name"]) if part)
        about = f"unit: {named['path'] or who}"
    say(f"{answer['instrument']} under {answer['decree']}, as of {answer['as_of']}")
    say(f"{who or answer['subject']}  ({about})")
    say(f"as known at position {answer['position']}, recorded {answer['known_at']}")
    for fact in answer.get("facts", ()):
        if fact["why"].startswith(CONTRADICTION):
            say(f"two facts of one day contradict: position {fact['position']} does not count")
    tell_stamp(answer["hypothetical"])
    say("")
    for measure in answer["measures"]:
        _tell_measure(measure, 0)
    say("")
    if answer["status"] == "not_applicable":
        say("not applicable")
    elif answer["total"] is None and answer["band"] is not None:
        # Requirements have an outcome and no total.
        say(f"{answer['band']}  [{answer['status']}]")
    else:
        total = "not computable" if answer["total"] is None else answer["total"]
        say(f"total {total}  {answer['band'] or ''}  [{answer['status']}]")
    if answer["issued"]:
        say(f"official: set by {answer['issued']}")
    if answer["range"]:
        say(f"between {answer['range']['from']} and {answer['range']['to']}")
    tell_why(answer["why"])
    say(answer["digest"])


def tell_stamp(stamp: dict[str, Any] | None, indent: str = "") -> None:
    """Why an answer does not stand by itself; nothing where it does."""
    if not stamp:
        return
    told = []
    if stamp.get("forecast"):
        told.append("a forecast of a day to come")
    if "rules" in stamp:
        told.append(f"under other rules ({stamp['rules']})")
    if "without" in stamp:
        told.append(f"without the fact {', '.join(stamp['without'])}")
    say(f"{indent}HYPOTHETICAL, not a result: {'; '.join(told)}")


def tell_why(whys: list[dict[str, Any]]) -> None:
    """Every reason; those of many parameters of one mark together."""
    for code, group in groupby(sorted(whys, key=_kind_of_reason), key=_kind_of_reason):
        reasons = list(group)
        if code[0] and len(reasons) > _MANY:
            measures = list(dict.fromkeys(why["measure"] or "the whole" for why in reasons))
            named = ", ".join(measures[:_MANY]) + (" …" if len(measures) > _MANY else "")
            say(f"  {code[1]}: {len(reasons)} parameters of {named}")
            say(f"    {reasons[0]['next_step']} ({reasons[0]['who_must_act']})")
            continue
        for why in reasons:
            say(f"  {why['code']} ({why['measure'] or 'all'}): {why['missing']}")
            if why.get("next_step"):
                who = f" ({why['who_must_act']})" if why["who_must_act"] else ""
                say(f"    {why['next_step']}{who}")


def _kind_of_reason(why: dict[str, Any]) -> tuple[bool, str]:
    """Reasons in their order, then those of parameters by code."""
    of_parameter = str(why["code"]).startswith("PARAMETER_")
    return of_parameter, str(why["code"]) if of_parameter else ""


def _tell_measure(measure: dict[str, Any], depth: int) -> None:
    points = "?" if measure["points"] is None else measure["points"]
    label = _INDENT * depth + measure["measure"]
    say(f"{label:24} {points:>6} of {measure['max']:<5} {measure['cite']} [{measure['mark']}]")
    if "counts" in measure:
        _tell_counts(measure, _INDENT * (depth + 2))
    for part in measure["measures"]:
        _tell_measure(part, depth + 1)
    for fact in measure.get("facts", ()):
        mark = "+" if fact["used"] else "-"
        say(
            f"{_INDENT * (depth + 2)}{mark} {fact['effective_on']} {fact['why']} "
            f"(position {fact['position']})"
        )


def _tell_counts(measure: dict[str, Any], indent: str) -> None:
    """The people of a unit: how many are measured, why the others are not, and who they are."""
    counts = measure["counts"]
    parts = [f"{counts['measured']} measured"]
    if counts["provisional"]:
        parts[0] += f" ({counts['provisional']} provisional)"
    why = ", ".join(f"{code} {count}" for code, count in counts["why"].items())
    parts.append(f"{counts['not_computable']} not computable" + (f" ({why})" if why else ""))
    parts.append(f"{counts['not_applicable']} not applicable")
    told = f"{counts['people']} people: {', '.join(parts)}"
    if counts["mean"] is not None:
        told += f"; mean {counts['mean']}"
    if counts["among"] is not None:
        told += f"; {counts['among']} of {counts['measured']} in the bands asked for"
        if counts["measured"]:
            share = PERCENT * Decimal(counts["among"])
            told += f", {decimal_text(ratio_half_up(share, Decimal(counts['measured']), 2))} %"
    say(indent + told)
    for member in measure.get("members", ()):
        person = member.get("person") or {}
        total = "-" if member["total"] is None else member["total"]
        who = f"{person.get('nip') or member['subject']:20} {str(person.get('name') or '')[:28]:28}"
        say(f"{indent}  {who} {total:>7} {member['band'] or '':14} {member['status']}")


def tell_row(answer: dict[str, Any]) -> None:
    """One answer in one line."""
    person = answer.get("person") or {}
    first, second = person.get("nip"), person.get("name")
    if "named" in answer:
        first, second = answer["named"]["code"], answer["named"]["name"]
    total = "-" if answer["total"] is None else answer["total"]
    say(
        f"{first or answer['subject']:20} {str(second or '')[:28]:28} "
        f"{total:>7} {answer['band'] or '':14} {answer['status']}"
    )


def tell_group_line(group: Group) -> None:
    """What a group comes to: the mean of those measured, and why the others are not."""
    mean = "-" if group.mean is None else decimal_text(group.mean)
    word = "" if group.band is None else f" {group.band}"
    if group.mean is not None:
        say(f"mean {mean}{word} of {group.measured} measured")
    else:
        bands = ", ".join(f"{band} {count}" for band, count in sorted(group.bands.items()))
        say(f"{group.measured} measured" + (f": {bands}" if bands else ""))
    for status in (Status.NOT_COMPUTABLE, Status.NOT_APPLICABLE):
        count, whys = group.of(status)
        told = ", ".join(f"{code} {many}" for code, many in sorted(whys.items()))
        if count:
            say(f"{count} {status.value.replace('_', ' ')}: {told}")
