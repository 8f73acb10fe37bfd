#!/bin/sh
# SPDX-License-Identifier: MIT
# check_style.sh: what clang-format would change, as advice: never fails.
set -u
cd "$(dirname "$0")/.." || exit 2
if ! command -v clang-format > /dev/null; then
	echo "clang-format is not installed"
	exit 0
fi
find src dialback s2s muc tests -name '*.[ch]' -exec \
	clang-format --dry-run {} +
exit 0
