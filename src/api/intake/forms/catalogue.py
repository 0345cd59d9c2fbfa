"""Every form of foreign tables, in the order in which equal matches are decided."""

from __future__ import annotations

from typing import Final

from api.intake.form import Form
from api.intake.forms import appraisal, history, position, profile, published, sanction, training

FORMS: Final[tuple[Form, ...]] = (
    profile.PROFILE,
    position.POSITION,
    training.BANJARBARU,
    training.SIMPEG,
    training.MINISTRY,
    training.SEMINAR,
    training.COURSE,
    training.LEADERSHIP,
    appraisal.EVALUATION,
    appraisal.PLAN,
    appraisal.SIASN,
    appraisal.OLD_SKP,
    sanction.MINISTRY,
    sanction.SIASN,
    history.AWARD,
    history.EDUCATION,
    history.RANK,
    published.SIASN,
    published.PROVINCE,
    published.DISTRICT,
)


def forms_of(kind: str) -> tuple[Form, ...]:
    """The forms of that name, or whose rows state facts of that kind."""
    return tuple(one for one in FORMS if kind == one.name or kind in one.kinds)
