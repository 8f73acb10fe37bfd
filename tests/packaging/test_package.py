# SPDX-License-Identifier: MIT
"""The Debian package, on a Debian with nothing else on it.

The tests of this file go on from where the one before has come to: the life
of one installation.
"""

import hashlib
import re
import signal
import sqlite3
import subprocess

import pytest

import debian_root
from process import Process

CONFIG = "/etc/hallway/hallway.yml"
STATE = "/var/lib/hallway"
UNIT = "/lib/systemd/system/hallway.service"
NET = ["unshare", "--net", "--"]    # its ports are nobody else's


class Installation:
    """The image that the Dockerfile makes, and the daemon in it."""

    def __init__(self, image, folder):
        self.image = image
        self.root = image.root
        self.folder = folder
        self.daemon = None

    def unit(self, key):
        """Values of that key in the unit."""
        text = self.root.inside(UNIT).read_text()
        return re.findall(r"^%s=(.*)$" % key, text, re.MULTILINE)

    def start(self):
        """As the service manager would."""
        user, group = self.unit("User")[0], self.unit("Group")[0]
        self.daemon = Process(
            "hallwayd", NET + self.root.command(
                self.unit("ExecStart")[0].split(), "%s:%s" % (user, group)),
            self.folder / "hallwayd.log")
        self.daemon.wait_for_line("hallwayd .* is ready")

    def stop(self):
        assert self.daemon.terminate() == 0
        self.daemon = None

    def ctl(self, *words):
        return self.root.run("hallwayctl", *words)

    def dpkg(self, *words):
        return self.root.run("env", "DEBIAN_FRONTEND=noninteractive",
                             "dpkg", *words)

    def owner(self, path):
        return self.root.run("stat", "-c", "%U:%G %a", path).split("\n")[-2]

    def state(self):
        """What has to outlive an upgrade: secrets, keys, rooms."""
        folder = self.root.inside(STATE)
        found = {
            str(path.relative_to(folder)):
                hashlib.sha256(path.read_bytes()).hexdigest()
            for path in [folder / "occupant.secret",
                         *(folder / "certificates").iterdir()]}
        with sqlite3.connect(folder / "hallway.db") as database:
            found["rooms"] = database.execute(
                "select * from rooms").fetchall()
        assert found["rooms"]
        return found


@pytest.fixture(scope="module")
def installed(image, work):
    installation = Installation(image.image, work)
    yield installation
    if installation.daemon and installation.daemon.is_running():
        installation.daemon.kill()


@pytest.fixture(scope="module")
def newer(built, work):
    """The same package with the next version."""
    deb, = built.glob("hallway_*.deb")
    tree = work / "newer"
    debian_root.run(["dpkg-deb", "-R", deb, tree], work / "log")
    control = tree / "DEBIAN/control"
    text = re.sub(r"^(Version: .*)$", r"\1+next1", control.read_text(),
                  flags=re.MULTILINE)
    control.write_text(text)
    path = work / "hallway_next.deb"
    debian_root.run(["dpkg-deb", "--root-owner-group", "-b", tree, path],
                    work / "log")
    return path


def test_it_is_installed_and_waits_for_a_domain(installed):
    assert "Status: install ok installed" in installed.dpkg("-s", "hallway")
    assert installed.owner(STATE) == "hallway:hallway 700"
    # neither enabled, nor of use before somebody has said for what
    wants = installed.root.inside("/etc/systemd/system")
    assert not list(wants.glob("**/hallway.service"))
    assert installed.root.status("hallwayd", "--check") == 2
    # deb-systemd-invoke starts nothing that is not enabled
    assert installed.root.status(
        "deb-systemd-helper", "--quiet", "was-enabled", "hallway.service")


def test_the_image_runs_what_the_unit_runs(installed):
    start = installed.unit("ExecStart")[0].split()
    assert installed.image.command == [start[0].rpartition("/")[2]] + start[1:]
    assert installed.image.user == installed.unit("User")[0]
    assert installed.image.volumes == [STATE]
    assert installed.image.ports[:2] == [5269, 5270]


def test_the_manual_and_the_examples_are_there(installed):
    for path in ("man8/hallwayd.8.gz", "man5/hallway.yml.5.gz",
                 "man1/hallwayctl.1.gz"):
        assert installed.root.inside("/usr/share/man/" + path).exists()
    docs = installed.root.inside("/usr/share/doc/hallway")
    text = (docs / "README.Debian").read_text()
    for path in re.findall(r"/usr/share/doc/hallway/([a-z./-]*[a-z])", text):
        assert (docs / path).exists(), path


def test_it_starts_and_answers(installed):
    config = installed.root.inside(CONFIG)
    text = config.read_text()
    # as its first lines say, and with the certificate left to the daemon
    text = re.sub(r"^#([^#])", r"\1", text, flags=re.MULTILINE)
    config.write_text(text)
    # those of the example are still to be had
    assert installed.root.status("hallwayd", "--check") == 2
    config.write_text(re.sub(r"^ *(certificate|key):.*\n", "", text,
                             flags=re.MULTILINE))
    assert "good" in installed.root.run("hallwayd", "--check")
    installed.start()
    assert "rooms.example.org" in installed.ctl("status")
    assert installed.root.status(*installed.image.health) == 0
    assert installed.owner("/run/hallway/control") == "hallway:hallway 660"


def test_who_is_not_of_the_group_may_not_ask(installed):
    done = subprocess.run(installed.root.command(
        ["hallwayctl", "status"], user="nobody:nogroup"), check=False,
        stderr=subprocess.PIPE, text=True)
    assert done.returncode == 3 and "permission denied" in done.stderr


def test_a_reload_leaves_it_running(installed):
    installed.root.run("hallwayd", "--check")
    installed.daemon.signal(signal.SIGHUP)
    installed.daemon.wait_for_line("reload")
    assert "rooms.example.org" in installed.ctl("status")


def test_a_backup_is_made_and_put_back(installed):
    installed.ctl("rooms", "create", "lunch")
    installed.ctl("store", "backup", "/var/backups/hallway/one")
    assert installed.owner("/var/backups/hallway/one") == (
        "hallway:hallway 700")
    before = installed.state()
    installed.ctl("rooms", "delete", "lunch")
    installed.stop()
    installed.root.run("hallwayctl", "store", "restore",
                       "/var/backups/hallway/one", user="hallway:hallway")
    installed.start()
    assert installed.state() == before
    assert "lunch@" in installed.ctl("rooms", "list")
    installed.root.run("rm", "-r", "/var/backups/hallway/one")


def test_an_upgrade_keeps_state_and_configuration(installed, newer):
    before = installed.state()
    config = installed.root.inside(CONFIG).read_text()
    copy = installed.root.inside("/root/newer.deb")
    copy.write_bytes(newer.read_bytes())
    installed.dpkg("-i", "/root/newer.deb")
    assert "+next1" in installed.dpkg("-s", "hallway")
    assert "rooms.example.org" in installed.ctl("status")
    installed.stop()
    installed.start()
    assert installed.root.inside(CONFIG).read_text() == config
    assert installed.state() == before
    line = [line for line in installed.daemon.lines() if "restored" in line]
    assert len(line) == 1 and " 2 rooms" in line[0], line


def test_removed_it_leaves_the_state(installed):
    installed.stop()
    before = installed.state()
    installed.dpkg("-r", "hallway")
    assert not installed.root.inside("/usr/sbin/hallwayd").exists()
    assert not installed.root.inside(UNIT).exists()
    assert installed.root.inside(CONFIG).exists()
    assert installed.state() == before
    installed.dpkg("-i", "/root/newer.deb")
    installed.start()
    assert installed.state() == before
    installed.stop()


def test_purged_it_leaves_nothing(installed):
    certs = installed.root.inside("/etc/hallway/certs/rooms.example.org")
    certs.mkdir(parents=True)
    (certs / "privkey.pem").write_text("")
    installed.dpkg("-P", "hallway")
    left = installed.root.run(
        "find", "/", "-xdev", "-name", "*hallway*", "-not", "-path",
        "/proc/*", "-not", "-path", "/run/*", "-not", "-path",
        "/var/log/*").splitlines()[1:]
    assert left == []
    assert "hallway" in installed.root.run("getent", "passwd", "hallway")


