#!/bin/sh
# SPDX-License-Identifier: MIT
# run_test.sh PROGRAM: run one test program of make check so that it writes TAP.
# A fuzz target replays its corpus and counts as one test case. make check sets
# top_srcdir.
set -u
prog=$1
name=${prog##*/}
limit="timeout -k 5 ${TEST_TIMEOUT:-300}"

# What the sanitizers say is of use with a stack only.
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-print_stacktrace=1}"

case $name in
fuzz_*)
	echo 1..1
	if $limit "$prog" -runs=0 "${top_srcdir:?}/tests/fuzz/$name.in" >&2; then
		echo "ok 1 - $name.in replayed"
	else
		echo "not ok 1 - $name.in replayed"
	fi
	;;
*)
	CMOCKA_MESSAGE_OUTPUT=TAP
	export CMOCKA_MESSAGE_OUTPUT
	exec $limit "$prog"
	;;
esac
