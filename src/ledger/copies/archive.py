"""One file that holds a ledger or a part of it: the container of backups and audit bundles.

A zip file that any program unpacks. Its members have fixed names and lie beside each other;
`manifest.json` gives the bytes, lines and SHA-256 of each. The comment at the end of the zip holds
the SHA-256 of every byte before it, so that a change of any bit is found, also where zip itself has
no check. Who wants to deceive writes a new digest; against him stands the signed checkpoint.

A writer works aside, syncs and renames: a crash leaves no file of the wanted name. A reader looks
at names, counts and sizes before it unpacks a byte, and unpacks line by line in constant memory.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from types import TracebackType
from typing import IO, Any, Self

import orjson

from ledger.canonical import canonical_json
from ledger.copies.archive_lines import LINE_MAX, SMALL_LINE_MAX, ArchiveRefused, refused
from ledger.errors import LedgerError
from ledger.keys.key_folder import sync_folder

MANIFEST = "manifest.json"
README = "README.md"
FORMAT = "asn-ledger-archive/1"
# Every name that an archive may hold, each at most once and in this order.
NAMES = (
    *(README, "events.jsonl", "sealed.jsonl", "requests.jsonl", "erasures.jsonl"),
    *("checkpoints.jsonl", "cosignatures.jsonl", "timestamps.jsonl", "access.jsonl"),
    *("tree.jsonl", "keys.jsonl", MANIFEST),
)
MANIFEST_MAX = 1024 * 1024
RATIO_MAX = 200  # deflate packs text of the log some five times; a bomb, a thousand times
TOTAL_MAX = 2**40

_MARK = b"sha256:"
_DIGITS = 64
_COMMENT = len(_MARK) + _DIGITS
_END = Struct("<4s4H2LH")
_LARGE_END = Struct("<4sQ2H2L4Q")
_LOCAL = Struct("<4s5H3L2H")
_LOCATOR = 20
_LIST_MAX = 64 * 1024
_DATE = (1980, 1, 1, 0, 0, 0)  # the same archive twice is the same bytes
_PRIVATE = 0o600
_CHUNK = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")
_SYMLINK = 0o120000


class FileExists(LedgerError):
    """A file stands where one is to be written; nothing is written over."""

    code = "file_exists"


@dataclass(frozen=True, slots=True)
class Member:
    """What the manifest says of one file."""

    size: int
    lines: int
    sha256: str


# ------------------------------------------------------------------------------------------ writing


class ArchiveWriter:
    """Writes the members in the order of NAMES; use `written`."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._members: dict[str, dict[str, Any]] = {}

    def lines(self, name: str, lines: Iterable[bytes]) -> int:
        """Write a member of lines; gives how many there were."""
        whole, size, count = hashlib.sha256(), 0, 0
        with self._file.open(_info(name), "w", force_zip64=True) as member:
            for line in lines:
                text = line + b"\n"
                member.write(text)
                whole.update(text)
                size += len(text)
                count += 1
        self._members[name] = {"bytes": size, "lines": count, "sha256": whole.hexdigest()}
        return count

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Write the manifest, the last member."""
        whole = {"format": FORMAT, **manifest, "files": self._members}
        with self._file.open(_info(MANIFEST), "w") as member:
            member.write(canonical_json(whole) + b"\n")


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100600 << 16
    return info


def must_be_free(out: Path) -> None:
    """See that nothing stands where a file is to be written.

    Raises:
        FileExists: something does.
    """
    if out.exists() or out.is_symlink():
        raise FileExists(
            f"There is a file at {out} already; it was left as it is.",
            next_step="Name another file, or move that one away.",
        )


@contextmanager
def written(out: Path) -> Iterator[ArchiveWriter]:
    """Write an archive, readable by its owner only.

    A crash before the end leaves at most `<out>.part`, which no reader takes for an archive and the
    next attempt removes.

    Raises:
        FileExists: something of that name is there.
    """
    must_be_free(out)
    aside = out.with_name(out.name + ".part")
    aside.unlink(missing_ok=True)
    try:
        handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_RDWR, _PRIVATE)
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", compresslevel=1) as packed:
                yield ArchiveWriter(packed)
                packed.comment = _MARK + b"0" * _DIGITS
            _mark(file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(out)
        sync_folder(out.absolute().parent)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def _mark(file: IO[bytes]) -> None:
    """Put the digest of everything before it into the comment, the last bytes of the file."""
    size = file.seek(0, os.SEEK_END) - _DIGITS
    digest = _hash(file, size)
    file.seek(size)
    file.write(digest.encode())


def _hash(file: IO[bytes], size: int) -> str:
    file.seek(0)
    whole, left = hashlib.sha256(), size
    while left > 0 and (chunk := file.read(min(left, _CHUNK))):
        whole.update(chunk)
        left -= len(chunk)
    return whole.hexdigest()


# ------------------------------------------------------------------------------------------ reading


class Archive:
    """An archive whose bytes are those that were written; use `Archive.open`.

    Attributes:
        path: the file.
        manifest: what it says of itself.
        members: the files in it but the manifest.
    """

    def __init__(
        self, path: Path, file: IO[bytes], packed: zipfile.ZipFile, manifest: Mapping[str, Any]
    ) -> None:
        self.path = path
        self.manifest = manifest
        self.members = _members(manifest)
        self._file = file
        self._packed = packed

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an archive: its digest, names, counts, sizes and manifest are checked.

        Raises:
            ArchiveRefused: whatever of that is wrong. OSError: the file cannot be read.
        """
        file = path.open("rb")
        try:
            _check_digest(file, path)
            _check_end(file, path)
            try:
                packed = zipfile.ZipFile(file)
                infos = packed.infolist()
                _check_infos(infos, path.stat().st_size)
                _check_places(file, infos, packed.start_dir)
                manifest = _manifest(_read(packed, MANIFEST))
            except ArchiveRefused:
                raise
            except _BROKEN as fault:
                raise refused(path.name, "is no zip file that can be read.") from fault
            archive = cls(path, file, packed, manifest)
            _check_members(archive.members, infos)
        except BaseException:
            file.close()
            raise
        return archive

    def close(self) -> None:
        """Close the file."""
        self._packed.close()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def lines(self, name: str) -> Iterator[tuple[str, bytes]]:
        """(place for messages, line) of a member; none if it is not there.

        The member's bytes, lines and digest are compared with the manifest when the last line was
        given: whoever stops earlier has checked nothing.

        Raises:
            ArchiveRefused: they differ, a line is too long, or the packed bytes are broken.
        """
        said = self.members.get(name)
        if said is None:
            return
        whole, size, count = hashlib.sha256(), 0, 0
        longest = LINE_MAX.get(name, SMALL_LINE_MAX) + 1
        try:
            with self._packed.open(name) as member:
                while text := member.readline(longest + 1):
                    count += 1
                    where = f"{name} line {count}"
                    if not text.endswith(b"\n"):
                        raise refused(where, "is cut off or longer than any line may be.")
                    whole.update(text)
                    size += len(text)
                    yield where, text[:-1]
        except _BROKEN as fault:
            raise refused(name, "cannot be unpacked.") from fault
        if (size, count, whole.hexdigest()) != (said.size, said.lines, said.sha256):
            raise refused(name, "is not what the manifest says of it.")


_BROKEN = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, ValueError),
    *(NotImplementedError, RuntimeError, KeyError, OverflowError),
)


def is_archive(path: Path) -> bool:
    """Whether a file begins as an archive does; says nothing of whether it is whole."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def _check_digest(file: IO[bytes], path: Path) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _COMMENT))
    mark = file.read(_COMMENT)
    if size <= _COMMENT or not mark.startswith(_MARK):
        raise refused(path.name, "is no archive of this program, or its end was cut off.")
    if mark != _MARK + _hash(file, size - _DIGITS).encode():
        raise refused(path.name, "was changed or damaged: its bytes are not those written.")
    file.seek(0)


def _check_end(file: IO[bytes], path: Path) -> None:
    """How many members there are, and how large their list is, before the list is read.

    The end of a zip file (APPNOTE 4.3.16), and where there is one its form for large files right
    before (4.3.14, 4.3.15), where Python's reader takes them from.
    """
    end = file.seek(0, os.SEEK_END) - _COMMENT - _END.size
    file.seek(max(0, end - _LOCATOR - _LARGE_END.size))
    before = file.read(min(end, _LOCATOR + _LARGE_END.size)) if end > 0 else b""
    found = file.read(_END.size)
    if len(found) < _END.size or not found.startswith(b"PK\x05\x06"):
        raise refused(path.name, "does not end as a zip file of this program does.")
    _, _, _, _, members, size, _, comment = _END.unpack(found)
    counts = [(members, size)]
    if before[-_LOCATOR:].startswith(b"PK\x06\x07") and len(before) > _LOCATOR:
        large = _LARGE_END.unpack(before[:-_LOCATOR].rjust(_LARGE_END.size, b"\0"))
        counts.append((large[7], large[8]))
    for members, size in counts:
        if members > len(NAMES):
            raise refused(path.name, f"holds {members} members; at most {len(NAMES)} may be.")
        if size > _LIST_MAX or comment != _COMMENT:
            raise refused(path.name, "has a list of members that no archive has.")
    file.seek(0)


def _check_infos(infos: list[zipfile.ZipInfo], size: int) -> None:
    """Everything that can be seen before a byte is unpacked."""
    if sum(info.compress_size for info in infos) > size:
        raise refused("The zip file", "says that its members take more room than it has.")
    found = [info.filename for info in infos]
    for info in infos:
        name = info.filename
        if name not in NAMES:
            raise refused(f"A member named {name[:80]!r}", "has no place in an archive.")
        if found.count(name) > 1:
            raise refused(name, "stands in the zip file twice.")
        if (info.external_attr >> 16) & 0o170000 == _SYMLINK:
            raise refused(name, "is a link; an archive holds plain files.")
        if info.flag_bits & 1 or info.compress_type not in (0, zipfile.ZIP_DEFLATED):
            raise refused(name, "is encrypted, or packed in a way that is not read here.")
        if info.file_size > RATIO_MAX * max(info.compress_size, 64):
            raise refused(name, f"would unpack to more than {RATIO_MAX} times its size.")
    if sum(info.file_size for info in infos) > TOTAL_MAX:
        raise refused("The zip file", "would unpack to more than an archive may hold.")
    if MANIFEST not in found or next(i for i in infos if i.filename == MANIFEST).file_size > (
        MANIFEST_MAX
    ):
        raise refused(MANIFEST, "is missing or larger than a manifest may be.")


def _check_places(file: IO[bytes], infos: list[zipfile.ZipInfo], end: int) -> None:
    """The members stand side by side from the first byte to their list.

    Room before or between them could hold another archive: a program that unpacks from the front
    would then show other events than the ones that are checked here.
    """
    due = 0
    for info in infos:
        file.seek(due)
        name, more = _LOCAL.unpack(file.read(_LOCAL.size).ljust(_LOCAL.size, b"\0"))[-2:]
        if info.header_offset != due:
            break
        due += _LOCAL.size + name + more + info.compress_size
    if due != end:
        raise refused("The zip file", "holds bytes that belong to no member.")


def _read(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as member:
        return member.read(MANIFEST_MAX + 1)


def _manifest(text: bytes) -> Mapping[str, Any]:
    try:
        manifest = orjson.loads(text)
        again = canonical_json(manifest) + b"\n"
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # no JSON, or nested too deep
        raise refused(MANIFEST, "is no JSON that can be read.") from None
    if not isinstance(manifest, dict) or again != text:
        raise refused(MANIFEST, "is not written as this program writes it.")
    if manifest.get("format") != FORMAT:
        raise refused(
            MANIFEST,
            f"is of the format {str(manifest.get('format'))[:40]!r}; this release reads {FORMAT}.",
            next_step="Use the release that wrote it, or a newer one.",
        )
    return manifest


def _members(manifest: Mapping[str, Any]) -> dict[str, Member]:
    files = manifest.get("files")
    found: dict[str, Member] = {}
    for name, said in files.items() if isinstance(files, dict) else ():
        match said:
            case {"bytes": int(size), "lines": int(lines), "sha256": str(digest)} if (
                len(said) == 3 and min(size, lines) >= 0 and _DIGEST.fullmatch(digest)
            ):
                found[name] = Member(size, lines, digest)
    if not isinstance(files, dict) or len(found) != len(files):
        raise refused(MANIFEST, "does not say of each file its bytes, lines and SHA-256.")
    return found


def _check_members(members: Mapping[str, Member], infos: list[zipfile.ZipInfo]) -> None:
    sizes = {info.filename: info.file_size for info in infos if info.filename != MANIFEST}
    if {name: member.size for name, member in members.items()} != sizes:
        raise refused(MANIFEST, "names other files or sizes than the zip file holds.")
