"""What the checks of the documentation share: pages, their code blocks and their code spans."""
import pathlib
import re
from typing import Iterator, NamedTuple

FENCE = re.compile(r"^\s*```(\w*)\s*$")
SPAN = re.compile(r"`([^`\n]+)`")


class Block(NamedTuple):
    """A fenced or an indented block of code; `line` is that of its first line of code."""

    language: str  # "" of a fence without one, "indented" of an indented block
    line: int
    lines: list[str]
    before: str  # the line in front of it


def pages(root: pathlib.Path) -> Iterator[pathlib.Path]:
    """Every Markdown page of the project; not what was built, nor what is hidden."""
    for path in sorted(root.rglob("*.md")):
        parts = path.relative_to(root).parts
        if not any(part.startswith((".", "build")) or part == "fixtures" for part in parts[:-1]):
            yield path


def blocks(text: str) -> Iterator[Block]:
    """Fenced blocks, and indented ones that begin behind an empty line outside of lists."""
    lines = text.splitlines()
    number = 0
    while number < len(lines):
        fence = FENCE.match(lines[number])
        before = lines[number - 1] if number else ""
        start = number + 1
        if fence:
            end = start
            while end < len(lines) and not lines[end].strip().startswith("```"):
                end += 1
            yield Block(fence[1], start + 1, lines[start:end], before)
            number = end + 1
        elif lines[number].startswith("    ") and not before.strip():
            end = number
            while end < len(lines) and lines[end].startswith("    "):
                end += 1
            yield Block("indented", number + 1, [line[4:] for line in lines[number:end]], before)
            number = end
        else:
            number += 1


def prose(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their numbers, without those of code blocks."""
    code = set()
    for block in blocks(text):
        fence = 0 if block.language == "indented" else 1
        code.update(range(block.line - fence, block.line + len(block.lines) + fence))
    for number, line in enumerate(text.splitlines(), 1):
        if number not in code:
            yield number, line


def report(problems: list[str], checked: str) -> int:
    """Prints and counts; the exit status of a check."""
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problem(s); {checked}")
    return 1 if problems else 0
