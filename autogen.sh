#!/bin/sh
# SPDX-License-Identifier: MIT
# Make configure and the Makefile templates from their sources.
set -e
cd "$(dirname "$0")"
mkdir -p build-aux
exec autoreconf --force --install
