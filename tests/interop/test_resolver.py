# SPDX-License-Identifier: MIT
"""resolv.conf changes while the conference host runs."""

import asyncio

import pytest

from harness import world as worlds
from harness.user import condition

# A file of the host's own is mounted there, as in a container.
OWN_RESOLV_CONF = ["unshare", "--mount", "sh", "-c",
                   'mount --bind "$0" /etc/resolv.conf && exec "$@"']
NOBODY = "10.77.0.250"


@pytest.fixture
def resolv_conf(world):
    path = world.folder / "own-resolv.conf"
    path.write_text("nameserver %s\n" % NOBODY)
    return path


@pytest.fixture
def host(world, resolv_conf):
    host = world.new_host(dns="")
    host.prefix += [*OWN_RESOLV_CONF, resolv_conf]
    host.start()
    yield host
    host.close()


async def test_a_change_of_resolv_conf_is_taken_up(
        host, people, resolv_conf, world):
    """Nobody comes in while no name can be resolved, and then everybody."""
    alice = await people.login("alice@home1.test")
    error = await alice.try_join(worlds.HALLWAY, "alice")
    assert condition(error) == ("wait", "remote-server-timeout")
    resolv_conf.write_text("nameserver %s\n" % world.zone.address)
    await asyncio.get_running_loop().run_in_executor(
        None, host.process.wait_for_line,
        "resolv.conf changed, and was taken up")
    await alice.join(worlds.HALLWAY, "alice")
