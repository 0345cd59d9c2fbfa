"""All charts under one name, for templates: `charts.waterfall(…)`, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from api.web.charts import bars, grids, histogram, plane, steps, timeline
from api.web.charts.chart import Chart, Pen
from api.web.formats import Lang

Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Charts for one language and zone. `ident` must be unique on its page."""

    lang: Lang
    zone: ZoneInfo

    @property
    def _pen(self) -> Pen:
        return Pen(self.lang, self.zone)

    def bullets(self, title: str, rows: Rows) -> Chart:
        """See `bars.bullets`."""
        return bars.bullets(self._pen, title, rows)

    def waterfall(self, title: str, rows: Rows, *, total: Row, start: Row | None = None) -> Chart:
        """See `bars.waterfall`."""
        return bars.waterfall(self._pen, title, rows, total=total, start=start)

    def step_line(
        self,
        ident: str,
        title: str,
        points: Rows,
        *,
        until: str,
        most: object = None,
        as_of: str | None = None,
    ) -> Chart:
        """See `steps.step_line`."""
        return steps.step_line(self._pen, ident, title, points, until=until, most=most, as_of=as_of)

    def histogram(
        self, ident: str, title: str, bins: Rows, *, mean: object = None, median: object = None
    ) -> Chart:
        """See `histogram.histogram`."""
        return histogram.histogram(self._pen, ident, title, bins, mean=mean, median=median)

    def heat(self, title: str, columns: Sequence[str], rows: Rows, corner: str) -> Chart:
        """See `grids.heat`."""
        return grids.heat(self._pen, title, columns, rows, corner)

    def nine_box(
        self,
        title: str,
        boxes: Rows,
        *,
        across: Sequence[str],
        up: Sequence[str],
        names: tuple[str, str],
    ) -> Chart:
        """See `grids.nine_box`."""
        return grids.nine_box(self._pen, title, boxes, across=across, up=up, names=names)

    def timeline(self, title: str, rows: Rows, *, as_of: str) -> Chart:
        """See `timeline.timeline`."""
        return timeline.timeline(self._pen, title, rows, as_of=as_of)

    def plane(
        self, ident: str, title: str, boxes: Rows, *, today: str, as_of: str, known_at: str
    ) -> Chart:
        """See `plane.plane`."""
        return plane.plane(
            self._pen, ident, title, boxes, today=today, as_of=as_of, known_at=known_at
        )
