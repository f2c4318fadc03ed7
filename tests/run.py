#!/usr/bin/env python3
"""Runs every test, with what they need, and counts. `make test` calls it.

The last line is `N passed, N failed, N skipped`. A test that can't run here prints a line that begins with `SKIPPED:` and
says what is missing; it is counted as skipped, never as passed. The exit status is 0 if nothing failed.
"""

import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent / "prepare"))
from steps import LOGS, ROOT, environment, minutes, say, step  # noqa: E402

MACHINE = ROOT / "tests" / "prepare" / "machine.sh"
CLOSARE = ROOT / "target" / "debug" / "closare"
# Of all suites of a workspace together. Something hangs where it takes longer.
MINUTES_MAX = 30

# The same units as `cargo test --workspace` builds, so that nothing is built twice.
BUILD = ["cargo", "build", "--workspace", "--bins", "--tests", "--examples"]
# What a user would do with the examples.
EXAMPLES = [
    ["policy", "test", "examples/policy/stricter.test.yaml"],
    ["--config", "examples/one-node/closare.yaml", "config", "check"],
]


@dataclass
class Suite:
    name: str
    seconds: float = 0.0
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    # It came to its result line.
    ended: bool = False
    why_skipped: list = field(default_factory=list)


def main() -> int:
    began = time.monotonic()
    prepared = prepare()
    suites = []
    if step("Building Closare and its tests (10 to 15 minutes on two cores, the first time)", BUILD) != 0:
        suites.append(Suite("build of the engine", failed=1))
        return finish(suites, began)
    built = step("Building the plugins (10 minutes, the first time)", ["make", "--keep-going", "plugin-files", "PROFILE=debug"])
    if built != 0:
        suites.append(missing_plugins(prepared))
    suites += workspace("Cargo.toml", ROOT / "target", "the engine's suites")
    suites.append(examples())
    if prepared["models"]:
        suites += plugins_native()
    else:
        suites.append(Suite("plugins", skipped=1, why_skipped=["the models are missing"]))
    return finish(suites, began)


def prepare() -> dict:
    """What is missing is told; tests that need it are skipped."""
    run = lambda *command: subprocess.run([str(word) for word in command], cwd=ROOT, stdin=subprocess.DEVNULL).returncode == 0
    run("sh", MACHINE, "tests")
    wasm = run("sh", MACHINE, "wasm")
    models = run("sh", MACHINE, "python") and run(sys.executable, "plugins/models/fetch.py")
    return {"wasm": wasm, "models": models}


def missing_plugins(prepared: dict) -> Suite:
    """A plugin that can't be built is a failure, unless this machine has nothing to build it with."""
    lacks = [name for name, there in (("a compiler for WASM", prepared["wasm"]), ("the models", prepared["models"])) if not there]
    if lacks:
        return Suite("build of the plugins", skipped=1, why_skipped=[f"missing: {', '.join(lacks)}"])
    return Suite("build of the plugins", failed=1)


def plugins_native() -> list:
    """The plugins' own tests run natively: models are several times faster so, and a failure has a place."""
    target = ROOT / "target" / "plugins-native"
    build = ["cargo", "test", "--no-run", "--manifest-path", "plugins/Cargo.toml", "--target-dir", target]
    if step("Building the plugins' own tests (5 minutes, the first time)", build) != 0:
        return [Suite("build of the plugins' tests", failed=1)]
    return workspace("plugins/Cargo.toml", target, "the plugins' suites")


def examples() -> Suite:
    suite = Suite("examples", ended=True)
    began = time.monotonic()
    for arguments in EXAMPLES:
        done = subprocess.run([str(CLOSARE), *arguments], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode == 0:
            suite.passed += 1
        else:
            suite.failed += 1
            say(f"closare {' '.join(arguments)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    suite.seconds = time.monotonic() - began
    report(suite)
    return suite


def workspace(manifest: str, target: Path, what: str) -> list:
    """`cargo test` of a workspace whose tests are built."""
    common = ["cargo", "test", "--manifest-path", manifest, "--target-dir", str(target)]
    if manifest == "Cargo.toml":
        common.append("--workspace")
    names = names_by_executable(common)
    say(f"Running {what}")
    log = LOGS / f"{what.replace(' ', '-')}.log".replace("'", "")
    process = subprocess.Popen(
        [*common, "--no-fail-fast", "--", "--show-output"],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    watchdog = threading.Timer(MINUTES_MAX * 60, lambda: os.killpg(process.pid, 9))
    watchdog.start()
    with log.open("w") as file:
        reader = Reader(names)
        try:
            for line in process.stdout:
                file.write(line)
                reader.read(line.rstrip("\n"))
            status = process.wait()
        except KeyboardInterrupt:
            os.killpg(process.pid, 15)
            raise
        finally:
            watchdog.cancel()
    return reader.finish(status, log)


def names_by_executable(common: list) -> dict:
    """What each test program is called here: the folder of its crate, and `unit` or the test's name."""
    done = subprocess.run(
        [*common, "--no-run", "--message-format", "json"], cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    names = {}
    for line in done.stdout.splitlines():
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("reason") != "compiler-artifact" or not message.get("executable"):
            continue
        folder = os.path.relpath(Path(message["manifest_path"]).parent, ROOT)
        kind = message["target"]["kind"][0]
        names[Path(message["executable"]).name] = f"{folder}, {message['target']['name'] if kind == 'test' else f'{kind} unit'}"
    return names


class Reader:
    """Reads cargo's output as it comes."""

    RUNNING = re.compile(r"^\s+Running .*\((.*)\)$")
    DOCUMENTATION = re.compile(r"^\s+Doc-tests (\S+)$")
    RESULT = re.compile(r"^test result: \S+ (\d+) passed; (\d+) failed; (\d+) ignored;")
    BLOCK = re.compile(r"^---- (.*) stdout ----$")
    SKIPPED = re.compile(r"^\s*skipped: *(.*)", re.IGNORECASE)

    def __init__(self, names: dict):
        self.names = names
        self.suites = []
        self.begin = 0.0
        self.section = ""
        self.block = ""
        self.skips = {}
        self.last = []

    def read(self, line: str) -> None:
        self.last = [*self.last[-40:], line]
        running, documentation, result = self.RUNNING.match(line), self.DOCUMENTATION.match(line), self.RESULT.match(line)
        if running:
            path = Path(running[1]).name
            self.start(self.names.get(path, path))
        elif documentation:
            self.start(f"{documentation[1]}, documentation")
        elif result:
            self.end(*(int(number) for number in result.groups()))
        else:
            self.within(line)

    def start(self, name: str) -> None:
        self.suites.append(Suite(name))
        self.begin = time.monotonic()
        self.section, self.block, self.skips = "", "", {}

    def within(self, line: str) -> None:
        if line in ("successes:", "failures:"):
            self.section, self.block = line, ""
        block = self.BLOCK.match(line)
        if block:
            self.block = block[1]
        skipped = self.SKIPPED.match(line)
        if self.section == "successes:" and self.block and skipped:
            self.skips.setdefault(self.block, skipped[1])
        if self.section == "failures:":
            say(line)

    def end(self, passed: int, failed: int, ignored: int) -> None:
        if not self.suites:
            return
        suite = self.suites[-1]
        suite.passed += passed - len(self.skips)
        suite.failed += failed
        suite.skipped += ignored + len(self.skips)
        suite.why_skipped += [f"{test}: {why}" for test, why in self.skips.items()]
        if ignored:
            suite.why_skipped.append(f"{ignored} marked as ignored")
        suite.seconds = time.monotonic() - self.begin
        suite.ended = True
        # Documentation tests may have several results in one suite.
        self.section, self.block, self.skips = "", "", {}
        report(suite)

    def finish(self, status: int, log: Path) -> list:
        broken = [suite for suite in self.suites if not suite.ended] if status != 0 else []
        for suite in broken:
            suite.failed += 1
            say(f"{suite.name}: ended without a result; see {log.relative_to(ROOT)}")
        if status != 0 and not any(suite.failed for suite in self.suites):
            say("\n".join(self.last))
            self.suites.append(Suite("cargo test", failed=1))
        return self.suites


def report(suite: Suite) -> None:
    if suite.passed or suite.failed or suite.skipped:
        say(line_of(suite))


def line_of(suite: Suite) -> str:
    counts = f"{suite.passed:4} passed  {suite.failed:3} failed  {suite.skipped:3} skipped"
    return f"  {suite.seconds / 60:5.2f} min  {counts}  {suite.name}"


def finish(suites: list, began: float) -> int:
    reasons = [(suite.name, why) for suite in suites for why in suite.why_skipped]
    if reasons:
        say("\nSkipped:")
        for name, why in reasons:
            say(f"  {name}: {why}")
    failed = [suite for suite in suites if suite.failed]
    if failed:
        say("\nFailed:")
        for suite in failed:
            say(line_of(suite))
    say(f"\nAll of it took {minutes(time.monotonic() - began)}.")
    total = lambda of: sum(getattr(suite, of) for suite in suites)
    say(f"{total('passed')} passed, {total('failed')} failed, {total('skipped')} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
