# SPDX-License-Identifier: MIT
"""A user of another server, made chair by the operator's tool, runs a
moderated hour without an operator; nobody else gets anywhere."""

import pytest

from harness.user import CLIENT, codes, condition
from harness.world import HALLWAY

from test_adhoc import Dialog, nodes
from test_moderation import (MODERATE, RETRACT, form, in_the_room,  # noqa: F401
                             item_of, items, set_items)

HATS = "{urn:xmpp:hats:0}"
SCRIBE = "urn:x-hallway:hat:scribe"
CHAIR = "urn:x-hallway:hat:chair"


def hats_of(presence):
    hats = presence.find(HATS + "hats")
    return [] if hats is None else [h.get("uri") for h in hats]


async def sees_hats(user, nick, wanted):
    return await user.see(
        lambda s: s.tag == CLIENT + "presence"
        and s.get("from") == HALLWAY + "/" + nick and hats_of(s) == wanted,
        what="%s with hats %s" % (nick, wanted))


async def give(chair, jid, hat, take=False):
    node = "urn:xmpp:hats:commands:" + ("unassign" if take else "assign")
    dialog = Dialog(chair, HALLWAY, node)
    done = await dialog.complete(await dialog.start(),
                                 **{"hats#jid": jid, "hats#uri": hat})
    return done


@pytest.mark.limit(300)
@pytest.mark.parametrize("boss, other", [
    ("alice@home1.test", "bob@home2.test"),
    ("bob@home2.test", "alice@home1.test")])
async def test_a_chair_runs_a_moderated_hour(people, host, boss, other):
    chair = await people.login(boss)
    assert "configure" not in await nodes(chair, HALLWAY)
    host.ctl("hats", "give", HALLWAY, boss, "chair")
    desk = await chair.join(HALLWAY, "chair")
    me = await chair.see(lambda s: 110 in codes(s))
    assert hats_of(me) == [CHAIR]
    assert item_of(me).get("affiliation") == "admin"
    assert item_of(me).get("role") == "moderator"
    guest = await people.login(other)
    seat = await guest.join(HALLWAY, "guest")
    carol = await people.login("carol@home1.test")
    talk = await carol.join(HALLWAY, "carol")

    # moderated, by the command of the room: only fields that are a chair's
    assert "configure" in await nodes(chair, HALLWAY)
    dialog = Dialog(chair, HALLWAY, "configure")
    asked = await dialog.start()
    fields = asked["command"]["form"].get_fields()
    assert "muc#roomconfig_moderatedroom" in fields
    assert "muc#roomconfig_roomname" not in fields
    done = await dialog.complete(
        asked, **{"muc#roomconfig_moderatedroom": True})
    assert done["command"]["status"] == "completed", done
    await guest.see(lambda s: 104 in codes(s))

    # a newcomer asks for voice, and gets it
    dave = await people.login("dave@home1.test")
    late = await dave.join(HALLWAY, "dave")
    mine = await dave.see(lambda s: 110 in codes(s))
    assert item_of(mine).get("role") == "visitor"
    await set_items(chair, HALLWAY, {"nick": "dave", "role": "participant"})
    await dave.see(lambda s: s.tag == CLIENT + "presence"
                   and s.get("from") == HALLWAY + "/dave"
                   and item_of(s).get("role") == "participant")
    late.say("thank you")
    await seat.hears("thank you")

    # the subject
    chair.send_text("<message to='%s' type='groupchat'><subject>Agenda"
                    "</subject></message>" % HALLWAY)
    await guest.see(lambda s: s.findtext(CLIENT + "subject") == "Agenda")

    # a scribe, handed over; who is one speaks in the moderated room
    done = await give(chair, other, SCRIBE)
    assert done["command"]["status"] == "completed", done
    await sees_hats(carol, "guest", [SCRIBE])
    seat.say("MIC: is this on?")
    await talk.hears("MIC: is this on?")
    await give(chair, other, SCRIBE, take=True)
    carol.forget()
    await give(chair, "carol@home1.test", SCRIBE)
    await sees_hats(guest, "carol", [SCRIBE])

    # a chair makes no other chair: that is an owner's
    done = await give(chair, other, CHAIR)
    assert done["command"]["status"] == "completed"
    assert b"only owners" in b"".join(
        (t or "").encode() for t in done.xml.itertext())

    # one who is loud is taken back, thrown out, kept out
    late.say("buy this")
    line = await desk.hears("buy this")
    request = ("<moderate xmlns='%s' id='%s'><retract xmlns='%s'/></moderate>"
               % (MODERATE, line.stanza_id, RETRACT[1:-1]))
    assert condition(await dave.ask(HALLWAY, request, "set")) == (
        "auth", "forbidden")
    answer = await chair.ask(HALLWAY, request, "set")
    assert answer.get("type") == "result", condition(answer)
    await guest.see(lambda s: s.find(RETRACT + "retract") is not None)
    dialog = Dialog(chair, HALLWAY, "people-kick")
    done = await dialog.complete(await dialog.start(), nick="dave",
                                 reason="no advertising")
    assert done["command"]["status"] == "completed", done
    gone = await late.sees_presence("dave", "unavailable")
    assert 307 in codes(gone)
    await set_items(chair, HALLWAY, {"jid": "dave@home1.test",
                                     "affiliation": "outcast"})
    assert condition(await dave.try_join(HALLWAY, "dave")) == (
        "auth", "forbidden")

    # outsiders get nowhere
    for node in ("configure", "people-kick", "people-set", "announce",
                 "urn:xmpp:hats:commands:assign", "leaders-confirm"):
        for somebody in (guest, dave):
            refused = await Dialog(somebody, HALLWAY, node).start()
            assert condition(refused.xml) == ("cancel", "forbidden"), node
    refused = await guest.ask(HALLWAY, items(
        {"jid": other, "affiliation": "admin"}), "set")
    assert condition(refused) == ("auth", "forbidden")
    refused = await chair.ask(HALLWAY, items(
        {"jid": other, "affiliation": "admin"}), "set")
    assert condition(refused) == ("auth", "forbidden")

    # the hour is over; what the operator gave, the operator takes
    host.ctl("hats", "take", HALLWAY, boss, "chair")
    refused = await Dialog(chair, HALLWAY, "configure").start()
    assert condition(refused.xml) == ("cancel", "forbidden")
    audit = host.ctl("audit", HALLWAY)
    for act in ("hat-give", "configure", "kick", "ban"):
        assert act in audit, audit


SUMMARY = """\
           IETF Working Group Summary (By Acronym)

Tea Brewing (tea) -- ART
   Chair(s):   Alice Example <alice@mail.test>
               Bob Example <bob@mail.test>
   WG Mail:    tea@mail.test
"""


async def test_who_leads_a_group_is_known_once_it_is_confirmed(people, host):
    """From a list with mail addresses to a hat: the list, a claim from a
    client, a word of the operator, and of the chair who then is one."""
    path = host.folder / "summary.txt"
    path.write_text(SUMMARY)
    host.ctl("rooms", "import", str(path), "--apply")
    tea = "tea@rooms.test"
    assert "alice@mail.test" in host.ctl("leaders", "list", tea)
    alice = await people.login("alice@home1.test")
    desk = await alice.join(tea, "alice")
    dialog = Dialog(alice, tea, "leaders-claim")
    done = await dialog.complete(await dialog.start(),
                                 address="nobody@mail.test")
    assert "nobody of that address" in "".join(done.xml.itertext())
    # anybody can say so, also who is somebody else
    mallory = await people.login("dave@home1.test")
    for somebody in (alice, mallory):
        dialog = Dialog(somebody, tea, "leaders-claim")
        done = await dialog.complete(await dialog.start(),
                                     address="alice@mail.test")
        assert done["command"]["status"] == "completed", done
    assert "configure" not in await nodes(alice, tea)
    refused = await Dialog(alice, tea, "leaders-confirm").start()
    assert condition(refused.xml) == ("cancel", "forbidden")
    start = len(alice.seen)
    host.ctl("leaders", "confirm", tea, alice.bare, "alice@mail.test")
    seen = await alice.see(lambda s: 110 in codes(s) and hats_of(s), start)
    assert hats_of(seen) == [CHAIR]
    assert item_of(seen).get("affiliation") == "admin"
    assert "configure" not in await nodes(mallory, tea)
    # the chair knows the other one
    bob = await people.login("bob@home2.test")
    await bob.join(tea, "bob")
    dialog = Dialog(alice, tea, "leaders-confirm")
    start = len(bob.seen)
    done = await dialog.complete(await dialog.start(), jid=bob.bare,
                                 address="bob@mail.test")
    assert done["command"]["status"] == "completed", done
    await bob.see(lambda s: 110 in codes(s) and hats_of(s) == [CHAIR], start)
    # the next list knows the first no more
    path.write_text(SUMMARY.replace(
        "Alice Example <alice@mail.test>\n               ", ""))
    start = len(alice.seen)
    host.ctl("rooms", "import", str(path), "--apply")
    seen = await alice.see(
        lambda s: 110 in codes(s)
        and item_of(s).get("affiliation") == "none", start)
    assert hats_of(seen) == []
    assert hats_of(await alice.see(
        lambda s: s.get("from") == tea + "/bob" and hats_of(s))) == [CHAIR]
    desk.say("thank you")
    await desk.hears("thank you")
