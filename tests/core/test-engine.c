/* The float engine against the plain kernels: every fusion, layout change and kind of step, on small graphs whose
 * constants are drawn from a fixed sequence.
 *
 * Which implementation oneDNN takes for a step, and so which layouts there are to join in place, depends on the CPU.
 * The cases name those of AVX2 (ONEDNN_MAX_CPU_ISA=AVX2 makes it so on newer ones); with --any-implementation only the
 * numbers are compared.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-engine.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"

#include <math.h>
#include <string.h>

#define TOLERANCE 1e-4 /* of the largest value */
#define MAX_ANY 8

/* A graph in the text form, and what some step of its plan must be ("" for anything). */
typedef struct
{
  const char *name;
  const char *text;
  const char *implementation;
} GraphCase;

#define CONV_8_16 "const %w f32[16,8,3,3] = elided 0x1\nconst %b f32[16] = elided 0x1\n"
#define CONV_POST(op)                                                                                                  \
  "input %x f32[1,8,9,7]\n" CONV_8_16 "%c f32[*] = Conv(%x, %w, %b) {pads=[1,1,1,1]} \"conv\" v13\n" op "output %y\n"

static const GraphCase graph_cases[] = {
  { "conv-plain-channels",
    "input %x f32[1,3,11,13]\nconst %w f32[5,3,3,3] = elided 0x1\n"
    "%y f32[*] = Conv(%x, %w) {strides=[2,2]} v11\noutput %y\n",
    "conv" },
  { "conv-relu", CONV_POST ("%y f32[*] = Relu(%c) v13\n"), "conv+relu" },
  { "conv-leaky", CONV_POST ("%y f32[*] = LeakyRelu(%c) {alpha=0.2} v13\n"), "conv+relu" },
  { "conv-clip", CONV_POST ("const %lo f32[] = [0]\nconst %hi f32[] = [6]\n%y f32[*] = Clip(%c, %lo, %hi) v13\n"),
    "conv+clip" },
  { "conv-clip-attributes", CONV_POST ("%y f32[*] = Clip(%c) {min=-0.5,max=0.5} v6\n"), "conv+clip" },
  { "conv-clip-one-side", CONV_POST ("const %hi f32[] = [0.25]\n%y f32[*] = Clip(%c, _, %hi) v13\n"), "conv+clip" },
  { "conv-elu", CONV_POST ("%y f32[*] = Elu(%c) {alpha=0.7} v13\n"), "conv+elu" },
  { "conv-sigmoid", CONV_POST ("%y f32[*] = Sigmoid(%c) v13\n"), "conv+sigmoid" },
  { "conv-tanh", CONV_POST ("%y f32[*] = Tanh(%c) v13\n"), "conv+tanh" },
  { "conv-hardswish", CONV_POST ("%y f32[*] = HardSwish(%c) v14\n"), "conv+hardswish" },
  { "conv-swish", CONV_POST ("%s f32[*] = Sigmoid(%c) v13\n%y f32[*] = Mul(%c, %s) v13\n"), "conv+swish" },
  { "conv-hard-gate",
    CONV_POST ("%s f32[*] = HardSigmoid(%c) {alpha=0.16666667,beta=0.5} v13\n%y f32[*] = Mul(%s, %c) v13\n"),
    "conv+hardswish" },
  { "conv-seen-twice", CONV_POST ("%r f32[*] = Relu(%c) v13\n%y f32[*] = Add(%r, %c) v13\n"), "conv" },
  { "conv-batchnorm",
    CONV_POST ("const %s f32[16] = elided 0x1\nconst %o f32[16] = elided 0x1\nconst %m f32[16] = elided 0x1\n"
               "const %v f32[16] = [1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7]\n"
               "%n f32[*] = BatchNormalization(%c, %s, %o, %m, %v) v9\n%y f32[*] = Relu(%n) v13\n"),
    "conv+relu" },
  { "batchnorm-alone",
    "input %x f32[2,3,5,4]\nconst %s f32[3] = elided 0x1\nconst %m f32[3] = elided 0x1\nconst %v f32[3] = [1,2,3]\n"
    "%y f32[*] = BatchNormalization(%x, %s, %s, %m, %v) v9\noutput %y\n",
    "" },
  { "batchnorm-first",
    "input %x f32[2,8,5,4]\nconst %w f32[8,8,1,1] = elided 0x1\nconst %s f32[8] = elided 0x1\n"
    "const %m f32[8] = elided 0x1\nconst %v f32[8] = [1,2,3,4,5,6,7,8]\n%c f32[*] = Conv(%x, %w) v11\n"
    "%n f32[*] = BatchNormalization(%c, %s, %m, %m, %v) {epsilon=0.001} v9\n%r f32[*] = Relu(%n) v13\n"
    "%d f32[*] = Conv(%r, %w) v11\n%y f32[*] = Add(%d, %c) v13\noutput %y\n",
    "batch normalization" },
  { "conv-depthwise",
    "input %x f32[2,16,9,9]\nconst %w f32[16,1,3,3] = elided 0x1\n"
    "%c f32[*] = Conv(%x, %w) {group=16,pads=[1,1,1,1],strides=[2,2]} v11\n%y f32[*] = Relu(%c) v13\noutput %y\n",
    "conv+relu" },
  { "conv-groups",
    "input %x f32[1,12,9,9]\nconst %w f32[8,3,3,3] = elided 0x1\n"
    "%y f32[*] = Conv(%x, %w) {group=4,dilations=[2,2]} v11\noutput %y\n",
    "" },
  { "conv-same-upper",
    "input %x f32[1,8,10,10]\nconst %w f32[8,8,2,4] = elided 0x1\n"
    "%y f32[*] = Conv(%x, %w) {auto_pad=\"SAME_UPPER\",strides=[2,3]} v11\noutput %y\n",
    "conv" },
  { "conv-1d",
    "input %x f32[1,8,20]\nconst %w f32[16,8,3] = elided 0x1\n"
    "%y f32[*] = Conv(%x, %w) v11\noutput %y\n",
    "" },
  { "conv-3d",
    "input %x f32[1,4,5,6,7]\nconst %w f32[8,4,2,3,3] = elided 0x1\n"
    "%y f32[*] = Conv(%x, %w) v11\noutput %y\n",
    "" },
  { "conv-computed-weights", "input %x f32[1,4,6,6]\ninput %w f32[3,4,3,3]\n%y f32[*] = Conv(%x, %w) v11\noutput %y\n",
    "plain" },
  { "deconv-relu",
    "input %x f32[1,8,5,6]\nconst %w f32[8,4,3,3] = elided 0x1\nconst %b f32[8] = elided 0x1\n"
    "%c f32[*] = ConvTranspose(%x, %w, %b) {group=2,strides=[2,2],pads=[1,1,0,0],output_padding=[1,0]} v11\n"
    "%y f32[*] = Relu(%c) v13\noutput %y\n",
    "" },
  { "deconv-batchnorm",
    "input %x f32[1,8,5,6]\nconst %w f32[8,4,2,2] = elided 0x1\nconst %s f32[8] = elided 0x1\n"
    "const %v f32[8] = [1,2,3,4,5,6,7,8]\n%c f32[*] = ConvTranspose(%x, %w) {group=2,strides=[2,2]} v11\n"
    "%y f32[*] = BatchNormalization(%c, %s, %s, %s, %v) v9\noutput %y\n",
    "" },
  { "residual",
    "input %x f32[1,8,6,6]\nconst %w f32[8,8,3,3] = elided 0x1\nconst %v f32[8,8,1,1] = elided 0x1\n"
    "%a f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} v11\n%r f32[*] = Relu(%a) v13\n"
    "%c f32[*] = Conv(%r, %v) v11\n%s f32[*] = Add(%c, %r) v13\n%t f32[*] = Relu(%s) v13\n"
    "%d f32[*] = Conv(%t, %v) v11\n%y f32[*] = Add(%t, %d) v13\noutput %y\n",
    "conv+sum+relu" },
  { "residual-of-input",
    "input %x f32[1,8,6,6]\nconst %w f32[8,8,3,3] = elided 0x1\n"
    "%c f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} v11\n%y f32[*] = Add(%c, %x) v13\noutput %y\n",
    "conv+sum" },
  { "residual-used-later",
    "input %x f32[1,8,6,6]\nconst %w f32[8,8,1,1] = elided 0x1\n"
    "%a f32[*] = Conv(%x, %w) v11\n%c f32[*] = Conv(%x, %w) v11\n%s f32[*] = Add(%a, %c) v13\n"
    "%z f32[*] = Mul(%s, %a) v13\noutput %z\noutput %s\n",
    "conv+sum" },
  { "residual-is-source",
    "input %x f32[1,8,6,6]\nconst %w f32[8,8,3,3] = elided 0x1\n%r f32[*] = Relu(%x) v13\n"
    "%c f32[*] = Conv(%r, %w) {pads=[1,1,1,1]} v11\n%y f32[*] = Add(%c, %r) v13\noutput %y\n",
    "conv+sum" },
  { "two-branches",
    "input %x f32[1,8,6,6]\nconst %w f32[16,8,1,1] = elided 0x1\nconst %v f32[16,8,3,3] = elided 0x1\n"
    "%a f32[*] = Conv(%x, %w) v11\n%b f32[*] = Conv(%x, %v) {pads=[1,1,1,1]} v11\n"
    "%s f32[*] = Add(%a, %b) v13\n%y f32[*] = Relu(%s) v13\noutput %y\n",
    "conv+sum+relu" },
  { "odd-channels-residual",
    "input %x f32[2,7,6,6]\nconst %w f32[7,7,3,3] = elided 0x1\n"
    "%a f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} v11\n%c f32[*] = Conv(%a, %w) {pads=[1,1,1,1]} v11\n"
    "%s f32[*] = Add(%a, %c) v13\n%e f32[*] = Exp(%s) v13\n%y f32[*] = Conv(%e, %w) v11\noutput %y\n",
    "" },
  { "concat-in-place",
    "input %x f32[1,8,6,6]\nconst %w f32[16,8,1,1] = elided 0x1\nconst %v f32[8,8,3,3] = elided 0x1\n"
    "const %u f32[8,24,1,1] = elided 0x1\n"
    "%a f32[*] = Conv(%x, %w) v11\n%b f32[*] = Conv(%x, %v) {pads=[1,1,1,1]} v11\n"
    "%c f32[*] = Concat(%a, %b) {axis=1} v11\n%y f32[*] = Conv(%c, %u) v11\noutput %y\n",
    "in place" },
  { "concat-batch",
    "input %x f32[2,8,6,6]\nconst %w f32[16,8,1,1] = elided 0x1\nconst %v f32[8,8,3,3] = elided 0x1\n"
    "%a f32[*] = Conv(%x, %w) v11\n%b f32[*] = Conv(%x, %v) {pads=[1,1,1,1]} v11\n"
    "%y f32[*] = Concat(%a, %b) {axis=1} v11\noutput %y\n",
    "concat" },
  { "concat-odd",
    "input %x f32[1,8,6,6]\nconst %w f32[5,8,1,1] = elided 0x1\nconst %v f32[8,8,3,3] = elided 0x1\n"
    "%a f32[*] = Conv(%x, %w) v11\n%b f32[*] = Conv(%x, %v) {pads=[1,1,1,1]} v11\n"
    "%y f32[*] = Concat(%a, %b, %a) {axis=1} v11\noutput %y\n",
    "" },
  { "concat-grows",
    "input %x f32[1,8,6,6]\nconst %w f32[8,8,1,1] = elided 0x1\nconst %v f32[8,16,1,1] = elided 0x1\n"
    "%a f32[*] = Conv(%x, %w) v11\n%c f32[*] = Concat(%a, %x) {axis=1} v11\n%b f32[*] = Conv(%c, %v) v11\n"
    "%d f32[*] = Concat(%b, %a) {axis=1} v11\n%e f32[*] = Concat(%d, %a) {axis=1} v11\n"
    "%f f32[*] = Relu(%e) v13\noutput %f\noutput %d\n",
    "" },
  { "concat-then-overwritten",
    "input %x f32[1,2,3,4]\n%a f32[*] = Relu(%x) v13\n%b f32[*] = Neg(%x) v13\n"
    "%c f32[*] = Concat(%a, %b) {axis=1} v11\n%m f32[*] = Mul(%c, %c) v13\n%d f32[*] = Exp(%a) v13\n"
    "%y f32[*] = Sub(%m, %c) v13\noutput %y\noutput %d\n",
    "" },
  { "slice-of-concat-broadcast",
    "input %x f32[1,1,3,4]\n%a f32[*] = Relu(%x) v13\n%b f32[*] = Neg(%x) v13\n"
    "%c f32[*] = Concat(%a, %b) {axis=1} v11\n%y f32[*] = Mul(%c, %a) v13\noutput %y\n",
    "" },
  { "pools",
    "input %x f32[1,8,12,12]\nconst %w f32[16,8,3,3] = elided 0x1\n%c f32[*] = Conv(%x, %w) v11\n"
    "%m f32[*] = MaxPool(%c) {kernel_shape=[3,3],strides=[2,2],ceil_mode=1} v11\n"
    "%a f32[*] = AveragePool(%m) {kernel_shape=[2,2],pads=[1,1,0,0]} v11\n"
    "%i f32[*] = AveragePool(%a) {kernel_shape=[3,3],pads=[1,1,1,1],strides=[2,2],count_include_pad=1} v11\n"
    "%g f32[*] = GlobalAveragePool(%i) v11\n%h f32[*] = GlobalMaxPool(%i) v11\n"
    "%y f32[*] = Add(%g, %h) v13\noutput %y\n",
    "pool" },
  { "max-pool-windows",
    "input %x f32[2,8,12,13]\nconst %w f32[20,8,1,1] = elided 0x1\nconst %v f32[8,20,1,1] = elided 0x1\n"
    "%c f32[*] = Conv(%x, %w) v11\n"
    "%m f32[*] = MaxPool(%c) {kernel_shape=[3,2],strides=[2,1],dilations=[2,3],pads=[1,2,3,1]} v11\n"
    "%n f32[*] = MaxPool(%m) {kernel_shape=[3,3],pads=[1,1,1,1]} v11\n%y f32[*] = Conv(%n, %v) v11\noutput %y\n",
    "max pool (blocks" },
  { "max-pool-3d",
    "input %x f32[1,8,5,6,7]\nconst %w f32[16,8,1,1,1] = elided 0x1\n%c f32[*] = Conv(%x, %w) v11\n"
    "%m f32[*] = MaxPool(%c) {kernel_shape=[2,3,3],strides=[2,1,2],pads=[1,1,1,0,1,1]} v11\n"
    "%h f32[*] = GlobalMaxPool(%m) v11\n%y f32[*] = Add(%m, %h) v13\noutput %y\n",
    "max pool" },
  { "pool-ceil-average",
    "input %x f32[1,8,6,6]\n%y f32[*] = AveragePool(%x) "
    "{kernel_shape=[3,3],strides=[2,2],pads=[1,1,1,1],ceil_mode=1,count_include_pad=1} v19\noutput %y\n",
    "" },
  { "classifier",
    "input %x f32[1,8,6,6]\nconst %w f32[20,8,3,3] = elided 0x1\nconst %f f32[20,10] = elided 0x1\n"
    "const %b f32[10] = elided 0x1\n%c f32[*] = Conv(%x, %w) v11\n%g f32[*] = GlobalAveragePool(%c) v11\n"
    "%d f32[*] = Dropout(%g) v11\n%k f32[*] = Flatten(%d) v11\n%m f32[*] = Gemm(%k, %f, %b) v11\n"
    "%r f32[*] = Relu(%m) v13\n%y f32[*] = Softmax(%r) v11\noutput %y\n",
    "inner product+relu" },
  { "gemm-transposed",
    "input %x f32[5,12]\nconst %f f32[7,12] = elided 0x1\nconst %b f32[1,7] = elided 0x1\n"
    "%y f32[*] = Gemm(%x, %f, %b) {transB=1} v11\noutput %y\n",
    "inner product" },
  { "gemm-scaled",
    "input %x f32[12,5]\nconst %f f32[7,12] = elided 0x1\nconst %b f32[5,1] = elided 0x1\n"
    "%y f32[*] = Gemm(%x, %f, %b) {transA=1,transB=1,alpha=0.5,beta=2.0} v11\noutput %y\n",
    "plain" },
  { "gemm-batchnorm",
    "input %x f32[5,12]\nconst %f f32[12,4] = elided 0x1\nconst %b f32[4] = elided 0x1\n"
    "const %v f32[4] = [1,2,3,4]\n%g f32[*] = Gemm(%x, %f, %b) v11\n"
    "%y f32[*] = BatchNormalization(%g, %b, %b, %b, %v) v9\noutput %y\n",
    "inner product" },
  { "matmul-constant",
    "input %x f32[2,3,5,12]\nconst %f f32[12,7] = elided 0x1\n%y f32[*] = MatMul(%x, %f) v13\noutput %y\n",
    "inner product" },
  { "matmul-batched", "input %x f32[2,3,5,12]\ninput %f f32[3,12,7]\n%y f32[*] = MatMul(%x, %f) v13\noutput %y\n",
    "matmul" },
  { "matmul-vectors", "input %x f32[12]\ninput %f f32[3,12,7]\n%y f32[*] = MatMul(%x, %f) v13\noutput %y\n", "plain" },
  { "broadcasts",
    "input %x f32[1,8,6,6]\nconst %w f32[16,8,1,1] = elided 0x1\nconst %k f32[1,16,1,1] = elided 0x1\n"
    "const %l f32[6,1] = elided 0x1\nconst %h f32[] = [0.5]\n%c f32[*] = Conv(%x, %w) v11\n"
    "%g f32[*] = GlobalAveragePool(%c) v11\n%s f32[*] = Sigmoid(%g) v13\n%m f32[*] = Mul(%c, %s) v13\n"
    "%a f32[*] = Add(%m, %k) v13\n%b f32[*] = Sub(%a, %l) v13\n%d f32[*] = Div(%b, %h) v13\n"
    "%e f32[*] = Sub(%h, %d) v13\n%y f32[*] = Add(%k, %e) v13\noutput %y\n",
    "binary" },
  { "scale-of-lower-rank",
    "input %x f32[1,8,6,6]\nconst %w f32[16,8,1,1] = elided 0x1\nconst %v f32[12,8,1,1] = elided 0x1\n"
    "const %k f32[16,1,1] = elided 0x1\nconst %l f32[12,1,1] = elided 0x1\n%c f32[*] = Conv(%x, %w) v11\n"
    "%r f32[*] = Relu(%c) v13\n%m f32[*] = Mul(%r, %k) v13\n%y f32[*] = Add(%m, %k) v13\n%e f32[*] = Conv(%x, %v) "
    "v11\n%d f32[*] = Relu(%e) v13\n"
    "%z f32[*] = Mul(%l, %d) v13\noutput %y\noutput %z\n",
    "binary (jit" },
  { "lrn", "input %x f32[1,12,6,6]\n%y f32[*] = LRN(%x) {size=5,alpha=0.1,beta=0.75,bias=1.0} v11\noutput %y\n", "" },
  { "softmaxes",
    "input %x f32[2,3,4,5]\n%a f32[*] = Softmax(%x) {axis=2} v11\n%b f32[*] = Softmax(%a) {axis=1} v13\n"
    "%y f32[*] = LogSoftmax(%b) {axis=-1} v13\noutput %y\n",
    "softmax" },
  { "views",
    "input %x f32[1,8,6,6]\nconst %w f32[16,8,3,3] = elided 0x1\nconst %p s64[3] = [0,2,-1]\n"
    "const %q s64[4] = [1,16,4,4]\n%c f32[*] = Conv(%x, %w) v11\n%r f32[*] = Reshape(%c, %p) v11\n"
    "%e f32[*] = Exp(%r) v13\n%t f32[*] = Reshape(%e, %q) v11\n%y f32[*] = Add(%t, %c) v13\noutput %y\noutput %r\n",
    "in place" },
  { "transpose-between",
    "input %x f32[1,8,6,6]\nconst %w f32[8,8,3,3] = elided 0x1\n%c f32[*] = Conv(%x, %w) v11\n"
    "%t f32[*] = Transpose(%c) {perm=[0,1,3,2]} v11\n%y f32[*] = Conv(%t, %w) v11\noutput %y\noutput %c\n",
    "plain" },
  { "integers",
    "input %x f32[2,3,4]\n%s s64[*] = Shape(%x) v11\nconst %o s64[1] = [1]\n%t s64[*] = Mul(%s, %o) v13\n"
    "%y f32[*] = Reshape(%x, %t) v11\n%z s64[*] = ArgMax(%x) {axis=1} v11\noutput %y\noutput %z\n",
    "" },
  { "output-twice",
    "input %x f32[1,8,6,6]\nconst %w f32[8,8,3,3] = elided 0x1\n%c f32[*] = Conv(%x, %w) v11\n"
    "%y f32[*] = Identity(%c) v13\noutput %y\noutput %c\noutput %x\n",
    "" },
  { "dynamic",
    "input %x f32[3,4]\n%r f32[*] = Relu(%x) v13\n%i s64[*] = NonZero(%r) v13\n%t s64[*] = Transpose(%i) v13\n"
    "%g f32[*] = GatherND(%x, %t) v13\n%e f32[*] = Exp(%g) v13\n%y f32[*] = ReduceSum(%e) {axes=[0]} v11\n"
    "output %y\noutput %t\noutput %e\n",
    "plain dynamic" },
  { "dynamic-shape-of",
    "input %x f32[3,4]\n%i s64[*] = NonZero(%x) v13\n%s s64[*] = Shape(%i) v13\n"
    "%c f32[*] = ConstantOfShape(%s) v9\n%y f32[*] = Add(%c, %c) v13\noutput %y\n",
    "plain dynamic" },
  { "declared-for-an-example",
    "input %x f32[3,4]\n%r f32[*] = Relu(%x) v13\n%i s64[2,99] = NonZero(%r) v13\n"
    "%t s64[99,2] = Transpose(%i) v13\n%y f32[99] = GatherND(%x, %t) v13\noutput %y\n",
    "plain dynamic" },
  { "second-output-only",
    "input %x f32[2,1,3]\nconst %w f32[1,16,3] = elided 0x1\nconst %r f32[1,16,4] = elided 0x1\n"
    "_, %y f32[*] = LSTM(%x, %w, %r) {hidden_size=4} v7\noutput %y\n",
    "plain" },
  { "empty",
    "input %x f32[0,3]\n%r f32[*] = Relu(%x) v13\nconst %f f32[3,2] = elided 0x1\n"
    "%y f32[*] = MatMul(%r, %f) v13\noutput %y\n",
    "plain" },
  { "half",
    "input %x f16[1,8,6,6]\nconst %w f16[8,8,3,3] = elided 0x1\n%c f16[*] = Conv(%x, %w) v11\n"
    "%y f16[*] = Relu(%c) v13\noutput %y\n",
    "" },
};

/* ---- making graphs and feeding them ---- */

static double
next_random (guint32 *state)
{
  *state = *state * 1664525u + 1013904223u;
  return (*state >> 8) / 8388608.0 - 1.0;
}

static void
fill_random (FxArray *array, guint32 *state)
{
  for (gsize i = 0; i < fx_array_elements (array); i++)
    fx_array_set (array, i, next_random (state));
}

static FxTensor *
random_tensor (FxDType dtype, const FxShape *shape, guint32 *state)
{
  FxArray array = { dtype, *shape, NULL };
  FxTensor *tensor = fx_tensor_new_alloc (dtype, shape, &array.data, NULL);

  g_assert_nonnull (tensor);
  fill_random (&array, state);
  return tensor;
}

/* The graph of a text; constants whose data is elided get random numbers. */
static FxGraph *
make_graph (const char *text)
{
  g_autofree char *with_opset = g_strconcat ("opset \"\" 13\n", text, NULL);
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (with_opset, &error);
  guint32 state = 7;

  g_assert_no_error (error);
  for (FxId v = 0; v < fx_graph_n_values (graph); v++)
    {
      FxValue *value = fx_graph_value (graph, v);
      gboolean zero = value->constant != NULL && fx_dtype_in (value->dtype, FX_TYPES_FLOAT);

      for (gsize i = 0; zero && i < fx_tensor_elements (value->constant); i++)
        zero = fx_tensor_get_double (value->constant, i) == 0.0;
      if (!zero || fx_tensor_elements (value->constant) < 2)
        continue;
      fx_tensor_unref (value->constant);
      value->constant = random_tensor (value->dtype, &value->shape, &state);
    }
  return graph;
}

typedef struct
{
  FxEngine *engine;
  FxTensor *inputs[MAX_ANY], *outputs[MAX_ANY];
} Fixture;

static void
fixture_init (Fixture *fixture, const FxGraph *graph, const FxEngineOptions *options)
{
  g_autoptr (GError) error = NULL;
  guint32 state = 99;

  memset (fixture, 0, sizeof *fixture);
  fixture->engine = fx_engine_new (graph, options, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < fx_engine_n_inputs (fixture->engine); i++)
    {
      const FxValue *value = fx_engine_input (fixture->engine, i);

      fixture->inputs[i] = random_tensor (value->dtype, &value->shape, &state);
    }
}

static void
fixture_run (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxRun) run = fx_run_new (fixture->engine, &error);

  g_assert_no_error (error);
  /* twice: what a run leaves behind must not show in the next one */
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < MAX_ANY; i++)
        g_clear_pointer (&fixture->outputs[i], fx_tensor_unref);
      fx_run_execute (run, fixture->inputs, fixture->outputs, NULL, &error);
      g_assert_no_error (error);
    }
}

static void
fixture_clear (Fixture *fixture)
{
  for (guint i = 0; i < MAX_ANY; i++)
    {
      fx_tensor_unref (fixture->inputs[i]);
      fx_tensor_unref (fixture->outputs[i]);
    }
  fx_engine_unref (fixture->engine);
}

static void
assert_near (const FxTensor *found, const FxTensor *wanted, double tolerance, const char *what)
{
  double largest = 0.0;

  g_assert_cmpint (fx_tensor_dtype (found), ==, fx_tensor_dtype (wanted));
  g_assert_true (fx_shape_equal (fx_tensor_shape (found), fx_tensor_shape (wanted)));
  for (gsize i = 0; i < fx_tensor_elements (wanted); i++)
    largest = MAX (largest, fabs (fx_tensor_get_double (wanted, i)));
  for (gsize i = 0; i < fx_tensor_elements (wanted); i++)
    {
      double x = fx_tensor_get_double (found, i), y = fx_tensor_get_double (wanted, i);

      if (!(fabs (x - y) <= tolerance * largest))
        g_error ("%s: element %zu is %g, wanted %g (largest %g)", what, i, x, y, largest);
    }
}

static void
assert_same_outputs (const Fixture *a, const Fixture *b)
{
  for (guint i = 0; i < fx_engine_n_outputs (a->engine); i++)
    g_assert_true (g_bytes_equal (fx_tensor_bytes (a->outputs[i]), fx_tensor_bytes (b->outputs[i])));
}

/* ---- tests over all graphs ---- */

static void
check_plan (const FxEngine *engine)
{
  for (guint a = 0; a < fx_engine_n_buffers (engine); a++)
    {
      FxBufferInfo x = fx_engine_buffer (engine, a);

      g_assert_cmpuint (x.offset + x.size, <=, fx_engine_activation_bytes (engine));
      g_assert_cmpuint (x.offset % 64, ==, 0);
      for (guint b = 0; b < a; b++)
        {
          FxBufferInfo y = fx_engine_buffer (engine, b);
          gboolean same_time = x.first <= y.last && y.first <= x.last;
          gboolean same_place = x.offset < y.offset + y.size && y.offset < x.offset + x.size;

          g_assert_false (same_time && same_place);
        }
    }
}

static gboolean any_implementation;

static void
check_implementation (const FxEngine *engine, const char *wanted)
{
  g_autoptr (GString) all = g_string_new (NULL);
  gboolean found = any_implementation;

  for (guint i = 0; i < fx_engine_n_steps (engine); i++)
    {
      FxStepInfo info = fx_engine_step (engine, i);

      g_string_append_printf (all, " [%s: %s]", info.op_type, info.implementation);
      found = found || strstr (info.implementation, wanted) != NULL;
    }
  if (!found)
    g_error ("no step is \"%s\":%s", wanted, all->str);
}

static void
test_graph (gconstpointer data)
{
  const GraphCase *graph_case = data;
  g_autoptr (FxGraph) graph = make_graph (graph_case->text);
  FxEngineOptions reference = { .n_threads = 1, .reference_kernels = TRUE };
  Fixture wanted, one, two, kept;

  fixture_init (&wanted, graph, &reference);
  fixture_run (&wanted);
  fixture_init (&one, graph, &(FxEngineOptions){ .n_threads = 1 });
  fixture_run (&one);
  fixture_init (&two, graph, &(FxEngineOptions){ .n_threads = 2 });
  fixture_run (&two);
  fixture_init (&kept, graph, &(FxEngineOptions){ .n_threads = 2, .keep_values = TRUE });
  fixture_run (&kept);
  for (guint i = 0; i < fx_engine_n_outputs (wanted.engine); i++)
    {
      double tolerance = fx_tensor_dtype (wanted.outputs[i]) == FX_DTYPE_FLOAT16 ? 1e-3 : TOLERANCE;

      assert_near (one.outputs[i], wanted.outputs[i], tolerance, "one thread");
      assert_near (kept.outputs[i], wanted.outputs[i], tolerance, "kept values");
    }
  assert_same_outputs (&one, &two);
  check_implementation (one.engine, graph_case->implementation);
  check_plan (wanted.engine);
  check_plan (one.engine);
  check_plan (kept.engine);
  fixture_clear (&wanted);
  fixture_clear (&one);
  fixture_clear (&two);
  fixture_clear (&kept);
}

/* ---- observer ---- */

typedef struct
{
  GHashTable *seen; /* value id → FxTensor */
  GCancellable *cancellable;
  guint cancel_after; /* values; 0: never */
  guint n, n_blocks;
} Watch;

static void
watch_cb (FxId value, const FxArray *array, gpointer data)
{
  Watch *watch = data;

  if (++watch->n == watch->cancel_after)
    g_cancellable_cancel (watch->cancellable);
  if (watch->seen != NULL)
    g_hash_table_insert (watch->seen, GUINT_TO_POINTER (value), fx_tensor_new_copy (array));
}

/* Shows the value row-major, element by element as FxBlockObserver tells. */
static void
watch_blocks_cb (FxId value, const FxArray *array, gsize block, gpointer data)
{
  Watch *watch = data;
  gsize channels = (gsize)array->shape.dims[1], places = fx_shape_product (&array->shape, 2, array->shape.rank);
  gsize planes = (gsize)array->shape.dims[0] * channels;
  g_autofree float *rows = g_new (float, planes *places);
  FxArray plain = { array->dtype, array->shape, rows };

  g_assert_cmpint (array->dtype, ==, FX_DTYPE_FLOAT);
  g_assert_cmpuint (channels % block, ==, 0);
  for (gsize i = 0; i < planes; i++)
    for (gsize p = 0; p < places; p++)
      {
        gsize n = i / channels, c = i % channels;

        rows[i * places + p]
            = ((const float *)array->data)[((n * (channels / block) + c / block) * places + p) * block + c % block];
      }
  watch->n_blocks++;
  watch_cb (value, &plain, data);
}

static GHashTable *
observe (const FxGraph *graph, const FxEngineOptions *options, guint *n_blocks)
{
  g_autoptr (GError) error = NULL;
  Watch watch = { g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)fx_tensor_unref) };
  Fixture fixture;
  FxRun *run;

  fixture_init (&fixture, graph, options);
  run = fx_run_new (fixture.engine, &error);
  g_assert_no_error (error);
  fx_run_set_observer (run, watch_cb, &watch);
  fx_run_set_block_observer (run, n_blocks != NULL ? watch_blocks_cb : NULL);
  fx_run_execute (run, fixture.inputs, fixture.outputs, NULL, &error);
  g_assert_no_error (error);
  if (n_blocks != NULL)
    *n_blocks += watch.n_blocks;
  fx_run_free (run);
  fixture_clear (&fixture);
  return watch.seen;
}

/* With keep_values every value that depends on the input is shown, and is what the plain kernels give. */
static void
test_observer (gconstpointer data)
{
  const GraphCase *graph_case = data;
  g_autoptr (FxGraph) graph = make_graph (graph_case->text);
  g_autoptr (GHashTable) found = observe (graph, &(FxEngineOptions){ .n_threads = 1, .keep_values = TRUE }, NULL);
  g_autoptr (GHashTable) wanted
      = observe (graph, &(FxEngineOptions){ .n_threads = 1, .keep_values = TRUE, .reference_kernels = TRUE }, NULL);

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      const FxNode *node = fx_graph_node (graph, i);
      gpointer key = GUINT_TO_POINTER (node->outputs[0]);

      g_assert_true (g_hash_table_contains (wanted, key));
      if (g_hash_table_contains (found, key))
        assert_near (g_hash_table_lookup (found, key), g_hash_table_lookup (wanted, key), TOLERANCE, node->name);
    }
  g_assert_cmpuint (g_hash_table_size (found), >=, fx_graph_n_nodes (graph));
}

/* What is shown in blocks is what is shown row-major otherwise. */
static void
test_blocks (void)
{
  guint n_blocks = 0;

  for (guint i = 0; i < G_N_ELEMENTS (graph_cases); i++)
    {
      g_autoptr (FxGraph) graph = make_graph (graph_cases[i].text);
      FxEngineOptions options = { .n_threads = 1 };
      g_autoptr (GHashTable) wanted = observe (graph, &options, NULL), found = observe (graph, &options, &n_blocks);
      GHashTableIter iter;
      gpointer value, tensor;

      g_assert_cmpuint (g_hash_table_size (found), ==, g_hash_table_size (wanted));
      g_hash_table_iter_init (&iter, wanted);
      while (g_hash_table_iter_next (&iter, &value, &tensor))
        g_assert_true (g_bytes_equal (fx_tensor_bytes (tensor), fx_tensor_bytes (g_hash_table_lookup (found, value))));
    }
  g_assert_true (any_implementation || n_blocks > 20);
}

/* ---- cancelling ---- */

static const char *const residual_text
    = "input %x f32[1,8,6,6]\nconst %w f32[8,8,3,3] = elided 0x1\n%a f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} v11\n"
      "%b f32[*] = Conv(%a, %w) {pads=[1,1,1,1]} v11\n%s f32[*] = Add(%a, %b) v13\n%r f32[*] = Relu(%s) v13\n"
      "%i s64[*] = NonZero(%r) v13\n%t s64[*] = Transpose(%i) v13\n%g f32[*] = GatherND(%r, %t) v13\n"
      "%y f32[*] = Softmax(%r) {axis=1} v13\noutput %y\noutput %g\n";

static void
test_cancel (void)
{
  g_autoptr (FxGraph) graph = make_graph (residual_text);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  Fixture fixture;
  FxRun *run;
  guint n_shown = G_MAXUINT;

  g_cancellable_cancel (cancelled);
  g_assert_null (fx_engine_new (graph, NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);

  fixture_init (&fixture, graph, &(FxEngineOptions){ .n_threads = 1, .keep_values = TRUE });
  run = fx_run_new (fixture.engine, &error);
  for (guint k = 0; k <= n_shown; k++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      Watch watch = { NULL, cancellable, k };
      gboolean ok;

      fx_run_set_observer (run, watch_cb, &watch);
      ok = fx_run_execute (run, fixture.inputs, fixture.outputs, cancellable, &error);
      if (k == 0)
        {
          g_assert_no_error (error);
          n_shown = watch.n;
        }
      else
        {
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
          g_assert_cmpuint (watch.n, ==, k);
        }
      g_assert_true (ok == (k == 0));
      g_clear_error (&error);
      for (guint i = 0; i < fx_engine_n_outputs (fixture.engine); i++)
        {
          g_assert_true ((fixture.outputs[i] != NULL) == ok);
          g_clear_pointer (&fixture.outputs[i], fx_tensor_unref);
        }
    }
  g_assert_cmpuint (n_shown, >, 8);
  fx_run_free (run);
  fixture_clear (&fixture);
}

/* ---- several runs at once ---- */

#define N_RUNS 4
#define N_ROUNDS 25

static gpointer
run_often (gpointer data)
{
  Fixture *shared = data;
  FxTensor *outputs[MAX_ANY] = { NULL };
  FxRun *run = fx_run_new (shared->engine, NULL);

  g_assert_nonnull (run);
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      g_autoptr (GError) error = NULL;

      fx_run_execute (run, shared->inputs, outputs, NULL, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < fx_engine_n_outputs (shared->engine); i++)
        {
          g_assert_true (g_bytes_equal (fx_tensor_bytes (outputs[i]), fx_tensor_bytes (shared->outputs[i])));
          g_clear_pointer (&outputs[i], fx_tensor_unref);
        }
    }
  fx_run_free (run);
  return NULL;
}

static void
test_parallel (gconstpointer data)
{
  const GraphCase *graph_case = data;
  g_autoptr (FxGraph) graph = make_graph (graph_case->text);
  GThread *threads[N_RUNS];
  Fixture fixture;

  fixture_init (&fixture, graph, &(FxEngineOptions){ .n_threads = 2 });
  fixture_run (&fixture);
  for (guint i = 0; i < N_RUNS; i++)
    threads[i] = g_thread_new ("run", run_often, &fixture);
  for (guint i = 0; i < N_RUNS; i++)
    g_thread_join (threads[i]);
  fixture_clear (&fixture);
}

/* ---- refusals ---- */

static const struct
{
  const char *text;
  FxEngineOptions options;
  FxError code;
  const char *message;
} refusals[] = {
  { "input %x f32[N,3,4,4]\n%y f32[*] = Relu(%x) v13\noutput %y\n",
    { 0 },
    FX_ERROR_BAD_GRAPH,
    "input \"x\" has shape [N,3,4,4]" },
  { "input %x f32[2]\n%y f32[*] = Frobnicate(%x) \"odd\" v13\noutput %y\n",
    { 0 },
    FX_ERROR_UNSUPPORTED,
    "Frobnicate \"odd\"" },
  { "input %x f32[1000,1000]\n%y f32[*] = Relu(%x) \"big\" v13\noutput %y\n",
    { .max_bytes = 1000000 },
    FX_ERROR_TOO_LARGE,
    "Relu \"big\": output \"y\" of shape [1000,1000] needs 4000000 bytes" },
  { "input %x f32[1000,100]\n%a f32[*] = Relu(%x) v13\n%b f32[*] = Neg(%x) v13\n%y f32[*] = Sub(%a, %b) v13\n"
    "output %y\noutput %a\n",
    { .max_bytes = 1000000 },
    FX_ERROR_TOO_LARGE,
    "over the limit of 1000000" },
  { "input %x f32[2,3]\ninput %z f32[4,5]\n%y f32[*] = Add(%x, %z) \"sum\" v13\noutput %y\n",
    { 0 },
    FX_ERROR_BAD_GRAPH,
    "do not broadcast" },
};

static void
test_refusals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (FxGraph) graph = make_graph (refusals[i].text);
      g_autoptr (GError) error = NULL;

      g_assert_null (fx_engine_new (graph, &refusals[i].options, NULL, &error));
      g_assert_error (error, FX_ERROR, (gint)refusals[i].code);
      if (strstr (error->message, refusals[i].message) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, refusals[i].message);
    }
}

static void
expect_bad_input (FxRun *run, FxTensor *tensor, const char *message)
{
  g_autoptr (FxTensor) input = tensor;
  g_autoptr (GError) error = NULL;
  FxTensor *output = NULL;

  g_assert_false (fx_run_execute (run, &input, &output, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_null (output);
}

static void
test_bad_inputs (void)
{
  g_autoptr (FxGraph) graph = make_graph ("input %x f32[2,3]\n%y f32[*] = Relu(%x) v13\noutput %y\n");
  guint32 state = 1;
  Fixture fixture;
  FxRun *run;

  fixture_init (&fixture, graph, NULL);
  run = fx_run_new (fixture.engine, NULL);
  expect_bad_input (run, random_tensor (FX_DTYPE_FLOAT, &FX_SHAPE (3, 2), &state),
                    "input \"x\" is f32[3,2], wanted f32[2,3]");
  expect_bad_input (run, random_tensor (FX_DTYPE_UINT8, &FX_SHAPE (2, 3), &state),
                    "input \"x\" is u8[2,3], wanted f32[2,3]");
  expect_bad_input (run, NULL, "input \"x\" is missing");
  fx_run_free (run);
  fixture_clear (&fixture);
}

/* A value whose size depends on the data counts against the limit, too. */
static void
test_dynamic_limit (void)
{
  g_autoptr (FxGraph) graph = make_graph ("input %x f32[300,300]\n%y s64[*] = NonZero(%x) \"find\" v13\noutput %y\n");
  g_autoptr (GError) error = NULL;
  Fixture fixture;
  FxRun *run;

  fixture_init (&fixture, graph, &(FxEngineOptions){ .max_bytes = 400000 });
  run = fx_run_new (fixture.engine, NULL);
  g_assert_false (fx_run_execute (run, fixture.inputs, fixture.outputs, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_TOO_LARGE);
  g_assert_true (g_str_has_prefix (error->message, "NonZero \"find\": "));
  fx_run_free (run);
  fixture_clear (&fixture);
}

/* Without keep_values memory is used again: a chain of twenty needs no more than two of its values. */
static void
test_reuse (void)
{
  g_autoptr (GString) text = g_string_new ("input %v0 f32[64,64]\n");
  g_autoptr (FxGraph) graph = NULL;
  Fixture fixture;

  for (guint i = 1; i <= 20; i++)
    g_string_append_printf (text, "%%v%u f32[*] = Transpose(%%v%u) {perm=[1,0]} v13\n", i, i - 1);
  g_string_append (text, "output %v20\n");
  graph = make_graph (text->str);
  fixture_init (&fixture, graph, NULL);
  g_assert_cmpuint (fx_engine_activation_bytes (fixture.engine), <=, 2 * 64 * 64 * sizeof (float));
  fixture_clear (&fixture);
}

static void
add_graph_tests (const char *prefix, GTestDataFunc func)
{
  for (guint i = 0; i < G_N_ELEMENTS (graph_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/engine/%s/%s", prefix, graph_cases[i].name);

      g_test_add_data_func (path, &graph_cases[i], func);
    }
}

int
main (int argc, char **argv)
{
  static const GraphCase observed = { "observed", NULL, "" };
  GraphCase *watched = g_memdup2 (&observed, sizeof observed);
  int status;

  watched->text = residual_text;
  g_test_init (&argc, &argv, NULL);
  any_implementation = argc > 1 && strcmp (argv[1], "--any-implementation") == 0;
  add_graph_tests ("graph", test_graph);
  add_graph_tests ("parallel", test_parallel);
  g_test_add_data_func ("/engine/observer", watched, test_observer);
  g_test_add_func ("/engine/blocks", test_blocks);
  g_test_add_func ("/engine/cancel", test_cancel);
  g_test_add_func ("/engine/refusals", test_refusals);
  g_test_add_func ("/engine/bad-inputs", test_bad_inputs);
  g_test_add_func ("/engine/dynamic-limit", test_dynamic_limit);
  g_test_add_func ("/engine/reuse", test_reuse);
  status = g_test_run ();
  g_free (watched);
  return status;
}
