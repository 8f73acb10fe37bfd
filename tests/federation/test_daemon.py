# SPDX-License-Identifier: MIT
"""hallwayd as an operator meets it: arguments, exit statuses, signals, the
control socket, the state directory (hallwayd(8))."""

import os
import pathlib
import signal
import ssl
import subprocess
import time

import certs
import pytest
from hallwayd import program

ROOMS = "rooms.test"
PATIENCE = 60


def run(*words):
    """hallwayd with these words, to its end: (status, stdout, stderr)."""
    done = subprocess.run([program("hallwayd", "HALLWAYD"), *map(str, words)],
                          capture_output=True, text=True, timeout=PATIENCE)
    return done.returncode, done.stdout, done.stderr


def until(done, what):
    """Wait for something outside of our hands to become true."""
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def shown_certificate(host, new_peer_):
    """What a new peer is shown for ROOMS, in DER."""
    stream = new_peer_.dial(host.address, ROOMS)
    der = stream.sock.getpeercert(binary_form=True)
    stream.close()
    return der


def pem_to_der(path):
    return ssl.PEM_cert_to_DER_cert(pathlib.Path(path).read_text())


def test_version_and_help():
    status, out, _ = run("--version")
    assert status == 0 and out.startswith("hallwayd ")
    status, out, _ = run("--help")
    assert status == 0 and "--check" in out


def test_bad_arguments_end_with_2():
    for words in (["--nonsense"], ["surplus"], ["-c"]):
        status, _, err = run(*words)
        assert status == 2 and err


def test_check_says_good_or_where_it_is_bad(tmp_path):
    config = tmp_path / "hallway.yml"
    config.write_text("domains: [{name: rooms.test}]\n")
    status, out, err = run("-c", config, "--check")
    assert (status, err) == (0, "") and "good" in out
    config.write_text("domains: [{name: rooms.test}]\n"
                      "s2s:\n  grase: 120s\n  idle_close: 5\n")
    status, _, err = run("-c", config, "--check")
    assert status == 2
    assert "%s:3:3" % config in err and '"grase"' in err and '"grace"' in err
    assert "%s:4:15" % config in err and "duration" in err
    status, _, err = run("-c", tmp_path / "absent.yml", "--check")
    assert status == 2 and "absent.yml" in err


def test_check_looks_at_certificates(tmp_path, authority):
    config = tmp_path / "hallway.yml"
    good, other = authority.issue("rooms.test"), authority.issue("other.test")
    for pair in (good, other):
        pair.key.chmod(0o600)

    def check(certificate, key):
        config.write_text("domains:\n  - name: rooms.test\n"
                          "    certificate: [%s]\n    key: [%s]\n"
                          % (certificate, key))
        return run("-c", config, "--check")

    assert check(good.cert, good.key)[0] == 0
    status, out, err = check(tmp_path / "none.pem", good.key)
    assert status == 2 and "none.pem" in err and "good" not in out
    status, _, err = check(good.cert, other.key)
    assert status == 2 and "not the key of the certificate" in err
    status, _, err = check(other.cert, other.key)
    assert status == 0 and "rooms.test" in err and "does not name it" in err
    config.write_text("domains: [{name: rooms.test}]\ntrust: %s\n"
                      % (tmp_path / "no-ca.pem"))
    status, _, err = run("-c", config, "--check")
    assert status == 2 and "no-ca.pem" in err


def test_a_second_daemon_on_one_state_is_refused(host):
    second = host.folder / "second.yml"
    second.write_text("state_dir: %s\ndomains: [{name: rooms.test}]\n"
                      "control: {socket: %s/second}\n"
                      % (host.state, host.folder))
    status, _, err = run("-c", second)
    assert status == 1 and "another hallwayd" in err
    assert "rooms" in host.ctl("status")


def test_a_taken_port_is_told(host, tmp_path):
    config = tmp_path / "taken.yml"
    config.write_text(
        "state_dir: %s\ndomains: [{name: rooms.test}]\n"
        "s2s: {listen: [\"127.0.0.1:%d\"]}\ncontrol: {socket: %s/control}\n"
        % (tmp_path / "state", host.address[1], tmp_path))
    status, _, err = run("-c", config)
    assert status == 1 and str(host.address[1]) in err


def test_the_state_is_private(host):
    assert host.state.stat().st_mode & 0o777 == 0o700
    for path in host.state.rglob("*"):
        if path.suffix in (".secret", ".key", ".db"):
            assert path.stat().st_mode & 0o077 == 0, path
    secrets = {p.name: p.read_text() for p in host.state.glob("*.secret")}
    assert {"dialback.secret", "occupant.secret"} <= set(secrets)
    host.terminate()
    host.start()
    assert secrets == {p.name: p.read_text()
                       for p in host.state.glob("*.secret")}


def test_the_control_socket_is_for_the_group(host):
    assert host.control.stat().st_mode & 0o777 == 0o660


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(host, signum):
    os.kill(host.process.pid, signum)
    until(lambda: not host.process.is_running(), "an end by the signal")
    assert host.process.returncode == 0
    assert not host.control.exists()


def test_hallwayctl_stop_ends_it_cleanly(host):
    host.ctl("stop")
    until(lambda: not host.process.is_running(), "an end by hallwayctl stop")
    assert host.process.returncode == 0
    with pytest.raises(AssertionError, match="status 3"):
        host.ctl("status")


def reconfigure(host, old, new):
    text = host.config.read_text()
    assert old in text
    host.config.write_text(text.replace(old, new))


def test_sighup_takes_up_a_certificate(host, evil, authority):
    made = shown_certificate(host, evil)
    issued = authority.issue(ROOMS)
    assert made != pem_to_der(issued.cert)
    stays = evil.dial_authorised(host.address, ROOMS)
    reconfigure(host, "  - name: %s\n" % ROOMS,
                "  - name: %s\n    certificate: [%s]\n    key: [%s]\n"
                % (ROOMS, issued.cert, issued.key))
    os.kill(host.process.pid, signal.SIGHUP)
    host.process.wait_for_line("reloaded", PATIENCE)
    assert shown_certificate(host, evil) == pem_to_der(issued.cert)
    # What was there goes on.
    asked = stays.ask("user@evil.test/x", ROOMS,
                      "<ping xmlns='urn:xmpp:ping'/>")
    assert evil.receive(lambda s: s.get("id") == asked).get(
        "type") == "result"
    stays.close()


def test_sighup_with_a_bad_file_changes_nothing(host, evil):
    made = shown_certificate(host, evil)
    reconfigure(host, "state_dir:", "state_dri:")
    os.kill(host.process.pid, signal.SIGHUP)
    host.process.wait_for_line("not taken up", PATIENCE)
    assert shown_certificate(host, evil) == made


def test_sighup_reopens_the_log_and_takes_up_levels(host):
    log = host.folder / "log"
    reconfigure(host, "log: {level: debug}",
                "log: {level: info, file: %s}" % log)
    os.kill(host.process.pid, signal.SIGHUP)
    until(lambda: log.exists() and "reloaded" in log.read_text(),
          "the new log file")
    log.rename(host.folder / "log.1")
    host.ctl("reload")
    until(lambda: log.exists() and "reloaded" in log.read_text(),
          "the log file after its rotation")
    assert " debug " not in log.read_text()


def test_several_domains_have_rooms_and_certificates_of_their_own(
        new_host, evil):
    host = new_host(domains=(ROOMS, "other.test"))
    for domain in (ROOMS, "other.test"):
        stream = evil.dial_authorised(host.address, domain)
        assert stream.sock.getpeercert(binary_form=True) == pem_to_der(
            host.state / "certificates" / (domain + ".crt"))
        asked = stream.ask("user@evil.test/x", domain, "<query xmlns='http"
                           "://jabber.org/protocol/disco#items'/>")
        answer = evil.receive(lambda s: s.get("id") == asked)
        items = [item.get("jid") for item in answer.iter() if item.get("jid")]
        assert items == ["hallway@" + domain]
        stream.close()


def test_an_error_comes_from_the_domain_that_was_called(new_host, evil):
    host = new_host(domains=(ROOMS, "other.test"))
    stream = evil.connect(host.address)
    stream.send("<stream:stream xmlns='jabber:server' xmlns:stream='http://"
                "etherx.jabber.org/streams' from='evil.test' "
                "to='other.test'>")      # and no version
    header = stream.read_header()
    assert (header.get("from"), header.get("to")) == ("other.test",
                                                      "evil.test")
    assert stream.read_error() == "policy-violation"


def test_a_key_for_another_certificate_is_refused(new_host, authority,
                                                  tmp_path):
    host = new_host()
    host.terminate()
    one, other = authority.issue(ROOMS), certs.self_signed(tmp_path, ROOMS)
    reconfigure(host, "  - name: %s\n" % ROOMS,
                "  - name: %s\n    certificate: [%s]\n    key: [%s]\n"
                % (ROOMS, one.cert, other.key))
    status, _, err = run("-c", host.config)
    assert status == 1 and str(other.key) in err
