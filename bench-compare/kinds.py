"""Latency by kind of query in two work folders of run.sh (medians of their runs of the log, one
request at a time), and mean hits, as a table.

usage: kinds.py SMALL_WORK BIG_WORK
"""

import glob
import json
import statistics
import sys

PERCENTILES = ["p50", "p99"]


def latencies(folder):
    """Milliseconds by kind and percentile."""
    runs = [json.load(open(path))["kinds"] for path in glob.glob(f"{folder}/alone.[0-9]*.json")]
    if not runs:
        sys.exit(f"{folder} holds no alone.1.json: run the phase kirjo_search there")
    return {
        (kind, p): statistics.median(run[kind][p] for run in runs if kind in run) / 1000
        for kind in runs[0]
        for p in PERCENTILES
    }


def hits(folder):
    """Mean hits by kind; a folder that was stopped before they were asked has none."""
    try:
        lines = [line.split("\t") for line in open(f"{folder}/hits.tsv")]
    except OSError:
        return {}
    return {kind: float(mean) for kind, _, mean in lines}


def cells(small, big, digits):
    if small is None or big is None:
        return ["–", "–", "–"]
    return [f"{small:.{digits}f}", f"{big:.{digits}f}", f"{big / small:.2f}" if small else "–"]


def main():
    small, big = sys.argv[1:3]
    a, b, hits_a, hits_b = latencies(small), latencies(big), hits(small), hits(big)
    heads = [f"{name} {end}" for name in ["p50 ms", "p99 ms", "hits"] for end in ["small", "big", "ratio"]]
    print("| kind | " + " | ".join(heads) + " |")
    print("|---|" + "---:|" * len(heads))
    for kind in sorted({kind for kind, _ in a} & {kind for kind, _ in b}, key=lambda k: (k == "all", k)):
        row = [cell for p in PERCENTILES for cell in cells(a[kind, p], b[kind, p], 2)]
        row += cells(hits_a.get(kind), hits_b.get(kind), 0)
        print(f"| {kind} | " + " | ".join(row) + " |")


main()
