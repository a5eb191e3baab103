/* What a file that somebody drops or opens can be to the program, told by its first bytes, and by its name where these
 * say nothing.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FX_FILE_OTHER,
  FX_FILE_MODEL,         /* of one file: ONNX, or a program of ours */
  FX_FILE_CAFFE_NETWORK, /* prototxt */
  FX_FILE_CAFFE_WEIGHTS, /* caffemodel */
  FX_FILE_PROJECT,
  FX_FILE_CONFIG, /* of the boards' converter */
  FX_FILE_FOLDER,
  FX_FILE_PICTURE,
  FX_FILE_TENSOR, /* with or without a header */
} FxFileKind;

/* *what (may be NULL) says of a file of another kind what it is: "a PDF document"; NULL: bytes without a
 * mark, which can be elements of a tensor. Static. */
FxFileKind fx_file_kind (const char *path, const char **what);

/* A model, or a file that names one. */
gboolean fx_file_kind_opens (FxFileKind kind);
/* Samples for calibration. */
gboolean fx_file_kind_is_data (FxFileKind kind);

G_END_DECLS
