# SPDX-License-Identifier: MIT
"""The web at the start and the end of the daemon."""

import socket
import time

import pytest

from process import ProcessError


def test_a_port_that_is_taken_is_told(new_host):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ProcessError):
            new_host(extra="web:\n  listen: [\"127.0.0.1:%d\"]\n"
                           "  url: http://127.0.0.1/\n" % port)


def test_without_listen_there_is_no_web(new_host):
    host = new_host()
    assert not any(" web: " in line for line in host.process.lines())


def test_pages_outlive_nothing_of_the_rooms(site, new_talker):
    """What was said is on the pages after a restart, under the same names."""
    ann = new_talker(site, "ann")
    said = ann.say("before")
    site.host.terminate()
    site.host.start()
    moved = site.get("/hallway/m/" + said)
    assert moved.status == 302
    assert moved.headers["Location"].endswith("#" + said)
    page = site.get(moved.headers["Location"].split("#")[0])
    assert "before" in page.text and "id=\"%s\"" % said in page.text


def test_what_could_not_be_said_is_told_between_the_lines(new_site,
                                                          new_talker):
    site = new_site(s2s="grace: 1s")
    day = "/hallway/" + time.strftime("%Y-%m-%d", time.gmtime())
    ann = new_talker(site, "ann")
    bob = new_talker(site, "bob", domain="two.test")
    bob.say("so far")
    bob.peer.die()
    ann.say("are you there?")
    page = site.wait_for(day, lambda a: "link to" in a.text).text
    # it begins with the last word of those who are cut off
    lost = page.index("link to <bdi>two.test</bdi> lost")
    assert lost < page.index("are you there")
    assert "was down" not in page
    site.host.kill9()
    site.host.start()
    page = site.wait_for(day, lambda a: "was down" in a.text).text
    assert page.index("are you there") < page.index("this service was down")
    assert page.index("two.test") < page.index("this service was down")
