"""A draft with everything resolved: what decisions are made about.

References to persons, units and targets become ids, titles become title ids, sealed fields are set
apart, and the row gets its keyed hashes. Pure: who a number belongs to is asked through
`References`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from ledger.domain.natural import Marks, act_mark, keyed_hash, marks
from ledger.domain.stream_state import StreamState
from ledger.errors import LedgerError, PersonUnknown, SubjectDiffers, UnitUnknown, invariant
from ledger.events.base import EMPLOYEE, Encoded, EventSpec, FieldSpec
from ledger.events.reading import Draft
from ledger.events.registry import CORRECTIONS, FACT_SPECS

# What a reference may name, where the fact says so (docs/facts.md, the links).
_TARGET_KINDS: dict[tuple[str, str], frozenset[str]] = {
    ("objection", "target"): frozenset({"sanction", "appraisal", "assessment"}),
    ("appeal", "target"): frozenset({"sanction", "appraisal", "assessment"}),
    ("ruling", "of"): frozenset({"objection", "appeal", "case"}),
    ("delivered", "sanction"): frozenset({"sanction"}),
    ("served", "sanction"): frozenset({"sanction"}),
    ("finding", "inspection"): frozenset({"inspection"}),
    ("follow_up", "inspection"): frozenset({"inspection"}),
}
_CASE = frozenset({"case"})


class References(Protocol):
    """Who and what the names in a file mean."""

    def person(self, number: str) -> UUID:
        """The person of a NIP or id; raises PersonUnknown."""

    def unit(self, name: str, on: str) -> UUID:
        """The unit of a code, name or path on a day; raises UnitUnknown."""

    def title_id(self, title: str) -> str:
        """The opaque id of a title."""


class Source(NamedTuple):
    """Where a row comes from and who sent it: the event's context.

    Attributes:
        actor: opaque account id.
        form: by which a file was recognised; sources of different forms confirm each other.
        place: file digest, sheet, row and batch, or nothing for a single command.
    """

    actor: str
    form: str | None = None
    place: Mapping[str, Any] | None = None


class Statement(NamedTuple):
    """One fact that somebody states, resolved. `root` is that of the fact a correction names."""

    encoded: Encoded
    marks: Marks | None
    act: str | None
    key: str | None
    document: Mapping[str, Any] | None
    source: Source
    root: int | None = None

    @property
    def fact(self) -> str:
        """The word of docs/facts.md."""
        return self.encoded.spec.name

    def context(self) -> dict[str, Any]:
        """What the event's context says."""
        context: dict[str, Any] = {"actor": self.source.actor}
        if self.source.place is not None:
            context["origin"] = self.source.place
        if self.document is not None:
            context["document"] = self.document
        if self.key is not None:
            context["key"] = self.key
        if self.act is not None:
            context["act"] = self.act
        if self.marks is not None:
            context["match"] = self.marks.match
            context["content"] = self.marks.content
            context["gist"] = self.marks.gist
            if self.marks.loose is not None:
                context["loose"] = self.marks.loose
        return context


def key_hash(match_key: bytes, key: str) -> str:
    """The keyed hash under which a sender's own id of a row is kept."""
    return keyed_hash(match_key, ["key", key])


def state_draft(
    draft: Draft, *, state: StreamState, match_key: bytes, references: References, source: Source
) -> Statement:
    """Resolve a draft against the stream it goes to.

    Raises:
        PersonUnknown, UnitUnknown, TargetUnknown, FactAlreadyReplaced.
    """
    document = _open_document(draft)
    key = None if draft.key is None else key_hash(match_key, draft.key)
    if draft.fact in CORRECTIONS:
        return _correction(draft, state, match_key, references, source, document, key)
    spec = FACT_SPECS[draft.owner, draft.fact]
    on = draft.on
    invariant(on is not None, "a draft of a fact without its legal day")
    on = str(on)
    fields = _resolved(draft, spec, on, state, match_key, references)
    row = marks(
        match_key,
        fact=draft.fact,
        on=on,
        fields=fields,
        open_names=spec.open_names,
        document=document,
    )
    opened, sealed = _apart(spec, fields, draft.document)
    encoded = Encoded(spec, date.fromisoformat(on), opened, sealed)
    return Statement(encoded, row, None, key, document, source)


def _open_document(draft: Draft) -> Mapping[str, Any] | None:
    if draft.document is None:
        return None
    return {name: value for name, value in draft.document.items() if name != "issuer"}


def _resolved(  # noqa: PLR0917 - private, called once
    draft: Draft,
    spec: EventSpec,
    on: str,
    state: StreamState,
    match_key: bytes,
    references: References,
) -> dict[str, Any]:
    """All fields with references resolved to ids, and those the ledger adds."""
    fields = dict(draft.fields)
    for part in spec.references:
        if part.name in fields:
            try:
                fields[part.name] = _meant(
                    part, fields[part.name], spec.name, on, state, match_key, references
                )
            except LedgerError as fault:
                fault.details["field"] = part.name
                raise
    if draft.fact in ("position", "position_ref"):
        name = fields.get("title", fields.get("jabatan_id"))
        fields["title_id"] = references.title_id(str(name))
    if draft.fact == "registered":
        fields["nip"] = draft.subject
    return fields


def _meant(  # noqa: PLR0917 - private, called once
    part: FieldSpec,
    named: Any,
    fact: str,
    on: str,
    state: StreamState,
    match_key: bytes,
    references: References,
) -> Any:
    """What the names in a field mean: a root version, or ids of persons or units."""
    reference = str(part.type.reference)
    if reference == "target":
        kinds = _CASE if part.name == "case" else _TARGET_KINDS.get((fact, part.name))
        return state.target(named, key_hash(match_key, named), kinds).root
    if isinstance(named, list):
        return [_reference(reference, one, on, references) for one in named]
    return _reference(reference, named, on, references)


def _reference(kind: str, named: str, on: str, references: References) -> str:
    if kind == "person":
        return references.person(named).hex
    return references.unit(named, on).hex


def _apart(
    spec: EventSpec, fields: Mapping[str, Any], document: Mapping[str, Any] | None
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Open fields, and sealed ones by key class."""
    opened: dict[str, Any] = {}
    sealed: dict[str, dict[str, Any]] = {}
    key_classes = spec.key_classes
    for name, value in fields.items():
        key_class = key_classes[name]
        if key_class is None:
            opened[name] = value
        else:
            sealed.setdefault(key_class, {})[name] = value
    if document is not None and "issuer" in document:
        sealed.setdefault("identity", {})["document_issuer"] = document["issuer"]
    return opened, sealed


def _correction(  # noqa: PLR0917 - private, called once
    draft: Draft,
    state: StreamState,
    match_key: bytes,
    references: References,
    source: Source,
    document: Mapping[str, Any] | None,
    key: str | None,
) -> Statement:
    spec = FACT_SPECS[draft.owner, draft.fact]
    named = str(draft.target)
    target = state.target(named, key_hash(match_key, named))
    fields = dict(draft.fields)
    fields["root"], fields["replaces"] = target.root, target.current
    row: Marks | None = None
    opened, sealed = _apart(spec, fields, draft.document)
    content: object = fields.get("until")
    if draft.replacement is not None:
        row = _replace(draft.replacement, state, match_key, references, source, opened, sealed)
        content = row.content
        if target.counts_from is not None:  # mended or not, it came here by a merge
            opened["fields"]["counts_from"] = target.counts_from
    act = act_mark(match_key, how=draft.fact, root=target.root, content=content, document=document)
    if act not in target.acts:
        state.current_target(named, key_hash(match_key, named))
    encoded = Encoded(spec, None, opened, sealed)
    return Statement(encoded, row, act, key, document, source, target.root)


def _replace(  # noqa: PLR0917 - private, called once
    draft: Draft,
    state: StreamState,
    match_key: bytes,
    references: References,
    source: Source,
    opened: dict[str, Any],
    sealed: dict[str, dict[str, Any]],
) -> Marks:
    """Put the replacement's fields where a correction keeps them; its marks."""
    if not _same_subject(draft, state.stream, references):
        raise SubjectDiffers(
            "The replacement is about somebody else.",
            next_step="Annul the fact and state it about the other one.",
            field="replacement",
        )
    inner = state_draft(
        draft, state=state, match_key=match_key, references=references, source=source
    )
    opened["fact"] = draft.fact
    opened["effective_on"] = draft.on
    opened["fields"] = dict(inner.encoded.opened)
    for key_class, fields in inner.encoded.sealed.items():
        name = "sealed" if key_class == "identity" else key_class
        sealed.setdefault(key_class, {})[name] = dict(fields)
    invariant(inner.marks is not None, "a replacement without marks")
    return inner.marks or Marks("", None, "", "")


def _same_subject(draft: Draft, stream: UUID, references: References) -> bool:
    """Whether a replacement stays in the stream: any number of a person, any code of a unit.

    A code that nobody has is the right one of this unit.
    """
    if draft.subject is None:
        return True
    try:
        if draft.owner == EMPLOYEE:
            return references.person(draft.subject) == stream
        return references.unit(draft.subject, str(draft.on)) == stream
    except PersonUnknown:
        return False
    except UnitUnknown:
        return draft.fact == "unit"
