/* A dataset of the project, as the calibration page shows it: listed and examined on a worker.
 *
 * Properties (read-only, notified): name, detail ("64 pictures", or what is wrong), state (uint FxDatasetItemState).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-shared.h"
#include "io/fx-project.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  FX_DATASET_ITEM_READING,
  FX_DATASET_ITEM_READY,
  FX_DATASET_ITEM_FAILED,
} FxDatasetItemState;

#define FX_TYPE_DATASET_ITEM (fx_dataset_item_get_type ())
G_DECLARE_FINAL_TYPE (FxDatasetItem, fx_dataset_item, FX, DATASET_ITEM, GObject)

FxDatasetItem *fx_dataset_item_new (const FxProjectDataset *dataset);
gboolean fx_dataset_item_is (FxDatasetItem *item, const FxProjectDataset *dataset);

/* Lets the doctor look at the samples as the input gets them: `graph` is an FxGraph, `preprocess` the pipeline of the
 * input or NULL. A new call takes the place of one that is under way; one with the same does nothing. */
void fx_dataset_item_examine (FxDatasetItem *item, FxShared *graph, const char *preprocess);
void fx_dataset_item_cancel (FxDatasetItem *item);

FxDatasetItemState fx_dataset_item_get_state (FxDatasetItem *item);
const char *fx_dataset_item_get_path (FxDatasetItem *item);
const char *fx_dataset_item_get_input (FxDatasetItem *item);    /* NULL: the first */
FxShared *fx_dataset_item_get_dataset (FxDatasetItem *item);    /* FxDataset; NULL until it was read */
GListModel *fx_dataset_item_get_pictures (FxDatasetItem *item); /* GtkStringObject: paths of the first pictures */
GListModel *fx_dataset_item_get_findings (FxDatasetItem *item); /* FxProblem: of the doctor, and files left out */

G_END_DECLS
