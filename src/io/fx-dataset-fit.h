/* Which input of a model some samples are for.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-dtype.h"

G_BEGIN_DECLS

/* Looks at the first sample of a folder, list or file (fx_dataset_open()): pictures go into any input of four
 * dimensions, a tensor into one of its shape, bare elements into one that takes as many bytes. *input is the first
 * such input that `fed` (names, or NULL) does not contain, or the first at all; it is borrowed from the graph.
 * *raw_dtype is what files without a header hold if their names do not say so (float32 or uint8), otherwise UNDEFINED.
 *
 * FALSE and *error, starting with the path: it cannot be read, or fits no input, with what was found and wanted. */
gboolean fx_dataset_fit (const char *path, const FxGraph *graph, const char *const *fed, const char **input,
                         FxDType *raw_dtype, GError **error);

G_END_DECLS
