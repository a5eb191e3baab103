/* Operators that bound their operand: Relu, Clip, and Min and Max with one constant. Two in a row are one Clip.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fixes/fx-fix-rows.h"

#include <math.h>

typedef struct
{
  FxId x;
  double low, high; /* infinite: none */
} Bounds;

static gboolean
clip_bounds (const FxEdit *edit, const FxNode *node, Bounds *bounds)
{
  FxId low = fx_edit_operand (node, 1), high = fx_edit_operand (node, 2);

  return (low == FX_NONE || fx_edit_scalar (edit, low, &bounds->low))
         && (high == FX_NONE || fx_edit_scalar (edit, high, &bounds->high));
}

/* Min or Max of a tensor and one number, in any order. */
static gboolean
extreme_bounds (const FxEdit *edit, const FxNode *node, Bounds *bounds)
{
  gboolean is_max = fx_edit_is (node, "Max");
  double *bound = is_max ? &bounds->low : &bounds->high;

  if (node->n_inputs != 2 || node->inputs[0] == FX_NONE || node->inputs[1] == FX_NONE)
    return FALSE;
  if (fx_edit_scalar (edit, node->inputs[1], bound))
    return TRUE;
  bounds->x = node->inputs[1];
  return fx_edit_scalar (edit, node->inputs[0], bound);
}

static gboolean
read_bounds (const FxEdit *edit, const FxNode *node, Bounds *bounds)
{
  FxShape before, after;

  if (node->n_outputs < 1 || node->outputs[0] == FX_NONE || node->version != FX_EDIT_OPSET)
    return FALSE;
  *bounds = (Bounds){ fx_edit_operand (node, 0), -INFINITY, INFINITY };
  if (fx_edit_is (node, "Relu"))
    bounds->low = 0.0;
  else if (fx_edit_is (node, "Clip") && !clip_bounds (edit, node, bounds))
    return FALSE;
  else if ((fx_edit_is (node, "Max") || fx_edit_is (node, "Min")) && !extreme_bounds (edit, node, bounds))
    return FALSE;
  else if (!fx_edit_is (node, "Clip") && !fx_edit_is (node, "Max") && !fx_edit_is (node, "Min"))
    return FALSE;
  before = fx_edit_shape (edit, bounds->x);
  after = fx_edit_shape (edit, node->outputs[0]);
  return fx_edit_dtype (edit, bounds->x) == FX_DTYPE_FLOAT && before.rank >= 0 && fx_shape_equal (&before, &after)
         && bounds->low <= bounds->high;
}

static void
write_bounds (FxEdit *edit, FxNode *node, const Bounds *bounds)
{
  FxId low = FX_NONE, high = FX_NONE;

  if (bounds->low == 0.0 && isinf (bounds->high))
    {
      fx_edit_become (edit, node, "Relu", 1, bounds->x);
      return;
    }
  if (isfinite (bounds->low))
    low = fx_edit_add_scalar (edit, node, "min", FX_DTYPE_FLOAT, bounds->low);
  if (isfinite (bounds->high))
    high = fx_edit_add_scalar (edit, node, "max", FX_DTYPE_FLOAT, bounds->high);
  fx_edit_become (edit, node, "Clip", high != FX_NONE ? 3 : 2, bounds->x, low, high);
}

static double
clamp (double value, const Bounds *bounds)
{
  return fmin (fmax (value, bounds->low), bounds->high);
}

/* The operator before, if it bounds as well and serves nobody else. */
static FxNode *
bounding_producer (FxEdit *edit, FxId value, Bounds *bounds)
{
  FxId producer = fx_edit_producer (edit, value);
  FxNode *node = producer != FX_NONE ? fx_graph_node (edit->graph, producer) : NULL;

  return node != NULL && fx_edit_single_use (edit, value) && read_bounds (edit, node, bounds) ? node : NULL;
}

static void
rewrite (FxEdit *edit, FxId id)
{
  FxNode *node = fx_graph_node (edit->graph, id), *before;
  g_autofree char *op = g_strdup (node->op_type);
  gboolean canonical = fx_edit_is (node, "Relu") || fx_edit_is (node, "Clip");
  Bounds outer, inner;

  if (!read_bounds (edit, node, &outer) || (isinf (outer.low) && isinf (outer.high)))
    return;
  before = bounding_producer (edit, outer.x, &inner);
  if (before != NULL)
    {
      Bounds both = { inner.x, clamp (inner.low, &outer), clamp (inner.high, &outer) };

      write_bounds (edit, node, &both);
      fx_node_add_origins (node, before);
      fx_edit_note (edit, node, "%s takes \"%s\" (%s) in and is %s now", op, before->name, before->op_type,
                    node->op_type);
    }
  else if (!canonical || (fx_edit_is (node, "Clip") && outer.low == 0.0 && isinf (outer.high)))
    {
      write_bounds (edit, node, &outer);
      fx_edit_note (edit, node, "%s is %s now", op, node->op_type);
    }
}

gboolean
fx_fix_rewrite_clip (FxEdit *edit, G_GNUC_UNUSED GError **error)
{
  return fx_edit_each (edit, rewrite);
}
