# SPDX-License-Identifier: MIT
"""Nicks: taken, shared, changed; and words from nick to nick."""

from harness.user import CLIENT, MUC_USER, codes, condition, new_id


async def test_a_taken_nick_is_a_conflict_for_another_user(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "fox")
    bob = await people.login("bob@home2.test")
    error = await bob.try_join(room, "fox")
    assert condition(error) == ("cancel", "conflict")
    assert error.get("from") == room + "/fox"
    assert error.find(CLIENT + "error").get("by") == room
    alice.say("still mine")
    assert (await alice.hears("still mine")).nick == "fox"


async def test_two_resources_of_one_user_share_a_nick(people, room):
    desk = await (await people.login("alice@home1.test", "desk")).join(
        room, "alice")
    phone = await (await people.login("alice@home1.test", "phone")).join(
        room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    bob.say("to both")
    for visit in (desk, phone):
        assert (await visit.hears("to both")).nick == "bob"
    phone.say("from the phone")
    for visit in (desk, phone, bob):
        assert (await visit.hears("from the phone")).nick == "alice"

    own = await desk.leave()
    assert 110 in codes(own)
    phone.say("I am still here")
    await bob.hears("I am still here")
    gone = [p for p in bob.presences() if p.get("type") == "unavailable"]
    assert gone == [], "one resource left, the occupant did not"


async def test_a_nick_change_is_told_with_303(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    await alice.sees_presence("bob")
    gone, here = await bob.change_nick("robert")
    assert codes(gone) == {110, 303}
    assert gone.find(MUC_USER + "x").find(
        MUC_USER + "item").get("nick") == "robert"
    assert 110 in codes(here)

    seen = await alice.sees_presence("bob", "unavailable")
    assert codes(seen) == {303}
    await alice.sees_presence("robert")
    bob.say("new name")
    assert (await alice.hears("new name")).nick == "robert"


async def test_a_nick_change_to_a_taken_nick_is_a_conflict(people, room):
    await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    error = await bob.user.try_join(room, "alice")
    assert condition(error) == ("cancel", "conflict")
    bob.say("same name")
    assert (await bob.hears("same name")).nick == "bob"


async def test_a_private_message_reaches_only_its_nick(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    carol = await (await people.login("carol@home1.test")).join(room, "carol")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    name = new_id("pm")
    alice.user.send_text(
        "<message to='%s' type='chat' id='%s'><body>psst</body></message>"
        % (bob.address, name))
    heard = await bob.user.see(
        lambda s: s.get("type") == "chat"
        and s.findtext(CLIENT + "body") == "psst", what="the private message")
    assert heard.get("from") == alice.address
    assert heard.get("id") == name
    assert heard.find(MUC_USER + "x") is not None

    alice.say("aloud")
    await carol.hears("aloud")
    assert not [s for s in carol.seen()
                if s.findtext(CLIENT + "body") == "psst"]


async def test_a_private_message_to_nobody_is_item_not_found(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    name = new_id("pm")
    alice.user.send_text(
        "<message to='%s/nobody' type='chat' id='%s'><body>psst</body>"
        "</message>" % (room, name))
    error = await alice.user.see(lambda s: s.get("id") == name
                                 and s.get("type") == "error")
    assert condition(error) == ("cancel", "item-not-found")
