/* From a list of layers to a graph: which value a blob's name means where, and what is an output.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/caffe/caffe-reader.h"

#include "core/fx-error.h"
#include "io/caffe/caffe-build.h"
#include "io/caffe/caffe-text.h"
#include "io/caffe/caffe-upgrade.h"

#include <string.h>

#define MAX_LAYERS 100000

/* One writing of a blob. */
typedef struct
{
  const char *blob;
  char *name; /* of its value */
  FxId value;
  guint reads;
  gboolean is_input, is_last;
} Version;

/* What is known of a layer before it is translated. */
typedef struct
{
  const FxCaffeRow *row; /* NULL: an unknown type */
  guint *bottoms;        /* [n_bottom] versions */
  guint first_top;       /* version of top 0 */
} Step;

typedef struct
{
  Fx__Caffe__NetParameter *net;
  FxCaffeBuilder builder;
  Step *steps;         /* [n_layer] */
  GArray *versions;    /* of Version */
  GHashTable *current; /* blob → index of its version + 1 */
  GHashTable *named;   /* blobs that are inputs: their name is the input's */
  guint n_missing;     /* layers without weights */
} Reader;

static void
version_clear (gpointer data)
{
  g_free (((Version *)data)->name);
}

static Version *
get_version (Reader *reader, guint i)
{
  return &g_array_index (reader->versions, Version, i);
}

static gboolean
layer_fail (const FxCaffeLayer *layer, GError **error)
{
  return fx_error_prefix (error, "layer \"%s\" (%s)", layer->name, layer->type);
}

static gboolean
is_dropped (const FxCaffeRow *row)
{
  return row != NULL && (row->kind == FX_CAFFE_TRAINING || row->kind == FX_CAFFE_SINK);
}

static gboolean
is_loss (const FxCaffeRow *row)
{
  return row != NULL && row->kind == FX_CAFFE_TRANSLATE && row->note != NULL;
}

/* How many bottoms of a layer count. A loss has its labels behind the prediction. */
static guint
n_bottoms_used (const FxCaffeLayer *layer, const FxCaffeRow *row)
{
  return is_loss (row) ? 1 : (guint)layer->n_bottom;
}

/* A loss need not have a top, but its prediction is one. */
static guint
n_tops_made (const FxCaffeLayer *layer, const FxCaffeRow *row)
{
  return is_loss (row) ? MAX ((guint)layer->n_top, 1) : (guint)layer->n_top;
}

static guint
add_version (Reader *reader, const char *blob, gboolean is_input)
{
  guint before = GPOINTER_TO_UINT (g_hash_table_lookup (reader->current, blob));
  Version version = { .blob = blob, .value = FX_NONE, .is_input = is_input, .is_last = TRUE };

  if (before > 0)
    get_version (reader, before - 1)->is_last = FALSE;
  if (is_input)
    g_hash_table_add (reader->named, (gpointer)blob);
  g_array_append_val (reader->versions, version);
  g_hash_table_insert (reader->current, (gpointer)blob, GUINT_TO_POINTER (reader->versions->len));
  return reader->versions->len - 1;
}

static gboolean
check_bottoms (const FxCaffeLayer *layer, const FxCaffeRow *row, GError **error)
{
  guint n = (guint)layer->n_bottom;

  if (row == NULL || (n >= row->min_bottoms && (row->max_bottoms == 255 || n <= row->max_bottoms)))
    return TRUE;
  return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %u bottoms, wanted %s%u", n,
                  n < row->min_bottoms ? "at least " : "at most ",
                  n < row->min_bottoms ? row->min_bottoms : row->max_bottoms);
}

/* Resolves the names of one layer, in the order in which the net runs. */
static gboolean
plan_layer (Reader *reader, gsize i, GError **error)
{
  const FxCaffeLayer *layer = reader->net->layer[i];
  Step *step = &reader->steps[i];
  guint n_used;

  step->row = fx_caffe_row_find (layer->type);
  if (!check_bottoms (layer, step->row, error))
    return FALSE;
  n_used = n_bottoms_used (layer, step->row);
  step->bottoms = g_new0 (guint, layer->n_bottom + 1);
  for (guint k = 0; k < n_used; k++)
    {
      guint version = GPOINTER_TO_UINT (g_hash_table_lookup (reader->current, layer->bottom[k]));

      if (version == 0 && is_dropped (step->row))
        continue;
      if (version == 0)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "its bottom \"%s\" is the top of no layer before it",
                        layer->bottom[k]);
      step->bottoms[k] = version - 1;
      if (step->row == NULL || step->row->kind != FX_CAFFE_TRAINING)
        get_version (reader, version - 1)->reads++;
    }
  step->first_top = reader->versions->len;
  if (!is_dropped (step->row))
    for (gsize k = 0; k < n_tops_made (layer, step->row); k++)
      add_version (reader, k < layer->n_top ? layer->top[k] : "prob",
                   step->row != NULL && step->row->kind == FX_CAFFE_SOURCE);
  return TRUE;
}

static gboolean
plan (Reader *reader, GError **error)
{
  for (gsize i = 0; i < reader->net->n_input; i++)
    add_version (reader, reader->net->input[i], TRUE);
  for (gsize i = 0; i < reader->net->n_layer; i++)
    if (!plan_layer (reader, i, error))
      return layer_fail (reader->net->layer[i], error);
  return TRUE;
}

/* An input keeps its blob's name; else the last value of the blob has it. */
static char *
name_version (Reader *reader, const Version *version, const char *layer, gboolean prediction)
{
  if (prediction)
    return g_strdup ("prob");
  if (version->is_input || (version->is_last && !g_hash_table_contains (reader->named, version->blob)))
    return g_strdup (version->blob);
  return g_strdup_printf ("%s:%s", version->blob, layer);
}

static gboolean
read_legacy_inputs (Reader *reader, GError **error)
{
  const Fx__Caffe__NetParameter *net = reader->net;
  FxCaffeBuilder *builder = &reader->builder;

  if (net->n_input == 0)
    return TRUE;
  if (net->n_input_shape > 0 ? net->n_input_shape != net->n_input
                             : net->n_input_dim > 0 && net->n_input_dim / 4 != net->n_input)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "has %zu inputs, but shapes for %zu", net->n_input,
                    net->n_input_shape > 0 ? net->n_input_shape : net->n_input_dim / 4);
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
      builder->tops = &top;
      builder->top_names = &net->input[i];
      builder->top_reads = &reads;
      if (!fx_caffe_row_find ("Input")->translate (builder, &layer, error))
        return fx_error_prefix (error, "input \"%s\"", net->input[i]);
      get_version (reader, (guint)i)->value = top;
    }
  return TRUE;
}

static void
note_dropped (FxCaffeBuilder *builder, const FxCaffeRow *row)
{
  fx_caffe_note (builder, FX_SEVERITY_INFO, "training-only", "%s %s; it was left out", row->type, row->note);
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
                           "%s %s: it is post-processing, which runs outside of the network", row->type, row->note);
      if (diagnostic != NULL)
        diagnostic->fix = g_strdup ("cut the network in front of it");
    }
  else
    fx_caffe_note (builder, FX_SEVERITY_ERROR, "unsupported-layer", "%s %s", row->type, row->note);
  return fx_caffe_keep (builder, error);
}

static gboolean
run_row (FxCaffeBuilder *builder, const FxCaffeRow *row, GError **error)
{
  GError *problem = NULL;

  if (row == NULL || row->kind == FX_CAFFE_POST || row->kind == FX_CAFFE_UNSUPPORTED)
    return keep_layer (builder, row, error);
  if (is_loss (row))
    fx_caffe_note (builder, FX_SEVERITY_INFO, "training-only", "%s %s", row->type, row->note);
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
  const Step *step = &reader->steps[index];
  guint n_bottom = n_bottoms_used (layer, step->row), n_top = n_tops_made (layer, step->row);
  g_autofree FxId *bottoms = g_new0 (FxId, n_bottom + 1), *tops = g_new0 (FxId, n_top + 1);
  g_autofree char **names = g_new0 (char *, n_top + 1);
  g_autofree guint *reads = g_new0 (guint, n_top + 1);
  g_autofree char *key = g_strconcat ("caffe:", layer->name, NULL);

  builder->layer = layer;
  builder->lacks_weights = FALSE;
  if (is_dropped (step->row))
    {
      note_dropped (builder, step->row);
      return TRUE;
    }
  for (guint k = 0; k < n_bottom; k++)
    {
      bottoms[k] = get_version (reader, step->bottoms[k])->value;
      if (bottoms[k] == FX_NONE)
        return fx_fail (error, FX_ERROR_BAD_GRAPH, "its bottom \"%s\" was left out", layer->bottom[k]);
    }
  for (guint k = 0; k < n_top; k++)
    {
      Version *version = get_version (reader, step->first_top + k);

      version->name = name_version (reader, version, layer->name, is_loss (step->row) && k == 0);
      tops[k] = FX_NONE;
      names[k] = version->name;
      reads[k] = version->reads;
    }
  builder->bottoms = bottoms;
  builder->tops = tops;
  builder->top_names = names;
  builder->top_reads = reads;
  if (!run_row (builder, step->row, error))
    return FALSE;
  for (guint k = 0; k < n_top; k++)
    get_version (reader, step->first_top + k)->value = tops[k];
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

  for (guint i = 0; i < reader->versions->len; i++)
    {
      const Version *version = get_version (reader, i);

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
        diagnostic->fix = g_strdup ("put the caffemodel beside the prototxt, or name it with --weights");
      fx_graph_set_metadata (builder->graph, "missing_weights",
                             "its weights are missing: no caffemodel was found beside the prototxt, and none was named "
                             "with --weights");
    }
  else
    {
      g_autofree char *text = g_strdup_printf ("the weights file has nothing for %u of its layers; it belongs to "
                                               "another network",
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
  if (reader->net->n_layer > MAX_LAYERS)
    return fx_fail (error, FX_ERROR_TOO_LARGE, "has %zu layers, wanted at most %d", reader->net->n_layer, MAX_LAYERS);
  if (!plan (reader, error) || !read_legacy_inputs (reader, error))
    return FALSE;
  for (gsize i = 0; i < reader->net->n_layer; i++)
    if (!translate_layer (reader, i, error))
      return layer_fail (reader->net->layer[i], error);
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

  builder->graph = fx_graph_new (reader->net->name);
  builder->diagnostics = diagnostics;
  builder->declared = g_array_new (FALSE, FALSE, sizeof (FxShape));
  builder->fixed = g_array_new (FALSE, FALSE, sizeof (FxShape));
  builder->open_norm.value = FX_NONE;
  reader->steps = g_new0 (Step, reader->net->n_layer + 1);
  reader->versions = g_array_new (FALSE, FALSE, sizeof (Version));
  g_array_set_clear_func (reader->versions, version_clear);
  reader->current = g_hash_table_new (g_str_hash, g_str_equal);
  reader->named = g_hash_table_new (g_str_hash, g_str_equal);

  ok = translate (reader, error);

  for (gsize i = 0; i < reader->net->n_layer; i++)
    g_free (reader->steps[i].bottoms);
  g_free (reader->steps);
  g_array_unref (reader->versions);
  g_hash_table_unref (reader->current);
  g_hash_table_unref (reader->named);
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

FxGraph *
fx_caffe_read (GBytes *text, const FxCaffeWeights *weights, GPtrArray *diagnostics, GError **error)
{
  Fx__Caffe__NetParameter *net = read_net (text, weights, diagnostics, error);
  Reader reader = { .net = net, .builder.weights = weights };

  if (net == NULL)
    return NULL;
  /* what a weights file describes is one phase already */
  if (!fx_caffe_upgrade (net, text != NULL, error) || !build (&reader, diagnostics, error))
    g_clear_pointer (&reader.builder.graph, fx_graph_free);
  fx__caffe__net_parameter__free_unpacked (net, NULL);
  return reader.builder.graph;
}
