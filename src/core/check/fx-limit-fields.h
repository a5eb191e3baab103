/* Typed access to the fields of a limit, which come from a file that users may edit: whatever is missing or of another
 * type is reported as such and never trusted.
 *
 * Values may be wrapped in variants and maybes to any depth, as readers of JSON make them; null is a missing value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-limit.h"

G_BEGIN_DECLS

/* The value itself, out of its wrappings: new reference, NULL for null. `value` may be NULL. */
GVariant *fx_field_unwrap (GVariant *value);

/* Field `name` of a dictionary; NULL if it is missing or null. */
GVariant *fx_field (GVariant *dict, const char *name);

/* Lists: arrays and tuples that are not dictionaries. 0 children if it is none. */
guint fx_field_n_children (GVariant *list);
GVariant *fx_field_child (GVariant *list, guint i);

gboolean fx_field_to_number (GVariant *value, double *number); /* any integer or double */
gboolean fx_field_number (GVariant *dict, const char *name, double *number);
gboolean fx_field_boolean (GVariant *dict, const char *name, gboolean fallback);
char *fx_field_string (GVariant *dict, const char *name); /* NULL if it is no string */

/* A list of numbers; NULL if it is missing, empty or has anything else in it. */
double *fx_field_numbers (GVariant *dict, const char *name, guint *n);
/* A list, or a single value, as texts: 2, "DCR", [2, 3]. NULL if it is missing or empty. */
char **fx_field_texts (GVariant *dict, const char *name);

/* One value as people read it. */
char *fx_field_text (GVariant *value);
char *fx_number_text (double number);
/* "1, 2 or 4"; `word` is the one before the last: "and", "by" or "or". */
char *fx_list_text (const char *const *texts, const char *word);
/* The field as such a list, "?" if it is missing. */
char *fx_field_list_text (GVariant *dict, const char *name, const char *word);

/* One end of a range. */
typedef struct
{
  gboolean open;       /* no limit on this side */
  double number;       /* counts while there is no expression */
  char expression[64]; /* "(kh-1)/2" over the variables of the node */
} FxFieldBound;

typedef struct
{
  FxFieldBound min, max; /* inclusive */
} FxFieldRange;

/* A list [min, max] where null is an open end. FALSE if it is missing or not of that form. */
gboolean fx_field_range (GVariant *dict, const char *name, FxFieldRange *range);
gboolean fx_field_to_range (GVariant *value, FxFieldRange *range);
/* The fields "min" and "max", of which one is enough. */
gboolean fx_field_min_max (GVariant *dict, FxFieldRange *range);

/* "1 to 7", "at most 7", "at least 2", "2". */
char *fx_range_text (const FxFieldRange *range);
/* `subject` is only asked where an end is an expression. */
FxVerdict fx_range_judge (const FxFieldRange *range, double value, const FxLimitSubject *subject);

/* Whether the conditions in field `name` of `dict` hold, which is a part of `limit`; they do where there are none. */
FxVerdict fx_field_applies (GVariant *dict, const char *name, const FxLimit *limit, const FxLimitSubject *subject);

/* BROKEN before UNKNOWN before HOLDS. */
static inline FxVerdict
fx_verdict_worse (FxVerdict a, FxVerdict b)
{
  if (a == FX_VERDICT_BROKEN || b == FX_VERDICT_BROKEN)
    return FX_VERDICT_BROKEN;
  return a == FX_VERDICT_HOLDS ? b : a;
}

static inline FxVerdict
fx_verdict (gboolean holds)
{
  return holds ? FX_VERDICT_HOLDS : FX_VERDICT_BROKEN;
}

G_END_DECLS
