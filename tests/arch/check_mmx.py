#!/usr/bin/env python3
"""No object of ours touches the MMX registers.

They are the x87 registers: code that uses them and leaves without `emms` makes every `long double`
of the program that called it a NaN. Which functions a compiler makes them for depends on its version
and the optimisation; so first every command in compile_commands.json (the first argument) must forbid
them, then the libraries (the others) are disassembled. Prints what is wrong and exits with 1. With
--self-test it checks that it would notice. Skipped (77) without objdump.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

MMX = re.compile(r"%mm[0-7]\b")
FUNCTION = re.compile(r"^[0-9a-f]+ <(.+)>:$")


def offences(lines):
    function, seen, count = "?", [], 0
    for line in lines:
        name = FUNCTION.match(line)
        if name:
            function = name.group(1)
            count += 1
        elif MMX.search(line) and (not seen or seen[-1] != function):
            seen.append(function)
    return seen, count


def disassembled(library):
    command = ["objdump", "--disassemble", "--no-show-raw-insn", library]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as process:
        yield from (line.rstrip() for line in process.stdout)
    if process.returncode != 0:
        raise RuntimeError(f"objdump cannot read {library}")


def allowed(commands):
    return [entry["file"] for entry in commands if "-mno-mmx" not in entry["command"].split()]


def self_test():
    text = ["0000000000000000 <good>:", "   0:\tpaddd  %xmm1,%xmm0",
            "0000000000000010 <bad>:", "  10:\tmovq   (%rdi),%mm0", "  14:\tpaddd  %mm1,%mm0"]
    commands = [{"file": "a.cpp", "command": "c++ -mno-mmx -c a.cpp"},
                {"file": "b.cpp", "command": "c++ -c b.cpp"}]
    return 0 if offences(text) == (["bad"], 2) and allowed(commands) == ["b.cpp"] else 1


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    found = 0
    for file in allowed(json.loads(pathlib.Path(arguments[0]).read_text())):
        print(f"{file}: compiled without -mno-mmx")
        found += 1
    if not shutil.which("objdump"):
        print("objdump is missing: no library was disassembled")
        return 1 if found else 77
    for library in arguments[1:]:
        functions, count = offences(disassembled(library))
        if count == 0:
            print(f"{library}: no functions seen")
            found += 1
        for function in functions:
            print(f"{library}: {function} uses MMX registers (compile it with -mno-mmx)")
            found += 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
