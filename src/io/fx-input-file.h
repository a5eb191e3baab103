/* One input of a model from a file of any kind: a picture, or a tensor.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-dtype.h"

G_BEGIN_DECLS

/* A picture (told by its contents) goes through `preprocess`, a pipeline in text form (core/calib/fx-preprocess.h);
 * NULL stands for: RGB, or gray for an input of one channel, squeezed to the size of the input, 0…255, in the layout
 * that the position of the channels tells. Everything else is a tensor file (io/fx-tensor-file.h), for which `dtype`
 * and `shape` of the input are the hints. It fits whatever sizes of 1 it has more or less, and its numbers become
 * floats where the input has floats.
 *
 * NULL and *error: one sentence that starts with the path. */
FxTensor *
fx_input_file_load (const char *path, FxDType dtype, const FxShape *shape, const char *preprocess, GError **error);

G_END_DECLS
