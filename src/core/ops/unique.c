/* Unique: the different elements of a tensor, or slices of one axis, where each is first found, which one each input
 * is, and how often it comes.  https://onnx.ai/onnx/operators/onnx__Unique.html
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/ops/fx-copy.h"
#include "core/ops/fx-index.h"

typedef struct
{
  gint64 axis, sorted;
} Params;

#define NO_AXIS G_MININT64

static const FxAttrRow attrs[] = {
  FX_INT (Params, axis, NO_AXIS, "Axis of the slices; without it the tensor is flattened"),
  FX_INT (Params, sorted, 1, "1: in ascending order, 0: in order of appearance"),
  FX_ATTR_END,
};

static gboolean
infer (FxInfer *infer, GError **error)
{
  const Params *params = infer->params;
  FxShape shape = infer->inputs[0].shape, list = fx_shape_of_rank (1), inverse = list;
  int axis = 0;

  if (!fx_infer_check_type (infer, 0, "X", FX_TYPES_FLOAT | FX_TYPES_INT | FX_TYPE_BIT (BOOL), error))
    return FALSE;
  if (params->axis == NO_AXIS)
    {
      if (shape.rank >= 0)
        inverse.dims[0] = fx_dim_product (&shape, 0, shape.rank);
      shape = list;
    }
  else if (shape.rank >= 0)
    {
      if (!fx_shape_axis (&shape, params->axis, &axis, error))
        return FALSE;
      inverse.dims[0] = shape.dims[axis];
      shape.dims[axis] = FX_DIM_UNKNOWN;
    }
  fx_infer_set (infer, 0, infer->inputs[0].dtype, &shape);
  fx_infer_set (infer, 1, FX_DTYPE_INT64, &list);
  fx_infer_set (infer, 2, FX_DTYPE_INT64, &inverse);
  fx_infer_set (infer, 3, FX_DTYPE_INT64, &list);
  return TRUE;
}

/* n slices of `length` elements each, one after the other. */
typedef struct
{
  FxArray array;
  gsize n, length;
} Slices;

/* NaN comes after everything else and equals itself. */
static int
compare_elements (const FxArray *array, gsize a, gsize b)
{
  double x, y;

  if (array->dtype == FX_DTYPE_INT64)
    {
      const gint64 *data = array->data;

      return (data[a] > data[b]) - (data[a] < data[b]);
    }
  if (array->dtype == FX_DTYPE_UINT64)
    {
      const guint64 *data = array->data;

      return (data[a] > data[b]) - (data[a] < data[b]);
    }
  x = fx_array_get (array, a);
  y = fx_array_get (array, b);
  if (x != x || y != y)
    return (x != x) - (y != y);
  return (x > y) - (x < y);
}

static int
compare_slices (const Slices *slices, gsize a, gsize b)
{
  for (gsize i = 0; i < slices->length; i++)
    {
      int order = compare_elements (&slices->array, a * slices->length + i, b * slices->length + i);

      if (order != 0)
        return order;
    }
  return 0;
}

static int
compare_slices_cb (gconstpointer a, gconstpointer b, gpointer data)
{
  gint64 i = *(const gint64 *)a, k = *(const gint64 *)b;
  int order = compare_slices (data, (gsize)i, (gsize)k);

  return order != 0 ? order : (i > k) - (i < k);
}

static int
compare_ints_cb (gconstpointer a, gconstpointer b, G_GNUC_UNUSED gpointer data)
{
  gint64 i = *(const gint64 *)a, k = *(const gint64 *)b;

  return (i > k) - (i < k);
}

/* The first slice of every group of equal ones, in output order; inverse[i] is then the group of slice i. */
static gint64 *
find_groups (const Slices *slices, gboolean sorted, gint64 *inverse, gsize *n_groups)
{
  gint64 *firsts = g_new (gint64, slices->n + 1), current = 0;
  g_autofree gint64 *order = g_new (gint64, slices->n + 1), *rank = g_new (gint64, slices->n + 1);
  gsize n = 0;

  for (gsize i = 0; i < slices->n; i++)
    order[i] = (gint64)i;
  g_qsort_with_data (order, (int)slices->n, sizeof *order, compare_slices_cb, (gpointer)slices);
  for (gsize i = 0; i < slices->n; i++)
    {
      if (i == 0 || compare_slices (slices, (gsize)order[i - 1], (gsize)order[i]) != 0)
        firsts[n++] = current = order[i];
      inverse[order[i]] = current;
    }
  if (!sorted)
    g_qsort_with_data (firsts, (int)n, sizeof *firsts, compare_ints_cb, NULL);
  for (gsize i = 0; i < n; i++)
    rank[firsts[i]] = (gint64)i;
  for (gsize i = 0; i < slices->n; i++)
    inverse[i] = rank[inverse[i]];
  *n_groups = n;
  return firsts;
}

/* Puts slices (all, or those in `chosen`) between their order in memory and their place along an axis. */
static void
move_slices (const FxShape *shape, int axis, gboolean gather, const void *from, void *to, gsize size)
{
  gsize outer = fx_shape_product (shape, 0, axis), inner = fx_shape_product (shape, axis + 1, shape->rank);
  gsize n = (gsize)shape->dims[axis];
  FxCopy copy = { .rank = 0 };

  fx_copy_add (&copy, (gint64)n, (gint64)(gather ? inner : outer * inner), (gint64)(gather ? outer * inner : inner));
  fx_copy_add (&copy, (gint64)outer, (gint64)(gather ? n * inner : inner), (gint64)(gather ? inner : n * inner));
  fx_copy_add (&copy, (gint64)inner, 1, 1);
  fx_copy_run (&copy, from, to, size);
}

static gboolean
write_lists (FxEval *eval, const gint64 *firsts, gsize n_groups, const gint64 *inverse, gsize n, GError **error)
{
  gint64 *indices = fx_eval_alloc (eval, 1, FX_DTYPE_INT64, &FX_SHAPE ((gint64)n_groups), error), *inverses, *counts;

  if (indices == NULL)
    return FALSE;
  inverses = fx_eval_alloc (eval, 2, FX_DTYPE_INT64, &FX_SHAPE ((gint64)n), error);
  if (inverses == NULL)
    return FALSE;
  counts = fx_eval_alloc (eval, 3, FX_DTYPE_INT64, &FX_SHAPE ((gint64)n_groups), error);
  if (counts == NULL)
    return FALSE;
  fx_copy_bytes (indices, firsts, n_groups * sizeof *indices);
  fx_copy_bytes (inverses, inverse, n * sizeof *inverses);
  for (gsize i = 0; i < n_groups; i++)
    counts[i] = 0;
  for (gsize i = 0; i < n; i++)
    counts[inverse[i]]++;
  return TRUE;
}

static gboolean
eval (FxEval *eval, GError **error)
{
  const Params *params = eval->params;
  const FxArray *x = &eval->inputs[0];
  gsize size = fx_dtype_size (x->dtype), bytes, n_groups;
  FxShape shape = x->shape;
  g_autofree guint64 *slice_data = g_new (guint64, fx_array_bytes (x) / 8 + 1);
  g_autofree guint64 *group_data = NULL;
  g_autofree gint64 *inverse = NULL, *firsts = NULL;
  Slices slices = { .array = { x->dtype, x->shape, slice_data } };
  int axis = 0;
  void *y;

  if (params->axis == NO_AXIS)
    shape = FX_SHAPE ((gint64)fx_array_elements (x));
  else if (!fx_shape_axis (&shape, params->axis, &axis, error))
    return FALSE;
  slices.n = (gsize)shape.dims[axis];
  slices.length = fx_shape_product (&shape, 0, axis) * fx_shape_product (&shape, axis + 1, shape.rank);
  if (slices.n > G_MAXINT32)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "cannot sort %zu slices", slices.n);
  bytes = slices.length * size;
  move_slices (&shape, axis, TRUE, x->data, slice_data, size);

  inverse = g_new (gint64, slices.n + 1);
  firsts = find_groups (&slices, params->sorted != 0, inverse, &n_groups);
  group_data = g_new (guint64, n_groups * bytes / 8 + 1);
  for (gsize i = 0; i < n_groups; i++)
    fx_copy_bytes ((guint8 *)group_data + i * bytes, (const guint8 *)slice_data + (gsize)firsts[i] * bytes, bytes);
  shape.dims[axis] = (gint64)n_groups;
  y = fx_eval_alloc (eval, 0, x->dtype, &shape, error);
  if (y == NULL)
    return FALSE;
  move_slices (&shape, axis, FALSE, group_data, y, size);
  return write_lists (eval, firsts, n_groups, inverse, slices.n, error);
}

const FxOp fx_op_unique = {
  .name = "Unique",
  .doc = "The different elements of a tensor, or slices of one axis",
  .since = 11,
  .min_inputs = 1,
  .max_inputs = 1,
  .min_outputs = 1,
  .max_outputs = 4,
  .float_types = FX_TYPES_FLOAT,
  .flags = FX_OP_DYNAMIC,
  .attrs = attrs,
  .params_size = sizeof (Params),
  .infer = infer,
  .eval = eval,
};
