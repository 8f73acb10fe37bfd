# SPDX-License-Identifier: MIT
"""Live pages: what is said comes to who waits, once and in order."""

import re
import resource
import selectors
import socket
import time

PATIENCE = 60


class Waiting:
    """A connection that waits for events."""

    def __init__(self, site, path="/hallway/live", window=None, **headers):
        self.sock = socket.socket()
        self.sock.settimeout(PATIENCE)
        if window:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        self.sock.connect(("127.0.0.1", site.port))
        lines = ["GET %s HTTP/1.1" % path, "Host: localhost"]
        lines += ["%s: %s" % (name.replace("_", "-"), value)
                  for name, value in headers.items()]
        self.sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.data = b""

    def read(self):
        more = self.sock.recv(65536)
        self.data += more
        return more

    def text(self):
        """All that came so far, without the marks of chunks."""
        head, _, rest = self.data.partition(b"\r\n\r\n")
        body = b""
        while b"\r\n" in rest:
            size, _, rest = rest.partition(b"\r\n")
            body += rest[:int(size, 16)]
            rest = rest[int(size, 16) + 2:]
        return (head + b"\n\n" + body).decode("utf-8", "replace")

    def wait_for(self, wanted):
        deadline = time.monotonic() + PATIENCE
        while wanted not in self.text():
            assert time.monotonic() < deadline and self.read(), (
                self.text()[-1000:])
        return self.text()

    def ids(self):
        return re.findall(r"^id: (\S+)$", self.text(), re.MULTILINE)

    def close(self):
        self.sock.close()


def await_pages(site, count):
    deadline = time.monotonic() + PATIENCE
    while (there := site.host.count("hallway_web_live")) != count:
        assert time.monotonic() < deadline, there
        time.sleep(0.02)


def test_a_line_comes_to_who_waits(site, new_talker):
    ann = new_talker(site, "ann")
    page = wait_open(site)
    said = ann.say("hello &lt;you&gt;")
    text = page.wait_for("hello")
    assert "event: line\nid: %s\n" % said in text
    assert "hello &lt;you&gt;" in text
    assert "ann@one.test" not in text
    assert "text/event-stream" in text
    page.close()


def wait_open(site, **words):
    """A page that waits; the room has to be known to the pages first."""
    deadline = time.monotonic() + PATIENCE
    while True:
        page = Waiting(site, **words)
        while b"\r\n\r\n" not in page.data:
            assert page.read()
        if page.text().startswith("HTTP/1.1 200"):
            page.wait_for("retry:")
            return page
        assert time.monotonic() < deadline, page.text()
        page.close()
        time.sleep(0.1)


def test_who_comes_back_gets_what_it_missed(site, new_talker):
    ann = new_talker(site, "ann")
    first = ann.say("one")
    wait_open(site).close()
    missed = [ann.say(word) for word in ("two", "three", "four")]
    page = Waiting(site, Last_Event_ID=first)
    page.wait_for(missed[-1])
    assert page.ids() == missed
    last = ann.say("five")
    page.wait_for(last)
    assert page.ids() == missed + [last]
    other = Waiting(site, "/hallway/live?after=" + missed[0])
    other.wait_for(last)
    assert other.ids() == missed[1:] + [last]
    page.close()
    other.close()


def test_an_unknown_place_means_a_new_page(site, new_talker):
    new_talker(site, "ann")
    page = wait_open(site, path="/hallway/live?after=nosuchid")
    page.wait_for("event: reload\n")
    page.close()


def test_what_is_taken_back_is_told(site, new_talker):
    ann = new_talker(site, "ann")
    page = wait_open(site)
    said = ann.say("a secret")
    page.wait_for("a secret")
    ann.take_back(said)
    text = page.wait_for("event: change")
    page.wait_for("</li>\n\n")
    changed = page.text().split("event: change")[1]
    assert said in changed and "a secret" not in changed
    # and to who comes back after
    late = Waiting(site, Last_Event_ID=said)
    late.wait_for("event: change")
    late.close()
    page.close()
    assert text


def test_corrections_and_reactions_come_as_lines(site, new_talker):
    ann = new_talker(site, "ann")
    page = wait_open(site)
    said = ann.say("teh word")
    ann.say("the word", "<replace xmlns='urn:xmpp:message-correct:0' id='%s'/>"
            % ann.last_name)
    page.wait_for("the word")
    assert "data-corrects" in page.text()
    ann.say("", "<reactions xmlns='urn:xmpp:reactions:0' id='%s'><reaction>"
            "+</reaction></reactions>" % said)
    page.wait_for("data-reacts=\"%s\"" % said)
    page.close()


def test_too_many_are_told_to_come_later(new_site, new_talker):
    site = new_site("max_live: 2")
    new_talker(site, "ann")
    pages = [wait_open(site), wait_open(site)]
    await_pages(site, 2)
    refused = site.get("/hallway/live")
    assert refused.status == 503
    assert int(refused.headers["Retry-After"]) > 0
    for page in pages:
        page.close()


def test_a_room_off_the_web_has_no_live_page(site):
    assert site.get("/nosuchroom/live").status == 404


def test_who_waits_is_let_go_at_the_end(site, new_talker):
    new_talker(site, "ann")
    page = wait_open(site)
    site.host.terminate()
    while page.read():
        pass
    assert page.data.endswith(b"0\r\n\r\n")
    page.close()


def test_a_slow_one_gets_all_from_the_archive(new_site, new_talker):
    """The ring has 16 places; a page that does not read while 400 long lines
    are said gets each of them, once."""
    site = new_site("live_ring: 16", s2s="rate_bytes: 100MiB\n"
                    "burst_bytes: 100MiB\nrate_stanzas: 100000\n"
                    "burst_stanzas: 100000")
    ann = new_talker(site, "ann")
    page = wait_open(site, window=4096)
    said = [ann.say("%03d" % n + "x" * 15000) for n in range(400)]
    page.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    deadline = time.monotonic() + PATIENCE
    while ("id: %s\n" % said[-1]).encode() not in page.data[-20000:]:
        assert time.monotonic() < deadline and page.read()
    assert page.ids() == said
    assert site.host.count("hallway_web_live_behind") > 0
    page.close()


def test_a_thousand_pages_wait(new_site, new_talker):
    """On the one thread of the pages; a line comes to all of them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    site = new_site("max_per_address: 2000\nmax_clients: 1500")
    ann = new_talker(site, "ann")
    pages = [wait_open(site)] + [Waiting(site) for _ in range(999)]
    await_pages(site, 1000)
    for page in pages:
        page.wait_for("retry:")
    began = time.monotonic()
    said = ann.say("to all of you")
    waiting = selectors.DefaultSelector()
    for page in pages:
        waiting.register(page.sock, selectors.EVENT_READ, page)
    missing = len(pages)
    while missing:
        ready = waiting.select(PATIENCE)
        assert ready, "%d pages heard nothing" % missing
        for key, _ in ready:
            key.data.read()
            if said in key.data.text():
                waiting.unregister(key.fileobj)
                missing -= 1
    print("1000 pages had the line after %.0f ms" % (
        1000 * (time.monotonic() - began)))
    for page in pages:
        page.close()
    await_pages(site, 0)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def type_live(talker, text):
    talker.stream.send(
        "<message from='%s' to='%s' type='groupchat' id='r'>"
        "<rtt xmlns='urn:xmpp:rtt:0' seq='1' event='new'><t>%s</t></rtt>"
        "</message>" % (talker.user, talker.room, text))


def test_captions_end_with_who_types_and_the_session(site, new_talker):
    room = "hallway@rooms.test"
    for nick in ("ann", "bob"):
        site.host.ctl("hats", "give", room, nick + "@one.test", "scribe")
    ann, bob = new_talker(site, "ann"), new_talker(site, "bob")
    page = wait_open(site)
    site.host.ctl("meetings", "start", room)
    type_live(ann, "Mark: I th")
    page.wait_for("event: caption\ndata: ann\tMark: I th\n\n")
    ann.stream.send("<presence from='%s' to='%s/ann' type='unavailable'/>"
                    % (ann.user, room))
    page.wait_for("event: caption\ndata: ann\t\n\n")
    type_live(bob, "and so")
    page.wait_for("event: caption\ndata: bob\tand so\n\n")
    site.host.ctl("meetings", "end", room)
    page.wait_for("event: caption\ndata: bob\t\n\n")
    page.close()


def test_what_a_line_became_is_told(site, new_talker):
    room = "hallway@rooms.test"
    site.host.ctl("hats", "give", room, "ann@one.test", "scribe")
    ann = new_talker(site, "ann")
    page = wait_open(site)
    site.host.ctl("meetings", "start", room)
    said = ann.say("action: bob to brew")
    page.wait_for("%s\tmark\tAction\n" % said)
    chatter = ann.say("q+")
    page.wait_for("%s\tchatter\t\n" % chatter)
    ann.say("#undo")
    page.wait_for("%s\tnone\t\n" % said)
    # who comes back is told behind what it missed
    ann.say("topic: Tea")
    late = Waiting(site, Last_Event_ID=said)
    text = late.wait_for("%s\tchatter\t\n" % chatter)
    assert text.index("topic: Tea") < text.index("event: marks")
    late.close()
    page.close()
