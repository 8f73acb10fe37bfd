# SPDX-License-Identifier: MIT
"""Fixtures of tests/packaging; `run` beside this file starts it rightly."""

import os
import pathlib
import sys
import tarfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]

import debian_root  # noqa: E402
import dockerfile  # noqa: E402
import hallwayd  # noqa: E402


def pytest_configure(config):
    if os.environ.get("HALLWAY_PACKAGING") != "namespace":
        pytest.exit("these tests need namespaces of their own: "
                    "start them by tests/packaging/run", 2)


@pytest.fixture(scope="session")
def work(tmp_path_factory):
    """Of the whole run. What is in it is big, and goes at the end."""
    folder = tmp_path_factory.mktemp("packaging")
    yield folder
    for root in folder.glob("root.*"):
        debian_root.run(["umount", "--recursive", "--quiet", root / "proc"]
                        if (root / "proc").is_mount() else ["true"],
                        folder / "log")
        debian_root.run(["rm", "-rf", "--one-file-system", root],
                        folder / "log")


@pytest.fixture(scope="session")
def source(work):
    """The tree of a tarball as a release has it."""
    build = hallwayd.program("hallwayd", "HALLWAYD").resolve().parent
    debian_root.run(["make", "-s", "-C", build, "distdir=" + str(
        work / "hallway"), "distdir"], work / "log")
    return work / "hallway"


@pytest.fixture(scope="session")
def new_root(work):
    """new_root(release, name): a Debian with nothing else on it."""
    base = {}

    def make(release, name):
        if release not in base:
            base[release] = debian_root.DebianRoot.bootstrap(
                work / ("root." + release), release, work / "log")
        root = base[release].copy(work / ("root." + name))
        root.mount_proc()
        return root

    return make


@pytest.fixture(scope="session")
def image(source, new_root):
    """What the Dockerfile makes, its first stage being built and left."""
    builder = dockerfile.Builder(source, new_root)
    builder.build()
    return builder


@pytest.fixture(scope="session")
def built(image):
    """The folder with the package and what describes it."""
    return image.names["build"].root.inside("/deb")
