/* Telling people what the file is that they took for a model.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What the contents look like, for people ("a JPEG image", "a text file"), or NULL: nothing that is known, or an ONNX
 * model. */
const char *fx_sniff_kind (const guint8 *data, gsize size);

G_END_DECLS
