"""Draws what bench.py measured: added latency and processor time over the number of calls."""

import json
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plot  # noqa: E402

lines = json.load(open(sys.argv[1]))
figure, (added, cost) = plot.subplots(1, 2, figsize=(11, 4.2))
for engine in dict.fromkeys(line["name"] for line in lines):
    own = [line for line in lines if line["name"] == engine]
    calls = [line["calls"] for line in own]
    added.plot(calls, [max(1, line["added_ms"]["p99"]) for line in own], marker="o", label=engine)
    cost.plot(calls, [line["cpu_s_per_call_minute"] for line in own], marker="o", label=engine)
added.axhline(50, color="grey", linestyle=":", linewidth=1)
added.set(title="p99 that load adds to a turn, ms", xlabel="calls at once on one core", yscale="log")
cost.set(title="processor seconds for a call-minute", xlabel="calls at once on one core", yscale="log")
for axes in (added, cost):
    axes.grid(alpha=0.3)
    axes.legend()
figure.tight_layout()
figure.savefig(sys.argv[2])
