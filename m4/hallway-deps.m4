# SPDX-License-Identifier: MIT

# HALLWAY_DEPS
# ------------
# The libraries of the program, and cmocka for the unit tests.
AC_DEFUN([HALLWAY_DEPS], [
	PKG_CHECK_MODULES([libuv], [libuv >= 1.44])
	PKG_CHECK_MODULES([libcares], [libcares >= 1.18])
	PKG_CHECK_MODULES([gnutls], [gnutls >= 3.7])
	PKG_CHECK_MODULES([expat], [expat >= 2.4])
	PKG_CHECK_MODULES([sqlite3], [sqlite3 >= 3.35])
	PKG_CHECK_MODULES([libidn2], [libidn2 >= 2.3])
	PKG_CHECK_MODULES([libfyaml], [libfyaml >= 0.7.12])
	PKG_CHECK_MODULES([zlib], [zlib >= 1.2.11])
	PKG_CHECK_MODULES([brotli], [libbrotlienc >= 1.0])
	PKG_CHECK_MODULES([libarchive], [libarchive >= 3.6])
	PKG_CHECK_MODULES([jansson], [jansson >= 2.13])
	PKG_CHECK_MODULES([libmicrohttpd], [libmicrohttpd >= 0.9.75])

	# before the C library's, and in the daemon alone (doc/decisions/014)
	AC_ARG_WITH([jemalloc],
		[AS_HELP_STRING([--without-jemalloc],
			[leave memory to the C library's allocator])],
		[], [with_jemalloc=$hallway_may_replace_malloc])
	AS_IF([test "x$with_jemalloc" != xno],
		[PKG_CHECK_MODULES([jemalloc], [jemalloc >= 5.2])])

	AC_CHECK_HEADER([uninorm.h], [],
		[AC_MSG_ERROR([uninorm.h of libunistring is missing])])
	AC_CHECK_LIB([unistring], [u8_normalize],
		[AC_SUBST([libunistring_LIBS], [-lunistring])],
		[AC_MSG_ERROR([libunistring is missing])])
	AC_CHECK_HEADER([uthash.h], [],
		[AC_MSG_ERROR([uthash.h of uthash is missing])])

	PKG_CHECK_MODULES([cmocka], [cmocka >= 1.1.5],
		[have_cmocka=yes], [have_cmocka=no])
	AM_CONDITIONAL([HAVE_CMOCKA], [test "x$have_cmocka" = xyes])
])
