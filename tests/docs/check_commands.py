#!/usr/bin/env python3
"""Commands of the documentation: check_commands.py ROOT CALOQUANT

- Commands in ```sh blocks and in indented blocks run, in a temporary copy of what they may need,
  with the small data and the substitutions below.
- Those in EXEMPT do not run. Of them, and of commands in code spans, the script, its options,
  presets and targets must exist, and options of caloquant must be in its help.
- A table whose first column is called "command" has a row for every command of the help; options
  in it are those of the help. The manual page has every command and every option.
- ```python blocks are Python.

Prints each offence as file:line and exits with 1.
"""
import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import markdown

# What does not run, by the beginning of a command, and why.
EXEMPT = {
    r"(bash )?tools/dev/(demo|test_all)\.sh": "installs packages and builds; CI runs both",
    r"tests/mutation/run_faults\.py": "another build than the one that is tested",
    r"\.ci/run": "all gates, an hour; CI runs it",
    r"(cmake|ctest)\b": "builds, or would run this test",
    r"\S*=\S+ build/dev/tests/": "one of the tests that run beside this one",
    r"build/(fuzz|bench)/": "another build than the one that is tested",
    r"bench_\w+( |$)": "another build than the one that is tested",
    r"tools/dev/(bench|make)_\w+\.py": "needs Python packages or minutes of measuring",
    r"(~/train/bin/python|\$caloquant compare run/valid51)": "hours of training, and its result",
    r"(\. /opt/geant4|cd build/geant4|cp -r \.\./\.\./tools|\./caloquant_geant4|python3 tools/examples)":
        "needs Geant4; install.geant4 runs the example where it is",
    r"(sudo |apt|pip3? |python3 -m (venv|pip)|git clone)": "needs root or the network",
}

# (expression, replacement, why), in this order, on a whole command. {work} is the temporary folder.
SUBSTITUTIONS = [
    (r"build/\w+/tools/caloquant\b", "caloquant", "the program under test, wherever it was built"),
    (r"/data/showers51_\*\.h5", "{work}/data/showers51.h5", "data made for this test"),
    (r" MODEL\b", " --architecture configs/energygan.json --random-weights 1", "any small model"),
    (r"max_trials=\d+", "max_trials=1", "time"),
    (r"^caloquant quantize (.*)$", r"caloquant quantize \1 --set /data/calibration_samples=2"
     " --set /data/evaluation_samples=4 --set /report/physics_events=0 || test $? = 7",
     "time; with so few events the target may be missed"),
    (r"^caloquant evaluate (.*)$", r"caloquant evaluate \1 --set /data/calibration_samples=2"
     " --set /data/evaluation_samples=2", "time"),
    (r"^caloquant benchmark (.*)$", r"caloquant benchmark \1 --seconds 0 --repetitions 1", "time"),
    (r"^(caloquant check \S+ --config run.json --junit check.xml)$", r"\1 || test $? = 7",
     "with so few events the target may be missed"),
    (r"--batch [\d,]+", "--batch 1", "time"),
    (r"--events \d+", "--events 4", "time"),
]

# What commands find in their folder.
COPIES = ("configs", "tests/fixtures/foreign", "tests/fixtures/tensorflow", "tests/fixtures/verify",
          "tests/fixtures/calorimeter")
DATA = ("mkdir data && caloquant make-showers --detector clic51 --events 8 -o data/showers51.h5 && "
        "caloquant make-showers --detector clic25 --events 8 -o data/showers25.h5 && "
        # What the reader of configs/FROM_SAVEDMODEL_TO_GATE.md brings.
        "cp -r tests/fixtures/calorimeter generator && "
        "caloquant make-showers --detector clic51 --events 24 -o EleEscan_0.h5")

COMMAND = re.compile(r"^(?:[A-Z_]+=\S+ )*(?:bash |sudo )?"
                     r"(?:caloquant|cmake|ctest|bench_\w+|tools/|tests/|build/|\.ci/)")
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z0-9-]*|-[a-zA-Z](?![\w-]))")
TIMEOUT = 60


class Program:
    """caloquant, as its help describes it."""

    def __init__(self, binary: pathlib.Path) -> None:
        self.binary = binary

    @functools.cache
    def help(self, *command: str) -> str:
        run = subprocess.run([self.binary, *command, "--help"], capture_output=True, text=True,
                             timeout=TIMEOUT, check=False)
        return run.stdout if run.returncode == 0 else ""

    def commands(self) -> list[str]:
        words = re.findall(r"^ {1,4}([a-z][a-z0-9-]*)(?: |$)", self.help(), re.MULTILINE)
        return [word for word in words if f"caloquant {word}" in self.help(word)]

    def options(self, *command: str) -> set[str]:
        # "  -o,--output TEXT   text with --other", or "  -o, --output FILE": the names at the beginning
        lines = re.findall(r"^ {1,8}(-[\w-]+(?:, ?-[\w-]+)*)", self.help(*command), re.MULTILINE)
        return {name for line in lines for name in re.split(", ?", line)}


def program_problem(program: Program, command: str) -> str | None:
    """Of `caloquant ...`: the subcommand and its options must exist."""
    words = command.split()[1:]
    named = words[0] if words and re.fullmatch(r"[a-z-]+", words[0]) else ""
    if named and not named.startswith("-") and not program.help(named):
        return f"'caloquant {named}' is no command; there are: {', '.join(program.commands())}"
    own = program.options(*([named] if named and not named.startswith("-") else []))
    for option in OPTION.findall(re.sub(r"'[^']*'", "", command)):
        if option not in own | {"-h"}:
            return f"'caloquant {named}' has no option {option}; see 'caloquant {named} --help'"
    return None


def static_problem(root: pathlib.Path, program: Program, command: str) -> str | None:
    """What can be said of a command without running it."""
    words = command.split()
    while words and (re.match(r"[A-Z_]+=", words[0]) or words[0] in ("bash", "sudo")):
        words.pop(0)
    if not words:
        return None
    first = words[0]
    if first == "caloquant":
        return program_problem(program, " ".join(words))
    if first in ("cmake", "ctest"):
        presets = (root / "CMakePresets.json").read_text()
        lists = "".join(path.read_text() for path in root.glob("*/**/CMakeLists.txt"))
        for name in re.findall(r"--preset[ =](\w+)", command):
            if f'"name": "{name}"' not in presets:
                return f"there is no preset '{name}' in CMakePresets.json"
        for name in re.findall(r"--target (\w+)", command):
            if not re.search(rf"\b{name}\b|\b{name.split('_')[-1]}\b", lists):
                return f"no CMakeLists.txt names the target '{name}'"
        return None
    if re.match(r"(tools|tests|\.ci)/", first):
        script = root / first
        if not script.is_file():
            return f"there is no '{first}'"
        text = script.read_text()
        for option in OPTION.findall(command):
            if option.startswith("--") and option not in text:
                return f"'{first}' knows no option {option}"
    return None


def commands_of(block: markdown.Block) -> list[tuple[int, str]]:
    """Lines of a shell block; of an indented one those that look like commands. A backslash at the
    end goes on with the next line, a comment behind two blanks is left out."""
    found: list[tuple[int, str]] = []
    going_on = False
    for offset, line in enumerate(block.lines):
        text = re.sub(r"(^|\s+)# .*$", "", line).rstrip()
        if going_on:
            number, start = found.pop()
            found.append((number, start[:-1].rstrip() + " " + text.strip()))
        elif text and (block.language == "sh" or COMMAND.match(text)):
            found.append((block.line + offset, text))
        going_on = bool(found) and text.endswith("\\") and found[-1][1].endswith("\\")
    return found


def substituted(command: str, work: pathlib.Path) -> str:
    for expression, replacement, _ in SUBSTITUTIONS:
        command = re.sub(expression, replacement, command)
    return command.replace("{work}", str(work))


def exemption(command: str) -> str | None:
    return next((why for start, why in EXEMPT.items() if re.match(start, command)), None)


def run_problem(script: str, work: pathlib.Path, binary: pathlib.Path) -> str | None:
    path = f"{binary.parent}:{os.environ.get('PATH', '/usr/bin:/bin')}"
    env = {**os.environ, "PATH": path, "HOME": str(work), "CALOQUANT_KERNEL_CACHE": "off",
           "OMP_NUM_THREADS": "2"}
    try:
        run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=work, env=env,
                             capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return f"took more than {TIMEOUT} s; make it smaller in SUBSTITUTIONS of check_commands.py"
    if run.returncode == 0:
        return None
    said = (run.stderr.strip() or run.stdout.strip()).splitlines()[-3:]
    return (f"ended with {run.returncode}: {' / '.join(said)}; correct it, or list it with a reason "
            "in EXEMPT of check_commands.py")


def block_problems(root: pathlib.Path, program: Program, page: pathlib.Path,
                   work: pathlib.Path) -> list[str]:
    """Blocks of a page run one after the other in one folder, each as one script."""
    found = []
    for block in markdown.blocks(page.read_text()):
        if block.language not in ("sh", "bash", "indented"):
            continue
        runnable = []
        for number, command in commands_of(block):
            problem = static_problem(root, program, command)
            if problem:
                found.append(f"{page.relative_to(root)}:{number}: {problem}")
            elif not exemption(command):
                runnable.append((number, substituted(command, work)))
        script = "\n".join(command for _, command in runnable)
        if script:
            begin = time.monotonic()
            problem = run_problem(script, work, program.binary)
            place = f"{page.relative_to(root)}:{runnable[0][0]}"
            if problem:
                found.append(f"{place}: '{script}' {problem}")
            print(f"ran {place} in {time.monotonic() - begin:.1f} s")
    return found


def python_problems(root: pathlib.Path, page: pathlib.Path) -> list[str]:
    """Blocks of Python are read, not run: the packages that they import are not part of the build."""
    found = []
    for block in markdown.blocks(page.read_text()):
        if block.language == "python":
            try:
                compile("\n".join(block.lines), str(page), "exec")
            except SyntaxError as error:
                line = block.line + (error.lineno or 1) - 1
                found.append(f"{page.relative_to(root)}:{line}: is no Python: {error.msg}")
    return found


def span_problems(root: pathlib.Path, program: Program, page: pathlib.Path) -> list[str]:
    """Commands in code spans."""
    found = []
    for number, line in markdown.prose(page.read_text()):
        for code in markdown.SPAN.findall(line):
            if COMMAND.match(code) and " " in code:
                problem = static_problem(root, program, code)
                if problem:
                    found.append(f"{page.relative_to(root)}:{number}: {problem}")
    return found


def table_rows(text: str) -> list[tuple[int, str]]:
    """First cells of tables whose first column is called "command"."""
    rows = []
    inside = False
    for number, line in markdown.prose(text):
        cells = re.split(r"(?<!\\)\|", line)
        first = cells[1].strip() if len(cells) > 2 else ""
        inside = bool(first) and (inside or first == "command")
        if inside and "`" in first:
            rows.append((number, first.replace("\\|", "|")))
    return rows


def table_problems(root: pathlib.Path, program: Program, page: pathlib.Path) -> list[str]:
    rows = table_rows(page.read_text())
    found, named = [], set()
    for number, cell in rows:
        place = f"{page.relative_to(root)}:{number}"
        for code in markdown.SPAN.findall(cell):
            command = code.removeprefix("caloquant ").split()[0]
            if command.startswith("-"):
                if command not in program.options():
                    found.append(f"{place}: caloquant has no option {command}")
                continue
            named.add(command)
            problem = program_problem(program, f"caloquant {code.removeprefix('caloquant ')}")
            if problem:
                found.append(f"{place}: {problem}")
    if rows:
        for command in sorted(set(program.commands()) - named):
            found.append(f"{page.relative_to(root)}:{rows[0][0]}: the table lacks the command "
                         f"'{command}'; add a row")
    return found


def manual_problems(program: Program) -> list[str]:
    """Options stand in the manual page, where tables of commands leave them to."""
    run = subprocess.run([program.binary, "man"], capture_output=True, text=True, timeout=TIMEOUT,
                         check=False)
    if run.returncode != 0:
        return [f"caloquant man: ended with {run.returncode}"]
    manual = re.sub(r"\\f[BIR]", "", run.stdout).replace("\\-", "-")
    found = []
    for command in program.commands():
        if not re.search(rf"\b{command}\b", manual):
            found.append(f"caloquant man: says nothing of '{command}'")
        found += [f"caloquant man: says nothing of '{command} {option}'"
                  for option in sorted(program.options(command) - {"-h", "--help"})
                  if not re.search(rf"(?<![\w-]){option}(?![\w-])", manual)]
    return found


def main(root: pathlib.Path, binary: pathlib.Path) -> int:
    program = Program(binary)
    found = manual_problems(program)
    pages = list(markdown.pages(root))
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        for folder in COPIES:
            shutil.copytree(root / folder, work / folder)
        problem = run_problem(DATA, work, binary)
        if problem:
            found.append(f"tests/docs/check_commands.py: the data cannot be made: {problem}")
        for page in pages:
            found += block_problems(root, program, page, work)
            found += span_problems(root, program, page)
            found += python_problems(root, page)
            found += table_problems(root, program, page)
    return markdown.report(found, f"{len(pages)} pages, {len(program.commands())} commands")


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()))
