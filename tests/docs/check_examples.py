#!/usr/bin/env python3
"""Examples of the documentation: check_examples.py ROOT [--write]

A page shows code of a test as it is:

    <!-- from tests/docs/adding_an_observer.test.cpp: observer -->     (then a block of code)

must hold what lies between `// [observer]` and `// [/observer]` of that file. Other code in C++
has `<!-- not compiled: why -->` in the line above. And a page that says
which files something new touches names those that something old is in:

    <!-- places of percentile: PercentileObserver|"percentile" -->     (then tables)

Files in first columns up to the next heading, `<name>` being `percentile`, must exist and contain
the expression, and every source outside tests/ and tools/dev/ that contains it must be there.
Prints each offence as file:line and exits with 1. --write copies the lines into the pages first.
"""
import itertools
import pathlib
import re
import sys

import markdown

FROM = re.compile(r"<!-- from (\S+): (\w+) -->")
NOT_COMPILED = re.compile(r"<!-- not compiled: .+ -->")
PLACES = re.compile(r"<!-- places of (\w+): (.+) -->")
SOURCES = (".cpp", ".hpp", ".txt", ".json")
SOURCE_FOLDERS = ("ops", "graph", "metrics", "calibration", "quantizer", "tools", "configs")


def region(source: pathlib.Path, name: str) -> list[str] | None:
    """The lines between the markers of a source, without empty ones at the ends."""
    lines = source.read_text().splitlines()
    try:
        first, last = lines.index(f"// [{name}]"), lines.index(f"// [/{name}]")
    except ValueError:
        return None
    return "\n".join(lines[first + 1:last]).strip("\n").splitlines()


def example_problems(root: pathlib.Path, page: pathlib.Path) -> tuple[list[str], set[str]]:
    """What is wrong, and which regions ("file: name") the page shows."""
    found, shown = [], set()
    for block in markdown.blocks(page.read_text()):
        marker = FROM.search(block.before)
        if not marker:
            if block.language in ("cpp", "c++") and not NOT_COMPILED.search(block.before):
                found.append(f"{page.relative_to(root)}:{block.line}: is code that nothing compiles; "
                             "move it to a test with markers (see the top of check_examples.py), or "
                             "write <!-- not compiled: why --> in the line above")
            continue
        place = f"{page.relative_to(root)}:{block.line}"
        source = root / marker[1]
        wanted = region(source, marker[2]) if source.is_file() else None
        shown.add(f"{marker[1]}: {marker[2]}")
        if wanted is None:
            found.append(f"{place}: '{marker[1]}' has no lines between // [{marker[2]}] and "
                         f"// [/{marker[2]}]; correct the comment above the block")
            continue
        if block.lines != wanted:
            pairs = itertools.zip_longest(block.lines, wanted)
            offset = next(i for i, (ours, theirs) in enumerate(pairs) if ours != theirs)
            found.append(f"{page.relative_to(root)}:{block.line + offset}: differs from "
                         f"{marker[1]}; run tests/docs/check_examples.py . --write")
    return found, shown


def hidden_regions(root: pathlib.Path, shown: set[str]) -> list[str]:
    found = []
    for source in sorted((root / "tests/docs").glob("*.test.cpp")):
        for number, line in enumerate(source.read_text().splitlines(), 1):
            marker = re.fullmatch(r"// \[(\w+)\]", line)
            name = source.relative_to(root).as_posix()
            if marker and f"{name}: {marker[1]}" not in shown:
                found.append(f"{name}:{number}: no page shows [{marker[1]}]; write "
                             f"<!-- from {name}: {marker[1]} --> above a block of code")
    return found


def expanded(path: str, name: str) -> list[str]:
    """`a/<name>.{hpp,cpp}` as two paths."""
    path = path.replace("<name>", name)
    braces = re.search(r"\{([^}]*)\}", path)
    if not braces:
        return [path]
    return [path[:braces.start()] + end + path[braces.end():] for end in braces[1].split(",")]


def files_with(root: pathlib.Path, expression: re.Pattern[str]) -> set[str]:
    return {
        path.relative_to(root).as_posix()
        for folder in SOURCE_FOLDERS
        for path in (root / folder).rglob("*")
        if path.suffix in SOURCES and not path.is_relative_to(root / "tools/dev") and
        expression.search(path.read_text())
    }


def place_problems(root: pathlib.Path, page: pathlib.Path) -> list[str]:
    found = []
    lines = page.read_text().splitlines()
    for number, line in enumerate(lines, 1):
        marker = PLACES.search(line)
        if not marker:
            continue
        name, expression = marker[1], re.compile(marker[2], re.MULTILINE)
        listed = set()
        row = number
        while row < len(lines) and not lines[row].startswith("#"):  # up to the next heading
            cell = lines[row].split("|")[1] if lines[row].startswith("|") else ""
            for code in markdown.SPAN.findall(cell):
                for path in expanded(code, name):
                    listed.add(path)
                    file = root / path
                    if not file.is_file() or not expression.search(file.read_text()):
                        found.append(f"{page.relative_to(root)}:{row + 1}: '{path}' does not exist "
                                     f"or has nothing to do with {name}; correct the row")
            row += 1
        for path in sorted(files_with(root, expression) - listed):
            found.append(f"{page.relative_to(root)}:{number}: '{path}' has to do with {name}, too; "
                         "add a row for it")
    return found


def write(root: pathlib.Path, page: pathlib.Path) -> None:
    """Copies the lines of the sources into the blocks of a page."""
    lines = page.read_text().splitlines()
    for block in reversed(list(markdown.blocks(page.read_text()))):
        marker = FROM.search(block.before)
        wanted = region(root / marker[1], marker[2]) if marker else None
        if wanted is not None:
            lines[block.line - 1:block.line - 1 + len(block.lines)] = wanted
    text = "\n".join(lines) + "\n"
    if text != page.read_text():
        page.write_text(text)


def main(root: pathlib.Path, writes: bool) -> int:
    found: list[str] = []
    shown: set[str] = set()
    for page in markdown.pages(root):
        if writes:
            write(root, page)
        problems, regions = example_problems(root, page)
        found += problems + place_problems(root, page)
        shown |= regions
    return markdown.report(found + hidden_regions(root, shown), f"{len(shown)} examples")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), "--write" in sys.argv[2:]))
