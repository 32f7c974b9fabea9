#!/usr/bin/env python3
"""The checks of the documentation notice offences, and say where: one small project per offence."""
import contextlib
import io
import os
import pathlib
import stat
import tempfile
import unittest
from typing import Callable

import check_commands
import check_examples
import check_links

PROGRAM = """#!/bin/sh
case "$1" in
  schema) case "$2" in --help) echo "Print it"; echo "Usage: caloquant schema [OPTIONS]"
      echo "Options:"; echo "  -m, --markdown  as text, see"; echo "              --nothing" ;; --bad) exit 2 ;; esac ;;
  make-showers) ;;
  man) echo 'schema \\-m, \\-\\-markdown' ;;
  --help) echo "Options:"; echo "  --version"; echo "Subcommands:"; echo "  schema     print it" ;;
  *) echo "caloquant: unknown $1" >&2; exit 2 ;;
esac
"""
SOURCE = "// [part]\nint a = 1;\n\nint b = 2;\n// [/part]\n"
SHOWN = "<!-- from tests/docs/x.test.cpp: part -->\n```cpp\nint a = 1;\n\nint b = 2;\n```\n"


class Offences(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        for name in ("ops", "configs", "tests/docs", "tools/dev",
                     *check_commands.COPIES):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.write("CMakePresets.json", '{"name": "dev"}')
        self.write("tools/dev/script.sh", "echo --known")
        self.binary = self.root / "tools/caloquant"
        self.write("tools/caloquant", PROGRAM)
        self.binary.chmod(self.binary.stat().st_mode | stat.S_IXUSR)

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def said(self, check: Callable[[], int]) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = check()
        self.assertEqual(status, 0 if "\n0 problem(s)" in "\n" + out.getvalue() else 1)
        return out.getvalue()

    def links(self, text: str) -> str:
        self.write("README.md", text + "\n`ops`, `configs`, `tests`, `tools`\n")
        return self.said(lambda: check_links.main(self.root))

    def commands(self, text: str) -> str:
        self.write("README.md", text)
        return self.said(lambda: check_commands.main(self.root, self.binary))

    def examples(self, text: str, source: str = SOURCE) -> str:
        self.write("tests/docs/x.test.cpp", source)
        self.write("ops/README.md", text)
        return self.said(lambda: check_examples.main(self.root, False))

    def test_links(self) -> None:
        self.assertIn("0 problem", self.links("# A (b), `c`\n[x](#a-b-c) [y](ops) [z](http://a.b)\n"))
        self.assertIn("README.md:2: links to 'gone.md'", self.links("\n[x](gone.md)\n"))
        self.assertIn("README.md:1: links to '#b'", self.links("[x](#b)\n# a\n"))
        self.assertIn("outside of the project", self.links("[x](..)\n"))
        self.assertIn("names 'ops/gone.cpp'", self.links("`ops/gone.cpp`\n"))
        self.assertIn("0 problem", self.links("    [x](gone.md)\n\n```\n[x](gone.md)\n```\n"))
        (self.root / "new").mkdir()
        self.assertIn("README.md:1: says nothing of 'new'", self.links(""))

    def test_commands_that_run(self) -> None:
        self.assertIn("ran README.md:2 ", self.commands("```sh\ncaloquant schema  # why\n```\n"))
        self.assertIn("README.md:3: 'false' ended with 1", self.commands("\n```sh\nfalse\n```\n"))
        self.assertIn("README.md:2: 'caloquant gone' is no command",
                      self.commands("\n    caloquant gone\n"))
        self.assertIn("'caloquant schema' has no option --bad",
                      self.commands("```sh\ncaloquant schema \\\n  --bad\n```\n"))
        self.assertIn("0 problem", self.commands("```\nfalse\n```\n\n    words of a picture\n"))

    def test_commands_that_do_not_run(self) -> None:
        self.assertIn("there is no preset 'gone'", self.commands("`cmake --preset gone`\n"))
        self.assertIn("0 problem", self.commands("`cmake --preset dev`\n"))
        self.assertIn("there is no 'tools/dev/gone.sh'", self.commands("`tools/dev/gone.sh now`\n"))
        self.assertIn("knows no option --unknown",
                      self.commands("    tools/dev/script.sh --unknown\n"))
        self.assertIn("'caloquant gone' is no command", self.commands("`caloquant gone x`\n"))

    def test_python(self) -> None:
        self.assertIn("README.md:3: is no Python", self.commands("```python\nx = 1\nx = (\n```\n"))
        self.assertIn("0 problem", self.commands("```python\nx = 1\n```\n"))

    def test_tables(self) -> None:
        head = "| command | what |\n|---|---|\n"
        self.assertIn("0 problem", self.commands(head + "| `schema [--markdown]` | x |\n"))
        self.assertIn("0 problem", self.commands(head + "| `schema` | x |\n"))
        self.assertIn("README.md:3: 'caloquant schema' has no option --bad",
                      self.commands(head + "| `schema --markdown --bad` | x |\n"))
        self.assertIn("the table lacks the command 'schema'",
                      self.commands(head + "| `--version` | x |\n"))

    def test_manual(self) -> None:
        self.write("tools/caloquant", PROGRAM.replace(", \\-\\-markdown", ""))
        self.assertIn("caloquant man: says nothing of 'schema --markdown'", self.commands(""))
        self.write("tools/caloquant", PROGRAM.replace("echo 'schema", "echo 'other"))
        self.assertIn("caloquant man: says nothing of 'schema'", self.commands(""))

    def test_examples(self) -> None:
        self.assertIn("0 problem", self.examples(SHOWN))
        self.assertIn("ops/README.md:5: differs", self.examples(SHOWN.replace("b = 2", "b = 3")))
        self.assertIn("differs", self.examples(SHOWN.replace("int b = 2;\n", "")))
        self.assertIn("differs", self.examples(SHOWN.replace("b = 2;\n", "b = 2;\nint c;\n")))
        self.assertIn("tests/docs/x.test.cpp:1: no page shows [part]", self.examples(""))
        self.assertIn("has no lines between", self.examples(SHOWN, "int a = 1;\n"))
        self.assertIn("README.md:2: is code that nothing", self.examples("```cpp\nint;\n```\n", ""))

    def test_places(self) -> None:
        self.write("ops/old.cpp", "Old old;\n")
        self.write("ops/list.cpp", "{Old};\n")
        page = "<!-- places of old: Old -->\n\n| file |\n|---|\n| `ops/<name>.cpp` |\n"
        self.assertIn("ops/README.md:1: 'ops/list.cpp' has to do with old", self.examples(page, ""))
        page += "| `ops/list.{cpp,hpp}` |\n"
        self.assertIn("ops/README.md:6: 'ops/list.hpp' does not exist", self.examples(page, ""))
        self.assertIn("0 problem", self.examples(page.replace("{cpp,hpp}", "cpp"), ""))


if __name__ == "__main__":
    os.chdir(pathlib.Path(__file__).parent)
    unittest.main()
