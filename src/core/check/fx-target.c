/* SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-target.h"

#include "core/fx-error.h"

#include <string.h>

void
fx_limit_free (FxLimit *limit)
{
  if (limit == NULL)
    return;
  g_clear_pointer (&limit->when, g_variant_unref);
  g_clear_pointer (&limit->fields, g_variant_unref);
  g_free (limit);
}

void
fx_target_op_free (FxTargetOp *op)
{
  if (op == NULL)
    return;
  g_free (op->name);
  g_strfreev (op->aliases);
  g_free (op->vendor_label);
  g_free (op->source);
  g_clear_pointer (&op->bpu.limits, g_ptr_array_unref);
  g_clear_pointer (&op->cpu.limits, g_ptr_array_unref);
  g_free (op);
}

FxTarget *
fx_target_new (void)
{
  FxTarget *target = g_new0 (FxTarget, 1);

  g_ref_count_init (&target->ref_count);
  target->complete = TRUE;
  target->general = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_limit_free);
  target->operators = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_target_op_free);
  target->caffe = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_target_op_free);
  target->torch = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_target_op_free);
  return target;
}

FxTarget *
fx_target_ref (FxTarget *target)
{
  g_ref_count_inc (&target->ref_count);
  return target;
}

void
fx_target_unref (FxTarget *target)
{
  if (target == NULL || !g_ref_count_dec (&target->ref_count))
    return;
  g_free (target->march);
  g_free (target->id);
  g_free (target->board);
  g_ptr_array_unref (target->general);
  g_ptr_array_unref (target->operators);
  g_ptr_array_unref (target->caffe);
  g_ptr_array_unref (target->torch);
  g_clear_pointer (&target->machine, g_variant_unref);
  g_free (target);
}

static const FxTargetOp *
find (const GPtrArray *rows, const char *name)
{
  guint low = 0, high = rows->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const FxTargetOp *row = rows->pdata[middle];
      int order = strcmp (name, row->name);

      if (order == 0)
        return row;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  for (guint i = 0; i < rows->len; i++)
    {
      const FxTargetOp *row = rows->pdata[i];

      if (row->aliases != NULL && g_strv_contains ((const char *const *)row->aliases, name))
        return row;
    }
  return NULL;
}

const FxTargetOp *
fx_target_find (const FxTarget *target, const char *op_type)
{
  return find (target->operators, op_type);
}

const FxTargetOp *
fx_target_find_caffe (const FxTarget *target, const char *layer_type)
{
  return find (target->caffe, layer_type);
}

const FxLimit *
fx_target_model_rule (const FxTarget *target, const char *rule)
{
  for (guint i = 0; i < target->general->len; i++)
    {
      const FxLimit *limit = target->general->pdata[i];

      if (strcmp (limit->kind_name, "model") == 0 && strcmp (limit->rule, rule) == 0)
        return limit;
    }
  return NULL;
}

void
fx_target_opsets (const FxTarget *target, gint64 *min, gint64 *max)
{
  const FxLimit *format = target != NULL ? fx_target_model_rule (target, "format") : NULL;

  *min = format != NULL ? fx_limit_int (format->fields, "onnx_opset_min", 10) : 10;
  *max = format != NULL ? fx_limit_int (format->fields, "onnx_opset_max", 11) : 11;
}

gboolean
fx_target_reads_opset (const FxTarget *target, gint64 opset)
{
  gint64 min, max;

  fx_target_opsets (target, &min, &max);
  return opset >= min && opset <= max;
}

/* ---- int16 ---- */

static gboolean
mentions_int16 (const FxTargetOp *row)
{
  for (guint i = 0; i < row->bpu.limits->len; i++)
    if (strcmp (((const FxLimit *)row->bpu.limits->pdata[i])->kind_name, "int16_io") == 0)
      return TRUE;
  return FALSE;
}

gboolean
fx_target_has_int16 (const FxTarget *target)
{
  for (guint i = 0; i < target->operators->len; i++)
    if (mentions_int16 (target->operators->pdata[i]))
      return TRUE;
  return !target->complete;
}

gboolean
fx_target_need_int16 (const FxTarget *target, GError **error)
{
  return fx_target_has_int16 (target)
         || fx_fail (error, FX_ERROR_UNSUPPORTED, "%s computes with 8 bits only: no node can get 16", target->board);
}

static gboolean
lists_type (GVariant *types, const char *type)
{
  for (gsize i = 0; i < g_variant_n_children (types); i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (types, i);
      g_autoptr (GVariant) text = g_variant_get_variant (child);

      if (g_variant_is_of_type (text, G_VARIANT_TYPE_STRING) && strcmp (g_variant_get_string (text, NULL), type) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
fx_limit_wants_int8 (const FxLimit *limit)
{
  g_autoptr (GVariant) types = fx_limit_field (limit->fields, "in");

  return strcmp (limit->kind_name, "dtype") == 0 && types != NULL && g_variant_is_of_type (types, G_VARIANT_TYPE ("av"))
         && lists_type (types, "int8") && !lists_type (types, "int16");
}

/* ---- fields of a limit ---- */

GVariant *
fx_limit_field (GVariant *fields, const char *name)
{
  return fields != NULL ? g_variant_lookup_value (fields, name, NULL) : NULL;
}

gint64
fx_limit_int (GVariant *fields, const char *name, gint64 otherwise)
{
  g_autoptr (GVariant) value = fx_limit_field (fields, name);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_INT64) ? g_variant_get_int64 (value) : otherwise;
}

gboolean
fx_limit_flag (GVariant *fields, const char *name)
{
  g_autoptr (GVariant) value = fx_limit_field (fields, name);

  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);
}

const char *
fx_limit_string (GVariant *fields, const char *name)
{
  const char *text = NULL;

  /* "&s" borrows from fields, which hold the bytes as long as they live */
  if (fields == NULL || !g_variant_lookup (fields, name, "&s", &text))
    return NULL;
  return text;
}
