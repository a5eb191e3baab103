/* y = scale · (x - mean) / √(var + ε) + B behind y = W · x + b is y = (k W) · x + (k (b - mean) + B) with
 * k = scale / √(var + ε) per output channel. Computed in double precision.
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

/* What the normalization does per channel; FALSE if that is not constant. */
static gboolean
read_affine (const FxGraph *graph, const FxNode *norm, guint n, Affine *affine)
{
  const FxTensor *operands[4];
  double epsilon = float_attr (norm, "epsilon", 1e-5);

  for (guint i = 0; i < G_N_ELEMENTS (operands); i++)
    {
      operands[i] = constant_input (graph, norm, i + 1);
      if (operands[i] == NULL || fx_tensor_elements (operands[i]) != n)
        return FALSE;
    }
  for (guint i = 1; i < norm->n_outputs; i++)
    if (norm->outputs[i] != FX_NONE) /* running statistics: training */
      return FALSE;
  affine->n = n;
  affine->factor = g_new (double, n + 1);
  affine->shift = g_new (double, n + 1);
  for (guint i = 0; i < n; i++)
    {
      double variance = fx_tensor_get_double (operands[3], i);

      affine->factor[i] = fx_tensor_get_double (operands[0], i) / sqrt (variance + epsilon);
      affine->shift[i]
          = fx_tensor_get_double (operands[1], i) - fx_tensor_get_double (operands[2], i) * affine->factor[i];
      if (!isfinite (affine->factor[i]) || !isfinite (affine->shift[i]))
        return FALSE;
    }
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

static gboolean
fold (FxGraph *graph, FxNode *node, FxId norm_id, GError **error)
{
  const FxNode *norm = fx_graph_node (graph, norm_id);
  const FxTensor *weights = constant_input (graph, node, 1), *bias = constant_input (graph, node, 2);
  gboolean has_bias = node->n_inputs > 2 && node->inputs[2] != FX_NONE;
  Affine affine = { 0 };
  Channels channels;
  FxTensor *new_weights, *new_bias;
  FxId inputs[3];
  gboolean ok = TRUE;

  if (weights == NULL || !fx_dtype_in (fx_tensor_dtype (weights), FX_TYPES_FLOAT) || (has_bias && bias == NULL)
      || !read_channels (node, weights, &channels) || (has_bias && !bias_fits (node, bias, channels.channels)))
    return TRUE;
  if (read_affine (graph, norm, channels.channels, &affine))
    {
      new_weights = scaled_weights (weights, &channels, &affine, error);
      new_bias = new_weights != NULL ? shifted_bias (bias, fx_tensor_dtype (weights), &affine, error) : NULL;
      ok = new_bias != NULL;
      if (ok)
        {
          g_autofree char *weights_name = g_strconcat (node->name, "_weights", NULL);
          g_autofree char *bias_name = g_strconcat (node->name, "_bias", NULL);

          inputs[0] = node->inputs[0];
          inputs[1] = fx_graph_add_constant (graph, weights_name, new_weights);
          inputs[2] = fx_graph_add_constant (graph, bias_name, new_bias);
          fx_node_set_inputs (node, inputs, G_N_ELEMENTS (inputs));
          fx_node_add_origins (node, norm);
          node->outputs[0] = norm->outputs[0];
          fx_graph_remove_node (graph, norm_id);
        }
      else
        fx_tensor_unref (new_weights);
    }
  affine_clear (&affine);
  return ok;
}

gboolean
fx_pass_fold_batchnorm (FxGraph *graph, GError **error)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  guint n_values = fx_graph_n_values (graph);

  for (FxId i = 0; i < fx_graph_n_nodes (graph); i++)
    {
      FxNode *node = fx_graph_node (graph, i);
      FxId between, user;

      if (node->removed || !(is_op (node, "Conv") || is_op (node, "ConvTranspose") || is_op (node, "Gemm"))
          || node->n_outputs < 1 || node->outputs[0] == FX_NONE || node->outputs[0] >= n_values)
        continue;
      between = node->outputs[0];
      if (fx_uses_count (uses, between) != 1 || uses->is_output[between])
        continue;
      user = uses->users[uses->first[between]];
      if (is_op (fx_graph_node (graph, user), "BatchNormalization") && fx_graph_node (graph, user)->inputs[0] == between
          && !fold (graph, node, user, error))
        return fx_error_prefix (error, "node \"%s\"", node->name);
    }
  return TRUE;
}
