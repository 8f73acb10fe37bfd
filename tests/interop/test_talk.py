# SPDX-License-Identifier: MIT
"""Two users of two servers talk in the hallway."""

import asyncio


async def test_each_hears_each_line_once_in_one_order(people, room, loop):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    await alice.sees_presence("bob")

    sent = {"alice": [], "bob": []}
    for number in range(50):
        for visit in (alice, bob):
            body = "%s line %d" % (visit.nick, number)
            sent[visit.nick].append((visit.say(body), body))
        await asyncio.sleep(0)

    wanted = [body for lines in sent.values() for _, body in lines]
    for visit in (alice, bob):
        await visit.hears_all(wanted)
    assert sorted(alice.bodies()) == sorted(wanted)
    assert alice.record() == bob.record()
    assert len({name for name, _, _ in alice.record()}) == len(wanted)
    for nick, lines in sent.items():
        heard = [(line.id, line.body) for line in bob.lines()
                 if line.nick == nick]
        assert heard == lines
