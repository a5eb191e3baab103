/* One dataset on the calibration page: name, count, pictures, findings.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-dataset-item.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define FX_TYPE_DATASET_VIEW (fx_dataset_view_get_type ())
G_DECLARE_FINAL_TYPE (FxDatasetView, fx_dataset_view, FX, DATASET_VIEW, AdwBin)

/* `index` is the argument of the action win.remove-dataset. */
GtkWidget *fx_dataset_view_new (FxDatasetItem *item, guint index);

G_END_DECLS
