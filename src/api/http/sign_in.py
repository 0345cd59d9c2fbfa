"""Who a request is from: a bearer token, else the session of a cookie; never both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request

from api.access.demo_sign_in import demo_allowed
from api.access.gate import Asking, Gate
from api.access.office import Office
from api.access.openid import OpenId, Provider
from api.access.readers import Reader
from api.access.same_origin import Cookie, flow_cookie, from_own_pages, session_cookie
from api.access.sessions import Lifetimes
from api.access.standing import Standing
from api.desk import Desk
from api.http.problems import ForeignOrigin
from api.http.settings import Settings

BACK = "/masuk/kembali"
_SCHEME = "bearer "
_ASKED = "asking"


@dataclass(frozen=True, slots=True)
class Doors:
    """Every way in, of one process (`api.http.guard.SignIn`).

    Attributes:
        openid: the provider of identities; None if the settings name none.
    """

    desk: Desk
    settings: Settings
    office: Office
    gate: Gate
    openid: OpenId | None

    def reader(self, request: Request) -> Reader | None:
        """Who is signed in; None for nobody.

        Raises:
            ForeignOrigin: a session's request that would change something comes from elsewhere.
        """
        found = self.asking(request)
        return None if found is None else found.reader

    def purpose(self, request: Request) -> str | None:
        """What the session reads records for; None with a token, or if nothing was said."""
        found = self.asking(request)
        return None if found is None or found.purpose is None else found.purpose.value

    def asking(self, request: Request) -> Asking | None:
        """Who asks and by what; worked out once for each request."""
        if not hasattr(request.state, _ASKED):
            setattr(request.state, _ASKED, self._asking(request))
        found: Asking | None = getattr(request.state, _ASKED)
        return found

    def _asking(self, request: Request) -> Asking | None:
        at, today = self.desk.now(), self.desk.today()
        shown = request.headers.getlist("authorization")
        if shown:
            # A request that shows a token is a program's: its cookies, if any, count for nothing.
            scheme, text = shown[0][: len(_SCHEME)], shown[0][len(_SCHEME) :]
            if len(shown) > 1 or scheme.lower() != _SCHEME:
                return None
            return self.gate.by_token(text, at=at, today=today)
        secret = self._secret(request)
        if secret is None:
            return None
        self.must_be_ours(request)
        demo = self.demo_allowed(request)
        return self.gate.by_session(secret, at=at, today=today, demo=demo)

    def only_ours(self, request: Request) -> None:
        """Refuse a request of another site that carries a session and would change something.

        Raises:
            ForeignOrigin.
        """
        if "authorization" not in request.headers and self._secret(request) is not None:
            self.must_be_ours(request)

    def _secret(self, request: Request) -> str | None:
        return request.cookies.get(self.session_cookie.full_name)

    def must_be_ours(self, request: Request) -> None:
        """Refuse a request of another site that would change something.

        Raises:
            ForeignOrigin.
        """
        headers = request.headers
        ours = from_own_pages(
            request.method,
            sec_fetch_site=headers.get("sec-fetch-site"),
            origin=headers.get("origin"),
            own_origin=self.own_origin(request),
        )
        if not ours:
            raise ForeignOrigin(
                "The request came from another site, or does not say from where.",
                next_step="Use the pages of this site; a program sends a bearer token.",
            )

    def own_origin(self, request: Request) -> str:
        """Under which origin the site is served: as the settings say, else as it was asked."""
        if self.settings.public_url is not None:
            parts = self.settings.public_url.split("/", 3)[:3]
            return "/".join(parts)
        return f"http://{request.headers.get('host', '')}"

    def demo_allowed(self, request: Request) -> bool:
        """Whether this request may sign in to the demo without a password."""
        return demo_allowed(
            founded_as_demo=self.desk.demo and self.settings.public_url is None,
            bound_to=self.settings.host,
            host=request.headers.get("host"),
            headers=request.headers.keys(),
        )

    @property
    def session_cookie(self) -> Cookie:
        """The cookie of sessions."""
        return session_cookie(secure=self.settings.secure)

    @property
    def flow_cookie(self) -> Cookie:
        """The cookie of sign-ins under way."""
        return flow_cookie(secure=self.settings.secure)

    def close(self) -> None:
        """Close the accounts."""
        self.office.close()


def doors(desk: Desk, settings: Settings, standing: Standing) -> Doors:
    """Every way in that the settings name.

    Raises:
        ProviderMisconfigured, AccountsUnavailable, AccountsNewer.
    """
    openid = None
    if settings.oidc_issuer is not None and settings.oidc_client_id is not None:
        secret = settings.oidc_client_secret
        openid = OpenId(
            Provider(
                issuer=settings.oidc_issuer,
                client_id=settings.oidc_client_id,
                redirect_uri=settings.address + BACK,
                secret=None if secret is None else secret.get_secret_value(),
                number_claim=settings.oidc_nip_claim,
            )
        )
    office = Office.open(settings.url, desk.ledger, lifetimes=_lifetimes(settings))
    gate = Gate(standing, office.sessions, office.tokens)
    return Doors(desk, settings, office, gate, openid)


def _lifetimes(settings: Settings) -> Lifetimes:
    """How long sessions last, as the settings say."""
    return Lifetimes(
        idle=timedelta(minutes=settings.session_idle_minutes),
        whole=timedelta(hours=settings.session_hours),
    )
