#!/usr/bin/env python3
"""A step of a longer work: says what it does and for how long, keeps its output in target/logs, shows it if it fails.

    python3 tests/prepare/steps.py "Building Closare (10 minutes, the first time)" cargo build ...

A step that is over within seconds says nothing, so that the second time is quiet.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOGS = ROOT / "target" / "logs"

# A step that takes longer is worth a line.
QUIET_SECONDS = 4
# Without a terminal, a sign of life, since a supervisor may end what says nothing.
ALIVE_SECONDS = 120
LINES_OF_FAILURE = 60


def step(what: str, command: list, about_time: bool = True) -> int:
    """Runs the command; gives its exit status."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{name_of(what)}.log"
    began = time.monotonic()
    said = False
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=ROOT, env=environment()
            )
        except OSError as error:
            print(f"{what}: {command[0]} can't be run ({error.strerror})", file=sys.stderr)
            return 127
        alive = began + ALIVE_SECONDS
        while True:
            try:
                status = process.wait(timeout=1)
                break
            except subprocess.TimeoutExpired:
                now = time.monotonic()
                if not said and now - began > QUIET_SECONDS:
                    say(f"{what} …")
                    said = True
                if now > alive and not sys.stdout.isatty():
                    say(f"  … {minutes(now - began)}")
                    alive = now + ALIVE_SECONDS
            except KeyboardInterrupt:
                process.wait()
                return 130
    if status != 0:
        tell_failure(what, log, status)
    elif said and about_time:
        say(f"  done in {minutes(time.monotonic() - began)}")
    return status


def tell_failure(what: str, log: Path, status: int) -> None:
    lines = log.read_text(errors="replace").splitlines()
    for line in lines[-LINES_OF_FAILURE:]:
        print(f"  {line}", file=sys.stderr)
    print(f"{what}: failed with status {status}; all of its output is in {log.relative_to(ROOT)}", file=sys.stderr, flush=True)


def environment() -> dict:
    """Without what make hands on: cargo would take its number of jobs from there."""
    made = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "CARGO_MAKEFLAGS")
    return {name: value for name, value in os.environ.items() if name not in made}


def minutes(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.0f} s"


def name_of(what: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", what.split("(")[0].lower()).strip("-")


def say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(step(sys.argv[1], sys.argv[2:]))
