/* TopK: the k largest or smallest elements along an axis, best first; equal ones in order of their index.
 * https://onnx.ai/onnx/operators/onnx__TopK.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-i18n.h"
#include "core/ops/fx-kernel.h"
#include "core/ops/fx-order.h"

#include <stdlib.h>
#include <string.h>

typedef struct
{
  gint64 axis;
  gint64 k; /* opset 1 */
  gint64 largest;
  gint64 sorted;
} Params;

static const FxAttrRow attrs[] = {
  FX_INT (Params, axis, -1, "Axis to search along; negative counts from the end"),
  FX_INT (Params, k, -1, "How many; an input since opset 10"),
  FX_INT (Params, largest, 1, "1: the largest elements; 0: the smallest"),
  FX_INT (Params, sorted, 1, "1: best first; 0: any order (they are sorted all the same)"),
  FX_ATTR_END,
};

typedef struct
{
  guint64 key; /* descending */
  gint64 index;
} Entry;

static gboolean
check_k (const FxShape *x, int axis, gint64 k, GError **error)
{
  if (k < 0 || (x->dims[axis] >= 0 && k > x->dims[axis]))
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "k is %" PRId64 ", wanted 0 to the %" PRId64 " elements of axis %d", k,
                    x->dims[axis], axis);
  return TRUE;
}

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  FxShape y = infer->inputs[0].shape;
  gint64 k = params->k;
  gboolean known;
  int axis;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT | FX_TYPES_INT, error)
      || !fx_infer_get_scalar (infer, 1, "K", &k, &known, error))
    return FALSE;
  if (!infer->inputs[1].present)
    known = TRUE;
  if (y.rank >= 0)
    {
      if (!fx_shape_axis (&y, params->axis, &axis, error) || (known && !check_k (&y, axis, k, error)))
        return FALSE;
      y.dims[axis] = known ? k : FX_DIM_UNKNOWN;
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &y);
  fx_infer_set (infer, 1, FX_DTYPE_INT64, &y);
  return TRUE;
}

static int
compare (const void *a, const void *b)
{
  const Entry *left = a, *right = b;

  if (left->key != right->key)
    return left->key > right->key ? -1 : 1;
  return left->index < right->index ? -1 : left->index > right->index;
}

/* Moves the best k of n entries to the front: a heap of the k best so far, its worst on top. */
static void
keep_best (Entry *entries, gsize n, gsize k)
{
  for (gsize i = 0; i < n; i++)
    {
      gsize at = i;

      if (i < k) /* sift up */
        for (gsize up; at > 0 && compare (&entries[at], &entries[up = (at - 1) / 2]) > 0; at = up)
          {
            Entry swap = entries[at];

            entries[at] = entries[up];
            entries[up] = swap;
          }
      else if (compare (&entries[i], &entries[0]) < 0) /* replace the worst, sift down */
        {
          Entry entry = entries[i];

          at = 0;
          for (gsize down; (down = 2 * at + 1) < k; at = down)
            {
              if (down + 1 < k && compare (&entries[down + 1], &entries[down]) > 0)
                down++;
              if (compare (&entry, &entries[down]) >= 0)
                break;
              entries[at] = entries[down];
            }
          entries[at] = entry;
        }
    }
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  gsize element = fx_dtype_size (x->dtype), outer, inner, size;
  guint8 *values = eval->outputs[0].data;
  gint64 *indices = eval->outputs[1].data, k = params->k;
  g_autofree Entry *entries = NULL;
  g_autofree guint64 *keys = NULL;
  FxShape wanted = x->shape;
  int axis;

  if (eval->inputs[1].data != NULL && !fx_eval_get_scalar (eval, 1, "K", &k, error))
    return FALSE;
  if (!fx_shape_axis (&x->shape, params->axis, &axis, error) || !check_k (&x->shape, axis, k, error))
    return FALSE;
  wanted.dims[axis] = k;
  if (!fx_eval_check_shape (eval, 0, &wanted, error) || !fx_eval_check_shape (eval, 1, &wanted, error))
    return FALSE;

  size = (gsize)x->shape.dims[axis];
  outer = fx_shape_product (&x->shape, 0, axis);
  inner = fx_shape_product (&x->shape, axis + 1, x->shape.rank);
  entries = fx_scratch_new (size, sizeof *entries, error);
  keys = fx_scratch_new (size, sizeof *keys, error);
  if (entries == NULL || keys == NULL)
    return FALSE;

  for (gsize row = 0; k > 0 && row < outer * inner; row++)
    {
      gsize from = row / inner * size * inner + row % inner, to = row / inner * (gsize)k * inner + row % inner;

      fx_order_keys (x, from, inner, size, keys);
      for (gsize i = 0; i < size; i++)
        entries[i] = (Entry){ params->largest != 0 ? keys[i] : ~keys[i], (gint64)i };
      keep_best (entries, size, (gsize)k);
      qsort (entries, (gsize)k, sizeof *entries, compare);
      for (gsize i = 0; i < (gsize)k; i++)
        {
          if (values != NULL)
            memcpy (values + (to + i * inner) * element,
                    (const guint8 *)x->data + (from + (gsize)entries[i].index * inner) * element, element);
          if (indices != NULL)
            indices[to + i * inner] = entries[i].index;
        }
    }
  return TRUE;
}

const FxOp fx_op_top_k = {
  .name = "TopK",
  .doc = "The k largest or smallest elements along an axis, and where they were",
  .since = 1,
  .min_inputs = 1,
  .max_inputs = 2,
  .min_outputs = 2,
  .max_outputs = 2,
  .float_types = FX_TYPES_F32 | FX_TYPE_BIT (DOUBLE),
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
