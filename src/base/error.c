/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>

struct error_row {
	const char *name;
	const char *text;
};

#define ERROR_ROW(name, word, text) { (word), (text) },
static const struct error_row rows[] = { HW_ERROR_TABLE(ERROR_ROW) };

static const struct error_row none = { "ok", "no error" };
static const struct error_row unknown = { "unknown", "unknown error" };

static const struct error_row *row_of(int error)
{
	if (error == HW_OK)
		return &none;
	if (error > 0 || error < -HW_ERROR_COUNT)
		return &unknown;
	return &rows[-1 - error];
}

const char *hw_error_name(int error)
{
	return row_of(error)->name;
}

const char *hw_error_text(int error)
{
	return row_of(error)->text;
}

int hw_error_of_errno(int errnum)
{
	switch (errnum) {
	case 0:
		return HW_OK;
	case EINVAL:
	case EISDIR:
	case ENAMETOOLONG:
	case EAFNOSUPPORT:
		return HW_E_INVALID;
	case ENOENT:
	case ENOTDIR:
		return HW_E_NOT_FOUND;
	case EEXIST:
		return HW_E_EXISTS;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
		return HW_E_FULL;
	case ETIMEDOUT:
		return HW_E_TIMEOUT;
	case ENOTCONN:
	case EBADF:
		return HW_E_CLOSED;
	case ECONNREFUSED:
		return HW_E_REFUSED;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EHOSTDOWN:
	case EADDRNOTAVAIL:
		return HW_E_UNREACHABLE;
	case ECONNRESET:
	case ECONNABORTED:
	case EPIPE:
		return HW_E_RESET;
	case EACCES:
	case EPERM:
	case EROFS:
		return HW_E_ACCESS;
	case EADDRINUSE:
	case EBUSY:
	case EAGAIN:
	case ETXTBSY:
		return HW_E_BUSY;
	case EIO:
		return HW_E_IO;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return HW_E_NO_SPACE;
	case ECANCELED:
		return HW_E_CANCELLED;
	default:
		return HW_E_SYSTEM;
	}
}
