/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-intake.h"

#include "io/caffe/caffe-files.h"
#include "io/fx-file-kind.h"

#include <glib/gi18n.h>
#include <string.h>

/* Looking at files takes its time, and nobody waits for that with the mouse button down: behind so many samples all
 * others are taken for some, too. Whoever reads them says what they are. */
#define MAX_LOOKED 500

/* A file that is of no use, and what it is; NULL: not known. */
typedef struct
{
  const char *path, *what;
} Refused;

/* The files by what they are. */
typedef struct
{
  GPtrArray *models, *networks, *weights, *data, *unknown; /* of const char * */
  GArray *refused;                                         /* of Refused */
} Sorted;

static void
sort_file (Sorted *sorted, const char *path)
{
  Refused refused = { .path = path };
  FxFileKind kind = sorted->data->len < MAX_LOOKED ? fx_file_kind (path, &refused.what) : FX_FILE_TENSOR;

  if (kind == FX_FILE_CAFFE_NETWORK)
    g_ptr_array_add (sorted->networks, (gpointer)path);
  else if (kind == FX_FILE_CAFFE_WEIGHTS)
    g_ptr_array_add (sorted->weights, (gpointer)path);
  else if (fx_file_kind_opens (kind))
    g_ptr_array_add (sorted->models, (gpointer)path);
  else if (fx_file_kind_is_data (kind))
    g_ptr_array_add (sorted->data, (gpointer)path);
  else if (refused.what == NULL)
    g_ptr_array_add (sorted->unknown, (gpointer)path);
  else
    g_array_append_val (sorted->refused, refused);
}

static void
sorted_clear (Sorted *sorted)
{
  g_ptr_array_unref (sorted->models);
  g_ptr_array_unref (sorted->networks);
  g_ptr_array_unref (sorted->weights);
  g_ptr_array_unref (sorted->data);
  g_ptr_array_unref (sorted->unknown);
  g_array_unref (sorted->refused);
}

static void
sort (Sorted *sorted, const char *const *paths)
{
  *sorted = (Sorted){ g_ptr_array_new (), g_ptr_array_new (), g_ptr_array_new (),
                      g_ptr_array_new (), g_ptr_array_new (), g_array_new (FALSE, FALSE, sizeof (Refused)) };
  for (; *paths != NULL; paths++)
    sort_file (sorted, *paths);
}

/* ---- models ---- */

static void
add_model (FxIntake *intake, const char *path, const char *weights)
{
  FxIntakeModel *model = g_new (FxIntakeModel, 1);

  model->path = g_strdup (path);
  model->weights = g_strdup (weights);
  g_ptr_array_add (intake->models, model);
}

/* The weights of a network among those that came with it: the only one for the only network, or what lies beside it.
 * They are taken out. */
static const char *
take_weights (Sorted *sorted, const char *network)
{
  g_autofree char *beside = NULL;

  if (sorted->networks->len == 1 && sorted->weights->len == 1)
    return g_ptr_array_steal_index (sorted->weights, 0);
  beside = fx_caffe_find_other (network);
  for (guint i = 0; i < sorted->weights->len; i++)
    if (g_strcmp0 (sorted->weights->pdata[i], beside) == 0)
      return g_ptr_array_steal_index (sorted->weights, i);
  return NULL;
}

static void
add_models (FxIntake *intake, Sorted *sorted)
{
  for (guint i = 0; i < sorted->models->len; i++)
    add_model (intake, sorted->models->pdata[i], NULL);
  for (guint i = 0; i < sorted->networks->len; i++)
    add_model (intake, sorted->networks->pdata[i], take_weights (sorted, sorted->networks->pdata[i]));
  for (guint i = 0; i < sorted->weights->len; i++)
    add_model (intake, sorted->weights->pdata[i], NULL);
}

/* ---- samples ---- */

static void
add_data (FxIntake *intake, const GPtrArray *paths)
{
  for (guint i = 0; i < paths->len; i++)
    g_ptr_array_add (intake->data, g_strdup (paths->pdata[i]));
}

/* ---- what is said ---- */

static char *
describe_models (const FxIntake *intake)
{
  const FxIntakeModel *first = intake->models->pdata[0];
  g_autofree char *name = g_filename_display_basename (first->path);

  if (intake->models->len > 1)
    return g_strdup_printf (ngettext ("Open %u model", "Open %u models", intake->models->len), intake->models->len);
  if (intake->data->len > 0)
    return g_strdup_printf (_ ("Open “%s” with these calibration samples"), name);
  return g_strdup_printf (_ ("Open “%s”"), name);
}

static char *
describe_data (const FxIntake *intake)
{
  g_autofree char *name = g_filename_display_basename (intake->data->pdata[0]);

  if (intake->data->len > 1)
    return g_strdup_printf (ngettext ("Add %u file to the calibration samples",
                                      "Add %u files to the calibration samples", intake->data->len),
                            intake->data->len);
  return g_strdup_printf (_ ("Add “%s” to the calibration samples"), name);
}

static char *
describe_refused (const Sorted *sorted)
{
  const Refused *first = sorted->refused->len > 0 ? &g_array_index (sorted->refused, Refused, 0) : NULL;
  const GPtrArray *rest = sorted->data->len > 0 ? sorted->data : sorted->unknown;
  g_autofree char *name = NULL;

  if (first == NULL && rest->len == 0)
    return g_strdup (_ ("Only files on this computer can be used"));
  name = g_filename_display_basename (rest->len > 0 ? rest->pdata[0] : first->path);
  if (sorted->data->len > 0)
    return g_strdup_printf (_ ("“%s” can be calibration samples: open a model first"), name);
  if (sorted->unknown->len > 0)
    return g_strdup_printf (_ ("“%s” is no model of a known format; as samples it needs a model that is open"), name);
  return g_strdup_printf (_ ("“%s” is %s; drop a model, a project, a configuration, or pictures and tensors"), name,
                          first->what);
}

static char *
describe (const FxIntake *intake, const Sorted *sorted)
{
  g_autofree char *text = NULL;

  if (fx_intake_is_refused (intake))
    return describe_refused (sorted);
  text = intake->models->len > 0 ? describe_models (intake) : describe_data (intake);
  if (sorted->refused->len == 0)
    return g_steal_pointer (&text);
  /* Translators: %s: what is done with the other files */
  return g_strdup_printf (ngettext ("%s; %u file is left out", "%s; %u files are left out", sorted->refused->len), text,
                          sorted->refused->len);
}

/* ---- the whole ---- */

static void
model_free (gpointer data)
{
  FxIntakeModel *model = data;

  g_free (model->path);
  g_free (model->weights);
  g_free (model);
}

FxIntake *
fx_intake_new (const char *const *paths, gboolean has_model)
{
  FxIntake *intake = g_new0 (FxIntake, 1);
  Sorted sorted;

  intake->models = g_ptr_array_new_with_free_func (model_free);
  intake->data = g_ptr_array_new_with_free_func (g_free);
  sort (&sorted, paths);
  add_models (intake, &sorted);
  if (has_model || intake->models->len > 0)
    {
      add_data (intake, sorted.data);
      add_data (intake, sorted.unknown);
    }
  intake->n_left_out = sorted.refused->len;
  intake->text = describe (intake, &sorted);
  sorted_clear (&sorted);
  return intake;
}

void
fx_intake_free (FxIntake *intake)
{
  if (intake == NULL)
    return;
  g_ptr_array_unref (intake->models);
  g_ptr_array_unref (intake->data);
  g_free (intake->text);
  g_free (intake);
}

gboolean
fx_intake_is_refused (const FxIntake *intake)
{
  return intake->models->len == 0 && intake->data->len == 0;
}
