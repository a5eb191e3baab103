/* Add, Sub, Mul, Div, Max and Min of two values on oneDNN, the second one of equal shape or broadcast.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"
#include "core/exec/dnnl-layout.h"
#include "core/graph/fx-graph.h"

#include <string.h>

static gboolean
algorithm_of (const FxNode *node, dnnl_alg_kind_t *alg, gboolean *commutes)
{
  static const struct
  {
    const char *op_type;
    dnnl_alg_kind_t alg;
    gboolean commutes;
  } table[] = {
    { "Add", dnnl_binary_add, TRUE },  { "Mul", dnnl_binary_mul, TRUE }, { "Sub", dnnl_binary_sub, FALSE },
    { "Div", dnnl_binary_div, FALSE }, { "Sum", dnnl_binary_add, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (fx_node_is (node, table[i].op_type))
      {
        *alg = table[i].alg;
        *commutes = table[i].commutes;
        return TRUE;
      }
  return FALSE;
}

/* The layout of the smaller operand that goes with `big`'s: that of the same tag where it varies over channels only, so
 * that the kernel reads whole blocks of them. */
static gboolean
describe_small (const FxOperand *big, const FxOperand *small, dnnl_memory_desc_t *desc)
{
  FxShape shape = { .rank = big->shape.rank };
  int gap = big->shape.rank - small->shape.rank;

  if (small->layout != NULL && gap == 0)
    {
      *desc = *fx_dnnl_layout_desc (small->layout);
      return TRUE;
    }
  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = i < gap ? 1 : small->shape.dims[i - gap];
  /* without the padding of the last block this is also the row-major order, which an operand of lower rank is in */
  if (big->layout != NULL && shape.rank == 4 && (gap == 0 || shape.dims[1] % 8 == 0)
      && shape.dims[1] == big->shape.dims[1] && shape.dims[2] == 1 && shape.dims[3] == 1
      && fx_dnnl_layout_desc (big->layout)->format_desc.blocking.inner_nblks == 1
      && fx_dnnl_layout_desc (big->layout)->format_desc.blocking.inner_blks[0] == 8)
    return fx_dnnl_tag_desc (&shape, dnnl_nChw8c, desc);
  return fx_dnnl_plain_desc (&shape, desc);
}

static FxKernel *
binary (FxBackend *backend, const FxKernelRequest *request, dnnl_alg_kind_t alg, guint big, guint small, GError **error)
{
  const FxOperand *x = &request->inputs[big], *y = &request->inputs[small];
  dnnl_memory_desc_t a, b;
  dnnl_binary_desc_t desc;
  FxDnnlKernel *kernel;
  FxKernel *base;
  gboolean ok;

  if (!fx_dnnl_operand_desc (&x->shape, x->layout, &a))
    return NULL;
  ok = fx_shape_equal (&x->shape, &y->shape) ? (b = a, TRUE) : describe_small (x, y, &b);
  if (!ok || dnnl_binary_desc_init (&desc, alg, &a, &b, &a) != dnnl_success)
    return NULL;
  kernel = fx_dnnl_kernel_new (backend, request, &desc, "binary", error);
  if (kernel == NULL)
    return NULL;
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC_0, big, &a);
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC_1, small, &b);
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, &a);
  base = fx_dnnl_kernel_base (kernel);
  base->over_input = (int)big;
  return base;
}

FxKernel *
fx_dnnl_binary (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxOperand *inputs = request->inputs;
  dnnl_alg_kind_t alg;
  gboolean commutes;

  /* a constant operand comes first in no sensible model; before opset 7 broadcasting has its own rules */
  if (request->n_inputs != 2 || inputs[0].dtype != FX_DTYPE_FLOAT || inputs[1].dtype != FX_DTYPE_FLOAT
      || !algorithm_of (request->node, &alg, &commutes) || request->node->version < 7)
    return NULL;
  if (fx_shape_equal (&inputs[0].shape, &inputs[1].shape) && inputs[1].layout != NULL && inputs[0].layout == NULL
      && commutes)
    return binary (backend, request, alg, 1, 0, error);
  if (fx_shape_equal (&inputs[0].shape, &request->shape))
    return binary (backend, request, alg, 0, 1, error);
  if (commutes && fx_shape_equal (&inputs[1].shape, &request->shape))
    return binary (backend, request, alg, 1, 0, error);
  return NULL;
}
