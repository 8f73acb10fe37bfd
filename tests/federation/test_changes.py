# SPDX-License-Identifier: MIT
"""Files and resolvers that change while the daemon runs."""

import os
import shutil
import signal

import pytest

import certs
from conftest import ROOMS
from fakedns import FakeDns
from rawpeer import PATIENCE
from test_daemon import pem_to_der, reconfigure, shown_certificate


def put(source, path):
    """A copy at path, in one step."""
    fresh = path.with_suffix(".fresh")
    shutil.copy(source, fresh)
    fresh.rename(path)


@pytest.fixture
def installed(new_host, authority, tmp_path):
    """A host with a certificate, and the files it is in."""
    issued = authority.issue(ROOMS)
    cert, key = tmp_path / "own.pem", tmp_path / "own.key"
    put(issued.cert, cert)
    put(issued.key, key)
    host = new_host(certificates={ROOMS: certs.Certificate(cert, key)})
    return host, cert, key


def test_a_renewed_certificate_is_taken_up_by_itself(
        installed, evil, authority):
    host, cert, key = installed
    before = pem_to_der(cert)
    assert shown_certificate(host, evil) == before
    stays = evil.dial_authorised(host.address, ROOMS)

    renewed = authority.issue(ROOMS)
    put(renewed.cert, cert)
    put(renewed.key, key)
    host.process.wait_for_line("certificates changed, and were taken up",
                               PATIENCE)
    assert shown_certificate(host, evil) == pem_to_der(renewed.cert) != before
    asked = stays.ask("user@evil.test/x", ROOMS,
                      "<ping xmlns='urn:xmpp:ping'/>")
    assert evil.receive(lambda s: s.get("id") == asked).get(
        "type") == "result"
    stays.close()


def test_a_certificate_without_its_key_is_not_taken_up(
        installed, evil, authority):
    host, cert, key = installed
    before = pem_to_der(cert)
    renewed = authority.issue(ROOMS)
    put(renewed.cert, cert)
    place, _ = host.process.wait_for_line(
        "certificates changed, and are no good", PATIENCE)
    assert shown_certificate(host, evil) == before
    put(renewed.key, key)
    host.process.wait_for_line("certificates changed, and were taken up",
                               PATIENCE, place)
    assert shown_certificate(host, evil) == pem_to_der(renewed.cert)


def test_a_reload_takes_up_other_resolvers(host, names, new_peer):
    """What the one before said of a server is not believed any more."""
    peer = new_peer("moved.test")
    names.set_server(peer.domain, 1)    # nobody is there
    other = FakeDns()
    try:
        other.set_server(peer.domain, peer.port)
        reconfigure(host, names.address, other.address)
        os.kill(host.process.pid, signal.SIGHUP)
        host.process.wait_for_line("reloaded", PATIENCE)
        service = "_xmpp-server._tcp." + peer.domain
        asked = names.asked(service, "SRV")
        peer.dial_authorised(host.address, ROOMS).close()
        assert other.asked(service, "SRV") > 0
        assert names.asked(service, "SRV") == asked
    finally:
        other.close()
