/* Labels files, and classes by folder.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/fx-dataset.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;       /* as the file has it, without quotes */
  char *path;       /* absolute, if the name is one in the folder of the labels */
  int index;        /* -1: none given */
  char *class_name; /* NULL: none given */
  gboolean used;
} FxLabel;

/* Whether a file can be read and cannot be a list or labels. */
gboolean fx_labels_is_bytes (const char *path);

/* The lines of a labels file as FxLabel. NULL and *error: path, line, what was found and wanted. */
GPtrArray *fx_labels_read (const char *path, GError **error);

/* Gives each sample its label, by its name in the dataset or by its path, or by those of a folder it lies in. With
 * `note_unused`, labels without a sample are noted in `skipped`. */
void fx_labels_assign (GPtrArray *labels, FxDataset *dataset, gboolean note_unused);

/* Every folder a class, if all samples are in folders below and there are two or more of these. */
void fx_labels_from_folders (FxDataset *dataset);

void fx_dataset_skip (FxDataset *dataset, const char *name, const char *reason);

G_END_DECLS
