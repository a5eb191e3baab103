/* Text for people, in their language.
 *
 * Every sentence is a whole one with placeholders, marked where it is written: _ ("…") where it is put together, N_
 * ("…") in a table whose reader translates. fx_fail(), fx_error_prefix(), fx_diagnostics_add() and the functions named
 * in po/keywords translate the sentence they are given, so that their callers write it plainly. Sizes in sentences are
 * written with PRId64, which translators can keep. Ids, keys, enum words and whatever a file holds for programs are
 * never translated (docs/architecture.md).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#ifndef GETTEXT_PACKAGE
#define GETTEXT_PACKAGE "fixpoint"
#endif

#include <glib.h>
#include <glib/gi18n-lib.h>
#include <inttypes.h>

G_BEGIN_DECLS

/* The text for `n` things, which may have a placeholder for their number. */
#define fx_plural(one, many, n) g_dngettext (GETTEXT_PACKAGE, one, many, n)

/* A sentence, or NULL or "" as they are: gettext would answer "" with the heading of the translation's file. */
const char *fx_translate (const char *sentence) G_GNUC_FORMAT (1);

/* Appends to a list: "height 1 to 7, width 1 to 5". `format` is translated. */
void fx_list_add (GString *list, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* For main(): the user's locale, but with numbers as in "C", which are the same in every file and on every terminal.
 * `locale_dir` has the translations, for which the environment variable FIXPOINT_LOCALE_DIR goes first; NULL: texts
 * stay in English, for programs that read them. */
void fx_i18n_setup (const char *locale_dir);

G_END_DECLS
