# SPDX-License-Identifier: MIT
"""What a newcomer is told, and in which order (XEP-0045 #enter)."""

from harness.user import CLIENT, MUC_USER, codes, condition


async def test_join_tells_others_self_history_and_subject_in_order(
        people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    carol = await (await people.login("carol@home1.test")).join(room, "carol")
    for body in ("first", "second", "third"):
        alice.say(body)
        await carol.hears(body)

    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    told = []
    for stanza in bob.seen():
        if stanza.tag == CLIENT + "presence":
            told.append("self" if 110 in codes(stanza)
                        else stanza.get("from").partition("/")[2])
        elif stanza.find(CLIENT + "body") is not None:
            told.append(stanza.findtext(CLIENT + "body"))
        elif stanza.find(CLIENT + "subject") is not None:
            told.append("subject")
    assert sorted(told[:2]) == ["alice", "carol"]
    assert told[2:] == ["self", "first", "second", "third", "subject"]


async def test_join_carries_the_codes_that_apply(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    for visit in (alice, bob):
        own = [p for p in visit.presences() if 110 in codes(p)]
        assert len(own) == 1
        assert own[0].get("from") == visit.address
        # logged (170), semi-anonymous (not 100), nothing made anew (not 201)
        assert codes(own[0]) == {110, 170}
        # no secret to themselves, and how some clients know their own row
        assert own[0].find(MUC_USER + "x").find(MUC_USER + "item").get(
            "jid") == visit.user.full
    others = await bob.sees_presence("alice")
    assert codes(others) == set()
    item = others.find(MUC_USER + "x").find(MUC_USER + "item")
    assert item.get("role") == "participant"
    assert item.get("affiliation") == "none"
    assert item.get("jid") is None, "real addresses are for moderators"


async def test_the_others_see_a_newcomer(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    await (await people.login("bob@home2.test")).join(room, "bob")
    presence = await alice.sees_presence("bob")
    assert codes(presence) == set()


async def test_join_with_a_nick_that_is_mapped_carries_210(people, room):
    bob = await people.login("bob@home2.test")
    visit = await bob.join(room, "bob  b")
    own = next(p for p in visit.presences() if 110 in codes(p))
    assert own.get("from") == room + "/bob b"
    assert codes(own) == {110, 170, 210}


async def test_join_again_tells_everything_again(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await people.login("bob@home2.test")
    await bob.join(room, "bob")
    alice.say("once")
    again = await bob.join(room, "bob")
    assert [p.get("from") for p in again.presences()] == [
        room + "/alice", room + "/bob"]
    assert 110 in codes(again.presences()[-1])
    await again.hears("once")
    assert alice.bodies().count("once") <= 1


async def test_join_without_a_nick_is_jid_malformed(people, room):
    bob = await people.login("bob@home2.test")
    error = await bob.try_join(room, None)
    assert condition(error) == ("modify", "jid-malformed")


async def test_join_of_an_unknown_room_is_refused(people, room):
    bob = await people.login("bob@home2.test")
    error = await bob.try_join("nowhere@" + room.partition("@")[2], "bob")
    assert condition(error) == ("cancel", "not-allowed")


async def test_leave_is_told_to_both_sides(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    await alice.sees_presence("bob")
    own = await bob.leave()
    assert 110 in codes(own)
    assert own.find(MUC_USER + "x").find(
        MUC_USER + "item").get("role") == "none"
    others = await alice.sees_presence("bob", "unavailable")
    assert codes(others) == set()

    alice.say("after you left")
    await alice.hears("after you left")
    await bob.user.ping(room.partition("@")[2])
    assert "after you left" not in bob.bodies()
