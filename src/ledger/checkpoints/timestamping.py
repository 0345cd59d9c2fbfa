"""RFC 3161 time stamps over checkpoints: an authority says that a checkpoint was there by then.

The stamp is over the SHA-256 of the note's body (origin, size, root), which no later signature
changes. Requests and responses are files, so that the ledger's machine needs no way out; whoever
has one may send the request for it. `rfc3161-client` builds and verifies; it comes with the extra
`asn-ledger[timestamp]`, because most agencies have no authority.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from cryptography import x509

from ledger.errors import LedgerError

MAX_RESPONSE_BYTES = 65_536


class TimestampRefused(LedgerError):
    """A time stamp that is none, is over something else, or is of no trusted authority."""

    code = "timestamp_refused"


def request_for(body: bytes) -> bytes:
    """A request, DER, for the body of a checkpoint; the authority is asked for its certificate.

    The request has no nonce: the same checkpoint gives the same request, and which checkpoint a
    response is for follows from its digest.

    Raises:
        TimestampRefused: the extra is not installed.
    """
    client = _client()
    builder = client.TimestampRequestBuilder().data(body).nonce(nonce=False)
    builder = builder.hash_algorithm(client.HashAlgorithm.SHA256)
    data: bytes = builder.cert_request(cert_request=True).build().as_bytes()
    return data


def verify_timestamp(
    response: bytes, body: bytes, roots: Sequence[bytes], *, authority: bytes | None = None
) -> datetime:
    """The instant at which the authority says the body of a checkpoint was there.

    Args:
        response: DER, as the authority sent it.
        roots: certificates that are trusted, PEM or DER.
        authority: the certificate of the authority itself, where the response does not hold it.

    Raises:
        TimestampRefused: it does not verify offline against these certificates, and why.
    """
    client = _client()
    if len(response) > MAX_RESPONSE_BYTES:
        raise _refused(f"has {len(response)} bytes; at most {MAX_RESPONSE_BYTES} are read")
    if not roots:
        raise _refused("cannot be judged without a root certificate that is trusted")
    builder = client.VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(_certificate(root))
    if authority is not None:
        builder = builder.tsa_certificate(_certificate(authority))
    try:
        decoded = client.decode_timestamp_response(response)
        if decoded.status not in (client.PKIStatus.GRANTED, client.PKIStatus.GRANTED_WITH_MODS):
            raise _refused("is a refusal of the authority and stamps nothing")
        builder.build().verify_message(decoded, body)
        instant: datetime = decoded.tst_info.gen_time
    except client.VerificationError as error:
        why = str(error).partition(":")[0].lower()
        raise _refused(f"does not hold: {why}") from error
    except ValueError as error:
        raise _refused("is no RFC 3161 response") from error
    return instant.astimezone(UTC)


def _certificate(data: bytes) -> x509.Certificate:
    try:
        if data.lstrip().startswith(b"-----BEGIN"):
            return x509.load_pem_x509_certificate(data)
        return x509.load_der_x509_certificate(data)
    except ValueError as error:
        raise _refused("cannot be judged: a certificate given is none") from error


def _client() -> Any:
    try:
        return import_module("rfc3161_client")
    except ImportError:
        raise TimestampRefused(
            "Time stamps need the package rfc3161-client, which is not installed.",
            next_step="Install the ledger with its extra: asn-ledger[timestamp].",
        ) from None


def _refused(why: str) -> TimestampRefused:
    return TimestampRefused(
        f"The time stamp {why}.",
        next_step="Ask the authority again with `asn-ledger checkpoint --timestamp-request`, and "
        "see that the root certificate is the authority's.",
    )
