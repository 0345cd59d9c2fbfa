"""Instruments, drafts and changes of the rule book in words, told from their JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from api.cli.common import say
from api.cli.telling import tell_why
from api.cli.telling_causes import NO_NUMBER, is_outcome, shown, signed, tell_side

Json = Mapping[str, Any]

# As many people as fit a screen; --json has them all.
_PEOPLE_TOLD = 20
_PARAMETERS_TOLD = 40


def tell_faults(found: Json) -> None:
    """Everything wrong with a text, a fault a line with its remedy below."""
    for one in found["faults"]:
        say(f"{one['code']}: {one['message']}")
        if one["next_step"]:
            say(f"  {one['next_step']}")
    count = len(found["faults"])
    say(f"{found['file']}: {count} {'fault' if count == 1 else 'faults'}; nothing of it is used.")


def tell_understood(found: Json) -> None:
    """What a text says, so that its author sees whether that is what he meant."""
    say(f"{found['instrument']}: {found['title']}")
    say(f"{found['decree']} ({found['basis']}), in force from {found['in_force_from']}")
    say(f"measures each {found['subject']}{_population(found['population'])}")
    say("")
    for one in found["measures"]:
        path = one["measure"]
        label = "  " * path.count("/") + path.rpartition("/")[2]
        only = one["position_kind"] or one["employment"]
        who = f"  for {' '.join(only)}" if only else ""
        say(f"  {label:26}{one['max']:>6}  {one['rule']:14}{one['cite']} [{one['mark']}]{who}")
    if found["outcomes"] is None:
        say(f"  {'together':26}{found['max']:>6}")
        bands = [
            f"{_band(one)} {'from' if one['inside'] else 'above'} {one['from']}"
            for one in found["bands"]
        ]
        say("bands: " + ", ".join(bands))
    else:
        say("outcomes: " + ", ".join(found["outcomes"]))
    marks = [f"{count} {mark}" for mark, count in found["marks"].items() if count]
    say("parameters: " + ", ".join(marks))
    say("needs of facts:")
    for kind, fields in found["facts"].items():
        say(f"  {kind}{': ' if fields else ''}{', '.join(fields)}")
    if found["reads"]:
        say("reads the scores of: " + ", ".join(found["reads"]))
    for one in found["later_text"]:
        say(f"a later text is known, from {one['from']}: {one['title']}")


def _population(found: Json) -> str:
    """Who is measured, in words: each limit that the text states."""
    if "kind" in found:
        kinds = found["kind"]
        return " that is open" + (f" and is a {' or '.join(kinds)}" if kinds else "")
    told = f" who is {' or '.join(found['employment'])}"
    if found["standing"]:
        told += f", standing {' or '.join(found['standing'])}"
    if found["not_standing"]:
        told += f", not standing {' or '.join(found['not_standing'])}"
    if found["position_kind"]:
        told += f", holding {' or '.join(found['position_kind'])}"
    return told


def _band(one: Json) -> str:
    name = one["band"]
    return name if isinstance(name, str) else " or ".join(name)


def tell_unsure(parameters: Sequence[Json]) -> None:
    """The parameters that nobody has read in a text."""
    if not parameters:
        say("every parameter is verified")
        return
    say("not verified:")
    for one in parameters[:_PARAMETERS_TOLD]:
        say(f"  {one['mark']:10}{one['at']}: {_value(one['value'])}")
    if len(parameters) > _PARAMETERS_TOLD:
        say(f"  and {len(parameters) - _PARAMETERS_TOLD} more; --json has them all")


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"between {value['from']} and {value['to']}"
    return " ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def tell_list(found: Json) -> None:
    """The rule book: what is in force on the day, what else was enacted, and the drafts."""
    say(f"as of {found['as_of']}, as known at position {found['position']}")
    for one in found["instruments"]:
        state = "in force" if one["in_force"] else "enacted"
        if one["repealed"] is not None:
            state = f"repealed at {one['repealed']['position']} by {one['repealed']['by']}"
        say(
            f"  {one['instrument']:28}{state:10}  from {one['in_force_from']}  {one['decree']}"
            f"  (position {one['enacted']}, {one['enacted_by']})"
        )
    say("drafts that come with the program and can be enacted:")
    for one in found["drafts"]:
        say(f"  {one['name']:44}from {one['in_force_from']}  {one['decree']}")


def tell_text(found: Json) -> None:
    """One text as it was enacted: by whom and when, and how sure it is."""
    tell_understood(found)
    say("")
    if found["enacted"] is None:
        say("a draft that comes with the program; it is not enacted")
    else:
        say(
            f"enacted at position {found['enacted']}, {found['recorded_at'][:19]},"
            f" by {found['enacted_by']}{_document(found['document'])}"
        )
    if found["repealed"] is not None:
        gone = found["repealed"]
        say(f"repealed at position {gone['position']} by {gone['by']}{_document(gone['document'])}")
    say(f"sha256 {found['sha256']}")
    tell_unsure(found["unsure"])
    say("")
    say(found["text"].rstrip("\n"))


def _document(document: Json | None) -> str:
    if document is None:
        return ""
    return f", {document['kind']} {document['number']} of {document['date']}"


def tell_tried_person(found: Json, who: str) -> None:
    """What a draft would do to one person: both answers by measure."""
    say(f"{found['instrument']}: {who}")
    _tell_sides(found)
    say("")
    say(f"{'':26}{'now':>16}{'draft':>16}{'change':>9}")
    before, after = found["from"] or {}, found["to"]
    bands = f"{before.get('band') or NO_NUMBER} -> {after['band'] or NO_NUMBER}"
    totals = shown(before.get("total"), before.get("range")), shown(after["total"], after["range"])
    if is_outcome(after):
        say(f"{'outcome':26}{'':41}  {bands}")
    else:
        say(f"{'total':26}{totals[0]:>16}{totals[1]:>16}{signed(found['difference']):>9}  {bands}")
    for row in _under_their_sums(found["measures"]):
        label = "  " * (row["measure"].count("/") + 1) + row["measure"].rpartition("/")[2]
        say(
            f"{label:26}{shown(row['from']):>16}{shown(row['to']):>16}{signed(row['difference']):>9}"
        )
    for label, side in (("now", before), ("draft", after)):
        if side:
            say(f"{label}: {side['status'].replace('_', ' ')}")
    tell_why(after["why"])


def _under_their_sums(rows: Sequence[Json]) -> list[Json]:
    """Rows of two texts, each line behind the one above it, in the order in which they came."""
    order: dict[str, int] = {}
    for row in rows:
        order.setdefault(row["measure"], len(order))

    def place(row: Json) -> list[int]:
        parts = row["measure"].split("/")
        return [order.get("/".join(parts[: end + 1]), len(order)) for end in range(len(parts))]

    return sorted(rows, key=place)


def _tell_sides(found: Json) -> None:
    if found["from"] is None:
        say("now   no text of this name is in force on that day")
    else:
        tell_side("now", found["from"])
    tell_side("draft", found["to"])


def tell_tried_people(found: Json, who: str) -> None:
    """What a draft would do to many: the distribution before and after, and who moves."""
    say(f"{found['instrument']}: {who}")
    _tell_sides(found)
    say("")
    say(f"{'':26}{'now':>9}{'draft':>9}")
    before, after = found["from"] or {}, found["to"]
    for key in ("people", "measured", "mean"):
        say(f"{key:26}{_cell(before.get(key)):>9}{_cell(after[key]):>9}")
    for status, count in after["statuses"].items():
        was = before.get("statuses", {}).get(status)
        say(f"  {status.replace('_', ' '):24}{_cell(was):>9}{count:>9}")
    say("")
    bands = dict.fromkeys((*before.get("bands", {}), *after["bands"]))
    for band in reversed(list(bands)):
        counts = (one.get("bands", {}).get(band) for one in (before, after))
        now, then = (_cell(one) for one in counts)
        say(f"  {band:24}{now:>9}{then:>9}")
    say("")
    tell_counts(found, "")
    moved = found["moved"]
    if moved:
        say("other band or status:")
    for one in moved[:_PEOPLE_TOLD]:
        person = one["person"]
        told = " ".join(part for part in (person["nip"], person["name"]) if part)
        ends = [_state(one, end) for end in ("from", "to")]
        say(f"  {told or one['subject']:50}{ends[0]} -> {ends[1]}")
    if len(moved) > _PEOPLE_TOLD:
        say(f"  and {len(moved) - _PEOPLE_TOLD} more; --json has them all")


def _cell(value: Any) -> str:
    return NO_NUMBER if value is None else str(value)


def _state(one: Json, end: str) -> str:
    status = one["status"][end]
    words = "no rules" if status is None else status.replace("_", " ")
    parts = (one["total"][end], one["band"][end])
    told = " ".join(part for part in parts if part)
    return told or words


def tell_counts(found: Json, indent: str) -> None:
    """How many people get another answer, and by how much on average."""
    moved = found["raised"] + found["lowered"]
    by = "" if found["mean_change"] is None else f", {signed(found['mean_change'])} on average"
    say(
        f"{indent}{moved} get another total ({found['raised']} higher, {found['lowered']} lower"
        f"{by}), {found['unmoved']} the same"
    )
    say(
        f"{indent}{found['other_band']} change band, {found['became_computable']} become"
        f" computable, {found['no_longer_computable']} are no longer"
    )


def tell_rule_change(found: Json) -> None:
    """What a change of the rule book does to answers, instrument by instrument, day by day."""
    say(
        f"Answers known at position {found['position']} ({found['known_at'][:19]}) and before stay"
        " as they are. Known later:"
    )
    rows = sorted(found["days"], key=_rules_of)
    for (name, *decrees), days in groupby(rows, key=_rules_of):
        say("")
        told = [one or "no rules" for one in decrees]
        change = told[0] if told[0] == told[1] else f"{told[0]} -> {told[1]}"
        reads = "  (reads what changes)" if told[0] == told[1] else ""
        say(f"{name}: {change}{reads}")
        say(
            f"  {'day':11}{'people':>7}  {'measured':16}{'mean':16}{'other total':>11}"
            f"{'by':>8}{'other band':>12}{'computable':>14}"
        )
        for one in days:
            _tell_day(one)
    same = found["days_without_change"]
    if same:
        say("")
        say(f"asked under the same rules as before: {', '.join(same)}")


def _rules_of(day: Json) -> tuple[str, str, str]:
    before, after = (day[end] for end in ("from", "to"))
    return (
        day["instrument"],
        "" if before is None else before["decree"],
        "" if after is None else after["decree"],
    )


def _tell_day(one: Json) -> None:
    before, after = one["from"], one["to"]
    side = after or before
    means = [NO_NUMBER if end is None else end["mean"] or NO_NUMBER for end in (before, after)]
    counts = [0 if end is None else end["measured"] for end in (before, after)]
    gone = one["became_computable"], one["no_longer_computable"]
    computable = " ".join(f"{sign}{count}" for sign, count in zip("+-", gone, strict=True) if count)
    by = "" if one["mean_change"] is None else signed(one["mean_change"])
    forecast = "  FORECAST" if side["hypothetical"] else ""
    say(
        f"  {one['as_of']:11}{side['people']:>7}  {f'{counts[0]} -> {counts[1]}':16}"
        f"{f'{means[0]} -> {means[1]}':16}{one['moved']:>11}{by:>8}{one['other_band']:>12}"
        f"{computable or '0':>14}{forecast}"
    )
    for pinned in one["penetapan"]:
        say(
            f"    RESTS ON PENETAPAN {pinned['number']} of {pinned['decided_on']}:"
            f" {pinned['changed']} of its {pinned['people']} would get another answer than it gave"
        )


def tell_proposal(found: Json) -> None:
    """A proposal in a line, with the document below."""
    say(
        f"{found['id']:>8}  {found['says']}; proposed by {found['proposed_by']}"
        f" {found['recorded_at'][:19]}{_document(found['document'])}"
    )


def tell_roles(effect: Json) -> None:
    """What an account holds, and what it would hold."""
    for word, held in (("now", effect["before"]), ("then", effect["after"])):
        roles = [
            one["role"]
            + ("" if one["unit"] is None else f" over {one['unit']}")
            + ("" if one["until"] is None else f" until {one['until']}")
            for one in held
        ]
        say(f"{effect['account']} {word}: {'; '.join(roles) or 'no role'}")
