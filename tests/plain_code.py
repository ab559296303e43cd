"""Style that ruff has no rule for: `python tests/plain_code.py FOLDER...` prints each breach and exits with 1.

No conditional expression inside another, and no variable that is a pronoun: a name says what the value is.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PRONOUNS = {"found", "one", "said", "known", "wanted"}


def breaches(source: str) -> Iterator[tuple[int, str]]:
    """Line and reason of each breach."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.IfExp):
            inner = (part for branch in ast.iter_child_nodes(node) for part in ast.walk(branch))
            if any(isinstance(part, ast.IfExp) for part in inner):
                yield node.lineno, "a conditional expression inside another: write if statements, or a function"
        if isinstance(node, ast.arg) and node.arg in PRONOUNS:
            yield node.lineno, f"{node.arg} says nothing about the value: name what it is"
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in PRONOUNS:
            yield node.lineno, f"{node.id} says nothing about the value: name what it is"


def main(folders: list[str]) -> int:
    files = [file for folder in folders for file in sorted(Path(folder).rglob("*.py"))]
    lines = [f"{file}:{line}: {reason}" for file in files for line, reason in breaches(file.read_text())]
    print("\n".join(lines), end="\n" if lines else "")
    return 1 if lines or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
