"""IP-ASN under PerBKN 8/2019, worked out a second time, slowly and plainly, from the law alone.

Nothing of the project is used here: not its code, not its instrument file. A person's record is a
list of rows in the order in which they were recorded. A row is a dict:

position, recorded_at, version          where it stands in the log and in the person's own list do
"fact", "correct", "annul", "end", "dispute" or "resolve" kind, on, until, fields
of a fact, or of what a correction puts in its place root
version of the fact that is corrected, annulled, …

`on` and `until` are dates, everything in `fields` is text, numbers of hours and scores too.
"""

import calendar
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

Row = dict[str, Any]

EDUCATION = {
    "S3": 25, "S2": 20, "S1": 15, "D4": 15, "D3": 10, "D2": 5, "D1": 5,
    "SLTA": 5, "SLTA_KEJURUAN": 5, "SLTP": 1, "SD": 1, "PROFESI": 15, "SP1": 20,
}  # fmt: skip
EDUCATION_FROM_MEMORY = {"PROFESI", "SP1"}
PREDICATES = {"SANGAT_BAIK": 30, "BAIK": 25, "BUTUH_PERBAIKAN": 15, "KURANG": 5, "SANGAT_KURANG": 1}
TRAINING_OF_LEVEL = {
    "JPT_UTAMA": "PKN_I", "JPT_MADYA": "PKN_I", "JPT_PRATAMA": "PKN_II",
    "ADMINISTRATOR": "PKA", "PENGAWAS": "PKP",
}  # fmt: skip
TRAINING_FROM_MEMORY = {"JPT_UTAMA", "JPT_MADYA"}
DISCIPLINE = {"RINGAN": 3, "SEDANG": 2, "BERAT": 1}


def score(
    rows: Sequence[Row],
    references: Sequence[Row],
    depths: Mapping[str, int],
    as_of: date,
    position: int,
) -> Row:
    """The answer about one person: status, total, band, range, measures and reasons."""
    facts, disputed = facts_known(rows, position)
    facts = [fact for fact in facts if fact["on"] <= as_of or fact["kind"] in LATER_MATTERS]
    status = service_on(facts, as_of)
    if status != "PNS":
        return {"status": "not_applicable"}
    post_kind, post_facts = post_on(facts, references, depths, as_of, position)
    parts = [
        either_way(lambda some: qualification(some, as_of), facts, disputed, 25),
        competence(facts, post_kind, post_facts, as_of, disputed),
        either_way(lambda some: performance(some, as_of), facts, disputed, 30),
        either_way(lambda some: discipline(some, as_of), facts, disputed, 5),
    ]
    return conclude(parts, disputed, as_of) | {"position_kind": post_kind}


# What is filed or ruled after the day that is asked about may undo a sanction for that day too, and
# a ruling may bring a sanction into force before the day of its decree.
LATER_MATTERS = {"sanction", "objection", "appeal", "ruling"}


def facts_known(rows: Sequence[Row], position: int) -> tuple[list[Row], set[int]]:
    """What was known at a position: corrected facts as corrected, annulled ones gone."""
    facts: dict[int, Row | None] = {}
    disputed: set[int] = set()
    for row in rows:
        if row["position"] > position:
            continue
        if row["do"] == "fact":
            facts[row["version"]] = {**row, "root": row["version"]}
        elif row["do"] == "correct":
            facts[row["root"]] = dict(row)
        elif row["do"] == "annul":
            facts[row["root"]] = None
        elif row["do"] == "end":
            facts[row["root"]] = {**(facts[row["root"]] or {}), "until": row["until"]}
        elif row["do"] == "dispute":
            disputed.add(row["root"])
        elif row["do"] == "resolve":
            disputed.discard(row["root"])
    return [fact for fact in facts.values() if fact is not None], disputed


def visible(fact: Row, day: date) -> bool:
    begin, end = fact["on"], fact["until"]
    return bool(begin <= day and (end is None or day < end))


def years_before(day: date, years: int) -> date:
    return months_before(day, 12 * years)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of the month where that day does not exist."""
    year, month = day.year, day.month
    for _ in range(months):
        month -= 1
        if month == 0:
            year, month = year - 1, 12
    if year < 1:
        return date.min
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def newest(facts: Sequence[Row]) -> Row:
    """The newest legal day; of several on one day the one recorded last."""
    best = facts[0]
    for fact in facts:
        if (fact["on"], fact["position"]) > (best["on"], best["position"]):
            best = fact
    return best


def service_on(facts: Sequence[Row], as_of: date) -> str | None:
    """CPNS, PNS, PPPK … or None for somebody who is not in service."""
    if any(fact["kind"] == "merged" and visible(fact, as_of) for fact in facts):
        return None
    days = [
        fact["on"]
        for fact in facts
        if fact["kind"] in ("registered", "employment", "left") and visible(fact, as_of)
    ]
    if not days:
        return None
    last_day = max(days)
    for kind in ("employment", "registered", "left"):
        same = [
            fact
            for fact in facts
            if fact["kind"] == kind and fact["on"] == last_day and visible(fact, as_of)
        ]
        if same:
            employment: str | None = newest(same)["fields"].get("employment")
            return employment
    raise AssertionError("one of the three kinds gave the last day")


def post_on(
    facts: Sequence[Row],
    references: Sequence[Row],
    depths: Mapping[str, int],
    as_of: date,
    position: int,
) -> tuple[str | None, list[Row]]:
    """The kind of the definitive post, or None; and the fact that says so."""
    posts = [
        fact
        for fact in facts
        if fact["kind"] == "position"
        and visible(fact, as_of)
        and fact["fields"]["assignment"] == "DEFINITIF"
    ]
    if not posts:
        return None, []
    last_day = max(fact["on"] for fact in posts)
    posts = [fact for fact in posts if fact["on"] == last_day]
    deepest = max(depths[fact["fields"]["unit"]] for fact in posts)
    post = newest([fact for fact in posts if depths[fact["fields"]["unit"]] == deepest])
    if "kind" in post["fields"]:
        return post["fields"]["kind"], [post]
    known, _ = facts_known(references, position)
    about = [
        fact
        for fact in known
        if visible(fact, as_of) and fact["fields"]["title_id"] == post["fields"]["title_id"]
    ]
    return (newest(about)["fields"].get("kind") if about else None), [post]


def part(
    name: str,
    low: int | Decimal,
    high: int | Decimal,
    *,
    memory: bool = False,
    used: Sequence[Row] = (),
    reasons: Iterable[str] = (),
    low_open: int | Decimal | None = None,
    high_open: int | Decimal | None = None,
) -> Row:
    """One measure: what it is between, whether a number from memory took part, the facts used."""
    return {
        "measure": name,
        "low": Decimal(low),
        "high": Decimal(high),
        "low_open": Decimal(low if low_open is None else low_open),
        "high_open": Decimal(high if high_open is None else high_open),
        "memory": memory,
        "used": list(used),
        "reasons": set(reasons),
    }


def qualification(facts: Sequence[Row], as_of: date) -> Row:
    seen = [fact for fact in facts if fact["kind"] == "qualification" and visible(fact, as_of)]
    if not seen:
        return part("kualifikasi", 1, 25, reasons={"FACT_MISSING"})
    known = [fact for fact in seen if fact["fields"]["level"] != "SP2"]
    specialists = [fact for fact in seen if fact["fields"]["level"] == "SP2"]
    most = max((EDUCATION[fact["fields"]["level"]] for fact in known), default=0)
    top = [fact for fact in known if EDUCATION[fact["fields"]["level"]] == most]
    firm = [fact for fact in top if fact["fields"]["level"] not in EDUCATION_FROM_MEMORY]
    # SLTA_KEJURUAN counts as SLTA by a reading; a printed level speaks first.
    plain = [fact for fact in firm if fact["fields"]["level"] != "SLTA_KEJURUAN"]
    chosen = [newest(plain or firm or top)] if top else []
    memory = bool(known) and not firm
    if specialists and most < 25:
        # Nobody knows the points of SP2, only that they are 20 to 25.
        used = specialists + (chosen if most >= 20 else [])
        memory = memory and most >= 20
        return part(
            "kualifikasi",
            max(most, 20),
            25,
            memory=memory,
            used=used,
            reasons={"PARAMETER_MISSING"},
        )
    return part("kualifikasi", most, most, memory=memory, used=chosen)


def either_way(
    worked_out: Callable[[Sequence[Row]], Row],
    facts: Sequence[Row],
    disputed: set[int],
    top: int | Decimal,
) -> Row:
    """A measure; what is contested and counts may be struck out, and then what counts instead."""
    answer = worked_out(facts)
    seen: dict[frozenset[int], tuple[Decimal, Decimal]] = {}

    def strike(gone: frozenset[int]) -> None:
        if gone in seen or len(seen) > 64:
            return
        without = worked_out([fact for fact in facts if fact["root"] not in gone])
        seen[gone] = without["low_open"], without["high_open"]
        for fact in without["used"]:
            if fact["root"] in disputed:
                strike(gone | {fact["root"]})

    strike(frozenset())
    answer["low_open"] = min(low for low, _ in seen.values())
    answer["high_open"] = max(high for _, high in seen.values())
    if len(seen) > 64:
        answer["low_open"], answer["high_open"] = Decimal(0), Decimal(top)
    return answer


def competence(
    facts: Sequence[Row],
    post_kind: str | None,
    post_facts: list[Row],
    as_of: date,
    disputed: set[int],
) -> Row:
    if post_kind is None:
        return part("kompetensi", 0, 40, used=post_facts, reasons={"POSITION_KIND_UNKNOWN"})
    done = [fact for fact in facts if fact["kind"] == "competency" and fact["on"] <= as_of]
    clerk = post_kind == "PELAKSANA"
    tops = (Decimal("22.5"), Decimal("17.5")) if clerk else (Decimal(15), Decimal(10))
    rules = [
        (lambda some: technical(some, post_kind, as_of), tops[0]),
        (lambda some: seminars(some, post_kind, as_of), tops[1]),
    ]
    if post_kind in TRAINING_OF_LEVEL:
        rules.append((lambda some: leadership(some, post_kind), Decimal(15)))
    elif post_kind == "FUNGSIONAL":
        rules.append((functional, Decimal(15)))
    pieces = [either_way(worked_out, done, disputed, top) for worked_out, top in rules]
    return part(
        "kompetensi",
        sum(piece["low"] for piece in pieces),
        sum(piece["high"] for piece in pieces),
        memory=any(piece["memory"] for piece in pieces),
        used=post_facts + [fact for piece in pieces for fact in piece["used"]],
        reasons=set().union(*(piece["reasons"] for piece in pieces)),
        low_open=sum(piece["low_open"] for piece in pieces),
        high_open=sum(piece["high_open"] for piece in pieces),
    )


def functional(done: Sequence[Row]) -> Row:
    used = [one for one in done if one["fields"]["category"] == "FUNGSIONAL"]
    points = 15 if used else 0
    return part("fungsional", points, points, used=used)


def technical(done: Sequence[Row], post_kind: str, as_of: date) -> Row:
    full = Decimal("22.5") if post_kind == "PELAKSANA" else Decimal(15)
    hours, used, blank = Decimal(0), [], False
    for one in done:
        if one["fields"]["category"] != "TEKNIS" or one["on"] <= years_before(as_of, 1):
            continue
        if "hours" in one["fields"]:
            hours += Decimal(one["fields"]["hours"])
            used.append(one)
        else:
            blank = True
    if hours >= 20:
        return part("teknis", full, full, used=used)
    if blank:
        return part("teknis", 0, full, used=used, reasons={"FIELD_UNKNOWN"})
    return part("teknis", 0, 0, used=used)


def seminars(done: Sequence[Row], post_kind: str, as_of: date) -> Row:
    full = Decimal("17.5") if post_kind == "PELAKSANA" else Decimal(10)
    used = [
        one
        for one in done
        if one["fields"]["category"] == "SEMINAR" and one["on"] > years_before(as_of, 2)
    ]
    points = full if used else Decimal(0)
    return part("seminar", points, points, used=used)


def leadership(done: Sequence[Row], post_kind: str) -> Row:
    wanted = TRAINING_OF_LEVEL[post_kind]
    memory = post_kind in TRAINING_FROM_MEMORY
    trainings = [one for one in done if one["fields"]["category"] == "KEPEMIMPINAN"]
    used = [one for one in trainings if one["fields"].get("level") == wanted]
    if used:
        return part("kepemimpinan", 15, 15, memory=memory, used=used)
    if any("level" not in one["fields"] for one in trainings):
        return part("kepemimpinan", 0, 15, memory=memory, reasons={"FIELD_UNKNOWN"})
    return part("kepemimpinan", 0, 0, memory=memory)


def performance(facts: Sequence[Row], as_of: date) -> Row:
    """The newest calendar year that has ended, within fifteen months, and was appraised."""
    appraisals = [
        fact
        for fact in facts
        if fact["kind"] == "appraisal"
        and fact["on"] <= as_of
        and fact["fields"].get("assignment", "DEFINITIF") == "DEFINITIF"
    ]
    for year in range(as_of.year, as_of.year - 4, -1):
        end = date(year, 12, 31)
        if end > as_of or end <= months_before(as_of, 15):
            continue

        whole = of_period(appraisals, f"{year}-01-01", f"{year}-12-31")
        halves = [
            of_period(appraisals, f"{year}-01-01", f"{year}-06-30"),
            of_period(appraisals, f"{year}-07-01", f"{year}-12-31"),
        ]
        if whole:
            chosen = newest(whole)
            low, high, memory, reasons = appraised(chosen)
            return part("kinerja", low, high, memory=memory, used=[chosen], reasons=reasons)
        if halves[0] or halves[1]:
            return two_halves(halves)
    return part("kinerja", 0, 30, reasons={"FACT_MISSING"})


def of_period(appraisals: Sequence[Row], first: str, last: str) -> list[Row]:
    return [
        one for one in appraisals if one["fields"]["from"] == first and one["fields"]["to"] == last
    ]


def two_halves(halves: Sequence[Sequence[Row]]) -> Row:
    low, high, memory, used, why = 0, 0, False, [], set()
    for half in halves:
        if not half:
            high += 30
            why.add("HALF_MISSING")
            continue
        chosen = newest(half)
        one_low, one_high, one_memory, one_why = appraised(chosen)
        low += one_low
        high += one_high
        memory = memory or one_memory
        used.append(chosen)
        why |= one_why
    return part(
        "kinerja", Decimal(low) / 2, Decimal(high) / 2, memory=memory, used=used, reasons=why
    )


def appraised(appraisal: Row) -> tuple[int, int, bool, set[str]]:
    """(lowest points, highest points, from memory, reasons) of one appraisal."""
    said = appraisal["fields"]
    if said["state"] != "DINILAI":
        return 0, 30, False, {"STATE_NOT_COUNTED"}
    regime = said["regime"]
    if "predicate" in said:
        word = said["predicate"]
        new = regime == "PERMENPANRB6" and word != "SANGAT_BAIK"
        return PREDICATES[word], PREDICATES[word], new, set()
    if "score" not in said or regime == "PERMENPANRB6":
        return 0, 30, False, {"PREDICATE_UNKNOWN"}
    value = Decimal(said["score"])
    memory = False
    if regime == "PP46":
        if value > 100:
            return 0, 30, False, {"PREDICATE_UNKNOWN"}
        if value <= 50:
            word = "SANGAT_KURANG"
        elif value <= 60:
            word = "KURANG"
        elif value <= 75:
            word = "BUTUH_PERBAIKAN"
        elif value <= 90:
            word = "BAIK"
        else:
            word = "SANGAT_BAIK"
    else:
        if value >= 110:
            # Sangat Baik asks for a new idea too, which the number does not tell.
            return 25, 30, False, {"PREDICATE_UNKNOWN"}
        if value >= 90:
            word = "BAIK"
        elif value >= 70:
            word = "BUTUH_PERBAIKAN"
        elif value >= 50:
            word, memory = "KURANG", True
        else:
            word, memory = "SANGAT_KURANG", True
    return PREDICATES[word], PREDICATES[word], memory, set()


def discipline(facts: Sequence[Row], as_of: date) -> Row:
    """The worst sanction that took effect in the last five years."""
    begin = years_before(as_of, 5)
    low = high = low_open = high_open = 5
    brought, unsure = [], False
    for sanction in facts:
        if sanction["kind"] != "sanction":
            continue
        filings, rulings = matters(facts, sanction)
        levels, first = standing_on(sanction, filings, rulings, as_of)
        opened = still_open_since(filings, rulings)
        now = sanction["fields"]["level"]
        if levels == {"MORAL"} or (not levels and now == "MORAL"):
            continue
        levels = levels - {"MORAL"}
        if levels and first is not None and first <= begin:
            continue
        mine = [DISCIPLINE[level] for level in levels] or [5]
        mine_low, mine_high = min(mine), max(mine)
        mine_low_open, mine_high_open = mine_low, mine_high
        if opened is not None and (levels or opened <= as_of):
            mine_high_open = 5
        if opened is not None and opened <= as_of:
            mine_low_open = 1
        low, high = min(low, mine_low), min(high, mine_high)
        low_open, high_open = min(low_open, mine_low_open), min(high_open, mine_high_open)
        begun = levels or first is None
        brought.append((sanction, filings + rulings if begun else [], levels, mine_low, mine_high))
    used, reasons = [], set()
    for sanction, documents, levels, mine_low, mine_high in brought:
        used += documents
        decides = (mine_low, mine_high) == (low, high) or (low != high and mine_low < high)
        if levels and decides:
            used.append(sanction)
            unsure = unsure or len(levels) > 1
    if low != high and unsure:
        reasons.add("RULING_LEVEL_UNKNOWN")
    if (low_open, high_open) != (low, high):
        reasons.add("MATTER_OPEN")
    return part(
        "disiplin", low, high, used=used, reasons=reasons, low_open=low_open, high_open=high_open
    )


def matters(facts: Sequence[Row], sanction: Row) -> tuple[list[Row], list[Row]]:
    """Objections and appeals against a sanction; rulings on them or on its case, by legal day."""
    filings = [
        one
        for one in facts
        if one["kind"] in ("objection", "appeal") and one["fields"]["target"] == sanction["root"]
    ]
    about = [one["root"] for one in filings] + [sanction["root"], sanction["fields"].get("case")]
    rulings = [one for one in facts if one["kind"] == "ruling" and one["fields"]["of"] in about]
    rulings.sort(key=lambda one: (one["on"], one["position"]))
    return filings, rulings


def answer_to(filing: Row, rulings: Sequence[Row]) -> date | None:
    """The day on which a filing was answered, or None."""
    for ruling in rulings:
        given_on: date = ruling["on"]
        if ruling["fields"]["of"] == filing["root"]:
            return given_on
        if ruling["fields"]["final"] and given_on >= filed(filing):
            return given_on
    return None


def filed(filing: Row) -> date:
    return date.fromisoformat(filing["fields"]["filed_on"])


def standing_on(
    sanction: Row, filings: Sequence[Row], rulings: Sequence[Row], day: date
) -> tuple[set[str], date | None]:
    """The levels a sanction may have on a day (none if not in force), and its first day."""
    if any(ruling["fields"]["outcome"] == "DIBATALKAN" for ruling in rulings):
        return set(), None
    start: date = sanction["on"]
    waited: list[date] = []
    for filing in filings:
        if filed(filing) < sanction["on"]:
            answered_on = answer_to(filing, rulings)
            if answered_on is None:
                return set(), None
            waited.append(answered_on)
    if waited:
        start = max(waited)
    if day < start:
        return set(), start
    ladder = ["RINGAN", "SEDANG", "BERAT"]
    levels = {sanction["fields"]["level"]}
    for ruling in rulings:
        outcome = ruling["fields"]["outcome"]
        if ruling["on"] > day or outcome not in ("DIPERINGAN", "DIPERBERAT", "DIUBAH"):
            continue
        if "level" in ruling["fields"]:
            levels = {ruling["fields"]["level"]}
            continue
        steps = [ladder.index(level) for level in levels if level in ladder]
        if not steps or outcome == "DIUBAH":
            levels = set(ladder)
        elif outcome == "DIPERINGAN":
            levels = set(ladder[: max(steps) + 1])
        else:
            levels = set(ladder[min(steps) :])
    return levels, start


def still_open_since(filings: Sequence[Row], rulings: Sequence[Row]) -> date | None:
    """The day from which an unfinished matter may still change the sanction, or None."""
    for ruling in rulings:
        if ruling["fields"]["outcome"] == "DIBATALKAN" and ruling["fields"]["final"]:
            return None
    days = [filed(filing) for filing in filings if answer_to(filing, rulings) is None]
    if rulings and not rulings[-1]["fields"]["final"]:
        days.append(rulings[-1]["on"])
    return min(days) if days else None


def conclude(parts: Sequence[Row], disputed: set[int], as_of: date) -> Row:
    low = sum(one["low"] for one in parts)
    high = sum(one["high"] for one in parts)
    reasons = set().union(*(one["reasons"] for one in parts))
    if any(one["memory"] for one in parts):
        reasons.add("PARAMETER_RECALLED")
    # A letter of 2024 measures from the year 2023 on in another way.
    if as_of >= date(2023, 1, 1):
        reasons.add("LATER_TEXT_KNOWN")
    contested = {
        fact["position"] for one in parts for fact in one["used"] if fact["root"] in disputed
    }
    if contested:
        reasons.add("FACT_DISPUTED")
    answer = {
        "status": "complete",
        "total": low if low == high else None,
        "band": None,
        "range": None,
        "measures": {
            one["measure"]: one["low"] if one["low"] == one["high"] else None for one in parts
        },
        "reasons": reasons,
        "disputed": sorted(contested),
    }
    if low != high:
        answer["status"] = "not_computable"
    elif reasons:
        answer["status"] = "provisional"
    reach = sum(one["low_open"] for one in parts), sum(one["high_open"] for one in parts)
    if low != high or reach != (low, high):
        answer["range"] = reach
    if low == high:
        for least, name in (
            (91, "SANGAT_TINGGI"),
            (81, "TINGGI"),
            (71, "SEDANG"),
            (61, "RENDAH"),
            (0, "SANGAT_RENDAH"),
        ):
            if low >= least:
                answer["band"] = name
                break
    return answer
