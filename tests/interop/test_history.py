# SPDX-License-Identifier: MIT
"""What was said before a user came (XEP-0045 #enter-history)."""

import pytest


async def talk(people, room, count):
    """Two users say `count` lines in turn; answers the first's visit."""
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    for number in range(count):
        speaker = (alice, bob)[number % 2]
        speaker.say("line %d" % number)
        await alice.hears("line %d" % number)
    return alice


async def test_a_latecomer_is_told_every_line_in_order(people, room):
    alice = await talk(people, room, 12)
    late = await (await people.login("dave@home2.test")).join(room, "dave")
    assert late.record() == alice.record()
    for line, live in zip(late.lines(), alice.lines()):
        assert line.id == live.id
        assert line.delay.get("from") == room
        assert line.delay.get("stamp").endswith("Z")
        assert live.delay is None
    stamps = [line.delay.get("stamp") for line in late.lines()]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("wish, count", [
    ({"maxstanzas": 0}, 0), ({"maxchars": 0}, 0), ({"maxstanzas": 3}, 3),
    ({"seconds": 3600}, 6), ({"since": "2001-01-01T00:00:00Z"}, 6),
    ({"since": "2001-01-01T00:00:00Z", "maxstanzas": 2}, 2),
])
async def test_a_latecomer_gets_as_much_as_asked_for(
        people, room, wish, count):
    alice = await talk(people, room, 6)
    dave = await people.login("dave@home2.test")
    late = await dave.join(room, "dave", history=wish)
    assert late.bodies() == alice.bodies()[6 - count:]


async def test_history_is_told_before_live_lines(people, room):
    """A line said during the join comes after the history, once."""
    alice = await talk(people, room, 4)
    dave = await people.login("dave@home2.test")
    for number in range(10):
        alice.say("during %d" % number)
    late = await dave.join(room, "dave")
    alice.say("the last")
    await late.hears("the last")
    await alice.hears("the last")
    assert late.record() == alice.record()
