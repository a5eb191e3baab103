/* Einsum: sums of products after Einstein's convention.  https://onnx.ai/onnx/operators/onnx__Einsum.html
 *
 * Two operands are a batch of matrix products if they can be (fx-einsum-gemm.c). All else is one loop for each index of
 * the equation: those of the result outside, the others inside. A repeated letter in a term
 * is a diagonal: its strides add.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-einsum.h"
#include "core/ops/fx-kernel.h"

#define TYPES (FX_TYPES_FLOAT | FX_TYPE_BIT (INT32) | FX_TYPE_BIT (INT64))
#define MAX_OPERANDS 16
#define GEMM_MIN 512                    /* fewer products are not worth the copies */
#define MAX_PRODUCTS ((guint64)1 << 42) /* an hour on a slow machine: an absurd equation rather than a model */

typedef struct
{
  const char *equation;
} Params;

static const FxAttrRow attrs[] = {
  { .name = "equation",
    .kind = FX_ATTR_STRING,
    .offset = G_STRUCT_OFFSET (Params, equation),
    .required = TRUE,
    .doc = "Such as \"ij,jk->ik\"; without an arrow the result has the letters that occur once" },
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  const FxShape *shapes[MAX_OPERANDS];
  FxShape y = FX_SHAPE_UNKNOWN;
  FxEinsum einsum;
  gboolean ok;

  if (infer->n_inputs > MAX_OPERANDS)
    return fx_fail (error, FX_ERROR_UNSUPPORTED, "has %u operands, wanted at most %d", infer->n_inputs, MAX_OPERANDS);
  for (guint i = 0; i < infer->n_inputs; i++)
    {
      if (!infer->inputs[i].present)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "input %u is omitted but not optional", i);
      if (!fx_infer_check_type (infer, i, "operand", TYPES, error) || !fx_infer_check_equal_types (infer, 0, i, error))
        return FALSE;
      shapes[i] = &infer->inputs[i].shape;
    }
  ok = fx_einsum_parse (params->equation, shapes, infer->n_inputs, &einsum, error);
  if (ok && einsum.output.rank >= 0)
    {
      y = fx_shape_of_rank (einsum.output.rank);
      for (int k = 0; k < y.rank; k++)
        y.dims[k] = einsum.size[einsum.output.index[k]];
    }
  fx_einsum_clear (&einsum);
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  return ok;
}

/* Loops over some of the indices, outermost first. */
typedef struct
{
  int n;
  gsize size[FX_EINSUM_INDICES];
  gsize step[FX_EINSUM_INDICES][MAX_OPERANDS];
  guint64 count;
} Loops;

static gboolean
add_loop (Loops *loops, const FxEinsum *einsum, const FxArray *inputs, int index)
{
  for (guint i = 0; i < einsum->n_terms; i++)
    loops->step[loops->n][i] = fx_einsum_step (&einsum->terms[i], &inputs[i].shape, index);
  loops->size[loops->n++] = (gsize)einsum->size[index];
  return g_uint64_checked_mul (&loops->count, loops->count, (guint64)einsum->size[index]);
}

static void
offsets_of (const Loops *loops, guint n_terms, guint64 at, gsize *offsets)
{
  for (int k = loops->n - 1; k >= 0; k--)
    {
      gsize i = (gsize)(at % loops->size[k]);

      at /= loops->size[k];
      for (guint t = 0; t < n_terms; t++)
        offsets[t] += i * loops->step[k][t];
    }
}

/* Sums over the innermost loop; one and two operands are what models have. */
#define SUM_LINE(name, type, sum_type)                                                                                 \
  static sum_type sum_line_##name (const FxArray *inputs, guint n_terms, const gsize *offsets, const gsize *steps,     \
                                   gsize n)                                                                            \
  {                                                                                                                    \
    sum_type sum = 0;                                                                                                  \
                                                                                                                       \
    if (n_terms == 2)                                                                                                  \
      {                                                                                                                \
        const type *a = (const type *)inputs[0].data + offsets[0], *b = (const type *)inputs[1].data + offsets[1];     \
                                                                                                                       \
        for (gsize i = 0; i < n; i++)                                                                                  \
          sum += (sum_type)a[i * steps[0]] * (sum_type)b[i * steps[1]];                                                \
        return sum;                                                                                                    \
      }                                                                                                                \
    for (gsize i = 0; i < n; i++)                                                                                      \
      {                                                                                                                \
        sum_type product = 1;                                                                                          \
                                                                                                                       \
        for (guint t = 0; t < n_terms; t++)                                                                            \
          product *= (sum_type)((const type *)inputs[t].data)[offsets[t] + i * steps[t]];                              \
        sum += product;                                                                                                \
      }                                                                                                                \
    return sum;                                                                                                        \
  }

SUM_LINE (float, float, double)
SUM_LINE (double, double, double)
SUM_LINE (int32, gint32, guint32)
SUM_LINE (int64, gint64, guint64)

/* One element of the result. `inner` has at least one loop. */
#define ELEMENT(ID, name, type, sum_type)                                                                              \
  case FX_DTYPE_##ID:                                                                                                  \
    {                                                                                                                  \
      sum_type sum = 0;                                                                                                \
                                                                                                                       \
      for (guint64 at = 0; at < inner->count; at += n)                                                                 \
        {                                                                                                              \
          gsize here[MAX_OPERANDS];                                                                                    \
                                                                                                                       \
          for (guint t = 0; t < n_terms; t++)                                                                          \
            here[t] = offsets[t];                                                                                      \
          offsets_of (inner, n_terms, at, here);                                                                       \
          sum += sum_line_##name (inputs, n_terms, here, inner->step[inner->n - 1], n);                                \
        }                                                                                                              \
      ((type *)y->data)[element] = (type)sum;                                                                          \
    }                                                                                                                  \
    break

static void
sum_element (const FxArray *inputs, guint n_terms, const Loops *outer, const Loops *inner, gsize element, FxArray *y)
{
  gsize offsets[MAX_OPERANDS] = { 0 }, n = inner->size[inner->n - 1];

  offsets_of (outer, n_terms, element, offsets);
  switch (y->dtype)
    {
      ELEMENT (FLOAT, float, float, double);
      ELEMENT (DOUBLE, double, double, double);
      ELEMENT (INT32, int32, gint32, guint32);
      ELEMENT (INT64, int64, gint64, guint64);
    default: break; /* infer() lets no other type through */
    }
}

static gboolean
run (FxEval *eval, const FxEinsum *einsum, GError **error)
{
  g_autofree Loops *outer = g_new0 (Loops, 1), *inner = g_new0 (Loops, 1);
  gboolean in_output[FX_EINSUM_INDICES] = { FALSE };
  guint64 products;
  gboolean ok = TRUE, done = FALSE;

  outer->count = inner->count = 1;
  for (int k = 0; k < einsum->output.rank; k++)
    {
      in_output[einsum->output.index[k]] = TRUE;
      ok = ok && add_loop (outer, einsum, eval->inputs, einsum->output.index[k]);
    }
  for (int i = 0; i < FX_EINSUM_INDICES; i++)
    if (!in_output[i] && einsum->size[i] >= 0)
      ok = ok && add_loop (inner, einsum, eval->inputs, i);
  if (inner->n == 0)
    {
      inner->size[0] = 1; /* nothing is summed */
      inner->n = 1;
    }
  if (!ok || !g_uint64_checked_mul (&products, outer->count, inner->count) || products > MAX_PRODUCTS)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "the equation asks for over 2^42 products");

  if (products > GEMM_MIN && !fx_einsum_by_gemm (einsum, eval->inputs, &eval->outputs[0], &done, error))
    return FALSE;
  if (done)
    return TRUE;
#pragma omp parallel for if (products > FX_PARALLEL_MIN)
  for (guint64 element = 0; element < outer->count; element++)
    sum_element (eval->inputs, einsum->n_terms, outer, inner, (gsize)element, &eval->outputs[0]);
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxShape *shapes[MAX_OPERANDS];
  FxEinsum einsum;
  gboolean ok;

  for (guint i = 0; i < eval->n_inputs; i++)
    shapes[i] = &eval->inputs[i].shape;
  ok = fx_einsum_parse (params->equation, shapes, eval->n_inputs, &einsum, error) && run (eval, &einsum, error);
  fx_einsum_clear (&einsum);
  return ok;
}

const FxOp fx_op_einsum = {
  .name = "Einsum",
  .doc = "Sums of products of elements after an equation of index letters",
  .since = 12,
  .min_inputs = 1,
  .max_inputs = FX_VARIADIC,
  .min_outputs = 1,
  .max_outputs = 1,
  .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
