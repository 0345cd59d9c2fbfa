"""The generated parts of the documents: every event, every closed list.

`make docs` writes them between their markers; tests/test_docs.py refuses a stale page.
"""

import inspect
import pkgutil
import re
from collections.abc import Iterator
from enum import EnumType
from importlib import import_module
from pathlib import Path

from api import cli
from api.access.policy import TABLE, Scope
from api.http.problems import STATUS
from api.http.settings import Settings
from api.intake.form import Form
from api.intake.forms.catalogue import FORMS
from ledger import errors, vocabulary, vocabulary_agency
from ledger.events import registry
from ledger.events.base import EventSpec, FieldSpec
from ledger.vocabulary_agency import Role

ROOT = Path(__file__).parents[1]
BEGIN = "<!-- generated: {name} -->"
END = "<!-- end of generated -->"
# On every fact; said once on the page and not in each row.
COMMON = {"until", "learned_on", "precision", "document_issuer", "counts_from"}


def summary(thing: object) -> str:
    """The first sentence of a docstring, on one line."""
    text = inspect.getdoc(thing) or ""
    return " ".join(text.split("\n\n")[0].split())


def field_text(spec: FieldSpec) -> str:
    """A field as facts.md writes it: * sealed, ? optional."""
    mark = "*" if spec.type.sealed else ""
    return f"`{spec.name}`{mark}{'' if spec.required else '?'}"


def event_row(spec: EventSpec) -> str:
    """One topic with its class, its meaning and its fields."""
    fields = ", ".join(field_text(part) for part in spec.fields if part.name not in COMMON)
    return f"| `{spec.topic}` | {spec.cls.__name__} | {summary(spec.cls)} | {fields} |"


def events() -> str:
    """The table of every topic, by owner and name."""
    rows = [event_row(spec) for _, spec in sorted(registry.specs().items())]
    return "\n".join(["| topic | event | meaning | fields |", "|---|---|---|---|", *rows])


def closed_lists() -> Iterator[EnumType]:
    """Every closed list of the vocabulary, in the order of the files."""
    for module in (vocabulary, vocabulary_agency):
        for thing in vars(module).values():
            if isinstance(thing, EnumType) and thing.__module__ == module.__name__:
                yield thing


def lists() -> str:
    """The table of every closed list with its members."""
    rows = [
        f"| {one.__name__} | {summary(one)} | {', '.join(one.__members__)} |"
        for one in closed_lists()
    ]
    return "\n".join(["| list | meaning | members |", "|---|---|---|", *rows])


def form_row(form: Form) -> str:
    """A form with what its rows become and the columns by which it is told."""
    groups = (" or ".join(form.columns[name][0] for name in group) for group in form.required)
    return f"| `{form.name}` | {form.title} | {', '.join(groups)} | {', '.join(form.kinds)} |"


def forms() -> str:
    """The table of every form of a spreadsheet."""
    rows = [form_row(one) for one in FORMS]
    return "\n".join(
        ["| form | what it is | has at least the columns | becomes |", "|---|---|---|---|", *rows]
    )


_SHORT = {
    Scope.OWN: "himself",
    Scope.ACTS: "own acts",
    Scope.REPORTS: "reports",
    Scope.SUBTREE: "unit",
    Scope.AGENCY: "agency",
    Scope.OPEN: "yes",
}


def rights() -> str:
    """The table of rights: every action with what each role reaches."""
    head = ["action", "what it is", *(role.value for role in Role), "kept from"]
    rows = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for action, rule in TABLE.items():
        cells = (
            ", ".join(_SHORT[one] for one in sorted(rule.scopes.get(role, ()))) for role in Role
        )
        near = ("" if rule.oneself else "himself", "" if rule.own_unit else "own unit")
        kept = ", ".join(filter(None, near))
        rows.append(f"| `{action}` | {rule.says} | {' | '.join(cells)} | {kept} |")
    return "\n".join(rows)


def settings() -> str:
    """The table of every setting of the server."""
    rows = [
        f"| `ASN_LEDGER_{name.upper()}` | {_default(one.default)} | {one.description} |"
        for name, one in Settings.model_fields.items()
    ]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def _default(value: object) -> str:
    return "" if value is None else f"`{value}`"


def problems() -> str:
    """The table of every code that has a status of its own."""
    for one in pkgutil.iter_modules(cli.__path__):  # so that each code is known
        import_module(f"api.cli.{one.name}")
    meanings = errors.meanings()
    rows = [
        f"| {status} | `{code}` | {meanings.get(code, 'The request cannot be read.')} |"
        for code, status in sorted(STATUS.items(), key=lambda pair: (pair[1], pair[0]))
    ]
    return "\n".join(["| status | code | meaning |", "|---|---|---|", *rows])


GENERATED = {
    "docs/events.md": {"events": events},
    "docs/glossary.md": {"lists": lists},
    "docs/rights.md": {"rights": rights},
    "docs/samples.md": {"forms": forms},
    "docs/serving.md": {"settings": settings, "problems": problems},
}


def rendered(page: str) -> str:
    """A page as it must stand, its generated parts made anew."""
    text = (ROOT / page).read_text("utf-8")
    for name, make in GENERATED[page].items():
        begin = BEGIN.format(name=name)
        pattern = re.compile(re.escape(begin) + r"\n.*?" + re.escape(END), re.DOTALL)
        part = f"{begin}\n{make()}\n{END}".replace("\\", r"\\")
        text = pattern.sub(part, text)
    return text


def main() -> None:
    """Write every generated part."""
    for page in GENERATED:
        (ROOT / page).write_text(rendered(page), "utf-8")


if __name__ == "__main__":
    main()
