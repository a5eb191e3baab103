/* SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe-builder.h"

#include <string.h>

float *
build_floats (const char *text, gsize *n)
{
  GArray *values = g_array_new (FALSE, FALSE, sizeof (float));
  char *end;

  for (;;)
    {
      float value = (float)g_ascii_strtod (text, &end);

      if (end == text)
        break;
      g_array_append_val (values, value);
      text = end;
    }
  *n = values->len;
  return (float *)g_array_free (values, FALSE);
}

/* "1,1,2,2] 1 2 3 4" */
static FxRope *
build_blob (const char *text, gboolean legacy)
{
  FxRope *blob = fx_rope_new (), *shape = fx_rope_new ();
  const char *close = strchr (text, ']');
  g_autofree char *list = g_strndup (text, (gsize)(close - text));
  g_auto (GStrv) dims = g_strsplit (list, ",", -1);
  g_autofree float *values = NULL;
  guint n_dims = *list != '\0' ? g_strv_length (dims) : 0;
  gsize n;

  for (guint i = 0; i < n_dims; i++)
    if (legacy)
      fx_rope_put_int (blob, 4 - (n_dims - 1 - i), g_ascii_strtoll (dims[i], NULL, 10));
    else
      fx_rope_put_int (shape, 1, g_ascii_strtoll (dims[i], NULL, 10));
  for (guint i = 1; legacy && i + n_dims <= 4; i++)
    fx_rope_put_int (blob, i, 1);
  if (legacy)
    fx_rope_free (shape);
  else
    fx_rope_take_message (blob, 7, shape);
  values = build_floats (close + 1, &n);
  fx_rope_put_data (blob, 5, values, n * sizeof *values);
  return blob;
}

GBytes *
build_caffe_weights (const char *text, gboolean legacy)
{
  g_auto (GStrv) layers = g_strsplit (text, ";", -1);
  g_autoptr (FxRope) net = fx_rope_new ();

  fx_rope_put_string (net, 1, "weights");
  for (guint i = 0; layers[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (layers[i], "[", -1);
      FxRope *layer = fx_rope_new ();

      fx_rope_put_string (layer, legacy ? 4 : 1, g_strstrip (parts[0]));
      for (guint k = 1; parts[k] != NULL; k++)
        fx_rope_take_message (layer, legacy ? 6 : 7, build_blob (parts[k], legacy));
      if (legacy)
        fx_rope_put_int (layer, 5, 4);
      fx_rope_take_message (net, legacy ? 2 : 100, layer);
    }
  return fx_rope_join (net);
}
