#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""instructions: what hallwayd executes for a line, counted, not timed.

Runs hallwayd under valgrind --tool=callgrind twice for each scenario, once
with more of it than the other time, and prints by how many instructions of
user space (all threads, libraries included) the two runs differ, for each
stanza delivered. Batches depend on timing a little, so the last digit moves;
a regression is more than that.

  instructions.py --build DIR       (make instructions)
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

import bench

# name: (load's options, what to vary, from, to), stanzas each of it is
SCENARIOS = {
    "fan-out, 100 occupants in 10 domains": (
        "domains=10 users=100 size=100", "messages", (50, 250), 100,
        "connect join fanout"),
    "10 rooms of 10": (
        "domains=10 users=100 size=10", "messages", (100, 600), 10,
        "connect join fanout"),
}


class Counted(bench.Hallwayd):
    """Under valgrind."""

    def prepare(self):
        words, env = super().prepare()
        return ["valgrind", "--tool=callgrind",
                "--callgrind-out-file=/dev/null", *words], env

    def settle(self):
        """Its time is no measure here."""

    def count(self):
        """The sum it prints at the end."""
        text = (self.folder / "log").read_text(errors="replace")
        found = re.findall(r"Collected : (\d+)", text)
        if not found:
            sys.exit("callgrind counted nothing:\n" + text[-2000:])
        return int(found[-1])




def count(args, folder, options, scenarios):
    """Instructions of one run."""
    server = Counted(folder, bench.Ports(False), {})
    _, _, status = bench.measure(server, args.build / "tests/bench/load",
                                 options, scenarios)
    if status:
        sys.exit("the scenario failed")
    return server.count()


def joins(args, folder, size):
    return count(args, folder, "domains=10 users=%d size=%d" % (size, size),
                 "connect join")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path())
    args = parser.parse_args()
    args.build = args.build.resolve()
    bench.Hallwayd.build = args.build
    print("| scenario | instructions per stanza delivered |\n|---|---|")
    with tempfile.TemporaryDirectory(prefix="bench.",
                                     dir=args.build) as text:
        folder = pathlib.Path(text)
        few, many = (joins(args, folder / ("j%d" % size), size)
                     for size in (50, 150))
        print("| joins to 150 in 10 domains | %d |"
              % ((many - few) / (150 * 150 - 50 * 50)), flush=True)
        for name, (options, what, (low, high), each,
                   scenarios) in SCENARIOS.items():
            few, many = (count(
                args, folder / ("s%d%s" % (n, "".join(
                    filter(str.isalnum, name)))),
                "%s %s=%d" % (options, what, n), scenarios)
                for n in (low, high))
            print("| %s | %d |" % (name, (many - few)
                                   / ((high - low) * each)), flush=True)


if __name__ == "__main__":
    main()
