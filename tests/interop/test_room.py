# SPDX-License-Identifier: MIT
"""The room and its service: what they are, and what they refuse."""

from harness.user import CLIENT, MUC_USER, condition, new_id
from harness.world import OPERATOR

INFO = "{http://jabber.org/protocol/disco#info}"
ITEMS = "{http://jabber.org/protocol/disco#items}"
ASK_INFO = "<query xmlns='http://jabber.org/protocol/disco#info'/>"
ASK_ITEMS = "<query xmlns='http://jabber.org/protocol/disco#items'/>"
MUC = "http://jabber.org/protocol/muc"


def identities(answer):
    return {(i.get("category"), i.get("type"))
            for i in answer.iter(INFO + "identity")}


def features(answer):
    return {f.get("var") for f in answer.iter(INFO + "feature")}


async def test_the_service_says_what_it_is_and_has(people, room):
    service = room.partition("@")[2]
    bob = await people.login("bob@home2.test")
    info = await bob.ask(service, ASK_INFO)
    assert ("conference", "text") in identities(info)
    assert {MUC, INFO[1:-1], "urn:xmpp:ping"} <= features(info)
    items = await bob.ask(service, ASK_ITEMS)
    assert room in [i.get("jid") for i in items.iter(ITEMS + "item")]


async def test_the_room_says_what_it_is_and_not_who_is_in(people, room):
    await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await people.login("bob@home2.test")
    info = await bob.ask(room, ASK_INFO)
    assert ("conference", "text") in identities(info)
    assert {MUC, "muc_persistent", "muc_public", "muc_open",
            "muc_unmoderated", "muc_semianonymous", "muc_unsecured",
            "http://jabber.org/protocol/muc#stable_id"} <= features(info)
    items = await bob.ask(room, ASK_ITEMS)
    assert list(items.iter(ITEMS + "item")) == []


async def test_an_unknown_room_is_item_not_found(people, room):
    bob = await people.login("bob@home2.test")
    answer = await bob.ask("nowhere@" + room.partition("@")[2], ASK_INFO)
    assert condition(answer) == ("cancel", "item-not-found")


async def test_the_service_answers_a_ping(people, room):
    for jid in ("alice@home1.test", "bob@home2.test"):
        somebody = await people.login(jid)
        answer = await somebody.ping(room.partition("@")[2])
        assert answer.get("type") == "result"


async def test_self_ping_tells_who_is_in(people, room):
    """XEP-0410: a result to an occupant, not-acceptable to anybody else."""
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    answer = await alice.user.ping(alice.address)
    assert answer.get("type") == "result"

    bob = await people.login("bob@home2.test")
    answer = await bob.ping(room + "/bob")
    assert condition(answer) == ("cancel", "not-acceptable")
    await alice.leave()
    answer = await alice.user.ping(alice.address)
    assert condition(answer) == ("cancel", "not-acceptable")


async def test_a_line_of_a_stranger_is_not_acceptable(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await people.login("bob@home2.test")
    name = new_id("stranger")
    bob.send_text("<message to='%s' type='groupchat' id='%s'><body>hello"
                  "</body></message>" % (room, name))
    error = await bob.see(lambda s: s.tag == CLIENT + "message"
                          and s.get("id") == name)
    assert condition(error) == ("cancel", "not-acceptable")
    assert error.get("from") == room
    alice.say("only mine")
    await alice.hears("only mine")
    assert "hello" not in alice.bodies()


async def test_a_participant_may_not_set_the_subject(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    name = new_id("subject")
    bob.user.send_text("<message to='%s' type='groupchat' id='%s'><subject>"
                       "mine now</subject></message>" % (room, name))
    error = await bob.user.see(lambda s: s.get("id") == name)
    assert condition(error) == ("auth", "forbidden")
    assert alice.subject.findtext(CLIENT + "subject") == ""


async def test_a_subject_is_told_to_all_and_to_newcomers(people, room):
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    chair.user.send_text("<message to='%s' type='groupchat'><subject>Today: "
                         "fish &amp; chips</subject></message>" % room)
    for visit in (alice, chair):
        subject = await visit.user.see(
            lambda s: s.findtext(CLIENT + "subject") == "Today: fish & chips")
        assert subject.get("from") == room + "/chair"
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    assert bob.subject.findtext(CLIENT + "subject") == "Today: fish & chips"
    assert bob.bodies() == []


async def test_an_operator_sees_who_is_who(people, room):
    await (await people.login("bob@home2.test", "desk")).join(room, "bob")
    chair = await (await people.login(OPERATOR)).join(room, "chair")
    items = {p.get("from"): p.find(MUC_USER + "x").find(MUC_USER + "item")
             for p in chair.presences()}
    assert items[room + "/bob"].get("jid") == "bob@home2.test/desk"
    own = items[room + "/chair"]
    assert (own.get("role"), own.get("affiliation")) == ("moderator", "owner")


async def test_a_subject_with_a_body_is_a_line(people, room):
    """XEP-0045 #subject-mod: with a body it changes nothing."""
    alice = await (await people.login("alice@home1.test")).join(room, "alice")
    alice.user.send_text(
        "<message to='%s' type='groupchat' id='x'><subject>s</subject>"
        "<body>a letter</body></message>" % room)
    await alice.hears("a letter")
    bob = await (await people.login("bob@home2.test")).join(room, "bob")
    assert bob.subject.findtext(CLIENT + "subject") == ""
