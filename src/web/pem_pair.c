/* SPDX-License-Identifier: MIT */
#include "web/pem_pair.h"

#include <errno.h>
#include <stdio.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "web/web.h"

#define PEM_MAX 65536 /* bytes of a certificate or key file */

static int read_pem(const char *path, char **text_out)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t len;

	if (!file)
		return hw_error_of_errno(errno);
	text = mem_zero(PEM_MAX + 1, 1);
	len = fread(text, 1, PEM_MAX, file);
	fclose(file);
	text[len] = '\0';
	*text_out = text;
	return len == 0 || len == PEM_MAX ? HW_E_INVALID : 0;
}

int pem_pair_read(const struct web_settings *s, struct pem_pair *pair_out)
{
	int error;

	*pair_out = (struct pem_pair){ 0 };
	if (!s->certificate)
		return 0;
	error = read_pem(s->certificate, &pair_out->certificate);
	if (!error)
		error = read_pem(s->key ? s->key : s->certificate,
				 &pair_out->key);
	if (!error)
		return 0;
	log_error(LOG_WEB, "%s: %s", s->certificate, hw_error_text(error));
	pem_pair_fini(pair_out);
	return error;
}

void pem_pair_fini(struct pem_pair *p)
{
	mem_free(&p->certificate);
	mem_free(&p->key);
}
