#!/bin/sh
# SPDX-License-Identifier: MIT
# embed.sh NAME=FILE...: a C file with the bytes of the files, on the standard
# output.
set -eu

echo '/* Made by embed.sh; not to be changed. */'
echo '#include "web/static_files.h"'
for pair in "$@"; do
	echo
	echo "const unsigned char ${pair%%=*}[] = {"
	od -An -v -tx1 "${pair#*=}" | sed 's/ \([0-9a-f][0-9a-f]\)/0x\1,/g'
	echo '};'
	echo "const size_t ${pair%%=*}_len = sizeof(${pair%%=*});"
done
