#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""crawler.py [LINES]: how long a line takes from one server to another, without
and with a crawler on the pages, in turn, A B A B. The crawler is wrk on four
connections, over days, years, searches and exports, as fast as it is answered.
Programs: $HALLWAYD and $HALLWAYCTL, or those of build/; wrk."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
for name in ("support", "federation", "live"):
    sys.path.insert(0, str(HERE.parent / name))

import certs  # noqa: E402
import conftest  # noqa: E402
import hallwayd  # noqa: E402
from fakedns import FakeDns  # noqa: E402
from rawpeer import Peer  # noqa: E402

ROOMS = "rooms.test"
ROOM = "hallway@" + ROOMS
BEFORE = 2000  # lines that the crawler finds
PATHS = ["/", "/hallway/", "/hallway/{day}", "/hallway/{day}?presence=1",
         "/hallway/{day}.json", "/hallway/{day}.txt", "/hallway/{year}/",
         "/hallway/{year}.jsonl", "/-/search?q=word", "/hallway/feed.atom",
         "/-/overview", "/-/health"]
SCRIPT = """\
local paths = {%s}
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", paths[n %% #paths + 1])
end
"""


class World:
    def __init__(self, folder):
        self.names = FakeDns()
        (folder / "ca").mkdir()
        self.authority = certs.Authority(folder / "ca")
        port, web = conftest.federation.free_port(), \
            conftest.federation.free_port()
        self.host = hallwayd.Hallwayd(
            folder / "host", (ROOMS,), ["127.0.0.1:%d" % port],
            self.names.address,
            s2s="  rate_bytes: 100MiB\n  burst_bytes: 100MiB\n"
                "  rate_stanzas: 100000\n  burst_stanzas: 100000\n",
            extra="web:\n  listen: [\"127.0.0.1:%d\"]\n"
                  "  url: http://127.0.0.1:%d/\n  search_rate: 100000\n" % (
                      web, web))
        self.host.configure()
        config = self.host.config.read_text().replace("log: {level: debug}",
                                                      "log: {level: info}")
        self.host.config.write_text(config)
        self.host.address = ("127.0.0.1", port)
        self.host.start()
        self.url = "http://127.0.0.1:%d" % web
        self.peers = []

    def talker(self, nick, domain):
        peer = Peer(domain, self.authority.issue(domain))
        self.names.set_server(domain, peer.port)
        stream = peer.dial_authorised(self.host.address, ROOMS)
        self.peers.append((peer, stream))
        return conftest.Talker(peer, stream, nick, ROOM, nick).join()

    def close(self):
        for peer, stream in self.peers:
            stream.close()
            peer.close()
        self.host.close()
        self.names.close()


def deliver(ann, bob, number):
    """Seconds from ann's server to bob's."""
    name = "m%d" % number
    began = time.monotonic()
    ann.stream.send("<message from='%s' to='%s' type='groupchat' id='%s'><body>"
                    "word %d</body></message>" % (ann.user, ROOM, name,
                                                  number))
    bob.peer.receive(lambda s: s.get("id") == name)
    return time.monotonic() - began


def crawl(folder, url):
    day = time.strftime("%Y-%m-%d", time.gmtime())
    script = folder / "crawl.lua"
    script.write_text(SCRIPT % ", ".join(
        '"%s"' % path.format(day=day, year=day[:4]) for path in PATHS))
    return subprocess.Popen(["wrk", "-t1", "-c4", "-d600s", "-s", str(script),
                             url], stdout=subprocess.PIPE, text=True)


def run(ann, bob, count, first):
    times = []
    for number in range(count):
        times.append(deliver(ann, bob, first + number))
        time.sleep(0.005)
    times.sort()
    return [1000 * times[int(count * part)] for part in (0.5, 0.9, 0.99)]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hallway-bench-"))
    world = World(folder)
    try:
        ann = world.talker("ann", "one.test")
        bob = world.talker("bob", "two.test")
        number = 0
        for number in range(BEFORE):
            deliver(ann, bob, number)
        for turn in range(2):
            for is_crawled in (False, True):
                crawler = crawl(folder, world.url) if is_crawled else None
                time.sleep(1)
                half, most, nearly_all = run(ann, bob, count, number + 1)
                number += count
                if crawler:
                    crawler.send_signal(2)
                    pages = crawler.communicate()[0]
                    rate = [line for line in pages.splitlines()
                            if "Requests/sec" in line]
                print("%-16s 50 %%: %.2f ms, 90 %%: %.2f ms, 99 %%: %.2f ms%s"
                      % ("with a crawler" if is_crawled else "without", half,
                         most, nearly_all, "; " + rate[0].split()[1] +
                         " pages a second" if is_crawled else ""), flush=True)
    finally:
        world.close()


if __name__ == "__main__":
    os.environ.setdefault("HALLWAYD", str(HERE.parents[1] / "build/hallwayd"))
    main()
