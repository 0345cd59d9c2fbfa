"""Checks of our own over source text, as plain functions; test_tidy.py runs them over the tree.

Each takes (path, text) and gives one line a fault, which says what to do. A check grows here after
each mistake that review found twice.
"""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60

# Where rules are evaluated for one person: not one number of the law may stand there (rule 8). The
# cohort packs bits and is held equal to these by tests, so what it would smuggle shows there.
RULE_MODULES = (
    "src/ledger/domain/sanction.py",
    "src/projections/reconciliation/base.py",
    "src/projections/reconciliation/facts.py",
    "src/projections/reconciliation/rules.py",
    "src/projections/subject.py",
    "src/projections/tracing/case.py",
    "src/projections/tracing/latest.py",
    "src/projections/tracing/rules.py",
    "src/projections/tracing/trace.py",
    "src/projections/tracing/worst.py",
)
# Halves, digits of a year, decimals, months, the last day of December: the calendar, not the law.
ENGINE_NUMBERS = {0, 1, 2, 4, 10, 12, 31}
NUMERAL = re.compile(r"\d+(\.\d+)?")
# Binary floats: progress bars and seconds, never points, hours or money (rule 7).
FLOAT_MODULES: tuple[str, ...] = ()
# The edges where a transaction ends (rule 15).
COMMIT_MODULES: tuple[str, ...] = ()

# Spelled in parts, so that this file does not hold what it looks for.
FOREIGN = (
    "py" + "pi.org",
    "python" + "hosted",
    "--extra-index" + "-url",
    "--index" + "-url",
    "file" + "://",
    "/wo" + "rk/",
    "/tm" + "p/w/",
    "/op" + "t/py" + "pi",
    ".." + "/shared",
    "INTER" + "FACES.md",
    "FACTS" + ".md",
    "EXPERIENCE" + ".md",
    "REGULATIONS" + ".md",
    "STYLE" + ".md",
)
UNNUMBERED = re.compile(r"\b(" + "TO" + r"DO|FIX" + r"ME)\b(?!\(#\d+\))")

# Functions that assert for the test that calls them.
HELPERS = (
    *("check", "assert", "expect", "agree", "_check", "_assert", "_expect", "_agree"),
    *("test_", "optional_test_", "run_state_machine"),
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(tree: ast.AST) -> Iterator[Function]:
    """Every function of a file, methods and inner ones included."""
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def long_file(path: str, text: str) -> Iterator[str]:
    """A file holds one noun and at most 400 lines."""
    lines = text.count("\n")
    if lines > FILE_LINES_MAX:
        yield f"{path} has {lines} lines; split it, at most {FILE_LINES_MAX} are allowed"


def long_function(path: str, text: str) -> Iterator[str]:
    """A function fits on a screen."""
    for node in functions(ast.parse(text)):
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield f"{path}:{node.lineno} {node.name} has {lines} lines; split it"


def package_with_code(path: str, text: str) -> Iterator[str]:
    """`__init__.py` holds a docstring and nothing else (rule 17)."""
    body = ast.parse(text).body
    only_docstring = len(body) == 1 and ast.get_docstring(ast.parse(text)) is not None
    if PurePosixPath(path).name == "__init__.py" and not only_docstring:
        yield f"{path} must hold a docstring only; move the rest into a module"


def bare_assert(path: str, text: str) -> Iterator[str]:
    """`python -O` removes assert; invariant() stays (rule 13)."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assert):
            yield f"{path}:{node.lineno} assert outside tests; use invariant(cond, why)"


def binary_float(path: str, text: str) -> Iterator[str]:
    """Exact decimals only; float() belongs to the listed modules (rule 7)."""
    if path in FLOAT_MODULES:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "float":
            yield f"{path}:{node.lineno} float(); use Decimal of text or a scaled whole number"


def number_of_the_law(path: str, text: str) -> Iterator[str]:
    """Where rules are evaluated, numbers come from the instrument, quoted ones too (rule 8)."""
    if path not in RULE_MODULES:
        return
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
            continue
        quoted = isinstance(node.value, str) and NUMERAL.fullmatch(node.value)
        counted = isinstance(node.value, int | float | complex)
        if quoted or (counted and node.value not in ENGINE_NUMBERS):
            yield f"{path}:{node.lineno} holds {node.value!r}; a number belongs in an instrument"


def commit_inside(path: str, text: str) -> Iterator[str]:
    """One command, one transaction; it ends at the listed edges only (rule 15)."""
    if path in COMMIT_MODULES:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            yield f"{path}:{node.lineno} .commit; let the store end the transaction"


def unnumbered_promise(path: str, text: str) -> Iterator[str]:
    """A promise in a comment names its issue, or is kept now."""
    for number, line in enumerate(text.splitlines(), start=1):
        if UNNUMBERED.search(line):
            yield f"{path}:{number} names work without the number of an issue"


def foreign_word(path: str, text: str) -> Iterator[str]:
    """Nothing of one machine or of an index stands in the repository."""
    for number, line in enumerate(text.splitlines(), start=1):
        for word in FOREIGN:
            if word in line:
                yield f"{path}:{number} holds {word!r}, which means something on one machine only"


def untitled_test(path: str, text: str) -> Iterator[str]:
    """Every test states its property in one line."""
    for node in tests_of(text):
        docstring = ast.get_docstring(node)
        if docstring is None or "\n" in docstring.strip():
            yield f"{path}:{node.lineno} {node.name} needs a docstring of one line"


def empty_test(path: str, text: str) -> Iterator[str]:
    """A test that asserts nothing promises what nobody tests."""
    for node in tests_of(text):
        if not any(_asserts(inner) for inner in ast.walk(node)):
            yield f"{path}:{node.lineno} {node.name} asserts nothing"


def skipped_test(path: str, text: str) -> Iterator[str]:
    """What cannot run fails; a skipped test is found years later."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and node.attr in {
            "skip",
            "skipif",
            "xfail",
            "skipUnless",
        }:
            yield f"{path}:{node.lineno} {node.attr}; make it run or delete it"


def tests_of(text: str) -> Iterator[Function]:
    """The test functions and methods of a file."""
    return (node for node in functions(ast.parse(text)) if node.name.startswith("test_"))


def _asserts(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    # verify() of a signature raises, and a state machine asserts in its rules.
    return name in {"raises", "warns", "fail", "verify"} or name.startswith(HELPERS)


Check = Callable[[str, str], Iterator[str]]
OF_SOURCE: tuple[Check, ...] = (
    long_file,
    long_function,
    package_with_code,
    bare_assert,
    binary_float,
    number_of_the_law,
    commit_inside,
)
OF_TESTS: tuple[Check, ...] = (untitled_test, empty_test, skipped_test)
OF_ALL: tuple[Check, ...] = (unnumbered_promise, foreign_word)
