# SPDX-License-Identifier: MIT
"""Home servers and clients end without a word; the rooms find out rightly."""

import asyncio

import pytest

from harness.user import CLIENT, codes


@pytest.mark.parametrize("home", ["home1.test", "home2.test"])
async def test_a_client_that_vanishes_leaves_the_room(people, room, home):
    """Its home server says so for it (RFC 6121, directed presence)."""
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    dave = await (await people.login("dave@" + home)).join(room, "dave")
    await alice.sees_presence("dave")
    dave.user.abort()
    gone = await alice.sees_presence("dave", "unavailable")
    assert codes(gone) == set()


@pytest.mark.parametrize("home, other", [
    ("home1.test", "home2.test"), ("home2.test", "home1.test")])
async def test_a_home_server_that_was_killed_and_is_back(
        people, room, world, home, other):
    """Nobody is removed while it is away; its users, who are no longer
    there, fall out at the first line that it sends back."""
    bob = await (await people.login("bob@" + other)).join(room, "bob")
    alice = await (await people.login("alice@" + home)).join(room, "alice")
    await bob.sees_presence("alice")
    run = asyncio.get_running_loop().run_in_executor

    await run(None, world.homes[home].process.kill)
    bob.say("while it is away")
    await bob.hears("while it is away")
    gone = [p for p in bob.presences() if p.get("type") == "unavailable"]
    assert gone == []

    await run(None, world.homes[home].start)
    carol = await (await people.login("carol@" + home)).join(room, "carol")
    bob.say("back again")
    await carol.hears("back again")
    gone = await bob.sees_presence("alice", "unavailable")
    assert 333 in codes(gone)
    assert 307 not in codes(gone)
    carol.say("and on it goes")
    await bob.hears("and on it goes")
    assert bob.bodies().count("while it is away") == 1
    assert alice.user.is_connected() is False


async def test_a_message_to_the_service_itself_harms_nothing(people, room):
    """Servers and clients send odd things; the talk goes on."""
    service = room.partition("@")[2]
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    for odd in ("<message to='%s'><body>hi</body></message>" % service,
                "<presence to='%s'/>" % service,
                "<presence to='%s' type='subscribe'/>" % room,
                "<presence to='%s/alice' type='probe'/>" % room,
                "<message to='%s' type='headline'/>" % room,
                "<iq to='%s' type='result' id='nobody-asked'/>" % room):
        alice.user.send_text(odd)
    alice.say("still talking")
    await alice.hears("still talking")
    gone = [s for s in alice.seen() if s.tag == CLIENT + "presence"
            and s.get("type") == "unavailable"]
    assert gone == []
