/* Telling people what the file is that they took for a model.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the contents look like ("a JPEG image", "a Caffe model"), or NULL: nothing that is known, or an ONNX model. */
const char *fx_sniff_kind (const guint8 *data, gsize size);

G_END_DECLS
