#!/bin/sh
# SPDX-License-Identifier: MIT
# check_xeps.sh [TREE]: doc/xeps.md and doc/hallway.doap name the same
# extensions, versions and states, and each test that shows one is there. Prints
# each fault; fails if there is one.
# shellcheck source=tests/in_tree.sh
. "$(dirname "$0")/in_tree.sh"
make_work
status=0

# "NUMBER VERSION STATUS" of each row.
awk -F ' *[|] *' '$2 ~ /^[0-9][0-9][0-9][0-9]$/ { print $2, $4, $5 }' \
	doc/xeps.md | sort > "$work/list"
awk -F '[<>]' '
/extensions\/xep-/ {
	number = $0
	sub(/.*xep-/, "", number)
	sub(/\.html.*/, "", number)
}
/xmpp:status/ { state = $3 }
/xmpp:version/ { print number, $3, state }
' doc/hallway.doap | sort > "$work/doap"

count=$(wc -l < "$work/list")
if [ "$count" -lt 30 ]; then
	echo "only $count extensions found in doc/xeps.md"
	status=1
fi
if ! diff "$work/list" "$work/doap"; then
	echo "doc/xeps.md and doc/hallway.doap differ"
	status=1
fi
# shellcheck disable=SC2013,SC2016 # one path a line, without blanks
for test in $(sed -n 's/^| [0-9]\{4\} .*`\(.*\)` |$/\1/p' doc/xeps.md); do
	if [ ! -e "$test" ]; then
		echo "doc/xeps.md: $test is not there"
		status=1
	fi
done
echo "$count extensions compared"
exit $status
