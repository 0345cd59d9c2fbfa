"""The rules of an instrument in words: one sentence a rule, and the table of its points.

Made from `projections.asking.understanding.formulas`; a rule whose words are not here is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from api.web.charts.chart import Pen

Json = Mapping[str, Any]
Says = Callable[[Pen, Json], str]


_STARTS: Final = re.compile(r"(?:^|\. )[a-z]")


def sentence(pen: Pen, formula: Json) -> str:
    """What a rule does, as one or two sentences."""
    found = _SAYS.get(formula["rule"])
    if found is None:
        return pen.say("Aturan {rule}.", rule=formula["rule"])
    return _STARTS.sub(lambda start: start[0].upper(), found(pen, formula))


def tables(pen: Pen, formula: Json) -> list[dict[str, Any]]:
    """The parameters of a rule by code: [{title, rows: [{code, value, mark, cite, at}]}]."""
    found = []
    for key, part in formula.items():
        rows = list(_rows(pen, part)) if isinstance(part, Mapping) and not _is_one(part) else []
        if rows and key not in _SAID:
            found.append({"title": _title(pen, key), "rows": rows})
    return found


def singles(pen: Pen, formula: Json) -> list[dict[str, Any]]:
    """The parameters of a rule that stand alone, windows among them."""
    found = []
    for key, part in formula.items():
        inner = {} if not isinstance(part, Mapping) or _is_one(part) else part
        parts = {key: part} if _is_one(part) else {k: v for k, v in inner.items() if key in _SAID}
        for name, one in parts.items():
            if _is_one(one):
                found.append({"code": _title(pen, name), **_cell(pen, one)})
    return found


def value(pen: Pen, given: object) -> str:
    """A parameter as people read it: a number, bounds, codes."""
    if given is None:
        return "\u2013"
    if isinstance(given, Mapping):
        low, high = (pen.number(given[end]) for end in ("from", "to"))
        return pen.say("antara {low} dan {high}", low=low, high=high)
    if isinstance(given, list | tuple):
        return ", ".join(value(pen, one) for one in given)
    text = str(given)
    if text.replace(".", "", 1).lstrip("-").isdigit():
        return pen.number(text)
    return pen.code(text, "word")


_WINDOWS: Final = frozenset({"window", "factor_window", "row_window", "column_window"})
_SAID: Final = _WINDOWS | {"bonus", "members"}


def _is_one(part: object) -> bool:
    return isinstance(part, Mapping) and {"value", "mark", "at"} <= set(part)


def _rows(pen: Pen, part: Json, above: str = "") -> Iterator[dict[str, Any]]:
    for code, one in part.items():
        label = f"{above}{value(pen, code)}"
        if _is_one(one):
            yield {"code": label, **_cell(pen, one)}
        elif isinstance(one, Mapping):
            yield from _rows(pen, one, f"{label}: ")
        elif isinstance(one, list):
            for inner in one:
                if isinstance(inner, Mapping) and _is_one(inner.get("codes")):
                    cut = f"{label} {pen.number(inner['low'])}\u2013{pen.number(inner['high'])}"
                    yield {"code": cut, **_cell(pen, inner["codes"])}


def _cell(pen: Pen, one: Json) -> dict[str, Any]:
    return {"value": value(pen, one["value"]), **{k: one[k] for k in ("mark", "cite", "at")}}


def _title(pen: Pen, key: str) -> str:
    return pen.code(key, "part")


def _facts(pen: Pen, kind: str, where: Sequence[Json] = ()) -> str:
    """Facts of a kind, and which of them."""
    told = pen.code(kind, "fact")
    for one in where:
        codes = value(pen, one["codes"]["value"])
        told += pen.say(" ({field}: {codes})", field=pen.code(one["field"], "field"), codes=codes)
    return told


def _window(pen: Pen, found: Json) -> str:
    if found["kind"] == "held":
        return pen.say("yang berlaku pada hari itu")
    if found["kind"] == "ever":
        return pen.say("sampai hari itu")
    months = pen.number(found["months"]["value"])
    if found["start"]["value"] == "calendar":
        return pen.say("dalam {n} bulan menurut tahun kalender", n=months)
    if found["start"]["value"] == "month":
        return pen.say("dalam {n} bulan penuh terakhir", n=months)
    return pen.say("dalam {n} bulan terakhir", n=months)


def _of(key: str = "facts") -> Callable[[Pen, Json], str]:
    prefix = key.removesuffix("facts")

    def told(pen: Pen, rule: Json) -> str:
        return _facts(pen, rule[key], rule.get(f"{prefix}where", ()))

    return told


def _plain(text: Callable[[Pen], str]) -> Says:
    return lambda pen, _: text(pen)


def _best(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Poin tertinggi di antara {facts} yang tercatat, menurut {by}.",
        facts=_of()(pen, rule),
        by=pen.code(rule["by"], "field"),
    )


def _any(pen: Pen, rule: Json) -> str:
    told = pen.say(
        "Nilai penuh bila ada {facts} {window}; bila tidak, nol.",
        facts=_of()(pen, rule),
        window=_window(pen, rule["window"]),
    )
    if rule.get("match") is None:
        return told
    by = pen.code(rule["match"]["field"], "field")
    return told + " " + pen.say("{by} harus yang diminta oleh jabatannya.", by=by)


def _total(pen: Pen, rule: Json) -> str:
    told = pen.say(
        "Jumlah {field} dari {facts} {window}; nilai penuh mulai {target}.",
        field=pen.code(rule["field"], "field"),
        facts=_of()(pen, rule),
        window=_window(pen, rule["window"]),
        target=value(pen, rule["target"]["value"]),
    )
    if rule["award"]["value"] == "proportional":
        return told + " " + pen.say("Di bawah itu, sebanding.")
    return told + " " + pen.say("Di bawah itu, nol.")


def _latest(pen: Pen, rule: Json) -> str:
    return pen.say(
        "{facts} dari tahun penuh terbaru {window}; dua semester dihitung masing-masing setengah.",
        facts=_of()(pen, rule),
        window=_window(pen, rule["window"]),
    )


def _worst(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Poin paling sedikit di antara {facts} {window}, menurut {by}.",
        facts=_facts(pen, rule["facts"]),
        window=_window(pen, rule["window"]),
        by=pen.code(rule["by"], "field"),
    )


def _tally(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Poin untuk setiap {facts} {window}, dijumlahkan sampai nilai penuh.",
        facts=_of()(pen, rule),
        window=_window(pen, rule["window"]),
    )


def _share(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Bagian unsur {dimension} yang tertib pada {facts} terbaru, dari nilai penuh.",
        dimension=value(pen, rule["dimension"]["value"]),
        facts=_of()(pen, rule),
    )


def _elapsed(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Nilai penuh bila sudah {n} bulan sejak {facts}; bila belum, nol.",
        n=value(pen, rule["at_least"]["value"]),
        facts=_of()(pen, rule),
    )


def _none_in_force(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Nilai penuh bila tidak ada {facts} {window}; bila ada, nol.",
        facts=_of()(pen, rule),
        window=_window(pen, rule["window"]),
    )


def _all(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Nilai penuh bila {facts} dari {n} tahun penuh terakhir semuanya {codes}.",
        facts=_of()(pen, rule),
        n=value(pen, rule["years"]["value"]),
        codes=value(pen, rule["codes"]["value"]),
    )


def _mean(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Rata-rata {field} dari {facts} {window}, sebagai bagian dari {of}.",
        field=pen.code(rule["part"] or rule["field"], "field"),
        facts=_of()(pen, rule),
        window=_window(pen, rule["window"]),
        of=value(pen, rule["of"]["value"]),
    )


def _newest(pen: Pen, rule: Json) -> str:
    return pen.say(
        "{field} dari {facts} terbaru, sebagai bagian dari {of}.",
        field=pen.code(rule["field"], "field"),
        facts=_of()(pen, rule),
        of=value(pen, rule["of"]["value"]),
    )


def _times(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Koefisien menurut {base} dikali faktor menurut {factor}.",
        base=_of("base_facts")(pen, rule),
        factor=_of("factor_facts")(pen, rule),
    )


def _grid(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Kotak dari dua sumbu: {row} dan {column}.",
        row=_of("row_facts")(pen, rule),
        column=_of("column_facts")(pen, rule),
    )


def _post(pen: Pen, rule: Json) -> str:
    kinds = value(pen, rule["kinds"]["value"])
    return pen.say("Nilai penuh bagi pemegang jabatan definitif: {kinds}.", kinds=kinds)


def _score(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Hasil {name} pada hari yang sama, disesuaikan ke nilai penuh.",
        name=pen.code(rule["instrument"]["value"], "instrument"),
    )


def _members(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Hasil {name} dari semua pegawai unit dan unit di bawahnya.",
        name=pen.code(rule["instrument"]["value"], "instrument"),
    )


def _accrued(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Jumlah {field} dari {facts} sejak {since}, terhadap kebutuhan berikutnya.",
        field=pen.code(rule["field"], "field"),
        facts=_of()(pen, rule),
        since=_of("since_facts")(pen, rule),
    )


def _ladder(pen: Pen, rule: Json) -> str:
    return pen.say(
        "Nilai penuh bila {by} masih di bawah batas menurut {limit}.",
        by=pen.code(rule["by"], "field"),
        limit=_of("limit_facts")(pen, rule),
    )


def _at_step(pen: Pen, rule: Json) -> str:
    told = pen.say(
        "Pada {codes} diperlukan bukti; selain itu nilai penuh.",
        codes=value(pen, rule["codes"]["value"]),
    )
    if rule["confirm"] is None:
        return told
    return told + " " + pen.say("Tidak ada fakta yang dapat membuktikannya; harus dipastikan.")


_SAYS: Mapping[str, Says] = MappingProxyType(
    {
        "best": _best,
        "any": _any,
        "total": _total,
        "latest": _latest,
        "worst": _worst,
        "sum": _plain(lambda pen: pen.say("Jumlah bagian-bagiannya.")),
        "tally": _tally,
        "share": _share,
        "elapsed": _elapsed,
        "none_in_force": _none_in_force,
        "all": _all,
        "mean": _mean,
        "newest": _newest,
        "product": _times,
        "conversion": _times,
        "grid": _grid,
        "on_days": _plain(lambda pen: pen.say("Nilai penuh hanya pada hari yang ditetapkan.")),
        "post": _post,
        "score": _score,
        "members": _members,
        "pattern": _plain(
            lambda pen: pen.say("Apakah sebaran pegawai sesuai dengan predikat organisasi.")
        ),
        "accrued": _accrued,
        "ladder": _ladder,
        "at_step": _at_step,
        "no_open_case": _plain(
            lambda pen: pen.say("Nilai penuh bila tidak ada perkara yang masih berjalan.")
        ),
    }
)
