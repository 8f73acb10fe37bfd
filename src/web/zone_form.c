/* SPDX-License-Identifier: MIT */
#include "web/zone_form.h"

#include "web/html.h"

static void write_flag(struct html *h, const char *flag)
{
	html_open(h, "input");
	html_attr(h, "type", "hidden");
	html_attr(h, "name", flag);
	html_attr(h, "value", "1");
	html_close(h);
}

void zone_form_write(struct html *h, const char *label, const char *tz,
		     const char *flag)
{
	html_open_class(h, "form", "zone");
	html_attr(h, "method", "get");
	if (flag)
		write_flag(h, flag);
	html_open(h, "label");
	html_format(h, "%s ", label);
	html_open(h, "input");
	html_attr(h, "name", "tz");
	html_attr(h, "size", "18");
	html_attr(h, "maxlength", "64");
	html_attr(h, "placeholder", "Europe/Madrid");
	html_attr(h, "value", tz ? tz : "");
	html_close_n(h, 2);
	html_text(h, " ");
	html_elem(h, "button", "Show");
	html_close(h);
}
