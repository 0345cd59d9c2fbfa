"""Archives as an attacker would make them: any member exchanged, with or without new digests."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

MARK = b"sha256:"
Member = tuple[str, bytes]


def members(path: Path) -> dict[str, bytes]:
    """Every member by name."""
    with zipfile.ZipFile(path) as packed:
        return {info.filename: packed.read(info) for info in packed.infolist()}


def pack(out: Path, parts: Iterable[Member | tuple[zipfile.ZipInfo, bytes]]) -> Path:
    """A zip of these members with a right mark at its end, written by hand."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts:
            packed.writestr(name, data)
        packed.comment = MARK + b"0" * 64
    return marked(out)


def marked(out: Path) -> Path:
    """Put the right digest at the end of a file, as whoever changed it would."""
    data = out.read_bytes()[:-64]
    out.write_bytes(data + hashlib.sha256(data).hexdigest().encode())
    return out


def forged(
    path: Path,
    out: Path,
    change: Callable[[dict[str, bytes]], None],
    *,
    say: dict[str, Any] | None = None,
) -> Path:
    """The archive with its members changed, and manifest and mark made to fit.

    Args:
        change: changes the members in place.
        say: what the manifest says instead.
    """
    parts = members(path)
    change(parts)
    manifest = json.loads(parts.pop("manifest.json"))
    manifest["files"] = {
        name: {
            "bytes": len(data),
            "lines": data.count(b"\n"),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
        for name, data in parts.items()
    }
    manifest |= say or {}
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    return pack(out, [*parts.items(), ("manifest.json", text.encode())])


def without_line(name: str, number: int) -> Callable[[dict[str, bytes]], None]:
    """Leaves one line of a member out."""

    def change(parts: dict[str, bytes]) -> None:
        lines = parts[name].splitlines(keepends=True)
        del lines[number]
        parts[name] = b"".join(lines)

    return change


def flipped(data: bytes, bit: int) -> bytes:
    """The same bytes with one bit turned."""
    place, within = divmod(bit % (len(data) * 8), 8)
    return data[:place] + bytes([data[place] ^ (1 << within)]) + data[place + 1 :]
