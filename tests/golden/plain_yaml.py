"""YAML for cases: `on` is a word, days and fractions stay text; nothing is read inexactly."""

import re
from typing import Any

import yaml


class _PlainLoader(yaml.SafeLoader):
    """Knows null, true, false and whole numbers."""


_PlainLoader.yaml_implicit_resolvers = {}
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("null"), ["n"])
_PlainLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("true|false"), ["t", "f"])
_PlainLoader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"-?\d+$"), list("-0123456789")
)


def read(text: str) -> Any:
    """The value of a document."""
    return yaml.load(text, Loader=_PlainLoader)
