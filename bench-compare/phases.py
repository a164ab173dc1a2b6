"""Reads logs of watch.py over `kirjo ingest`, one after the other, and prints lines of name, tab,
value: seconds of each phase, and records a second in the first and the last tenth of reading and of
indexing, as exactly as the lines of progress tell; how many there are is said.

usage: phases.py LOG…
"""

import re
import sys

BEGINS = re.compile(r"(\w+): begins(?:, (\d+) records)?$")
DONE = re.compile(r"(?:stored (\d+) records|(\w+): (\d+) records, )")
TENTHS = ["reading", "indexing"]


def tenths(points):
    """Rates of the first and the last tenth, or nothing if the lines are too few to tell.

    The first ends, and the last begins, at the first line after its mark: the index commits every
    100 000 records and says nothing meanwhile, so of a million records both have exactly one commit.
    """
    count, took = points[-1]
    first = next((p for p in points if p[0] > count / 10), points[-1])
    last = next((p for p in points if p[0] > count * 0.9), points[-1])
    if last[0] == count and len(points) > 2:
        last = points[-2]
    if not 0 < first[0] <= last[0] < count or took <= last[1] or first[1] <= 0:
        return None
    return first[0] / first[1], (count - last[0]) / (took - last[1])


def main():
    seconds, points, lines = {}, {p: [(0, 0.0)] for p in TENTHS}, dict.fromkeys(TENTHS, 0)
    for log in sys.argv[1:]:
        phase, begun, total, base = None, 0.0, None, (0, 0.0)
        for line in open(log, errors="replace"):
            time, _, text = line.rstrip("\n").partition("\t")
            time = float(time)
            begins, done = BEGINS.match(text), DONE.match(text)
            if begins or text == "ended" or text.startswith("read "):
                if phase:
                    seconds[phase] = seconds.get(phase, 0) + time - begun
                    if phase == "indexing" and total:
                        points[phase].append((base[0] + total, base[1] + time - begun))
                phase = begins and begins[1]
                begun, total = time, begins and begins[2] and int(begins[2])
                if phase in points:
                    base = points[phase][-1]
            elif done and phase in points:
                count = int(done[1] or done[3])
                # While reading, both kinds of lines count the same records.
                if count + base[0] > points[phase][-1][0]:
                    points[phase].append((base[0] + count, base[1] + time - begun))
                    lines[phase] += 1
    for phase, took in seconds.items():
        print(f"{phase} s\t{took:.3f}")
    for phase in TENTHS:
        rates = tenths(points[phase])
        if rates:
            print(f"{phase} first tenth records/s\t{rates[0]:.0f}")
            print(f"{phase} last tenth records/s\t{rates[1]:.0f}")
            print(f"{phase} last tenth by first\t{rates[1] / rates[0]:.3f}")
        print(f"{phase} progress lines\t{lines[phase]}")


main()
