/* Integer kernels: what an executor of the integer network asks for.
 *
 * Activations are s8 in NHWC order, dense, real = scale × (q - zero_point). Weights are s8, symmetric, with one scale
 * for each output channel. Sums are exact in 32 bits (checked when a kernel is made), and become 8 or 16 bits by the
 * arithmetic of core/quant/fx-requant.h. The functions in fx-int8-reference.h define the numbers; what runs here is
 * equal to them bit by bit, on every CPU, for every thread count. docs/arithmetic.md states the rules.
 *
 * A kernel is made once from parameters, which are checked, and is immutable: several threads may run it at once.
 * Running one uses OpenMP's threads of the caller. Arrays are the caller's and must have the sizes that the parameters
 * imply; results never overlap operands unless said otherwise.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-dtype.h"
#include "core/quant/fx-requant.h"

G_BEGIN_DECLS

typedef struct _FxInt8Isa FxInt8Isa;

/* Window over an image. Filled by the caller except for the output size, see fx_int8_window_check(). */
typedef struct
{
  gint64 batch, in_height, in_width, in_channels, out_channels; /* pooling: out_channels = in_channels */
  gint64 kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;
  gint64 pad_top, pad_left, pad_bottom, pad_right; /* of the value zero_point */
  gint64 group;
  gint64 out_height, out_width; /* set by fx_int8_window_check() */
} FxInt8Window;

/* All sizes positive (pads not negative), not absurd, groups that divide; sets the output size. */
gboolean fx_int8_window_check (FxInt8Window *window, GError **error);

/* How sums leave a kernel. An activation such as Relu is a bound: low = zero_point. */
typedef struct
{
  FxDType dtype; /* INT8, INT16; convolution: INT32 = the sums themselves, the rest is not read */
  gint32 zero_point;
  gint32 low, high; /* bounds of the result, zero point included */
} FxInt8Output;

/* Type (s16 only if `wide`), bounds within the type, zero point (0 for s16). */
gboolean fx_int8_output_check (const FxInt8Output *output, gboolean wide, GError **error);
/* In the range of s8; 0 if not eight_bits. */
gboolean fx_int8_zero_point_check (gint32 zero_point, gboolean eight_bits, GError **error);

/* Convolution, fully connected layers as 1 × 1 on a 1 × 1 image. */
typedef struct
{
  FxInt8Window window;
  const gint8 *weights;      /* [out_channels][in_channels / group][kernel_height][kernel_width], as in ONNX */
  const gint32 *bias;        /* [out_channels] in units of input scale × weight scale; NULL: none */
  const FxRequant *requants; /* [out_channels]: input scale × weight scale / output scale; NULL for INT32 */
  gint32 input_zero_point;
  FxInt8Output output;
} FxInt8ConvParams;

typedef struct _FxInt8Conv FxInt8Conv;

/* Copies and packs what `params` points to. isa NULL: the best of this CPU. Fails on sizes that contradict each other,
 * on bounds outside the type, and where a sum could leave 32 bits. */
FxInt8Conv *fx_int8_conv_new (const FxInt8ConvParams *params, const FxInt8Isa *isa, GError **error);
void fx_int8_conv_free (FxInt8Conv *conv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxInt8Conv, fx_int8_conv_free)

/* The window with its output size. */
const FxInt8Window *fx_int8_conv_window (const FxInt8Conv *conv);

/* x [batch][in_height][in_width][in_channels] → y [batch][out_height][out_width][out_channels] of output.dtype, which
 * is aligned for its type. */
void fx_int8_conv_run (const FxInt8Conv *conv, const gint8 *x, gpointer y);

/* Arrays over channels are padded to a multiple of this many elements, so that vectors may be read past the end. */
#define FX_INT8_PADDING 64

/* y = a × a's factor + b × b's factor, rounded once. */
typedef struct
{
  FxRequantPair factors; /* that of b is negative for a difference */
  gint32 a_zero_point, b_zero_point;
  FxInt8Output output; /* INT8 or INT16 */
} FxInt8AddParams;

typedef struct
{
  FxRequantPair factors; /* that of b is negative for a difference */
  gint32 a_zero_point, b_zero_point, zero_point, low, high;
} FxInt8Add;

/* Also for 16 bits, which fx_int8_add_run() does not take. */
gboolean fx_int8_add_init (FxInt8Add *add, const FxInt8AddParams *params, GError **error);
/* n elements of each, on this thread; y may be a or b. */
void fx_int8_add_run (const FxInt8Add *add, const FxInt8Isa *isa, const gint8 *a, const gint8 *b, gint8 *y, gsize n);

/* One factor for sums of at most ±largest, repeated for as many columns as kernels read at once. */
typedef struct
{
  gint32 multiplier[FX_INT8_PADDING], shift[FX_INT8_PADDING], limit[FX_INT8_PADDING];
  gboolean limited, simple;
  gint32 zero_point, low, high;
} FxInt8Scale;

void fx_int8_scale_init (FxInt8Scale *scale, const FxRequant *factor, gint64 largest, const FxInt8Output *output);
/* n sums to INT8 on this thread; `sums` has room for a multiple of FX_INT8_PADDING. */
void fx_int8_scale_run (const FxInt8Scale *scale, const FxInt8Isa *isa, gint32 *sums, gsize n, gint8 *y);

/* y = (a - a_zero_point) × (b - b_zero_point) × factor */
typedef struct
{
  FxRequant factor;
  gint32 a_zero_point, b_zero_point;
  FxInt8Output output; /* INT8 or INT16 */
} FxInt8MulParams;

typedef struct
{
  FxRequant factor;
  gint32 a_zero_point, b_zero_point, zero_point, low, high;
  FxInt8Scale scale; /* of 8-bit products */
} FxInt8Mul;

/* Also for 16 bits, which fx_int8_mul_run() does not take. */
gboolean fx_int8_mul_init (FxInt8Mul *mul, const FxInt8MulParams *params, GError **error);
/* n elements of each, on this thread; y may be a or b. */
void fx_int8_mul_run (const FxInt8Mul *mul, const FxInt8Isa *isa, const gint8 *a, const gint8 *b, gint8 *y, gsize n);

/* y = table[x + 128]: any function of one 8-bit value. y may be x. */
void fx_int8_lookup_run (const gint8 table[256], const gint8 *x, gint8 *y, gsize n);

/* Pooling; a window that lies in the padding altogether is an error, found by the _init functions. */
typedef struct
{
  FxInt8Window window;
  double scale;            /* average: input scale / output scale; maximum: not read, the scales are the same */
  gboolean count_padding;  /* average: divide by the whole window */
  gint32 input_zero_point; /* average */
  FxInt8Output output;     /* average: INT8 */
} FxInt8Pool;

gboolean fx_int8_max_pool_init (FxInt8Pool *pool, GError **error);
gboolean fx_int8_average_pool_init (FxInt8Pool *pool, GError **error);
void fx_int8_max_pool_run (const FxInt8Pool *pool, const FxInt8Isa *isa, const gint8 *x, gint8 *y);
void fx_int8_average_pool_run (const FxInt8Pool *pool, const FxInt8Isa *isa, const gint8 *x, gint8 *y);

G_END_DECLS
