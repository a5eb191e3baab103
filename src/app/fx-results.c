/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-results.h"

#include <gtk/gtk.h>
#include <math.h>
#include <string.h>

struct _FxResults
{
  GObject parent_instance;

  char *title;
  GArray *layers;     /* of FxResultLayer */
  GHashTable *places; /* node → its layer + 1; the keys are those of `layers` */
  GListStore *log;
  char *text, *failure;
  double fraction;
  char *message;
  FxShared *conversion; /* FxConversion; NULL until it is finished */
};

G_DEFINE_FINAL_TYPE (FxResults, fx_results, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_FRACTION,
  PROP_MESSAGE,
};

enum
{
  LAYERS_CHANGED,
  FINISHED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
layer_clear (gpointer data)
{
  FxResultLayer *layer = data;

  g_free (layer->node);
  g_free (layer->op_type);
}

FxResults *
fx_results_new (const char *title)
{
  FxResults *results = g_object_new (FX_TYPE_RESULTS, NULL);

  results->title = g_strdup (title);
  return results;
}

const char *
fx_results_get_title (FxResults *results)
{
  return results->title;
}

guint
fx_results_n_layers (FxResults *results)
{
  return results->layers->len;
}

const FxResultLayer *
fx_results_layer (FxResults *results, guint i)
{
  return &g_array_index (results->layers, FxResultLayer, i);
}

int
fx_results_find (FxResults *results, const char *node)
{
  return node != NULL ? (int)GPOINTER_TO_UINT (g_hash_table_lookup (results->places, node)) - 1 : -1;
}

GListModel *
fx_results_get_log (FxResults *results)
{
  return G_LIST_MODEL (results->log);
}

const char *
fx_results_get_text (FxResults *results)
{
  return results->text;
}

FxConversion *
fx_results_get_conversion (FxResults *results)
{
  return fx_shared_get (results->conversion);
}

const char *
fx_results_find_file (FxResults *results, const char *ending)
{
  const FxConversion *conversion = fx_results_get_conversion (results);

  for (guint i = 0; conversion != NULL && i < conversion->files->len; i++)
    if (g_str_has_suffix (g_ptr_array_index (conversion->files, i), ending))
      return g_ptr_array_index (conversion->files, i);
  return NULL;
}

FxShared *
fx_results_share (FxResults *results, gpointer part)
{
  return fx_shared_new_part (results->conversion, part);
}

void
fx_results_set_n_layers (FxResults *results, guint n)
{
  const FxResultLayer nothing = { NULL, NULL, NAN, NAN, NAN, NAN };

  while (results->layers->len < n)
    g_array_append_val (results->layers, nothing);
}

void
fx_results_set_layer (FxResults *results, guint i, const FxResultLayer *layer)
{
  FxResultLayer *mine = &g_array_index (results->layers, FxResultLayer, i);

  if (mine->node != NULL)
    g_hash_table_remove (results->places, mine->node);
  layer_clear (mine);
  *mine = *layer;
  mine->node = g_strdup (layer->node);
  if (mine->node != NULL)
    g_hash_table_insert (results->places, mine->node, GUINT_TO_POINTER (i + 1));
  mine->op_type = g_strdup (layer->op_type);
}

void
fx_results_layers_changed (FxResults *results)
{
  g_signal_emit (results, signals[LAYERS_CHANGED], 0);
}

void
fx_results_add_log (FxResults *results, const char *line)
{
  g_autofree char *valid = g_utf8_make_valid (line, -1);
  g_autoptr (GtkStringObject) item = gtk_string_object_new (valid);

  g_list_store_append (results->log, item);
}

void
fx_results_fail (FxResults *results, const char *reason)
{
  g_free (results->failure);
  results->failure = g_utf8_make_valid (reason, -1);
  g_signal_emit (results, signals[FINISHED], 0);
}

const char *
fx_results_get_failure (FxResults *results)
{
  return results->failure;
}

void
fx_results_finish (FxResults *results, FxConversion *conversion, char *text)
{
  fx_shared_unref (results->conversion);
  g_free (results->text);
  results->conversion = fx_shared_new (conversion, (GDestroyNotify)fx_conversion_free);
  results->text = text;
  g_signal_emit (results, signals[FINISHED], 0);
}

static void
fx_results_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  FxResults *results = FX_RESULTS (object);

  switch (id)
    {
    case PROP_TITLE: g_value_set_string (value, results->title); break;
    case PROP_FRACTION: g_value_set_double (value, results->fraction); break;
    case PROP_MESSAGE: g_value_set_string (value, results->message); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_results_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  FxResults *results = FX_RESULTS (object);

  switch (id)
    {
    case PROP_FRACTION: results->fraction = g_value_get_double (value); break;
    case PROP_MESSAGE:
      g_free (results->message);
      results->message = g_value_dup_string (value);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
fx_results_finalize (GObject *object)
{
  FxResults *results = FX_RESULTS (object);

  g_free (results->failure);
  g_free (results->message);
  g_hash_table_unref (results->places);
  g_array_unref (results->layers);
  g_object_unref (results->log);
  fx_shared_unref (results->conversion);
  g_free (results->text);
  g_free (results->title);
  G_OBJECT_CLASS (fx_results_parent_class)->finalize (object);
}

static void
fx_results_class_init (FxResultsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->get_property = fx_results_get_property;
  object_class->set_property = fx_results_set_property;
  object_class->finalize = fx_results_finalize;
  g_object_class_install_property (
      object_class, PROP_TITLE,
      g_param_spec_string ("title", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      object_class, PROP_FRACTION,
      g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      object_class, PROP_MESSAGE,
      g_param_spec_string ("message", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS));
  signals[LAYERS_CHANGED]
      = g_signal_new ("layers-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FINISHED] = g_signal_new ("finished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
fx_results_init (FxResults *results)
{
  results->layers = g_array_new (FALSE, TRUE, sizeof (FxResultLayer));
  g_array_set_clear_func (results->layers, layer_clear);
  results->places = g_hash_table_new (g_str_hash, g_str_equal);
  results->log = g_list_store_new (GTK_TYPE_STRING_OBJECT);
}
