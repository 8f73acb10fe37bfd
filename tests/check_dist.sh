#!/bin/sh
# SPDX-License-Identifier: MIT
# check_dist.sh TARBALL: does it hold every file that git knows? A file that no
# Makefile.inc lists would be missing from a release, and nobody would notice.
set -u
tarball=$(realpath "$1") || exit 2
cd "$(dirname "$0")/.." || exit 2

missing=$(
	{
		tar -tf "$tarball" | sed 's|^[^/]*/||' | LC_ALL=C sort -u
		echo
		git ls-files | grep -v -e '^\.gitignore$' -e '^\.ci/'
	} | awk 'NF == 0 && !seen_end && NR > 1 { seen_end = 1; next }
		!seen_end { have[$0] = 1; next }
		!($0 in have)'
)
[ -z "$missing" ] && exit 0
echo "not in $(basename "$tarball"):"
printf '%s\n' "$missing"
exit 1
