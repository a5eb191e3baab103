/* Pictures of tests: compared with those that are kept, cell by cell, so that another version of cairo, which smooths
 * an edge in another way, draws the same picture still.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

/* Reads --golden=FOLDER, --out=FOLDER and --update from the command line, then as g_test_init(). */
void picture_init (int *argc, char ***argv);

/* Fails the test if the picture is not the one kept as NAME.png, after writing what was drawn as NAME.out.png and where
 * it differs as NAME.diff.png. With --update the picture is kept instead. */
void picture_check (cairo_surface_t *surface, const char *name);

G_END_DECLS
