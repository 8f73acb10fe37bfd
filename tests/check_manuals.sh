#!/bin/sh
# SPDX-License-Identifier: MIT
# check_manuals.sh [TREE]: mandoc has nothing to say of the manual pages, but
# that pages which are not installed yet are not found. Skipped without mandoc.
# shellcheck source=tests/in_tree.sh
. "$(dirname "$0")/in_tree.sh"
need mandoc

said=$(mandoc -Tlint -Wstyle doc/*.[158] 2>&1 |
	grep -v -e 'referenced manual not found' -e 'outdated mandoc.db')
[ -z "$said" ] && exit 0
printf '%s\n' "$said"
exit 1
