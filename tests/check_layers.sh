#!/bin/sh
# SPDX-License-Identifier: MIT
# check_layers.sh [TREE]: compare every #include of the program with the table
# in doc/layers.txt. Prints each violation; fails if there is one.
# shellcheck source=tests/in_tree.sh
. "$(dirname "$0")/in_tree.sh"

files=$(find src dialback s2s muc -name '*.[ch]' 2>/dev/null | sort)

# shellcheck disable=SC2086 # no file of ours has a blank in its name
exec awk '
function complain(text)
{
	printf "%s:%d: %s\n", FILENAME, FNR, text
	bad = 1
}

# Does "name" stand in the list: itself, or below an entry that ends in "/"?
function is_listed(name, list,    entry, i, n)
{
	n = split(list, entry, " ")
	for (i = 1; i <= n; i++) {
		if (entry[i] == name)
			return 1
		if (entry[i] ~ /\/$/ && index(name, entry[i]) == 1)
			return 1
	}
	return 0
}

function folder_of(path)
{
	sub(/\/[^\/]*$/, "", path)
	return path
}

function read_table(    colon, names, rest, entry, i, n)
{
	if ($0 ~ /^#/ || NF == 0)
		return
	colon = index($0, ":")
	rest = colon ? substr($0, colon + 1) : ""
	names = colon ? substr($0, 1, colon - 1) : $0
	n = split(names, entry, " ")
	if (entry[1] == "module" && colon && n == 2) {
		may[entry[2]] = rest
		folders = folders " " entry[2]
		known[entry[2]] = 1
		short = entry[2]
		sub(/^src\//, "", short)
		folder[short] = entry[2]
	} else if (entry[1] == "header" && colon && n > 1) {
		for (i = 2; i <= n; i++) {
			foreign = foreign " " entry[i]
			users[entry[i]] = rest
		}
	} else if (entry[1] == "system" && !colon) {
		for (i = 2; i <= n; i++)
			system_headers = system_headers " " entry[i]
	} else {
		complain("this line of the table cannot be read")
	}
}

function check_own(name,    first, here)
{
	here = folder_of(FILENAME)
	if (!(here in known)) {
		complain("folder " here " has no line in doc/layers.txt")
		return
	}
	if (name !~ /\//) {
		complain("\"" name "\": name the folder as well")
		return
	}
	first = folder_of(name)
	if (!(first in folder)) {
		complain("\"" name "\": no such folder in doc/layers.txt")
		return
	}
	if (folder[first] == here)
		return
	if (!is_listed(first, may[here]) && !is_listed(name, may[here]))
		complain(here " may not include \"" name "\"")
}

# Only the files named may use a foreign library: a folder stands for its files.
function check_foreign(name,    entry, i, n, list)
{
	if (is_listed(name, system_headers))
		return
	n = split(foreign, entry, " ")
	for (i = 1; i <= n; i++) {
		if (!is_listed(name, entry[i]))
			continue
		list = users[entry[i]]
		if (!is_listed(FILENAME, list) &&
		    !is_listed(folder_of(FILENAME), list))
			complain("<" name "> belongs to" list " only")
		return
	}
	complain("<" name "> is not in doc/layers.txt")
}

FILENAME == "doc/layers.txt" { read_table(); next }

FNR == 1 { count++ }

/^[ \t]*#[ \t]*include/ {
	line = $0
	sub(/^[ \t]*#[ \t]*include[ \t]*/, "", line)
	if (match(line, /^"[^"]*"/))
		check_own(substr(line, 2, RLENGTH - 2))
	else if (match(line, /^<[^>]*>/))
		check_foreign(substr(line, 2, RLENGTH - 2))
	else
		complain("an include that names no file")
}

END {
	printf "%d files compared with doc/layers.txt\n", count
	exit bad
}
' doc/layers.txt $files
