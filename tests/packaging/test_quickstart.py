# SPDX-License-Identifier: MIT
"""./quickstart on a Debian with nothing else on it, as somebody meets it who has
just fetched the source: the demonstration, and the host of a domain.

The tests of this file go on from where the one before has come to.
"""

import json
import os
import pathlib
import re
import shutil
import signal
import time
import urllib.request

import pytest

import debian_root
from process import Process

SRC = "/src/hallway"
DOMAIN = "rooms.example.org"
BUILD = 1800        # seconds, for packages and a build on a busy machine
ADDRESSES = {"A": "192.0.2.10", "AAAA": "2001:db8::10"}

# A machine with these addresses in a network without anybody else, and the DNS
# of the domain.
NET = """
ip link set lo up
ip address add %(A)s/32 dev lo
ip -6 address add %(AAAA)s/128 dev lo nodad 2> /dev/null
dnsmasq --conf-file=/dev/null --no-resolv --no-hosts --no-daemon \\
    --listen-address=127.0.0.1 --bind-interfaces --local=/example.org/ "$@" &
cd /src/hallway
exec ./quickstart rooms.example.org
""" % ADDRESSES


class Machine:
    """Somebody's computer, with the source in a folder."""

    def __init__(self, root, folder):
        self.root = root
        self.folder = folder
        self.process = None
        self.runs = 0

    def start(self, *argv, prefix=()):
        self.runs += 1
        self.process = Process(
            "quickstart", ["env", "--default-signal=INT", *prefix,
                           *self.root.command(argv)],
            self.folder / ("quickstart.%d.log" % self.runs))
        return self.process

    def said(self):
        return "\n".join(self.process.lines())

    def programs(self):
        """Process ids of all that runs in its root."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/root"):
            try:
                if os.readlink(path) == str(self.root.path):
                    found.append(path.parent.name)
            except FileNotFoundError:
                pass            # it has ended
        return found

    def interrupt(self):
        """Ctrl-C; answers the exit status."""
        self.process.signal(signal.SIGINT)
        return self.process.wait()

    def close(self):
        if self.process and self.process.is_running():
            self.process.terminate()


@pytest.fixture(scope="module")
def machine(new_root, source, work):
    root = new_root("bookworm", "quickstart")
    shutil.copytree(source, root.inside(SRC), symlinks=True)
    machine = Machine(root, work)
    yield machine
    machine.close()


def fetch(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return answer.read().decode()


def fetch_until(url, piece):
    deadline = time.monotonic() + 60
    while piece not in fetch(url):
        assert time.monotonic() < deadline, "%s is not on %s" % (piece, url)
        time.sleep(0.1)


@pytest.fixture
def demonstration(machine):
    """It runs; what it said."""
    machine.start("%s/quickstart" % SRC)
    machine.process.wait_for_line("^It works, and stays up", BUILD)
    machine.process.wait_for_line("Logs and state: ")
    yield machine.said()
    machine.close()
    assert machine.programs() == []


@pytest.mark.parametrize("time", ["first", "second"])
def test_two_users_meet_and_all_of_it_ends(machine, demonstration, time):
    for name, other in (("romeo", "juliet"), ("juliet", "romeo")):
        assert re.search(
            r"%s@localhost heard from hallway@rooms.localhost/%s: Hello %s, "
            % (name, other, name), demonstration), demonstration
    assert machine.interrupt() == 130
    assert machine.programs() == []


def test_what_it_says_can_be_done_can_be_done(machine, demonstration):
    web = re.search(r"http://127\.0\.0\.1:\d+/", demonstration)[0]
    control = re.search(r"build/hallwayctl -s (\S+) status",
                        demonstration)[1]

    def ctl(*words):
        return machine.root.run("%s/build/hallwayctl" % SRC, "-s", control,
                                *words)

    room = fetch(web + "hallway/")
    day = re.search(r'href="(/hallway/\d+-\d+-\d+)"', room)[1]
    assert "Hello juliet, it is" in fetch(web.rstrip("/") + day)
    assert "rooms.localhost" in ctl("status")
    groups = "%s/tests/data/ietf-groups.json" % SRC
    ctl("rooms", "import", groups)
    ctl("rooms", "import", groups, "--apply")
    assert len(json.loads(machine.root.inside(groups).read_text())) > 0
    assert ctl("rooms", "list").count("\n") > 5
    ctl("meetings", "start", "hallway", "First try")
    ctl("meetings", "end", "hallway")
    fetch_until(web + "hallway/", "First try")
    for name in ("romeo", "juliet"):
        assert re.search(r"account +%s@localhost +password +\w+" % name,
                         demonstration)


def test_it_is_not_started_twice(machine, demonstration):
    assert machine.root.status("%s/quickstart" % SRC) == 1


def test_its_help_names_both_forms(machine):
    said = machine.root.run("%s/quickstart" % SRC, "--help")
    assert "quickstart DOMAIN" in said
    assert machine.root.status("%s/quickstart" % SRC, "--nonsense") == 2
    for name in ("a b", "-", "two..dots", "x/y", ".org"):
        assert machine.root.status("%s/quickstart" % SRC, name) > 0, name


# ---- the host of a domain ----

@pytest.fixture(scope="module")
def resolver(machine):
    """What it needs to ask the world, which is not there later."""
    machine.root.run("sh", "-c", "cd %s && sh tests/install_packages.sh "
                     "quickstart.d/host-packages.txt" % SRC)
    path = machine.root.inside("/etc/resolv.conf")
    path.unlink(missing_ok=True)
    path.write_text("nameserver 127.0.0.1\n")


def run_host(machine, *records):
    machine.start("sh", "-c", NET, "sh", *records,
                  prefix=["unshare", "--net", "--"])
    machine.process.wait_for_line("hallwayd .* is ready", BUILD)
    return machine.said()


def end_host(machine):
    """SIGTERM ends it cleanly; its network goes, too."""
    for pid in set(machine.programs()) - {str(machine.process.pid)}:
        os.kill(int(pid), signal.SIGKILL)       # dnsmasq
    assert machine.process.terminate() == 0


def in_its_network(machine, *argv):
    """Output of argv there."""
    inside, = [pid for pid in machine.programs()
               if pathlib.Path("/proc/%s/comm" % pid).read_text()
               == "hallwayd\n"]
    return debian_root.run(
        ["nsenter", "--net", "-t", inside, "--",
         *machine.root.command(argv)], machine.folder / "log")


def missing(said):
    return said.partition("Still missing:")[2]


def test_who_has_published_nothing_is_told_what_to(machine, resolver):
    said = run_host(machine)
    try:
        assert "Config: /etc/hallway/hallway.yml (written now)" in said
        for service, port in (("xmpp", 5269), ("xmpps", 5270)):
            assert re.search(
                r"_%s-server\._tcp\.%s\. +IN SRV +5 0 %d %s\." % (
                    service, DOMAIN, port, DOMAIN), said)
        assert re.search(r" %s\. +IN A +%s\n" % (DOMAIN, ADDRESSES["A"]), said)
        for what in ("the SRV record", "addresses", "a certificate",
                     "the way in"):
            assert "  - " + what in missing(said), said
        assert DOMAIN in in_its_network(
            machine, "%s/build/hallwayctl" % SRC, "status")
    finally:
        end_host(machine)


def test_what_is_published_is_not_missing(machine, resolver):
    config = machine.root.inside("/etc/hallway/hallway.yml")
    before = config.read_text()
    said = run_host(
        machine, "--srv-host=_xmpp-server._tcp.%s,%s,5269" % (DOMAIN, DOMAIN),
        "--host-record=%s,%s" % (DOMAIN, ADDRESSES["A"]))
    try:
        assert "it was there, and is used as it is" in said
        assert config.read_text() == before
        for what, is_missing in (("the SRV record", False),
                                 ("addresses", False),
                                 ("DNS does not answer", False),
                                 ("a certificate", True)):
            assert ("  - " + what in missing(said)) == is_missing, said
        # what it names to try from another computer
        hint = re.search(r"openssl s_client -starttls xmpp-server \\\n"
                         r"(.*:5269)", said)
        shown = in_its_network(
            machine, "openssl", "s_client", "-starttls", "xmpp-server",
            *hint[1].split())
        assert "BEGIN CERTIFICATE" in shown and DOMAIN in shown
    finally:
        end_host(machine)
