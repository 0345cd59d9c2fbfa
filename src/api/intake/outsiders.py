"""Appraisers of elsewhere: real exports name officials who are not on record here."""

from __future__ import annotations

from collections.abc import Container

from api.intake import codes
from api.intake.report import ImportReport
from api.intake.spool import Prepared

_CODE = "APPRAISER_UNKNOWN"


def without_outsider(row: Prepared, people: Container[str], report: ImportReport) -> Prepared:
    """The row with the number of an unknown appraiser kept sealed, and flagged, not refused for
    it.
    """
    first = row.drafts[0]
    number = first.fields.get("appraiser") if first.fact == "appraisal" else None
    if number is None or number in people or not number.isdecimal():
        return row
    column = row.columns[0].get("appraiser", "appraiser") if row.columns else "appraiser"
    report.flag(row.place, column, _CODE, codes.FLAG[_CODE])
    fields = {name: value for name, value in first.fields.items() if name != "appraiser"}
    fields["appraiser_number"] = number
    return row._replace(drafts=(first._replace(fields=fields), *row.drafts[1:]))
