"""Runs a command. Its stderr goes to LOG, each line after the seconds since the start and a tab.
Prints seconds, peak resident KiB, and peak KiB of its own memory (RssAnon, sampled), tab-separated.

usage: watch.py LOG COMMAND…
"""

import os
import subprocess
import sys
import threading
import time

EVERY = 0.5


def own_memory(pid):
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("RssAnon:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return 0


def main():
    log, command = sys.argv[1], sys.argv[2:]
    start = time.monotonic()
    child = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, errors="replace")
    peak, ended = [0], threading.Event()

    def sample():
        while not ended.is_set():
            peak[0] = max(peak[0], own_memory(child.pid))
            ended.wait(EVERY)

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    with open(log, "w") as out:
        try:
            for line in child.stderr:
                out.write(f"{time.monotonic() - start:.3f}\t{line}")
                out.flush()
        except KeyboardInterrupt:
            child.terminate()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - start
        ended.set()
        out.write(f"{seconds:.3f}\tended\n")
    sampler.join()
    print(f"{seconds:.3f}\t{usage.ru_maxrss}\t{peak[0]}")
    sys.exit(os.waitstatus_to_exitcode(status) != 0)


main()
