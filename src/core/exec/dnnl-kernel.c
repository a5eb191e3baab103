/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/dnnl-kernel.h"

#include "core/exec/dnnl-layout.h"
#include "core/exec/fx-memory.h"
#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"

#include <string.h>

/* Where the memory of an argument comes from. */
typedef enum
{
  FROM_INPUT,
  FROM_OUTPUT,
  FROM_PACKED,
  FROM_SCRATCH,
} ArgSource;

typedef struct
{
  int arg;
  ArgSource source;
  guint index;
  dnnl_memory_desc_t desc;
  void *packed; /* owned */
} Arg;

struct _FxDnnlKernel
{
  FxKernel base;
  FxDnnl *dnnl;
  const FxKernelRequest *request; /* while it is being built */
  dnnl_primitive_desc_t pd;
  dnnl_primitive_t primitive;
  GArray *args; /* of Arg */
};

typedef struct
{
  dnnl_stream_t stream; /* borrowed from the run */
  guint n;
  dnnl_exec_arg_t *args;
  void **handles; /* what the memory objects point to now */
} State;

static void
state_free (gpointer data)
{
  State *state = data;

  if (state == NULL)
    return;
  for (guint i = 0; i < state->n; i++)
    dnnl_memory_destroy (state->args[i].memory);
  g_free (state->args);
  g_free (state->handles);
  g_free (state);
}

static gpointer
state_new (const FxKernel *base, gpointer context)
{
  const FxDnnlKernel *kernel = (const FxDnnlKernel *)base;
  State *state = g_new0 (State, 1);

  state->stream = context;
  state->args = g_new0 (dnnl_exec_arg_t, kernel->args->len);
  state->handles = g_new0 (void *, kernel->args->len);
  for (guint i = 0; i < kernel->args->len; i++)
    {
      const Arg *arg = &g_array_index (kernel->args, Arg, i);

      state->args[i].arg = arg->arg;
      state->handles[i] = arg->packed;
      if (dnnl_memory_create (&state->args[i].memory, &arg->desc, kernel->dnnl->engine,
                              arg->packed != NULL ? arg->packed : DNNL_MEMORY_NONE)
          != dnnl_success)
        {
          state_free (state);
          return NULL;
        }
      state->n++;
    }
  return state;
}

static gboolean
run (const FxKernel *base, gpointer data, void *const *inputs, void *const *outputs, void *scratch, GError **error)
{
  const FxDnnlKernel *kernel = (const FxDnnlKernel *)base;
  State *state = data;

  for (guint i = 0; i < state->n; i++)
    {
      const Arg *arg = &g_array_index (kernel->args, Arg, i);
      void *handle = arg->packed;

      switch (arg->source)
        {
        case FROM_INPUT: handle = inputs[arg->index]; break;
        case FROM_OUTPUT: handle = outputs[0]; break;
        case FROM_SCRATCH: handle = scratch; break;
        case FROM_PACKED: break;
        }
      if (handle == state->handles[i])
        continue;
      if (!fx_dnnl_check (dnnl_memory_set_data_handle (state->args[i].memory, handle), "binding memory", error))
        return FALSE;
      state->handles[i] = handle;
    }
  return fx_dnnl_check (dnnl_primitive_execute (kernel->primitive, state->stream, (int)state->n, state->args),
                        base->name, error)
         && fx_dnnl_check (dnnl_stream_wait (state->stream), base->name, error);
}

static void
kernel_free (FxKernel *base)
{
  FxDnnlKernel *kernel = (FxDnnlKernel *)base;

  for (guint i = 0; i < kernel->args->len; i++)
    fx_memory_free (g_array_index (kernel->args, Arg, i).packed);
  g_array_unref (kernel->args);
  dnnl_primitive_destroy (kernel->primitive);
  dnnl_primitive_desc_destroy (kernel->pd);
}

static const FxKernelFuncs kernel_funcs = { state_new, state_free, run, kernel_free };

gboolean
fx_dnnl_check (dnnl_status_t status, const char *what, GError **error)
{
  if (status == dnnl_success)
    return TRUE;
  if (status == dnnl_out_of_memory)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "oneDNN: %s: out of memory", what);
  return fx_fail (error, FX_ERROR_FAILED, "oneDNN: %s failed with status %d", what, (int)status);
}

static void
add_arg (FxDnnlKernel *kernel, Arg arg)
{
  g_array_append_val (kernel->args, arg);
}

dnnl_primitive_attr_t
fx_dnnl_attr_new (const FxKernelRequest *request)
{
  dnnl_primitive_attr_t attr = NULL;
  dnnl_post_ops_t posts = NULL;
  gboolean ok = dnnl_primitive_attr_create (&attr) == dnnl_success
                && dnnl_primitive_attr_set_scratchpad_mode (attr, dnnl_scratchpad_mode_user) == dnnl_success;

  if (ok && request != NULL && request->n_posts > 0)
    {
      ok = dnnl_post_ops_create (&posts) == dnnl_success;
      for (guint i = 0; ok && i < request->n_posts; i++)
        {
          const FxPost *post = &request->posts[i];
          dnnl_alg_kind_t alg;
          float alpha, beta;

          if (post->is_sum)
            ok = dnnl_post_ops_append_sum (posts, 1.0f) == dnnl_success;
          else
            ok = fx_dnnl_activation (&post->activation, &alg, &alpha, &beta)
                 && dnnl_post_ops_append_eltwise (posts, 1.0f, alg, alpha, beta) == dnnl_success;
        }
      ok = ok && dnnl_primitive_attr_set_post_ops (attr, posts) == dnnl_success;
      dnnl_post_ops_destroy (posts);
    }
  if (!ok)
    g_clear_pointer (&attr, dnnl_primitive_attr_destroy);
  return attr;
}

static char *
kernel_name (const FxKernelRequest *request, dnnl_primitive_desc_t pd, const char *name)
{
  static const char *const activations[] = {
    [FX_ACTIVATION_NONE] = "none",         [FX_ACTIVATION_RELU] = "relu",
    [FX_ACTIVATION_CLIP] = "clip",         [FX_ACTIVATION_ELU] = "elu",
    [FX_ACTIVATION_SIGMOID] = "sigmoid",   [FX_ACTIVATION_TANH] = "tanh",
    [FX_ACTIVATION_SWISH] = "swish",       [FX_ACTIVATION_HARDSWISH] = "hardswish",
    [FX_ACTIVATION_ABS] = "abs",           [FX_ACTIVATION_SQRT] = "sqrt",
    [FX_ACTIVATION_EXP] = "exp",           [FX_ACTIVATION_LINEAR] = "linear",
    [FX_ACTIVATION_SOFTPLUS] = "softplus",
  };
  GString *text = g_string_new ("dnnl ");
  const char *info = NULL;

  g_string_append (text, name);
  for (guint i = 0; request != NULL && i < request->n_posts; i++)
    g_string_append_printf (text, "+%s",
                            request->posts[i].is_sum ? "sum" : activations[request->posts[i].activation.kind]);
  if (dnnl_primitive_desc_query (pd, dnnl_query_impl_info_str, 0, (void *)&info) == dnnl_success && info != NULL)
    g_string_append_printf (text, " (%s)", info);
  return g_string_free (text, FALSE);
}

FxDnnlKernel *
fx_dnnl_kernel_new_from_pd (FxBackend *backend, const FxKernelRequest *request, dnnl_primitive_desc_t pd,
                            const char *name, GError **error)
{
  dnnl_primitive_t primitive = NULL;
  FxDnnlKernel *kernel;
  const dnnl_memory_desc_t *scratch;
  dnnl_status_t status;

  status = dnnl_primitive_create (&primitive, pd);
  if (status != dnnl_success)
    {
      dnnl_primitive_desc_destroy (pd);
      /* what it cannot do after all (absurd sizes are a run-time error to it) is left to the plain kernel */
      if (status == dnnl_out_of_memory)
        fx_dnnl_check (status, name, error);
      return NULL;
    }
  kernel = (FxDnnlKernel *)fx_kernel_alloc (sizeof *kernel, &kernel_funcs, request != NULL ? request->n_inputs : 1);
  kernel->dnnl = (FxDnnl *)backend;
  kernel->request = request;
  kernel->pd = pd;
  kernel->primitive = primitive;
  kernel->args = g_array_new (FALSE, FALSE, sizeof (Arg));
  kernel->base.name = kernel_name (request, pd, name);

  scratch = dnnl_primitive_desc_query_md (pd, dnnl_query_scratchpad_md, 0);
  kernel->base.scratch_bytes = scratch != NULL ? dnnl_memory_desc_get_size (scratch) : 0;
  if (kernel->base.scratch_bytes > 0)
    add_arg (kernel, (Arg){ DNNL_ARG_SCRATCHPAD, FROM_SCRATCH, 0, *scratch, NULL });
  return kernel;
}

/* The library's reference code is slower than the operators' own kernels. */
static gboolean
is_reference (dnnl_primitive_desc_t pd)
{
  const char *info = NULL;

  return dnnl_primitive_desc_query (pd, dnnl_query_impl_info_str, 0, (void *)&info) == dnnl_success && info != NULL
         && g_str_has_prefix (info, "ref");
}

FxDnnlKernel *
fx_dnnl_kernel_new (FxBackend *backend, const FxKernelRequest *request, const_dnnl_op_desc_t op_desc, const char *name,
                    GError **error)
{
  dnnl_primitive_attr_t attr = fx_dnnl_attr_new (request);
  dnnl_primitive_desc_t pd = NULL;
  dnnl_status_t status;

  if (attr == NULL)
    return NULL;
  status = dnnl_primitive_desc_create (&pd, op_desc, attr, ((FxDnnl *)backend)->engine, NULL);
  dnnl_primitive_attr_destroy (attr);
  if (status != dnnl_success)
    return NULL;
  if (is_reference (pd))
    {
      dnnl_primitive_desc_destroy (pd);
      return NULL;
    }
  return fx_dnnl_kernel_new_from_pd (backend, request, pd, name, error);
}

const dnnl_memory_desc_t *
fx_dnnl_kernel_desc (const FxDnnlKernel *kernel, dnnl_query_t what, int index)
{
  return dnnl_primitive_desc_query_md (kernel->pd, what, index);
}

static gboolean
same_dims (const FxShape *shape, const dnnl_memory_desc_t *desc)
{
  return shape->rank == desc->ndims && memcmp (shape->dims, desc->dims, (gsize)desc->ndims * sizeof *desc->dims) == 0;
}

void
fx_dnnl_add_input (FxDnnlKernel *kernel, int arg, guint i, const dnnl_memory_desc_t *desc)
{
  add_arg (kernel, (Arg){ arg, FROM_INPUT, i, *desc, NULL });
  if (kernel->request == NULL || same_dims (&kernel->request->inputs[i].shape, desc))
    kernel->base.input_layouts[i] = fx_dnnl_layout (desc);
}

void
fx_dnnl_add_output (FxDnnlKernel *kernel, int arg, const dnnl_memory_desc_t *desc)
{
  add_arg (kernel, (Arg){ arg, FROM_OUTPUT, 0, *desc, NULL });
  if (kernel->request == NULL || same_dims (&kernel->request->shape, desc))
    kernel->base.output_layout = fx_dnnl_layout (desc);
}

gboolean
fx_dnnl_add_packed (FxDnnlKernel *kernel, int arg, guint i, const FxTensor *constant, const dnnl_memory_desc_t *from,
                    const dnnl_memory_desc_t *to, GError **error)
{
  gsize bytes = dnnl_memory_desc_get_size (to);
  void *memory = fx_memory_alloc (bytes, error);

  if (memory == NULL)
    return FALSE;
  /* the kernel owns the memory from here on, whatever happens */
  add_arg (kernel, (Arg){ arg, FROM_PACKED, i, *to, memory });
  kernel->base.packed[i] = 1;
  kernel->base.packed_bytes += bytes;
  return fx_dnnl_reorder_now (kernel->dnnl, constant, from, memory, to, error);
}

void
fx_dnnl_sum_in_place (FxDnnlKernel *kernel, const dnnl_memory_desc_t *desc)
{
  guint last = kernel->base.n_inputs - 1;

  kernel->base.input_layouts[last] = fx_dnnl_layout (desc);
  kernel->base.over_input = (int)last;
  kernel->base.must_be_over = TRUE;
}

FxKernel *
fx_dnnl_kernel_base (FxDnnlKernel *kernel)
{
  kernel->request = NULL;
  return &kernel->base;
}
