/* Gemm and MatMul on oneDNN: an inner product where the second operand is constant, else a batched product.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

/* Y [m, n] = X [m, k] · B, where B is constant and lies as [n, k] (`transposed`) or [k, n], + bias [n]. */
static FxKernel *
inner_product (FxBackend *backend, const FxKernelRequest *request, gint64 m, gint64 k, gint64 n, gboolean transposed,
               const FxTensor *bias, guint bias_input, GError **error)
{
  dnnl_memory_desc_t src, weights, plain_weights, bias_desc, dst;
  dnnl_dims_t dims = { n, k }, strides = { transposed ? k : 1, transposed ? 1 : n };
  dnnl_inner_product_desc_t desc;
  FxDnnlKernel *kernel;
  gboolean ok;

  if (!fx_dnnl_plain_desc (&FX_SHAPE (m, k), &src) || !fx_dnnl_plain_desc (&FX_SHAPE (m, n), &dst)
      || !fx_dnnl_any_desc (&FX_SHAPE (n, k), &weights) || !fx_dnnl_plain_desc (&FX_SHAPE (n), &bias_desc)
      || dnnl_memory_desc_init_by_strides (&plain_weights, 2, dims, dnnl_f32, strides) != dnnl_success
      || dnnl_inner_product_forward_desc_init (&desc, dnnl_forward_inference, &src, &weights,
                                               bias != NULL ? &bias_desc : NULL, &dst)
             != dnnl_success)
    return NULL;
  kernel = fx_dnnl_kernel_new (backend, request, &desc, "inner product", error);
  if (kernel == NULL)
    return NULL;
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC, 0, &src);
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, &dst);
  ok = fx_dnnl_add_packed (kernel, DNNL_ARG_WEIGHTS, 1, request->inputs[1].constant, &plain_weights,
                           fx_dnnl_kernel_desc (kernel, dnnl_query_weights_md, 0), error)
       && (bias == NULL || fx_dnnl_add_packed (kernel, DNNL_ARG_BIAS, bias_input, bias, &bias_desc, &bias_desc, error));
  if (!ok)
    {
      fx_kernel_free (fx_dnnl_kernel_base (kernel));
      return NULL;
    }
  return fx_dnnl_kernel_base (kernel);
}

static gboolean
has_sum (const FxKernelRequest *request)
{
  for (guint i = 0; i < request->n_posts; i++)
    if (request->posts[i].is_sum)
      return TRUE;
  return FALSE;
}

/* As x: both operands f32 matrices, the second one constant, and the bias a constant row. Scaling and a transposed
 * first operand are left to the plain kernel. */
FxKernel *
fx_dnnl_gemm (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxOperand *a = &request->inputs[0], *b = &request->inputs[1];
  const FxOperand *c
      = request->n_inputs > 2 && request->inputs[2].dtype != FX_DTYPE_UNDEFINED ? &request->inputs[2] : NULL;
  gboolean transposed = fx_node_int (request->node, "transB", 0) != 0;
  gint64 n = request->shape.dims[1];

  if (a->dtype != FX_DTYPE_FLOAT || b->dtype != FX_DTYPE_FLOAT || b->constant == NULL || a->shape.rank != 2
      || fx_node_int (request->node, "transA", 0) != 0 || fx_node_float (request->node, "alpha", 1.0f) != 1.0f
      || has_sum (request))
    return NULL;
  if (c != NULL
      && (c->constant == NULL || c->dtype != FX_DTYPE_FLOAT || fx_node_float (request->node, "beta", 1.0f) != 1.0f
          || fx_tensor_elements (c->constant) != (gsize)n || c->shape.rank < 1
          || c->shape.dims[c->shape.rank - 1] != n))
    return NULL;
  return inner_product (backend, request, a->shape.dims[0], a->shape.dims[1], n, transposed,
                        c != NULL ? c->constant : NULL, 2, error);
}

/* The operand as a product of matrices of rank `rank`: leading ones put in front. */
static FxShape
padded_shape (const FxShape *shape, int rank)
{
  FxShape result = { .rank = rank };

  for (int i = 0; i < rank; i++)
    result.dims[i] = i < rank - shape->rank ? 1 : shape->dims[i - (rank - shape->rank)];
  return result;
}

static FxKernel *
batched (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxShape *y = &request->shape;
  FxShape a_shape = padded_shape (&request->inputs[0].shape, y->rank);
  FxShape b_shape = padded_shape (&request->inputs[1].shape, y->rank);
  dnnl_memory_desc_t a, b, dst;
  dnnl_matmul_desc_t desc;
  FxDnnlKernel *kernel;

  if (!fx_dnnl_plain_desc (&a_shape, &a) || !fx_dnnl_plain_desc (&b_shape, &b) || !fx_dnnl_plain_desc (y, &dst)
      || dnnl_matmul_desc_init (&desc, &a, &b, NULL, &dst) != dnnl_success)
    return NULL;
  kernel = fx_dnnl_kernel_new (backend, request, &desc, "matmul", error);
  if (kernel == NULL)
    return NULL;
  fx_dnnl_add_input (kernel, DNNL_ARG_SRC, 0, &a);
  fx_dnnl_add_input (kernel, DNNL_ARG_WEIGHTS, 1, &b);
  fx_dnnl_add_output (kernel, DNNL_ARG_DST, &dst);
  return fx_dnnl_kernel_base (kernel);
}

FxKernel *
fx_dnnl_matmul (FxBackend *backend, const FxKernelRequest *request, GError **error)
{
  const FxOperand *a = &request->inputs[0], *b = &request->inputs[1];

  if (a->dtype != FX_DTYPE_FLOAT || b->dtype != FX_DTYPE_FLOAT || a->shape.rank < 2 || b->shape.rank < 2
      || has_sum (request))
    return NULL;
  if (b->constant != NULL && b->shape.rank == 2)
    return inner_product (backend, request, (gint64)fx_shape_product (&a->shape, 0, a->shape.rank - 1),
                          b->shape.dims[0], b->shape.dims[1], FALSE, NULL, 0, error);
  return batched (backend, request, error);
}
