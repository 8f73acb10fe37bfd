# SPDX-License-Identifier: MIT
"""Streams used both ways and acknowledged, with Debian's Prosody: T6 of the
acceptance tests, and what becomes of lines when the network goes away."""

import asyncio

import pytest

import test_restart
from harness import world as worlds
from harness.prosody import Prosody


@pytest.fixture
def host(world, request):
    """The conference host with a valid certificate; a parameter is lines for
    s2s in its configuration."""
    host = world.new_sure_host(s2s=getattr(request, "param", ""))
    host.start()
    yield host
    host.close()


@pytest.fixture(scope="module")
def modern(world):
    """Two servers with bidi and acknowledgements."""
    for name in (worlds.HIDDEN, worlds.MODERN):
        world.open_home(name, Prosody, is_modern=True)
    yield
    for name in (worlds.HIDDEN, worlds.MODERN):
        world.homes.pop(name).close()


async def said(host, pattern, timeout=60, start=0):
    return await asyncio.get_running_loop().run_in_executor(
        None, host.process.wait_for_line, pattern, timeout, start)


# -- T6

async def test_t6_who_cannot_be_called_hears_on_its_own_stream(
        modern, people, room, host):
    """Prosody reaches us, and nothing of ours reaches it."""
    carol = await people.login("carol@" + worlds.HIDDEN)
    one = await carol.join(room, "carol")
    other = await (await people.login("alice@home1.test")).join(room, "alice")
    await one.sees_presence("alice")
    wanted = []
    for number in range(20):
        for visit in (one, other):
            wanted.append("%s %d" % (visit.nick, number))
            visit.say(wanted[-1])
    for visit in (one, other):
        await visit.hears_all(wanted)
    assert one.record() == other.record()
    assert host.count("hallway_s2s_bidi_in") >= 1
    lines = host.process.lines()
    assert not [line for line in lines if worlds.HIDDEN + ": stream out" in line]
    assert len([line for line in lines
                if worlds.HIDDEN + ": stream in from" in line
                and "certificate" in line]) == 1
    rows = host.ctl("s2s", "list")
    assert "on their stream" in rows


async def test_prosody_answers_on_our_stream(modern, people, room, host):
    """One connection is enough when we call first, too."""
    carol = await people.login("carol@" + worlds.MODERN)
    one = await carol.join(room, "carol")
    other = await (await people.login("dave@" + worlds.MODERN)).join(
        room, "dave")
    for number in range(10):
        one.say("line %d" % number)
    for visit in (one, other):
        await visit.hears_all(["line %d" % number for number in range(10)])
    assert one.record() == other.record()
    assert not [line for line in host.process.lines()
                if "stream error sent" in line]


# -- acknowledgements

@pytest.mark.parametrize(
    "host", ["  bidi: no\n  ack_timeout: 3s\n"], indirect=True)
async def test_what_the_network_swallowed_arrives_once_and_in_order(
        modern, people, room, host, world):
    """The cable is pulled while lines are on their way: nobody says that the
    connection is gone but the acknowledgements that do not come."""
    carol = await (await people.login("carol@" + worlds.MODERN)).join(
        room, "carol")
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    lines = ["line %d" % number for number in range(25)]
    for body in lines[:10]:
        alice.say(body)
    await carol.hears_all(lines[:10])
    assert host.count("hallway_s2s_managed_out") == 1
    assert host.count("hallway_s2s_managed_in") == 1
    place = world.hosts[worlds.MODERN]
    world.net.set_cable(place, False)
    try:
        for body in lines[10:20]:
            alice.say(body)
        await alice.hears_all(lines[:20])
        await said(host, worlds.MODERN + ": stream out ended: does not "
                   "acknowledge")
        for body in lines[20:]:
            alice.say(body)
        await alice.hears_all(lines)
    finally:
        world.net.set_cable(place, True)
    await carol.hears_all(lines)
    carol_heard = [body for body in carol.bodies() if body in lines]
    assert carol_heard == lines
    assert host.count("hallway_s2s_streams_silent") == 1
    assert host.count("hallway_s2s_stanzas_resent") >= 10


async def test_restarts_under_traffic_with_acknowledgements(
        modern, people, room, host):
    """What the host did not take before its end goes back to who said it."""
    visits = []
    for jid, nick in (("alice@" + worlds.MODERN, "alice"),
                      ("carol@" + worlds.MODERN, "carol"),
                      ("bob@home1.test", "bob")):
        visits.append(await (await people.login(jid)).join(room, nick))
    said = await test_restart.talk_over_restarts(visits, host)
    await test_restart.every_line_has_an_answer(visits, said)
    await test_restart.all_heard_the_same(visits, said)
