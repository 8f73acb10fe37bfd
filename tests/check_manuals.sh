#!/bin/sh
# SPDX-License-Identifier: MIT
# check_manuals.sh [TREE]: mandoc has nothing to say of the manual pages, but
# that pages which are not installed yet are not found. Skipped without mandoc.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2
command -v mandoc > /dev/null || {
	echo "there is no mandoc here"
	exit 77
}

said=$(mandoc -Tlint -Wstyle doc/*.[158] 2>&1 |
	grep -v -e 'referenced manual not found' -e 'outdated mandoc.db')
[ -z "$said" ] && exit 0
printf '%s\n' "$said"
exit 1
