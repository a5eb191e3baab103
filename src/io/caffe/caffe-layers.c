/* Every layer type that is known, one row each: what of it, how many bottoms it takes, how it is translated.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-layers.h"

#include "core/fx-i18n.h"

#include <string.h>

#define ANY 255

#define ROW(name, min, max, id)                                                                                        \
  {                                                                                                                    \
    .type = (name), .kind = FX_CAFFE_TRANSLATE, .min_bottoms = (min), .max_bottoms = (max),                            \
    .translate = fx_caffe_layer_##id                                                                                   \
  }
#define SOURCE(name, id)                                                                                               \
  {                                                                                                                    \
    .type = (name), .kind = FX_CAFFE_SOURCE, .max_bottoms = 0, .translate = fx_caffe_layer_##id                        \
  }
#define OTHER(name, what, text)                                                                                        \
  {                                                                                                                    \
    .type = (name), .kind = FX_CAFFE_##what, .max_bottoms = ANY, .note = (text)                                        \
  }
/* A loss whose value nobody wants, but whose prediction is what the net is for. */
#define LOSS(name, id)                                                                                                 \
  {                                                                                                                    \
    .type = (name), .kind = FX_CAFFE_TRANSLATE, .min_bottoms = 1, .max_bottoms = ANY,                                  \
    .translate = fx_caffe_layer_##id, .note = N_ ("is a loss of training; only its prediction is kept")                \
  }
#define RECURRENT N_ ("is a recurrent layer, which is not translated")
#define LABELS N_ ("compares with labels, which there are none of after training")

/* clang-format off */
const FxCaffeRow fx_caffe_rows[] = {
  ROW ("AbsVal", 1, 1, abs_val),
  OTHER ("Accuracy", TRAINING, LABELS),
  SOURCE ("AnnotatedData", data),
  ROW ("ArgMax", 1, 1, arg_max),
  ROW ("BNLL", 1, 1, bnll),
  ROW ("BatchNorm", 1, 1, batch_norm),
  OTHER ("BatchReindex", UNSUPPORTED, N_ ("picks samples by number, which is not translated")),
  ROW ("Bias", 1, 2, bias),
  OTHER ("BoxOutput", POST, N_ ("turns predictions into boxes")),
  ROW ("CReLU", 1, 1, crelu),
  ROW ("Clip", 1, 1, clip),
  ROW ("Concat", 1, ANY, concat),
  OTHER ("ContrastiveLoss", TRAINING, LABELS),
  ROW ("Convolution", 1, 1, convolution),
  ROW ("ConvolutionDepthwise", 1, 1, depthwise),
  ROW ("Crop", 2, 2, crop),
  SOURCE ("Data", data),
  ROW ("Deconvolution", 1, 1, deconvolution),
  ROW ("DepthwiseConvolution", 1, 1, depthwise),
  OTHER ("DetectionEvaluate", TRAINING, LABELS),
  OTHER ("DetectionOutput", POST, N_ ("turns predictions into boxes and drops overlapping ones")),
  ROW ("Dropout", 1, 1, dropout),
  SOURCE ("DummyData", data),
  ROW ("ELU", 1, 1, elu),
  ROW ("Eltwise", 1, ANY, eltwise),
  OTHER ("Embed", UNSUPPORTED, N_ ("looks rows up by number, which is not translated")),
  OTHER ("EuclideanLoss", TRAINING, LABELS),
  ROW ("Exp", 1, 1, exp),
  OTHER ("Filter", UNSUPPORTED, N_ ("picks samples by their values, which is not translated")),
  ROW ("Flatten", 1, 1, flatten),
  SOURCE ("HDF5Data", data),
  OTHER ("HDF5Output", SINK, N_ ("writes a file")),
  ROW ("HSigmoid", 1, 1, hsigmoid),
  ROW ("HSwish", 1, 1, hswish),
  ROW ("HardSigmoid", 1, 1, hsigmoid),
  ROW ("HardSwish", 1, 1, hswish),
  OTHER ("HingeLoss", TRAINING, LABELS),
  OTHER ("Im2col", UNSUPPORTED, N_ ("is not translated")),
  SOURCE ("ImageData", data),
  OTHER ("InfogainLoss", TRAINING, LABELS),
  ROW ("InnerProduct", 1, 1, inner_product),
  SOURCE ("Input", input),
  ROW ("Interp", 1, 2, interp),
  ROW ("LRN", 1, 1, lrn),
  OTHER ("LSTM", UNSUPPORTED, RECURRENT),
  ROW ("Log", 1, 1, log),
  ROW ("MVN", 1, 1, mvn),
  ROW ("MatMul", 2, 2, mat_mul),
  OTHER ("MaxUnpool", UNSUPPORTED, N_ ("needs the places of the maxima of a pooling layer, which is not translated")),
  SOURCE ("MemoryData", data),
  ROW ("Mish", 1, 1, mish),
  OTHER ("MultiBoxLoss", TRAINING, LABELS),
  OTHER ("MultinomialLogisticLoss", TRAINING, LABELS),
  ROW ("Normalize", 1, 1, normalize),
  ROW ("PReLU", 1, 1, prelu),
  OTHER ("PSROIPooling", UNSUPPORTED, N_ ("pools regions that depend on the data, which is not translated")),
  OTHER ("Parameter", UNSUPPORTED, N_ ("is not translated")),
  OTHER ("PassThrough", UNSUPPORTED, N_ ("is not translated")),
  ROW ("Permute", 1, 1, permute),
  ROW ("Pooling", 1, 1, pooling),
  ROW ("Power", 1, 1, power),
  OTHER ("PriorBox", POST, N_ ("makes the default boxes, which follow from sizes alone")),
  OTHER ("Proposal", POST, N_ ("turns predictions into regions and drops overlapping ones")),
  OTHER ("Python", POST, N_ ("runs a Python program")),
  OTHER ("RNN", UNSUPPORTED, RECURRENT),
  ROW ("ROIPooling", 2, 2, roi_pooling),
  ROW ("RReLU", 1, 1, rrelu),
  ROW ("ReLU", 1, 1, relu),
  ROW ("ReLU6", 1, 1, relu6),
  OTHER ("Recurrent", UNSUPPORTED, RECURRENT),
  ROW ("Reduction", 1, 1, reduction),
  OTHER ("Region", POST, N_ ("turns predictions into boxes")),
  OTHER ("Reorg", UNSUPPORTED, N_ ("is not translated")),
  ROW ("Reshape", 1, 1, reshape),
  ROW ("SPP", 1, 1, spp),
  ROW ("Scale", 1, 2, scale),
  ROW ("ShuffleChannel", 1, 1, shuffle_channel),
  ROW ("Sigmoid", 1, 1, sigmoid),
  LOSS ("SigmoidCrossEntropyLoss", sigmoid),
  OTHER ("Silence", SINK, N_ ("does nothing")),
  ROW ("Slice", 1, 1, slice),
  OTHER ("SmoothL1Loss", TRAINING, LABELS),
  ROW ("Softmax", 1, 1, softmax),
  LOSS ("SoftmaxWithLoss", softmax),
  ROW ("Split", 1, 1, split),
  ROW ("Swish", 1, 1, swish),
  ROW ("TanH", 1, 1, tanh),
  ROW ("Threshold", 1, 1, threshold),
  ROW ("Tile", 1, 1, tile),
  ROW ("Upsample", 1, 2, upsample),
  SOURCE ("VideoData", data),
  SOURCE ("WindowData", data),
  OTHER ("YoloDetectionOutput", POST, N_ ("turns predictions into boxes")),
};
/* clang-format on */

const guint fx_caffe_n_rows = G_N_ELEMENTS (fx_caffe_rows);

const FxCaffeRow *
fx_caffe_row_find (const char *type)
{
  for (guint i = 0; i < fx_caffe_n_rows; i++)
    if (strcmp (fx_caffe_rows[i].type, type) == 0)
      return &fx_caffe_rows[i];

  return NULL;
}
