#!/usr/bin/env python3
"""Links and paths of the documentation: check_links.py ROOT

Every relative link leads to a file or folder, every #anchor to a heading, every path in code
that begins with a folder of the project exists; a README names the folders beside it, that of
tools every script. Prints each offence as file:line; exits with 1.
"""
import pathlib
import re
import sys

import markdown

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PATH = re.compile(r"[\w.+-]+(?:/[\w.+-]+)+/?")
# Paths in code that no checkout has, with the reason.
ABSENT = {
    "calibration/observers/rms.hpp": "the example of a page",
    "metrics/tensor/mean_abs.cpp": "the example of a page",
    "quantizer/search/strategy/tail_first.hpp": "the example of a page",
    "run/geant4/costs.md": "written by the script that the page tells of",
}


def anchors(page: pathlib.Path) -> set[str]:
    """Of all headings, as GitHub makes them: lower case, no punctuation, hyphens for spaces."""
    found: dict[str, int] = {}
    names = set()
    for _, line in markdown.prose(page.read_text()):
        heading = re.match(r"#{1,6}\s+(.*?)\s*#*$", line)
        if heading:
            text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1])
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            count = found.get(slug, 0)
            found[slug] = count + 1
            names.add(slug if count == 0 else f"{slug}-{count}")
    return names


def link_problem(root: pathlib.Path, page: pathlib.Path, target: str) -> str | None:
    if re.match(r"[a-z]+:", target):
        return None
    path, _, anchor = target.partition("#")
    file = (page.parent / path).resolve() if path else page
    if not file.exists():
        return f"links to '{target}', which does not exist; correct the path"
    if not file.is_relative_to(root.resolve()):
        return f"links to '{target}' outside of the project; name it in words"
    if anchor and file.is_file() and anchor not in anchors(file):
        known = ", ".join(sorted(anchors(file)))
        return f"links to '#{anchor}', but the headings of '{file.name}' are: {known}"
    return None


def path_problem(root: pathlib.Path, page: pathlib.Path, code: str) -> str | None:
    """Of a code span that is a path and nothing else."""
    folders = {path.name for path in root.iterdir() if path.is_dir()}
    if not PATH.fullmatch(code) or code in ABSENT:
        return None
    exists = (root / code).exists() or (page.parent / code).exists()
    if exists or code.split("/")[0] not in folders or code.startswith("build"):
        return None
    if list((root / code).parent.glob((root / code).name + ".*")):  # `calibration/observers/kl`
        return None
    return f"names '{code}', which does not exist; correct it or list it in ABSENT of check_links.py"


def problems_of(root: pathlib.Path, page: pathlib.Path) -> list[str]:
    found = []
    for number, line in markdown.prose(page.read_text()):
        place = f"{page.relative_to(root)}:{number}"
        without_code = markdown.SPAN.sub("``", line)
        targets = LINK.findall(without_code)
        problems = [link_problem(root, page, target) for target in targets]
        problems += [path_problem(root, page, code) for code in markdown.SPAN.findall(line)]
        found += [f"{place}: {problem}" for problem in problems if problem]
    return found


def unnamed(root: pathlib.Path, page: pathlib.Path) -> list[str]:
    """Folders and scripts that a README has forgotten."""
    beside = [path for path in page.parent.iterdir() if path.is_dir()]
    if page.parent == root / "tools":
        beside += [path for path in (root / "tools/dev").iterdir() if path.is_file()]
    spans = " ".join(code for _, line in markdown.prose(page.read_text())
                     for code in markdown.SPAN.findall(line) + LINK.findall(line))
    words = set(re.findall(r"[\w.-]+", spans))
    return [f"{page.relative_to(root)}:1: says nothing of '{path.name}'; add a row"
            for path in sorted(beside)
            if path.name not in words | {"include", "corpus"}
            and not path.name.startswith((".", "_", "build", "run"))]


def main(root: pathlib.Path) -> int:
    pages = list(markdown.pages(root))
    problems = [problem for page in pages for problem in problems_of(root, page)]
    problems += [problem for page in pages if page.name == "README.md"
                 for problem in unnamed(root, page)]
    return markdown.report(problems, f"{len(pages)} pages")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve()))
