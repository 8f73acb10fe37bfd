# SPDX-License-Identifier: MIT
"""Fixtures of tests/federation: the real daemon on loopback, where all
names and all peers are the test's own."""

import itertools
import os
import pathlib
import random
import socket
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import certs  # noqa: E402
import hallwayd  # noqa: E402
import machine  # noqa: E402
from fakedns import FakeDns  # noqa: E402
from rawpeer import Peer  # noqa: E402

ROOMS = "rooms.test"
LANES = 4       # runs that may go on at the same time
LANE = int(os.environ.get("HALLWAY_LANE", "0"))
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))     # -n
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
PORTS = list(range(10000, 32768))[LANE::LANES][WORKER::WORKERS]
random.shuffle(PORTS)
NEXT_PORT = itertools.cycle(PORTS)


def free_port():
    """A port that nobody has now, from below those that the kernel gives to
    outgoing connections, and of this run's own: so nobody takes it before
    the daemon binds it, or while the daemon is restarted. None is given
    twice before all were."""
    for port in NEXT_PORT:
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue


def pytest_runtest_setup():
    machine.one_day()


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return certs.Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def names():
    """The DNS of the test."""
    server = FakeDns()
    yield server
    server.close()


@pytest.fixture
def new_host(names, tmp_path):
    """new_host(s2s=lines): a daemon, running, with these lines below s2s
    in its configuration; host.address (and host.tls_address, of listen_tls)
    is where peers reach it."""
    hosts = []

    def make(domains=(ROOMS,), s2s="", **words):
        port, tls_port = free_port(), free_port()
        host = hallwayd.Hallwayd(
            tmp_path / ("host%d" % len(hosts)), domains,
            ["127.0.0.1:%d" % port], names.address,
            listen_tls=["127.0.0.1:%d" % tls_port],
            s2s="".join("  %s\n" % line for line in s2s.splitlines()),
            **words)
        host.address = ("127.0.0.1", port)
        host.tls_address = ("127.0.0.1", tls_port)
        host.start()
        hosts.append(host)
        return host

    yield make
    for host in hosts:
        host.close()


@pytest.fixture
def host(new_host):
    """The daemon, running; host.address is where peers reach it."""
    return new_host()


@pytest.fixture
def sure_host(new_host, authority):
    """A daemon whose certificate is of the tests' own authority, which it
    trusts, as all peers' are."""
    return new_host(trust=authority.cert,
                    certificates={ROOMS: authority.issue(ROOMS)})


@pytest.fixture
def new_peer(names, authority):
    """new_peer(domain): a Peer that DNS leads to."""
    peers = []

    def make(domain, certificate=None, direct_tls=False):
        peer = Peer(domain, certificate or authority.issue(domain),
                    direct_tls=direct_tls)
        names.set_server(domain, peer.port, direct_tls=direct_tls)
        peers.append(peer)
        return peer

    yield make
    for peer in peers:
        peer.close()


@pytest.fixture
def evil(new_peer):
    return new_peer("evil.test")


@pytest.fixture
def good_peer_is_served(host, new_peer):
    """Call it at the end: somebody honest still gets an answer."""
    def check():
        good = new_peer("good.test")
        stream = good.dial_authorised(host.address, ROOMS)
        asked = stream.ask("user@good.test/x", ROOMS, "<query xmlns='http"
                           "://jabber.org/protocol/disco#info'/>")
        answer = good.receive(lambda s: s.get("id") == asked)
        assert answer.get("type") == "result"
        stream.close()
    return check
