/* What quantization decides about a float graph: which nodes compute with integers, and what the integers of every
 * value and of every weight stand for. Plain data between calibration, the steps that improve accuracy, and the
 * builders of the integer and the QDQ network.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-thresholds.h"
#include "core/fx-types.h"

G_BEGIN_DECLS

typedef enum
{
  FX_PRECISION_FLOAT,
  FX_PRECISION_INT8,
  FX_PRECISION_INT16,
} FxPrecision;

const char *fx_precision_name (FxPrecision precision); /* "float", "int8", "int16" */
/* FALSE: there is none of that name. */
gboolean fx_precision_find (const char *name, FxPrecision *precision);

/* real = scale × (q − zero_point) */
typedef struct
{
  gboolean integer;  /* it exists as integers: an integer node computes or uses it */
  guint bits;        /* 8, 16; 32: the sums of a Conv or a product, which only float nodes use; scales are then those
                        of the node, x scale × weight scale */
  FxRange range;     /* what the integers span; 0…0 for 32 bits */
  float scale;       /* > 0; 1 for 32 bits */
  gint32 zero_point; /* 0 for 16 and 32 bits */
  const char
      *method; /* how the range was found: "max", "kl", "fixed", "shared", "constant", "given", "sums"; interned */
} FxValueQuant;

typedef struct
{
  FxPrecision precision;
  const char *reason;   /* why it stays float, a clause for people; interned. NULL */
  float *weight_scales; /* [n_weight_scales], one for each output channel; NULL: it has no constant weights */
  guint n_weight_scales;
  gint8 *weights; /* [n_weights] NULL: nearest; else the integers to use, in the order of the weight tensor */
  gsize n_weights;
  double *bias_shift; /* NULL, or [n_weight_scales] what is added to the bias, real */
} FxNodeQuant;

/* Indexed by the ids of one graph. */
typedef struct
{
  guint n_values;
  FxValueQuant *values;
  guint n_nodes;
  FxNodeQuant *nodes;
} FxQuantParams;

FxQuantParams *fx_quant_params_new (guint n_values, guint n_nodes); /* all float */
FxQuantParams *fx_quant_params_copy (const FxQuantParams *params);
/* Gives `to` what was found for the weights of nodes, integers and biases, where its scales are not larger, and larger
 * scales. Both are of the same weights, so that scales differ, but for what fx-tie-free.h moves, only in channels whose
 * bias asks for more than their weights do: with another range of the operand it may ask for less, which is no reason
 * to begin anew. */
void fx_quant_params_carry (const FxQuantParams *from, FxQuantParams *to);
void fx_quant_params_free (FxQuantParams *params); /* accepts NULL */

/* Sets range, scale and zero point of a value with `bits` 8 or 16 from the range: T / 127 or T / 32767 of the larger
 * end T with zero point 0, or, 8 bits and asymmetric, (high − low) / 255 with the integer of 0 as zero point. */
void fx_value_quant_set_range (FxValueQuant *value, const FxRange *range, gboolean asymmetric);

/* Least and largest integer of a value. */
gint32 fx_value_quant_low (const FxValueQuant *value);
gint32 fx_value_quant_high (const FxValueQuant *value);

/* clamp (rint (real / scale) + zero_point) with the quotient in single precision, as QuantizeLinear; NaN gives the zero
 * point. 8 and 16 bits. */
gint32 fx_value_quant_integer (const FxValueQuant *value, double real);

/* TRUE if the integers of both mean the same. */
gboolean fx_value_quant_equal (const FxValueQuant *a, const FxValueQuant *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxQuantParams, fx_quant_params_free)

G_END_DECLS
