# SPDX-License-Identifier: MIT

# HALLWAY_FUZZER
# --------------
# --enable-fuzzer builds tests/fuzz with clang's libFuzzer. Without it, the
# same targets get a main() that replays their corpus.
AC_DEFUN([HALLWAY_FUZZER], [
	AC_ARG_ENABLE([fuzzer],
		[AS_HELP_STRING([--enable-fuzzer],
			[build the fuzz targets with libFuzzer (clang)])],
		[], [enable_fuzzer=no])
	fuzzer_CFLAGS=
	fuzzer_LDFLAGS=
	AS_IF([test "x$enable_fuzzer" != xno], [
		fuzzer_CFLAGS=-fsanitize=fuzzer-no-link
		fuzzer_LDFLAGS=-fsanitize=fuzzer
		hallway_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS $fuzzer_LDFLAGS"
		AC_MSG_CHECKING([whether $CC links with $fuzzer_LDFLAGS])
		AC_LINK_IFELSE([AC_LANG_SOURCE([[
			#include <stddef.h>
			#include <stdint.h>
			int LLVMFuzzerTestOneInput(const uint8_t *, size_t);
			int LLVMFuzzerTestOneInput(const uint8_t *d, size_t n)
			{ return n && *d ? 0 : 0; }]])],
			[AC_MSG_RESULT([yes])],
			[AC_MSG_RESULT([no])
			 AC_MSG_ERROR([--enable-fuzzer needs CC=clang])])
		CFLAGS=$hallway_save_CFLAGS
	])
	AC_SUBST([fuzzer_CFLAGS])
	AC_SUBST([fuzzer_LDFLAGS])
	AM_CONDITIONAL([FUZZER], [test "x$enable_fuzzer" != xno])
])
