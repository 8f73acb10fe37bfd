# SPDX-License-Identifier: MIT
"""The store as an operator meets it: what is checked, backed up, restored and
opened by hallwayctl; a disk that is full; and a daemon that dies at any moment:
whatever anybody saw is on the record, once (promise 2 of doc/architecture.md).
"""

import contextlib
import itertools
import json
import os
import queue
import random
import shutil
import sqlite3
import subprocess
import threading
import time
import urllib.request

import pytest
import record_views
from conftest import free_port
from hallwayd import program
from rawpeer import SERVER, STANZA_ERRORS, Closed
from test_federation import HALLWAY, ROOMS, is_subject, join

ROUNDS = int(os.environ.get("HALLWAY_CRASH_ROUNDS", "20"))
# seconds; no more is said in a day than its page carries, 50,000 lines
PAUSE = 0.004 * max(1, ROUNDS / 80)
SID = "{urn:xmpp:sid:0}stanza-id"
DISK = 24 << 20     # bytes of the small disk


def rows(host, *words):
    return [json.loads(line)
            for line in host.ctl("--json", *words).splitlines()]


def enter(peer, host, who="ann"):
    stream = peer.dial_authorised(host.address, ROOMS)
    join(stream, "%s@%s/x" % (who, peer.domain), who)
    peer.receive(is_subject)
    return stream


def groupchat(stream, sender, ident, body):
    stream.send("<message from='%s' to='%s' type='groupchat' id='%s'>"
                "<body>%s</body></message>" % (sender, HALLWAY, ident, body))


def say(peer, stream, ident, body="words"):
    """Say it, and answer the stanza-id by which it came back."""
    groupchat(stream, "ann@%s/x" % peer.domain, ident, body)
    said = peer.receive(lambda s: s.get("id") == ident)
    assert said.get("type") == "groupchat", said.get("type")
    return said.find(SID).get("id")


def retract(peer, stream, ident, stanza_id):
    stream.send("<message from='ann@%s/x' to='%s' type='groupchat' id='%s'>"
                "<retract xmlns='urn:xmpp:message-retract:1' id='%s'/>"
                "</message>" % (peer.domain, HALLWAY, ident, stanza_id))
    answer = peer.receive(lambda s: s.get("id") == ident)
    assert answer.get("type") == "groupchat"


def archive(host):
    """The ids of all lines that are kept."""
    with contextlib.closing(sqlite3.connect(
            "file:%s?mode=ro" % (host.state / "hallway.db"),
            uri=True)) as database:
        return [row[0] for row in database.execute("SELECT id FROM archive")]


def restore(*words):
    done = subprocess.run([program("hallwayctl", "HALLWAYCTL"), "store",
                           "restore", *map(str, words)],
                          capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_a_whole_database_is_said_to_be_whole(host, new_peer):
    peer = new_peer("one.test")
    stream = enter(peer, host)
    say(peer, stream, "m1")
    assert "0 faults" in host.ctl("store", "check")
    stream.close()


def test_a_forged_line_is_found(host, new_peer):
    peer = new_peer("one.test")
    stream = enter(peer, host)
    ident = say(peer, stream, "m1", "I agree.")
    with contextlib.closing(sqlite3.connect(
            host.state / "hallway.db", timeout=60)) as database:
        database.execute("UPDATE archive SET stanza = replace(stanza,"
                         " 'I agree.', 'I object.') WHERE id = ?", [ident])
        database.commit()
    told = host.ctl("store", "check", check=False)
    assert ident in told and "not as it was said" in told
    assert "1 faults" in told
    stream.close()


def test_sealed_lines_are_opened_for_a_reason(host, new_peer):
    peer = new_peer("one.test")
    stream = enter(peer, host)
    ident = say(peer, stream, "m1", "my password")
    retract(peer, stream, "m2", ident)
    assert "reason" in host.ctl("store", "unseal", ident, check=False)
    assert "why" in host.ctl("store", "unseal", ident, "--reason= ",
                             check=False)
    told = {row["name"]: row["value"] for row in rows(
        host, "store", "unseal", ident, "--reason=case 17")}
    assert "my password" in told["stanza"]
    assert told["by"] == told["retracted_by"] == "ann@one.test"
    assert told["room"] == HALLWAY
    audit = rows(host, "audit")[0]
    assert (audit["act"], audit["target"], audit["reason"], audit["by"]) == (
        "unseal", ident, "case 17", "control")
    assert "sealed" in host.ctl("store", "unseal", "nosuchline",
                                "--reason=x", check=False)
    stream.close()


def test_the_service_takes_a_line_back_for_a_reason(host, new_peer):
    """Its corrections, too; in a room that is there people are told."""
    peer = new_peer("one.test")
    stream = enter(peer, host)
    ident = say(peer, stream, "m1", "an adress")
    stream.send("<message from='ann@one.test/x' to='%s' type='groupchat' "
                "id='m2'><body>an address</body><replace xmlns='urn:xmpp:"
                "message-correct:0' id='m1'/></message>" % HALLWAY)
    later = peer.receive(lambda s: s.get("id") == "m2").find(SID).get("id")
    stays = say(peer, stream, "m3", "stays")
    assert "why" in host.ctl("store", "retract", ident, "--reason= ",
                             check=False)
    assert "no line" in host.ctl("store", "retract", "nosuchline",
                                 "--reason=x", check=False)
    host.ctl("store", "retract", ident, "--reason=court order 7")
    told = peer.receive(lambda s: s.find(
        "{urn:xmpp:message-retract:1}retract") is not None)
    assert told.find("{urn:xmpp:message-retract:1}retract").get("id") == ident
    assert told.find(".//{urn:xmpp:message-moderate:1}moderated").get(
        "by") == HALLWAY
    assert told.get("from") == HALLWAY
    assert "already" in host.ctl("store", "retract", ident, "--reason=x",
                                 check=False)
    kept = record_views.archive_pages(peer, stream, "ann@one.test/x", HALLWAY)
    assert kept == {ident: None, later: None, stays: "stays"}
    # who comes now is told nothing of it either
    stream.send("<presence from='eve@one.test/x' to='%s/eve'><x xmlns="
                "'http://jabber.org/protocol/muc'/></presence>" % HALLWAY)
    history = []
    peer.receive(lambda s: s.get("to") == "eve@one.test/x" and (
        history.append(s.findtext(SERVER + "body")) or is_subject(s)))
    assert "stays" in history and not any(
        body and "address" in body for body in history)
    audit = rows(host, "audit")[0]
    assert (audit["act"], audit["target"], audit["reason"], audit["by"]) == (
        "take back", ident, "court order 7", "control")
    told = {row["name"]: row["value"] for row in rows(
        host, "store", "unseal", later, "--reason=appeal")}
    assert "an address" in told["stanza"]
    assert told["reason"] == "court order 7"
    assert "0 faults" in host.ctl("store", "check")
    stream.close()


def test_a_line_of_a_room_that_is_gone_can_be_taken_back(host, new_peer,
                                                         tmp_path):
    room = "council@" + ROOMS
    host.ctl("rooms", "create", room)
    peer = new_peer("one.test")
    stream = peer.dial_authorised(host.address, ROOMS)
    stream.send("<presence from='ann@one.test/x' to='%s/ann'><x xmlns="
                "'http://jabber.org/protocol/muc'/></presence>" % room)
    peer.receive(is_subject)
    stream.send("<message from='ann@one.test/x' to='%s' type='groupchat' "
                "id='m1'><body>my password</body></message>" % room)
    ident = peer.receive(lambda s: s.get("id") == "m1").find(SID).get("id")
    host.ctl("rooms", "delete", room)
    host.ctl("store", "retract", ident, "--reason=asked for")
    deadline = time.monotonic() + 60
    for number in itertools.count():    # it is written a moment later
        assert time.monotonic() < deadline
        lines = record_views.ctl_export(host, room,
                                        tmp_path / ("lines%d" % number))
        assert list(lines) == [ident]
        if lines[ident] is None:
            break
    assert "0 faults" in host.ctl("store", "check")
    stream.close()


def test_public_key_is_told(host):
    assert "-----BEGIN PUBLIC KEY-----" in host.ctl("store", "key")
    assert (host.state / "signing.key").stat().st_mode & 0o777 == 0o600


def test_backup_while_people_talk_and_restore(host, new_peer):
    peer = new_peer("one.test")
    stream = enter(peer, host)
    before = say(peer, stream, "m1")
    (host.state / "records").mkdir(exist_ok=True)
    (host.state / "records" / "one.zip").write_text("a record")
    folder = host.folder / "backup"
    assert "path" in host.ctl("store", "backup", "relative", check=False)
    host.ctl("store", "backup", str(folder))
    assert "exists" in host.ctl("store", "backup", str(folder), check=False)
    names = {path.name for path in folder.iterdir()}
    assert {"hallway.db", "signing.key", "occupant.secret"} <= names
    assert "lock" not in names
    assert any((folder / "certificates").iterdir())
    assert folder.stat().st_mode & 0o777 == 0o700
    after = say(peer, stream, "m2")

    status, told = restore(folder, "--state-dir=%s" % host.state)
    assert status == 1 and "a hallwayd uses it" in told
    stream.close()
    key = (host.state / "signing.key").read_text()
    host.terminate()
    status, told = restore(host.folder, "--state-dir=%s" % host.state)
    assert status == 1 and "hallway.db" in told
    shutil.copytree(host.state, host.folder / "lost")
    made = sorted(path.read_bytes()
                  for path in (host.state / "certificates").iterdir())
    for path in host.state.iterdir():
        if path.is_file():
            path.unlink()
    shutil.rmtree(host.state / "certificates")
    shutil.rmtree(host.state / "records")
    status, told = restore(folder, "--state-dir=%s" % host.state)
    assert status == 0, told
    host.start()
    assert (host.state / "signing.key").read_text() == key
    assert made == sorted(path.read_bytes() for path in (
        host.state / "certificates").iterdir())
    assert (host.state / "records" / "one.zip").read_text() == "a record"
    kept = archive(host)
    assert before in kept and after not in kept
    assert "0 faults" in host.ctl("store", "check")

    # what was there is kept beside
    host.terminate()
    status, told = restore(folder, "--state-dir=%s" % host.state)
    aside = [path for path in host.state.iterdir() if path.is_dir()]
    assert status == 0 and any((path / "hallway.db").exists()
                               for path in aside)
    host.start()


@pytest.fixture
def small_disk(tmp_path):
    """A folder with little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=%d" % DISK,
                           "tmpfs", folder], capture_output=True)
    if done.returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder):
    """Not a byte is left."""
    with open(folder / "ballast", "wb", buffering=0) as ballast:
        with contextlib.suppress(OSError):
            while True:
                ballast.write(bytes(65536))
        with contextlib.suppress(OSError):
            while True:
                ballast.write(bytes(512))


def test_a_full_disk_refuses_and_recovers(new_host, new_peer, small_disk):
    pages = "http://127.0.0.1:%d/" % free_port()

    def status():
        with urllib.request.urlopen(pages + "-/status.json") as answer:
            return json.load(answer)

    host = new_host(extra="store: {queue_age: 200ms, give_up: 1500ms}\n"
                    "web: {listen: [\"%s\"], url: \"%s\"}\n"
                    % (pages[7:-1], pages))
    host.terminate()
    for path in host.state.iterdir():
        if path.is_file():
            shutil.copy(path, small_disk)
    host.state.rename(host.folder / "was")
    host.state.symlink_to(small_disk)
    small_disk.chmod(0o700)
    host.start()
    peer = new_peer("one.test")
    stream = enter(peer, host)
    join(stream, "bob@one.test/x", "bob")
    peer.receive(lambda s: is_subject(s) and s.get("to") == "bob@one.test/x")
    seen = [say(peer, stream, "m1")]
    fill(small_disk)
    # until the store's own files are full, too
    for number in range(2000):
        ident = "f%d" % number
        groupchat(stream, "ann@one.test/x", ident, "x" * 8000)
        answer = peer.receive(lambda s, i=ident: s.get("id") == i)
        if answer.get("type") == "error":
            break
        seen.append(answer.find(SID).get("id"))
    assert answer.find(".//%sresource-constraint" % STANZA_ERRORS) is not None
    assert host.count("hallway_store_given_back") >= 1
    assert host.count("hallway_store_trouble") == 1
    assert status()["state"] == "up" and status()["writable"] is False
    with urllib.request.urlopen(pages + "-/health") as answer:
        assert "the record cannot be written" in answer.read().decode()
    # what is new is refused at once; what needs no record passes
    groupchat(stream, "ann@one.test/x", "m2", "again")
    answer = peer.receive(lambda s: s.get("id") == "m2")
    assert answer.get("type") == "error"
    stream.send("<presence from='bob@one.test/x' to='%s/bob' "
                "type='unavailable'/>" % HALLWAY)
    peer.receive(lambda s: s.get("from") == HALLWAY + "/bob"
                 and s.get("to") == "ann@one.test/x"
                 and s.get("type") == "unavailable")
    stream.send("<presence from='eve@one.test/x' to='%s/eve'><x xmlns="
                "'http://jabber.org/protocol/muc'/></presence>" % HALLWAY)
    assert peer.receive(lambda s: s.get("to") == "eve@one.test/x").get(
        "type") == "error"
    stream.send("<message from='ann@one.test/x' to='%s/ann' type='chat' "
                "id='p1'><body>psst</body></message>" % HALLWAY)
    peer.receive(lambda s: s.get("id") == "p1"
                 and s.get("from") == HALLWAY + "/ann")
    stream.send("<presence from='ann@one.test/x' to='%s/ann'>"
                "<show>away</show></presence>" % HALLWAY)
    peer.receive(lambda s: s.tag == SERVER + "presence"
                 and s.find(SERVER + "show") is not None)
    asked = stream.ask("ann@one.test/x", HALLWAY + "/ann",
                       "<ping xmlns='urn:xmpp:ping'/>")
    assert peer.receive(lambda s: s.get("id") == asked).get(
        "type") == "result"
    # room is made: it works again by itself
    (small_disk / "ballast").unlink()
    deadline = time.monotonic() + 60
    while host.count("hallway_store_trouble"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert status()["writable"] is True
    seen.append(say(peer, stream, "m3"))
    kept = archive(host)
    assert set(seen) <= set(kept) and len(kept) == len(set(kept))
    assert "0 faults" in host.ctl("store", "check")
    # who went meanwhile is gone for good, who stayed is there
    stream.close()
    host.terminate()
    host.start()
    stream = peer.dial_authorised(host.address, ROOMS)
    for who, kind in (("ann", "result"), ("bob", "error")):
        asked = stream.ask("%s@one.test/x" % who, "%s/%s" % (HALLWAY, who),
                           "<ping xmlns='urn:xmpp:ping'/>")
        assert peer.receive(lambda s, i=asked: s.get("id") == i).get(
            "type") == kind
    stream.close()
    host.terminate()


class Talker:
    """Somebody of a server who talks until the end, and what their server was
    given: the stanza-ids of all that was said."""

    def __init__(self, peer, host, who):
        self.peer = peer
        self.who = who
        self.stream = None
        with contextlib.suppress(OSError, Closed):
            self.stream = peer.dial_authorised(host.address, ROOMS)
        self.thread = threading.Thread(target=self.talk, daemon=True)

    def talk(self):
        sender = "%s@%s/x" % (self.who, self.peer.domain)
        number = 0
        with contextlib.suppress(OSError, Closed):
            while True:
                number += 1
                groupchat(self.stream, sender, "%s-%d" % (self.who, number),
                          "%s says %d &lt;%s" % (
                              self.who, random.randrange(1 << 40),
                              "crash " * random.randrange(40)))
                time.sleep(random.random() * PAUSE)


def drain(peer, seen):
    """What came meanwhile: stanza-id -> what was said."""
    with contextlib.suppress(queue.Empty):
        while True:
            stanza = peer.inbox.get_nowait()
            body = stanza.findtext(SERVER + "body")
            if stanza.get("type") == "groupchat" and body is not None:
                ident = stanza.find(SID).get("id")
                assert seen.setdefault(ident, body) == body


def compare_views(host, url, peer, lines, folder):
    """No page, export or query disagrees with another, nor with what people
    were given."""
    began = time.time() - 86400
    stream = peer.dial_authorised(host.address, ROOMS)
    reader = peer, stream, "reader@%s/x" % peer.domain, HALLWAY
    views = record_views
    the_days = list(views.days(began, time.time()))
    kept = views.archive_pages(*reader)
    assert all(kept[ident] == body for ident, body in lines.items())
    ways = {
        "archive, backward": views.archive_pages(*reader, is_backward=True),
        "pages": views.day_pages(url, "hallway", the_days),
        "jsonl": views.web_export(url, "hallway", the_days),
        "store export": views.ctl_export(host, "hallway",
                                         folder / "all.jsonl"),
    }
    for name, way in ways.items():
        assert list(way.items()) == list(kept.items()), name
    assert views.text_export(url, "hallway", the_days) == list(kept)
    # words are found in the same lines by clients and on the web
    fields = views.FIELD % ("{urn:xmpp:fulltext:0}fulltext", "says")
    found = views.archive_pages(*reader, fields=fields)
    assert found == {i: text for i, text in kept.items() if text}
    page = views.fetch(url + "/hallway/search?q=says")
    if len(found) > views.MAX_COUNTED:
        assert "More than %d lines" % views.MAX_COUNTED in page
    else:
        assert "%d lines" % len(found) in page
    stream.close()
    return kept


def test_what_was_seen_survives_any_crash(new_host, new_peer, tmp_path):
    """kill -9 at random moments, again and again."""
    web = free_port()
    url = "http://127.0.0.1:%d" % web
    host = new_host(extra="archive: {user_pages: 0, all_pages: 0}\n"
                          "web: {listen: [\"127.0.0.1:%d\"], url: \"%s\"}\n"
                    % (web, url))
    peers = [new_peer("crash%d.test" % n) for n in range(3)]
    seen = [{} for _ in peers]
    for n, peer in enumerate(peers):
        enter(peer, host, "u%d" % n).close()
    for number in range(ROUNDS):
        talkers = [Talker(peer, host, "u%d" % n)
                   for n, peer in enumerate(peers)]
        for talker in talkers:
            talker.thread.start()
        time.sleep(0.1 + random.random() * 0.4)
        host.kill9()
        for talker in talkers:
            talker.thread.join(60)
            if talker.stream:
                talker.stream.hang_up()
        for peer, mine in zip(peers, seen):
            drain(peer, mine)
        host.start()
        kept = archive(host)
        assert len(kept) == len(set(kept))
        for mine in seen:
            lost = set(mine) - set(kept)
            assert not lost, "round %d lost %s" % (number, lost)
    assert all(len(mine) > ROUNDS for mine in seen), [len(m) for m in seen]
    assert "0 faults" in host.ctl("store", "check")
    lines = {ident: body for mine in seen for ident, body in mine.items()}
    compare_views(host, url, new_peer("reader.test"), lines, tmp_path)
    # once more, with something taken back
    stream = enter(peers[0], host)
    gone = say(peers[0], stream, "gone", "ann says something foolish")
    retract(peers[0], stream, "sorry", gone)
    stream.close()
    again = tmp_path / "again"
    again.mkdir()
    kept = compare_views(host, url, new_peer("again.test"), lines, again)
    assert kept[gone] is None


def test_all_of_a_room_is_written_to_a_file(host, new_peer, tmp_path):
    peer = new_peer("a.test")
    stream = enter(peer, host)
    first = say(peer, stream, "m1", "one")
    second = say(peer, stream, "m2", "two")
    retract(peer, stream, "r1", second)
    to = tmp_path / "hallway.jsonl"
    told = host.ctl("store", "export", "hallway", str(to))
    lines = [json.loads(line) for line in to.read_text().splitlines()]
    assert "%d lines" % len(lines) in told
    assert to.stat().st_mode & 0o777 == 0o600
    by_id = {line["id"]: line for line in lines}
    assert by_id[first]["text"] == "one"
    assert by_id[first]["jid"] == "ann@%s" % peer.domain
    assert "text" not in by_id[second] and "two" not in to.read_text()
    # what is there stays
    assert "exists" in host.ctl("store", "export", "hallway", str(to),
                                check=False)
    assert len(to.read_text().splitlines()) == len(lines)
    empty = tmp_path / "empty.jsonl"
    host.ctl("store", "export", "hallway", str(empty), "--to=2020-01-01")
    assert empty.read_text() == ""
    assert "day" in host.ctl("store", "export", "hallway",
                             str(tmp_path / "x"), "--from=Monday",
                             check=False)
