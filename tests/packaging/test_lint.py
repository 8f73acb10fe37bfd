# SPDX-License-Identifier: MIT
"""What Debian's and systemd's own checkers say."""

import re
import subprocess

import debian_root

EXPOSURE = 1.5      # of 10, "systemd-analyze security"


def test_lintian_has_nothing_to_say(built, work):
    changes, = built.glob("hallway_*.changes")
    done = subprocess.run(
        ["lintian", "--allow-root", "--info", "--display-info", "--pedantic",
         "--fail-on", "error,warning,info,pedantic", changes],
        check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True)
    assert done.returncode == 0, done.stdout
    assert not re.search(r"^[EWIP]: ", done.stdout, re.MULTILINE), done.stdout


def unit_of(image, work):
    """The unit as it was installed, with the daemon where it is now."""
    root = image.names["build"].root.path
    tree = root / "src/hallway/debian/hallway"
    text = (tree / "lib/systemd/system/hallway.service").read_text()
    path = work / "hallway.service"
    path.write_text(text.replace("/usr/sbin/", "%s/usr/sbin/" % tree))
    return path


def test_the_unit_is_a_good_one(image, work):
    said = debian_root.run(
        ["systemd-analyze", "verify", "--man=no", unit_of(image, work)],
        work / "log")
    assert said == "", said


def test_the_unit_leaves_it_little(image, work):
    said = debian_root.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager",
         "--threshold=%d" % (EXPOSURE * 10), unit_of(image, work)],
        work / "log")
    level = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    assert float(level.group(1)) <= EXPOSURE, said


def test_what_the_build_needs_is_written_down_once(source):
    """build-packages.txt and debian/control name the same libraries."""
    def names(text):
        found = set(re.findall(r"^ *(lib[a-z0-9+.-]*-dev|uthash-dev)",
                               text, re.MULTILINE))
        return found - {"libc6-dev", "libcmocka-dev"}
    control = (source / "debian/control").read_text().split("\n\n")[0]
    assert names(control) == names((source / "build-packages.txt").read_text())


def test_the_versions_are_one(source):
    changelog = (source / "debian/changelog").read_text()
    ours = re.search(r"^AC_INIT\(\[hallway\], \[([^]]*)\]",
                     (source / "configure.ac").read_text(), re.MULTILINE)
    assert changelog.startswith("hallway (%s)" % ours.group(1))
