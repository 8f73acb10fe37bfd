#!/bin/sh
# SPDX-License-Identifier: MIT
# install_packages.sh LIST...: install the Debian packages named in the files
# LIST (one a line, # starts a comment) that are missing. Services among them
# are not started. Without root it prints the command instead and fails. npm
# may come from elsewhere than Debian, whose package would be in conflict.
set -u

policy=/usr/sbin/policy-rc.d

wanted=$(sed 's/#.*//' "$@") || exit 2
if ! command -v dpkg-query > /dev/null; then
	echo "This is not a Debian system; these are expected to be there:"
	printf '%s\n' "$wanted" | xargs
	exit 0
fi

missing=
for package in $wanted; do
	status=$(dpkg-query -W -f '${Status}' "$package" 2> /dev/null)
	[ "$status" = "install ok installed" ] && continue
	[ "$package" = npm ] && command -v npm > /dev/null && continue
	missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ]; then
	echo "Missing packages. As root: apt-get install$missing"
	exit 1
fi

# invoke-rc.d asks this program; 101 means "do not start". One that is there
# already is somebody's decision and stays.
if [ ! -e $policy ] && [ ! -L $policy ]; then
	trap 'rm -f $policy' EXIT
	trap 'exit 1' HUP INT TERM
	printf '#!/bin/sh\nexit 101\n' > $policy
	chmod 755 $policy
elif $policy prosody start > /dev/null 2>&1; then
	echo "$policy lets services start; the packages may start some."
fi

echo "Installing:$missing"
log=$(mktemp) || exit 2
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words
if apt-get -q -o Acquire::Retries=5 update > "$log" 2>&1 &&
    apt-get -q -y -o Acquire::Retries=5 install \
    --no-install-recommends $missing >> "$log" 2>&1; then
	rm "$log"
else
	tail -n 30 "$log"
	rm "$log"
	exit 1
fi
