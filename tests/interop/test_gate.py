# SPDX-License-Identifier: MIT
"""The gate: nothing of a room leaves before the record it rests on.

The store is held back as any other program could: by a write lock on its
database.
"""

import contextlib
import json
import sqlite3

from harness.world import OTHER_HALLWAY


@contextlib.contextmanager
def store_held_back(host):
    """Nothing is committed while this lasts."""
    with contextlib.closing(sqlite3.connect(
            host.state / "hallway.db", isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


def numbers(host):
    """What hallwayctl status tells, as a dictionary."""
    rows = host.ctl("--json", "status", "--all").splitlines()
    facts = {}
    for row in rows:
        row = json.loads(row)
        facts[row["name"]] = row["value"]
    return facts


async def test_a_room_waits_for_its_record_and_others_do_not(
        people, room, host):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    other = await bob.user.join(OTHER_HALLWAY, "bob")
    await alice.user.join(OTHER_HALLWAY, "alice")
    await alice.sees_presence("bob")
    await other.sees_presence("alice")

    said = ["held %d" % number for number in range(20)]
    with store_held_back(host):
        for body in said:
            alice.say(body)
        # Behind the lines of the room, whatever it is: a private message.
        alice.user.send_text(
            "<message to='%s/bob' type='chat' id='behind'><body>psst</body>"
            "</message>" % room)
        # The other room has nothing that waits: its talk passes. It was sent
        # after all the above on the same stream, so that has been handled.
        alice.user.send_text(
            "<message to='%s/bob' type='chat' id='aside'><body>here</body>"
            "</message>" % OTHER_HALLWAY)
        await bob.user.see(lambda s: s.get("id") == "aside",
                           what="a private message of the other room")
        # Questions never wait.
        answer = await alice.user.ping(alice.address)
        assert answer.get("type") == "result"
        assert alice.bodies() == [] and bob.bodies() == []
        assert not [s for s in bob.user.seen if s.get("id") == "behind"]
    for visit in (alice, bob):
        await visit.hears_all(said)
        assert visit.bodies() == said
    await bob.user.see(lambda s: s.get("id") == "behind",
                       what="the private message that waited")
    order = [s.get("id") for s in bob.seen()]
    assert order.index("behind") == len(order) - 1


async def test_many_lines_share_a_commit(people, room, host):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    before = numbers(host)
    said = ["line %d" % number for number in range(200)]
    with store_held_back(host):
        for body in said:
            alice.say(body)
        # The ping is answered when the lines before it are in the store's hands.
        await alice.user.ping(alice.address)
    await alice.hears_all(said)
    after = numbers(host)
    commits = (after["hallway_store_commits"] -
               before["hallway_store_commits"])
    assert 0 < commits < len(said) / 2
