#!/bin/sh
# SPDX-License-Identifier: MIT
# install_checkers.sh FOLDER: put what the pages are checked with into FOLDER,
# unless it is there: axe-core, which looks for what keeps people out, and vnu,
# the validator of HTML and CSS. Each is asked for by npm, alone; it must be the
# very one whose sum is written here.
set -eu

folder=$1
mkdir -p "$folder"
cd "$folder"

# install NAME VERSION SUM: package/ as NAME/
install()
{
	[ "$(cat "$1/version" 2> /dev/null)" = "$2" ] && return
	rm -rf "$1"
	mkdir "$1"
	npm pack --silent --ignore-scripts "$1@$2" > /dev/null
	echo "$3  $1-$2.tgz" | sha512sum --check --quiet
	tar -xzf "$1-$2.tgz" --strip-components=1 -C "$1"
	rm "$1-$2.tgz"
	echo "$2" > "$1/version"
}

install axe-core 4.14.1 1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648\
cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a2826965edfb3a0b9d546b5
install vnu-jar 26.9.27 4e441de4315f39a582f5e6edbe8cd3b2b1f655aa1dde3620\
faface791133217c417b12f3f7ead2d8336d8e7efe44f5226618258b44a0860057e9125135e6b428
