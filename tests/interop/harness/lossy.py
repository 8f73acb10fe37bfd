# SPDX-License-Identifier: MIT
"""lossy: a bad line between a host and the bridge, in this process.

Kernels come without netem. While it is up, the host's port is on a bridge of
its own, and between that and the bridge of all frames are carried by hand:
each waits, and some never arrive. Taps instead of the port itself: for them
the kernel makes whole frames of what it would leave to a network card.
"""

import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import threading
import time

TUNSETIFF = 0x400454ca
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000
FRAME = 65536


def _run(*words):
    subprocess.run([str(word) for word in words], check=True)


def _open_tap(name, bridge):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(),
                                           IFF_TAP | IFF_NO_PI))
    _run("ip", "link", "set", name, "master", bridge, "up")
    return fd


class Lossy:
    """port: the host's end on br0. loss: 0..1; delay, jitter: seconds, each
    way. Frames of one way keep their order, as on a line."""

    def __init__(self, port, loss, delay, jitter, seed=1):
        self.port = port
        self.loss = loss
        self.delay = delay
        self.jitter = jitter
        self.carried = self.lost = 0
        self._random = random.Random(seed)
        self._queue = []            # (when, number, fd, frame)
        self._last = {}             # fd: when its last frame is due
        _run("ip", "link", "add", "br1", "type", "bridge")
        _run("ip", "link", "set", "br1", "up")
        self._near = _open_tap("tap0", "br1")
        self._far = _open_tap("tap1", "br0")
        _run("ip", "link", "set", port, "master", "br1")
        self._stop, self._stopper = os.pipe()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def close(self):
        os.write(self._stopper, b"x")
        self._thread.join()
        _run("ip", "link", "set", self.port, "master", "br0")
        for fd in (self._near, self._far, self._stop, self._stopper):
            os.close(fd)
        _run("ip", "link", "delete", "br1")

    def _carry(self):
        ways = {self._near: self._far, self._far: self._near}
        while True:
            left = None
            if self._queue:
                left = max(0, self._queue[0][0] - time.monotonic())
            ready, _, _ = select.select([*ways, self._stop], [], [], left)
            if self._stop in ready:
                return
            for fd in ready:
                self._take(fd, ways[fd])
            self._give()

    def _take(self, fd, to):
        while True:
            try:
                frame = os.read(fd, FRAME)
            except BlockingIOError:
                return
            self.carried += 1
            if self._random.random() < self.loss:
                self.lost += 1
                continue
            due = time.monotonic() + self.delay + self._random.uniform(
                -self.jitter, self.jitter)
            due = self._last[to] = max(due, self._last.get(to, 0))
            heapq.heappush(self._queue, (due, self.carried, to, frame))

    def _give(self):
        while self._queue and self._queue[0][0] <= time.monotonic():
            _, _, fd, frame = heapq.heappop(self._queue)
            try:
                os.write(fd, frame)
            except OSError:
                self.lost += 1      # full: as on a line, too
