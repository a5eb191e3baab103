/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-conversion.h"

#include "core/graph/fx-graph.h"

static void
input_clear (gpointer data)
{
  FxConversionInput *input = data;

  g_free (input->name);
  g_free (input->shape);
  g_free (input->dataset);
  g_strfreev (input->more);
  g_free (input->labels);
  g_free (input->preprocess);
}

FxConversionOptions *
fx_conversion_options_new (void)
{
  FxConversionOptions *options = g_new0 (FxConversionOptions, 1);

  options->inputs = g_array_new (FALSE, TRUE, sizeof (FxConversionInput));
  g_array_set_clear_func (options->inputs, input_clear);
  options->preset = FX_PRESET_DEFAULT;
  options->compile = FX_COMPILE_DEFAULTS;
  return options;
}

FxConversionInput *
fx_conversion_options_add_input (FxConversionOptions *options)
{
  g_array_set_size (options->inputs, options->inputs->len + 1);
  return &g_array_index (options->inputs, FxConversionInput, options->inputs->len - 1);
}

void
fx_conversion_options_fit (FxConversionOptions *options, const FxTarget *target)
{
  options->compile.cores = MIN (options->compile.cores, fx_compile_most_cores (target));
  if (!fx_target_has_int16 (target))
    options->mixed = options->latency_budget = 0;
}

void
fx_conversion_options_free (FxConversionOptions *options)
{
  if (options == NULL)
    return;
  g_array_unref (options->inputs);
  g_free (options->model);
  g_free (options->weights);
  fx_graph_free (options->graph);
  g_free (options->target);
  g_free (options->test);
  g_free (options->test_labels);
  g_strfreev (options->outputs);
  g_free (options->method);
  g_strfreev (options->bpu);
  g_free (options->remove_types);
  g_strfreev (options->remove_names);
  g_strfreev (options->int16);
  g_strfreev (options->cpu);
  g_free (options->output_dir);
  g_free (options->prefix);
  g_free (options);
}
