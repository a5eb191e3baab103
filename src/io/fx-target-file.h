/* Reading data/targets/<march>.json: the documented limits of a board.
 *
 * The files of all known boards are part of the program; others are read from a path. docs/targets.md describes them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-cost.h"
#include "core/check/fx-target.h"

G_BEGIN_DECLS

/* Ids of the targets that the program brings along: "rdk-x3", …; ends with NULL. */
extern const char *const fx_target_ids[];

/* The one that is meant where the user names none. */
#define FX_TARGET_DEFAULT "rdk-x5"

/* A target by id ("rdk-x5"), by march ("bayes-e"), or by the path of a file (with a "/" or ending in .json).
 * NULL and *error: names the file, the operator and the field, or lists the ids that there are. */
FxTarget *fx_target_load (const char *name, GError **error);

/* The same from the text of a file. */
FxTarget *fx_target_parse (const char *text, gsize size, GError **error);

/* Prices of work that stand in for those of a target: a JSON object like its member `machine`, with any of the rows,
 * whose values may be plain numbers. FALSE and *error. */
gboolean fx_target_read_machine (const char *path, FxMachine *machine, GError **error);

G_END_DECLS
