"""The clauses of ARCHITECTURE.md: numbered without holes, and cited where they are carried out."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PREFIX = "[A-Z]{1,2}"
CLAUSE = re.compile(rf"^- \*\*({PREFIX})(\d+)\.\*\* ", re.MULTILINE)
GROUP = re.compile(rf"^### ({PREFIX}): ", re.MULTILINE)
NUMBERS = re.compile(rf"{PREFIX}\d+")
CITED = re.compile(rf"(?:\(|# )({PREFIX}\d+(?:, {PREFIX}\d+)*)(?:\)|$|: )", re.MULTILINE)

PACKAGE = sorted((ROOT / "src").rglob("*.py"))
ORACLE = sorted((ROOT / "tests" / "oracle").glob("*.py"))


def clauses() -> list[str]:
    return [prefix + number for prefix, number in CLAUSE.findall(TEXT)]


def group(clause: str) -> str:
    """Return the letters of a clause."""
    return clause.rstrip("0123456789")


def citations(text: str) -> set[str]:
    """Find the clauses that a text cites."""
    return {number for listed in CITED.findall(text) for number in NUMBERS.findall(listed)}


def prose(file: Path) -> str:
    """Read the comments and the docstrings of a module, each on lines of its own."""
    source = file.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, documented))
    return "\n".join([*comments, *(ast.get_docstring(node) or "" for node in nodes)])


def test_clauses_are_numbered_from_one_without_holes() -> None:
    prefixes = GROUP.findall(TEXT)
    assert len(set(prefixes)) == len(prefixes) > 0
    counts = [sum(group(clause) == prefix for clause in clauses()) for prefix in prefixes]
    numbered = [
        f"{prefix}{number}"
        for prefix, count in zip(prefixes, counts, strict=True)
        for number in range(1, count + 1)
    ]
    assert clauses() == numbered


@pytest.mark.parametrize("files", [PACKAGE, ORACLE], ids=["package", "oracle"])
def test_what_is_cited_exists(files: list[Path]) -> None:
    unknown = {file.name: citations(prose(file)) - set(clauses()) for file in files}
    assert {name: numbers for name, numbers in unknown.items() if numbers} == {}


def test_what_the_clauses_cite_exists() -> None:
    assert citations(TEXT) - set(clauses()) == set()


def test_each_clause_is_cited_in_the_package() -> None:
    cited = set().union(*(citations(prose(file)) for file in PACKAGE))
    assert [clause for clause in clauses() if clause not in cited] == []


def test_the_oracle_cites_each_clause_of_what_it_is_told() -> None:
    cited = set().union(*(citations(prose(file)) for file in ORACLE))
    # Lowering sees to weights, to who is gone, to whose hours are whose, and to what changes make of tables;
    # only the engine's records tell what is due past the horizon; the fold sees to what happens by month;
    # the oracle is given open deals with what their donors tell of them.
    not_told = {
        "A12",
        "A15",
        "C19",
        "C20",
        "C21",
        "CR10",
        "M9",
        "N8",
        "N9",
        "OD2",
        "OD3",
        "P11",
        "R2",
        "R8",
        "T4",
        "V23",
        "V24",
        "W5",
        "Y7",
    }
    of_others = {*"UEKXLF", "CL", "EX", "HI", "KN", "ME", "OP", "RE", "SQ", "ST", "TE", "VI"}
    told = [clause for clause in clauses() if clause not in not_told and group(clause) not in of_others]
    assert [clause for clause in told if clause not in cited] == []


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Draw patience (V2).", {"V2"}),
        ("Grant (G1, G2)", {"G1", "G2"}),
        ("# V3: patience ends", {"V3"}),
        ("x = 1  # V3, G2", {"V3", "G2"}),
        ("Let them leave (CU3, PC12)", {"CU3", "PC12"}),
        ("Give out an ID (UUID4), or (CUP3)", set()),
        ("days, P90 of each step (the P90 of all)", set()),
    ],
)
def test_how_a_clause_is_cited(text: str, cited: set[str]) -> None:
    assert citations(text) == cited
