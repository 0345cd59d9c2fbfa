"""What stands around every page: whose ledger it is, who reads, in which language, at what address.

Pure; `render.page` makes one from a request. Templates see it as `shell`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from api.web.formats import Lang

Query = tuple[tuple[str, str], ...]
LANG_KEY: Final = "bahasa"
# Parts of an address that say how a page is shown, not what it answers; a permanent link has none.
_MANNERS: Final = frozenset((LANG_KEY, "cerita"))


@dataclass(frozen=True, slots=True)
class Site:
    """Whose ledger it is: what the founding event says of the agency."""

    agency: str
    zone: ZoneInfo
    demo: bool

    @classmethod
    def of(cls, founded: Mapping[str, Any]) -> Site:
        """From the payload of LedgerFounded."""
        zone = ZoneInfo(str(founded["timezone"]))
        return cls(str(founded["agency_name"]), zone, demo=bool(founded["demo"]))


@dataclass(frozen=True, slots=True)
class Shell:
    """One page's surroundings.

    Attributes:
        path: of the page, without a suffix.
        query: of its address, in order, empty values left out.
        account: how the reader is called, None when nobody is signed in.
        roles: codes of his roles today.
        nav: the pages that he may open, as (path, Indonesian label).
        tour: the step of a guided story that the page is; None outside of one.
    """

    site: Site
    lang: Lang
    path: str
    query: Query = ()
    account: str | None = None
    roles: tuple[str, ...] = ()
    nav: tuple[tuple[str, str], ...] = ()
    tour: Mapping[str, Any] | None = None

    def url(self, path: str | None = None, **changes: object) -> str:
        """The address of this page, or of another with the same coordinates, with changes: a value
        replaces, None removes.
        """
        kept = [(key, value) for key, value in self.query if key not in changes]
        kept += [(key, str(value)) for key, value in changes.items() if value is not None]
        return (self.path if path is None else path) + ("?" + urlencode(kept) if kept else "")

    def twin(self, suffix: str) -> str:
        """The address of this page's twin, as `json` or `pdf`."""
        manners = dict.fromkeys(_MANNERS)
        return self.url(f"{self.path}.{suffix}", **manners)

    def value(self, key: str) -> str:
        """A value of the address, empty when it is not there."""
        return dict(self.query).get(key, "")

    def others(self, *names: str) -> Query:
        """The address's values apart from those of the names given: a form's hidden fields."""
        return tuple(one for one in self.query if one[0] not in names)
