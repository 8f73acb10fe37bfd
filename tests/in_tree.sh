# shellcheck shell=sh
# SPDX-License-Identifier: MIT
# in_tree.sh: how the checks of this folder begin; they read it in. Goes to the
# tree that is to be checked: the one named by the check's first argument, or the
# one it stands in. Order and classes of characters are those of the C locale.
set -u
LC_ALL=C
export LC_ALL
cd "${1:-$(dirname "$0")/..}" || exit 2

# A folder $work for what is compared, gone when the check ends.
make_work()
{
	work=$(mktemp -d) || exit 2
	trap 'rm -rf "$work"' EXIT
}

# need PROGRAM: without it the check is skipped.
need()
{
	command -v "$1" > /dev/null && return
	echo "there is no $1 here"
	exit 77
}
