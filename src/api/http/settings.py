"""Settings of the server, from the environment (ASN_LEDGER_…); every mistake is told at once."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from ledger.errors import Misuse
from ledger.proofs.note import VerifierKey, parse_verifier_key

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_ALL = frozenset({"0.0.0.0", "::"})  # noqa: S104 - named, not listened at
_MEBIBYTE = 1024 * 1024
_SITE = re.compile(r"https?://[A-Za-z0-9\[][^\s?#]*\Z")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,255}")


class Settings(BaseSettings):
    """What the server is told from outside; each field is the variable ASN_LEDGER_<NAME>."""

    model_config = SettingsConfigDict(
        env_prefix="ASN_LEDGER_",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        use_attribute_docstrings=True,
    )

    url: str = "sqlite:///var/ledger.sqlite3"
    """Where the ledger is."""
    keys: Path | None = None
    """Folder of the keys; default beside the ledger."""
    host: str = "127.0.0.1"
    """Address to listen at; 0.0.0.0 for all, and then behind a proxy that speaks https."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 8000
    """Port to listen at."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that answer; each opens the ledger itself."""
    public_url: str | None = None
    """How users reach the server, as https://kinerja.example.go.id; needed behind a proxy."""
    hosts: str | None = None
    """Further names under which the server may be asked, with commas between; those of this machine
    and of the public URL are known."""
    oidc_issuer: str | None = None
    """The OpenID provider, as https://sso.example.go.id/realms/asn."""
    oidc_client_id: str | None = None
    """What the provider calls this server."""
    oidc_client_secret: SecretStr | None = None
    """Its secret, if the provider gave one; PKCE is used in any case."""
    oidc_nip_claim: str | None = None
    """The claim of the provider that holds the NIP; without it accounts are linked by hand."""
    session_idle_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30
    """After so long without a request a session is over."""
    session_hours: Annotated[int, Field(ge=1, le=72)] = 10
    """After so long it is over in any case."""
    body_mebibytes: Annotated[int, Field(ge=1, le=200)] = 20
    """The most that the body of a request may hold."""
    answer_seconds: Annotated[float, Field(gt=0, le=600)] = 30
    """How long an answer may take to begin, the reading of the body included."""
    requests_per_minute: Annotated[int, Field(ge=1)] = 1200
    """Requests of one session, token or address, counted in each worker."""
    refusals_per_minute: Annotated[int, Field(ge=1)] = 120
    """Requests of one address that nobody was signed in for."""
    number_searches_per_minute: Annotated[int, Field(ge=1)] = 30
    """Searches by number of one account."""
    refusal_milliseconds: Annotated[int, Field(ge=0, le=2_000)] = 50
    """How long a refusal about a person takes at least, so that its time tells nothing of him."""
    metrics_token: SecretStr | None = None
    """Who asks for /metrics from elsewhere than this machine must show it as a bearer token."""
    witness_keys: FilePath | None = None
    """A file with the verifier keys of witnesses, one a line; only theirs are cosignatures kept."""

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str | None) -> str | None:
        if value is not None and not _SITE.match(value):
            raise ValueError("must be https:// (or http:// on this machine) and a host")
        return value  # compared letter by letter with what the provider says of itself

    @field_validator("public_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not _SITE.match(value):
            raise ValueError("must be https:// (or http:// on this machine) and a host")
        return None if value is None else value.rstrip("/")

    @field_validator("hosts")
    @classmethod
    def _names(cls, value: str | None) -> str | None:
        for name in _parted(value):
            if not _NAME.fullmatch(name) and not _is_address(name):
                raise ValueError("must be names or addresses without scheme, path and port")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        given = [self.oidc_issuer, self.oidc_client_id]
        if any(given) and not all(given):
            raise ValueError("OIDC needs both ASN_LEDGER_OIDC_ISSUER and ASN_LEDGER_OIDC_CLIENT_ID")
        return self

    @property
    def host_names(self) -> frozenset[str]:
        """Under which names the server answers, in small letters; IPv6 addresses in brackets."""
        own = [self.host] if self.host not in _ALL else []
        public = urlsplit(self.public_url or "").hostname
        every = {*LOOPBACK, *own, *_parted(self.hosts), public or ""} - {""}
        return frozenset(f"[{one}]" if ":" in one else one.lower() for one in every)

    @property
    def secure(self) -> bool:
        """Whether users reach the server over https."""
        return self.public_url is not None and self.public_url.startswith("https://")

    @property
    def address(self) -> str:
        """How users reach the server, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    def witnesses(self) -> list[VerifierKey]:
        """The keys of the witnesses, as the file says now.

        Raises:
            NoteRefused: a line of it is no key.
        """
        if self.witness_keys is None:
            return []
        lines = self.witness_keys.read_text("utf-8", "replace").splitlines()
        return [parse_verifier_key(line) for line in lines if line.strip()]

    @property
    def body_bytes(self) -> int:
        """The most bytes of one request's body."""
        return self.body_mebibytes * _MEBIBYTE


def read_settings(**given: Any) -> Settings:
    """The settings of the environment, and over them what is given and not None.

    Raises:
        Misuse: naming every variable that cannot be read, without its value.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as fault:
        lines = [f"{_variable(one['loc'])}: {one['msg']}" for one in fault.errors()]
        raise Misuse(
            "The settings cannot be read. " + "; ".join(lines) + ".",
            next_step="Mend them all in the environment; docs/serving.md lists what there is.",
        ) from None


def _parted(names: str | None) -> list[str]:
    """What stands between the commas; an IPv6 address without brackets."""
    parts = (one.strip() for one in (names or "").split(","))
    return [one.removeprefix("[").removesuffix("]") for one in parts if one]


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _variable(place: tuple[int | str, ...]) -> str:
    return f"ASN_LEDGER_{str(place[0]).upper()}" if place else "Together"
