# SPDX-License-Identifier: MIT
"""watcher: how long a room takes to answer somebody of another server, seen
from a process of its own, in which nothing else goes on: the test's own is
busy with what it sends and receives. As a program:

    watcher.py PID HOST PORT ROOM DOMAIN CERT KEY ADDRESS LISTEN_PORT

It plays DOMAIN, listens on ADDRESS, enters ROOM and asks itself there
(XEP-0410), again and again. It prints what that takes in ms, one a line, but
for the time in which the host, PID, or itself waited for a processor.
"""

import os
import sys
import time

PAUSE = 0.02    # seconds between two questions


def watch(pid, host, port, room, domain, cert, key, address, listen_port):
    import certs
    from machine import Stopwatch
    from rawpeer import Peer

    peer = Peer(domain, certs.Certificate(cert, key), address,
                port=int(listen_port))
    stream = peer.dial_authorised((host, int(port)), room.partition("@")[2])
    user, place = "watcher@%s/x" % domain, room + "/watcher"
    stream.send("<presence from='%s' to='%s'><x xmlns='http://jabber.org/"
                "protocol/muc'/></presence>" % (user, place))
    peer.receive(lambda s: s.get("from") == place)
    while True:
        watch = Stopwatch(int(pid))
        asked = stream.ask(user, place, "<ping xmlns='urn:xmpp:ping'/>")
        while True:     # the room asks us first; this is the answer to that
            stanza = peer.receive(lambda s: s.tag.endswith("}iq"))
            if stanza.get("id") == asked:
                break
            stream.send("<iq type='result' from='%s' to='%s' id='%s'/>" % (
                user, stanza.get("from"), stanza.get("id")))
        print("%.1f" % (1000 * max(0, watch.own())), flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    here = os.path.dirname(os.path.abspath(__file__))
    tests = os.path.dirname(os.path.dirname(here))
    sys.path[:0] = [os.path.join(tests, "support"),
                    os.path.join(tests, "federation")]
    try:
        os.nice(-10)    # it measures the host, not who else wants to run
    except PermissionError:
        pass
    watch(*sys.argv[1:])
