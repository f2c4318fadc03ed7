#!/usr/bin/env python3
"""Runs one suite of tests, as cargo's runner, and ends it when its time is over: with all that it has started, and with the
names of the tests that hang. The suites behind it are run all the same.

    python3 tests/prepare/bounded.py PROGRAM [ARGUMENT ...]

SUITE_MINUTES is its time; 20 where nothing is said. Its exit status is the program's, or 124.
"""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

# All suites together take about that on two cores.
MINUTES = 20.0
TIMED_OUT = 124
# How libtest tells of a test. The second comes after a minute.
ENDED = re.compile(r"^test (?P<name>\S+).* \.\.\. ")
LASTS = re.compile(r"^test (?P<name>\S+) has been running for over ")
# Where a line is looked for.
MARK = "TIMED OUT:"


def main(command: list) -> int:
    minutes = float(os.environ.get("SUITE_MINUTES") or MINUTES)
    # A group of its own, so that what a test has started ends with it.
    process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: interrupted(process, number))
    ended, last = set(), {}
    reader = threading.Thread(target=read, args=(process.stdout, ended, last), daemon=True)
    reader.start()
    try:
        status = process.wait(timeout=minutes * 60)
    except subprocess.TimeoutExpired:
        kill(process)
        reader.join(timeout=5)
        tell(command, minutes, ended, last)
        return TIMED_OUT
    # What it has started may hold its output open; what it has written itself is read by then.
    reader.join(timeout=5)
    kill(process)
    return status if status >= 0 else 128 - status


def read(output, ended: set, last: dict) -> None:
    """Hands on what is written; notes which tests have ended, and which take long."""
    for line in output:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
        text = line.decode(errors="replace")
        if found := LASTS.match(text):
            last[found["name"]] = True
        elif found := ENDED.match(text):
            ended.add(found["name"])


def tell(command: list, minutes: float, ended: set, last: dict) -> None:
    hang = [name for name in last if name not in ended]
    what = "running"
    if not hang:
        # None was told of yet: those that have no result are running, or wait for their turn.
        what, hang = "without a result", [name for name in listed(command) if name not in ended]
    names = ", ".join(hang) or "none"
    print(f"\n{MARK} {Path(command[0]).name} after {minutes:g} min; {what}: {names}", flush=True)


def listed(command: list) -> list:
    """The suite's tests, by its own word."""
    arguments = [word for word in command[1:] if word != "--show-output"]
    try:
        told = subprocess.run([command[0], *arguments, "--list", "--format", "terse"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return []
    return [line.removesuffix(": test") for line in told.stdout.splitlines() if line.endswith(": test")]


def interrupted(process: subprocess.Popen, number: int) -> None:
    kill(process)
    sys.exit(128 + number)


def kill(process: subprocess.Popen) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


if __name__ == "__main__":
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1:]))
