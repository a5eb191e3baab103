/* SPDX-License-Identifier: Apache-2.0 */
#include "io/onnx-builder.h"

static void
put_names (FxRope *rope, guint number, const char *names)
{
  g_auto (GStrv) list = g_strsplit (names, ",", -1);

  for (guint i = 0; *names != '\0' && list[i] != NULL; i++)
    fx_rope_put_string (rope, number, list[i]);
}

FxRope *
build_tensor (const char *name, int dtype, const char *dims)
{
  FxRope *rope = fx_rope_new ();
  g_auto (GStrv) list = g_strsplit (dims, ",", -1);

  for (guint i = 0; *dims != '\0' && list[i] != NULL; i++)
    fx_rope_put_int (rope, 1, g_ascii_strtoll (list[i], NULL, 10));
  fx_rope_put_int (rope, 2, dtype);
  fx_rope_put_string (rope, 8, name);
  return rope;
}

FxRope *
build_raw_tensor (const char *name, int dtype, const char *dims, gconstpointer data, gsize size)
{
  FxRope *rope = build_tensor (name, dtype, dims);

  fx_rope_put_data (rope, 9, data, size);
  return rope;
}

FxRope *
build_zeros (const char *name, const char *dims)
{
  g_auto (GStrv) list = g_strsplit (dims, ",", -1);
  gsize n = 4;
  g_autofree void *data = NULL;

  for (guint i = 0; *dims != '\0' && list[i] != NULL; i++)
    n *= g_ascii_strtoull (list[i], NULL, 10);
  data = g_malloc0 (n + 1);
  return build_raw_tensor (name, FX_DTYPE_FLOAT, dims, data, n);
}

FxRope *
build_value (const char *name, int dtype, const char *dims)
{
  FxRope *info = fx_rope_new (), *type = fx_rope_new (), *tensor = fx_rope_new (), *shape = fx_rope_new ();
  g_auto (GStrv) list = g_strsplit (dims != NULL ? dims : "", ",", -1);

  for (guint i = 0; dims != NULL && *dims != '\0' && list[i] != NULL; i++)
    {
      FxRope *dim = fx_rope_new ();

      if (g_ascii_isdigit (*list[i]) || *list[i] == '-')
        fx_rope_put_int (dim, 1, g_ascii_strtoll (list[i], NULL, 10));
      else
        fx_rope_put_string (dim, 2, list[i]);
      fx_rope_take_message (shape, 1, dim);
    }
  fx_rope_put_int (tensor, 1, dtype);
  if (dims != NULL)
    fx_rope_take_message (tensor, 2, shape);
  else
    fx_rope_free (shape);
  fx_rope_take_message (type, 1, tensor);
  fx_rope_put_string (info, 1, name);
  fx_rope_take_message (info, 2, type);
  return info;
}

FxRope *
build_node (const char *op_type, const char *inputs, const char *outputs)
{
  FxRope *rope = fx_rope_new ();

  put_names (rope, 1, inputs);
  put_names (rope, 2, outputs);
  fx_rope_put_string (rope, 4, op_type);
  return rope;
}

FxRope *
build_int_attr (const char *name, gint64 value)
{
  FxRope *rope = fx_rope_new ();

  fx_rope_put_string (rope, 1, name);
  fx_rope_put_int (rope, 3, value);
  fx_rope_put_int (rope, 20, 2);
  return rope;
}

FxRope *
build_message_attr (const char *name, guint field, int type, FxRope *message)
{
  FxRope *rope = fx_rope_new ();

  fx_rope_put_string (rope, 1, name);
  fx_rope_take_message (rope, field, message);
  fx_rope_put_int (rope, 20, type);
  return rope;
}

FxRope *
build_relu_graph (void)
{
  FxRope *graph = fx_rope_new ();

  fx_rope_put_string (graph, 2, "relu");
  fx_rope_take_message (graph, GRAPH_NODE, build_node ("Relu", "x", "y"));
  fx_rope_take_message (graph, GRAPH_INPUT, build_value ("x", FX_DTYPE_FLOAT, "2,3"));
  fx_rope_take_message (graph, GRAPH_OUTPUT, build_value ("y", FX_DTYPE_FLOAT, "2,3"));
  return graph;
}

FxRope *
build_model (FxRope *graph, gint64 opset)
{
  FxRope *model = fx_rope_new (), *import = fx_rope_new ();

  fx_rope_put_int (model, 1, 7);
  fx_rope_take_message (model, MODEL_GRAPH, graph);
  fx_rope_put_string (import, 1, "");
  fx_rope_put_int (import, 2, opset);
  if (opset != 0)
    fx_rope_take_message (model, 8, import);
  else
    fx_rope_free (import);
  return model;
}

GBytes *
build_bytes (FxRope *model)
{
  GBytes *bytes = fx_rope_join (model);

  fx_rope_free (model);
  return bytes;
}
