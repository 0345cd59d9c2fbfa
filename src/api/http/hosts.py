"""Under which names the server is asked: others are refused before anything is looked at.

A page of another site whose name is made to lead to this machine (DNS rebinding) is of the same
origin as what it asks, to the browser: only the name in `Host` tells it apart.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import HostUnknown, response_of

# RFC 3986: a registered name or an IPv4 address, or an IPv6 address in brackets; then a port.
_HOST = re.compile(rb"([A-Za-z0-9._-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")


class KnownHosts:
    """Refuses a request that names another host than those of the settings, none, or several."""

    def __init__(self, app: ASGIApp, *, names: AbstractSet[str]) -> None:
        """Args: `names` in small letters, without a port; IPv6 addresses in brackets."""
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on if it asks for a host of ours."""
        if scope["type"] == "http" and not self._known(scope):
            # The name is not repeated: whoever sent it made it up.
            fault = HostUnknown(
                "The request names a host that this server does not answer for.",
                next_step="Use the address you were given; whoever runs the server names its hosts"
                " in ASN_LEDGER_HOSTS.",
            )
            await response_of(fault)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _known(self, scope: Scope) -> bool:
        named = [value for name, value in scope["headers"] if name == b"host"]
        found = _HOST.fullmatch(named[0]) if len(named) == 1 else None
        return found is not None and found[1].decode("ascii").lower().rstrip(".") in self._names
