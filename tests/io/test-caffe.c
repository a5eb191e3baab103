/* Caffe layers against numbers worked out by hand, through the engine and through the plain kernels.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/exec/fx-engine.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/caffe-builder.h"
#include "io/caffe/caffe-build.h"
#include "io/caffe/caffe-reader.h"
#include "io/onnx/onnx-writer.h"

#include <math.h>
#include <string.h>

/* A net of one input "x" of shape `dims`. Inputs hold 1, 2, 3, … unless `input` says otherwise. */
typedef struct
{
  const char *name, *layers, *weights, *dims, *input, *output_dims, *output;
} Case;

#define L(type, rest) "layer { name: 'l' type: '" type "' bottom: 'x' top: 'y' " rest " }"
#define L2(type, rest)                                                                                                 \
  "input: 'z' input_shape { dim: [1, 2, 1, 2] } layer { name: 'l' type: '" type                                        \
  "' bottom: 'x' bottom: 'z' top: 'y' " rest " }"

static const Case cases[] = {
  /* window layers */
  { "convolution", L ("Convolution", "convolution_param { num_output: 1 kernel_size: 2 }"),
    "l [1,1,2,2] 1 0 0 1 [1] 10", "1x1x2x3", NULL, "1x1x1x2", "16 18" },
  { "convolution-without-bias",
    L ("Convolution", "convolution_param { num_output: 2 kernel_size: 1 group: 2 bias_term: false }"),
    "l [2,1,1,1] 2 3", "1x2x1x2", NULL, "1x2x1x2", "2 4 9 12" },
  { "convolution-hw",
    L ("Convolution", "convolution_param { num_output: 1 kernel_h: 1 kernel_w: 2 stride_h: 1 stride_w: 2 pad_h: 0 "
                      "pad_w: 1 bias_term: false }"),
    "l [1,1,1,2] 1 10", "1x1x1x3", NULL, "1x1x1x2", "10 32" },
  { "convolution-dilation",
    L ("Convolution", "convolution_param { num_output: 1 kernel_size: 2 dilation: 2 bias_term: false }"),
    "l [1,1,2,2] 1 1 1 1", "1x1x3x3", NULL, "1x1x1x1", "20" },
  { "depthwise", L ("ConvolutionDepthwise", "convolution_param { num_output: 2 kernel_size: 1 }"),
    "l [2,1,1,1] 2 3 [2] 1 2", "1x2x1x2", NULL, "1x2x1x2", "3 5 11 14" },
  { "deconvolution",
    L ("Deconvolution", "convolution_param { num_output: 1 kernel_size: 2 stride: 2 bias_term: false }"),
    "l [1,1,2,2] 1 2 3 4", "1x1x1x2", NULL, "1x1x2x4", "1 2 2 4 3 4 6 8" },
  { "deconvolution-pad",
    L ("Deconvolution", "convolution_param { num_output: 1 kernel_size: 3 pad: 1 bias_term: false }"),
    "l [1,1,3,3] 0 0 0 0 2 0 0 0 0", "1x1x2x2", NULL, "1x1x2x2", "2 4 6 8" },
  { "pooling-max-rounds-up", L ("Pooling", "pooling_param { kernel_size: 2 stride: 2 }"), NULL, "1x1x3x3", NULL,
    "1x1x2x2", "5 6 8 9" },
  /* rounded up, 2x2 windows of stride 2 with pad 1 would be 3 on 4 elements: the last begins at 3 < 4 + 1 and stays */
  { "pooling-max-pad", L ("Pooling", "pooling_param { kernel_size: 2 stride: 2 pad: 1 }"), NULL, "1x1x1x4", NULL,
    "1x1x1x3", "1 3 4" },
  /* (5 + 2 - 2) / 2 rounded up + 1 = 4, but the fourth begins at 5, behind the input: dropped */
  { "pooling-max-clips", L ("Pooling", "pooling_param { kernel_size: 2 stride: 2 pad: 1 }"), NULL, "1x1x1x5", NULL,
    "1x1x1x3", "1 3 5" },
  { "pooling-floor", L ("Pooling", "pooling_param { kernel_size: 2 stride: 2 round_mode: FLOOR }"), NULL, "1x1x3x3",
    NULL, "1x1x1x1", "5" },
  { "pooling-ceil-mode", L ("Pooling", "pooling_param { kernel_size: 2 stride: 2 ceil_mode: false }"), NULL, "1x1x3x3",
    NULL, "1x1x1x1", "5" },
  /* what sticks out behind the input does not count: 3 / 1 */
  { "pooling-average-rounds-up", L ("Pooling", "pooling_param { pool: AVE kernel_h: 1 kernel_w: 2 stride: 2 }"), NULL,
    "1x1x1x3", NULL, "1x1x1x2", "1.5 3" },
  /* padding counts: rows and columns -1…0 hold 1 element of 4; 1…2: 5 6 8 9 */
  { "pooling-average-pad", L ("Pooling", "pooling_param { pool: AVE kernel_size: 2 stride: 2 pad: 1 }"), NULL,
    "1x1x3x3", NULL, "1x1x2x2", "0.25 1.25 2.75 7" },
  /* kernel 3, stride 2, pad 1 on 4: windows -1…1, 1…3, 3…5; the last is cut at 4 (with its padding): 2 columns */
  { "pooling-average-pad-rounds-up",
    L ("Pooling", "pooling_param { pool: AVE kernel_h: 1 kernel_w: 3 stride: 2 pad_h: 0 pad_w: 1 }"), NULL, "1x1x1x4",
    NULL, "1x1x1x3", "1 3 2" },
  { "pooling-global", L ("Pooling", "pooling_param { pool: AVE global_pooling: true }"), NULL, "1x2x1x3", NULL,
    "1x2x1x1", "2 5" },
  { "pooling-global-max", L ("Pooling", "pooling_param { global_pooling: true }"), NULL, "1x2x1x3", NULL, "1x2x1x1",
    "3 6" },
  /* one window; then kernel 2, stride 2, pad 1 as above */
  { "spp", L ("SPP", "spp_param { pyramid_height: 2 }"), NULL, "1x1x3x3", NULL, "1x5", "9 1 3 7 9" },
  { "spp-average", L ("SPP", "spp_param { pyramid_height: 2 pool: AVE }"), NULL, "1x1x3x3", NULL, "1x5",
    "5 0.25 1.25 2.75 7" },
  { "spp-one-level", L ("SPP", "spp_param { pyramid_height: 1 }"), NULL, "1x2x1x3", NULL, "1x2x1x1", "3 6" },
  /* x / (2 + 3/3 × Σ)^1 */
  { "lrn", L ("LRN", "lrn_param { local_size: 3 alpha: 3 beta: 1 k: 2 }"), NULL, "1x3x1x1", NULL, "1x3x1x1",
    "0.142857142857 0.125 0.2" },
  /* windows of 3×3 with padding: mean = Σ / 9; only one row, so alpha = 9 gives 1 + Σ */
  { "lrn-within-channel", L ("LRN", "lrn_param { local_size: 3 alpha: 9 beta: 1 norm_region: WITHIN_CHANNEL }"), NULL,
    "1x1x1x3", NULL, "1x1x1x3", "0.166666666667 0.133333333333 0.214285714286" },

  /* element by element */
  { "relu", L ("ReLU", ""), NULL, "1x3", "-1 0 2", "1x3", "0 0 2" },
  { "relu-slope", L ("ReLU", "relu_param { negative_slope: 0.5 }"), NULL, "1x3", "-1 0 2", "1x3", "-0.5 0 2" },
  { "prelu", L ("PReLU", ""), "l [2] 0.5 2", "1x2x1x2", "-1 1 -1 1", "1x2x1x2", "-0.5 1 -2 1" },
  { "prelu-shared", L ("PReLU", "prelu_param { channel_shared: true }"), "l [1] 3", "1x2x1x1", "-1 -2", "1x2x1x1",
    "-3 -6" },
  { "elu", L ("ELU", "elu_param { alpha: 2 }"), NULL, "1x2", "-1 1", "1x2", "-1.264241117657 1" },
  { "relu6", L ("ReLU6", ""), NULL, "1x3", "-1 3 8", "1x3", "0 3 6" },
  { "clip", L ("Clip", "clip_param { min: -1 max: 2 }"), NULL, "1x3", "-3 1 8", "1x3", "-1 1 2" },
  { "sigmoid", L ("Sigmoid", ""), NULL, "1x2", "0 1", "1x2", "0.5 0.73105857863" },
  { "tanh", L ("TanH", ""), NULL, "1x1", "1", "1x1", "0.761594155956" },
  { "abs", L ("AbsVal", ""), NULL, "1x2", "-2 3", "1x2", "2 3" },
  { "bnll", L ("BNLL", ""), NULL, "1x2", "0 1", "1x2", "0.69314718056 1.313261687518" },
  { "power", L ("Power", "power_param { power: 2 scale: 3 shift: 1 }"), NULL, "1x2", "1 -1", "1x2", "16 4" },
  { "power-of-nothing", L ("Power", ""), NULL, "1x2", NULL, "1x2", "1 2" },
  { "exp", L ("Exp", "exp_param { base: 2 scale: 2 shift: 1 }"), NULL, "1x2", "1 0", "1x2", "8 2" },
  { "exp-e", L ("Exp", ""), NULL, "1x1", "1", "1x1", "2.718281828459" },
  { "log", L ("Log", "log_param { base: 10 scale: 10 }"), NULL, "1x2", "1 10", "1x2", "1 2" },
  { "log-e", L ("Log", "log_param { shift: 1 }"), NULL, "1x1", "0", "1x1", "0" },
  { "threshold", L ("Threshold", "threshold_param { threshold: 1.5 }"), NULL, "1x3", "1 1.5 2", "1x3", "0 0 1" },
  { "swish", L ("Swish", "swish_param { beta: 2 }"), NULL, "1x1", "1", "1x1", "0.880797077978" },
  { "hswish", L ("HSwish", ""), NULL, "1x3", "-4 1 4", "1x3", "0 0.666666666667 4" },
  { "hsigmoid", L ("HSigmoid", ""), NULL, "1x3", "-4 0 4", "1x3", "0 0.5 1" },
  { "mish", L ("Mish", ""), NULL, "1x1", "1", "1x1", "0.865098388267" },
  { "rrelu", L ("RReLU", "rrelu_param { lower_bound: 0.25 upper_bound: 0.75 }"), NULL, "1x2", "-2 2", "1x2", "-1 2" },
  { "crelu", L ("CReLU", ""), NULL, "1x2", "-2 3", "1x4", "0 3 2 0" },
  { "dropout", L ("Dropout", "dropout_param { dropout_ratio: 0.9 }"), NULL, "1x2", NULL, "1x2", "1 2" },

  /* normalization: (x - 2 × 0.5) / √(8 × 0.5) */
  { "batch-norm", L ("BatchNorm", "batch_norm_param { eps: 0 }"), "l [1] 2 [1] 8 [1] 2", "1x1x1x2", "1 3", "1x1x1x2",
    "0 1" },
  { "batch-norm-factor-0", L ("BatchNorm", "batch_norm_param { eps: 4 }"), "l [1] 2 [1] 8 [1] 0", "1x1x1x2", "1 3",
    "1x1x1x2", "0.5 1.5" },
  { "batch-norm-of-batch", L ("BatchNorm", "batch_norm_param { use_global_stats: false eps: 3 }"), NULL, "1x1x1x2",
    "1 3", "1x1x1x2", "-0.5 0.5" },
  { "batch-norm-scale",
    "layer { name: 'b' type: 'BatchNorm' bottom: 'x' top: 'y' batch_norm_param { eps: 0 } }"
    "layer { name: 'l' type: 'Scale' bottom: 'y' top: 'y' scale_param { bias_term: true } }",
    "b [1] 1 [1] 4 [1] 1; l [1] 3 [1] 5", "1x1x1x2", "1 3", "1x1x1x2", "5 8" },
  { "scale", L ("Scale", ""), "l [2] 2 3", "1x2x1x2", NULL, "1x2x1x2", "2 4 9 12" },
  { "scale-bias", L ("Scale", "scale_param { bias_term: true }"), "l [2] 2 3 [2] 10 20", "1x2x1x2", NULL, "1x2x1x2",
    "12 14 29 32" },
  { "scale-last-axis", L ("Scale", "scale_param { axis: -1 }"), "l [2] 2 3", "1x2x1x2", NULL, "1x2x1x2", "2 6 6 12" },
  { "scale-all-axes", L ("Scale", "scale_param { axis: 1 num_axes: -1 }"), "l [2,2] 1 2 3 4", "1x2x2", NULL, "1x2x2",
    "1 4 9 16" },
  { "scale-scalar", L ("Scale", "scale_param { num_axes: 0 }"), "l [] 5", "1x2", NULL, "1x2", "5 10" },
  { "scale-two-bottoms",
    "input: 'z' input_shape { dim: [1, 2] }"
    "layer { name: 'l' type: 'Scale' bottom: 'x' bottom: 'z' top: 'y' scale_param { axis: 0 } }",
    NULL, "1x2x1x2", NULL, "1x2x1x2", "1 2 6 8" },
  { "bias", L ("Bias", ""), "l [2] 10 20", "1x2x1x2", NULL, "1x2x1x2", "11 12 23 24" },
  { "bias-two-bottoms", L2 ("Bias", "bias_param { axis: 0 }"), NULL, "1x2x1x2", NULL, "1x2x1x2", "2 4 6 8" },
  { "mvn", L ("MVN", "mvn_param { eps: 0 }"), NULL, "1x2x1x2", "1 3 2 6", "1x2x1x2", "-1 1 -1 1" },
  { "mvn-mean-only", L ("MVN", "mvn_param { normalize_variance: false across_channels: true }"), NULL, "1x2x1x2",
    "1 3 2 6", "1x2x1x2", "-2 0 -1 3" },
  { "normalize", L ("Normalize", "norm_param { across_spatial: false channel_shared: false }"), "l [2] 10 20",
    "1x2x1x2", "3 0 4 1", "1x2x1x2", "6 0 16 20" },
  { "normalize-all", L ("Normalize", ""), "l [1] 10", "1x2x1x2", "1 1 1 1", "1x2x1x2", "5 5 5 5" },

  /* moving elements */
  { "concat", L2 ("Concat", ""), NULL, "1x1x1x2", NULL, "1x3x1x2", "1 2 1 2 3 4" },
  { "concat-dim", L2 ("Concat", "concat_param { concat_dim: 2 }"), NULL, "1x2x1x2", NULL, "1x2x2x2",
    "1 2 1 2 3 4 3 4" },
  { "slice",
    "layer { name: 's' type: 'Slice' bottom: 'x' top: 'a' top: 'b' slice_param { slice_point: 1 } }"
    "layer { name: 'l' type: 'Concat' bottom: 'b' bottom: 'a' top: 'y' }",
    NULL, "1x3x1x1", NULL, "1x3x1x1", "2 3 1" },
  { "slice-equal",
    "layer { name: 's' type: 'Slice' bottom: 'x' top: 'a' top: 'b' slice_param { axis: 3 } }"
    "layer { name: 'l' type: 'Eltwise' bottom: 'b' bottom: 'a' top: 'y' eltwise_param { operation: PROD } }",
    NULL, "1x1x1x4", NULL, "1x1x1x2", "3 8" },
  { "slice-of-changing-axis",
    "layer { name: 's' type: 'Slice' bottom: 'x' top: 'a' top: 'b' slice_param { axis: 3 slice_point: 1 } }"
    "layer { name: 'l' type: 'Concat' bottom: 'b' bottom: 'a' top: 'y' concat_param { axis: 3 } }",
    NULL, "1x1x1x3", NULL, "1x1x1x3", "2 3 1" },
  { "split",
    "layer { name: 's' type: 'Split' bottom: 'x' top: 'a' top: 'b' }"
    "layer { name: 'l' type: 'Eltwise' bottom: 'b' bottom: 'a' top: 'y' }",
    NULL, "1x2", NULL, "1x2", "2 4" },
  { "crop", L2 ("Crop", "crop_param { axis: 2 offset: 1 offset: 0 }"), NULL, "1x2x2x3", NULL, "1x2x1x2", "4 5 10 11" },
  { "crop-channels", L2 ("Crop", "crop_param { axis: 1 offset: 1 offset: 0 offset: 0 }"), NULL, "1x3x1x2", NULL,
    "1x2x1x2", "3 4 5 6" },
  { "flatten", L ("Flatten", ""), NULL, "2x1x1x2", NULL, "2x2", "1 2 3 4" },
  { "flatten-some", L ("Flatten", "flatten_param { axis: 1 end_axis: 2 }"), NULL, "1x2x1x2", NULL, "1x2x2", "1 2 3 4" },
  { "reshape", L ("Reshape", "reshape_param { shape { dim: 0 dim: -1 dim: 1 } }"), NULL, "2x1x1x2", NULL, "2x2x1",
    "1 2 3 4" },
  { "reshape-some", L ("Reshape", "reshape_param { shape { dim: 2 dim: 1 } axis: 1 num_axes: 1 }"), NULL, "1x2x1x2",
    NULL, "1x2x1x1x2", "1 2 3 4" },
  { "reshape-negative-axis", L ("Reshape", "reshape_param { shape { dim: 1 } axis: -1 num_axes: 0 }"), NULL, "1x2",
    NULL, "1x2x1", "1 2" },
  { "permute", L ("Permute", "permute_param { order: 0 order: 2 order: 3 order: 1 }"), NULL, "1x2x1x2", NULL, "1x1x2x2",
    "1 3 2 4" },
  { "permute-some", L ("Permute", "permute_param { order: 1 }"), NULL, "1x2x1x2", NULL, "2x1x1x2", "1 2 3 4" },
  { "tile", L ("Tile", "tile_param { tiles: 2 }"), NULL, "1x2x1x1", NULL, "1x4x1x1", "1 2 1 2" },
  { "shuffle-channel", L ("ShuffleChannel", "shuffle_channel_param { group: 2 }"), NULL, "1x6x1x1", NULL, "1x6x1x1",
    "1 4 2 5 3 6" },

  /* resizing: corners aligned */
  { "interp", L ("Interp", "interp_param { height: 1 width: 5 }"), NULL, "1x1x1x3", NULL, "1x1x1x5", "1 1.5 2 2.5 3" },
  { "interp-zoom", L ("Interp", "interp_param { zoom_factor: 2 }"), NULL, "1x1x2x2", NULL, "1x1x3x3",
    "1 1.5 2 2 2.5 3 3 3.5 4" },
  { "interp-shrink", L ("Interp", "interp_param { shrink_factor: 2 }"), NULL, "1x1x1x5", NULL, "1x1x1x3", "1 3 5" },
  { "interp-crop", L ("Interp", "interp_param { height: 2 width: 2 pad_beg: -1 pad_end: -1 }"), NULL, "1x1x4x4", NULL,
    "1x1x2x2", "6 7 10 11" },
  { "interp-two-bottoms", L2 ("Interp", ""), NULL, "1x1x1x3", NULL, "1x1x1x2", "1 3" },
  { "upsample", L ("Upsample", "upsample_param { scale: 2 }"), NULL, "1x1x1x2", NULL, "1x1x2x4", "1 1 2 2 1 1 2 2" },
  { "upsample-stride", L ("Upsample", "upsample_param { scale: 3 stride_h: 1 stride_w: 2 }"), NULL, "1x1x1x2", NULL,
    "1x1x1x4", "3 3 6 6" },

  /* combining elements */
  { "inner-product", L ("InnerProduct", "inner_product_param { num_output: 2 }"), "l [2,3] 1 0 0 0 1 1 [2] 10 20",
    "1x3x1x1", NULL, "1x2", "11 25" },
  { "inner-product-transposed",
    L ("InnerProduct", "inner_product_param { num_output: 2 transpose: true bias_term: false }"), "l [3,2] 1 0 0 1 0 1",
    "2x3", NULL, "2x2", "1 5 4 11" },
  { "inner-product-axis", L ("InnerProduct", "inner_product_param { num_output: 1 axis: 2 }"), "l [1,2] 1 10 [1] 1",
    "1x2x1x2", NULL, "1x2x1", "22 44" },
  { "eltwise-sum", L2 ("Eltwise", ""), NULL, "1x2x1x2", NULL, "1x2x1x2", "2 4 6 8" },
  { "eltwise-coeff", L2 ("Eltwise", "eltwise_param { coeff: 3 coeff: -1 }"), NULL, "1x2x1x2", NULL, "1x2x1x2",
    "2 4 6 8" },
  { "eltwise-coeffs", L2 ("Eltwise", "eltwise_param { coeff: [1, 0.5] }"), NULL, "1x2x1x2", NULL, "1x2x1x2",
    "1.5 3 4.5 6" },
  { "eltwise-product", L2 ("Eltwise", "eltwise_param { operation: PROD }"), NULL, "1x2x1x2", NULL, "1x2x1x2",
    "1 4 9 16" },
  { "eltwise-max", L2 ("Eltwise", "eltwise_param { operation: MAX }"), NULL, "1x2x1x2", "0 9 0 9", "1x2x1x2",
    "1 9 3 9" },
  { "softmax", L ("Softmax", ""), NULL, "1x2", "0 1.0986122886681", "1x2", "0.25 0.75" },
  /* over the channels of each place, not over all that follows */
  { "softmax-channels", L ("Softmax", ""), NULL, "1x2x1x2", "0 0 1.0986122886681 0", "1x2x1x2", "0.25 0.5 0.75 0.5" },
  { "reduction-sum", L ("Reduction", "reduction_param { axis: 1 }"), NULL, "2x1x1x2", NULL, "2", "3 7" },
  { "reduction-mean", L ("Reduction", "reduction_param { operation: MEAN axis: 2 coeff: 2 }"), NULL, "1x2x1x2", NULL,
    "1x2", "3 7" },
  { "reduction-asum", L ("Reduction", "reduction_param { operation: ASUM axis: 1 }"), NULL, "1x2", "-1 3", "1", "4" },
  { "reduction-sumsq", L ("Reduction", "reduction_param { operation: SUMSQ axis: -1 }"), NULL, "1x2", "-1 3", "1",
    "10" },
  { "arg-max", L ("ArgMax", "argmax_param { axis: 1 }"), NULL, "1x3x1x1", "1 5 2", "1x1x1x1", "1" },
  { "arg-max-flat", L ("ArgMax", "argmax_param { top_k: 2 }"), NULL, "1x3x1x1", "1 5 2", "1x1x2x1", "1 2" },
  { "arg-max-pairs", L ("ArgMax", "argmax_param { out_max_val: true }"), NULL, "1x3x1x1", "1 5 2", "1x2x1x1", "1 5" },
  { "arg-max-values", L ("ArgMax", "argmax_param { axis: 1 out_max_val: true top_k: 2 }"), NULL, "1x3", "1 5 2", "1x2",
    "5 2" },
  { "mat-mul", L2 ("MatMul", ""), NULL, "1x2x1x1", NULL, "1x2x1x2", "1 2 6 8" },
};

static FxGraph *
read_net (const char *dims, const char *layers, const char *weights, gboolean legacy, GPtrArray *diagnostics,
          GError **error)
{
  g_autofree char *list = g_strdup (dims);
  g_autofree char *text = NULL;
  g_autoptr (GBytes) text_bytes = NULL, weight_bytes = NULL;
  g_autoptr (FxCaffeWeights) table = NULL;

  g_strdelimit (list, "x", ',');
  text = *dims != '\0' ? g_strdup_printf ("input: 'x' input_shape { dim: [%s] } %s", list, layers) : g_strdup (layers);
  text_bytes = g_bytes_new (text, strlen (text));
  if (weights != NULL)
    {
      weight_bytes = build_caffe_weights (weights, legacy);
      table = fx_caffe_weights_new (weight_bytes, error);
      g_assert_nonnull (table);
    }
  return fx_caffe_read (text_bytes, table, diagnostics, error);
}

static FxTensor *
make_input (const FxShape *shape, const char *values)
{
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, shape, &data, NULL);
  gsize n = fx_tensor_elements (tensor), given;

  for (gsize i = 0; i < n; i++)
    ((float *)data)[i] = (float)(i + 1);
  if (values != NULL)
    {
      g_autofree float *list = build_floats (values, &given);

      g_assert_cmpuint (given, ==, n);
      memcpy (data, list, n * sizeof *list);
    }
  return tensor;
}

static void
check_output (const FxTensor *found, const char *dims, const char *values)
{
  g_autofree float *wanted = NULL;
  g_autofree char *text = fx_shape_to_string (fx_tensor_shape (found));
  FxShape shape;
  gsize n;

  g_assert_true (fx_shape_parse (dims, &shape, NULL));
  if (!fx_shape_equal (fx_tensor_shape (found), &shape))
    g_error ("shape %s, wanted %s", text, dims);
  wanted = build_floats (values, &n);
  g_assert_cmpuint (fx_tensor_elements (found), ==, n);
  for (gsize i = 0; i < n; i++)
    if (fabs (fx_tensor_get_double (found, i) - (double)wanted[i]) > 2e-6 * MAX (1.0, fabs ((double)wanted[i])))
      g_error ("element %zu is %g, wanted %g", i, fx_tensor_get_double (found, i), (double)wanted[i]);
}

static void
run (const FxGraph *graph, gboolean reference, const char *input, const char *dims, const char *output)
{
  FxEngineOptions options = { .n_threads = 1, .reference_kernels = reference };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (graph, &options, NULL, &error);
  g_autoptr (FxRun) state = NULL;
  FxTensor *inputs[4] = { NULL }, *outputs[4] = { NULL };

  g_assert_no_error (error);
  for (guint i = 0; i < fx_engine_n_inputs (engine); i++)
    {
      gboolean first = g_str_equal (fx_engine_input (engine, i)->name, "x");

      inputs[i] = make_input (&fx_engine_input (engine, i)->shape, first ? input : NULL);
    }
  state = fx_run_new (engine, &error);
  fx_run_execute (state, inputs, outputs, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fx_engine_n_outputs (engine), ==, 1);
  check_output (outputs[0], dims, output);
  for (guint i = 0; i < 4; i++)
    {
      fx_tensor_unref (inputs[i]);
      fx_tensor_unref (outputs[i]);
    }
}

static void
test_layer (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = read_net (test->dims, test->layers, test->weights, FALSE, diagnostics, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (fx_diagnostics_count (diagnostics, FX_SEVERITY_ERROR), ==, 0);
  fx_graph_verify (graph, &error);
  g_assert_no_error (error);
  g_assert_nonnull (fx_graph_metadata (graph, "caffe:l"));
  run (graph, FALSE, test->input, test->output_dims, test->output);
  run (graph, TRUE, test->input, test->output_dims, test->output);
}

/* What a translation holds for does not depend on the batch that the file declares. */
static void
test_other_batch (gconstpointer data)
{
  const Case *test = data;
  g_autofree char *dims = g_strdup_printf ("7%s", strchr (test->dims, 'x'));
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = NULL;

  if (test->dims[0] != '1' || strstr (test->layers, "input:") != NULL || strstr (test->name, "permute-some") != NULL)
    {
      g_test_skip ("not of batch 1");
      return;
    }
  graph = read_net (dims, test->layers, test->weights, FALSE, NULL, &error);
  g_assert_no_error (error);
  fx_graph_value (graph, fx_graph_input (graph, 0))->shape.dims[0] = 1;
  run (graph, FALSE, test->input, test->output_dims, test->output);
}

typedef struct
{
  const char *layers, *weights, *message;
} Refusal;

static const Refusal refusals[] = {
  { L ("Convolution", "convolution_param { num_output: 3 kernel_size: 1 }"), "l [2,2,1,1] 1 2 3 4 [3] 1 2 3",
    "layer \"l\" (Convolution): its weights in the weights file are [2,2,1,1], wanted [3,2,1,1]" },
  { L ("Convolution", "convolution_param { num_output: 1 kernel_size: 1 }"), "l [1,2,1,1] 1 2",
    "the weights file has 1 blobs for it, wanted one more for its bias" },
  { L ("Convolution", "convolution_param { num_output: 1 kernel_size: 1 }"), "l [1,2,1,1] 1", "has 1 elements" },
  { L ("Convolution", ""), NULL, "num_output is missing" },
  { L ("Convolution", "convolution_param { num_output: 1 }"), NULL, "kernel_size is missing" },
  { L ("Convolution", "convolution_param { num_output: 4 kernel_size: 1 group: 3 }"), NULL, "does not divide 2" },
  { L ("Convolution", "convolution_param { num_output: 4 kernel_size: 1 group: 0 }"), NULL, "group is 0" },
  { L ("Convolution", "convolution_param { num_output: 4 kernel_size: 0 }"), NULL, "kernel_size is 0" },
  { L ("Convolution", "convolution_param { num_output: 4 kernel_size: [1, 2, 3] }"), NULL, "has 3 values" },
  { L ("Convolution", "convolution_param { num_output: 4294967295 kernel_size: 1000000000 }"), NULL, "too large" },
  { L ("Pooling", ""), NULL, "kernel_size is missing" },
  { L ("Pooling", "pooling_param { kernel_size: 2 pad: 2 }"), NULL, "pad is 2, wanted less" },
  { L ("SPP", ""), NULL, "pyramid_height is 0, wanted 1 to 6" },
  { L ("SPP", "spp_param { pyramid_height: 3 }"), NULL, "a bottom of size 2 is too small for 4 windows" },
  { L ("LRN", "lrn_param { local_size: 4 }"), NULL, "local_size is 4" },
  { L ("InnerProduct", ""), NULL, "num_output is missing" },
  { L ("InnerProduct", "inner_product_param { num_output: 1 axis: 5 }"), NULL, "axis 5 is outside" },
  { L ("Eltwise", "eltwise_param { coeff: [1, 2] }"), NULL, "has 2 coeffs" },
  { L ("Slice", "slice_param { slice_point: 1 }"), NULL, "1 slice_points for 1 tops" },
  { L ("Slice", "top: 'w' top: 'v'"), NULL, "3 equal tops" },
  { L ("Slice", "top: 'w' slice_param { slice_point: 2 }"), NULL, "slice_point 2 is out of order or outside" },
  { L ("Reshape", ""), NULL, "has no shape" },
  { L ("Reshape", "reshape_param { shape { dim: -1 dim: -1 } }"), NULL, "makes no shape" },
  { L ("Reshape", "reshape_param { shape { dim: 1 } axis: 9 }"), NULL, "axis 9 with num_axes" },
  { L ("Reshape", "reshape_param { shape { dim: [1,1,1,1,1,1,1,1,1] } }"), NULL, "more than 8 dimensions" },
  { L ("Flatten", "flatten_param { axis: 2 end_axis: 1 }"), NULL, "end_axis 1 is before" },
  { L ("Permute", "permute_param { order: 1 order: 1 }"), NULL, "order 1 is there twice" },
  { L ("Permute", "permute_param { order: 4000000000 }"), NULL, "order 4000000000" },
  { L ("Exp", "exp_param { base: 0 }"), NULL, "base is 0" },
  { L ("Clip", ""), NULL, "lacks min or max" },
  { L ("Tile", ""), NULL, "tiles is missing" },
  { L ("ShuffleChannel", "shuffle_channel_param { group: 3 }"), NULL, "does not divide 2 channels" },
  { L ("Interp", ""), NULL, "height and width are missing" },
  { L ("Interp", "interp_param { zoom_factor: 0 }"), NULL, "zoom_factor 0" },
  { L ("Interp", "interp_param { height: 2 width: 2 pad_beg: 1 }"), NULL, "pad_beg is 1" },
  { L ("Upsample", "upsample_param { scale: 0 }"), NULL, "factors are 0" },
  { L ("ArgMax", "argmax_param { top_k: 0 }"), NULL, "top_k is 0" },
  { L ("Concat", "concat_param { axis: 4 }"), NULL, "axis 4 is outside" },
  { L ("Scale", "scale_param { num_axes: 9 }"), NULL, "num_axes 9" },
  { L ("Crop", ""), NULL, "has 1 bottoms, wanted at least 2" },
  { L ("ReLU", "bottom: 'x'"), NULL, "has 2 bottoms, wanted at most 1" },
  { "layer { name: 'l' type: 'ReLU' bottom: 'x' }", NULL, "has no top" },
  { "layer { name: 'l' type: 'ReLU' bottom: 'nobody' top: 'y' }", NULL,
    "layer \"l\" (ReLU): its bottom \"nobody\" is the top of no layer before it" },
  { "layer { type: 'ReLU' include { } exclude { } bottom: 'x' top: 'y' }", NULL, "both include and exclude" },
  { "layer { name: 'a' } layers { name: 'b' }", NULL, "both \"layer\" and \"layers\"" },
  { "layers { layer { name: 'b' } }", NULL, "format of 2013" },
  { "input: 'b' input_shape { dim: 0 }", NULL, "dimension 0 of its shape is 0" },
  { "input: 'b'", NULL, "input is there 2 times and input_shape 1 times, wanted as many" },
  { "", NULL, "no layers that compute" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_net ("1x2x2x2", refusals[i].layers, refusals[i].weights, FALSE, NULL, &error));
      if (error == NULL || strstr (error->message, refusals[i].message) == NULL)
        g_error ("%s: \"%s\", wanted \"%s\"", refusals[i].layers, error != NULL ? error->message : "accepted",
                 refusals[i].message);
    }
}

static const FxDiagnostic *
find_finding (const GPtrArray *diagnostics, const char *rule)
{
  for (guint i = 0; i < diagnostics->len; i++)
    if (g_str_equal (((const FxDiagnostic *)diagnostics->pdata[i])->rule, rule))
      return diagnostics->pdata[i];
  g_error ("there is no finding of rule \"%s\"", rule);
}

/* What fails for want of a field tells of one with a name like it. */
static void
test_mistyped (void)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;

  g_assert_null (
      read_net ("1x2x2x2", L ("Pooling", "pooling_param { kernal_size: 2 }"), NULL, FALSE, diagnostics, &error));
  g_assert_true (g_str_has_prefix (error->message, "layer \"l\" (Pooling): kernel_size is missing; line "));
  g_assert_true (g_str_has_suffix (error->message, "field \"kernal_size\" of PoolingParameter is not known and was "
                                                   "skipped; did you mean \"kernel_size\"?"));
}

/* The older form of everything: layers, blobs, names of types. */
static void
test_v1 (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph
      = read_net ("",
                  "input: 'x' input_dim: 1 input_dim: 1 input_dim: 1 input_dim: 3 "
                  "layers { name: 'l' type: CONVOLUTION bottom: 'x' top: 'y' blobs_lr: 1 blobs_lr: 2"
                  "  convolution_param { num_output: 1 kernel_size: 1 } }"
                  "layers { name: 'p' type: POWER bottom: 'y' top: 'y' power_param { scale: 2 } }",
                  "l [1,1,1,1] 3 [1] 1", TRUE, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (fx_graph_metadata (graph, "caffe:l"), ==, "Convolution");
  run (graph, FALSE, NULL, "1x1x1x3", "8 14 20");
}

/* An in-place layer makes a new value; inputs keep their names, then the last value has it. */
static void
test_names (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = read_net ("1x2",
                                        "layer { name: 'a' type: 'AbsVal' bottom: 'x' top: 'x' }"
                                        "layer { name: 'b' type: 'AbsVal' bottom: 'x' top: 'v' }"
                                        "layer { name: 'c' type: 'Exp' bottom: 'v' top: 'v' }"
                                        "layer { name: 'd' type: 'Power' bottom: 'v' top: 'w'"
                                        "  power_param { power: 2 scale: 2 } }"
                                        "layer { name: 'e' type: 'AbsVal' bottom: 'v' top: 'u' }",
                                        NULL, FALSE, NULL, &error);
  const char *const *origins;
  FxId part;
  guint n;

  g_assert_no_error (error);
  g_assert_cmpstr (fx_graph_value (graph, fx_graph_input (graph, 0))->name, ==, "x");
  g_assert_cmpuint (fx_graph_find_value (graph, "x:a"), !=, FX_NONE);
  g_assert_cmpuint (fx_graph_find_value (graph, "v:b"), !=, FX_NONE);
  g_assert_cmpuint (fx_graph_find_value (graph, "v"), !=, FX_NONE);
  g_assert_cmpuint (fx_graph_n_outputs (graph), ==, 2);
  g_assert_cmpstr (fx_graph_value (graph, fx_graph_output (graph, 0))->name, ==, "w");
  g_assert_cmpstr (fx_graph_value (graph, fx_graph_output (graph, 1))->name, ==, "u");

  part = fx_graph_find_node (graph, "d/scale");
  g_assert_cmpuint (part, !=, FX_NONE);
  origins = fx_node_origins (fx_graph_node (graph, part), &n);
  g_assert_cmpuint (n, ==, 1);
  g_assert_cmpstr (origins[0], ==, "d");
  g_assert_cmpstr (fx_graph_metadata (graph, "caffe:d"), ==, "Power");
}

static void
test_batch_norm_origins (void)
{
  const char *layers = "layer { name: 'b' type: 'BatchNorm' bottom: 'x' top: 'y' }"
                       "layer { name: 's' type: 'Scale' bottom: 'y' top: 'z' }";
  g_autofree char *twice = g_strconcat (layers, "layer { name: 'r' type: 'ReLU' bottom: 'y' top: 'w' }", NULL);
  const char *weights = "b [1] 1 [1] 4 [1] 1; s [1] 3";
  g_autoptr (FxGraph) graph = read_net ("1x1x1x2", layers, weights, FALSE, NULL, NULL);
  g_autoptr (FxGraph) apart = read_net ("1x1x1x2", twice, weights, FALSE, NULL, NULL), split = NULL;
  const char *const *origins;
  guint n;

  g_assert_cmpuint (fx_graph_n_nodes (graph), ==, 1);
  origins = fx_node_origins (fx_graph_node (graph, 0), &n);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpstr (origins[1], ==, "s");
  g_assert_cmpstr (fx_graph_value (graph, fx_graph_output (graph, 0))->name, ==, "z");
  /* somebody else sees what is between, be it by way of a Split */
  g_assert_cmpuint (fx_graph_n_nodes (apart), ==, 3);
  split = read_net ("1x1x1x2",
                    "layer { name: 'b' type: 'BatchNorm' bottom: 'x' top: 'y' }"
                    "layer { name: 'p' type: 'Split' bottom: 'y' top: 'y0' top: 'y1' }"
                    "layer { name: 's' type: 'Scale' bottom: 'y0' top: 'z' }"
                    "layer { name: 'r' type: 'ReLU' bottom: 'y1' top: 'w' }",
                    weights, FALSE, NULL, NULL);
  g_assert_cmpuint (fx_graph_n_nodes (split), ==, 3);
}

static void
test_phases (void)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph
      = read_net ("",
                  "state { level: 2 stage: 'deploy' }"
                  "layer { name: 'train' type: 'Data' top: 'x' top: 'label' include { phase: TRAIN } }"
                  "layer { name: 'test' type: 'ImageData' top: 'x' top: 'label' include { phase: TEST }"
                  "  image_data_param { batch_size: 2 new_height: 1 new_width: 3 } transform_param { crop_size: 1 } }"
                  "layer { name: 'a' type: 'AbsVal' bottom: 'x' top: 'a' include { min_level: 1 max_level: 2 } }"
                  "layer { name: 'n' type: 'NoSuchLayer' bottom: 'x' top: 'a' include { min_level: 3 } }"
                  "layer { name: 'm' type: 'NoSuchLayer' bottom: 'x' top: 'a' exclude { stage: 'deploy' } }"
                  "layer { name: 'o' type: 'NoSuchLayer' bottom: 'x' top: 'a' include { not_stage: 'deploy' } }"
                  "layer { name: 'acc' type: 'Accuracy' bottom: 'a' bottom: 'label' top: 'acc' }"
                  "layer { name: 'loss' type: 'SoftmaxWithLoss' bottom: 'a' bottom: 'label' }",
                  NULL, FALSE, diagnostics, &error);
  FxValue *input;

  g_assert_no_error (error);
  g_assert_cmpuint (fx_graph_n_inputs (graph), ==, 1);
  input = fx_graph_value (graph, fx_graph_input (graph, 0));
  g_assert_cmpstr (input->name, ==, "x");
  g_assert_true (fx_shape_equal (&input->shape, &FX_SHAPE (2, 3, 1, 1)));
  g_assert_cmpuint (fx_graph_n_outputs (graph), ==, 1);
  g_assert_cmpstr (fx_graph_value (graph, fx_graph_output (graph, 0))->name, ==, "prob");
  g_assert_cmpuint (fx_graph_n_nodes (graph), ==, 4); /* a softmax over channels is turned twice */
  find_finding (diagnostics, "training-only");
  find_finding (diagnostics, "training-net");
  g_assert_cmpuint (fx_diagnostics_count (diagnostics, FX_SEVERITY_ERROR), ==, 0);
}

/* Without weights there is a whole graph, which does not run and takes no memory. */
static void
test_missing_weights (void)
{
  const char *layers = "layer { name: 'l' type: 'Convolution' bottom: 'x' top: 'y'"
                       "  convolution_param { num_output: 100000 kernel_size: 101 } }";
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = read_net ("1x3x200x200", layers, NULL, FALSE, diagnostics, &error);
  g_autoptr (FxGraph) other = NULL;
  g_autoptr (FxEngine) engine = NULL;

  g_assert_no_error (error);
  fx_graph_verify (graph, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (find_finding (diagnostics, "missing-weights")->message, ==,
                   "the weights of 1 layers are missing: no caffemodel belongs to the network");
  engine = fx_engine_new (graph, NULL, NULL, &error);
  g_assert_null (engine);
  g_assert_nonnull (strstr (error->message, "its weights are missing"));
  g_clear_error (&error);
  g_assert_null (fx_onnx_write (graph, &error));
  g_assert_nonnull (strstr (error->message, "cannot be saved: its weights are missing"));
  g_clear_error (&error);

  g_ptr_array_set_size (diagnostics, 0);
  other = read_net ("1x1x1x1", L ("Scale", ""), "another [1] 1", FALSE, diagnostics, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (find_finding (diagnostics, "missing-weights")->node, ==, "l");
  g_assert_null (fx_engine_new (other, NULL, NULL, &error));
  g_assert_nonnull (strstr (error->message, "belongs to another network"));
}

static void
test_not_finite (void)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (FxGraph) graph = read_net ("1x3", L ("Scale", ""), "l [3] 1 nan inf", FALSE, diagnostics, NULL);
  const FxDiagnostic *finding = find_finding (diagnostics, "non-finite-weights");

  g_assert_nonnull (graph);
  g_assert_cmpstr (finding->node, ==, "l");
  g_assert_cmpstr (finding->message, ==, "2 of 3 scale are not finite numbers, the first is element 1");
}

/* Post-processing and unknown layers stay as they are, and so does what follows from results of unknown shape. */
static void
test_kept (void)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = read_net ("1x2x2x2",
                                        "layer { name: 'p' type: 'PriorBox' bottom: 'x' bottom: 'x' top: 'p' }"
                                        "layer { name: 'c' type: 'Concat' bottom: 'p' bottom: 'p' top: 'c' }"
                                        "layer { name: 'w' type: 'Whatever' bottom: 'x' top: 'w' top: 'v' }"
                                        "layer { name: 's' type: 'Softmax' bottom: 'w' top: 's' }"
                                        "layer { name: 'r' type: 'LSTM' bottom: 'x' top: 'r' }"
                                        "layer { name: 't' type: 'SoftmaxWithLoss' bottom: 'w' bottom: 'x' }",
                                        "w [2] 1 2", FALSE, diagnostics, &error);
  const FxNode *node;

  g_assert_no_error (error);
  g_assert_cmpuint (fx_graph_n_outputs (graph), ==, 5);
  g_assert_cmpint (find_finding (diagnostics, "post-processing")->severity, ==, FX_SEVERITY_WARNING);
  g_assert_cmpstr (find_finding (diagnostics, "unknown-layer")->node, ==, "w");
  find_finding (diagnostics, "unsupported-layer");
  node = fx_graph_node (graph, fx_graph_find_node (graph, "w"));
  g_assert_cmpstr (node->domain, ==, "caffe");
  g_assert_cmpstr (node->op_type, ==, "Whatever");
  g_assert_cmpuint (node->n_inputs, ==, 2);
  g_assert_cmpuint (node->n_outputs, ==, 2);
  g_assert_cmpint (fx_graph_opset (graph, "caffe"), ==, 1);
  node = fx_graph_node (graph, fx_graph_find_node (graph, "c"));
  g_assert_cmpstr (node->domain, ==, "");
  node = fx_graph_node (graph, fx_graph_find_node (graph, "s"));
  g_assert_cmpstr (node->domain, ==, "caffe");
}

static void
test_silence (void)
{
  g_autoptr (FxGraph) graph = read_net ("1x2",
                                        "layer { name: 'a' type: 'AbsVal' bottom: 'x' top: 'a' }"
                                        "layer { name: 'b' type: 'AbsVal' bottom: 'x' top: 'b' }"
                                        "layer { name: 's' type: 'Silence' bottom: 'a' }",
                                        NULL, FALSE, NULL, NULL);

  g_assert_cmpuint (fx_graph_n_outputs (graph), ==, 1);
  g_assert_cmpstr (fx_graph_value (graph, fx_graph_output (graph, 0))->name, ==, "b");
}

static void
test_table (void)
{
  for (guint i = 0; i < fx_caffe_n_rows; i++)
    {
      const FxCaffeRow *row = &fx_caffe_rows[i];
      gboolean translated = row->kind == FX_CAFFE_TRANSLATE || row->kind == FX_CAFFE_SOURCE;

      g_assert_true (fx_caffe_row_find (row->type) == row);
      g_assert_true ((row->translate != NULL) == translated);
      g_assert_true (translated || row->note != NULL);
      if (i > 0)
        g_assert_cmpstr (fx_caffe_rows[i - 1].type, <, row->type);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/caffe/layer/%s", cases[i].name);
      g_autofree char *batch_path = g_strdup_printf ("/caffe/other-batch/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_layer);
      g_test_add_data_func (batch_path, &cases[i], test_other_batch);
    }
  g_test_add_func ("/caffe/refused", test_refused);
  g_test_add_func ("/caffe/mistyped", test_mistyped);
  g_test_add_func ("/caffe/v1", test_v1);
  g_test_add_func ("/caffe/names", test_names);
  g_test_add_func ("/caffe/batch-norm-origins", test_batch_norm_origins);
  g_test_add_func ("/caffe/phases", test_phases);
  g_test_add_func ("/caffe/missing-weights", test_missing_weights);
  g_test_add_func ("/caffe/not-finite", test_not_finite);
  g_test_add_func ("/caffe/kept", test_kept);
  g_test_add_func ("/caffe/silence", test_silence);
  g_test_add_func ("/caffe/table", test_table);
  return g_test_run ();
}
