# SPDX-License-Identifier: MIT
"""A session from its start to its record: the daemon as it is, typed words and
commands, the pages, the package and who was there."""

import csv
import io
import json
import re
import time
import urllib.error
import urllib.request

from conftest import free_port
from test_store import enter, groupchat, retract, say


def fetch(url):
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read()


def fetch_until(url, piece, seconds=60):
    """The page, once it has that: a command is done before its record is on
    the disk, and the pages tell what is."""
    end = time.monotonic() + seconds
    while True:
        text = fetch(url)[1].decode()
        if piece in text or time.monotonic() > end:
            assert piece in text
            return text
        time.sleep(0.02)


def serve(new_host):
    port = free_port()
    url = "http://127.0.0.1:%d" % port
    return url, new_host(extra="web: {listen: [\"127.0.0.1:%d\"], url: \"%s\"}\n"
                         % (port, url))


def test_a_session_leaves_a_record_that_can_be_verified(new_host, new_peer,
                                                        tmp_path):
    url, host = serve(new_host)
    peer = new_peer("one.test")
    stream = enter(peer, host)
    say(peer, stream, "m0", "before it")
    host.ctl("meetings", "start", "hallway", "An interim")
    row = json.loads(host.ctl("--json", "meetings", "list"))
    page = "%s/hallway/meeting/%s/" % (url, row["session"])
    said = say(peer, stream, "m1", "MIC: is this on?")
    secret = say(peer, stream, "m2", "MIC: a secret question")
    say(peer, stream, "m3", "present+ Ann Other, Example Org")
    host.ctl("meetings", "note", "hallway", "topic", "What is new")
    host.ctl("meetings", "note", "hallway", "action", "ann to try it")
    host.ctl("mic", "done", "hallway", "1")
    assert "The session is open" in fetch_until(page, "ann to try it")
    assert fetch(page + "record.zip")[0] == 404
    host.ctl("meetings", "end", "hallway")

    text = fetch_until(page, "<dd>ended<")
    for piece in ("is this on?", "relayed", "What is new",
                  "ann to try it", "Ann Other", "record.zip"):
        assert piece in text, piece
    assert said in text and "ann@one.test" not in text

    status, first = fetch(page + "record.zip")
    assert status == 200
    assert len(list((host.state / "records").iterdir())) == 1
    key = tmp_path / "key.pem"
    key.write_bytes(fetch(url + "/-/key")[1])
    record = tmp_path / "record.zip"
    record.write_bytes(first)
    told = host.ctl("record", "verify", "--key=%s" % key, str(record))
    assert "each as the manifest has it" in told

    # the same after a restart
    stream.close()
    host.terminate()
    host.start()
    assert fetch(page + "record.zip") == (200, first)

    # but not when something is taken back
    stream = enter(peer, host)
    retract(peer, stream, "r1", secret)
    say(peer, stream, "m4", "after it")
    fetch_until(page, "This is revision 2")
    assert fetch(page + "record.zip")[0] == 410
    status, second = fetch(page + "record-2.zip")
    assert status == 200 and second != first
    assert [p.read_bytes() for p in (host.state / "records").iterdir()] == [
        second]
    record.write_bytes(second)
    assert "revision 2" in host.ctl("record", "verify", str(record))
    assert "a secret question" not in fetch(page)[1].decode()
    stream.close()


def test_chairs_get_the_attendance(new_host, new_peer):
    url, host = serve(new_host)
    peer = new_peer("one.test")
    stream = enter(peer, host)
    host.ctl("meetings", "start", "hallway")
    other = enter(peer, host, "bob")
    say(peer, stream, "m1", "present+ Ann Other, Example Org")
    host.ctl("meetings", "end", "hallway")
    table = list(csv.DictReader(io.StringIO(
        host.ctl("--csv", "meetings", "attendance", "hallway"))))
    assert [(r["name"], r["affiliation"], r["nick"], r["address"])
            for r in table] == [
        ("Ann Other", "Example Org", "ann", "ann@one.test"),
        ("", "", "bob", "bob@one.test")]
    assert {r["minutes"] for r in table} == {"0"}
    # a chair's client has no --csv: line by line
    sheet = [json.loads(line)["csv"] for line in host.ctl(
        "--json", "meetings", "attendance", "hallway",
        "--as=csv").splitlines()]
    assert list(csv.DictReader(io.StringIO("\n".join(sheet)))) == table
    rows = [json.loads(json.loads(line)["json"]) for line in host.ctl(
        "--json", "meetings", "attendance", "hallway",
        "--as=json").splitlines()]
    assert [(r["name"], r["address"], r["minutes"]) for r in rows] == [
        ("Ann Other", "ann@one.test", 0), ("", "bob@one.test", 0)]
    row = json.loads(host.ctl("--json", "meetings", "attendance",
                              "hallway").splitlines()[0])
    assert row["came"] <= row["went"]
    assert "no such session" in host.ctl("meetings", "attendance", "hallway",
                                         "2020-01-01-0000", check=False)
    home = fetch_until(url + "/hallway/", "/hallway/meeting/")
    name = re.search(r"/hallway/meeting/([-0-9]+)/", home)[1]
    fetch_until("%s/hallway/meeting/%s/" % (url, name),
                "People in the room</dt><dd>2<")
    stream.close()
    other.close()
