"""Two whole discipline cases, one under each regime, and the calendars that their clocks need.

They became known last: the personnel office filed the papers when the demo ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from api.demo.discipline import Known
from api.demo.person import LAST_DAY, Person, Row
from api.demo.record import document

FILED_ON = date(2026, 10, 30)
_YEARS = (2025, 2026)
_FILING_DAYS = 3
# Days that fall on one day every year; the decree of a real year names more.
_HOLIDAYS = ("01-01", "05-01", "06-01", "08-17", "12-25")


def calendars() -> Iterator[Known]:
    """The years whose working days are known."""
    for year in _YEARS:
        yield (
            FILED_ON,
            {
                "fact": "calendar",
                "on": f"{year}-01-01",
                "year": year,
                "holidays": [f"{year}-{day}" for day in _HOLIDAYS],
                "decree": f"SKB DEMO/{year}",
            },
        )


def old_case(person: Person) -> Iterator[Known]:
    """Under PP 53/2010: examined at once, sanctioned, made milder on objection, served."""
    rows = CaseRows(person, "PK-LAMA", "HD-LAMA")
    return rows.known(
        rows.report("2019-02-18", act_on="2019-02-11", ground="PENYALAHGUNAAN_BARANG"),
        rows.of_case("summons", "2019-02-20", number=1),
        rows.of_case("examination", "2019-03-04", number=1, attended=True),
        rows.sanction("2019-04-12", decided_on="2019-03-20", received_on="2019-03-22"),
        rows.objection("2019-04-01"),
        rows.ruling("2019-05-02", "ATASAN"),
        rows.served("2020-04-12"),
    )


def new_case(person: Person) -> Iterator[Known]:
    """Under PP 94/2021: summoned twice, and every step on the last day or before."""
    rows = CaseRows(person, "PK-BARU", "HD-BARU")
    return rows.known(
        rows.report("2026-07-20", act_on="2026-07-13", ground="KETERLAMBATAN_LAPORAN"),
        rows.of_case("summons", "2026-07-27", number=1),
        rows.of_case("examination", "2026-08-06", number=1, attended=False),
        rows.of_case("summons", "2026-08-10", number=2),
        rows.of_case("examination", "2026-08-24", number=2, attended=True),
        rows.sanction("2026-10-01", decided_on="2026-09-07", received_on="2026-09-10"),
        rows.objection("2026-09-21"),
        rows.ruling("2026-10-16", "PPK"),
    )


class CaseRows:
    """The rows of one case of one person."""

    def __init__(self, person: Person, case: str, sanction: str) -> None:
        self._person = person
        self._case = case
        self._sanction = sanction

    def known(self, *rows: Row) -> Iterator[Known]:
        """All of them, as they became known."""
        return ((FILED_ON, row) for row in rows)

    def as_it_went(self, *rows: Row) -> Iterator[Known]:
        """The rows of a case that was filed step by step: each some days after it happened.

        A sanction is filed when it was decided.
        """
        for row in rows:
            on = date.fromisoformat(row.get("decided_on") or row["on"])
            yield min(on + timedelta(days=_FILING_DAYS), LAST_DAY), row

    def report(self, on: str, *, act_on: str, ground: str) -> Row:
        return self._row("case", on, id=self._case, act_on=act_on, ground=ground)

    def of_case(self, fact: str, on: str, **fields: object) -> Row:
        return self._row(fact, on, case=self._case, **fields)

    def sanction(
        self,
        on: str,
        *,
        decided_on: str,
        received_on: str | None,
        level: str = "SEDANG",
        kind: str = "PENUNDAAN_KGB",
    ) -> Row:
        """A year without periodic pay rise, or what else is named; a light one has no term."""
        begin = date.fromisoformat(on)
        until = None if level == "RINGAN" else begin.replace(year=begin.year + 1).isoformat()
        return self._row(
            "sanction",
            on,
            id=self._sanction,
            case=self._case,
            level=level,
            kind=kind,
            decided_on=decided_on,
            received_on=received_on,
            until=until,
            document=self._document("SK", "HD", decided_on),
        )

    def objection(self, on: str) -> Row:
        return self._row(
            "objection", on, id=f"KB-{self._sanction}", target=self._sanction, filed_on=on
        )

    def appeal(self, on: str) -> Row:
        """Before BPASN."""
        return self._row(
            "appeal", on, id=f"BD-{self._sanction}", target=self._sanction, filed_on=on
        )

    def ruling(self, on: str, forum: str, outcome: str = "DIPERINGAN") -> Row:
        """The sanction is made milder, or what else is ruled on the objection."""
        milder = outcome == "DIPERINGAN"
        return self._row(
            "ruling",
            on,
            of=f"KB-{self._sanction}",
            forum=forum,
            outcome=outcome,
            level="RINGAN" if milder else None,
            kind="TEGURAN_TERTULIS" if milder else None,
            final=True,
            document=self._document("SK", "KB", on),
        )

    def served(self, on: str) -> Row:
        return self._row("served", on, sanction=self._sanction)

    def _row(self, fact: str, on: str, **fields: object) -> Row:
        return self._person.row(fact, date.fromisoformat(on), **fields)

    def _document(self, kind: str, what: str, on: str) -> dict[str, str]:
        day = date.fromisoformat(on)
        return document(kind, f"800/{self._person.index}/{what}/{day.year}", day)
