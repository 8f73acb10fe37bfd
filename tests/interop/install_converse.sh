#!/bin/sh
# SPDX-License-Identifier: MIT
# install_converse.sh FOLDER: put the built Converse.js that the tests use into
# FOLDER, unless it is there. The package is asked for by npm, alone, without
# what it was built from; it must be the very one whose sum is written here.
set -eu

name=converse.js
version=14.0.0
sum=2c5520d37d230da955e3bbc8fefc953ea60f65f2585c56ee6eaf2fd1c1437b6c\
d735e786124dd4a74163fd64f34fab7ee9da3e700213a32ef77808fb44d0e3d9
folder=$1

[ "$(cat "$folder/version" 2> /dev/null)" = "$version" ] && exit 0
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"

package=$name-$version.tgz
npm pack --silent --ignore-scripts "$name@$version" > /dev/null
echo "$sum  $package" | sha512sum --check --quiet
tar -xzf "$package" --strip-components=1 --exclude='*.map' package/dist
rm "$package"
echo $version > version
