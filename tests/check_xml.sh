#!/bin/sh
# SPDX-License-Identifier: MIT
# check_xml.sh [TREE]: only src/xml/write.c (and src/web/html.c for pages) may
# emit markup. Looks for it in the string and character literals of all other
# files; comparisons, includes and comments do not count.
# shellcheck source=tests/in_tree.sh
. "$(dirname "$0")/in_tree.sh"

files=$(find src dialback s2s muc -name '*.[ch]' ! -path src/xml/write.c \
	! -path src/web/html.c 2>/dev/null | sort)

# shellcheck disable=SC2086 # no file of ours has a blank in its name
exec awk '
function complain(text)
{
	printf "%s:%d: markup in %s\n", FILENAME, FNR, text
	bad = 1
}

# "<" that opens something, or at the end, to be continued by the next literal.
# A number cannot name an element: "<%d>" is a priority for the journal.
function check_string(text)
{
	if (text ~ /<([A-Za-z_\/?!]|%[^du]|$)/ || text ~ /&(lt|gt|amp|quot|apos);/)
		complain("\"" text "\"")
}

# A character given to a function; a comparison or a case label is fine.
function check_char(text, before)
{
	if (text == "<" && before ~ /[(,][ \t]*$/)
		complain("a character argument")
}

# The literal that starts line[at]; returns the position behind it.
function literal(line, at,    quote, i, c, text)
{
	quote = substr(line, at, 1)
	for (i = at + 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		if (c == "\\")
			i++
		else if (c == quote)
			break
	}
	text = substr(line, at + 1, i - at - 1)
	if (quote == "\"")
		check_string(text)
	else
		check_char(text, substr(line, 1, at - 1))
	return i + 1
}

function check_line(line,    i, end)
{
	i = 1
	while (i <= length(line)) {
		if (in_comment) {
			end = index(substr(line, i), "*/")
			if (!end)
				return
			in_comment = 0
			i += end + 1
		} else if (substr(line, i, 2) == "/*") {
			in_comment = 1
			i += 2
		} else if (substr(line, i, 2) == "//") {
			return
		} else if (substr(line, i, 1) ~ /["\047]/) {
			i = literal(line, i)
		} else {
			i++
		}
	}
}

FILENAME == "/dev/null" { next }
FNR == 1 { in_comment = 0; count++ }
!in_comment && /^[ \t]*#[ \t]*include/ { next }
in_comment || /["\047]|\/\*/ { check_line($0) }

END {
	printf "%d files searched for markup\n", count
	exit bad
}
' /dev/null $files
