# SPDX-License-Identifier: MIT
"""Fixtures of tests/live: the real daemon with its pages on loopback, and
scripted servers whose people talk in its rooms."""

import importlib.util
import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

import pytest

HERE = pathlib.Path(__file__).resolve().parent
SPEC = importlib.util.spec_from_file_location(
    "federation_fixtures", HERE.parent / "federation" / "conftest.py")
federation = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(federation)
sys.path[:0] = [str(HERE)]

pytest_runtest_setup = federation.pytest_runtest_setup
authority = federation.authority
names = federation.names
new_host = federation.new_host
new_peer = federation.new_peer

ROOMS = federation.ROOMS
PATIENCE = 60


class Answer:
    """What came back: status, headers, body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.data = response.read()

    @property
    def text(self):
        return self.data.decode("utf-8")

    def json(self):
        return json.loads(self.data)


class Site:
    """The pages of a daemon."""

    def __init__(self, host, port):
        self.host = host
        self.port = port
        self.url = "http://127.0.0.1:%d" % port

    def get(self, path, **headers):
        """GET; redirects are not followed."""
        request = urllib.request.Request(self.url + path)
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        opener = urllib.request.build_opener(NoRedirect)
        try:
            with opener.open(request, timeout=PATIENCE) as response:
                return Answer(response)
        except urllib.error.HTTPError as error:
            return Answer(error)

    def wait_for(self, path, wanted):
        """The answer, once wanted(answer) says that it is the one."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self.get(path)
            if wanted(answer):
                return answer
            assert time.monotonic() < deadline, (path, answer.status)
            time.sleep(0.05)


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **words):
        return None


class Talker:
    """Somebody in a room."""

    def __init__(self, peer, stream, user, room, nick):
        self.peer = peer
        self.stream = stream
        self.user = "%s@%s/x" % (user, peer.domain)
        self.room = room
        self.nick = nick
        self.count = 0

    def join(self):
        self.stream.send(
            "<presence from='%s' to='%s/%s'><x xmlns='http://jabber.org/"
            "protocol/muc'/></presence>" % (self.user, self.room, self.nick))
        self.peer.receive(lambda s: s.find("{jabber:server}subject")
                          is not None and s.get("to") == self.user)
        return self

    def say(self, body, more=""):
        """Says it, and waits for its echo; the stanza-id is answered."""
        self.count += 1
        name = "%s-%d" % (self.nick, self.count)
        self.stream.send(
            "<message from='%s' to='%s' type='groupchat' id='%s'>%s%s"
            "</message>" % (self.user, self.room, name,
                            "<body>%s</body>" % body if body else "", more))
        heard = self.peer.receive(lambda s: s.get("id") == name and
                                  s.get("to") == self.user)
        self.last_name = name
        return heard.find("{urn:xmpp:sid:0}stanza-id").get("id")

    def take_back(self, stanza_id):
        self.say("", "<retract xmlns='urn:xmpp:message-retract:1' id='%s'/>"
                 % stanza_id)


@pytest.fixture
def new_site(new_host):
    """new_site(more): a running daemon with pages; more are lines of "web:"."""
    def make(more="", domains=(ROOMS,), extra="", **words):
        port = federation.free_port()
        host = new_host(
            domains,
            extra="%sweb:\n  listen: [\"127.0.0.1:%d\"]\n"
                  "  url: http://127.0.0.1:%d/\n%s" % (
                      extra, port, port,
                      "".join("  %s\n" % line for line in more.splitlines())),
            **words)
        return Site(host, port)

    return make


@pytest.fixture
def site(new_site):
    return new_site()


@pytest.fixture
def new_talker(new_peer):
    """new_talker(site, nick): somebody in the room hallway."""
    streams = {}

    def make(site, nick, room="hallway@" + ROOMS, domain="one.test"):
        if (site, domain) not in streams:
            peer = new_peer(domain)
            streams[site, domain] = (peer, peer.dial_authorised(
                site.host.address, ROOMS))
        peer, stream = streams[site, domain]
        return Talker(peer, stream, nick, room, nick).join()

    yield make
    for _, stream in streams.values():
        stream.close()
