"""The answer of any instrument about one person, worked out a second time, slowly and plainly.

Nothing of the project is used but the oracle for IP-ASN: not its code, not its plan. Given are the
instrument's document as `yaml.safe_load` reads it, and events as they were recorded. What a rule
means is taken from docs/writing-instruments.md, what a fact means from docs/facts.md.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle import naive_ip_asn as law

Row = dict[str, Any]
Document = Mapping[str, Any]

FIRM = ("verified", "reading")
WEAK = ("recalled", "assumed")
MISSING = "missing"
MARKS = (*FIRM, *WEAK, MISSING)


# What was recorded.


def rows_of(events: Iterable[Any]) -> list[Row]:
    """One stream's events, in order, as the rows of the oracle for IP-ASN."""
    rows = []
    for event in events:
        name = event.topic.split(".")[1].split("/")[0]
        said = json.loads(event.state)
        row = {"position": event.id, "version": event.originator_version, "do": name}
        if name in ("correct", "annul", "end"):
            row["root"] = said["root"]
            if name == "end":
                row["until"] = date.fromisoformat(said["until"])
            if name == "correct":
                on = date.fromisoformat(said["effective_on"])
                row |= {"kind": said["fact"], "on": on, "fields": said["fields"]}
                row["until"] = day_of(said["fields"].get("until"))
        elif name in ("disputed", "dispute_resolved"):
            row |= {"root": said["root"], "do": name.replace("disputed", "dispute")}
            row["do"] = {"dispute_resolved": "resolve"}.get(row["do"], row["do"])
        elif event.effective_on is not None:
            row |= {"do": "fact", "kind": name, "on": event.effective_on, "fields": said}
            row["until"] = day_of(said.get("until"))
        rows.append(row)
    return rows


def day_of(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


class Record:
    """One person on one day: the facts that a question may see, who he is, the post he holds."""

    def __init__(
        self,
        own: Iterable[Any],
        book: Iterable[Any],
        units: Mapping[str, Iterable[Any]],
        as_of: date,
        position: int,
    ) -> None:
        known, self.disputed = law.facts_known(rows_of(own), position)
        self.facts = [fact for fact in known if there(fact, as_of)]
        self.facts.sort(key=lambda fact: (fact["on"], fact["position"]))
        self.as_of = as_of
        self.depths = depths(units, as_of, position)
        self.titles, _ = law.facts_known(rows_of(book), position)
        self.post, self.kind = self._post()

    def of(self, kind: str, where: Mapping[str, Any] | None = None) -> list[Row]:
        """Facts of a kind that meet the conditions, by legal day, then by when recorded."""
        return [
            fact
            for fact in self.facts
            if fact["kind"] == kind and all(meets(fact, *one) for one in (where or {}).items())
        ]

    def held(self, facts: Iterable[Row]) -> list[Row]:
        return [fact for fact in facts if law.visible(fact, self.as_of)]

    def in_window(self, facts: Iterable[Row], window: Any) -> list[Row]:
        """Those in a window; what holds on the day for `held`."""
        window, _ = said(window)
        if window == "held":
            return self.held(facts)
        begin = begins(window, self.as_of)
        return [fact for fact in facts if begin <= fact["on"] <= self.as_of]

    def employment(self) -> str | None:
        return law.service_on(self.facts, self.as_of)

    def _post(self) -> tuple[list[Row], str | None]:
        posts = [
            fact
            for fact in self.held(self.of("position"))
            if fact["fields"].get("assignment", "DEFINITIF") == "DEFINITIF"
        ]
        if not posts:
            return [], None
        posts.sort(
            key=lambda fact: (
                fact["on"],
                self.depths.get(fact["fields"].get("unit"), 0),
                fact["position"],
            )
        )
        post = posts[-1]
        if "kind" in post["fields"]:
            return [post], post["fields"]["kind"]
        about = [
            one
            for one in self.titles
            if one["kind"] == "position_ref"
            and law.visible(one, self.as_of)
            and one["fields"]["title_id"] == post["fields"].get("title_id")
        ]
        return [post], law.newest(about)["fields"].get("kind") if about else None


def there(fact: Row, as_of: date) -> bool:
    """A fact stated again after a merge counted elsewhere before that day."""
    since = day_of(fact["fields"].get("counts_from"))
    return since is None or since <= as_of


def depths(units: Mapping[str, Iterable[Any]], as_of: date, position: int) -> dict[str | None, int]:
    """How many units lie above each."""
    parents: dict[Any, Any] = {}
    for unit, events in units.items():
        known, _ = law.facts_known(rows_of(events), position)
        told = [one for one in known if one["kind"] == "unit" and law.visible(one, as_of)]
        parents[unit] = law.newest(told)["fields"].get("parent") if told else None
    found: dict[str | None, int] = {}
    for below, direct in parents.items():
        above: list[Any] = []
        parent = direct
        while parent is not None and parent != below and parent not in above:
            above.append(parent)
            parent = parents.get(parent)
        found[below] = len(above)
    return found


def meets(fact: Row, field: str, wanted: Any) -> bool:
    """`where`: one of the codes, `absent` for facts without the field, `known` for any."""
    allowed = words(said(wanted)[0])
    given = fact["fields"].get(field)
    if given is None:
        return "absent" in allowed
    return "known" in allowed or word(given) in allowed


def words(node: Any) -> list[str]:
    return [word(one) for one in (node if isinstance(node, list) else [node])]


def word(given: Any) -> str:
    return str(given).lower() if isinstance(given, bool) else str(given)


def begins(window: Any, as_of: date) -> date:
    """The first day of a window."""
    if window == "ever":
        return date.min
    start, _ = said(window["start"])
    if "months" in window:
        months = int(said(window["months"])[0])
        if start == "month":
            first = as_of.replace(day=1)
            for _ in range(months - 1):
                first = (first - timedelta(days=1)).replace(day=1)
            return first
    else:
        years = int(said(window["years"])[0])
        if start == "calendar":
            return date(as_of.year - years + 1, 1, 1)
        months = 12 * years
    return law.months_before(as_of, months) + timedelta(days=1)


# What the document says.


def said(node: Any, mark: str = "verified") -> tuple[Any, str]:
    """A parameter and its mark, its own or the one above it."""
    if isinstance(node, dict):
        for own in MARKS:
            if own in node and set(node) <= {own, "cite"}:
                return node[own], own
    return node, mark


def exact(number: Any) -> Decimal:
    """What was written; safe_load made binary fractions of numbers with a point."""
    return Decimal(str(number))


def half_up(number: Fraction, decimals: int) -> Decimal:
    scaled = number * 10**decimals + Fraction(1, 2)
    return Decimal(scaled.numerator // scaled.denominator) / Decimal(10) ** decimals


class Part:
    """Points of a measure: between which bounds, by what is known and if open matters end either
    way; the marks of the parameters that took part; the facts used; why it is not certain."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.low = self.high = Decimal(0)
        self.low_open: Decimal | None = None
        self.high_open: Decimal | None = None
        self.marks: set[str] = set()
        self.used: list[Row] = []
        self.reasons: set[str] = set()
        self.parts: list[Part] = []

    def between(self, low: Decimal, high: Decimal) -> None:
        self.low, self.high = low, high

    def reach(self) -> tuple[Decimal, Decimal]:
        low = self.low if self.low_open is None else self.low_open
        high = self.high if self.high_open is None else self.high_open
        return low, high

    def all_parts(self) -> "list[Part]":
        return [self, *(below for one in self.parts for below in one.all_parts())]


class Sheet:
    """One instrument applied to one record. `others` are the documents in force, by name."""

    def __init__(self, document: Document, record: Record, others: Mapping[str, Document]) -> None:
        self.document = document
        self.record = record
        self.others = others

    def measures(self) -> list[Part]:
        mark = self.document.get("mark", "verified")
        kinds = self.document.get("measures") or self.document["requirements"]
        return [self.measure(node, mark) for node in kinds]

    def measure(self, node: Document, above: str) -> Part:
        mark = node.get("mark", above)
        part = Part(node.get("measure") or node["requirement"])
        # A requirement is met or not: 1 or 0.
        top, top_mark = said(node.get("max", 1), mark)
        part.marks.add(top_mark)
        for condition in node.get("when", {}).values():
            part.marks.add(said(condition, mark)[1])
        if "sum" in node:
            self.sum_up(part, node, mark, exact(top))
            return part
        for condition in (node.get("where") or {}).values():
            part.marks.add(said(condition, mark)[1])
        self.window_marks(part, node.get("window"), mark)
        getattr(self, "rule_" + node["rule"])(part, node, mark, exact(top))
        if self.record.disputed and node["rule"] != "score":
            self.either_way(part, node, above, exact(top))
        return part

    def either_way(self, part: Part, node: Document, above: str, top: Decimal) -> None:
        """What is contested and counts may be struck out, and then what counts in its place."""
        record = self.record
        seen = {frozenset[int](): part}
        fresh = [frozenset[int]()]
        for gone in fresh:
            for fact in seen[gone].used:
                more = gone | {fact["root"]}
                if fact["root"] not in record.disputed or more in seen:
                    continue
                fewer = copy(record)
                fewer.facts = [one for one in record.facts if one["root"] not in more]
                fewer.disputed = set()
                seen[more] = Sheet(self.document, fewer, self.others).measure(node, above)
                fresh.append(more)
                if len(seen) > 64:
                    part.low_open, part.high_open = Decimal(0), top
                    return
        reach = [one.reach() for one in seen.values()]
        part.low_open = min(low for low, _ in reach)
        part.high_open = max(high for _, high in reach)

    def window_marks(self, part: Part, window: Any, mark: str) -> None:
        if window is None:
            return
        plain, own = said(window, mark)
        if isinstance(plain, dict):
            part.marks |= {said(one, mark)[1] for one in plain.values()}
        else:
            part.marks.add(own)

    def sum_up(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        by_post = any("position_kind" in one.get("when", {}) for one in node["sum"])
        maxima = Decimal(0)
        for child in node["sum"]:
            when = child.get("when", {})
            kinds, statuses = when.get("position_kind"), when.get("employment")
            if kinds is not None and self.record.kind not in words(said(kinds)[0]):
                continue
            status = self.record.employment()
            if statuses is not None and status not in words(said(statuses)[0]):
                continue
            part.parts.append(self.measure(child, mark))
            maxima += exact(said(child["max"])[0])
        part.low = sum((one.low for one in part.parts), Decimal(0))
        part.high = sum((one.high for one in part.parts), Decimal(0))
        part.low_open = sum((one.reach()[0] for one in part.parts), Decimal(0))
        part.high_open = sum((one.reach()[1] for one in part.parts), Decimal(0))
        if by_post:
            part.used += self.record.post
            if self.record.kind is None:
                part.reasons.add("POSITION_KIND_UNKNOWN")
                part.high += top - maxima
                part.high_open += top - maxima

    # An entry of a table: its bounds, and its mark.

    def entry(self, node: Any, mark: str) -> tuple[Decimal, Decimal, str]:
        found, own = said(node, mark)
        if own == MISSING:
            return exact(found[0]), exact(found[1]), own
        return exact(found), exact(found), own

    def none(self, part: Part, node: Document, mark: str, reason: str) -> None:
        """Nothing to read."""
        low, high, own = self.entry(node["none"], mark)
        part.between(low, high)
        if own == MISSING:
            part.reasons.add(reason)
        else:
            part.marks.add(own)

    def unknown(self, part: Part, top: Decimal, reason: str) -> None:
        part.between(Decimal(0), top)
        part.reasons.add(reason)

    def rule_best(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        facts = self.record.held(self.record.of(node["facts"], node.get("where")))
        if not facts:
            self.none(part, node, mark, "FACT_MISSING")
            return
        found = [
            (fact, self.entry(node["points"][fact["fields"][node["by"]]], mark)) for fact in facts
        ]
        part.low = max(entry[0] for _, entry in found)
        part.high = max(entry[1] for _, entry in found)
        # What is not known matters only if it may bring more than what is.
        above = [(fact, entry) for fact, entry in found if entry[1] > part.low]
        exactly = [
            (fact, entry) for fact, entry in found if entry[2] != MISSING and entry[0] == part.low
        ]
        # Of equal points the surest.
        exactly.sort(key=lambda one: (-MARKS.index(one[1][2]), one[0]["on"], one[0]["position"]))
        for fact, entry in above + exactly[-1:]:
            part.used.append(fact)
            part.marks.add(entry[2])

    def rule_any(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        facts = self.record.of(node["facts"], node.get("where"))
        facts = self.record.in_window(facts, node["window"])
        open_ = False
        if "match" in node:
            field = node["match"]["field"]
            wanted, own = said(node["match"]["of"][self.record.kind], mark)
            part.marks.add(own)
            open_ = any(field not in fact["fields"] for fact in facts)
            facts = [fact for fact in facts if fact["fields"].get(field) in words(wanted)]
        part.used += facts
        if facts:
            part.between(top, top)
        elif open_:
            self.unknown(part, top, "FIELD_UNKNOWN")

    def rule_total(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        facts = self.record.of(node["facts"], node.get("where"))
        facts = self.record.in_window(facts, node["window"])
        counted = [fact for fact in facts if node["field"] in fact["fields"]]
        found = sum((exact(fact["fields"][node["field"]]) for fact in counted), Decimal(0))
        least, most, target_mark = self.entry(node["target"], mark)
        award, award_mark = said(node["award"], mark)
        part.marks.add(award_mark)
        part.used += counted

        def awarded(target: Decimal) -> Decimal:
            if found >= target:
                return top
            if award == "all_or_nothing":
                return Decimal(0)
            return half_up(Fraction(top) * Fraction(found) / Fraction(target), self.decimals(node))

        part.between(awarded(most), awarded(least))
        if len(counted) < len(facts):
            part.high = top
            if part.low != part.high:
                part.reasons.add("FIELD_UNKNOWN")
        if target_mark != MISSING or part.low != part.high:
            part.marks.add(target_mark)
        if found < most and award == "proportional":
            part.marks.add(said(node["decimals"], mark)[1])

    def decimals(self, node: Document) -> int:
        return int(said(node["decimals"])[0])

    def rule_latest(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        part.marks.add(said(node["period"], mark)[1])
        part.marks.add(said(node["only"]["state"], mark)[1])
        halves, halves_mark = said(node["halves"], mark)
        begin = begins(said(node["window"])[0], self.record.as_of)
        years: dict[int, dict[str, list[Row]]] = {}
        for fact in self.record.of(node["facts"], node.get("where")):
            first, last = fact["fields"]["from"], fact["fields"]["to"]
            shape = (first[5:], last[5:]) if first[:4] == last[:4] else ("", "")
            name = {
                ("01-01", "12-31"): "year",
                ("01-01", "06-30"): "first",
                ("07-01", "12-31"): "second",
            }.get(shape)
            if name is None or (name != "year" and halves == "not_read"):
                part.marks.add(said(node["other_periods"], mark)[1])
                continue
            year = int(first[:4])
            if fact["on"] <= self.record.as_of and begin <= date(year, 12, 31) <= self.record.as_of:
                years.setdefault(year, {}).setdefault(name, []).append(fact)
        if not years:
            self.none(part, node, mark, "FACT_MISSING")
            return
        newest = years[max(years)]
        if "year" in newest:
            low, high = self.appraised(part, node, mark, newest["year"])
            part.between(low, high)
            return
        part.marks |= {halves_mark, said(node["decimals"], mark)[1]}
        sums = [Decimal(0), Decimal(0)]
        for name in ("first", "second"):
            for end, points in enumerate(self.appraised(part, node, mark, newest.get(name, []))):
                sums[end] += points
        low, high = (half_up(Fraction(one) / 2, self.decimals(node)) for one in sums)
        part.between(low, high)

    def appraised(
        self, part: Part, node: Document, mark: str, facts: Sequence[Row]
    ) -> tuple[Decimal, Decimal]:
        """Of several for one period the newest legal day counts, then the later recorded."""
        low, high, none_mark = self.entry(node["none"], mark)

        def lacking(reason: str) -> tuple[Decimal, Decimal]:
            if none_mark == MISSING:
                part.reasons.add(reason)
            else:
                part.marks.add(none_mark)
            return low, high

        if not facts:
            return lacking("HALF_MISSING")
        fact = law.newest(facts)
        part.used.append(fact)
        told = fact["fields"]
        if told["state"] != said(node["only"]["state"])[0]:
            return lacking("STATE_NOT_COUNTED")
        regime, predicate = node["by"]
        table = node["points"][told[regime]]
        if predicate in told:
            one, other, own = self.entry(table[told[predicate]], mark)
            part.marks.add(own)
            return one, other
        scale = node["scores"].get(told[regime])
        codes = None
        if scale is not None and node["field"] in told:
            codes = cut(scale, exact(told[node["field"]]), mark)
        if codes is None:
            return lacking("PREDICATE_UNKNOWN")
        names, own = codes
        part.marks.add(said(scale["edge"], mark)[1])
        entries = [self.entry(table[name], mark) for name in words(names)]
        if own == MISSING:
            part.reasons.add("PREDICATE_UNKNOWN")
        else:
            part.marks |= {own, entries[0][2]}
        return min(one[0] for one in entries), max(one[1] for one in entries)

    def rule_worst(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        """Sanctions in force, and what objections and rulings make of them (docs/facts.md 5)."""
        nothing, _, nothing_mark = self.entry(node["none"], mark)
        ignored, ignored_mark = said(node["ignored"], mark)
        late, late_mark = said(node["late_filing"], mark)
        table = {code: self.entry(one, mark) for code, one in node["points"].items()}
        since, since_mark = said(node.get("since", "effect"), "verified")
        part.marks.add(said(node["since"], mark)[1] if "since" in node else since_mark)
        window, _ = said(node["window"])
        begin = date.min if window == "held" else begins(window, self.record.as_of)
        as_of = self.record.as_of
        low = high = low_open = high_open = nothing
        brought: list[tuple[Row, set[str], Decimal, Decimal]] = []
        for sanction in self.record.of("sanction"):
            filings, rulings = law.matters(self.record.facts, sanction)
            levels, first = law.standing_on(sanction, filings, rulings, as_of)
            if late == "suspends" and first is not None:
                first = first_day(first, sanction, filings, rulings)
                if first is None or first > as_of or waiting(as_of, sanction, filings, rulings):
                    levels = set()
            opened = law.still_open_since(filings, rulings)
            if any(law.filed(one) >= sanction["on"] for one in filings):
                part.marks.add(late_mark)
            counting = {level for level in levels if level not in words(ignored)}
            if not counting and (levels or sanction["fields"]["level"] in words(ignored)):
                part.marks.add(ignored_mark)
                continue
            ended = (
                window == "held" and sanction["until"] is not None and sanction["until"] <= as_of
            )
            counts_on = first
            if since == "end" and first is not None and first <= as_of:
                runs = sanction["until"] is None or sanction["until"] > as_of
                counts_on = as_of if runs else sanction["until"]
            if counting and (ended or (counts_on is not None and counts_on < begin)):
                if ended:
                    part.used += [*filings, *rulings]
                continue
            mine = [table[level] for level in counting]
            mine_low = min((one[0] for one in mine), default=nothing)
            mine_high = max((one[1] for one in mine), default=nothing)
            mine_low_open, mine_high_open = mine_low, mine_high
            if opened is not None and (counting or opened <= as_of):
                mine_high_open = nothing
            if opened is not None and opened <= as_of:
                mine_low_open = min(one[0] for one in table.values())
            low, high = min(low, mine_low), min(high, mine_high)
            low_open, high_open = min(low_open, mine_low_open), min(high_open, mine_high_open)
            if counting or first is None:
                part.used += [*filings, *rulings]
            brought.append((sanction, counting, mine_low, mine_high))
        part.between(low, high)
        part.low_open, part.high_open = low_open, high_open
        unsure = False
        decided = False
        for sanction, counting, mine_low, mine_high in brought:
            decides = (mine_low, mine_high) == (low, high) or (low != high and mine_low < high)
            if counting and decides:
                decided = True
                part.used.append(sanction)
                part.marks |= {table[level][2] for level in counting}
                unsure = unsure or len(counting) > 1
        if not decided:
            part.marks.add(nothing_mark)
        if low != high and unsure:
            part.reasons.add("RULING_LEVEL_UNKNOWN")
        if (low_open, high_open) != (low, high):
            part.reasons.add("MATTER_OPEN")

    def rule_tally(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        facts = self.record.of(node["facts"], node.get("where"))
        facts = self.record.in_window(facts, node["window"])
        marks = set()
        for fact in facts:
            code = fact["fields"][node["by"]]
            points = node["points"].get(code, node.get("others"))
            low, high, own = self.entry(points, mark)
            part.low += low
            part.high += high
            marks.add(own)
        part.used += facts
        part.low, part.high = min(part.low, top), min(part.high, top)
        # At the cap it does not matter what nobody knows.
        part.marks |= marks - {MISSING} if part.low == part.high else marks

    def rule_share(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        dimension, own = said(node["dimension"], mark)
        part.marks |= {own, said(node["decimals"], mark)[1]}
        checks = self.record.held(self.record.of(node["facts"]))
        elements = []
        if checks:
            newest = law.newest(checks)
            part.used.append(newest)
            elements = [
                one
                for one in newest["fields"][node["field"]].values()
                if one["dimension"] == dimension
            ]
        if not elements:
            self.none(part, node, mark, "FACT_MISSING")
            return
        good = len([one for one in elements if one["ok"]])
        points = half_up(Fraction(top) * good / len(elements), self.decimals(node))
        part.between(points, points)

    def rule_mean(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        of, own = said(node["of"], mark)
        part.marks |= {own, said(node["decimals"], mark)[1]}
        facts = self.record.of(node["facts"], node.get("where"))
        facts = self.record.in_window(facts, node["window"])
        if not facts:
            self.none(part, node, mark, "FACT_MISSING")
            return
        numbers = []
        for fact in facts:
            given = fact["fields"].get(node["field"])
            if "part" in node and given is not None:
                given = given.get(node["part"])
            if given is not None:
                part.used.append(fact)
                number = Decimal(int(given)) if isinstance(given, bool) else exact(given)
                numbers.append(min(number, exact(of)))
        if len(numbers) < len(facts):
            self.unknown(part, top, "FIELD_UNKNOWN")
            return
        whole = Fraction(sum(numbers, Decimal(0))) / len(numbers)
        points = half_up(Fraction(top) * whole / Fraction(exact(of)), self.decimals(node))
        part.between(points, points)

    def rule_elapsed(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        since, own = said(node["since"], mark)
        (unit, least), *_ = node["at_least"].items()
        least, least_mark = said(least, mark)
        part.marks |= {own, least_mark}
        facts = self.record.of(node["facts"], node.get("where"))
        facts = self.record.in_window(facts, node["window"])
        if not facts:
            self.none(part, node, mark, "FACT_MISSING")
            return
        # Of two facts on one day the later recorded counts; the day is the same.
        fact = law.newest(facts) if since == "newest" else facts[0]
        part.used.append(fact)
        months = int(least) * (12 if unit == "years" else 1)
        if fact["on"] <= law.months_before(self.record.as_of, months):
            part.between(top, top)

    def rule_none_in_force(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        facts = self.record.of(node["facts"], node.get("where"))
        facts = self.record.in_window(facts, node["window"])
        part.used += facts
        if not facts:
            part.between(top, top)

    def rule_all(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        years, own = said(node["years"], mark)
        codes, codes_mark = said(node["codes"], mark)
        state, state_mark = said(node["only"]["state"], mark)
        part.marks |= {own, codes_mark, state_mark}
        as_of = self.record.as_of
        last = as_of.year if as_of == date(as_of.year, 12, 31) else as_of.year - 1
        verdicts: list[bool | None] = []
        for year in range(last - int(years) + 1, last + 1):
            facts = [
                one
                for one in self.record.of(node["facts"], node.get("where"))
                if one["on"] <= as_of
            ]
            periods = [law.of_period(facts, f"{year}-01-01", f"{year}-12-31")]
            if not periods[0]:
                periods = [
                    law.of_period(facts, f"{year}-01-01", f"{year}-06-30"),
                    law.of_period(facts, f"{year}-07-01", f"{year}-12-31"),
                ]
            told: list[bool | None] = []
            for period in periods:
                if not period:
                    told.append(None)
                    continue
                fact = law.newest(period)
                part.used.append(fact)
                code = fact["fields"].get(node["by"])
                failed, failed_mark = said(node.get("failed", []), mark)
                if fact["fields"]["state"] in words(failed):
                    part.marks.add(failed_mark)
                    told.append(False)
                    continue
                counts = fact["fields"]["state"] == state and code is not None
                told.append(code in words(codes) if counts else None)
            if False in told:
                verdicts.append(False)
            else:
                verdicts.append(None if None in told else True)
        if False in verdicts:
            return
        if None in verdicts:
            self.unknown(part, top, "FACT_MISSING")
            return
        part.between(top, top)

    def rule_product(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        part.marks.add(said(node["decimals"], mark)[1])
        base, factor = node["base"], node["factor"]
        sources = [(base, "held"), (factor, factor["window"])]
        self.window_marks(part, factor["window"], mark)
        found = self.newest_codes(part, sources, mark)
        if None in found:
            self.none(part, node, mark, "FACT_MISSING")
            return
        entries = [
            self.entry(source["points"][code], mark)
            for (source, _), code in zip(sources, found, strict=True)
        ]
        part.marks |= {one[2] for one in entries}
        low, high = (
            half_up(Fraction(entries[0][end]) * Fraction(entries[1][end]), self.decimals(node))
            for end in (0, 1)
        )
        part.between(low, high)

    def newest_codes(
        self, part: Part, sources: Sequence[tuple[Document, Any]], mark: str
    ) -> list[Any]:
        """Of each source what its newest fact says."""
        found: list[Any] = []
        for source, window in sources:
            for condition in (source.get("where") or {}).values():
                part.marks.add(said(condition, mark)[1])
            facts = self.record.of(source["facts"], source.get("where"))
            facts = self.record.in_window(facts, window)
            found.append(None)
            if facts:
                newest = law.newest(facts)
                part.used.append(newest)
                found[-1] = newest["fields"].get(source.get("by") or source["field"])
        return found

    def rule_grid(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        rows, columns = node["rows"], node["columns"]
        sources = [(rows, rows["window"]), (columns, columns["window"])]
        for source, window in sources:
            self.window_marks(part, window, mark)
            part.marks |= {said(one, mark)[1] for one in source["cuts"]}
        code, number = self.newest_codes(part, sources, mark)
        if code is None or number is None:
            self.none(part, node, mark, "FACT_MISSING")
            return
        height, own = said(rows["points"][code], mark)
        part.marks.add(own)
        row = len([one for one in rows["cuts"] if exact(said(one)[0]) <= exact(height)])
        column = len([one for one in columns["cuts"] if exact(said(one)[0]) <= exact(number)])
        box, own = said(node["boxes"][row][column], mark)
        part.marks.add(own)
        part.between(exact(box), exact(box))

    def rule_post(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        kinds, own = said(node["kinds"], mark)
        part.marks.add(own)
        part.used += self.record.post
        if self.record.kind is None:
            self.unknown(part, top, "POSITION_KIND_UNKNOWN")
        elif self.record.kind in words(kinds):
            part.between(top, top)

    def rule_on_days(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        days, own = said(node["days"], mark)
        part.marks.add(own)
        if self.record.as_of.strftime("%m-%d") in words(days):
            part.between(top, top)

    def rule_score(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        name, own = said(node["instrument"], mark)
        part.marks |= {own, said(node["decimals"], mark)[1]}
        other = self.others.get(name)
        if other is None:
            self.unknown(part, top, "INSTRUMENT_NOT_IN_FORCE")
            return
        reason = outside(other, self.record)
        if reason is not None:
            self.unknown(part, top, reason)
            return
        sheet = Sheet(other, self.record, self.others)
        named = [
            (one, exact(said(written["max"])[0]))
            for one, written in zip(sheet.measures(), other["measures"], strict=True)
            if node.get("of") in (None, one.name)
        ]
        part.marks.add(said(other["max"], other.get("mark", "verified"))[1])
        part.marks |= first_day_marks(other, self.record.as_of)
        part.parts = [one for one, _ in named]
        whole = sum((most for _, most in named), Decimal(0))

        def scaled(points: Iterable[Decimal]) -> Decimal:
            found = Fraction(top) * Fraction(sum(points, Decimal(0))) / Fraction(whole)
            return half_up(found, self.decimals(node))

        part.between(scaled(one.low for one in part.parts), scaled(one.high for one in part.parts))
        part.low_open = scaled(one.reach()[0] for one in part.parts)
        part.high_open = scaled(one.reach()[1] for one in part.parts)

    # Rules about careers.

    def up_to(self, node: Document, part: Part, mark: str) -> list[Row]:
        """Facts of a source, of whatever day up to the one asked about."""
        part.marks |= {said(one, mark)[1] for one in (node.get("where") or {}).values()}
        facts = self.record.of(node["facts"], node.get("where"))
        return [one for one in facts if one["on"] <= self.record.as_of]

    def rule_conversion(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        most, most_mark = said(node["months"], mark)
        part.marks |= {most_mark, said(node["decimals"], mark)[1]}
        base, factor = node["base"], node["factor"]
        self.window_marks(part, factor["window"], mark)
        bases = self.up_to(base, part, mark)
        part.marks |= {said(one, mark)[1] for one in (factor.get("where") or {}).values()}
        rows = self.record.of(factor["facts"], factor.get("where"))
        rows = self.record.in_window(rows, factor["window"])
        counted: list[tuple[date, date, Row]] = []
        by_size = sorted(
            (months_of(one), place) for place, one in enumerate(rows) if months_of(one)
        )
        for size, place in reversed(by_size):
            start, end = period(rows[place])
            if size <= int(most) and all(end < one[0] or one[1] < start for one in counted):
                counted.append((start, end, rows[place]))
        low = high = Decimal(0)
        lacking = not counted
        marks: set[str] = set()
        for _, end, row in counted:
            held = [one for one in bases if law.visible(one, end)]
            part.used += [row, *held[-1:]]
            level = held[-1]["fields"].get(base["by"]) if held else None
            code = row["fields"].get(factor["by"])
            if level is None or code is None:
                lacking = True
                continue
            entries = [self.entry(base["points"][level], mark)]
            entries.append(self.entry(factor["points"][code], mark))
            marks |= {one[2] for one in entries}
            share = Fraction(months_of(row), int(most))
            low += half_up(
                Fraction(entries[0][0]) * Fraction(entries[1][0]) * share, self.decimals(node)
            )
            high += half_up(
                Fraction(entries[0][1]) * Fraction(entries[1][1]) * share, self.decimals(node)
            )
        if lacking:
            self.none(part, node, mark, "FACT_MISSING")
            return
        part.marks |= marks
        part.between(min(low, top), min(high, top))

    def rule_accrued(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        since, bonus = node["since"], node.get("bonus")
        say, say_mark = said(node["say"], mark)
        start, start_mark = said(since["start"], mark)
        part.marks |= {say_mark, start_mark, said(node["decimals"], mark)[1]}
        stands = self.up_to(since, part, mark)
        rows = self.record.of(node["facts"], node.get("where"))
        diplomas = self.up_to(bonus, part, mark) if bonus else []
        held = [place for place, one in enumerate(stands) if law.visible(one, self.record.as_of)]
        code = stands[held[-1]]["fields"].get(since["by"]) if held else None
        if code is None:
            self.none(part, node, mark, "FACT_MISSING")
            return
        place = held[-1]
        while start == "first" and place and stands[place - 1]["fields"].get(since["by"]) == code:
            place -= 1
        part.used.append(stands[place])
        first = stands[place]["on"]
        collected, unknown = Decimal(0), False
        for one in rows:
            if first <= one["on"] <= self.record.as_of:
                number = one["fields"].get(node["field"])
                unknown = unknown or number is None
                if number is not None:
                    part.used.append(one)
                    collected += exact(number)
        if "need" in since and code not in since["need"]:
            self.unknown(part, top, "CODE_NOT_NAMED")
            return
        need = self.entry(since["need"][code], mark) if "need" in since else None
        low, high = collected, collected
        if bonus and need:
            least, most = self.bonus(part, bonus, diplomas, first, mark)
            low += half_up(Fraction(least) * Fraction(need[0]), self.decimals(node))
            high += half_up(Fraction(most) * Fraction(need[1]), self.decimals(node))
        if need is None:
            part.between(min(low, top), top if unknown else min(high, top))
        else:
            high = max(need[1], high) if unknown else high
            self.against(part, str(say), low, high, need, top)
        clear = part.low == part.high
        if unknown and not clear:
            part.reasons.add("FIELD_UNKNOWN")
        elif not clear and bonus and need and need[2] != MISSING:
            part.reasons.add("FACT_MISSING")
        if need and say != "collected" and not (clear and need[2] == MISSING):
            part.marks.add(need[2])

    def against(
        self,
        part: Part,
        say: str,
        low: Decimal,
        high: Decimal,
        need: tuple[Decimal, Decimal, str],
        top: Decimal,
    ) -> None:
        """What is told of a sum and a need, both between bounds."""
        nothing = Decimal(0)
        if say == "reached":
            part.between(top if low >= need[1] else nothing, top if high >= need[0] else nothing)
        elif say == "counted":
            part.between(min(low, need[0], top), min(high, need[1], top))
        elif say == "lacking":
            part.between(max(need[0] - high, nothing), min(max(need[1] - low, nothing), top))
        else:
            part.between(min(low, top), min(high, top))

    def bonus(
        self, part: Part, bonus: Document, diplomas: Sequence[Row], first: date, mark: str
    ) -> tuple[Decimal, Decimal]:
        """The least and the most share of the need."""
        known = [one for one in diplomas if one["fields"].get(bonus["by"]) is not None]
        ranks = [said(bonus["ranks"][one["fields"][bonus["by"]]], mark) for one in known]
        share, share_mark = said(bonus["share"], mark)
        new = [one["on"] >= first for one in known]
        if not any(new):
            return Decimal(0), Decimal(0)
        part.marks |= {share_mark, *(own for _, own in ranks)}
        before = [rank for (rank, _), late in zip(ranks, new, strict=True) if not late]
        higher = [
            one
            for one, (rank, _), late in zip(known, ranks, new, strict=True)
            if late and all(rank > older for older in before)
        ]
        part.used += higher
        most = exact(share) if higher else Decimal(0)
        return (most if before else Decimal(0)), most

    def rule_ladder(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        limit, room = node["limit"], node["room"]
        steps, steps_mark = said(node["steps"], mark)
        choose, choose_mark = said(limit["choose"], mark)
        part.marks |= {steps_mark, choose_mark}
        part.marks |= {said(one, mark)[1] for one in room.values()}
        stands = self.record.held(self.record.of(node["facts"]))
        limits = self.record.held(self.up_to(limit, part, mark))
        part.used += stands[-1:] + (limits if choose == "highest" else limits[-1:])
        if not stands or not limits:
            self.none(part, node, mark, "FACT_MISSING")
            return
        code = stands[-1]["fields"].get(node["by"])
        if code not in steps:
            self.unknown(part, top, "CODE_NOT_NAMED")
            return
        asked = limits if choose == "highest" else limits[-1:]
        told = [said(limit["to"].get(one["fields"].get(limit["by"]), ""), mark) for one in asked]
        named = [(steps.index(step), own) for step, own in told if step]
        lowest = max((place for place, _ in named), default=0)
        part.marks |= {own for place, own in named if place == lowest}
        last = len(steps) if len(named) < len(told) else lowest + 1
        least = int(said(room["least"])[0])
        most = int(said(room.get("most", len(steps)))[0])
        verdicts = {least <= place - steps.index(code) <= most for place in range(lowest, last)}
        if len(verdicts) > 1:
            self.unknown(part, top, "CODE_NOT_NAMED")
        elif verdicts == {True}:
            part.between(top, top)

    def rule_at_step(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        codes, own = said(node["codes"], mark)
        part.marks.add(own)
        stands = self.record.held(self.record.of(node["facts"]))
        part.used += stands[-1:]
        proof = node.get("proof")
        proofs = self.up_to(proof, part, mark) if proof else []
        code = stands[-1]["fields"].get(node["by"]) if stands else None
        if code is None:
            self.none(part, node, mark, "FACT_MISSING")
        elif code not in words(codes):
            part.between(top, top)
        elif proof is None:
            self.unknown(part, top, "TO_BE_CONFIRMED")
        else:
            serving, serving_mark = said(proof["to"][code], mark)
            part.marks.add(serving_mark)
            named = {one for given in proof["to"].values() for one in words(said(given)[0])}
            given = [one["fields"].get(proof["by"]) for one in proofs]
            proven = [
                one for one, level in zip(proofs, given, strict=True) if level in words(serving)
            ]
            part.used += proven
            if proven:
                part.between(top, top)
            elif any(level not in named for level in given):
                self.unknown(part, top, "CODE_NOT_NAMED")

    def rule_no_open_case(self, part: Part, node: Document, mark: str, top: Decimal) -> None:
        kinds, own = said(node["closed_by"], mark)
        part.marks.add(own)
        cases = self.record.held(self.record.of(node["facts"]))
        roots = {one["root"] for one in cases}
        ended = set()
        for kind in words(kinds):
            for one in self.record.of(kind):
                named = one["fields"].get("case" if kind == "sanction" else "of")
                if one["on"] <= self.record.as_of:
                    ended.add(named)
                    part.used += [one] if named in roots else []
        running = [one for one in cases if one["root"] not in ended]
        part.used += running
        if not running:
            part.between(top, top)


def period(fact: Row) -> tuple[date, date]:
    return date.fromisoformat(fact["fields"]["from"]), date.fromisoformat(fact["fields"]["to"])


def months_of(fact: Row) -> int:
    """How many whole calendar months a period is; 0 if it is not made of them."""
    start, end = period(fact)
    if start.day != 1 or (end + timedelta(days=1)).day != 1 or end < start:
        return 0
    return 12 * (end.year - start.year) + end.month - start.month + 1


def waiting(day: date, sanction: Row, filings: Sequence[Row], rulings: Sequence[Row]) -> bool:
    """Whether a filing on or after the sanction's day is unanswered on a day."""
    for one in filings:
        if sanction["on"] <= law.filed(one) <= day:
            answered = law.answer_to(one, rulings)
            if answered is None or day < answered:
                return True
    return False


def first_day(
    start: date, sanction: Row, filings: Sequence[Row], rulings: Sequence[Row]
) -> date | None:
    """The first day in force where a late filing suspends: its own, or that of an answer."""
    answers = [law.answer_to(one, rulings) for one in filings]
    days = sorted({start, *(one for one in answers if one is not None and one >= start)})
    open_days = [one for one in days if not waiting(one, sanction, filings, rulings)]
    return open_days[0] if open_days else None


def cut(scale: Document, number: Decimal, mark: str) -> tuple[Any, str] | None:
    """The code of a number: the row whose lower edge it reached, or whose upper it does not pass."""
    mark = scale.get("mark", mark)
    rows = [(exact(edge), said(code, mark)) for edge, code in scale["of"]]
    if number < 0:
        return None
    if said(scale["edge"])[0] == "upper":
        return next((code for edge, code in rows if number <= edge), None)
    if "top" in scale and number > exact(scale["top"]):
        return None
    return next((code for edge, code in rows if number >= edge), None)


def outside(document: Document, record: Record) -> str | None:
    """Why somebody is not in an instrument's population, or None."""
    population = document["population"]
    if record.held(record.of("merged")):
        return "MERGED"
    stated = record.held([*record.of("registered"), *record.of("employment"), *record.of("left")])
    if not stated:
        return "NOT_REGISTERED"
    employment = record.employment()
    if employment is None:
        return "LEFT_SERVICE"
    if employment not in words(said(population["employment"])[0]):
        return "NOT_IN_POPULATION"
    standings = record.held(record.of("standing"))
    unwanted = words(said(population.get("not_standing", []))[0])
    left_out = bool(standings) and law.newest(standings)["fields"]["standing"] in unwanted
    if "standing" in population:
        held = record.held(record.of("standing"))
        if not held:
            return "STANDING_UNKNOWN"
        allowed = words(said(population["standing"])[0])
        if law.newest(held)["fields"]["standing"] not in allowed:
            return "NOT_IN_POPULATION"
    kinds = population.get("position_kind")
    other_post = kinds is not None and record.kind not in (None, *words(said(kinds)[0]))
    return "NOT_IN_POPULATION" if left_out or other_post else None


def first_day_marks(document: Document, as_of: date) -> set[str]:
    """What is said of a first day that is less than sure, until it is."""
    day = document["in_force_from"]
    if not isinstance(day, dict) or ("sure_from" in day and day["sure_from"] <= as_of):
        return set()
    return {own for own in WEAK if own in day}


def head_marks(document: Document) -> set[str]:
    """Who is measured, and which word the points have, are parameters too."""
    mark = document.get("mark", "verified")
    stated = [*document["population"].values()]
    bands = document.get("bands")
    if bands is not None:
        mark = bands.get("mark", mark)
        stated += [bands["edge"], *(row[1] for row in bands["of"])]
    return {own for own in (said(one, mark)[1] for one in stated) if own in WEAK}


def later_text(document: Document, others: Mapping[str, Document], as_of: date) -> set[str]:
    """Whether a later text is known, for the instrument or for one whose score it reads."""
    known = document.get("later_text")
    if known and known["from"] <= as_of:
        return {"LATER_TEXT_KNOWN"}
    read = [others[name] for name in names_read(document.get("measures", ())) if name in others]
    return set().union(*(later_text(one, others, as_of) for one in read))


def names_read(measures: Iterable[Document]) -> list[str]:
    """The instruments whose scores are read."""
    found = []
    for one in measures:
        found += names_read(one.get("sum", ()))
        if one.get("rule") == "score":
            found.append(said(one["instrument"])[0])
    return found


def score(document: Document, record: Record, others: Mapping[str, Document]) -> Row:
    """The answer: status, total, range, band, points by path, reasons, contested positions."""
    answer: Row = {"position_kind": record.kind, "status": "not_applicable", "total": None}
    answer |= {"band": None, "range": None, "measures": {}, "disputed": []}
    reason = outside(document, record)
    if reason is not None:
        return answer | {"reasons": {reason}}
    parts = Sheet(document, record, others).measures()
    every = [below for one in parts for below in one.all_parts()]
    reasons = set().union(*(one.reasons for one in every)) | later_text(
        document, others, record.as_of
    )
    marks = set().union(*(one.marks for one in every)) | head_marks(document)
    marks |= first_day_marks(document, record.as_of)
    reasons |= {f"PARAMETER_{mark.upper()}" for mark in marks - set(FIRM)}
    contested = {
        fact["position"] for one in every for fact in one.used if fact["root"] in record.disputed
    }
    if contested:
        reasons.add("FACT_DISPUTED")
    low = sum((one.low for one in parts), Decimal(0))
    high = sum((one.high for one in parts), Decimal(0))
    answer |= {"disputed": sorted(contested), "measures": dict(paths(parts, ""))}
    answer["status"] = "provisional" if reasons else "complete"
    if "outcomes" in document:
        words_ = document["outcomes"]
        if high < len(parts):
            answer["band"] = words_["not_met"]
        elif low == high:
            answer["band"] = words_["met"]
        else:
            answer |= {"band": words_["unknown"], "status": "not_computable"}
        return answer | {"reasons": reasons}
    if low != high:
        answer["status"] = "not_computable"
    least = sum((one.reach()[0] for one in parts), Decimal(0))
    most = sum((one.reach()[1] for one in parts), Decimal(0))
    if low != high or (least, most) != (low, high):
        answer["range"] = least, most
    if low == high:
        answer["total"] = low
        band = cut(document["bands"], low, document.get("mark", "verified"))
        answer["band"] = band[0] if band else None
    return answer | {"reasons": reasons}


def paths(parts: Sequence[Part], above: str) -> Iterable[tuple[str, Decimal | None]]:
    """Points of measures and of those below them, None where not known."""
    for one in parts:
        yield f"{above}{one.name}", one.low if one.low == one.high else None
        yield from paths(one.parts, f"{above}{one.name}/")
