/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-json.h"

#include "core/check/fx-diagnostic.h"
#include "core/graph/fx-graph.h"

#include <math.h>

static void
add_string (JsonBuilder *builder, const char *value)
{
  g_autofree char *valid = value != NULL ? g_utf8_make_valid (value, -1) : NULL;

  if (valid != NULL)
    json_builder_add_string_value (builder, valid);
  else
    json_builder_add_null_value (builder);
}

void
fx_cli_json_shape (JsonBuilder *builder, const FxGraph *graph, const FxShape *shape)
{
  if (shape->rank < 0)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_array (builder);
  for (int i = 0; i < shape->rank; i++)
    {
      if (shape->dims[i] >= 0)
        json_builder_add_int_value (builder, shape->dims[i]);
      else
        add_string (builder, fx_graph_symbol_name (graph, shape->dims[i]));
    }
  json_builder_end_array (builder);
}

void
fx_cli_json_value (JsonBuilder *builder, const FxGraph *graph, FxId id)
{
  const FxValue *value = fx_graph_value (graph, id);

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "name", value->name);
  fx_json_add_string (builder, "dtype", fx_dtype_numpy_name (value->dtype));
  json_builder_set_member_name (builder, "shape");
  fx_cli_json_shape (builder, graph, &value->shape);
  json_builder_end_object (builder);
}

void
fx_cli_json_diagnostics (JsonBuilder *builder, const GPtrArray *diagnostics)
{
  json_builder_begin_array (builder);
  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *diagnostic = diagnostics->pdata[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "severity", fx_severity_name (diagnostic->severity));
      fx_json_add_string (builder, "rule", diagnostic->rule);
      fx_json_add_string (builder, "node", diagnostic->node);
      fx_json_add_string (builder, "tensor", diagnostic->tensor);
      fx_json_add_string (builder, "message", diagnostic->message);
      fx_json_add_string (builder, "found", diagnostic->found);
      fx_json_add_string (builder, "allowed", diagnostic->allowed);
      fx_json_add_string (builder, "fix", diagnostic->fix);
      fx_json_add_string (builder, "fix_rule", diagnostic->fix_rule);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

void
fx_cli_json_values (JsonBuilder *builder, const char *member, const FxGraph *graph, guint n,
                    FxId (*get) (const FxGraph *, guint))
{
  json_builder_set_member_name (builder, member);
  json_builder_begin_array (builder);
  for (guint i = 0; i < n; i++)
    fx_cli_json_value (builder, graph, get (graph, i));
  json_builder_end_array (builder);
}
