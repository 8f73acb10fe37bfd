# SPDX-License-Identifier: MIT
"""fakedns: a DNS server that says what the test wants, on loopback.

Records may be changed at any time; every question is remembered.
"""

import socket
import socketserver
import struct
import threading

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

SOA = "ns.test. admin.test. 1 60 60 60 5"


def _name(text):
    return dns.name.from_text(text.rstrip(".") + ".")


class FakeDns:
    """Answers for all names; what it does not know does not exist."""

    def __init__(self, address="127.0.0.1", ttl=1):
        self.ttl = ttl
        self.queries = []           # (name, type), as they were asked
        self._records = {}          # (name, type): [text]
        self._rcodes = {}           # name: rcode instead of an answer
        self.insecure = None        # names not signed, if others are (AD)
        self._held = {}             # name: event that lets its answer go
        self._lock = threading.Lock()
        self._servers = self._bind(address)
        self.port = self._servers[0].server_address[1]
        self.address = "%s:%d" % (address, self.port)
        for server in self._servers:
            threading.Thread(target=server.serve_forever, daemon=True,
                             kwargs={"poll_interval": 0.05}).start()

    def _bind(self, address):
        """UDP and TCP on the same free port."""
        outer = self

        class Udp(socketserver.BaseRequestHandler):
            def handle(self):
                data, sock = self.request
                reply = outer.answer(data, 1232)
                if reply:
                    sock.sendto(reply, self.client_address)

        class Tcp(socketserver.StreamRequestHandler):
            def handle(self):
                size = self.rfile.read(2)
                if len(size) < 2:
                    return
                data = self.rfile.read(struct.unpack("!H", size)[0])
                reply = outer.answer(data)
                if reply:
                    self.wfile.write(struct.pack("!H", len(reply)) + reply)

        while True:
            udp = socketserver.ThreadingUDPServer((address, 0), Udp)
            try:
                tcp = socketserver.ThreadingTCPServer(
                    (address, udp.server_address[1]), Tcp)
            except OSError:
                udp.server_close()
                continue
            tcp.daemon_threads = udp.daemon_threads = True
            return udp, tcp

    def close(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def set(self, name, kind, *texts):
        """The records of a name; none: the name has no such record."""
        with self._lock:
            self._records[_name(name), dns.rdatatype.from_text(kind)] = texts

    def set_rcode(self, name, rcode):
        """Answer questions for a name by this code; None: answer again."""
        with self._lock:
            self._rcodes[_name(name)] = rcode

    def sign(self, *insecure):
        """Be a validating resolver; these names are not signed."""
        self.insecure = {_name(name) for name in insecure}

    def hold(self, name):
        """Answer nothing for a name until the event is set."""
        self._held[_name(name)] = event = threading.Event()
        return event

    def set_server(self, domain, port, address="127.0.0.1",
                   direct_tls=False):
        """SRV of `domain` leads to address:port by another name."""
        target = "xmpp." + domain
        service = "_xmpps-server" if direct_tls else "_xmpp-server"
        self.set("%s._tcp.%s" % (service, domain), "SRV",
                 "5 10 %d %s." % (port, target))
        self.set(target, "A", address)

    def asked(self, name, kind):
        """How often this was asked."""
        key = (_name(name), dns.rdatatype.from_text(kind))
        with self._lock:
            return self.queries.count(key)

    def _follow(self, name):
        """The aliases of a name, [(name, text)], and what they end at."""
        aliases = []
        while len(aliases) < 4:
            texts = self._records.get((name, dns.rdatatype.CNAME))
            if not texts:
                break
            aliases.append((name, texts[0]))
            name = _name(texts[0])
        return aliases, name

    def answer(self, data, limit=65535):
        """The reply to one message, as bytes; None: silence. What is longer
        than the limit is to be asked for by TCP."""
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = dns.name.Name([part.lower() for part in question.name.labels])
        reply = dns.message.make_response(query, recursion_available=True)
        if self.insecure is not None and name not in self.insecure:
            reply.flags |= dns.flags.AD
        with self._lock:
            self.queries.append((name, question.rdtype))
            held = self._held.get(name)
        if held:
            held.wait()
        with self._lock:
            rcode = self._rcodes.get(name)
            aliases, name = self._follow(name)
            known = [texts for (other, _), texts in self._records.items()
                     if other == name]
            texts = self._records.get((name, question.rdtype), ())
        if rcode is not None:
            reply.set_rcode(rcode)
            return reply.to_wire()
        for alias, target in aliases:
            reply.answer.append(dns.rrset.from_text(
                alias, self.ttl, "IN", "CNAME", target))
        if texts:
            reply.answer.append(dns.rrset.from_text(
                name if aliases else question.name, self.ttl, "IN",
                question.rdtype, *texts))
        else:
            if not known:
                reply.set_rcode(dns.rcode.NXDOMAIN)
            reply.authority.append(dns.rrset.from_text(
                "test.", self.ttl, "IN", "SOA", SOA))
        try:
            return reply.to_wire(max_size=limit)
        except dns.exception.TooBig:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            return reply.to_wire()
