/* The weights of a caffemodel, found by layer name. Their elements stay in the mapped file.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "caffe.pb-c.h"
#include "core/graph/fx-tensor.h"
#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FxCaffeWeights FxCaffeWeights;

/* TRUE if these bytes start like a caffemodel, whole or not. */
gboolean fx_caffe_weights_sniff (const guint8 *data, gsize size);

/* Lists the layers of a file. NULL and *error (BAD_DATA, TOO_LARGE) if it is damaged. */
FxCaffeWeights *fx_caffe_weights_new (GBytes *file, GError **error);
void fx_caffe_weights_free (FxCaffeWeights *weights); /* accepts NULL */

/* Bytes of the file. */
gsize fx_caffe_weights_size (const FxCaffeWeights *weights);

/* Blobs of the layer of that name; 0 if there is none. */
guint fx_caffe_weights_n_blobs (const FxCaffeWeights *weights, const char *layer);

/* Blob k < n_blobs as an f32 tensor of the shape that the file gives it, which for old files has four dimensions, and
 * one dimension where the file gives none. NULL and *error (BAD_DATA, UNSUPPORTED). */
FxTensor *fx_caffe_weights_blob (const FxCaffeWeights *weights, const char *layer, guint k, GError **error);

/* The network that the file describes beside its weights. NULL and *error if it is damaged or describes none. */
Fx__Caffe__NetParameter *fx_caffe_weights_definition (const FxCaffeWeights *weights, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxCaffeWeights, fx_caffe_weights_free)

G_END_DECLS
