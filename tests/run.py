#!/usr/bin/env python3
"""Every test of the project: installs and starts what they need, runs them, ends with minutes and counts.

    python3 tests/run.py            all
    python3 tests/run.py --engine   without the plugins' own tests
    python3 tests/run.py --soak     only what breaks around calls, with its figures; CLOSARE_SOAK=1 makes it long

A suite that takes longer than SUITE_MINUTES (20) is ended, and the tests in it that hang are named; the others are run.
A test that lacks something prints a line that begins with `SKIPPED:`, in either case; it is counted as skipped, never as passed.
"""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "target" / "logs"

sys.path.insert(0, str(ROOT / "tests" / "prepare"))
from bounded import MARK as TIMED_OUT  # noqa: E402
from steps import environment, minutes, say  # noqa: E402

RUNNING = re.compile(r"^\s+Running .*\(.*/deps/(?P<name>.+)-[0-9a-f]+\)")
DOCTESTS = re.compile(r"^\s+Doc-tests (?P<name>\S+)")
RESULT = re.compile(r"^test result: \w+\. (?P<passed>\d+) passed; (?P<failed>\d+) failed; (?P<ignored>\d+) ignored")
SKIPPED = "SKIPPED:"
# What a long run found, for whoever reads its end.
FIGURES = "FIGURES:"


@dataclass
class Suite:
    name: str
    began: float
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: list = field(default_factory=list)


def main() -> int:
    LOGS.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    subprocess.run(["sh", "tests/prepare/machine.sh", "tests"], cwd=ROOT, stdin=subprocess.DEVNULL)
    if subprocess.run(["make", "--no-print-directory", "plugins", "PROFILE=dev"], cwd=ROOT, stdin=subprocess.DEVNULL).returncode:
        say("The plugins could not be made: tests that need them are skipped.")
    set_up = time.monotonic() - began
    cargo = ["cargo", *bounded()]
    if "--soak" in sys.argv:
        os.environ.setdefault("SUITE_MINUTES", "180")
        suites, well = run("soak", [*cargo, "test", "--workspace", "--test", "it", "--no-fail-fast", "faults::"], {})
        return report(suites, well, set_up)
    suites, well = run("engine", [*cargo, "test", "--workspace", "--no-fail-fast"], {})
    if "--engine" not in sys.argv:
        # A folder of its own: its dependencies are the plugins', optimised for inference.
        folder = {"CARGO_TARGET_DIR": str(ROOT / "target" / "plugins-native")}
        command = [*cargo, "test", "--manifest-path", "plugins/Cargo.toml", "--workspace", "--no-fail-fast"]
        more, also_well = run("plugins", command, folder)
        suites, well = suites + more, well and also_well
    return report(suites, well, set_up)


def bounded() -> list:
    """Cargo's arguments for suites that hang: each is run by a program that ends it. Nothing where the host isn't known."""
    told = subprocess.run(["rustc", "-vV"], capture_output=True, text=True)
    host = re.search(r"^host: (\S+)$", told.stdout, re.MULTILINE)
    runner = json.dumps([sys.executable, str(ROOT / "tests" / "prepare" / "bounded.py")])
    return ["--config", f"target.{host[1]}.runner={runner}"] if host else []


def run(what: str, command: list, extra: dict) -> tuple:
    """Runs cargo's tests, one suite after the other; gives the suites, and whether cargo was content."""
    say(f"Testing: {what} …")
    suites = []
    log = (LOGS / f"test-{what}.log").open("w")
    process = subprocess.Popen(
        [*command, "--", "--show-output"],
        cwd=ROOT,
        env={**environment(), **extra, "CARGO_TERM_COLOR": "never"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines = []
    for line in process.stdout:
        log.write(line)
        log.flush()
        lines.append(line)
        found = RUNNING.match(line) or DOCTESTS.match(line)
        if found:
            end(suites)
            suites.append(Suite(found["name"], time.monotonic()))
            lines = []
        elif line.upper().startswith(SKIPPED) and suites:
            suites[-1].skipped.append(line.strip())
        elif line.startswith(TIMED_OUT) and suites:
            suites[-1].failed += 1
            end(suites)
            say(f"  {suites[-1].name}: {line.strip()}")
        elif what == "soak" and line.startswith(FIGURES):
            say(f"    {line[len(FIGURES):].strip()}")
        elif (result := RESULT.match(line)) and suites:
            suites[-1].passed += int(result["passed"])
            suites[-1].failed += int(result["failed"])
            end(suites)
            tell(suites[-1], lines)
        elif not suites and line.startswith("error"):
            say(line.rstrip())
    status = process.wait()
    end(suites)
    if status and not any(suite.failed for suite in suites):
        say(f"cargo failed; its words are in {(LOGS / f'test-{what}.log').relative_to(ROOT)}:")
        sys.stdout.writelines(lines[-40:])
    return suites, status == 0


def end(suites: list) -> None:
    if suites and not suites[-1].seconds:
        suites[-1].seconds = time.monotonic() - suites[-1].began


def tell(suite: Suite, lines: list) -> None:
    """A line a suite; what failed in full."""
    if suite.passed + suite.failed == 0:
        return
    for skipped in suite.skipped:
        say(f"    {skipped}")
    say(f"  {suite.name}: {passed(suite)} passed, {suite.failed} failed, {len(suite.skipped)} skipped, {minutes(suite.seconds)}")
    if suite.failed:
        begin = next((at for at, line in enumerate(lines) if line.startswith("failures:")), 0)
        sys.stdout.writelines(f"    {line}" for line in lines[begin:][-200:])
        sys.stdout.flush()


def passed(suite: Suite) -> int:
    # A skipped test ended well as far as cargo knows.
    return max(suite.passed - len(suite.skipped), 0)


def report(suites: list, well: bool, set_up: float) -> int:
    slow = sorted((suite for suite in suites if suite.seconds >= 6), key=lambda suite: -suite.seconds)
    say("")
    say(f"Minutes: {set_up / 60:5.1f}  set-up")
    for suite in slow:
        say(f"         {suite.seconds / 60:5.1f}  {suite.name}")
    good = sum(map(passed, suites))
    bad = sum(suite.failed for suite in suites)
    skipped = sum(len(suite.skipped) for suite in suites)
    if good == 0:
        say("No test ran.")
    if not well and bad == 0:
        bad = 1
        say("A suite did not build or did not end.")
    say(f"{good} passed, {bad} failed, {skipped} skipped")
    return 0 if well and good > 0 else 1


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
