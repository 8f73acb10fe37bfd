# SPDX-License-Identifier: MIT
"""Streams come and go in every way; memory and descriptors end where they
began (R10). HALLWAY_CYCLES says how many; 10000 is the promise, the default is
for every day.

Memory is what is allocated and not freed, by the daemon's own count: pages
say less, for allocators keep what was freed, and the address sanitizer each
new stack that asks for memory. With a daemon built by
--enable-sanitizer=address what is leaked without being held is found at its
end, too."""

import collections
import os
import pathlib
import random
import threading
import time

from rawpeer import STARTTLS, TLS, Closed

ROOMS = "rooms.test"
CYCLES = int(os.environ.get("HALLWAY_CYCLES", "300"))
THREADS = 4
LOOPS = 3               # two for I/O and the conference's
WARM_UP = max(200, CYCLES // 10)    # until allocators have their share
# A buffer or a cached name more or less is no growth. The least of blocks, 16
# bytes, held after each cycle of a single way would be 10000 bytes of 10000
# cycles.
TOLERANCE = 4096        # bytes in use
PAGES_TOLERANCE = 0.1   # of the pages: holes between blocks, stacks' records
PATIENCE = 60

# All limits of numbers out of the way, and little patience with the silent.
S2S = """\
header_timeout: 1s
idle_close: 1s
max_unauthenticated: 100000
max_unauthenticated_per_address: 100000
new_streams_per_address: 1000000
new_streams_per_domain: 1000000
max_streams_per_pair: 64
max_verifying: 10000
max_verifying_per_network: 10000
verify_retries: 10000
handshakes: 1000000
handshakes_per_address: 1000000
log_lines: 1000000
"""
HALF_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03half of it"
MESSAGE = ("<message from='user@peer.test/x' to='hallway@rooms.test' "
           "type='groupchat' id='x'><body>hello</body></message>")


# -- ways to come and go; each ends its stream or leaves it to the daemon

def silent(peer, host):
    peer.connect(host.address).close(footer=False)


def silent_reset(peer, host):
    peer.connect(host.address).reset()


def half_open(peer, host):
    """Says nothing until it is thrown out."""
    stream = peer.connect(host.address)
    stream.read_end()
    stream.close(footer=False)


def half_open_after_header(peer, host):
    stream = peer.connect(host.address)
    stream.open("peer.test", ROOMS)
    stream.read_end()
    stream.close(footer=False)


def half_open_in_tls(peer, host):
    """Asks for TLS, and goes."""
    stream = peer.connect(host.address)
    stream.open("peer.test", ROOMS)
    stream.send(STARTTLS)
    stream.read_until(TLS + "proceed")
    stream.send(HALF_HELLO)
    stream.reset()


def half_open_direct_tls(peer, host):
    stream = peer.connect(host.address)
    stream.send(HALF_HELLO)
    stream.close(footer=False)


def header_only(peer, host):
    stream = peer.connect(host.address)
    stream.send_header(from_="peer.test", to=ROOMS)
    stream.close()


def garbage(peer, host):
    stream = peer.connect(host.address)
    stream.send(b"GET / HTTP/1.1\r\n\r\n")
    stream.read_end()
    stream.close(footer=False)


def tls_reset(peer, host):
    stream = peer.connect(host.address)
    stream.open("peer.test", ROOMS)
    stream.start_tls(ROOMS)
    stream.reset()


def tls_polite(peer, host):
    stream = peer.dial(host.address, ROOMS)
    stream.send("</stream:stream>")
    stream.read_end()
    stream.close(footer=False)


def direct_tls(peer, host):
    peer.dial_direct(host.address, ROOMS).close()


def dial_proven(peer, host):
    stream = peer.dial(host.address, ROOMS)
    if stream.dialback("peer.test", ROOMS) != "valid":
        stream.close()
        raise Closed("its server was moody twice")
    return stream


def proven_polite(peer, host):
    stream = dial_proven(peer, host)
    stream.send(MESSAGE + "</stream:stream>")
    stream.read_end()
    stream.close(footer=False)


def proven_cut(peer, host):
    stream = dial_proven(peer, host)
    stream.send(MESSAGE[:50])
    stream.reset()


def proven_error(peer, host):
    stream = dial_proven(peer, host)
    stream.send("<!-- not here -->")
    stream.read_end()
    stream.close(footer=False)


def disproven(peer, host):
    stream = peer.dial(host.address, ROOMS)
    stream.dialback("peer.test", ROOMS, key="0" * 64)
    stream.close(footer=False)


def gone_while_asked(peer, host):
    stream = peer.dial(host.address, ROOMS)
    stream.send("<db:result from='peer.test' to='rooms.test'>%s</db:result>"
                % peer.issue_key(ROOMS, stream.header["id"]))
    stream.reset()


WAYS = [silent, silent_reset, half_open, half_open_after_header,
        half_open_in_tls, half_open_direct_tls, header_only, garbage,
        tls_reset, tls_polite, direct_tls, proven_polite, proven_cut,
        proven_error, disproven, gone_while_asked]


class Moody:
    """What the peer's listener does: some streams end after an answer."""

    def __init__(self, peer):
        self.good = peer.on_verify
        self.dice = random.Random(1)
        peer.on_verify = self

    def __call__(self, stream, element):
        self.good(stream, element)
        mood = self.dice.randrange(8)
        if mood == 0:
            stream.reset()
            raise Closed("moody")
        if mood == 1:
            stream.send("</stream:stream>")


class Usage:
    """What a process has, from /proc."""

    def __init__(self, pid):
        self.proc = pathlib.Path("/proc/%d" % pid)

    def pages(self):
        """Resident memory, in bytes."""
        pages = (self.proc / "statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def descriptors(self):
        """What is open, without the numbers of pipes and sockets."""
        found = collections.Counter()
        for path in (self.proc / "fd").iterdir():
            try:
                found[os.readlink(path).partition("[")[0]] += 1
            except FileNotFoundError:
                pass            # closed meanwhile
        return found


def run_cycles(count, peer, host, seed):
    """`count` cycles from several threads; answers what went wrong."""
    work = collections.deque(WAYS[i % len(WAYS)] for i in range(count))
    random.Random(seed).shuffle(work)
    faults = collections.Counter()

    def run():
        while True:
            try:
                way = work.popleft()
            except IndexError:
                return
            try:
                way(peer, host)
            except (Closed, OSError):
                pass                    # as if the net had been bad
            except Exception as error:  # the test shows it
                faults["%s: %r" % (way.__name__, error)] += 1

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults


def await_rest(host, usage, descriptors):
    """Until no stream is left, and no more is open than that."""
    deadline = time.monotonic() + PATIENCE
    while True:
        streams = [host.count("hallway_s2s_streams_" + way)
                   for way in ("in", "out")]
        more = usage.descriptors() - descriptors
        if streams == [0, 0] and not more:
            return
        assert time.monotonic() < deadline, (streams, more)
        time.sleep(0.2)


def settled_memory(host):
    """What is in use, when that has been much the same for a second: what
    belonged to the last streams goes a little after they are counted off."""
    deadline = time.monotonic() + PATIENCE
    seen = []
    while len(seen) < 6 or max(seen[-6:]) - min(seen[-6:]) > TOLERANCE // 4:
        assert time.monotonic() < deadline, seen
        seen.append(host.count("hallway_memory_bytes"))
        time.sleep(0.2)
    return seen[-1]


def test_r10_cycles_leave_nothing_behind(new_host, new_peer, monkeypatch):
    # what was freed has its pages as long as the sanitizer keeps it
    monkeypatch.setenv("ASAN_OPTIONS", ":".join(filter(None, [
        os.environ.get("ASAN_OPTIONS"), "quarantine_size_mb=1",
        "thread_local_quarantine_size_kb=64"])))
    # allocators count as in use what each thread keeps to reuse
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0")
    monkeypatch.setenv("MALLOC_CONF", "tcache:false")
    host = new_host(s2s=S2S)
    peer = new_peer("peer.test")
    Moody(peer)
    usage = Usage(host.process.pid)
    descriptors = usage.descriptors()
    # libuv opens one for each loop with its first socket, and keeps it
    descriptors["/dev/null"] += LOOPS
    assert run_cycles(WARM_UP, peer, host, 0) == {}
    await_rest(host, usage, descriptors)
    descriptors = usage.descriptors()
    memory, pages = settled_memory(host), usage.pages()
    valid = host.count("hallway_dialback_results_valid")
    started = time.monotonic()

    assert run_cycles(CYCLES, peer, host, 1) == {}
    await_rest(host, usage, descriptors)
    grown = settled_memory(host) - memory
    more_pages = usage.pages() - pages
    print("%d cycles in %.0f s: %+d bytes of %d, %+d KiB of pages of %d KiB, "
          "%d descriptors" % (
              CYCLES, time.monotonic() - started, grown, memory,
              more_pages // 1024, pages // 1024,
              usage.descriptors().total()))
    assert grown <= TOLERANCE
    assert more_pages <= PAGES_TOLERANCE * pages
    # most of it was no failure
    assert (host.count("hallway_dialback_results_valid") - valid >=
            CYCLES * 2 // len(WAYS))
