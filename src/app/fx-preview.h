/* The first picture of a dataset before and after preprocessing, made on a worker.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-shared.h"
#include "core/graph/fx-shape.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

typedef struct
{
  GdkTexture *before; /* NULL: the sample is no picture */
  GdkTexture *after;  /* NULL: what the network gets is no picture */
  char *size;         /* "500 × 375" */
  double low, high;   /* of what the network gets */
} FxPreview;

void fx_preview_free (FxPreview *preview); /* accepts NULL */

/* `dataset` is an FxDataset with at least one sample, `shape` that of the input. `source` is passed to `done`. */
void fx_preview_start (gpointer source, FxShared *dataset, const char *preprocess, const FxShape *shape,
                       GCancellable *cancellable, GAsyncReadyCallback done, gpointer user_data);
/* NULL and *error: what does not fit. */
FxPreview *fx_preview_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxPreview, fx_preview_free)

G_END_DECLS
