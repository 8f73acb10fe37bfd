#!/bin/sh
# SPDX-License-Identifier: MIT
# check_modules.sh [TREE]: doc/architecture.md names each module of the program
# in the row of its folder, and no others; doc/layers.txt and the document know
# the same folders. Prints each fault; fails if there is one.
# shellcheck source=tests/in_tree.sh
. "$(dirname "$0")/in_tree.sh"
make_work
status=0

# "FOLDERS MODULE" of each name in the tables of modules, FOLDERS being one, or
# several joined by "+". In a table for one folder alone that stands in the head.
awk -F ' *[|] *' '
function names(text,    list, i, n)
{
	n = split(text, list, "`")
	for (i = 2; i <= n; i += 2)
		print folders, list[i]
}

function folders_of(text)
{
	gsub(/`/, "", text)
	gsub(/, /, "+", text)
	return text
}

$3 == "modules" {
	is_table = 1
	shared = $2 == "folder" ? "" : folders_of($2)
	next
}
NF == 0 { is_table = 0 }
is_table && /^[|] / { folders = shared ? shared : folders_of($2); names($3) }
' doc/architecture.md > "$work/named"

# The same of the files, with all folders that the document names.
# shellcheck disable=SC2013 # no folder of ours has a blank in its name
for folders in $(cut -d ' ' -f 1 "$work/named" | sort -u); do
	for folder in $(echo "$folders" | tr + ' '); do
		echo "$folder" >> "$work/folders"
		for file in "$folder"/*.[ch]; do
			name=$(basename "$file")
			echo "$folders ${name%.[ch]}"
		done
	done
done > "$work/there"

sort -u "$work/named" > "$work/named.sorted"
sort -u "$work/there" > "$work/there.sorted"
comm -13 "$work/named.sorted" "$work/there.sorted" > "$work/unnamed"
comm -23 "$work/named.sorted" "$work/there.sorted" > "$work/gone"
while read -r folders name; do
	echo "doc/architecture.md: $name of $folders is not named"
	status=1
done < "$work/unnamed"
while read -r folders name; do
	echo "doc/architecture.md: $name is not in $folders"
	status=1
done < "$work/gone"

sed -n 's/^module \([^ :]*\):.*/\1/p' doc/layers.txt | sort > "$work/layers"
sort "$work/folders" > "$work/folders.sorted"
if ! diff "$work/layers" "$work/folders.sorted"; then
	echo "doc/layers.txt and doc/architecture.md have other folders"
	status=1
fi
echo "$(wc -l < "$work/there.sorted") modules compared with doc/architecture.md"
exit $status
