#!/bin/sh
# SPDX-License-Identifier: MIT
# check_config_doc.sh [TREE]: every key of the tables in src/daemon/config*.c
# stands in hallway.yml(5) and in hallway.yml.example, in its section, and
# nothing else does; hallwayd accepts the example, if it is built. Prints each
# fault; fails if there is one.
build=${top_builddir:-.}
case $build in /*) ;; *) build=$PWD/$build ;; esac
# shellcheck source=tests/in_tree.sh
. "$(dirname "$0")/in_tree.sh"
make_work
status=0

# "section key" of each row; the key of a section itself is left out. Areas of
# the log are keys of "log".
list_table()
{
	awk '
	/LOG_AREA_TABLE\(X\)/ { areas = 1; next }
	areas && match($0, /"[a-z0-9_]+"/) {
		print "log", substr($0, RSTART + 1, RLENGTH - 2)
	}
	areas && !/\\$/ { areas = 0 }
	match($0, /config_key [a-z0-9_]+_keys\[\]/) {
		section = substr($0, RSTART + 11, RLENGTH - 18)
		in_table = 1
	}
	in_table && match($0, /(\{ |[A-Z]\()"[a-z0-9_]+",/) {
		key = $0
		sub(/^[^"]*"/, "", key)
		sub(/".*/, "", key)
		print section == "domain" ? "domains" : section, key
	}
	/^};|};$/ { in_table = 0 }
	' src/base/log.h src/daemon/config*.c |
	awk '
	{ row[NR] = $0; is_section[$1] = 1 }
	END {
		for (i = 1; i <= NR; i++) {
			split(row[i], part, " ")
			if (part[1] != "root" || !(part[2] in is_section))
				print row[i]
		}
	}'
}

# Of the manual: ".It Ic key" below ".Ss section".
list_manual()
{
	awk '
	/^\.Sh / { in_keys = $2 == "KEYS" }
	/^\.Ss / { section = $0 == ".Ss Top level" ? "root" : $2 }
	in_keys && /^\.It Ic / && !(section == "root" && $3 == "domains") {
		print section, $3
	}' doc/hallway.yml.5
}

# Of the example: "  key:" below "section:"; a "#" before the key is no matter.
list_example()
{
	awk '
	/^#?[a-z0-9_]+:/ || /^ +(- |#)?[a-z0-9_]+:/ {
		key = $0
		sub(/:.*/, "", key)
		is_inner = key ~ /^ /
		gsub(/[ #-]/, "", key)
		if (is_inner)
			print section, key
		else if ($0 ~ /: *$/)
			section = key
		else
			print "root", key
	}' doc/hallway.yml.example
}

# compare WHERE LIST: LIST against the table.
compare()
{
	sort "$2" | uniq -d | sed "s|^|$1: twice: |" > "$work/faults"
	sort -u "$2" > "$work/have"
	comm -23 "$work/table" "$work/have" |
		sed "s|^|$1: missing: |" >> "$work/faults"
	comm -13 "$work/table" "$work/have" |
		sed "s|^|$1: no such key: |" >> "$work/faults"
	[ -s "$work/faults" ] || return 0
	cat "$work/faults"
	status=1
}

LC_ALL=C
export LC_ALL
list_table | sort > "$work/table"
count=$(wc -l < "$work/table")
if [ "$count" -lt 40 ]; then
	echo "only $count keys found in src/daemon/config*.c"
	status=1
fi
list_manual > "$work/manual"
list_example > "$work/example"
compare doc/hallway.yml.5 "$work/manual"
compare doc/hallway.yml.example "$work/example"
echo "$count keys compared"

if [ -x "$build/hallwayd" ]; then
	if ! "$build/hallwayd" --check -c doc/hallway.yml.example; then
		echo "hallwayd does not accept doc/hallway.yml.example"
		status=1
	fi
else
	echo "hallwayd is not built: it was not asked"
fi
exit $status
