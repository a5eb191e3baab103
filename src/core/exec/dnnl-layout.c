/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-layout.h"

#include "core/graph/fx-tensor.h"

#include <string.h>

void
fx_dnnl_layout_free (FxLayout *layout)
{
  g_free (layout);
}

gboolean
fx_dnnl_layout_equal (const FxLayout *a, const FxLayout *b)
{
  return dnnl_memory_desc_equal (fx_dnnl_layout_desc (a), fx_dnnl_layout_desc (b));
}

gsize
fx_dnnl_layout_bytes (const FxLayout *layout)
{
  return dnnl_memory_desc_get_size (fx_dnnl_layout_desc (layout));
}

static gboolean
shape_of_desc (const dnnl_memory_desc_t *desc, FxShape *shape)
{
  if (desc->ndims > FX_MAX_RANK)
    return FALSE;
  *shape = fx_shape_new (desc->ndims, desc->dims);
  return TRUE;
}

/* Whether the elements lie in row-major order without gaps. Blocks of channels change nothing where there is but one
 * place per channel. */
static gboolean
is_row_major (const dnnl_memory_desc_t *desc)
{
  const dnnl_blocking_desc_t *blocking = &desc->format_desc.blocking;
  dnnl_memory_desc_t plain;
  FxShape shape;

  if (desc->format_kind != dnnl_blocked || !shape_of_desc (desc, &shape) || !fx_dnnl_plain_desc (&shape, &plain))
    return FALSE;
  if (dnnl_memory_desc_equal (desc, &plain))
    return TRUE;
  if (blocking->inner_nblks != 1 || blocking->inner_idxs[0] != 1 || desc->padded_dims[1] != desc->dims[1]
      || (desc->dims[0] > 1 && blocking->strides[0] != desc->dims[1]))
    return FALSE;
  for (int i = 2; i < desc->ndims; i++)
    if (desc->dims[i] != 1)
      return FALSE;
  return blocking->strides[1] == blocking->inner_blks[0];
}

FxLayout *
fx_dnnl_layout (const dnnl_memory_desc_t *desc)
{
  FxDnnlLayout *layout;

  if (is_row_major (desc))
    return NULL;
  layout = g_new (FxDnnlLayout, 1);
  fx_layout_init (&layout->base, &fx_backend_dnnl);
  layout->desc = *desc;
  return &layout->base;
}

gboolean
fx_dnnl_plain_desc (const FxShape *shape, dnnl_memory_desc_t *desc)
{
  dnnl_dims_t dims, strides;
  gint64 stride = 1;

  if (shape->rank < 1 || shape->rank > MIN (DNNL_MAX_NDIMS, FX_MAX_RANK))
    return FALSE;
  for (int i = shape->rank - 1; i >= 0; i--)
    {
      if (shape->dims[i] < 1 || shape->dims[i] > G_MAXINT32)
        return FALSE;
      dims[i] = shape->dims[i];
      strides[i] = stride;
      stride *= shape->dims[i];
    }
  return dnnl_memory_desc_init_by_strides (desc, shape->rank, dims, dnnl_f32, strides) == dnnl_success;
}

gboolean
fx_dnnl_tag_desc (const FxShape *shape, dnnl_format_tag_t tag, dnnl_memory_desc_t *desc)
{
  dnnl_dims_t dims = { 0 };

  /* the descriptor of the plain form checks the sizes */
  if (!fx_dnnl_plain_desc (shape, desc))
    return FALSE;
  memcpy (dims, shape->dims, (gsize)shape->rank * sizeof *dims);
  return dnnl_memory_desc_init_by_tag (desc, shape->rank, dims, dnnl_f32, tag) == dnnl_success;
}

gboolean
fx_dnnl_any_desc (const FxShape *shape, dnnl_memory_desc_t *desc)
{
  return fx_dnnl_tag_desc (shape, dnnl_format_tag_any, desc);
}

gboolean
fx_dnnl_operand_desc (const FxShape *shape, const FxLayout *layout, dnnl_memory_desc_t *desc)
{
  if (layout == NULL)
    return fx_dnnl_plain_desc (shape, desc);
  *desc = *fx_dnnl_layout_desc (layout);
  return TRUE;
}

gboolean
fx_dnnl_layout_slice (const FxLayout *layout, const FxLayout *part, int axis, gint64 begin, gsize *offset)
{
  const dnnl_memory_desc_t *whole = fx_dnnl_layout_desc (layout), *piece = fx_dnnl_layout_desc (part);
  const dnnl_blocking_desc_t *a = &whole->format_desc.blocking, *b = &piece->format_desc.blocking;
  gint64 block = 1;

  if (whole->format_kind != dnnl_blocked || piece->format_kind != dnnl_blocked || whole->ndims != piece->ndims
      || a->inner_nblks != 1 || b->inner_nblks != 1 || a->inner_idxs[0] != axis || b->inner_idxs[0] != axis
      || a->inner_blks[0] != b->inner_blks[0])
    return FALSE;

  /* everything outside of the axis has one place, everything inside is arranged alike */
  block = a->inner_blks[0];
  if (begin % block != 0 || piece->padded_dims[axis] != piece->dims[axis]
      || whole->padded_dims[axis] != whole->dims[axis])
    return FALSE;
  for (int i = 0; i < whole->ndims; i++)
    {
      if (i < axis && whole->dims[i] != 1)
        return FALSE;
      if (i >= axis && (a->strides[i] != b->strides[i] || (i > axis && a->strides[i] > a->strides[axis])))
        return FALSE;
    }
  *offset = (gsize)(begin / block * a->strides[axis]) * sizeof (float);
  return TRUE;
}

gsize
fx_dnnl_layout_block (const FxLayout *layout)
{
  const dnnl_memory_desc_t *desc = fx_dnnl_layout_desc (layout);
  const dnnl_blocking_desc_t *blocking = &desc->format_desc.blocking;
  gint64 block, stride;

  if (desc->format_kind != dnnl_blocked || desc->ndims < 3 || blocking->inner_nblks > 1
      || (blocking->inner_nblks == 1 && blocking->inner_idxs[0] != 1) || desc->padded_dims[1] != desc->dims[1])
    return 0;
  block = blocking->inner_nblks == 1 ? blocking->inner_blks[0] : desc->dims[1];

  /* from the inside out, each place begins where the one before it ends */
  stride = block;
  for (int i = desc->ndims - 1; i >= 2; stride *= desc->dims[i--])
    if (desc->dims[i] > 1 && blocking->strides[i] != stride)
      return 0;
  if (blocking->inner_nblks == 0 && blocking->strides[1] != 1)
    return 0;
  if (block < desc->dims[1] && blocking->strides[1] != stride)
    return 0;
  stride *= desc->dims[1] / block;
  return desc->dims[0] == 1 || blocking->strides[0] == stride ? (gsize)block : 0;
}

FxKernel *
fx_dnnl_reorder (FxBackend *backend, FxDType dtype, const FxShape *shape, const FxLayout *from, const FxLayout *to,
                 GError **error)
{
  FxDnnl *dnnl = (FxDnnl *)backend;
  dnnl_memory_desc_t source, target;
  dnnl_primitive_desc_t pd = NULL;
  dnnl_primitive_attr_t attr;
  FxDnnlKernel *kernel;
  dnnl_status_t status;

  if (dtype != FX_DTYPE_FLOAT || !fx_dnnl_operand_desc (shape, from, &source)
      || !fx_dnnl_operand_desc (shape, to, &target) || (attr = fx_dnnl_attr_new (NULL)) == NULL)
    return NULL;
  status = dnnl_reorder_primitive_desc_create (&pd, &source, dnnl->engine, &target, dnnl->engine, attr);
  dnnl_primitive_attr_destroy (attr);
  if (status != dnnl_success)
    return NULL;
  kernel = fx_dnnl_kernel_new_from_pd (backend, NULL, pd, "reorder", error);
  if (kernel == NULL)
    return NULL;
  fx_dnnl_add_input (kernel, DNNL_ARG_FROM, 0, &source);
  fx_dnnl_add_output (kernel, DNNL_ARG_TO, &target);
  return fx_dnnl_kernel_base (kernel);
}

/* Runs `reorder` once. */
static gboolean
execute_reorder (FxDnnl *dnnl, dnnl_primitive_t reorder, const dnnl_memory_desc_t *from, const void *source,
                 const dnnl_memory_desc_t *to, void *target, GError **error)
{
  dnnl_memory_t source_memory = NULL, target_memory = NULL;
  dnnl_stream_t stream = NULL;
  dnnl_exec_arg_t args[2];
  dnnl_status_t status = dnnl_memory_create (&source_memory, from, dnnl->engine, (void *)source);

  if (status == dnnl_success)
    status = dnnl_memory_create (&target_memory, to, dnnl->engine, target);
  if (status == dnnl_success)
    status = dnnl_stream_create (&stream, dnnl->engine, dnnl_stream_default_flags);
  if (status == dnnl_success)
    {
      args[0] = (dnnl_exec_arg_t){ DNNL_ARG_FROM, source_memory };
      args[1] = (dnnl_exec_arg_t){ DNNL_ARG_TO, target_memory };
      status = dnnl_primitive_execute (reorder, stream, G_N_ELEMENTS (args), args);
    }
  if (status == dnnl_success)
    status = dnnl_stream_wait (stream);
  dnnl_stream_destroy (stream);
  dnnl_memory_destroy (target_memory);
  dnnl_memory_destroy (source_memory);
  return fx_dnnl_check (status, "packing weights", error);
}

gboolean
fx_dnnl_reorder_now (FxDnnl *dnnl, const FxTensor *constant, const dnnl_memory_desc_t *from, void *memory,
                     const dnnl_memory_desc_t *to, GError **error)
{
  const void *data = g_bytes_get_data (fx_tensor_bytes ((FxTensor *)constant), NULL);
  g_autoptr (FxTensor) aligned = NULL;
  dnnl_primitive_desc_t pd = NULL;
  dnnl_primitive_t reorder = NULL;
  dnnl_status_t status = dnnl_reorder_primitive_desc_create (&pd, from, dnnl->engine, to, dnnl->engine, NULL);
  gboolean ok;

  /* in a mapped file a tensor may begin at any byte */
  if ((guintptr)data % sizeof (float) != 0)
    {
      aligned = fx_tensor_aligned ((FxTensor *)constant);
      data = fx_tensor_array (aligned).data;
    }
  if (status == dnnl_success)
    status = dnnl_primitive_create (&reorder, pd);
  ok = fx_dnnl_check (status, "packing weights", error)
       && execute_reorder (dnnl, reorder, from, data, to, memory, error);
  dnnl_primitive_destroy (reorder);
  dnnl_primitive_desc_destroy (pd);
  return ok;
}
