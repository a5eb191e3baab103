/* "Did you mean …?": the candidate that a mistyped word most likely stands for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Edits (insert, delete, replace, exchange of neighbors; case does not count) that lead from one word to the other: the
 * distance of Damerau and Levenshtein in its restricted form. Words are taken bytewise, their first 64 bytes. */
guint fx_word_distance (const char *a, const char *b);

/* The nearest of `candidates` (NULL-terminated), the first one among equals; NULL if none is within a third of the
 * word's length, at least one edit. Borrowed. */
const char *fx_nearest_word (const char *word, const char *const *candidates);

G_END_DECLS
