/* Opening a model file of any known format.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *path;
  GBytes *bytes;            /* the contents of the file, mapped */
  const char *weights_path; /* NULL: none was given */
} FxModelSource;

typedef struct
{
  const char *name;              /* "ONNX" */
  const char *const *extensions; /* with the dot, NULL-terminated */
  gboolean two_files;            /* weights are in a second file */

  /* TRUE if the contents start like this format, be they whole or not. */
  gboolean (*sniff) (const guint8 *data, gsize size);
  FxGraph *(*load) (const FxModelSource *source, GPtrArray *diagnostics, GError **error);
} FxFormat;

extern const FxFormat fx_formats[];
extern const guint fx_n_formats;

/* Reads a model; the contents decide which format it is, not the name. `weights_path` is for formats of two files and
 * NULL otherwise. Findings are appended to `diagnostics` (may be NULL). The graph is sorted but not inferred.
 * NULL and *error: one sentence that starts with the path. */
FxGraph *fx_model_load (const char *path, const char *weights_path, GPtrArray *diagnostics, GError **error);

G_END_DECLS
