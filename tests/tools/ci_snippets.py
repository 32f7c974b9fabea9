#!/usr/bin/env python3
"""The ready-made CI files of configs/ci: their structure, and their gate lines run as they stand.

Lines that install or build are not run, by this rule: in GitHub's file those of steps whose name
begins with "Install", in GitLab's those of before_script. Everything else is executed with the
built caloquant on the PATH, on a small classifier that lies where the variables say. Times of so
small a model mean nothing, so MIN_SPEEDUP alone is changed. Exits with 77 (skipped) without PyYAML.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

try:
    import yaml
except ImportError:
    print("skipped: needs PyYAML (Debian: python3-yaml)")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests/fixtures/foreign"
CONFIG = {
    "model": {"file": "classifier.onnx"},
    "data": {"files": "images.npy", "calibration_samples": 32, "evaluation_samples": 128},
    "input": {"encoding": "tensor"},
    "metric": {"name": "mse"},
    "accuracy_criterion": {"criterion": "absolute", "tolerable_loss": 1000},
}


def require(condition: bool, message: str) -> None:
    if not condition:
        sys.exit(f"ci_snippets: {message}")


def keys(mapping: object, place: str, *names: str) -> None:
    require(isinstance(mapping, dict), f"{place} is no mapping")
    for name in names:
        require(name in mapping, f"{place} lacks '{name}'")


def github(path: pathlib.Path) -> tuple[dict, list[str], list[str]]:
    """Variables, lines that gate, lines that always run."""
    document = yaml.safe_load(path.read_text())
    if True in document:  # YAML 1.1 reads the key `on` as true
        document["on"] = document.pop(True)
    keys(document, path.name, "name", "on", "jobs", "permissions")
    keys(document["on"], "on", "push", "pull_request")
    (job,) = document["jobs"].values()
    keys(job, "job", "runs-on", "steps", "env", "defaults")
    require(job["defaults"]["run"]["shell"] == "bash", "the shell is not bash")
    gate: list[str] = []
    always: list[str] = []
    uploads: list[str] = []
    for step in job["steps"]:
        require(("run" in step) != ("uses" in step), f"a step has not one of run and uses: {step}")
        if "uses" in step:
            require("@" in step["uses"], f"{step['uses']} has no version")
            if step["uses"].startswith("actions/upload-artifact@"):
                require(step.get("if") == "always()", "artifacts are not uploaded after a failure")
                uploads += step["with"]["path"].split()
        elif not step["name"].startswith("Install"):
            (always if step.get("if") == "always()" else gate).append(step["run"])
    require(set(uploads) == {"check.xml", "check.md"}, f"uploads {uploads}")
    return job["env"], gate, always


def gitlab(path: pathlib.Path) -> tuple[dict, list[str], list[str]]:
    document = yaml.safe_load(path.read_text())
    keys(document, path.name, "stages")
    jobs = {name: job for name, job in document.items() if name != "stages"}
    (job,) = jobs.values()
    keys(job, "job", "stage", "image", "variables", "before_script", "script", "artifacts")
    require(job["stage"] in document["stages"], "the job has no stage of the list")
    artifacts = job["artifacts"]
    require(artifacts["when"] == "always", "artifacts are not kept after a failure")
    require(artifacts["reports"]["junit"] == "check.xml", "no JUnit report")
    require(set(artifacts["paths"]) == {"check.xml", "check.md"}, "other artifacts")
    return job["variables"], job["script"], job.get("after_script", [])


def shell(lines: list[str], folder: pathlib.Path, environment: dict[str, str]) -> int:
    done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(lines)],
                          cwd=folder, env=environment, capture_output=True, text=True)
    print(done.stdout + done.stderr, end="")
    return done.returncode


def lay_out(folder: pathlib.Path, variables: dict, caloquant: pathlib.Path) -> None:
    """The model, config and baseline where the variables say."""
    config = folder / variables["CONFIG"]
    baseline = (folder / variables["BASELINE"]).parent
    config.parent.mkdir(parents=True)
    for name in ("classifier.onnx", "images.npy"):
        shutil.copy(FIXTURES / name, config.parent)
    config.write_text(json.dumps(CONFIG))
    subprocess.run([caloquant, "quantize", config, "-o", baseline, "--quiet"], check=True)
    shutil.copy(baseline / "quantized.h5", folder / variables["MODEL"])


def run_gate(name: str, snippet: tuple[dict, list[str], list[str]], caloquant: pathlib.Path,
             least: str, expected: int, verdict: str) -> None:
    variables, gate, always = snippet
    require(any("caloquant check" in line for line in gate), f"{name} does not run the gate")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        lay_out(folder, variables, caloquant)
        summary = folder / "summary.md"
        environment = os.environ | {key: str(value) for key, value in variables.items()} | {
            "PATH": f"{caloquant.parent}:{os.environ['PATH']}",
            "GITHUB_STEP_SUMMARY": str(summary), "MIN_SPEEDUP": least}
        code = shell(gate, folder, environment)
        require(code == expected, f"{name}: the gate ended with {code} instead of {expected}")
        require(shell(always, folder, environment) == 0, f"{name}: the lines behind it failed")
        suite = ET.parse(folder / "check.xml").getroot()[0]
        require(int(suite.get("failures")) == (expected != 0), f"{name}: other failures in JUnit")
        require(len(suite.findall("testcase")) == 2, f"{name}: not two testcases")
        text = (folder / "check.md").read_text()
        require(text.startswith(f"## caloquant check: {verdict}"), f"{name}: {text}")
        require(not name.startswith("github") or summary.read_text() == text, "no summary")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--caloquant", type=pathlib.Path, required=True)
    caloquant = parser.parse_args().caloquant.resolve()
    for name, read in (("github_actions.yml", github), ("gitlab_ci.yml", gitlab)):
        snippet = read(ROOT / "configs/ci" / name)
        run_gate(name, snippet, caloquant, "0.001", 0, "passed")
        run_gate(name, snippet, caloquant, "1000000", 7, "FAILED: speedup over fp32")
    print("ci_snippets: both files hold")


if __name__ == "__main__":
    main()
