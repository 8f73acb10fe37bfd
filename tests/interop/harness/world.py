# SPDX-License-Identifier: MIT
"""world: everything of one test run, put together.

Hosts and home servers live as long as the run; the conference host and the
users are new in each test.
"""

import itertools

import certs
import hallwayd

from . import net, user, zone
from .ejabberd import Ejabberd
from .prosody import Prosody

ROOMS = "rooms.test"
HALLWAY = "hallway@" + ROOMS
OTHER = "other.test"        # a second conference domain of the same host
OTHER_HALLWAY = "hallway@" + OTHER
LIMITED = "home3.test"      # started by the tests that want it
SELF_SIGNED = "self.test"   # so is this one, and that
STRICT = "strict.test"
HIDDEN = "hidden.test"      # cannot be called: DNS leads to nobody
MODERN = "modern.test"
LISTS = "lists.test"        # a PubSub service
PLAYED = "played.test"      # a server that the test plays, on the bridge
WATCHED = "watch.test"      # and another
OPERATOR = "frank@home1.test"
PASSWORD = "secret"
NAMES = ["alice", "bob", "carol", "dave", "erin", "frank"] + [
    "user%d" % number for number in range(100)]

PORTS = {"home1.test": 25269, "home2.test": 35269, ROOMS: 15269,
         LIMITED: 45269, SELF_SIGNED: 45269, STRICT: 45269,
         HIDDEN: 45269, MODERN: 45269, LISTS: 45269}
PLAYED_PORT = 55269
WATCHED_PORT = 56269


class World:
    """Hosts, names and home servers."""

    def __init__(self, folder):
        self.folder = folder
        self.net = net.Net()
        self.hosts = {name: self.net.add_host(name) for name in PORTS}
        self.authority = certs.Authority(folder / "ca")
        places = {name: (host.address, PORTS[name])
                  for name, host in self.hosts.items()}
        places[HIDDEN] = (net.NETWORK % 250, PORTS[HIDDEN])
        places[OTHER] = places[ROOMS]
        places[PLAYED] = (net.GATEWAY, PLAYED_PORT)
        places[WATCHED] = (net.GATEWAY, WATCHED_PORT)
        self.zone = zone.Zone(folder, places)
        net.use_resolver(folder, self.zone.address)
        self.homes = {}
        self._places = itertools.count(1)

    def open_homes(self):
        """Both home servers; they come up side by side."""
        for domain, kind in (("home1.test", Prosody),
                             ("home2.test", Ejabberd)):
            self.open_home(domain, kind)

    def open_home(self, domain, kind, **words):
        home = kind(self.folder / domain, self.hosts[domain], domain,
                    PORTS[domain], self.authority,
                    {name: PASSWORD for name in NAMES}, **words)
        self.homes[domain] = home
        home.start()

    def close(self):
        for home in self.homes.values():
            home.close()
        self.zone.close()
        self.net.close()

    def new_sure_host(self, usage="serverAuth", days=30, **words):
        """new_host() with a certificate of the authority that all trust,
        as authorities issue them today."""
        return self.new_host(
            trust=self.authority.cert, certificates={
                ROOMS: self.authority.make(ROOMS, usage=usage, days=days)},
            **words)

    def new_host(self, dns=None, **words):
        """A conference host with nothing in its store, not started yet.

        dns: its resolver; "": that of its resolv.conf. words: further ones
        of Hallwayd.
        """
        place = self.hosts[ROOMS]
        return hallwayd.Hallwayd(
            self.folder / ("rooms.%d" % next(self._places)),
            [ROOMS, OTHER],
            ["%s:%d" % (place.address, PORTS[ROOMS])],
            self.zone.address + ":53" if dns is None else dns, [OPERATOR], place.prefix,
            **words)


class People:
    """The users of one test."""

    def __init__(self, world):
        self.world = world
        self.users = []
        self._resources = itertools.count(1)

    async def login(self, jid, resource=None):
        name, _, domain = jid.partition("@")
        assert name in NAMES, "no such account: " + jid
        somebody = user.User(jid, PASSWORD,
                             resource or "r%d" % next(self._resources))
        self.users.append(somebody)
        await somebody.login(self.world.homes[domain].client_address)
        return somebody

    async def everybody_leaves(self):
        for somebody in self.users:
            await somebody.logout()
