# SPDX-License-Identifier: MIT
"""dockerfile: carries out the Dockerfile, without Docker.

As much of the language as ours uses; anything else is a failure, so that
nobody adds a step which is not tested.
"""

import json
import shutil


class Image:
    """What a stage has come to."""

    def __init__(self, root):
        self.root = root
        self.user = "root"
        self.command = None
        self.health = None
        self.ports = []
        self.volumes = []


def instructions(text):
    """[(word, rest)] of a Dockerfile."""
    text = "\n".join(line for line in text.splitlines()
                     if not line.lstrip().startswith("#"))
    lines = text.replace("\\\n", " ").splitlines()
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]


class Builder:
    """Carries out one Dockerfile; context is the folder beside it."""

    def __init__(self, context, new_root):
        self.context = context
        self.new_root = new_root    # (release, name) -> DebianRoot
        self.images = []
        self.names = {}

    def build(self):
        for word, rest in instructions(
                (self.context / "Dockerfile").read_text()):
            getattr(self, "do_" + word.lower())(rest)
        return self.images[-1]

    @property
    def image(self):
        return self.images[-1]

    def do_from(self, rest):
        source, _, name = rest.partition(" AS ")
        kind, _, tag = source.partition(":")
        assert kind == "debian", rest
        root = self.new_root(tag.removesuffix("-slim"),
                             "image.%d" % len(self.images))
        self.images.append(Image(root))
        self.names[name] = self.image

    def do_copy(self, rest):
        words = rest.split()
        source = self.context
        if words[0].startswith("--from="):
            source = self.names[words.pop(0)[len("--from="):]].root.path
        pattern, to = words
        into = self.image.root.inside(to)
        if pattern == ".":
            shutil.copytree(source, into, symlinks=True)
            return
        found = sorted(source.glob(pattern.lstrip("/")))
        assert found, "COPY %s: nothing is there" % rest
        assert to.endswith("/"), rest
        into.mkdir(parents=True, exist_ok=True)
        for path in found:
            shutil.copy2(path, into)

    def do_run(self, rest):
        self.image.root.run("/bin/sh", "-c", rest)

    def do_user(self, rest):
        self.image.user = rest

    def do_cmd(self, rest):
        self.image.command = json.loads(rest)

    def do_healthcheck(self, rest):
        word, _, command = rest.partition(" ")
        assert word == "CMD", rest
        self.image.health = json.loads(command)

    def do_expose(self, rest):
        self.image.ports += [int(port) for port in rest.split()]

    def do_volume(self, rest):
        self.image.volumes += rest.split()
