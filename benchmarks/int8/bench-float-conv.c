/* One float convolution by oneDNN (2.x C API).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "bench-float-conv.h"

#include <oneapi/dnnl/dnnl.h>

enum
{
  SOURCE,
  WEIGHTS,
  BIAS,
  RESULT,
  N_ARGUMENTS
};

struct _BenchFloatConv
{
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_primitive_t primitive;
  dnnl_memory_t memories[N_ARGUMENTS];
  void *data[N_ARGUMENTS];
};

static void
check (dnnl_status_t status)
{
  if (status != dnnl_success)
    g_error ("oneDNN: status %d", status);
}

static void
any_layout (dnnl_memory_desc_t *desc, int n, const dnnl_dims_t dims, dnnl_format_tag_t tag)
{
  check (dnnl_memory_desc_init_by_tag (desc, n, dims, dnnl_f32, tag));
}

static void
add_memory (BenchFloatConv *conv, guint argument, const_dnnl_primitive_desc_t desc, dnnl_query_t query)
{
  const dnnl_memory_desc_t *memory = dnnl_primitive_desc_query_md (desc, query, argument == BIAS ? 1 : 0);
  gsize size = dnnl_memory_desc_get_size (memory);
  float *values = g_aligned_alloc0 (1, (size + 63) / 64 * 64, 64);

  for (gsize i = 0; i < size / sizeof *values; i++)
    values[i] = (float)(i % 17) - 8;
  conv->data[argument] = values;
  check (dnnl_memory_create (&conv->memories[argument], memory, conv->engine, values));
}

static dnnl_primitive_desc_t
describe (BenchFloatConv *conv, const BenchLayer *layer)
{
  const int pad = layer->kernel / 2, out_size = (layer->size + 2 * pad - layer->kernel) / layer->stride + 1;
  const int groups = layer->depthwise ? layer->in : 1, k = layer->kernel;
  const dnnl_dims_t source = { 1, layer->in, layer->size, layer->size };
  const dnnl_dims_t result = { 1, layer->out, out_size, out_size };
  const dnnl_dims_t dense = { layer->out, layer->in, k, k }, grouped = { groups, 1, 1, k, k };
  const dnnl_dims_t bias = { layer->out }, strides = { layer->stride, layer->stride }, pads = { pad, pad };
  dnnl_memory_desc_t source_md, weights_md, bias_md, result_md;
  dnnl_convolution_desc_t desc;
  dnnl_primitive_attr_t attributes;
  dnnl_post_ops_t post_ops;
  dnnl_primitive_desc_t primitive;

  any_layout (&source_md, 4, source, dnnl_format_tag_any);
  any_layout (&weights_md, groups > 1 ? 5 : 4, groups > 1 ? grouped : dense, dnnl_format_tag_any);
  any_layout (&bias_md, 1, bias, dnnl_x);
  any_layout (&result_md, 4, result, dnnl_format_tag_any);
  check (dnnl_convolution_forward_desc_init (&desc, dnnl_forward_inference, dnnl_convolution_direct, &source_md,
                                             &weights_md, &bias_md, &result_md, strides, pads, pads));
  check (dnnl_primitive_attr_create (&attributes));
  check (dnnl_post_ops_create (&post_ops));
  check (dnnl_post_ops_append_eltwise (post_ops, 1, dnnl_eltwise_relu, 0, 0));
  check (dnnl_primitive_attr_set_post_ops (attributes, post_ops));
  check (dnnl_primitive_desc_create (&primitive, &desc, attributes, conv->engine, NULL));
  dnnl_post_ops_destroy (post_ops);
  dnnl_primitive_attr_destroy (attributes);
  return primitive;
}

BenchFloatConv *
bench_float_conv_new (const BenchLayer *layer)
{
  BenchFloatConv *conv = g_new0 (BenchFloatConv, 1);
  dnnl_primitive_desc_t desc;

  check (dnnl_engine_create (&conv->engine, dnnl_cpu, 0));
  check (dnnl_stream_create (&conv->stream, conv->engine, dnnl_stream_default_flags));
  desc = describe (conv, layer);
  check (dnnl_primitive_create (&conv->primitive, desc));
  add_memory (conv, SOURCE, desc, dnnl_query_src_md);
  add_memory (conv, WEIGHTS, desc, dnnl_query_weights_md);
  add_memory (conv, BIAS, desc, dnnl_query_weights_md);
  add_memory (conv, RESULT, desc, dnnl_query_dst_md);
  dnnl_primitive_desc_destroy (desc);
  return conv;
}

void
bench_float_conv_run (BenchFloatConv *conv)
{
  const dnnl_exec_arg_t arguments[] = {
    { DNNL_ARG_SRC, conv->memories[SOURCE] },
    { DNNL_ARG_WEIGHTS, conv->memories[WEIGHTS] },
    { DNNL_ARG_BIAS, conv->memories[BIAS] },
    { DNNL_ARG_DST, conv->memories[RESULT] },
  };

  check (dnnl_primitive_execute (conv->primitive, conv->stream, G_N_ELEMENTS (arguments), arguments));
  check (dnnl_stream_wait (conv->stream));
}

void
bench_float_conv_free (BenchFloatConv *conv)
{
  for (guint i = 0; i < N_ARGUMENTS; i++)
    {
      dnnl_memory_destroy (conv->memories[i]);
      g_aligned_free (conv->data[i]);
    }
  dnnl_primitive_destroy (conv->primitive);
  dnnl_stream_destroy (conv->stream);
  dnnl_engine_destroy (conv->engine);
  g_free (conv);
}
