#!/bin/sh
# SPDX-License-Identifier: MIT
# check_shell.sh [TREE]: shellcheck has nothing to say of any shell script of the
# tree, and they are all found by their first line. Skipped without shellcheck.
# shellcheck source=tests/in_tree.sh
. "$(dirname "$0")/in_tree.sh"
need shellcheck

list=$(find . -path ./.git -prune -o -path './build*' -prune \
	-o -path ./autom4te.cache -prune -o -name 'configure*' -prune \
	-o -path ./_build -prune -o -path ./_inst -prune \
	-o -path './hallway-[0-9]*' -prune -o -path ./debian/hallway -prune \
	-o -type f -size -200k -print | sort |
	while read -r file; do
		head -n 1 "$file" | grep -a -q -E \
			'^#! ?/(usr/)?bin/(env )?(ba)?sh|shellcheck shell=' &&
			printf '%s\n' "$file"
	done)
count=$(printf '%s\n' "$list" | wc -l)
if [ "$count" -lt 10 ]; then
	echo "only $count scripts found"
	exit 1
fi
# shellcheck disable=SC2086 # a list of words
shellcheck $list || exit 1
echo "$count scripts"
