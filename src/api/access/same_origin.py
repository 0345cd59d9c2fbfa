"""Whether a request came from our own pages, and the headers that keep the session in them. Pure.

Cross-site request forgery is kept out by what browsers say themselves, Sec-Fetch-Site (W3C Fetch
Metadata) and Origin (RFC 6454), and by SameSite cookies (RFC 6265bis); no token stands in forms.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_SAME, _USER = "same-origin", "none"
_PATH_MAX = 2_000


def from_own_pages(
    method: str, *, sec_fetch_site: str | None, origin: str | None, own_origin: str
) -> bool:
    """Whether a request that carries a session may have its effect.

    A request that changes nothing may come from anywhere. Any other must say that it comes from our
    own origin; one that says nothing is no page's, and then it has no business with a session: a
    program uses a token.

    Args:
        own_origin: scheme, host and port under which the site is served, as
            https://kinerja.example.go.id.
    """
    if method.upper() in SAFE_METHODS:
        return True
    if sec_fetch_site is not None and sec_fetch_site != _USER:
        # Only the browser can set it; Origin may be "null" under a strict Referrer-Policy.
        return sec_fetch_site == _SAME
    return origin == own_origin


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie of ours: to this host alone, on every path, unread by scripts.

    Attributes:
        secure: whether the site is served over https; then the name says so too (`__Host-`), which
            no other host of the domain can set.
    """

    name: str
    secure: bool

    @property
    def full_name(self) -> str:
        """The name in the header."""
        return f"__Host-{self.name}" if self.secure else self.name

    def header(self, value: str, *, max_age: int | None = None) -> str:
        """The value of a Set-Cookie header.

        Args:
            max_age: seconds; None is until the browser is closed.
        """
        parts = [f"{self.full_name}={value}", "Path=/", "HttpOnly", "SameSite=Lax"]
        if self.secure:
            parts.append("Secure")
        if max_age is not None:
            parts.append(f"Max-Age={max_age}")
        return "; ".join(parts)

    def gone(self) -> str:
        """The value of a Set-Cookie header that removes it."""
        return self.header("", max_age=0)


def session_cookie(*, secure: bool) -> Cookie:
    """The cookie that holds the secret of a session."""
    return Cookie("asn-sesi", secure)


def flow_cookie(*, secure: bool) -> Cookie:
    """The cookie that ties a sign-in at a provider to the browser in which it began."""
    return Cookie("asn-masuk", secure)


def own_path(text: str | None) -> str:
    """Where to go after signing in: a path of ours as it was asked for, else the start page.

    Nothing that a browser could read as another host is let through: no second slash, no backslash,
    no control character, no scheme.
    """
    if not text or len(text) > _PATH_MAX or not text.startswith("/") or "\\" in text:
        return "/"
    if not text.isascii() or not text.isprintable() or " " in text:
        return "/"
    try:
        parts = urlsplit(text)
    except ValueError:
        return "/"
    return "/" if parts.scheme or parts.netloc or text.startswith("//") else text
