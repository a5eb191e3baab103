/* Caffe nets → FxGraph, in operators of ONNX opset 11.  https://caffe.berkeleyvision.org/tutorial/net_layer_blob.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "io/caffe/caffe-weights.h"

G_BEGIN_DECLS

/* Reads a net of prototxt text as it is in the test phase, with `weights` or without (NULL). A NULL `text`: the net
 * that the weights file describes, which is the one that it was saved from.
 *
 * Each layer becomes a node of its name, with further nodes "<layer>/<part>" around it where it takes several
 * operators; all of them have the layer as their origin. A Scale behind a BatchNorm goes into its node. Layers that no
 * operator stands for are nodes of their own type in domain "caffe", with their blobs as the last inputs.
 *
 * A blob that is written several times (in-place layers) gives as many values: an input keeps the blob's name, or else
 * the last value does; the others are called "<blob>:<layer>". Outputs are the tops that no layer reads, in the order
 * of the file.
 *
 * Metadata of the graph: "format" = "caffe", and "caffe:<layer>" = type as in the file, for each layer that a node
 * stands for. If weights are missing, "missing_weights" is a sentence that says which, and stand-ins have their place:
 * such a graph can be inspected and checked, but not run.
 *
 * Findings go to `diagnostics` (may be NULL): rules "unknown-field", "missing-weights", "non-finite-weights",
 * "unused-weights", "training-net", "training-only", "batch-statistics", "post-processing", "unsupported-layer",
 * "unknown-layer".
 * NULL and *error, which names the layer: BAD_GRAPH, BAD_DATA, UNSUPPORTED or TOO_LARGE. */
FxGraph *fx_caffe_read (GBytes *text, const FxCaffeWeights *weights, GPtrArray *diagnostics, GError **error);

G_END_DECLS
