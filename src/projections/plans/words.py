"""Words of the instrument language that parameters of a plan hold."""

from __future__ import annotations

from enum import StrEnum


class WindowStart(StrEnum):
    """ROLLING: (as_of - n, as_of]. CALENDAR: from 1 January of the n-th year counted back,
    as_of's own first. MONTH: from the first day of the n-th month counted back, as_of's own first.
    """

    ROLLING = "rolling"
    CALENDAR = "calendar"
    MONTH = "month"


class Award(StrEnum):
    """What a total below its target brings: nothing, or its share of the points."""

    ALL_OR_NOTHING = "all_or_nothing"
    PROPORTIONAL = "proportional"


class Halves(StrEnum):
    """How two half-years stand for a year without a fact of its own: their mean, or not at all."""

    MEAN = "mean"
    NOT_READ = "not_read"


class LateFiling(StrEnum):
    """What an objection or appeal does that is filed on or after the sanction's effective day."""

    NO_SUSPENSION = "no_suspension"
    SUSPENDS = "suspends"


class Since(StrEnum):
    """From which of its days a sanction lies in a window: that of its effect, or its term's end."""

    EFFECT = "effect"
    END = "end"


class Basis(StrEnum):
    """What kind of text an instrument is."""

    REGULATION = "REGULATION"
    LETTER = "LETTER"
    LOCAL = "LOCAL"


class Say(StrEnum):
    """What `accrued` tells: what was added up; whether it reaches the need (the maximum, or 0);
    what of the need is there; what of it is lacking.
    """

    COLLECTED = "collected"
    REACHED = "reached"
    COUNTED = "counted"
    LACKING = "lacking"
