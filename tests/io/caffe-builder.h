/* Small Caffe models for tests.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/onnx/onnx-rope.h"

G_BEGIN_DECLS

/* A caffemodel with weights only, written as "conv [1,1,2,2] 1 2 3 4 [1] 0.5; bn [2] 1 1 …": layers between ";", each
 * with its blobs. `legacy`: V1 layers, and blobs with num, channels, height and width. */
GBytes *build_caffe_weights (const char *text, gboolean legacy);

/* Numbers between spaces; free with g_free(). */
float *build_floats (const char *text, gsize *n);

G_END_DECLS
