#!/bin/sh
# SPDX-License-Identifier: MIT
# check_checks.sh: the checks of this folder see what they are made for. Plants
# one violation after the other in a small tree, and some innocent code.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tree=$(mktemp -d) || exit 2
trap 'rm -rf "$tree"' EXIT
failed=0

mkdir -p "$tree/doc" "$tree/src/base" "$tree/src/xml" "$tree/src/net" \
	"$tree/src/store" "$tree/dialback" "$tree/s2s" "$tree/muc"
cp "$here/../doc/layers.txt" "$tree/doc/"

# expect ok|bad CHECK FILE LINE: what does CHECK say to LINE in FILE?
expect()
{
	printf '%s\n' "$4" > "$tree/$3"
	if sh "$here/$2" "$tree" > "$tree/out" 2>&1; then
		got=ok
	else
		got=bad
	fi
	# A complaint has to name the file, or it is another failure.
	if [ $got = bad ] && ! grep -q "^$3:[0-9]*: " "$tree/out"; then
		got=error
	fi
	if [ $got != "$1" ]; then
		printf '%s: expected %s, got %s of %s: %s\n' \
			"$2" "$1" "$got" "$3" "$4"
		cat "$tree/out"
		failed=1
	fi
	rm "$tree/$3"
}

layers()
{
	expect "$1" check_layers.sh "$2" "$3"
}

xml()
{
	expect "$1" check_xml.sh "$2" "$3"
}

layers ok muc/a.c '#include <string.h>'
layers ok muc/a.c '#include <sys/stat.h>'
layers ok muc/a.c '#include "base/buf.h"'
layers ok muc/a.c '#include "muc/room.h"'
layers ok muc/a.c '#include "store/record.h"'
layers ok src/xml/parser.c '#include <expat.h>'
layers ok src/net/tls.c '#include <gnutls/x509.h>'
layers ok src/net/tcp.h '#include <uv.h>'
layers ok s2s/link.c '#include "dialback/key.h"'
layers bad muc/a.c '#include "s2s/link.h"'
layers bad muc/a.c '#include "store/store.h"'
layers bad muc/a.h ' # include "loop/timer.h"'
layers bad s2s/a.c '#include "muc/room.h"'
layers bad src/base/a.h '#include "xml/elem.h"'
layers bad dialback/a.c '#include "s2s/stream.h"'
layers bad src/xml/a.c '#include "elem.h"'
layers bad src/xml/a.c '#include "nowhere/elem.h"'
layers bad src/a.c '#include "base/buf.h"'
layers bad src/xml/elem.c '#include <expat.h>'
layers bad src/net/tcp.c '#include <gnutls/gnutls.h>'
layers bad s2s/a.c '#include <uv.h>'
layers bad src/base/a.c '#include <unknown.h>'
layers bad src/base/a.c '#include NAME'

xml ok muc/a.c 'if (a <b && c->d < 3) f("a -> b", x <y);'
xml ok muc/a.c '/* "<presence/>" */ f(); // "<x>"'
xml ok muc/a.c '#include <expat.h>'
xml ok muc/a.c 'case '"'<'"': return c == '"'<'"' || s["<>"[0]];'
xml ok muc/a.c 'f("a < b, <= c, \"quoted\" it'"'"'s");'
xml ok muc/a.c 'f("<%d>", priority);'
xml ok src/xml/write.c 'f("<presence/>");'
xml bad muc/a.c 'printf("<presence to=%s/>", to);'
xml bad muc/a.c 'f("\"</presence>");'
xml bad muc/a.c 'f("<%s", name);'
xml bad muc/a.c 'f("text", "<" "iq");'
xml bad muc/a.c 'buf_add_char(b, '"'<'"');'
xml bad muc/a.c '/* innocent */ f("<?xml");'
xml bad s2s/a.c 'f('"'\"'"', "<!DOCTYPE");'
xml bad src/net/a.h '#define OPEN "<stream"'
xml bad muc/a.c 'f("&lt;");'

[ $failed = 0 ] && echo "the checks see what they are made for"
exit $failed
