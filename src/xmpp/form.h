/* SPDX-License-Identifier: MIT */
/*
 * form: data forms (XEP-0004), build and read.
 */
#pragma once

#include "base/base.h"

struct elem;

/** Append <x type=/> with its FORM_TYPE. */
struct elem *form_add(struct elem *parent, const char *type,
		      const char *form_type);
/** A form to be filled in; all texts may be NULL. */
struct elem *form_add_titled(struct elem *parent, const char *form_type,
			     const char *title, const char *instructions);
struct elem *form_add_field(struct elem *form, const char *var,
			    const char *type, const char *label,
			    const char *value);
/** One more value, or choice, of a field. */
void form_add_value(struct elem *field, const char *value);
void form_add_option(struct elem *field, const char *label, const char *value);
/** The form of that FORM_TYPE (any for NULL) below parent, or NULL. */
struct elem *form_find(const struct elem *parent, const char *form_type);
struct elem *form_field(const struct elem *form, const char *var);
/** First value of a field, borrowed, or NULL. */
const char *form_value(const struct elem *form, const char *var);
