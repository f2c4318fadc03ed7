#!/usr/bin/env python3
"""Floor, Closare and its peers on one workload, in one session on this machine: a table and a chart.

    python3 tests/bench/bench.py                        how many calls each engine holds, about 40 minutes
    python3 tests/bench/bench.py pipecat-lean           the same of one engine
    python3 tests/bench/bench.py closare=100,200 floor  with these numbers of calls; the floor with the numbers of Closare

What the workload is, and what each figure means: README.md beside this file. Every line of measurement is kept in target/bench/.
"""

import json
import math
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent.parent / "target" / "bench"
WORK = OUT / "work"

# Where the search for an engine's most calls begins, above BASE. The floor is measured where Closare was.
ENGINES = {"closare": 300, "floor": None, "pipecat-lean": 8, "livekit-lean": 6}
# A few calls, which crowd no engine: what its other lines are compared with.
BASE = 4
# An engine holds so many calls whose p99 is under this above its own at BASE.
ADDED_MAX_MS = 50
FAILED_MAX_PCT = 1
# A search ends when what is held and what is not are this close.
FINE = 1.2
# What of an answer is the engine's own: not the noticing of the pause, and no vendor's time.
OWN_STAGES = ("end of turn", "ask the model", "onto the wire")
# With more of the machine used by others a line is measured once more.
OTHERS_MAX_CORES = 0.1


def main() -> int:
    wanted = dict(argument.partition("=")[::2] for argument in sys.argv[1:]) or dict.fromkeys(ENGINES, "")
    unknown = [engine for engine in wanted if engine not in ENGINES]
    if unknown:
        print(f"expected one of {', '.join(ENGINES)}, found {unknown[0]}", file=sys.stderr)
        return 2
    WORK.mkdir(parents=True, exist_ok=True)
    lines = []
    for engine, calls in wanted.items():
        if calls:
            lines += each(engine, [int(number) for number in calls.split(",")])
        elif ENGINES[engine] is None:
            lines += each(engine, sorted({line["calls"] for line in lines if line["name"] == "closare" and good(line)}))
        else:
            lines += search(engine, ENGINES[engine])
    lines.sort(key=lambda line: (list(wanted).index(line["name"]), line["calls"]))
    (OUT / "lines.json").write_text(json.dumps(lines))
    table = render(lines)
    (OUT / "table.md").write_text(table)
    print("\n" + table)
    draw()
    return 0 if lines else 1


def each(engine: str, numbers: list) -> list:
    base = measure(engine, BASE, None)
    return [base, *filter(None, (measure(engine, calls, base) for calls in numbers if calls != BASE))] if base else []


def search(engine: str, begin: int) -> list:
    """Up by half until it is too much, then between the most that was held and the least that was not."""
    base = measure(engine, BASE, None)
    if not base:
        return []
    lines, held, too_many, calls = [base], BASE, None, begin
    while calls not in (held, too_many):
        line = measure(engine, calls, base)
        if line:
            lines.append(line)
        if line and good(line):
            held = calls
        else:
            too_many = calls
        if too_many and too_many <= held * FINE:
            break
        calls = round(math.sqrt(held * too_many)) if too_many else round(held * 1.5)
    return lines


def measure(engine: str, calls: int, base) -> dict | None:
    line = run(engine, calls)
    if line and line["others_cores"] > OTHERS_MAX_CORES:
        print(f"  {engine}, {calls} calls: others used {line['others_cores']:.2f} cores meanwhile, so once more", flush=True)
        line = run(engine, calls) or line
    if line:
        first = (base or line)["overhead_ms"]
        if engine == "closare":
            line["own_share_ms"] = own_share()
        line["added_ms"] = {q: line["overhead_ms"][q] - first[q] for q in ("p50", "p95", "p99")}
        print(f"  {row(line)}", flush=True)
    return line


def run(engine: str, calls: int) -> dict | None:
    """One engine, started anew, with one number of calls."""
    print(f"{engine}: {calls} calls …", flush=True)
    found = None
    environment = {**os.environ, "WORK": str(WORK), "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["./run-peer.sh", engine, str(calls)]
    process = subprocess.Popen(command, cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True)
    with (OUT / f"{engine}.jsonl").open("a") as kept:
        for line in process.stdout:
            kept.write(line)
            if line.startswith("{"):
                found = json.loads(line)
    if process.wait():
        print(f"{engine} did not run to its end", file=sys.stderr)
    return found


def own_share() -> dict:
    """Of each turn after the greeting, from what the engine keeps of its calls; whole milliseconds."""
    with sqlite3.connect(f"file:{WORK / 'closare' / 'data' / 'closare.db'}?mode=ro", uri=True) as kept:
        names = ", ".join("?" * len(OWN_STAGES))
        asked = f"SELECT SUM(ms) FROM latency WHERE turn > 2 AND stage IN ({names}) GROUP BY call, turn ORDER BY 1"
        turns = [share for (share,) in kept.execute(asked, OWN_STAGES)]
    return {"p50": turns[len(turns) // 2], "p99": turns[len(turns) * 99 // 100]} if turns else {}


COLUMNS = [
    ("engine", lambda one: one["name"]),
    ("calls", lambda one: one["calls"]),
    ("overhead p50 / p99, ms", lambda one: f"{one['overhead_ms']['p50']:.0f} / {one['overhead_ms']['p99']:.0f}"),
    ("added p99, ms", lambda one: "–" if one["calls"] == BASE else f"{one['added_ms']['p99']:.0f}"),
    ("CPU s a call-minute", lambda one: f"{one['cpu_s_per_call_minute']:.2f}"),
    ("cores", lambda one: f"{one['engine_cores']:.2f}"),
    ("MB a call, and shared pages once", lambda one: f"{one['mb_per_call']:.2f} / {one['own_mb_per_call']:.2f}"),
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


def most(lines: list, engine: str) -> int:
    return max((one["calls"] for one in lines if one["name"] == engine and good(one)), default=0)


def render(lines: list) -> str:
    head = "| " + " | ".join(name for name, _ in COLUMNS) + " |"
    parts = [head, "|" + "---|" * len(COLUMNS), *(row(one) for one in lines), ""]
    engines = [engine for engine in dict.fromkeys(one["name"] for one in lines) if engine != "floor"]
    for engine in engines:
        parts.append(
            f"- {engine}: {most(lines, engine)} calls on one core with p99 added under {ADDED_MAX_MS} ms"
            f" and failures under {FAILED_MAX_PCT} %"
        )
    for one in lines:
        if one.get("own_share_ms"):
            share = one["own_share_ms"]
            parts.append(
                f"- closare at {one['calls']} calls: its own share of a turn ({', '.join(OWN_STAGES)})"
                f" is {share['p50']} ms at p50, {share['p99']} ms at p99"
            )
    ours = most(lines, "closare")
    for engine in engines:
        if engine != "closare" and ours and most(lines, engine):
            parts.append(f"- closare holds {ours / most(lines, engine):.1f} times the calls of {engine}")
    cost = {(one["name"], one["calls"]): one["cpu_s_per_call_minute"] for one in lines}
    if cost.get(("floor", ours)):
        times = cost["closare", ours] / cost["floor", ours]
        parts.append(f"- closare uses {times:.2f} times the processor time of the floor at {ours} calls")
    return "\n".join(parts) + "\n"


def draw() -> None:
    """Needs matplotlib, in a place of its own; without it there is a table and no chart."""
    python = WORK / "chart" / "bin" / "python"
    if not python.exists():
        made = subprocess.run([sys.executable, "-m", "venv", str(WORK / "chart")]).returncode == 0
        if not made or subprocess.run([str(python), "-m", "pip", "install", "--quiet", "matplotlib==3.10.8"]).returncode:
            print("no chart: matplotlib could not be installed", file=sys.stderr)
            return
    if subprocess.run([str(python), str(HERE / "chart.py"), str(OUT / "lines.json"), str(OUT / "chart.svg")]).returncode:
        print("no chart: it could not be drawn", file=sys.stderr)
    else:
        print(f"The chart: {OUT / 'chart.svg'}")


if __name__ == "__main__":
    sys.exit(main())
