# SPDX-License-Identifier: MIT
"""machine: what the machine adds to what a program takes.

"Within a second" is said of the program. Where others run as well, its threads
are ready to run and wait for a processor; Linux counts for how long, and a
bound that a test sets is the longer by that. On an idle machine it is nothing.
Days are the machine's, too: see one_day().
"""

import os
import pathlib
import socket
import time

DAY = 24 * 3600
TEST = 60       # seconds of one day that a test is given


def one_day():
    """Wait for midnight (UTC) when it is near: what a test does is of one day
    then, as it may well assume."""
    left = DAY - time.time() % DAY
    if left < TEST:
        time.sleep(left + 0.1)


def has_ipv6():
    """Is there ::1? Some machines, and containers, go without."""
    try:
        with socket.socket(socket.AF_INET6) as sock:
            sock.bind(("::1", 0))
        return True
    except OSError:
        return False


def _waited(pid):
    """Seconds that threads of that process were ready and did not run."""
    total = 0
    for path in pathlib.Path("/proc/%d/task" % pid).glob("*/schedstat"):
        try:
            total += int(path.read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            pass            # this thread has ended
    return total / 1e9


class Stopwatch:
    """It runs from when it is made; pids: the processes that have to do
    something meanwhile, besides this one."""

    def __init__(self, *pids):
        self._pids = [os.getpid(), *pids]
        self._waited = self._now()
        self._start = time.monotonic()

    def _now(self):
        return sum(map(_waited, self._pids))

    def took(self):
        """Seconds since then."""
        return time.monotonic() - self._start

    def late(self):
        """Those of them that are the machine's fault, at most."""
        return max(0, self._now() - self._waited)

    def own(self):
        """Those of them that are not: what a bound is for."""
        took = self.took()      # first: what comes after it counts as late
        return took - self.late()
