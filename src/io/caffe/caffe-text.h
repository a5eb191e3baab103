/* Protocol buffer text (prototxt) → NetParameter.  https://protobuf.dev/reference/protobuf/textformat-spec/
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "caffe.pb-c.h"
#include <glib.h>

G_BEGIN_DECLS

/* Reads a whole prototxt; `size` bytes, not necessarily terminated. Free with
 * fx__caffe__net_parameter__free_unpacked(). Fields that are not known are skipped with a finding (rule
 * "unknown-field", warning), one for each name. NULL and *error ("line 12: …"): BAD_DATA for text that is no prototxt,
 * TOO_LARGE if it would take over 256 MiB. */
Fx__Caffe__NetParameter *fx_caffe_text_read (const char *text, gsize size, GPtrArray *diagnostics, GError **error);

/* TRUE if these bytes are text that starts like a network. */
gboolean fx_caffe_text_sniff (const guint8 *data, gsize size);

G_END_DECLS
