/* The translations of layers, one function per type. Not for others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "io/caffe/caffe-build.h"

G_BEGIN_DECLS

#define FX_CAFFE_LAYER(id)                                                                                             \
  gboolean fx_caffe_layer_##id (FxCaffeBuilder *builder, const FxCaffeLayer *layer, GError **error)

/* caffe-inputs.c */
FX_CAFFE_LAYER (input);
FX_CAFFE_LAYER (data);

/* caffe-layers-window.c */
FX_CAFFE_LAYER (convolution);
FX_CAFFE_LAYER (depthwise);
FX_CAFFE_LAYER (deconvolution);
FX_CAFFE_LAYER (pooling);
FX_CAFFE_LAYER (lrn);
FX_CAFFE_LAYER (roi_pooling);
FX_CAFFE_LAYER (spp);

/* caffe-layers-unary.c */
FX_CAFFE_LAYER (abs_val);
FX_CAFFE_LAYER (bnll);
FX_CAFFE_LAYER (clip);
FX_CAFFE_LAYER (crelu);
FX_CAFFE_LAYER (dropout);
FX_CAFFE_LAYER (elu);
FX_CAFFE_LAYER (exp);
FX_CAFFE_LAYER (hsigmoid);
FX_CAFFE_LAYER (hswish);
FX_CAFFE_LAYER (log);
FX_CAFFE_LAYER (mish);
FX_CAFFE_LAYER (power);
FX_CAFFE_LAYER (prelu);
FX_CAFFE_LAYER (relu);
FX_CAFFE_LAYER (relu6);
FX_CAFFE_LAYER (rrelu);
FX_CAFFE_LAYER (sigmoid);
FX_CAFFE_LAYER (swish);
FX_CAFFE_LAYER (tanh);
FX_CAFFE_LAYER (threshold);

/* caffe-layers-norm.c */
FX_CAFFE_LAYER (batch_norm);
FX_CAFFE_LAYER (bias);
FX_CAFFE_LAYER (mvn);
FX_CAFFE_LAYER (normalize);
FX_CAFFE_LAYER (scale);

/* caffe-layers-shape.c */
FX_CAFFE_LAYER (concat);
FX_CAFFE_LAYER (crop);
FX_CAFFE_LAYER (flatten);
FX_CAFFE_LAYER (permute);
FX_CAFFE_LAYER (reshape);
FX_CAFFE_LAYER (shuffle_channel);
FX_CAFFE_LAYER (slice);
FX_CAFFE_LAYER (split);
FX_CAFFE_LAYER (tile);

/* caffe-layers-resize.c */
FX_CAFFE_LAYER (interp);
FX_CAFFE_LAYER (upsample);

/* caffe-layers-math.c */
FX_CAFFE_LAYER (arg_max);
FX_CAFFE_LAYER (eltwise);
FX_CAFFE_LAYER (inner_product);
FX_CAFFE_LAYER (mat_mul);
FX_CAFFE_LAYER (reduction);
FX_CAFFE_LAYER (softmax);

#undef FX_CAFFE_LAYER

G_END_DECLS
