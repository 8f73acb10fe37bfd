# SPDX-License-Identifier: MIT
"""The service's own pages, feeds, and what tells how it does."""

import json
import re
import xml.etree.ElementTree as ET

PAGES = ("note-well", "overview", "getting-started", "meeting", "questions",
         "how-it-works", "acknowledgements", "privacy", "news", "health")
ATOM = "{http://www.w3.org/2005/Atom}"


def test_every_page_is_there_and_linked(site):
    front = site.get("/").text
    for name in PAGES:
        answer = site.get("/-/" + name)
        assert answer.status == 200, name
        assert answer.headers["Content-Type"].startswith("text/html"), name
        assert answer.text.count("<h1>") == 1, name
        assert "href=\"/-/%s\"" % name in front, name
        for path in re.findall(r"href=\"(/[^\"#?]*)", answer.text):
            linked = site.get(path)
            assert linked.status in (200, 301, 302) or (
                path == "/hallway/" and linked.status == 404), (name, path)
        # nothing of others is loaded, nothing runs within
        assert not re.search(r"<(img|iframe|object|style)|<script>",
                             answer.text), name
    start = " ".join(site.get("/-/getting-started").text.split())
    assert "Please do not try to register at rooms.test" in start
    assert "xmpp:hallway@rooms.test?join" in start


def test_texts_of_the_operator_take_their_place(new_site, tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    site = new_site("texts: %s" % folder)
    path = folder / "note-well.md"
    assert "<h1>Note Well</h1>" in site.get("/-/note-well").text
    path.write_text("# Our own\n\n<b>{domain}</b> is *ours*\n")
    text = site.get("/-/note-well").text
    assert "<h1>Our own</h1>" in text
    assert "<p>&lt;b&gt;rooms.test&lt;/b&gt; is <em>ours</em></p>" in text
    path.write_bytes(b"# \xff\xfe")
    assert "<h1>Note Well</h1>" in site.get("/-/note-well").text


def test_the_feed_of_a_room(site, new_talker):
    ann = new_talker(site, "ann")
    first = ann.say("one &lt;b&gt; &amp; two\nand more")
    ann.say("teh word")
    ann.say("the word", "<replace xmlns='urn:xmpp:message-correct:0' id='%s'/>"
            % ann.last_name)
    gone = ann.say("a secret")
    before = site.wait_for("/hallway/feed.atom",
                           lambda a: a.status == 200 and "a secret" in a.text)
    assert before.headers["Content-Type"].startswith("application/atom+xml")
    old = {e.findtext(ATOM + "id") for e in
           ET.fromstring(before.data).iter(ATOM + "entry")}
    ann.take_back(gone)
    answer = site.wait_for("/hallway/feed.atom",
                           lambda a: "a secret" not in a.text)
    root = ET.fromstring(answer.data)
    entries = root.findall(ATOM + "entry")
    assert len(entries) == 3
    # ids outlive what becomes of a line
    assert {e.findtext(ATOM + "id") for e in entries} == old
    assert "taken back by" not in before.text
    newest, middle, oldest = entries
    assert newest.findtext(ATOM + "content") == "(taken back)"
    assert newest.findtext(ATOM + "updated") > newest.findtext(
        ATOM + "published")
    assert middle.findtext(ATOM + "content") == "the word"
    assert oldest.findtext(ATOM + "content") == "one <b> & two\nand more"
    assert oldest.findtext(ATOM + "title") == "ann: one <b> & two\u2026"
    assert oldest.find(ATOM + "link").get("href") == \
        site.url + "/hallway/m/" + first
    for element in [root, *entries]:
        # RFC 4287 4.1: what each has to have
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1
        assert element.find(ATOM + "author") is not None
    assert root.findtext(ATOM + "updated") == max(
        e.findtext(ATOM + "updated") for e in entries)
    assert "one.test" not in answer.text


def test_a_room_that_retired_in_silence_leads_on(site, tmp_path):
    groups = tmp_path / "groups.txt"
    groups.write_text("dix dime\n")
    site.host.ctl("rooms", "import", str(groups), "--apply")
    site.host.ctl("rooms", "create", "secret", "--hidden", "--members-only")
    for room in ("dix", "secret"):
        site.host.ctl("rooms", "retire", room, "--successor=dime")
    answer = site.wait_for("/dix/", lambda a: "This room is gone" in a.text)
    assert answer.status == 200 and "dime@rooms.test" in answer.text
    # of one that no list names nobody is told that it was there
    assert site.get("/secret/").status == 404


def test_what_is_not_there_has_no_feed(site):
    assert site.get("/nosuchroom/feed.atom").status == 404
    assert site.get("/-/areas/none.atom").status == 404
    assert ET.fromstring(site.get("/-/news.atom").data).tag == ATOM + "feed"


def test_health_and_numbers(site, new_talker):
    new_talker(site, "ann")
    status = site.wait_for(
        "/-/status.json", lambda a: json.loads(a.data)["occupants"] == 1)
    assert status.json()["state"] == "up"
    page = site.wait_for("/-/health", lambda a: "one.test" in a.text)
    assert "dialback" in page.text
    assert "one.test" in site.get("/-/health?domain=ONE.test").text
    assert "<td>" not in site.get("/-/health?domain=two.test").text
    assert site.get("/metrics").text.endswith("# EOF\n")
    assert site.get("/metrics", X_Forwarded_For="192.0.2.1").status == 403
    assert "BEGIN PUBLIC KEY" in site.get("/-/key").text


def test_numbers_for_anyone(new_site):
    site = new_site("metrics: anyone")
    assert site.get("/metrics", X_Forwarded_For="192.0.2.1").status == 200
