# SPDX-License-Identifier: MIT
"""Fixtures of tests/interop; `run` beside this file starts it rightly."""

import asyncio
import inspect
import os
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support"),
                str(HERE.parent / "federation")]     # rawpeer

import machine  # noqa: E402
from harness import world as worlds  # noqa: E402

LIMIT = 300     # seconds; what hangs longer than this hangs for ever


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "limit(seconds): how long the test may take, if longer")
    if os.environ.get("HALLWAY_INTEROP") != "namespace":
        pytest.exit("these tests need namespaces of their own: "
                    "start them by tests/interop/run", 2)


def pytest_runtest_setup():
    machine.one_day()


def pytest_pyfunc_call(pyfuncitem):
    """A test that is a coroutine runs on the one event loop of the run."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    words = {name: pyfuncitem.funcargs[name] for name in wanted}
    longer = pyfuncitem.get_closest_marker("limit")
    loop = pyfuncitem.funcargs["loop"]
    loop.run_until_complete(asyncio.wait_for(
        pyfuncitem.obj(**words), longer.args[0] if longer else LIMIT))
    return True


@pytest.fixture(scope="session")
def loop():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield loop
    left = asyncio.all_tasks(loop)      # slixmpp leaves some behind
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()


@pytest.fixture(scope="session")
def world(loop, tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    world = worlds.World(folder)
    try:
        world.open_homes()
        yield world
    finally:
        world.close()


@pytest.fixture
def host(world, request):
    """The conference host, running, with an empty store; a parameter is
    lines for s2s in its configuration."""
    host = world.new_host(s2s=getattr(request, "param", ""))
    host.start()
    yield host
    host.close()


@pytest.fixture
def people(host, world, loop):
    """Users; they leave before the host goes."""
    people = worlds.People(world)
    yield people
    loop.run_until_complete(people.everybody_leaves())


@pytest.fixture
def room():
    return worlds.HALLWAY
