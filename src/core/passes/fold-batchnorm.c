/* Operators that scale and shift channels go into the weights in front of them.
 *
 * Batch normalization: y = scale · (x - mean) / √(var + ε) + B behind y = W · x + b is y = (k W) · x + (k (b - mean) +
 * B) with k = scale / √(var + ε) per output channel. Computed in double precision.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op.h"
#include "core/passes/fx-passes.h"

#include <math.h>
#include <string.h>

typedef struct
{
  guint n;
  double *factor, *shift; /* [n] y = factor · x + shift */
} Affine;

static gboolean
is_op (const FxNode *node, const char *name)
{
  return node->op != NULL && node->op->domain == NULL && strcmp (node->op->name, name) == 0;
}

static const FxTensor *
constant_input (const FxGraph *graph, const FxNode *node, guint i)
{
  return i < node->n_inputs && node->inputs[i] != FX_NONE ? fx_graph_value (graph, node->inputs[i])->constant : NULL;
}

static double
float_attr (const FxNode *node, const char *name, double value)
{
  const FxAttr *attr = fx_node_attr (node, name);

  return attr != NULL && attr->kind == FX_ATTR_FLOAT ? (double)attr->f : value;
}

static gint64
int_attr (const FxNode *node, const char *name, gint64 value)
{
  const FxAttr *attr = fx_node_attr (node, name);

  return attr != NULL && attr->kind == FX_ATTR_INT ? attr->i : value;
}

static void
affine_init (Affine *affine, guint n)
{
  affine->n = n;
  affine->factor = g_new (double, n + 1);
  affine->shift = g_new (double, n + 1);
}

/* What the normalization does per channel; FALSE if that is not constant. */
static gboolean
read_norm (const FxGraph *graph, const FxNode *norm, Affine *affine)
{
  const FxTensor *operands[4];
  double epsilon = float_attr (norm, "epsilon", 1e-5);

  for (guint i = 0; i < G_N_ELEMENTS (operands); i++)
    {
      operands[i] = constant_input (graph, norm, i + 1);
      if (operands[i] == NULL || fx_tensor_elements (operands[i]) != affine->n)
        return FALSE;
    }
  for (guint i = 1; i < norm->n_outputs; i++)
    if (norm->outputs[i] != FX_NONE) /* running statistics: training */
      return FALSE;
  for (guint i = 0; i < affine->n; i++)
    {
      double variance = fx_tensor_get_double (operands[3], i);

      affine->factor[i] = fx_tensor_get_double (operands[0], i) / sqrt (variance + epsilon);
      affine->shift[i]
          = fx_tensor_get_double (operands[1], i) - fx_tensor_get_double (operands[2], i) * affine->factor[i];
    }
  return TRUE;
}

/* A number, or one for each of `n` channels on axis 1 of a tensor of rank `rank`. */
static gboolean
is_per_channel (const FxTensor *constant, int rank, guint n)
{
  const FxShape *shape = fx_tensor_shape (constant);
  int axis = 1 - (rank - shape->rank);

  if (!fx_dtype_in (fx_tensor_dtype (constant), FX_TYPES_FLOAT) || rank < 2 || shape->rank > rank)
    return FALSE;
  return fx_tensor_elements (constant) == 1
         || (fx_tensor_elements (constant) == n && axis >= 0 && shape->dims[axis] == (gint64)n);
}

/* Mul or Add of a constant per channel. */
static gboolean
read_scale (const FxGraph *graph, const FxNode *node, FxId between, Affine *affine)
{
  guint side = node->n_inputs == 2 && node->inputs[1] == between ? 0 : 1;
  const FxTensor *constant = constant_input (graph, node, side);
  gboolean scales = is_op (node, "Mul");

  if (node->version < 7 || constant == NULL /* before opset 7, operands broadcast along an axis */
      || !is_per_channel (constant, fx_graph_value (graph, between)->shape.rank, affine->n))
    return FALSE;
  for (guint i = 0; i < affine->n; i++)
    {
      double value = fx_tensor_get_double (constant, fx_tensor_elements (constant) > 1 ? i : 0);

      affine->factor[i] = scales ? value : 1.0;
      affine->shift[i] = scales ? 0.0 : value;
    }
  return TRUE;
}

/* What `next` does to each of the `n` channels of its operand `between`; FALSE if that is not constant. */
static gboolean
read_affine (const FxGraph *graph, const FxNode *next, FxId between, guint n, Affine *affine)
{
  affine_init (affine, n);
  if (is_op (next, "BatchNormalization"))
    {
      if (next->inputs[0] != between || !read_norm (graph, next, affine))
        return FALSE;
    }
  else if ((!is_op (next, "Mul") && !is_op (next, "Add")) || !read_scale (graph, next, between, affine))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!isfinite (affine->factor[i]) || !isfinite (affine->shift[i]))
      return FALSE;
  return TRUE;
}

static void
affine_clear (Affine *affine)
{
  g_free (affine->factor);
  g_free (affine->shift);
}

/* How the output channels of a weight tensor lie: element i is of channel (i / inner) % channels, or in a transposed
 * convolution of group g = i / group_size of channel g · per_group + (i / inner) % per_group. */
typedef struct
{
  gsize inner, per_group, group_size;
  guint channels;
} Channels;

static gboolean
read_channels (const FxNode *node, const FxTensor *weights, Channels *channels)
{
  const FxShape *shape = fx_tensor_shape (weights);
  gsize total = fx_tensor_elements (weights);

  if (shape->rank < 2 || total == 0 || shape->dims[0] > G_MAXINT32 || shape->dims[1] > G_MAXINT32)
    return FALSE;
  *channels = (Channels){ .inner = 1, .per_group = 1, .group_size = total };
  if (is_op (node, "ConvTranspose"))
    {
      gint64 group = int_attr (node, "group", 1);

      if (group < 1 || shape->dims[0] % group != 0 || shape->dims[1] > G_MAXINT32 / group)
        return FALSE;
      channels->inner = fx_shape_product (shape, 2, shape->rank);
      channels->per_group = (gsize)shape->dims[1];
      channels->group_size = total / (gsize)group;
      channels->channels = (guint)(shape->dims[1] * group);
      return TRUE;
    }
  if (is_op (node, "Gemm"))
    {
      gboolean transposed = int_attr (node, "transB", 0) != 0;

      channels->channels = (guint)shape->dims[transposed ? 0 : 1];
      channels->inner = transposed ? (gsize)shape->dims[1] : 1;
      channels->per_group = channels->channels;
      return shape->rank == 2 && float_attr (node, "alpha", 1.0) == 1.0 && float_attr (node, "beta", 1.0) == 1.0;
    }
  channels->channels = (guint)shape->dims[0];
  channels->inner = fx_shape_product (shape, 1, shape->rank);
  channels->per_group = channels->channels;
  return is_op (node, "Conv");
}

/* to[begin … begin + n - 1] = from[…] · factor, all of one channel. */
static void
scale_run (const FxTensor *from, FxArray *to, gsize begin, gsize n, double factor)
{
  const guint8 *bytes = g_bytes_get_data (fx_tensor_bytes ((FxTensor *)from), NULL);
  float *result = to->data;

  if (to->dtype != FX_DTYPE_FLOAT)
    for (gsize i = begin; i < begin + n; i++)
      fx_array_set (to, i, fx_tensor_get_double (from, i) * factor);
  else
    for (gsize i = begin; i < begin + n; i++)
      {
        float value;

        memcpy (&value, bytes + i * sizeof value, sizeof value); /* mapped files align nothing */
        result[i] = (float)(value * factor);
      }
}

static FxTensor *
scaled_weights (const FxTensor *weights, const Channels *channels, const Affine *affine, GError **error)
{
  gsize n = fx_tensor_elements (weights);
  void *data;
  FxTensor *result = fx_tensor_new_alloc (fx_tensor_dtype (weights), fx_tensor_shape (weights), &data, error);
  FxArray array;

  if (result == NULL)
    return NULL;
  array = (FxArray){ fx_tensor_dtype (weights), *fx_tensor_shape (weights), data };
  for (gsize begin = 0; begin < n; begin += channels->inner)
    {
      gsize group = begin / channels->group_size;
      gsize channel = group * channels->per_group + begin / channels->inner % channels->per_group;

      scale_run (weights, &array, begin, channels->inner, affine->factor[channel]);
    }
  return result;
}

/* k b + shift; `bias` may be NULL, or have one element for all channels. */
static FxTensor *
shifted_bias (const FxTensor *bias, FxDType dtype, const Affine *affine, GError **error)
{
  FxShape shape = FX_SHAPE (affine->n);
  void *data;
  FxTensor *result = fx_tensor_new_alloc (dtype, &shape, &data, error);
  FxArray array = { dtype, shape, data };

  for (guint i = 0; result != NULL && i < affine->n; i++)
    {
      gsize at = bias != NULL && fx_tensor_elements (bias) > 1 ? i : 0;
      double before = bias != NULL ? fx_tensor_get_double (bias, at) : 0.0;

      fx_array_set (&array, i, before * affine->factor[i] + affine->shift[i]);
    }
  return result;
}

static gboolean
bias_fits (const FxNode *node, const FxTensor *bias, guint n)
{
  gsize elements = fx_tensor_elements (bias);

  if (!is_op (node, "Gemm"))
    return elements == n;
  /* not a column: Gemm broadcasts its bias over rows and columns */
  return elements == 1
         || (elements == n && fx_tensor_shape (bias)->dims[fx_tensor_shape (bias)->rank - 1] == (gint64)n);
}

static FxId
add_constant (FxGraph *graph, const FxNode *node, const char *suffix, FxTensor *tensor)
{
  g_autofree char *name = g_strconcat (node->name, suffix, NULL);

  return fx_graph_add_constant (graph, name, tensor);
}

/* New weights and bias at operands 1 and 2; `next` goes. */
static void
replace (FxGraph *graph, FxNode *node, FxId next_id, FxTensor *weights, FxTensor *bias)
{
  const FxNode *next = fx_graph_node (graph, next_id);
  guint n = MAX (node->n_inputs, 3);
  g_autofree FxId *inputs = g_new (FxId, n);

  memcpy (inputs, node->inputs, node->n_inputs * sizeof *inputs);
  inputs[1] = add_constant (graph, node, "_weights", weights);
  inputs[2] = add_constant (graph, node, "_bias", bias);
  fx_node_set_inputs (node, inputs, n);
  fx_node_add_origins (node, next);
  node->outputs[0] = next->outputs[0];
  fx_graph_remove_node (graph, next_id);
}

/* The channels of a node whose weights are operand 1 and whose bias is operand 2; FALSE if those are not constant. */
static gboolean
read_weights (const FxGraph *graph, const FxNode *node, const FxTensor **weights, const FxTensor **bias,
              Channels *channels)
{
  gboolean has_bias = node->n_inputs > 2 && node->inputs[2] != FX_NONE;

  *weights = constant_input (graph, node, 1);
  *bias = constant_input (graph, node, 2);
  if (*weights == NULL || !fx_dtype_in (fx_tensor_dtype (*weights), FX_TYPES_FLOAT) || (has_bias && *bias == NULL))
    return FALSE;
  if (is_op (node, "BatchNormalization"))
    {
      gsize n = fx_tensor_elements (*weights);

      *channels = (Channels){ .inner = 1, .per_group = n, .group_size = n, .channels = (guint)n };
      return n > 0 && n <= G_MAXINT32 && has_bias && fx_tensor_elements (*bias) == n
             && !(node->n_outputs > 1 && node->outputs[1] != FX_NONE);
    }
  return read_channels (node, *weights, channels) && (!has_bias || bias_fits (node, *bias, channels->channels));
}

/* Takes `next_id` into the weights of `node` if it can: *folded. */
static gboolean
fold (FxGraph *graph, FxNode *node, FxId next_id, gboolean *folded, GError **error)
{
  const FxNode *next = fx_graph_node (graph, next_id);
  const FxTensor *weights, *bias;
  Affine affine = { 0 };
  Channels channels;

  *folded = FALSE;
  if (!read_weights (graph, node, &weights, &bias, &channels))
    return TRUE;
  if (read_affine (graph, next, node->outputs[0], channels.channels, &affine))
    {
      FxTensor *new_weights = scaled_weights (weights, &channels, &affine, error);
      FxTensor *new_bias = new_weights != NULL ? shifted_bias (bias, fx_tensor_dtype (weights), &affine, error) : NULL;

      *folded = new_bias != NULL;
      if (*folded)
        replace (graph, node, next_id, new_weights, new_bias);
      else
        fx_tensor_unref (new_weights);
      affine_clear (&affine);
      return *folded;
    }
  affine_clear (&affine);
  return TRUE;
}

static gboolean
has_weights (const FxNode *node)
{
  return is_op (node, "Conv") || is_op (node, "ConvTranspose") || is_op (node, "Gemm")
         || is_op (node, "BatchNormalization");
}

/* The one node that uses the value; FX_NONE if there are more, or if the value is an output of the graph. */
static FxId
only_user (const FxGraph *graph, const FxUses *uses, FxId value)
{
  FxId user;

  if (fx_uses_count (uses, value) != 1 || uses->is_output[value])
    return FX_NONE;
  user = uses->users[uses->first[value]];
  return fx_graph_node (graph, user)->n_outputs > 0 && fx_graph_node (graph, user)->outputs[0] != FX_NONE ? user
                                                                                                          : FX_NONE;
}

gboolean
fx_pass_fold_batchnorm (FxGraph *graph, GError **error)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      FxNode *node = fx_graph_node (graph, i);
      gboolean folded = !node->removed && has_weights (node) && node->n_outputs > 0 && node->outputs[0] != FX_NONE;

      /* what is folded hands on its output, whose users stay the same: `uses` stays right about it */
      while (folded)
        {
          FxId user = only_user (graph, uses, node->outputs[0]);

          folded = FALSE;
          if (user != FX_NONE && !fold (graph, node, user, &folded, error))
            return fx_error_prefix (error, "node \"%s\"", node->name);
        }
    }
  return TRUE;
}

/* ---- what has nothing in front of it ---- */

/* y = factor · x + shift as a convolution of each channel with one weight. FALSE and *error: memory. */
static gboolean
become_conv (FxGraph *graph, FxId id, guint n, const Affine *affine, GError **error)
{
  const FxNode *norm = fx_graph_node (graph, id);
  const Channels channels = { .inner = 1, .per_group = 1, .group_size = 1, .channels = n };
  g_autoptr (FxTensor) ones = NULL;
  FxTensor *weights, *bias;
  FxId inputs[3] = { norm->inputs[0] }, output = norm->outputs[0], added;
  g_autofree char *name = g_strdup (norm->name);
  void *data;

  ones = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &FX_SHAPE (n, 1, 1, 1), &data, error);
  for (guint i = 0; ones != NULL && i < n; i++)
    ((float *)data)[i] = 1.0f;
  weights = ones != NULL ? scaled_weights (ones, &channels, affine, error) : NULL;
  bias = weights != NULL ? shifted_bias (NULL, FX_DTYPE_FLOAT, affine, error) : NULL;
  if (bias == NULL)
    {
      fx_tensor_unref (weights);
      return FALSE;
    }
  inputs[1] = fx_graph_add_constant (graph, name, weights);
  inputs[2] = fx_graph_add_constant (graph, name, bias);
  fx_graph_remove_node (graph, id);
  added = fx_graph_add_node (graph, name, "", "Conv", 11, inputs, G_N_ELEMENTS (inputs), &output, 1);
  fx_node_take_attr (fx_graph_node (graph, added), fx_attr_int ("group", n));
  fx_node_add_origins (fx_graph_node (graph, added), fx_graph_node (graph, id));
  return TRUE;
}

/* Damaged parameters are found where they are. */
static gboolean
is_finite (const Affine *affine)
{
  for (guint i = 0; i < affine->n; i++)
    if (!isfinite (affine->factor[i]) || !isfinite (affine->shift[i]))
      return FALSE;
  return TRUE;
}

static gboolean
convolve (FxGraph *graph, FxId id, gboolean *done, GError **error)
{
  const FxNode *norm = fx_graph_node (graph, id);
  const FxValue *x = norm->n_inputs > 0 && norm->inputs[0] != FX_NONE ? fx_graph_value (graph, norm->inputs[0]) : NULL;
  Affine affine = { 0 };
  gboolean ok = TRUE;

  *done = FALSE;
  if (norm->removed || !is_op (norm, "BatchNormalization") || x == NULL || x->dtype != FX_DTYPE_FLOAT
      || x->shape.rank != 4 || x->shape.dims[1] < 1 || x->shape.dims[1] > G_MAXINT32)
    return TRUE;
  affine_init (&affine, (guint)x->shape.dims[1]);
  *done = read_norm (graph, norm, &affine) && is_finite (&affine);
  if (*done)
    ok = become_conv (graph, id, affine.n, &affine, error);
  affine_clear (&affine);
  return ok;
}

gboolean
fx_pass_convolve_batchnorm (FxGraph *graph, GError **error)
{
  gboolean any = FALSE;

  for (FxId i = 0, n = fx_graph_n_nodes (graph); i < n; i++)
    {
      gboolean done;

      if (!convolve (graph, i, &done, error))
        return fx_error_prefix (error, "node \"%s\"", fx_graph_node (graph, i)->name);
      any = any || done;
    }
  if (any)
    fx_graph_compact (graph);
  return !any || fx_graph_sort (graph, error);
}
