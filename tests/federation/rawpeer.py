# SPDX-License-Identifier: MIT
"""rawpeer: a server that a test plays itself, byte by byte.

A Peer is one domain: a listener that answers as a well-behaved server
would, unless the test puts other functions into its place, and connect()
for calling out. A Stream is one TCP connection; it sends exactly the bytes
it is given and reads whole elements.

    peer = Peer("evil.test", certificate)
    stream = peer.dial(address, "rooms.test")     # TCP, STARTTLS, header
    stream.send("<message ...>")
    assert stream.read_error() == "not-authorized"

Blocking sockets throughout, so that a test reads like the protocol; each
accepted connection has a thread of its own.
"""

import base64
import collections
import queue
import secrets
import socket
import ssl
import struct
import threading
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

SERVER = "{jabber:server}"
STREAMS = "{http://etherx.jabber.org/streams}"
DIALBACK = "{jabber:server:dialback}"
TLS = "{urn:ietf:params:xml:ns:xmpp-tls}"
BIDI = "{urn:xmpp:bidi}"
SM = "{urn:xmpp:sm:3}"
SASL = "{urn:ietf:params:xml:ns:xmpp-sasl}"
STREAM_ERRORS = "{urn:ietf:params:xml:ns:xmpp-streams}"
STANZA_ERRORS = "{urn:ietf:params:xml:ns:xmpp-stanzas}"

HEADER = ("<?xml version='1.0'?><stream:stream "
          "xmlns:stream='http://etherx.jabber.org/streams' xmlns='%s' "
          "xmlns:db='jabber:server:dialback'%s>")
STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
PROCEED = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
FEATURES_PLAIN = ("<stream:features><starttls xmlns="
                  "'urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
                  "</stream:features>")
FEATURES_TLS = ("<stream:features><dialback xmlns="
                "'urn:xmpp:features:dialback'><errors/></dialback>"
                "</stream:features>")
MECHANISMS = ("<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
              "<mechanism>EXTERNAL</mechanism></mechanisms>")
FEATURES_EXTERNAL = ("<stream:features>" + MECHANISMS + "<dialback xmlns="
                     "'urn:xmpp:features:dialback'><errors/></dialback>"
                     "</stream:features>")
SUCCESS = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
FAILURE = ("<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
           "<not-authorized/></failure>")
ANY_KEY = "DEFAULT:@SECLEVEL=0"     # show weak ones, too
PATIENCE = 60


class Closed(Exception):
    """The other side closed where something else was to be read."""


def condition(element, namespace=STANZA_ERRORS):
    """The name of the defined condition below `element`, or None."""
    for child in element.iter():
        if child.tag.startswith(namespace) and not child.tag.endswith("}text"):
            return child.tag[len(namespace):]
    return None


class Stream:
    """One connection, from either side."""

    def __init__(self, sock, peer=None):
        self.sock = sock
        self.peer = peer
        self.header = None          # attributes of their stream header
        self.namespaces = {}        # prefix: what their header declared
        self.sent_id = None         # the id of our own header
        self.sni = None             # the name they asked for, on a server
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.start_over()

    def start_over(self):
        """A stream begins anew: after connecting, TLS and SASL."""
        self._parser = ElementTree.XMLPullParser(["start", "end", "start-ns"])
        self._depth = 0
        self._elements = collections.deque()
        self._root = None
        self.header = None
        self.is_footer_seen = False

    # -- sending

    def send(self, data):
        """Send these bytes, whatever they are."""
        self.sock.sendall(data.encode() if isinstance(data, str) else data)

    def send_slowly(self, data, size=1):
        """The same in pieces of `size` bytes, each a segment of its own."""
        data = data.encode() if isinstance(data, str) else data
        for start in range(0, len(data), size):
            self.sock.sendall(data[start:start + size])

    def send_header(self, namespace="jabber:server", more="", **attributes):
        """Our stream header; from_='x' writes from='x', None leaves out."""
        words = {"version": "1.0", **attributes}
        self.send(HEADER % (namespace, more + "".join(
            " %s=%s" % (key.rstrip("_"), quoteattr(value))
            for key, value in words.items() if value is not None)))
        self.sent_id = attributes.get("id")

    def close(self, footer=True):
        """Close politely; what is still on its way is thrown away."""
        try:
            if footer:
                self.send("</stream:stream>")
        except OSError:
            pass
        self.sock.close()

    def hang_up(self):
        """End the connection from another thread than reads it."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def reset(self):
        """Close by RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()

    # -- reading

    def _read_more(self):
        """Feed what arrives to the parser; Closed at the end."""
        try:
            data = self.sock.recv(65536)
        except (ConnectionError, ssl.SSLError) as error:
            raise Closed(str(error)) from error
        if not data:
            raise Closed("end of file")
        if self.peer and data.isspace():
            self.peer.blanks.put(data)
        self._parser.feed(data)
        for event, item in self._parser.read_events():
            self._take(event, item)

    def _take(self, event, item):
        if event == "start-ns":
            if self._depth == 0:
                self.namespaces[item[0]] = item[1]
        elif event == "start":
            self._depth += 1
            if self._depth == 1:
                self._root = item
                self.header = dict(item.attrib)
        else:
            self._depth -= 1
            if self._depth == 1:
                self._elements.append(item)
                self._root.remove(item)
            elif self._depth == 0:
                self.is_footer_seen = True

    def read_header(self):
        """Their stream header's attributes."""
        while self.header is None:
            self._read_more()
        return self.header

    def read(self):
        """The next whole element; Closed when the stream ends first."""
        while not self._elements:
            if self.is_footer_seen:
                raise Closed("end of stream")
            self._read_more()
        return self._elements.popleft()

    def read_until(self, tag):
        """The next element with this tag; others are thrown away."""
        while True:
            element = self.read()
            if element.tag == tag:
                return element
            assert element.tag != STREAMS + "error", (
                "stream error %s" % condition(element, STREAM_ERRORS))

    def read_features(self):
        return self.read_until(STREAMS + "features")

    def read_error(self):
        """The condition of the stream error that comes, and the end.

        What comes before it is thrown away; after it the stream must be
        closed and the connection ended, by them.
        """
        while True:
            element = self.read()
            if element.tag == STREAMS + "error":
                break
        name = condition(element, STREAM_ERRORS)
        assert name is not None, "a stream error without a condition"
        self.read_end()
        assert self.is_footer_seen, "the stream was not closed after " + name
        self.sock.close()
        return name

    def read_end(self):
        """Wait for the end of the connection."""
        while True:
            try:
                self._read_more()
            except Closed:
                return

    # -- negotiation

    def open(self, local, remote, **attributes):
        """Send a header and read theirs with its features."""
        self.send_header(from_=local, to=remote, **attributes)
        self.read_header()
        return self.read_features()

    def start_tls(self, name):
        """Ask for TLS and go over to it as the client."""
        self.send(STARTTLS)
        self.read_until(TLS + "proceed")
        self.wrap_client(name)

    def wrap_client(self, name, alpn=()):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers(ANY_KEY)
        if self.peer and self.peer.certificate:
            context.load_cert_chain(self.peer.certificate.cert,
                                    self.peer.certificate.key)
        if alpn:
            context.set_alpn_protocols(list(alpn))
        self.sock = context.wrap_socket(self.sock, server_hostname=name)
        self.start_over()

    def wrap_server(self):
        def on_name(_sock, name, _context):
            self.sni = name

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers(ANY_KEY)
        context.load_cert_chain(self.peer.certificate.cert,
                                self.peer.certificate.key)
        context.sni_callback = on_name
        context.set_alpn_protocols(["xmpp-server"])
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self.start_over()

    def send_auth(self, text, mechanism="EXTERNAL"):
        """<auth/> with this text; answers what comes back."""
        self.send("<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' "
                  "mechanism='%s'>%s</auth>" % (mechanism, text))
        return self.read()

    def log_in(self, local, remote, text=None):
        """SASL EXTERNAL, and the stream that follows; its features."""
        if text is None:
            text = base64.b64encode(local.encode()).decode()
        answer = self.send_auth(text)
        assert answer.tag == SASL + "success", answer.tag
        self.start_over()
        return self.open(local, remote)

    def accept_auth(self):
        """Let them in, and begin the stream anew."""
        self.send(SUCCESS)
        self.start_over()

    def dialback(self, local, remote, key=None):
        """Ask to speak for `local`; answers the type of their answer."""
        key = key or self.peer.issue_key(remote, self.header["id"])
        self.send("<db:result from=%s to=%s>%s</db:result>" % (
            quoteattr(local), quoteattr(remote), key))
        while True:
            answer = self.read_until(DIALBACK + "result")
            if (answer.get("to"), answer.get("from")) == (local, remote):
                return answer.get("type")

    def ask(self, local, remote, payload, kind="get"):
        """Send an IQ. Its answer comes to the peer's listener."""
        name = "iq-" + secrets.token_hex(4)
        self.send("<iq from=%s to=%s type='%s' id='%s'>%s</iq>" % (
            quoteattr(local), quoteattr(remote), kind, name, payload))
        return name


class Peer:
    """One domain with a listener on a free port of `address`, or on `port`.

    Replace on_stream, on_auth, on_dialback or on_verify to misbehave.
    """

    def __init__(self, domain, certificate, address="127.0.0.1",
                 direct_tls=False, port=0):
        self.domain = domain
        self.direct_tls = direct_tls
        self.features = FEATURES_TLS    # what the listener offers over TLS
        self.certificate = certificate
        self.inbox = queue.Queue()      # stanzas that came to the listener
        self.accepted = queue.Queue()   # every Stream of the listener
        self.blanks = queue.Queue()     # signs of life that came
        self.auths = queue.Queue()      # names in <auth/> that came
        self.complaints = []            # what went wrong in its threads
        self._keys = {}                 # (remote, stream id): key
        self._listener = socket.create_server((address, port))
        self.port = self._listener.getsockname()[1]
        self._streams = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        # shutdown wakes the thread that waits in accept
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass            # it died
        self._listener.close()
        for stream in self._streams:
            stream.sock.close()

    def die(self):
        """All connections end without a farewell, and nobody listens."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for stream in self._streams:
            try:
                socket.socket.shutdown(stream.sock, socket.SHUT_RDWR)
            except OSError:
                pass        # it has ended before

    # -- calling out

    def connect(self, address, source=None):
        """A bare connection to (host, port); nothing is said yet. `source`:
        the address it comes from."""
        stream = Stream(socket.create_connection(
            address, PATIENCE, source and (source, 0)), self)
        self._streams.append(stream)
        return stream

    def dial(self, address, remote):
        """Connected, TLS started, headers exchanged; not yet authorised."""
        stream = self.connect(address)
        stream.open(self.domain, remote)
        stream.start_tls(remote)
        stream.open(self.domain, remote)
        return stream

    def dial_direct(self, address, remote, alpn=("xmpp-server",)):
        """The same with TLS from the first byte on."""
        stream = self.connect(address)
        stream.wrap_client(remote, alpn)
        stream.open(self.domain, remote)
        return stream

    def dial_authorised(self, address, remote):
        """The same, and authorised by dialback."""
        stream = self.dial(address, remote)
        verdict = stream.dialback(self.domain, remote)
        assert verdict == "valid", "dialback: %s" % verdict
        return stream

    def issue_key(self, remote, stream_id):
        """A key that our listener will vouch for."""
        key = self._keys.setdefault((remote, stream_id),
                                    secrets.token_hex(32))
        return key

    # -- being called

    def receive(self, wanted=lambda stanza: True, timeout=PATIENCE):
        """The next stanza for which `wanted` holds; others are dropped."""
        while True:
            try:
                stanza = self.inbox.get(timeout=timeout)
            except queue.Empty:
                raise AssertionError("no such stanza came to %s (%s)" % (
                    self.domain, self.complaints)) from None
            if wanted(stanza):
                return stanza

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            stream = Stream(sock, self)
            self._streams.append(stream)
            self.accepted.put(stream)
            threading.Thread(target=self._serve, args=[stream],
                             daemon=True).start()

    def _serve(self, stream):
        try:
            stream.sock.settimeout(None)
            self.on_stream(stream)
        except (Closed, OSError):
            pass
        except Exception as error:      # a test shows it when it fails
            self.complaints.append(repr(error))
        finally:
            stream.sock.close()

    def on_stream(self, stream):
        """Serve one connection as a good server would."""
        if not self.direct_tls:
            self.answer_header(stream, FEATURES_PLAIN)
            stream.read_until(TLS + "starttls")
            stream.send(PROCEED)
        stream.wrap_server()
        self.answer_header(stream, self.features)
        while True:
            try:
                element = stream.read()
            except Closed:
                stream.close(footer=stream.is_footer_seen)
                return
            if element.tag == DIALBACK + "result":
                self.on_dialback(stream, element)
            elif element.tag == DIALBACK + "verify":
                self.on_verify(stream, element)
            elif element.tag == SASL + "auth":
                self.on_auth(stream, element)
            elif element.tag.startswith(SERVER):
                self.on_stanza(stream, element)
            else:
                self.on_other(stream, element)

    def answer_header(self, stream, features):
        header = stream.read_header()
        stream.send_header(from_=header.get("to"), to=header.get("from"),
                           id=secrets.token_hex(8))
        stream.send(features)

    def on_stanza(self, stream, element):
        """A stanza came."""
        self.inbox.put(element)

    def on_other(self, stream, element):
        """Something else came: nobody cares."""

    def on_auth(self, stream, element):
        """They want to log in by certificate: we let them."""
        self.auths.put(base64.b64decode(element.text or "").decode())
        stream.accept_auth()
        self.answer_header(stream, FEATURES_TLS)

    def on_dialback(self, stream, element):
        """They want to speak for a domain: we believe it."""
        self.answer_result(stream, element, "valid")

    def answer_result(self, stream, element, verdict):
        stream.send("<db:result from=%s to=%s type='%s'/>" % (
            quoteattr(element.get("to")), quoteattr(element.get("from")),
            verdict))

    def on_verify(self, stream, element):
        """They ask whether a key is ours."""
        known = self._keys.get((element.get("from"), element.get("id")))
        verdict = "valid" if known and known == element.text else "invalid"
        stream.send("<db:verify from=%s to=%s id=%s type='%s'/>" % (
            quoteattr(element.get("to")), quoteattr(element.get("from")),
            quoteattr(element.get("id")), verdict))


class Crowd(Peer):
    """A server of many users, none of whom reads anything. What is sent to
    them is taken in only while `takes` is set."""

    def __init__(self, *words, **more):
        self.takes = threading.Event()
        self.takes.set()
        super().__init__(*words, **more)

    def close(self):
        self.takes.set()
        super().close()

    def on_stream(self, stream):
        self.answer_header(stream, FEATURES_PLAIN)
        stream.read_until(TLS + "starttls")
        stream.send(PROCEED)
        stream.wrap_server()
        self.answer_header(stream, self.features)
        while True:
            element = stream.read()
            if element.tag == DIALBACK + "verify":
                self.on_verify(stream, element)
            elif element.tag == DIALBACK + "result":
                self.on_dialback(stream, element)
                break
        while self.takes.wait() and stream.sock.recv(1 << 20):
            pass

    def begin(self, address, room):
        self.room = room
        self.stream = self.dial_authorised(address, room.partition("@")[2])

    def enter(self, numbers):
        """These join, in one write."""
        self.stream.send("".join(
            "<presence from='u%d@%s/x' to='%s/crowd%d'><x xmlns='http://"
            "jabber.org/protocol/muc'><history maxstanzas='0'/></x>"
            "</presence>" % (number, self.domain, self.room, number)
            for number in numbers))
