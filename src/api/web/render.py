"""Templates -> pages: one Jinja environment a language and zone, autoescaped, strict.

`page` is what every page function ends with. A name that a template reads and nobody gave is an
error, never an empty place. Nothing here decides what a reader may see: that is done by the query
that made the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.access.readers import Reader
from api.web import assets, formats, words
from api.web.charts import drawn
from api.web.formats import Lang
from api.web.navigation import menu
from api.web.shell import LANG_KEY, Shell, Site
from api.web.tours import TOUR_KEY, step_of
from ledger.errors import LedgerError

_YEAR: Final = 365 * 24 * 60 * 60


@cache
def environment(lang: Lang, zone: ZoneInfo) -> Environment:
    """The templates with the words of a language and the times of a zone."""
    found = Environment(
        loader=PackageLoader("api.web"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    found.globals |= {
        "_": partial(words.say, lang),
        "asset": assets.address,
        "charts": drawn.Drawn(lang, zone),
        "lang": lang.value,
        "zone_name": datetime(2000, 1, 1, tzinfo=zone).tzname(),
    }
    found.filters |= {
        "number": partial(formats.number, lang=lang),
        "signed": partial(formats.signed, lang=lang),
        "day": partial(formats.day, lang=lang),
        "day_short": partial(formats.day_short, lang=lang),
        "instant": partial(formats.instant, zone=zone, lang=lang),
        "instant_short": partial(formats.instant_short, zone=zone, lang=lang),
        "instant_day": partial(formats.instant_day, zone=zone),
        "period": partial(formats.period, lang=lang),
        "nip": formats.nip,
        "words": partial(words.code_said, lang),
        "parameter": partial(words.parameter, lang),
        "todo": partial(words.todo, lang),
    }
    found.tests["known_refusal"] = words.is_refusal
    return found


def html(template: str, data: Mapping[str, Any], shell: Shell) -> str:
    """The markup of a page: `data` by name, and `shell`, what stands around it."""
    made = environment(shell.lang, shell.site.zone).get_template(template)
    return made.render({**data, "shell": shell})


def page(
    request: Request, template: str, data: Mapping[str, Any], *, status: int = 200
) -> Response:
    """The answer of a page function: its template filled with what its query gave.

    `?bahasa=` is remembered in a cookie that says nothing of the reader.
    """
    shell = shell_of(request)
    answer = HTMLResponse(html(template, data, shell), status)
    if request.query_params.get(LANG_KEY) in set(Lang):
        answer.set_cookie(LANG_KEY, shell.lang.value, max_age=_YEAR, samesite="lax")
    return answer


def shell_of(request: Request) -> Shell:
    """What stands around the page of a request.

    Reads `request.app.state`: the desk of the opened ledger, who is signed in, and which pages
    are served.
    """
    asked = request.query_params
    wanted = asked.get(LANG_KEY) or request.cookies.get(LANG_KEY) or Lang.ID.value
    reader = _reader(request)
    found = Lang(wanted) if wanted in set(Lang) else Lang.ID
    ledger = request.app.state.desk.ledger
    return Shell(
        site=Site.of(ledger.founded),
        lang=found,
        tour=step_of(ledger, asked.get(TOUR_KEY), found),
        path=request.url.path,
        query=tuple((key, value) for key, value in asked.multi_items() if value),
        account=None if reader is None else str(reader.account),
        roles=() if reader is None else tuple(sorted({str(one.role) for one in reader.grants})),
        nav=() if reader is None else menu(reader, request.app.state.served),
    )


def _reader(request: Request) -> Reader | None:
    """Who is shown in the masthead: nobody where asking who it is was refused itself, as with a
    form of another site.
    """
    try:
        found: Reader | None = request.app.state.sign_in.reader(request)
    except LedgerError:
        return None
    return found
