# SPDX-License-Identifier: MIT
"""dnssec: a signed zone, and a validating resolver on a host's loopback.

Knot signs the zone and serves it beside an unsigned one; unbound validates,
with the zone's key as its only anchor, and asks the world's other DNS about
everything else. Both run on the host that asks.
"""

import re
import subprocess

from process import Process

KNOT_PORT = 5300

SIGN_CONFIG = """\
server:
    rundir: "{folder}"
database:
    storage: "{folder}/sign"
policy:
  - id: nsec3
    nsec3: on
    rrsig-lifetime: 7d
    rrsig-refresh: 1d
    single-type-signing: on
zone:
  - domain: {zone}
    storage: "{folder}"
    file: "{zone}.zone"
    dnssec-signing: on
    dnssec-policy: nsec3
"""

KNOT_CONFIG = """\
server:
    rundir: "{folder}"
    listen: 127.0.0.1@{port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "{folder}/knot"
log:
  - target: stderr
    any: info
zone:
  - domain: {signed}
    storage: "{folder}/signed"
    file: "{signed}.zone"
  - domain: {plain}
    storage: "{folder}"
    file: "{plain}.zone"
"""

UNBOUND_CONFIG = """\
server:
    interface: 127.0.0.1
    interface: {address}
    access-control: 10.0.0.0/8 allow
    port: 53
    num-threads: 1
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    logfile: ""
    verbosity: 1
    log-time-ascii: no
    val-log-level: 2
    do-daemonize: no
    do-not-query-localhost: no
    module-config: "validator iterator"
    local-zone: "test." nodefault
    trust-anchor: "{anchor}"
stub-zone:
    name: "{signed}"
    stub-addr: 127.0.0.1@{port}
stub-zone:
    name: "{plain}"
    stub-addr: 127.0.0.1@{port}
forward-zone:
    name: "."
    forward-addr: {upstream}
remote-control:
    control-enable: no
"""

ZONE = """\
$TTL 60
@ SOA ns.{zone}. admin.{zone}. 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
{records}
"""


class Dnssec:
    """records: {zone: text} of a signed and an unsigned zone, in this order.
    forge: [(right, wrong)], exchanged after the signing."""

    def __init__(self, folder, host, records, forge, upstream):
        self.folder = folder
        folder.mkdir(parents=True)
        for name in ("sign", "signed", "knot"):
            (folder / name).mkdir()
        signed, plain = records
        for zone, text in records.items():
            (folder / (zone + ".zone")).write_text(
                ZONE.format(zone=zone, records=text))
        anchor = self._sign(signed, forge)
        self._knot(host, signed, plain)
        self._unbound(host, signed, plain, anchor, upstream)

    def _sign(self, zone, forge):
        """The signed zone in signed/; answers its key as an anchor."""
        config = self.folder / "sign.conf"
        config.write_text(SIGN_CONFIG.format(folder=self.folder, zone=zone))
        subprocess.run(["kzonesign", "-c", config, "-o",
                        self.folder / "signed", zone + "."], check=True,
                       stdout=subprocess.DEVNULL)
        path = self.folder / "signed" / (zone + ".zone")
        text = path.read_text()
        for right, wrong in forge:
            assert text.lower().count(right) == 1, right
            text = re.sub(right, wrong, text, flags=re.IGNORECASE)
        path.write_text(text)
        key = re.search(r"^\S+\s+\d+\s+(?:IN\s+)?DNSKEY\s+(.*)$", text,
                        re.MULTILINE)
        return "%s. DNSKEY %s" % (zone, key.group(1))

    def _knot(self, host, signed, plain):
        config = self.folder / "knot.conf"
        config.write_text(KNOT_CONFIG.format(
            folder=self.folder, port=KNOT_PORT, signed=signed, plain=plain))
        self.knot = Process("knotd", [*host.prefix, "knotd", "-c", config],
                            self.folder / "knotd.log")
        self.knot.wait_for_line("server started")

    def _unbound(self, host, signed, plain, anchor, upstream):
        config = self.folder / "unbound.conf"
        config.write_text(UNBOUND_CONFIG.format(
            folder=self.folder, address=host.address, port=KNOT_PORT,
            signed=signed, plain=plain, anchor=anchor, upstream=upstream))
        self.unbound = Process(
            "unbound", [*host.prefix, "unbound", "-d", "-c", config],
            self.folder / "unbound.log")
        self.unbound.wait_for_line("start of service")

    def close(self):
        self.unbound.terminate()
        self.knot.terminate()
