# SPDX-License-Identifier: MIT
"""Moderation, registration and invitations, from users of two kinds of home
server (home1 is Prosody, home2 is ejabberd)."""

import pytest

from harness.user import CLIENT, MUC_USER, codes, condition, new_id
from harness.world import OPERATOR

ADMIN = "http://jabber.org/protocol/muc#admin"
REGISTER = "jabber:iq:register"
RETRACT = "{urn:xmpp:message-retract:1}"
MODERATE = "urn:xmpp:message-moderate:1"
ITEM = "{%s}item" % ADMIN
HOMES = pytest.mark.parametrize("jid", ["alice@home1.test", "bob@home2.test"])


def items(*rows):
    """A muc#admin query; each row is a dict of attributes."""
    inner = "".join("<item %s/>" % " ".join("%s='%s'" % pair
                                            for pair in row.items())
                    for row in rows)
    return "<query xmlns='%s'>%s</query>" % (ADMIN, inner)


def form(form_type, **fields):
    inner = "".join("<field var='%s'><value>%s</value></field>"
                    % (name.replace("__", "#"), value)
                    for name, value in fields.items())
    return ("<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
            "<value>http://jabber.org/protocol/%s</value></field>%s</x>"
            % (form_type, inner))


def item_of(presence):
    return presence.find(MUC_USER + "x").find(MUC_USER + "item")


async def set_items(user, room, *rows):
    answer = await user.ask(room, items(*rows), "set")
    assert answer.get("type") == "result", condition(answer)


async def in_the_room(people, room, jid):
    chair = await people.login(OPERATOR)
    await chair.join(room, "chair")
    user = await people.login(jid)
    return chair, user, await user.join(room, "guest")


@HOMES
async def test_a_kicked_user_is_told_and_may_come_again(people, room, jid):
    chair, user, visit = await in_the_room(people, room, jid)
    refused = await user.ask(room, items({"nick": "chair", "role": "none"}),
                             "set")
    assert condition(refused) == ("auth", "forbidden")
    await set_items(chair, room, {"nick": "guest", "role": "none"})
    gone = await visit.sees_presence("guest", "unavailable")
    assert codes(gone) == {110, 307}
    assert item_of(gone).find(MUC_USER + "actor").get("nick") == "chair"
    await user.join(room, "guest")


@HOMES
async def test_a_banned_user_stays_out_until_pardoned(people, room, jid):
    chair, user, visit = await in_the_room(people, room, jid)
    await set_items(chair, room, {"jid": jid, "affiliation": "outcast"})
    gone = await visit.sees_presence("guest", "unavailable")
    assert codes(gone) == {110, 301}
    assert condition(await user.try_join(room, "guest")) == (
        "auth", "forbidden")
    answer = await chair.ask(room, items({"affiliation": "outcast"}))
    assert [i.get("jid") for i in answer.iter(ITEM)] == [jid]
    await set_items(chair, room, {"jid": jid, "affiliation": "none"})
    await user.join(room, "guest")


@HOMES
async def test_voice_is_taken_asked_for_and_granted(people, room, jid):
    chair, user, visit = await in_the_room(people, room, jid)
    await set_items(chair, room, {"nick": "guest", "role": "visitor"})
    await user.see(lambda s: s.tag == CLIENT + "presence"
                   and s.get("from") == room + "/guest"
                   and item_of(s).get("role") == "visitor")
    name = new_id("line")
    user.send_text("<message to='%s' type='groupchat' id='%s'><body>x</body>"
                   "</message>" % (room, name))
    refused = await user.see(lambda s: s.get("id") == name)
    assert condition(refused) == ("auth", "forbidden")

    user.send_text("<message to='%s'>%s</message>" % (
        room, form("muc#request", muc__role="participant")))
    asked = await chair.see(lambda s: s.tag == CLIENT + "message"
                            and s.find("{jabber:x:data}x") is not None)
    assert asked.get("from") == room
    chair.send_text("<message to='%s'>%s</message>" % (room, form(
        "muc#request", muc__role="participant", muc__roomnick="guest",
        muc__request_allow="true")))
    await user.see(lambda s: s.tag == CLIENT + "presence"
                   and s.get("from") == room + "/guest"
                   and item_of(s).get("role") == "participant",
                   start=user.seen.index(refused))
    visit.say("at last")
    await visit.hears("at last")


@HOMES
async def test_a_registered_nick_is_kept(people, room, jid):
    chair, user, visit = await in_the_room(people, room, jid)
    answer = await user.ask(
        room, "<query xmlns='%s'>%s</query>" % (
            REGISTER, form("muc#register", muc__register_roomnick="fox")),
        "set")
    assert answer.get("type") == "result", condition(answer)
    carol = await people.login("carol@home1.test")
    assert condition(await carol.try_join(room, "Fox")) == (
        "cancel", "conflict")
    await visit.change_nick("fox")


async def test_an_invitation_crosses_servers_and_is_declined(people, room):
    chair, alice, _ = await in_the_room(people, room, "alice@home1.test")
    bob = await people.login("bob@home2.test")
    # the chair need not wait to invite
    chair.send_text(
        "<message to='%s'><x xmlns='http://jabber.org/protocol/muc#user'>"
        "<invite to='%s'><reason>come</reason></invite></x></message>"
        % (room, bob.bare))
    invite = await bob.see(lambda s: s.tag == CLIENT + "message"
                           and s.find("%sx/%sinvite" % (MUC_USER, MUC_USER))
                           is not None)
    assert invite.get("from") == room
    assert invite.find(MUC_USER + "x").find(
        MUC_USER + "invite").get("from") == OPERATOR
    bob.send_text(
        "<message to='%s'><x xmlns='http://jabber.org/protocol/muc#user'>"
        "<decline to='%s'><reason>busy</reason></decline></x></message>"
        % (room, OPERATOR))
    decline = await chair.see(lambda s: s.tag == CLIENT + "message"
                              and s.find("%sx/%sdecline"
                                         % (MUC_USER, MUC_USER)) is not None)
    assert decline.find(MUC_USER + "x").find(
        MUC_USER + "decline").get("from") == bob.bare


@HOMES
async def test_a_moderator_takes_a_line_back(people, room, jid):
    chair, user, visit = await in_the_room(people, room, jid)
    visit.say("buy this")
    line = await visit.hears("buy this")
    request = ("<moderate xmlns='%s' id='%s'><retract xmlns='%s'/>"
               "<reason>spam</reason></moderate>"
               % (MODERATE, line.stanza_id, RETRACT[1:-1]))
    assert condition(await user.ask(room, request, "set")) == (
        "auth", "forbidden")
    answer = await chair.ask(room, request, "set")
    assert answer.get("type") == "result", condition(answer)
    told = await user.see(lambda s: s.tag == CLIENT + "message"
                          and s.find(RETRACT + "retract") is not None)
    assert told.get("from") == room
    retract = told.find(RETRACT + "retract")
    assert retract.get("id") == line.stanza_id
    assert retract.find("{%s}moderated" % MODERATE).get(
        "by") == room + "/chair"
    # and who comes later finds a tombstone
    carol = await people.login("carol@home1.test")
    late = await carol.join(room, "carol")
    await carol.see(lambda s: s.find(RETRACT + "retracted") is not None)
    assert "buy this" not in [told.body for told in late.lines()]
