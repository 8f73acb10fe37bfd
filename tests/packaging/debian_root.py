# SPDX-License-Identifier: MIT
"""debian_root: a minimal Debian in a folder, and what is done in it.

Packages come from where this machine's apt has them: its mirrors, proxies and
certificates are asked of apt each time and are named nowhere here.
"""

import os
import pathlib
import shutil
import subprocess

CA = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root", "LANG": "C.UTF-8"}


def run(argv, log, **words):
    """Run it; its output is told only when it fails."""
    argv = [str(word) for word in argv]
    with open(log, "a+", encoding="utf-8", errors="replace") as out:
        out.write("+ %s\n" % " ".join(argv))
        out.flush()
        start = out.tell()
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=out,
                              stderr=subprocess.STDOUT, check=False, **words)
        out.seek(start)
        text = out.read()
    assert done.returncode == 0, "%s: status %d, see %s:\n%s" % (
        " ".join(argv), done.returncode, log, text[-4000:])
    return text


def mirrors(release):
    """[(address, suite, component)] of Debian's packages, as apt has them."""
    text = subprocess.run(
        ["apt-get", "indextargets", "--format",
         "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages",
         "Origin: Debian"], check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    found = [tuple(line.split()) for line in text.splitlines()]
    return list(dict.fromkeys(
        entry for entry in found if entry[1].split("-")[0] == release))


def acquire_settings():
    """Proxies and the like, as lines of apt.conf."""
    return subprocess.run(["apt-config", "dump", "Acquire"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout


class DebianRoot:
    """One folder with a Debian in it."""

    def __init__(self, path, log):
        self.path = path
        self.log = log

    @classmethod
    def bootstrap(cls, path, release, log):
        """The smallest Debian that has apt."""
        places = mirrors(release)
        main = [place for place in places
                if place[1:] == (release, "main")]
        assert main, "apt has no mirror of %s here" % release
        run(["debootstrap", "--variant=minbase", release, path, main[0][0]],
            log, env=dict(os.environ, DEBOOTSTRAP_DIR=os.environ.get(
                "DEBOOTSTRAP_DIR", "/usr/share/debootstrap")))
        root = cls(path, log)
        root._set_up_apt(places)
        return root

    def _set_up_apt(self, places):
        etc = self.path / "etc"
        (etc / "apt/sources.list").write_text("".join(
            "deb %s %s %s\n" % place for place in places))
        settings = acquire_settings() + 'Acquire::Retries "5";\n'
        if CA.exists():
            shutil.copy(CA, etc / "apt/mirrors.crt")
            settings += 'Acquire::https::CAInfo "/etc/apt/mirrors.crt";\n'
        (etc / "apt/apt.conf.d/01mirrors").write_text(settings)
        (etc / "dpkg/dpkg.cfg.d/unsafe").write_text("force-unsafe-io\n")
        for name in ("resolv.conf", "hosts"):
            if pathlib.Path("/etc", name).exists():
                shutil.copy(pathlib.Path("/etc", name), etc / name)

    def copy(self, path):
        """Another one, as this one is now."""
        run(["cp", "-a", "--reflink=auto", self.path, path], self.log)
        return DebianRoot(path, self.log)

    def mount_proc(self):
        run(["mount", "-t", "proc", "proc", self.path / "proc"], self.log)

    def inside(self, path):
        """Where that absolute path is, seen from here."""
        return self.path / str(path).lstrip("/")

    def command(self, argv, user=None, environment=None):
        """What to run here, that argv is run there."""
        words = dict(ENVIRONMENT, **(environment or {}))
        return (["chroot"]
                + (["--userspec=" + user] if user else [])
                + [str(self.path), "/usr/bin/env", "-i"]
                + ["%s=%s" % word for word in words.items()]
                + [str(word) for word in argv])

    def run(self, *argv, user=None):
        return run(self.command(argv, user), self.log)

    def status(self, *argv):
        """Exit status of what may fail."""
        return subprocess.run(self.command(argv), check=False,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode
