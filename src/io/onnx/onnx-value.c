/* ValueInfoProto: name, element type and shape of an input, output or intermediate value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/onnx/onnx-read.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "onnx.pb-c.h"

#include <string.h>

#define MAX_MESSAGE 65536

/* Exporters write these where they mean "any size"; taken for a name they would claim that all such sizes are equal. */
static gboolean
means_unknown (const char *symbol)
{
  static const char *const words[] = { "", "?", "*", "-1", "None", "none", "unk", "unknown", NULL };

  return g_strv_contains (words, symbol);
}

static gint64
symbol_dim (FxOnnxScope *scope, const char *symbol)
{
  g_autofree char *name = g_utf8_make_valid (symbol, -1);
  gpointer known;
  gint64 dim;

  if (means_unknown (name) || strlen (name) > FX_ONNX_MAX_NAME)
    return FX_DIM_UNKNOWN;
  if (g_hash_table_lookup_extended (scope->symbols, name, NULL, &known))
    return -GPOINTER_TO_INT (known);
  if (g_hash_table_size (scope->symbols) >= FX_ONNX_MAX_SYMBOLS)
    return FX_DIM_UNKNOWN;
  dim = fx_graph_symbol (scope->graph, name);
  g_hash_table_insert (scope->symbols, g_steal_pointer (&name), GINT_TO_POINTER ((int)-dim));
  return dim;
}

static gboolean
read_shape (FxOnnxReader *reader, FxOnnxScope *scope, const Fx__Onnx__TensorShapeProto *from, const char *name,
            FxShape *shape, GError **error)
{
  if (from->n_dim > FX_MAX_RANK)
    {
      fx_onnx_note (reader, FX_SEVERITY_WARNING, "rank", NULL, name, "has %zu dimensions, more than the %d supported",
                    from->n_dim, FX_MAX_RANK);
      return TRUE;
    }

  *shape = fx_shape_of_rank ((int)from->n_dim);
  for (gsize i = 0; i < from->n_dim; i++)
    {
      const Fx__Onnx__TensorShapeProto__Dimension *dim = from->dim[i];

      if (dim->value_case == FX__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM)
        shape->dims[i] = symbol_dim (scope, dim->dim_param);
      else if (dim->value_case == FX__ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE && dim->dim_value >= 0)
        {
          if (dim->dim_value > G_MAXINT32)
            return fx_fail (error, FX_ERROR_TOO_LARGE, "dimension %zu of \"%s\" is %" PRId64 ", wanted at most %d", i,
                            name, (gint64)dim->dim_value, G_MAXINT32);
          shape->dims[i] = dim->dim_value;
        }
    }
  return TRUE;
}

static gboolean
read_type (FxOnnxReader *reader, FxOnnxScope *scope, const Fx__Onnx__TypeProto *type, const char *name, FxDType *dtype,
           FxShape *shape, GError **error)
{
  const Fx__Onnx__TypeProto__Tensor *tensor = type->tensor_type;

  if (type->value_case == FX__ONNX__TYPE_PROTO__VALUE__NOT_SET)
    return TRUE;
  if (type->value_case != FX__ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE)
    {
      fx_onnx_note (reader, FX_SEVERITY_ERROR, "type", NULL, name,
                    "is a sequence, map, optional or sparse value; only dense tensors are supported");
      return TRUE;
    }

  if (tensor->has_elem_type && tensor->elem_type > 0 && tensor->elem_type < FX_N_DTYPES)
    *dtype = (FxDType)tensor->elem_type;
  else if (tensor->has_elem_type && tensor->elem_type != 0)
    fx_onnx_note (reader, FX_SEVERITY_ERROR, "type", NULL, name, "has ONNX element type %d, which is not supported",
                  tensor->elem_type);
  return tensor->shape == NULL || read_shape (reader, scope, tensor->shape, name, shape, error);
}

gboolean
fx_onnx_read_value_info (FxOnnxReader *reader, FxOnnxScope *scope, FxWireSpan span, char **name, FxDType *dtype,
                         FxShape *shape, GError **error)
{
  Fx__Onnx__ValueInfoProto *info = NULL;
  gboolean ok = FALSE;

  *dtype = FX_DTYPE_UNDEFINED;
  *shape = FX_SHAPE_UNKNOWN;
  if (span.size <= MAX_MESSAGE)
    info = fx__onnx__value_info_proto__unpack (NULL, span.size, span.data);
  if (info == NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the description of an input, output or intermediate value is damaged");

  if (info->name == NULL || *info->name == '\0' || strlen (info->name) > FX_ONNX_MAX_NAME)
    fx_fail (error, FX_ERROR_BAD_GRAPH, "an input, output or intermediate value has no name or an overlong one");
  else
    {
      *name = g_utf8_make_valid (info->name, -1);
      ok = info->type == NULL || read_type (reader, scope, info->type, *name, dtype, shape, error);
      if (!ok)
        g_clear_pointer (name, g_free);
    }
  fx__onnx__value_info_proto__free_unpacked (info, NULL);
  return ok;
}
