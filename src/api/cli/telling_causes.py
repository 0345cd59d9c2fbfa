"""Why a score changed, in words, for people at a terminal; told from the JSON of the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from api.cli.common import say
from api.cli.telling import tell_stamp

Json = Mapping[str, Any]

NO_NUMBER = "--"
_CLASSES = {
    "corrections": "corrections and late knowledge",
    "expiries": "expiries",
    "new_facts": "new facts",
    "position": "post",
    "rules": "rules",
    "left": "left those measured",
    "joined": "joined those measured",
    "became_computable": "became computable",
    "no_longer_computable": "no longer computable",
}
# Where a unit is asked about: the posts of its people, which units there are, and titles.
_OF_UNITS = {"position": "posts, units and titles"}
# What happened, with the fact in its place.
_WHAT = {
    "corrected": "corrected: {fact}",
    "annulled": "annulled: {fact}",
    "ended": "ended: {fact}",
    "reinstated": "brought back: {fact}",
    "became_known_late": "became known: {fact}",
    "disputed": "contested: {fact}",
    "dispute_resolved": "no longer contested: {fact}",
    "not_known_yet": "not known yet: {fact}",
    "not_corrected_yet": "not corrected yet: {fact}",
    "not_ended_yet": "not ended yet: {fact}",
    "not_annulled_yet": "not annulled yet: {fact}",
    "not_disputed_yet": "not contested yet: {fact}",
    "not_resolved_yet": "still contested: {fact}",
    "left_window": "left the window: {fact}",
    "came_into_window": "began to count: {fact}",
    "day_passed": "time passed",
    "new": "new: {fact}",
    "post_changed": "another post",
    "kind_changed": "the post is of another kind",
    "rules_changed": "other rules",
}
_UNSAID = frozenset(("target", "of", "filed_on", "regime"))
_USUAL = frozenset(("DINILAI", "DEFINITIF"))
_YEAR = ("-01-01", "-12-31")


def signed(points: str | None) -> str:
    """Points with their sign, or the mark that no number belongs here."""
    if points is None:
        return NO_NUMBER
    return points if points == "0" or points.startswith("-") else f"+{points}"


def shown(points: str | None, bounds: Json | None = None) -> str:
    """Points, bounds, or a question mark."""
    if points is not None:
        return points
    return "?" if bounds is None else f"{bounds['from']}..{bounds['to']}"


def is_outcome(answer: Json) -> bool:
    """Whether an answer is a word: requirements have an outcome and no total."""
    return answer["total"] is None and answer["band"] is not None


def fact_words(fact: Json) -> str:
    """A fact as the rules read it: its kind, its legal day, what it says, and its position."""
    told = said_words(fact["reads"])
    if fact["until"]:
        told += f"{', ' if told else ''}until {fact['until']}"
    about = f" ({told})" if told else ""
    return f"{fact['kind']} of {fact['effective_on']}{about}, position {fact['position']}"


def said_words(fields: Json) -> str:
    """What a fact says, as far as rules read it."""
    said = dict(fields)
    words = []
    if "from" in said and "to" in said:
        first, last = str(said.pop("from")), str(said.pop("to"))
        whole = (first[4:], last[4:]) == _YEAR and first[:4] == last[:4]
        words.append(first[:4] if whole else f"{first} to {last}")
    for name, value in said.items():
        if name == "hours":
            words.append(f"{value} hours")
        elif name == "score":
            words.append(f"score {value}")
        elif name == "final":
            words.append("final" if value else "not final")
        elif name not in _UNSAID and value not in _USUAL:
            words.append(str(value))
    return ", ".join(words)


def cause_words(cause: Json) -> str:
    """What happened, in one line."""
    fact = cause["fact"]
    words = _WHAT[cause["what"]].format(fact="" if fact is None else fact_words(fact))
    for name in ("post", "rules"):
        change = cause.get(name)
        if change is not None:
            words += f": {change['from'] or 'unknown'} -> {change['to'] or 'unknown'}"
    was = cause["was"]
    return words if was is None else f"{words}; before: {fact_words(was)}"


def tell_cause(cause: Json, indent: str) -> None:
    """One cause with what it does to each measure and to the status."""
    say(f"{indent}{signed(cause['points']):>7}  {cause_words(cause)}")
    inner = indent + " " * 11
    for move in cause["measures"]:
        before = shown(move["from"], move["from_range"])
        after = shown(move["to"], move["to_range"])
        number = "" if move["points"] is None else f"  ({signed(move['points'])})"
        say(f"{inner}{move['measure']} {before} -> {after}{number}")
    status = cause["status"]
    if status is not None:
        say(f"{inner}{_status(status['from'])} -> {_status(status['to'])}")


def _status(status: str) -> str:
    return status.replace("_", " ")


def tell_side(label: str, side: Json) -> None:
    """One coordinate in a line."""
    say(
        f"{label:5} {side['as_of']}, as known at position {side['position']}"
        f" ({side['known_at'][:19]}), {side['decree']}"
    )
    tell_stamp(side["hypothetical"], " " * 6)


def tell_difference(found: Json, who: str) -> None:
    """Why one person's answers differ."""
    _tell_both(found, who)
    if not found["causes"]:
        say("nothing changed the answer")
    known = found["difference"] is not None
    told = {one["class"]: one["points"] if known else None for one in found["classes"]}
    _tell_by_class(found["causes"], told)
    _tell_idle(found["without_effect"])


def tell_unit_difference(found: Json, who: str) -> None:
    """Why the answers about one unit differ, by class."""
    _tell_both(found, who)
    acting = [one for one in found["classes"] if one["measures"] or one["status"]]
    if not acting:
        say("nothing changed the answer")
    for one in acting:
        label = _OF_UNITS.get(one["class"], _CLASSES[one["class"]])
        say(f"{signed(one['points']):>7}  {label.upper()}")
        for move in one["measures"]:
            say(f"{'':9}{signed(move['points']):>8}  {move['measure']}")
        if one["status"]:
            say(f"{'':11}{_status(one['status']['from'])} -> {_status(one['status']['to'])}")


def _tell_both(found: Json, who: str) -> None:
    """Both answers side by side, measure by measure."""
    say(f"{found['instrument']}: {who}")
    before, after = found["from"], found["to"]
    tell_side("from", before)
    tell_side("to", after)
    say("")
    say(f"{'':26}{'from':>9}{'to':>9}{'change':>9}")
    if is_outcome(before) and is_outcome(after):
        say(f"{'outcome':26}{'':27}  {_bands(before, after)}")
    else:
        say(
            f"{'total':26}{shown(before['total']):>9}{shown(after['total']):>9}"
            f"{signed(found['difference']):>9}  {_bands(before, after)}"
        )
    for row in found["measures"]:
        depth = row["measure"].count("/")
        label = "  " * (depth + 1) + row["measure"].rpartition("/")[2]
        change = signed(row["difference"])
        say(f"{label:26}{shown(row['from']):>9}{shown(row['to']):>9}{change:>9}")
    _tell_status("from", before)
    _tell_status("to", after)
    say("")


def _bands(before: Json, after: Json) -> str:
    if before["band"] == after["band"]:
        return before["band"] or ""
    return f"{before['band'] or '?'} -> {after['band'] or '?'}"


def _tell_status(label: str, side: Json) -> None:
    if side["total"] is None and side["status"] != "complete":
        bounds = side["range"]
        between = "" if bounds is None else f", between {bounds['from']} and {bounds['to']}"
        say(f"{label}: {side['as_of']} is {_status(side['status'])}{between}:")
        for why in side["why"]:
            if not why["code"].startswith("PARAMETER_"):
                missing = "" if why["missing"] is None else f": {why['missing']}"
                say(f"  {why['code']} ({why['measure'] or 'all'}){missing}")


def _tell_by_class(causes: Sequence[Json], points: Mapping[str, str | None]) -> None:
    last = None
    for cause in causes:
        if cause["class"] != last:
            last = cause["class"]
            number = "" if points[last] is None else signed(points[last])
            say(f"{number:>7}  {_CLASSES[last].upper()}")
        tell_cause(cause, "  ")


def _tell_idle(idle: Sequence[Json]) -> None:
    if idle:
        say("")
        say("without effect on the answer:")
    for one in idle:
        say(f"  {cause_words(one)}")


def tell_group(found: Json, who: str, *, what: str = "people") -> None:
    """Why the sum and the mean of many people, or units, differ."""
    say(f"{found['instrument']}: {who}")
    tell_side("from", found["from"])
    tell_side("to", found["to"])
    say("")
    if found["outcomes"] is not None:
        _tell_outcomes(found, what)
        return
    say(f"{'':34}{what:>9}{'sum':>12}{'mean':>9}")
    for label in ("from", "to"):
        side = found[label]
        mean = shown(side["mean"])
        total = shown(side["sum"])
        say(f"{label + ', measured':34}{side['measured']:>9}{total:>12}{mean:>9}")
        say(
            f"{'':4}of {side['people']}: {side['not_computable']} not computable,"
            f" {side['not_applicable']} not applicable"
        )
    change = found["difference"]
    say(f"{'change':34}{'':>9}{signed(change['sum']):>12}{signed(change['mean']):>9}")
    say("")
    for part in found["causes"]:
        if not part["people"]:
            continue
        label = _CLASSES[part["class"]]
        number, mean = signed(part["sum"]), signed(part["mean"])
        say(f"  {label:32}{part['people']:>9}{number:>12}{mean:>9}")
        for one in part["measures"]:
            say(f"{'':6}{one['measure']:28}{'':>9}{signed(one['sum']):>12}")


def _tell_outcomes(found: Json, what: str) -> None:
    """How many have each outcome on both sides: requirements have no totals to add up."""
    before, after, words = found["from"], found["to"], found["outcomes"]
    say(f"{what:34}{'from':>9}{'to':>9}")
    for word, count in words["to"].items():
        say(f"  {word:32}{words['from'].get(word, 0):>9}{count:>9}")
    for word, count in words["from"].items():
        if word not in words["to"]:
            say(f"  {word:32}{count:>9}{0:>9}")
    for key in ("not_computable", "not_applicable"):
        say(f"  {_status(key):32}{before[key]:>9}{after[key]:>9}")
    say("")
    say(f"{words['moved']} of those on both sides have another outcome")
    say("`diff SUBJECT` says for one person which requirements changed, and why")


def tell_series(found: Json, who: str) -> None:
    """Every day on which one person's score changed."""
    say(f"{found['instrument']}: {who}")
    _tell_stretch(found)
    say("")
    _tell_point(found["start"], "")
    for point in found["changes"]:
        _tell_point(point, signed(point["difference"]))
        for cause in point["causes"]:
            tell_cause(cause, "    ")
    if not found["changes"]:
        say("the score did not change")


def _tell_stretch(found: Json) -> None:
    say(
        f"{found['from']} to {found['to']}, as known at position {found['position']}"
        f" ({found['known_at'][:19]})"
    )
    tell_stamp(found["hypothetical"])


def _tell_point(point: Json, change: str) -> None:
    why = f": {point['why']}" if point["why"] else ""
    total = shown(point["total"], point["range"])
    if is_outcome(point):
        total = change = ""
    say(
        f"{point['on']}  {total:>9}  {point['band'] or '':14}"
        f"{_status(point['status'])}{why}  {change}".rstrip()
    )


def tell_months(found: Json, names: Iterable[str]) -> None:
    """The mean of units at the end of each month."""
    _tell_stretch(found)
    for unit, name in zip(found["units"], names, strict=True):
        say("")
        say(f"{found['instrument']}: {name}")
        say(f"{'day':12}{'mean':>8}{'measured':>10}{'not computable':>16}{'not applicable':>16}")
        for row in unit["months"]:
            say(
                f"{row['on']:12}{shown(row['mean']):>8}{row['measured']:>10}"
                f"{row['not_computable']:>16}{row['not_applicable']:>16}"
            )


def tell_unit_months(found: Json) -> None:
    """What units came to at the end of each month."""
    _tell_stretch(found)
    for unit in found["units"]:
        say("")
        say(f"{found['instrument']}: {unit['path'] or unit['id']}")
        for row in unit["months"]:
            say(
                f"{row['on']:12}{shown(row['total'], row['range']):>12}  {row['band'] or '':14}"
                f" {_status(row['status'])}"
            )
