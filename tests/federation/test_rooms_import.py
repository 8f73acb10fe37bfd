# SPDX-License-Identifier: MIT
"""Rooms from a list of groups, by command and by the spool folder, and what
somebody on another server finds there."""

import datetime
import json
import os
import pathlib
import shutil
import subprocess
import time

import hallwayd
import pytest
from rawpeer import SERVER, condition
from test_federation import HALLWAY, ROOMS, join

SAMPLE = pathlib.Path(__file__).parents[1] / "data" / "ietf-groups.json"
LIST_2006 = ("dime dirdir dix eai hoakey intarea l1vpn l2cp ltans nea p2p-sip "
             "raiarea speermint tcpm asrg dtnrg hiprg mobopts p2prg network")
NEWS_2006 = "Created rooms for " + LIST_2006.replace(" ", ", ")
STANZAS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"
PATIENCE = 60


def rows(host, *words):
    return [json.loads(line)
            for line in host.ctl("--json", *words).splitlines()]


def count_actions(host, *words):
    """{action: how many} of an import."""
    counts = {}
    for row in rows(host, "rooms", "import", *words):
        if row["action"] != "sum":
            counts[row["action"]] = counts.get(row["action"], 0) + 1
    return counts


def count_rooms(host):
    return len(rows(host, "rooms", "list"))


@pytest.fixture
def listed(tmp_path):
    """listed(group...): the path of a list of these groups."""
    def write(*groups):
        path = tmp_path / "groups.json"
        path.write_text(json.dumps({"objects": groups}))
        return str(path)
    return write


def group(number, acronym, state="active", name=None):
    return {"id": number, "acronym": acronym, "name": name or acronym,
            "type": "/api/v1/name/grouptypename/wg/",
            "state": "/api/v1/name/groupstatename/%s/" % state}


def is_error(stanza):
    return stanza.get("type") == "error"


def enter(peer, host, room, nick="ann"):
    stream = peer.dial_authorised(host.address, ROOMS)
    stream.send("<presence from='%s@%s/x' to='%s@%s/%s'><x xmlns='http://"
                "jabber.org/protocol/muc'/></presence>" % (
                    nick, peer.domain, room, ROOMS, nick))
    return stream


def assert_gone(peer, host, room, successor):
    """A join is told so, and where to go."""
    stream = enter(peer, host, room)
    answer = peer.receive(is_error)
    assert answer.get("from") == "%s@%s" % (room, ROOMS) or (
        answer.get("from") == "%s@%s/ann" % (room, ROOMS))
    assert condition(answer) == "gone"
    gone = next(answer.iter(STANZAS + "gone"))
    assert gone.text == successor
    stream.close()


def body(stanza):
    found = stanza.find(SERVER + "body")
    return found.text if found is not None else None


def test_the_217_groups_of_the_sample_become_217_rooms(host):
    assert count_actions(host, str(SAMPLE)) == {"create": 217}
    assert count_rooms(host) == 1
    assert count_actions(host, str(SAMPLE), "--apply") == {"create": 217}
    assert count_rooms(host) == 218
    assert count_actions(host, str(SAMPLE), "--apply") == {}
    assert count_actions(host, str(SAMPLE), "--apply", "--all") == {
        "unchanged": 217}
    host.terminate()
    host.start()
    assert count_rooms(host) == 218
    assert count_actions(host, str(SAMPLE), "--apply", "--all") == {
        "unchanged": 217}


def test_the_list_of_2006_is_told_in_the_news_and_in_the_hallway(
        host, new_peer, tmp_path):
    path = tmp_path / "acronyms"
    path.write_text(LIST_2006 + "\n")
    peer = new_peer("one.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    join(stream, "ann@one.test/x", "ann")
    assert count_actions(host, str(path), "--apply") == {"create": 20}
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    said = peer.receive(lambda s: (body(s) or "").endswith("network"))
    assert body(said) == "%s: %s" % (today, NEWS_2006)
    assert said.get("from") == HALLWAY
    assert said.get("type") == "groupchat"
    host.terminate()
    host.start()
    assert rows(host, "news", "list") == [
        {"date": today, "text": NEWS_2006, "link": ""}]
    stream.close()


def test_who_comes_to_a_retired_room_is_sent_to_its_successor(
        host, new_peer, listed):
    peer = new_peer("one.test")
    host.ctl("rooms", "import", "--apply",
             listed(group(1, "dix"), group(2, "eai")))
    stream = enter(peer, host, "dix")
    peer.receive(lambda s: s.find(SERVER + "subject") is not None)
    assert count_actions(
        host, "--apply", "--successor=dix=eai",
        listed(group(1, "dix", "conclude"), group(2, "eai"))) == {"retire": 1}
    out = peer.receive(lambda s: s.get("type") == "unavailable")
    destroyed = [e for e in out.iter() if e.tag.endswith("}destroy")]
    assert [e.get("jid") for e in destroyed] == ["eai@rooms.test"]
    stream.close()
    assert_gone(peer, host, "dix", "xmpp:eai@rooms.test?join")
    host.kill9()
    host.start()
    assert_gone(peer, host, "dix", "xmpp:eai@rooms.test?join")
    assert count_actions(
        host, "--apply",
        listed(group(1, "dix", "conclude"), group(2, "eai"))) == {}


def test_a_group_with_a_new_name_takes_its_people_along(
        host, new_peer, listed):
    peer = new_peer("one.test")
    host.ctl("rooms", "import", "--apply", listed(group(1, "old")))
    host.ctl("people", "set", "old", "ann@one.test", "admin")
    host.ctl("hats", "give", "old", "bob@one.test", "scribe")
    assert count_actions(host, "--apply", listed(group(1, "new"))) == {
        "rename": 1}
    assert_gone(peer, host, "old", "xmpp:new@rooms.test?join")
    assert [(p["jid"], p["affiliation"])
            for p in rows(host, "people", "list", "new")] == [
                ("ann@one.test", "admin")]
    assert [(h["jid"], h["hat"])
            for h in rows(host, "hats", "list", "new")] == [
                ("bob@one.test", "scribe")]


def test_rooms_made_by_hand_are_never_touched(host, listed):
    host.ctl("rooms", "create", "dix", "--name=By hand")
    assert count_actions(
        host, "--apply", listed(group(1, "dix"), group(2, "hallway"),
                                group(3, "eai", "conclude"))) == {
        "taken": 2, "closed": 1}
    assert count_actions(host, "--apply", "--retire-missing",
                         listed(group(4, "ima"))) == {"create": 1}
    shown = {r["name"]: r["value"] for r in rows(host, "rooms", "show", "dix")}
    assert shown["roomname"] == "By hand"
    assert shown["traits"] == "house"


def test_lists_come_from_files_folders_and_standard_input(host, tmp_path):
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "1.json").write_text(json.dumps([group(1, "dix")]))
    (folder / "2.json").write_text(json.dumps([group(2, "eai")]))
    (folder / ".hidden").write_text("<")
    assert count_actions(host, str(folder), "--apply") == {"create": 2}
    piped = subprocess.run(
        [hallwayd.program("hallwayctl", "HALLWAYCTL"), "-s", host.control,
         "rooms", "import", "-", "--apply"], input="dime\n", text=True,
        stdout=subprocess.PIPE, check=True).stdout
    assert piped.splitlines()[-1].split(None, 1) == [
        "sum", "1 create, 2 missing"]
    assert "No such file" in host.ctl("rooms", "import", "/none", check=False)
    assert "which file?" in host.ctl("rooms", "import", check=False)


def await_file(path):
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < deadline, "%s did not come" % path
        time.sleep(0.05)
    return path


def test_lists_in_the_spool_folder_are_imported(new_host, tmp_path):
    """As cron would do it: written aside, then renamed into the folder."""
    spool = tmp_path / "spool"
    host = new_host(rooms="spool: %s" % spool)
    assert sorted(p.name for p in spool.iterdir()) == ["done", "failed"]
    shutil.copy(SAMPLE, spool / ".groups.json")
    (spool / "later.part").write_text("half of a li")
    os.rename(spool / ".groups.json", spool / "groups.json")
    (spool / "page.html").write_text("<!doctype html>")
    done = await_file(spool / "done" / "groups.json.log").read_text()
    assert done.splitlines()[-1].endswith("217 create")
    failed = await_file(spool / "failed" / "page.html.log").read_text()
    assert "web page" in failed
    await_file(spool / "failed" / "page.html")
    assert count_rooms(host) == 218
    assert sorted(p.name for p in spool.iterdir()) == [
        "done", "failed", "later.part"]


def test_what_lay_in_the_spool_folder_before_the_start_is_imported(
        new_host, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / "acronyms").write_text(LIST_2006)
    host = new_host(rooms="spool: %s" % spool)
    await_file(spool / "done" / "acronyms.log")
    assert count_rooms(host) == 21


def test_a_blocked_domain_stays_blocked_over_a_restart(host, new_peer):
    host.ctl("s2s", "block", "one.test", "--reason=spam")
    assert "blocked already" in host.ctl("s2s", "block", "one.test",
                                         check=False)
    host.terminate()
    host.start()
    assert rows(host, "s2s", "blocked") == [{"domain": "one.test"}]
    host.ctl("s2s", "unblock", "one.test")
    peer = new_peer("one.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    join(stream, "ann@one.test/x", "ann")
    peer.receive(lambda s: s.find(SERVER + "subject") is not None)
    stream.close()
    acts = [r["act"] for r in rows(host, "audit")]
    assert acts[:2] == ["s2s-unblock", "s2s-block"]
