# SPDX-License-Identifier: MIT
"""net: hosts as network namespaces on one bridge.

tests/interop/run has put us into network, mount and process namespaces of
our own; this makes a bridge there, and for each host one more network
namespace joined to it. A namespace is held by a waiting process and named
by that process's id only, so parallel runs cannot meet, and when the first
process ends the kernel takes everything away.
"""

import subprocess

NETWORK = "10.77.0.%d"
GATEWAY = NETWORK % 1


def _run(*words):
    subprocess.run([str(word) for word in words], check=True)


class Host:
    """One host: a name, an address, and a way to run things there."""

    def __init__(self, name, number):
        self.name = name
        self.address = NETWORK % number
        # The line tells that the new namespace exists.
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo; exec sleep infinity"],
            stdout=subprocess.PIPE)
        self._holder.stdout.readline()
        self.prefix = ["nsenter", "-t", str(self._holder.pid), "-n", "--"]
        self.port = port = "port%d" % number    # its end on the bridge
        _run("ip", "link", "add", port, "type", "veth",
             "peer", "name", "eth0", "netns", self._holder.pid)
        _run("ip", "link", "set", port, "master", "br0", "up")
        self.run("ip", "address", "add", self.address + "/24", "dev", "eth0")
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "link", "set", "eth0", "up")

    def run(self, *words):
        _run(*self.prefix, *words)

    def close(self):
        self._holder.kill()
        self._holder.wait()


class Net:
    """The bridge and its hosts; the tests themselves sit on the bridge."""

    def __init__(self):
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "add", "br0", "type", "bridge")
        _run("ip", "address", "add", GATEWAY + "/24", "dev", "br0")
        _run("ip", "link", "set", "br0", "up")
        self.hosts = []

    def add_host(self, name):
        host = Host(name, 11 + len(self.hosts))
        self.hosts.append(host)
        return host

    def set_cable(self, host, is_in):
        """Plug the host's cable into the bridge, or pull it. What was sent
        meanwhile is lost: also packets that wait, in the kernel of who sent
        them, for the answer to ARP that the cable brings."""
        if is_in:
            for other in self.hosts:
                other.run("ip", "neigh", "flush", "dev", "eth0")
            _run("ip", "link", "set", host.port, "master", "br0")
        else:
            _run("ip", "link", "set", host.port, "nomaster")

    def close(self):
        for host in self.hosts:
            host.close()
        _run("ip", "link", "delete", "br0")


def use_resolver(folder, address):
    """Everything started from now on asks `address` for names.

    The mount namespace is ours, so this touches nobody else's files.
    """
    resolv = folder / "resolv.conf"
    resolv.write_text("nameserver %s\noptions timeout:1\n" % address)
    hosts = folder / "hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    _run("mount", "--bind", resolv, "/etc/resolv.conf")
    _run("mount", "--bind", hosts, "/etc/hosts")
