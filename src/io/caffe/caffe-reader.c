/* From a list of layers to a graph: which value a blob's name means where, and what is an output.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-reader.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/caffe/caffe-plan.h"
#include "io/caffe/caffe-text.h"
#include "io/caffe/caffe-upgrade.h"

#include <string.h>

#define MAX_LAYERS 100000

typedef struct
{
  Fx__Caffe__NetParameter *net;
  FxCaffeBuilder builder;
  FxCaffePlan plan;
  guint n_missing; /* layers without weights */
} Reader;

static gboolean
read_legacy_inputs (Reader *reader, GError **error)
{
  const Fx__Caffe__NetParameter *net = reader->net;
  FxCaffeBuilder *builder = &reader->builder;

  if (net->n_input == 0)
    return TRUE;
  if (net->n_input_shape > 0 && net->n_input_shape != net->n_input)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "input is there %zu times and input_shape %zu times, wanted as many",
                    net->n_input, net->n_input_shape);
  if (net->n_input_shape == 0 && net->n_input_dim > 0 && net->n_input_dim != 4 * net->n_input)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "input is there %zu times and input_dim %zu times, wanted 4 for each",
                    net->n_input, net->n_input_dim);
  for (gsize i = 0; i < net->n_input; i++)
    {
      FxCaffeLayer layer = FX__CAFFE__LAYER_PARAMETER__INIT;
      Fx__Caffe__InputParameter param = FX__CAFFE__INPUT_PARAMETER__INIT;
      Fx__Caffe__BlobShape shape = FX__CAFFE__BLOB_SHAPE__INIT, *shapes = &shape;
      gint64 dims[4];
      FxId top = FX_NONE;
      guint reads = 0;

      shape.dim = dims;
      for (gsize k = 0; k < 4 && net->n_input_dim > 0; k++)
        dims[shape.n_dim++] = net->input_dim[4 * i + k];
      if (net->n_input_shape > 0)
        shapes = net->input_shape[i];
      param.shape = &shapes;
      param.n_shape = shapes->n_dim > 0;
      layer.name = net->input[i];
      layer.top = &net->input[i];
      layer.n_top = 1;
      layer.input_param = &param;
      builder->layer = &layer;
      builder->n_bottoms = 0;
      builder->n_tops = 1;
      builder->tops = &top;
      builder->top_names = &net->input[i];
      builder->top_reads = &reads;
      if (!fx_caffe_row_find ("Input")->translate (builder, &layer, error))
        return fx_error_prefix (error, "input \"%s\"", net->input[i]);
      fx_caffe_plan_version (&reader->plan, (guint)i)->value = top;
    }
  return TRUE;
}

static void
note_dropped (FxCaffeBuilder *builder, const FxCaffeRow *row)
{
  fx_caffe_note (builder, FX_SEVERITY_INFO, "training-only", "%s %s; it was left out", row->type, _ (row->note));
}

static gboolean
keep_layer (FxCaffeBuilder *builder, const FxCaffeRow *row, GError **error)
{
  FxDiagnostic *diagnostic;

  if (row == NULL)
    {
      diagnostic = fx_caffe_note (builder, FX_SEVERITY_ERROR, "unknown-layer", "layer type \"%s\" is not known",
                                  builder->layer->type);
      if (diagnostic != NULL)
        diagnostic->found = g_strdup (builder->layer->type);
    }
  else if (row->kind == FX_CAFFE_POST)
    {
      diagnostic
          = fx_caffe_note (builder, FX_SEVERITY_WARNING, "post-processing",
                           "%s %s: it is post-processing, which runs outside of the network", row->type, _ (row->note));
      if (diagnostic != NULL)
        diagnostic->fix = g_strdup (_ ("cut the network in front of it"));
    }
  else
    fx_caffe_note (builder, FX_SEVERITY_ERROR, "unsupported-layer", "%s %s", row->type, _ (row->note));
  return fx_caffe_keep (builder, error);
}

static gboolean
run_row (FxCaffeBuilder *builder, const FxCaffeRow *row, GError **error)
{
  GError *problem = NULL;

  if (row == NULL || row->kind == FX_CAFFE_POST || row->kind == FX_CAFFE_UNSUPPORTED)
    return keep_layer (builder, row, error);
  if (fx_caffe_is_loss (row))
    fx_caffe_note (builder, FX_SEVERITY_INFO, "training-only", "%s %s", row->type, _ (row->note));
  else if (row->kind == FX_CAFFE_TRANSLATE && builder->layer->n_top == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has no top");
  builder->rank_unknown = FALSE;
  if (row->translate (builder, builder->layer, &problem))
    return TRUE;
  if (!builder->rank_unknown)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  /* behind a layer of unknown results: its own are not known either */
  fx_caffe_note (builder, FX_SEVERITY_WARNING, "unsupported-layer", "%s is not translated, because %s", row->type,
                 problem->message);
  g_error_free (problem);
  return fx_caffe_keep (builder, error);
}

static gboolean
translate_layer (Reader *reader, gsize index, GError **error)
{
  FxCaffeBuilder *builder = &reader->builder;
  const FxCaffeLayer *layer = reader->net->layer[index];
  const FxCaffeStep *step = &reader->plan.steps[index];
  guint n_bottom = step->n_bottoms, n_top = step->n_tops;
  g_autofree FxId *bottoms = g_new0 (FxId, n_bottom + 1), *tops = g_new0 (FxId, n_top + 1);
  g_autofree char **names = g_new0 (char *, n_top + 1);
  g_autofree guint *reads = g_new0 (guint, n_top + 1);
  g_autofree char *key = g_strconcat ("caffe:", layer->name, NULL);

  builder->layer = layer;
  builder->lacks_weights = FALSE;
  if (fx_caffe_is_dropped (step->row))
    {
      note_dropped (builder, step->row);
      return TRUE;
    }
  for (guint k = 0; k < n_bottom; k++)
    {
      bottoms[k] = fx_caffe_plan_version (&reader->plan, step->bottoms[k])->value;
      if (bottoms[k] == FX_NONE)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "its bottom \"%s\" was left out", layer->bottom[k]);
    }
  for (guint k = 0; k < n_top; k++)
    {
      FxCaffeVersion *version = fx_caffe_plan_version (&reader->plan, step->first_top + k);

      tops[k] = FX_NONE;
      names[k] = fx_caffe_plan_name (&reader->plan, step->first_top + k, layer->name,
                                     fx_caffe_is_loss (step->row) && k == 0);
      reads[k] = version->reads;
    }
  builder->n_bottoms = n_bottom;
  builder->n_tops = n_top;
  builder->bottoms = bottoms;
  builder->tops = tops;
  builder->top_names = names;
  builder->top_reads = reads;
  if (!run_row (builder, step->row, error))
    return FALSE;
  for (guint k = 0; k < n_top; k++)
    fx_caffe_plan_version (&reader->plan, step->first_top + k)->value = tops[k];
  fx_graph_set_metadata (builder->graph, key, layer->type);
  if (builder->lacks_weights && builder->weights != NULL)
    fx_caffe_note (builder, FX_SEVERITY_ERROR, "missing-weights", "the weights file has nothing for it");
  reader->n_missing += builder->lacks_weights;
  return TRUE;
}

static gboolean
add_outputs (Reader *reader, GError **error)
{
  FxGraph *graph = reader->builder.graph;

  for (guint i = 0; i < reader->plan.versions->len; i++)
    {
      const FxCaffeVersion *version = fx_caffe_plan_version (&reader->plan, i);

      if (version->reads == 0 && version->value != FX_NONE && !version->is_input)
        fx_graph_add_output (graph, version->value);
    }
  if (fx_graph_n_outputs (graph) == 0)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "the network has no layers that compute anything");
  return TRUE;
}

static void
note_missing (Reader *reader)
{
  FxCaffeBuilder *builder = &reader->builder;

  if (reader->n_missing == 0)
    return;
  if (builder->weights == NULL)
    {
      FxDiagnostic *diagnostic = fx_diagnostics_add (
          builder->diagnostics, FX_SEVERITY_ERROR, "missing-weights", NULL, NULL,
          "the weights of %u layers are missing: no caffemodel belongs to the network", reader->n_missing);

      if (diagnostic != NULL)
        diagnostic->fix = g_strdup (_ ("put the caffemodel beside the prototxt, or name it with --weights"));
      fx_graph_set_metadata (builder->graph, "missing_weights",
                             "its weights are missing: no caffemodel was found beside the prototxt, and none was named "
                             "with --weights");
    }
  else
    {
      g_autofree char *text = g_strdup_printf (_ ("the weights file has nothing for %u of its layers; it belongs to "
                                                  "another network"),
                                               reader->n_missing);

      fx_graph_set_metadata (builder->graph, "missing_weights", text);
    }
}

static gboolean
translate (Reader *reader, GError **error)
{
  FxCaffeBuilder *builder = &reader->builder;

  fx_graph_set_metadata (builder->graph, "format", "caffe");
  fx_graph_set_opset (builder->graph, "", FX_CAFFE_OPSET);
  if (!fx_caffe_plan_init (&reader->plan, reader->net, error) || !read_legacy_inputs (reader, error))
    return FALSE;
  for (gsize i = 0; i < reader->net->n_layer; i++)
    if (!translate_layer (reader, i, error))
      return fx_caffe_layer_fail (reader->net->layer[i], error);
  if (!add_outputs (reader, error))
    return FALSE;
  note_missing (reader);
  return fx_graph_sort (builder->graph, error);
}

static gboolean
build (Reader *reader, GPtrArray *diagnostics, GError **error)
{
  FxCaffeBuilder *builder = &reader->builder;
  gboolean ok;

  if (reader->net->n_layer > MAX_LAYERS)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "has %zu layers, wanted at most %d", reader->net->n_layer, MAX_LAYERS);
  builder->graph = fx_graph_new (reader->net->name);
  builder->diagnostics = diagnostics;
  builder->declared = g_array_new (FALSE, FALSE, sizeof (FxShape));
  builder->fixed = g_array_new (FALSE, FALSE, sizeof (FxShape));
  builder->open_norm.value = FX_NONE;

  ok = translate (reader, error);

  fx_caffe_plan_clear (&reader->plan);
  g_array_unref (builder->declared);
  g_array_unref (builder->fixed);
  g_clear_pointer (&builder->zeros, g_bytes_unref);
  return ok;
}

static Fx__Caffe__NetParameter *
read_net (GBytes *text, const FxCaffeWeights *weights, GPtrArray *diagnostics, GError **error)
{
  const char *data;
  gsize size;

  if (text == NULL)
    return fx_caffe_weights_definition (weights, error);
  data = g_bytes_get_data (text, &size);
  return fx_caffe_text_read (data, size, diagnostics, error);
}

/* A field with a mistyped name is as good as missing: what failed for want of it names it. */
static void
add_typo (const GPtrArray *diagnostics, GError **error)
{
  for (guint i = 0; error != NULL && diagnostics != NULL && i < diagnostics->len; i++)
    {
      const FxDiagnostic *note = diagnostics->pdata[i];

      if (strcmp (note->rule, "unknown-field") == 0 && note->fix != NULL)
        {
          g_autofree char *message = g_strconcat ((*error)->message, "; ", note->message, "; ", note->fix, NULL);

          g_free ((*error)->message);
          (*error)->message = g_steal_pointer (&message);
          return;
        }
    }
}

FxGraph *
fx_caffe_read (GBytes *text, const FxCaffeWeights *weights, GPtrArray *diagnostics, GError **error)
{
  Fx__Caffe__NetParameter *net = read_net (text, weights, diagnostics, error);
  Reader reader = { .net = net, .builder.weights = weights };

  if (net == NULL)
    return NULL;
  /* what a weights file describes is one phase already */
  if (!fx_caffe_upgrade (net, text != NULL, error) || !build (&reader, diagnostics, error))
    {
      g_clear_pointer (&reader.builder.graph, fx_graph_free);
      add_typo (diagnostics, error);
    }
  fx__caffe__net_parameter__free_unpacked (net, NULL);
  return reader.builder.graph;
}
