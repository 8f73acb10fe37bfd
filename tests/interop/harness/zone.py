# SPDX-License-Identifier: MIT
"""zone: the DNS of the test world, served by dnsmasq on the bridge.

Each domain has SRV records whose target is another name and whose port is
not 5269, so that whoever guesses instead of asking is found out.
"""

from process import Process

from .net import GATEWAY


class Zone:
    """domains: {domain: (address, port)}."""

    def __init__(self, folder, domains, address=GATEWAY):
        self.address = address
        # --no-daemon also keeps the user, who may not be allowed to change
        words = ["dnsmasq", "--no-daemon", "--conf-file=/dev/null",
                 "--no-resolv", "--no-hosts", "--bind-interfaces",
                 "--listen-address=" + address, "--local=/test/",
                 "--log-queries", "--log-facility=-"]
        for domain, (host, port) in domains.items():
            target = "xmpp." + domain
            words += ["--srv-host=_xmpp-server._tcp.%s,%s,%d,5,10"
                      % (domain, target, port),
                      "--host-record=%s,%s" % (target, host)]
        self.process = Process("dnsmasq", words, folder / "dnsmasq.log")
        self.process.wait_for_line("started, version")

    def close(self):
        self.process.terminate()
