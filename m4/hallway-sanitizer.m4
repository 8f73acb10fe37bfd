# SPDX-License-Identifier: MIT

# HALLWAY_SANITIZER
# -----------------
# --enable-sanitizer=LIST takes what -fsanitize= takes; an undefined behaviour
# ends the program, so that no test can pass over it. Sets
# hallway_may_replace_malloc: a sanitizer brings an allocator of its own.
AC_DEFUN([HALLWAY_SANITIZER], [
	AC_ARG_ENABLE([sanitizer],
		[AS_HELP_STRING([--enable-sanitizer=LIST],
			[address, undefined, address,undefined or thread])],
		[], [enable_sanitizer=no])
	sanitizer_CFLAGS=
	AS_CASE([$enable_sanitizer],
		[no], [],
		[address|undefined|thread|address,undefined|undefined,address],
		[sanitizer_CFLAGS="-fsanitize=$enable_sanitizer -fno-sanitize-recover=all -fno-omit-frame-pointer"],
		[AC_MSG_ERROR([--enable-sanitizer: unknown value "$enable_sanitizer"])])
	AS_IF([test -n "$sanitizer_CFLAGS"], [
		hallway_save_CFLAGS=$CFLAGS
		CFLAGS="$CFLAGS $sanitizer_CFLAGS"
		AC_MSG_CHECKING([whether $CC links with $sanitizer_CFLAGS])
		AC_LINK_IFELSE([AC_LANG_PROGRAM()],
			[AC_MSG_RESULT([yes])],
			[AC_MSG_RESULT([no])
			 AC_MSG_ERROR([$CC cannot link this sanitizer])])
		CFLAGS=$hallway_save_CFLAGS
	])
	AC_SUBST([sanitizer_CFLAGS])
	hallway_may_replace_malloc=yes
	AS_CASE([$enable_sanitizer], [*address*|thread],
		[hallway_may_replace_malloc=no])
])
