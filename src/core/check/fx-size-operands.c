/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-size-operands.h"

#include <string.h>

/* Names as in https://onnx.ai/onnx/operators/ */
static const struct
{
  const char *op;
  guint first, last;
} rows[] = {
  { "CenterCropPad", 1, 1 },   /* shape */
  { "Col2Im", 1, 2 },          /* image_shape, block_shape */
  { "ConstantOfShape", 0, 0 }, /* input */
  { "Expand", 1, 1 },          /* shape */
  { "MaxUnpool", 2, 2 },       /* output_shape */
  { "OneHot", 1, 1 },          /* depth */
  { "Pad", 1, 1 },             /* pads */
  { "Range", 0, 2 },           /* start, limit, delta */
  { "Reshape", 1, 1 },         /* shape */
  { "Resize", 1, 3 },          /* roi, scales, sizes; scales alone up to opset 10 */
  { "Slice", 1, 4 },           /* starts, ends, axes, steps */
  { "Split", 1, 1 },           /* split */
  { "Squeeze", 1, 1 },         /* axes */
  { "Tile", 1, 1 },            /* repeats */
  { "TopK", 1, 1 },            /* K */
  { "Unsqueeze", 1, 1 },       /* axes */
  { "Upsample", 1, 1 },        /* scales */
};

static gboolean
is_size_operand (const FxNode *node, guint operand)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows) && *node->domain == '\0'; i++)
    if (strcmp (rows[i].op, node->op_type) == 0)
      return operand >= rows[i].first && operand <= rows[i].last;
  return FALSE;
}

FxId
fx_size_operand_user (const FxGraph *graph, const FxUses *uses, FxId value)
{
  guint n = fx_uses_count (uses, value);

  if (n == 0 || uses->is_output[value])
    return FX_NONE;
  for (guint i = 0; i < n; i++)
    {
      const FxNode *node = fx_graph_node (graph, uses->users[uses->first[value] + i]);

      for (guint k = 0; k < node->n_inputs; k++)
        if (node->inputs[k] == value && !is_size_operand (node, k))
          return FX_NONE;
    }
  return uses->users[uses->first[value]];
}
