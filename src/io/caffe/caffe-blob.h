/* BlobProto → FxTensor.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "io/fx-wire.h"
#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads one blob that lies in `file`, a mapped file, as f32: data as it is, double_data narrowed, and the raw_data of
 * NVIDIA's fork. f32 elements in one piece are not copied but shared with the mapping. */
FxTensor *fx_caffe_blob_read (GBytes *file, FxWireSpan span, GError **error);

G_END_DECLS
