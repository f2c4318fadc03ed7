#!/usr/bin/env python3
"""Floor, Closare and its peers on one workload, in one session on this machine: a table and a chart.

    python3 tests/bench/bench.py                          all, about half an hour
    python3 tests/bench/bench.py closare=4,100 floor=4    these engines, with these numbers of calls

What the workload is, and what each figure means: README.md beside this file. Every line of measurement is kept in target/bench/.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent.parent / "target" / "bench"
WORK = OUT / "work"

ENGINES = {
    "floor": "4,100,200,300",
    "closare": "4,50,100,200,300",
    "pipecat-lean": "4,14,20,26",
    "livekit-lean": "4,8,12",
}
# The headline counts a number of calls whose p99 is under this above the same engine's with four.
ADDED_MAX_MS = 50
FAILED_MAX_PCT = 1


def main() -> int:
    wanted = dict(argument.split("=", 1) for argument in sys.argv[1:]) or ENGINES
    WORK.mkdir(parents=True, exist_ok=True)
    lines = []
    for engine, calls in wanted.items():
        print(f"{engine}: {calls} calls …", flush=True)
        lines += run(engine, calls)
    table = render(lines)
    (OUT / "table.md").write_text(table)
    print("\n" + table)
    draw(lines)
    return 0


def run(engine: str, calls: str) -> list:
    found = []
    environment = {**os.environ, "WORK": str(WORK), "PYTHONDONTWRITEBYTECODE": "1"}
    process = subprocess.Popen(["./run-peer.sh", engine, calls], cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True)
    with (OUT / f"{engine}.jsonl").open("w") as kept:
        for line in process.stdout:
            kept.write(line)
            kept.flush()
            if line.startswith("{"):
                found.append(json.loads(line))
                print(f"  {row(found[-1])}", flush=True)
    if process.wait():
        print(f"{engine} did not run to its end", file=sys.stderr)
    return found


COLUMNS = [
    ("engine", lambda one: one["name"]),
    ("calls", lambda one: one["calls"]),
    ("overhead p50 / p99, ms", lambda one: f"{one['overhead_ms']['p50']:.0f} / {one['overhead_ms']['p99']:.0f}"),
    ("added p99, ms", lambda one: f"{one['added_ms']['p99']:.0f}"),
    ("CPU s a call-minute", lambda one: f"{one['cpu_s_per_call_minute']:.2f}"),
    ("cores", lambda one: f"{one['engine_cores']:.2f}"),
    ("MB a call", lambda one: f"{one['mb_per_call']:.2f}"),
    ("interruption to silence p99, ms", lambda one: shown(one["barge_in_ms"]["p99"])),
    ("failed turns, %", lambda one: f"{one['failed_turns_pct']:.1f}"),
    ("others' cores", lambda one: f"{one['others_cores']:.2f}"),
]


def shown(value) -> str:
    return "–" if value is None else f"{value:.0f}"


def row(one: dict) -> str:
    return "| " + " | ".join(str(of(one)) for _, of in COLUMNS) + " |"


def good(one: dict) -> bool:
    return one["added_ms"]["p99"] < ADDED_MAX_MS and one["failed_turns_pct"] < FAILED_MAX_PCT


def render(lines: list) -> str:
    head = "| " + " | ".join(name for name, _ in COLUMNS) + " |"
    parts = [head, "|" + "---|" * len(COLUMNS), *(row(one) for one in lines), ""]
    for engine in dict.fromkeys(one["name"] for one in lines):
        most = max((one["calls"] for one in lines if one["name"] == engine and good(one)), default=0)
        parts.append(f"- {engine}: at least {most} calls on one core with p99 added under {ADDED_MAX_MS} ms and failures under {FAILED_MAX_PCT} %")
    return "\n".join(parts) + "\n"


def draw(lines: list) -> None:
    """Needs matplotlib, in a place of its own; without it there is a table and no chart."""
    python = WORK / "chart" / "bin" / "python"
    if not python.exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(WORK / "chart")]).returncode == 0
        if not made or subprocess.run([str(python), "-m", "pip", "install", "--quiet", "matplotlib==3.10.8"]).returncode:
            print("no chart: matplotlib could not be installed", file=sys.stderr)
            return
    (OUT / "lines.json").write_text(json.dumps(lines))
    subprocess.run([str(python), str(HERE / "chart.py"), str(OUT / "lines.json"), str(OUT / "chart.svg")], check=False)
    print(f"The chart: {OUT / 'chart.svg'}")


if __name__ == "__main__":
    sys.exit(main())
