# SPDX-License-Identifier: MIT
"""T19: what DNSSEC and TLSA records say of the servers that we call.

It is about the servers that we call: whoever calls us is judged by certificate
or dialback. So users of a server that is refused ask to enter, and get no
answer.
"""

import asyncio
import hashlib
import subprocess

import pytest

import certs
from harness import dnssec
from harness import world as worlds
from harness.prosody import Prosody
from harness.user import join_presence

PORT = 45269
SIGNED = "secure.test"
PLAIN = "plain.test"
RIGHT = "right." + SIGNED       # TLSA 3 1 1
WRONG = "wrong." + SIGNED       # the same of another key
ISSUER = "issuer." + SIGNED     # TLSA 2 0 1, of the CA
FORGED = "forged." + SIGNED     # TLSA that was changed after the signing
BARE = "bare." + SIGNED         # no TLSA; the certificate names the target
HOSTED = "hosted." + SIGNED     # no TLSA, and a certificate of somebody else
DOMAINS = [RIGHT, WRONG, ISSUER, FORGED, BARE, HOSTED, PLAIN]
NOT_OURS = hashlib.sha256(b"somebody else").hexdigest()
SIGNED_DIGEST = hashlib.sha256(b"what was signed").hexdigest()


def key_digest(cert):
    """SHA-256 of the public key, as TLSA selector 1 takes it."""
    pem = subprocess.run(["openssl", "x509", "-in", cert, "-noout", "-pubkey"],
                         check=True, stdout=subprocess.PIPE).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"],
                         check=True, input=pem, stdout=subprocess.PIPE).stdout
    return hashlib.sha256(der).hexdigest()


def cert_digest(cert):
    der = subprocess.run(["openssl", "x509", "-in", cert, "-outform", "DER"],
                         check=True, stdout=subprocess.PIPE).stdout
    return hashlib.sha256(der).hexdigest()


def records(origin, address, tlsas):
    """Zone lines: each domain's target and, if there is one, its TLSA."""
    lines = []
    for domain, tlsa in tlsas.items():
        name = domain + "."
        lines += ["_xmpp-server._tcp.%s SRV 5 10 %d xmpp.%s"
                  % (name, PORT, name), "xmpp.%s A %s" % (name, address)]
        if tlsa:
            lines.append("_%d._tcp.xmpp.%s TLSA %s" % (PORT, name, tlsa))
    return "\n".join(lines)


def with_issuer(folder, cert, authority):
    """The same certificate, shown together with its issuer's."""
    path = folder / "chain.pem"
    path.write_text(cert.cert.read_text() + authority.cert.read_text())
    return certs.Certificate(path, cert.key)


@pytest.fixture(scope="module")
def secured(world):
    """The server of all these domains, and the DNS about them."""
    folder = world.folder / "dane"
    place = world.net.add_host("dane")
    issue = world.authority.issue
    shown = {domain: issue(domain) for domain in (RIGHT, WRONG, FORGED, PLAIN)}
    shown[ISSUER] = with_issuer(world.folder, issue("xmpp." + ISSUER),
                                world.authority)
    shown[BARE] = issue("xmpp." + BARE)
    shown[HOSTED] = issue("hosting.test")
    tlsas = {
        RIGHT: "3 1 1 " + key_digest(shown[RIGHT].cert),
        WRONG: "3 1 1 " + NOT_OURS,
        ISSUER: "2 0 1 " + cert_digest(world.authority.cert),
        FORGED: "3 1 1 " + SIGNED_DIGEST,
        BARE: None,
        HOSTED: None,
    }
    dns = dnssec.Dnssec(
        folder / "dns", world.hosts[worlds.ROOMS],
        {SIGNED: records(SIGNED, place.address, tlsas),
         PLAIN: records(PLAIN, place.address, {PLAIN: "3 1 1 " + NOT_OURS})},
        [(SIGNED_DIGEST, key_digest(shown[FORGED].cert))],
        world.zone.address)
    home = Prosody(folder / "home", place, "home." + PLAIN, PORT,
                   world.authority, {"alice": worlds.PASSWORD}, shown)
    home.start()
    world.homes.update({domain: home for domain in DOMAINS})
    yield world
    for domain in DOMAINS:
        del world.homes[domain]
    home.close()
    dns.close()


@pytest.fixture
def host(secured, request):
    """It asks the validating resolver, by default on its own loopback."""
    words = {"trust_ad": True, **getattr(request, "param", {})}
    place = secured.hosts[worlds.ROOMS]
    across = words.pop("across", False)
    host = secured.new_host(
        dns=(place.address if across else "127.0.0.1") + ":53",
        extra="trust: %s\n" % secured.authority.cert, **words)
    host.start()
    yield host
    host.close()


async def comes_in(people, host, domain):
    """A user of that domain enters; answers what is said of its server."""
    alice = await people.login("alice@" + domain)
    await alice.join(worlds.HALLWAY, domain.partition(".")[0])
    _, said = host.process.wait_for_line(
        r"%s: stream out to .*\), ([a-z A-Z]*)$" % domain)
    return said.group(1)


async def hears_nothing(people, host, domain, why):
    """A user of that domain wants to enter, and its server is refused."""
    alice = await people.login("alice@" + domain)
    alice.send_text(join_presence(worlds.HALLWAY + "/alice"))
    await asyncio.get_running_loop().run_in_executor(
        None, host.process.wait_for_line,
        r"%s: [0-9.]+:%d: %s" % (domain, PORT, why))
    await alice.ping(domain)    # what had come from the room would be here
    assert not [s for s in alice.seen
                if s.get("from", "").startswith(worlds.HALLWAY)]


async def test_t19_a_key_in_tlsa_is_accepted(people, host):
    assert await comes_in(people, host, RIGHT) == "certificate valid by DANE"
    assert host.counter("s2s_dane_matches") >= 1
    assert host.counter("s2s_dane_mismatches") == 0


async def test_t19_an_issuer_in_tlsa_is_accepted(people, host):
    assert await comes_in(people, host, ISSUER) == "certificate valid by DANE"


async def test_t19_another_key_in_tlsa_is_refused(people, host):
    await hears_nothing(people, host, WRONG,
                        "its certificate does not match its TLSA records")
    assert host.counter("s2s_dane_mismatches") >= 1
    assert host.counter("s2s_dane_matches") == 0


async def test_t19_forged_tlsa_is_refused_for_now(people, host):
    """It would match; but the resolver finds its signature bad."""
    await hears_nothing(people, host, FORGED,
                        "its TLSA records cannot be had")
    assert host.counter("s2s_dane_matches") == 0
    assert host.counter("s2s_dane_mismatches") == 0


async def test_t19_unsigned_tlsa_is_ignored(people, host):
    assert await comes_in(people, host, PLAIN) == "certificate valid"
    assert host.counter("s2s_dane_mismatches") == 0


async def test_secure_srv_makes_the_target_a_name_of_the_server(people, host):
    assert await comes_in(people, host, BARE) == "certificate valid"


async def test_secure_srv_does_not_excuse_another_name(people, host):
    assert (await comes_in(people, host, HOSTED)
            == "certificate for another name")


@pytest.mark.parametrize("host", [{"across": True}], indirect=True)
async def test_t19_ad_of_a_resolver_across_a_network_is_ignored(people, host):
    """Then TLSA counts for nothing, be it right or wrong."""
    host.process.wait_for_line("dns: trust_ad has no effect")
    assert await comes_in(people, host, WRONG) == "certificate valid"
    assert (await comes_in(people, host, BARE)
            == "certificate for another name")
    assert host.counter("s2s_dane_matches") == 0


@pytest.mark.parametrize("host", [{"trust_ad": False},
                                  {"s2s": "  dane: no\n"}], indirect=True)
async def test_dane_can_be_turned_off(people, host):
    assert await comes_in(people, host, WRONG) == "certificate valid"


@pytest.mark.parametrize("domain, said", [
    (RIGHT, "TLSA records vouch for its certificate"),
    (WRONG, "its certificate does not match its TLSA records"),
    (FORGED, "its TLSA records cannot be had"),
])
async def test_the_doctor_looks_at_tlsa(host, domain, said):
    found = await asyncio.get_running_loop().run_in_executor(
        None, lambda: host.ctl("s2s", "check", domain, check=False))
    assert said in found
    assert ("reach each other" in found) == (domain == RIGHT)
