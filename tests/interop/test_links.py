# SPDX-License-Identifier: MIT
"""Links to real servers: quick to begin, and patient with bad lines, with
servers that are killed and with servers that read slowly. T3, T13, T14 and
T17 of the acceptance tests; those with peers that a test plays are in
tests/federation/test_links.py."""

import asyncio
import datetime
import os
import pathlib
import re
import sys
import time

import pytest
from machine import Stopwatch
from process import Process
from rawpeer import Crowd

from harness import world as worlds
from harness.lossy import Lossy
from harness.prosody import Prosody
from harness.user import codes

WATCHER = pathlib.Path(__file__).parent / "harness" / "watcher.py"
IS_LONG = "HALLWAY_LONG" in os.environ      # ten minutes, with many more


async def off_the_loop(work, *words):
    return await asyncio.get_running_loop().run_in_executor(
        None, work, *words)


def at(line):
    """When a line of the log was written."""
    stamp = line.split(" ", 1)[0].rstrip("Z")
    return datetime.datetime.fromisoformat(stamp).timestamp()


# -- T3

async def test_t3_ejabberd_verifies_at_once(people, room, host):
    """It sends its db:verify right behind the header, or after a SASL
    exchange; it is answered and closed without a word of complaint."""
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    bob.say("hello")
    await bob.hears("hello")
    lines = host.process.lines()
    asked, = [at(line) for line in lines
              if "s2s: home2.test: stream out to" in line]
    confirmed = [at(line) for line in lines
                 if "home2.test: confirmed that rooms.test is us" in line]
    believed, = [at(line) for line in lines
                 if re.search(r"home2.test: believes rooms.test", line)]
    if confirmed:               # else our certificate was enough
        assert confirmed[0] - asked < 1
    assert believed - asked < 1
    assert not [line for line in lines if "stream error sent" in line]


# -- T13

async def talk(visit, lines, first, pause):
    await asyncio.sleep(first)
    for number in range(lines):
        visit.say("%s %d" % (visit.nick, number))
        await asyncio.sleep(pause)


@pytest.mark.limit(1500 if IS_LONG else 300)
async def test_t13_a_bad_line_loses_and_doubles_nothing(
        people, room, host, world):
    """5 % loss and 200 +- 50 ms each way, between the conference host and
    everybody else. TCP carries some 20 kB/s over such a line: that is what
    the crowd says in ten minutes, and more than that for some seconds."""
    count, lines, pause = (100, 2, 300) if IS_LONG else (8, 15, 1)
    users = [await people.login("user%d@%s" % (number, home))
             for number in range(count)
             for home in ("home1.test", "home2.test")]
    visits = [await user.join(room, "n%d" % number)
              for number, user in enumerate(users)]
    line = await off_the_loop(Lossy, world.hosts[worlds.ROOMS].port,
                              0.05, 0.2, 0.05)
    try:
        await asyncio.gather(*(
            talk(visit, lines, number * pause / len(visits), pause)
            for number, visit in enumerate(visits)))
        said = {"%s %d" % (visit.nick, number) for visit in visits
                for number in range(lines)}
        for visit in visits:
            await visit.hears_all(said, timeout=300 if IS_LONG else 200)
        assert line.lost > 20, "the line was too good to be true"
    finally:
        await off_the_loop(line.close)
    record = [item for item in visits[0].record() if item[2] in said]
    assert len(record) == len(said)
    for visit in visits:
        theirs = [item for item in visit.record() if item[2] in said]
        assert theirs[-len(record):] == record
        gone = [p for p in visit.presences() if p.get("type")]
        assert gone == []
    for visit in visits:        # each speaker's lines in the order said
        own = [body for _, nick, body in record if nick == visit.nick]
        assert own == ["%s %d" % (visit.nick, n) for n in range(lines)]


# -- T14

@pytest.mark.parametrize("host", ["  grace: 4s\n"], indirect=True,
                         ids=["grace4s"])
@pytest.mark.parametrize("home, other", [
    ("home1.test", "home2.test"), ("home2.test", "home1.test")])
async def test_t14_a_killed_server_is_given_up_once(
        people, room, world, host, home, other):
    bob = await (await people.login("bob@" + other)).join(room, "bob")
    for name in ("alice", "carol"):
        await (await people.login(name + "@" + home)).join(room, name)
        await bob.sees_presence(name)
    await off_the_loop(world.homes[home].process.kill)
    try:
        bob.say("anybody?")
        for name in ("alice", "carol"):
            gone = await bob.sees_presence(name, "unavailable")
            assert codes(gone) == {333}
        bob.say("nobody")
        await bob.hears("nobody")
    finally:
        await off_the_loop(world.homes[home].start)
    dave = await (await people.login("dave@" + home)).join(room, "dave")
    dave.say("back")
    await bob.hears("back")
    gone = [p.get("from") for p in bob.presences() if p.get("type")]
    assert sorted(gone) == [room + "/alice", room + "/carol"]


# -- T17

@pytest.fixture
def crowd(world):
    crowd = Crowd(worlds.PLAYED, world.authority.issue(worlds.PLAYED),
                  worlds.net.GATEWAY, port=worlds.PLAYED_PORT)
    yield crowd
    crowd.close()


@pytest.fixture
def slow_home(world):
    """A Prosody that reads 30 kB a second from us, as Debian's does."""
    world.open_home(worlds.LIMITED, Prosody, is_limited=True)
    yield worlds.LIMITED
    world.homes.pop(worlds.LIMITED).close()


@pytest.fixture
def watch(world, tmp_path):
    """watch(host, room): somebody of another server, who from then on asks
    the room now and then; its lines are the ms that the answers took."""
    watchers = []

    def begin(host, room):
        own = world.authority.issue(worlds.WATCHED)
        watchers.append(Process(
            "watcher", [sys.executable, WATCHER, host.process.pid,
                        world.hosts[worlds.ROOMS].address,
                        worlds.PORTS[worlds.ROOMS], room, worlds.WATCHED,
                        own.cert, own.key, worlds.net.GATEWAY,
                        worlds.WATCHED_PORT], tmp_path / "watcher.log"))
        watchers[0].wait_for_line(r"^[0-9.]+$")
        return watchers[0]

    yield begin
    for watcher in watchers:
        watcher.kill()


async def test_t17_a_slow_server_is_waited_for_and_slows_nobody(
        people, room, host, world, slow_home, crowd, watch):
    """A storm of joins, of which a server reads 30 kB a second; others are
    answered within 100 ms all the while: or, where the machine itself is that
    slow, about as fast as before the storm."""
    count = 400
    alice = await (await people.login("alice@" + slow_home)).join(
        room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    watcher = await off_the_loop(watch, host, room)
    await off_the_loop(
        crowd.begin, (world.hosts[worlds.ROOMS].address,
                      worlds.PORTS[worlds.ROOMS]), room)
    while len(watcher.lines()) < 20:
        await asyncio.sleep(0.05)
    answered = len(watcher.lines())
    allowed = max([100] + [3 * float(line) for line in watcher.lines()])
    start = time.monotonic()
    for number in range(0, count, 20):
        crowd.enter(range(number, number + 20))
        await bob.sees_presence("crowd%d" % (number + 19))
    everybody = ["%s/crowd%d" % (room, number) for number in range(count)]

    def arrived():
        return [p.get("from") for p in alice.presences()
                if "/crowd" in p.get("from")]

    latencies = []      # of a real user, when the storm is over
    while len(arrived()) < count:
        assert time.monotonic() - start < 120, "%d came" % len(arrived())
        ping = Stopwatch(host.process.pid,
                         world.homes["home2.test"].process.pid)
        await bob.user.ping(bob.address)
        latencies.append(ping.own())
        await asyncio.sleep(0.1)
    took = time.monotonic() - start
    waits = [float(line) for line in watcher.lines()[answered:]]
    assert arrived() == everybody
    assert took > 2, "it was not slow"
    assert len(waits) > 50 and max(waits) < allowed, (allowed, waits)
    assert max(latencies) < allowed / 1000, (allowed, latencies)
    for name in ("domains_lost", "envelopes_dropped",
                 "envelopes_undelivered"):
        assert host.counter("s2s_" + name) == 0
