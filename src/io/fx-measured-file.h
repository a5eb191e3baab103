/* What somebody measured on a board, in a JSON file; and prices of work, written as such a file.
 *
 * {"target": "rdk-x5", "measurements": [{"model": "net.onnx", "ms": 12.3, "bpu_ms": 10.1, "threads": 1}, …]}, or the
 * list alone. docs/target-model.md describes every member.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-cost.h"
#include "core/quant/fx-quant-choice.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *model, *weights; /* absolute; weights: NULL where the file names none */
  char **shapes;         /* "NAME=1x3x224x224", may be NULL */
  char *fix;             /* "all", or NULL */
  gboolean fast;         /* without what can be removed at inputs and outputs */
  FxNodeChoices nodes;
  double ms, bpu_ms; /* of a frame; bpu_ms: 0 where the file does not say */
} FxMeasurement;

typedef struct
{
  char *target;            /* what `fx_target_load` takes; NULL where the file names none */
  GPtrArray *measurements; /* of FxMeasurement, one at least */
} FxMeasuredFile;

/* NULL and *error, which begins with the path: G_IO_ERROR, or BAD_DATA and TOO_LARGE for what is no such file. Paths in
 * it are relative to its folder. */
FxMeasuredFile *fx_measured_file_load (const char *path, GError **error);

/* The same from its text. */
FxMeasuredFile *fx_measured_file_parse (const char *text, gsize size, const char *folder, GError **error);

void fx_measured_file_free (FxMeasuredFile *file); /* accepts NULL */

/* Writes prices as `fx_target_read_machine` reads them, all marked as fitted, with a basis for people. */
gboolean fx_measured_file_save_machine (const FxMachine *machine, const char *basis, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxMeasuredFile, fx_measured_file_free)

G_END_DECLS
