/* SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-preprocess.h"

#include "core/calib/fx-color.h"
#include "core/calib/fx-step.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <string.h>

#define MAX_STEPS 64

static const FxStepKind *const families[] = { fx_steps_geometry, fx_steps_color, fx_steps_values };

/* The families' rows as one array, in that order. */
static const FxStepKind *
all_kinds (guint *n)
{
  static gsize ready = 0;
  static FxStepKind kinds[MAX_STEPS];
  static guint n_kinds;

  if (g_once_init_enter (&ready))
    {
      for (guint i = 0; i < G_N_ELEMENTS (families); i++)
        for (const FxStepKind *kind = families[i]; kind->name != NULL && n_kinds < MAX_STEPS; kind++)
          kinds[n_kinds++] = *kind;
      g_once_init_leave (&ready, 1);
    }
  *n = n_kinds;
  return kinds;
}

const FxStepKind *
fx_preprocess_step_kinds (guint *n)
{
  return all_kinds (n);
}

FxPreprocess *
fx_preprocess_new (void)
{
  FxPreprocess *preprocess = g_new0 (FxPreprocess, 1);

  preprocess->steps = g_array_new (FALSE, TRUE, sizeof (FxStep));
  preprocess->dtype = FX_DTYPE_FLOAT;
  return preprocess;
}

FxPreprocess *
fx_preprocess_copy (const FxPreprocess *preprocess)
{
  FxPreprocess *copy = g_new (FxPreprocess, 1);

  *copy = *preprocess;
  copy->steps = g_array_copy (preprocess->steps);
  return copy;
}

void
fx_preprocess_free (FxPreprocess *preprocess)
{
  if (preprocess != NULL)
    {
      g_array_unref (preprocess->steps);
      g_free (preprocess);
    }
}

static const FxStep *
step_at (const FxPreprocess *preprocess, guint i)
{
  return &g_array_index (preprocess->steps, FxStep, i);
}

static const FxStepKind *
find_kind (const char *name, GError **error)
{
  guint n;
  const FxStepKind *kinds = all_kinds (&n);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      if (g_str_equal (kinds[i].name, name))
        return &kinds[i];
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", kinds[i].name);
    }
  fx_fail (error, FX_ERROR_BAD_DATA, "there is no step \"%s\", wanted one of %s", name, names->str);
  return NULL;
}

/* Steps without apply() say how to store the tensor: each once. */
static gboolean
keep_storage (FxPreprocess *preprocess, const FxStep *step, GError **error)
{
  for (guint i = 0; i < preprocess->steps->len; i++)
    if (step_at (preprocess, i)->kind == step->kind)
      return fx_fail (error, FX_ERROR_BAD_DATA, "it is given twice");
  if (g_str_equal (step->kind->name, "layout"))
    preprocess->nhwc = step->choice == FX_LAYOUT_NHWC;
  else
    preprocess->dtype = step->choice;
  return TRUE;
}

static gboolean
parse_arguments (FxPreprocess *preprocess, FxStep *step, const char *const *arguments, FxFrame *frame, GError **error)
{
  FxWords words = { arguments };

  if (!step->kind->parse (step, &words, error))
    return FALSE;
  if (*words.words != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is one argument too many, wanted %s", *words.words,
                    *step->kind->args != '\0' ? step->kind->args : _ ("none"));
  if (step->kind->apply == NULL && !keep_storage (preprocess, step, error))
    return FALSE;
  return step->kind->check == NULL || step->kind->check (step, frame, error);
}

/* `words` has no empty ones and at least one. */
static gboolean
parse_step (FxPreprocess *preprocess, const char *const *words, FxFrame *frame, GError **error)
{
  guint number = preprocess->steps->len + 1;
  FxStep step = { .kind = find_kind (words[0], error) };

  if (step.kind == NULL)
    return fx_error_prefix (error, "step %u", number);
  if (number > MAX_STEPS)
    return fx_fail (error, FX_ERROR_BAD_DATA, "there are more than %d steps", MAX_STEPS);
  if (!parse_arguments (preprocess, &step, words + 1, frame, error))
    return fx_error_prefix (error, "step %u (%s)", number, step.kind->name);
  g_array_append_val (preprocess->steps, step);
  return TRUE;
}

/* Words between blanks and commas; "/255" reads as "std 255". */
static GPtrArray *
split_words (const char *text)
{
  GPtrArray *words = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = NULL;

  text += strspn (text, " \t\r");
  if (*text == '/')
    {
      g_ptr_array_add (words, g_strdup ("std"));
      text++;
    }
  parts = g_strsplit_set (text, " \t\r,", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (*parts[i] != '\0')
      g_ptr_array_add (words, g_strdup (parts[i]));
  g_ptr_array_add (words, NULL);
  return words;
}

FxPreprocess *
fx_preprocess_parse (const char *text, GError **error)
{
  g_autoptr (FxPreprocess) preprocess = fx_preprocess_new ();
  g_auto (GStrv) parts = NULL;
  FxFrame frame = { .color = FX_COLOR_RGB };

  if (!g_utf8_validate (text, -1, NULL))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the preprocessing is not UTF-8 text");
      return NULL;
    }
  parts = g_strsplit_set (text, ";\n", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) words = split_words (parts[i]);

      if (words->len > 1 && !parse_step (preprocess, (const char *const *)words->pdata, &frame, error))
        return NULL;
    }
  return g_steal_pointer (&preprocess);
}

char *
fx_preprocess_to_string (const FxPreprocess *preprocess)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < preprocess->steps->len; i++)
    {
      const FxStep *step = step_at (preprocess, i);

      g_string_append_printf (text, "%s%s", i > 0 ? "; " : "", step->kind->name);
      step->kind->print (step, text);
    }
  return g_string_free (text, FALSE);
}

/* Puts channel c of `in` where the layout wants it; NaN becomes the lowest value of an integer type. */
#define STORE_CHANNEL(type, expression)                                                                                \
  for (gsize i = 0; i < pixels; i++)                                                                                   \
    {                                                                                                                  \
      float value = in->dtype == FX_DTYPE_FLOAT ? in->f32[i * channels + c] : in->u8[i * channels + c];                \
                                                                                                                       \
      ((type *)data)[first + i * step] = (type)(expression);                                                           \
    }

static void
store_channel (const FxPreprocess *preprocess, const FxImage *in, gsize c, void *data)
{
  gsize pixels = (gsize)in->width * in->height, channels = in->channels;
  gsize first = preprocess->nhwc ? c : c * pixels, step = preprocess->nhwc ? channels : 1;

  switch (preprocess->dtype)
    {
    case FX_DTYPE_UINT8: STORE_CHANNEL (guint8, fminf (fmaxf (rintf (value), 0.0f), 255.0f)); break;
    case FX_DTYPE_INT8: STORE_CHANNEL (gint8, fminf (fmaxf (rintf (value - 128.0f), -128.0f), 127.0f)); break;
    default: STORE_CHANNEL (float, value); break;
    }
}

static FxTensor *
to_tensor (const FxPreprocess *preprocess, const FxImage *image, GError **error)
{
  FxShape shape = preprocess->nhwc ? FX_SHAPE (1, image->height, image->width, image->channels)
                                   : FX_SHAPE (1, image->channels, image->height, image->width);
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (preprocess->dtype, &shape, &data, error);

  if (tensor == NULL)
    return NULL;
  for (int c = 0; c < image->channels; c++)
    store_channel (preprocess, image, c, data);
  return tensor;
}

gboolean
fx_preprocess_apply (const FxPreprocess *preprocess, const FxImage *image, FxTensor **out, GError **error)
{
  g_autoptr (FxImage) work = fx_image_copy (image, error);
  FxFrame frame = { image->width, image->height, image->color, FALSE };

  *out = NULL;
  if (work == NULL)
    return FALSE;
  for (guint i = 0; i < preprocess->steps->len; i++)
    {
      const FxStep *step = step_at (preprocess, i);

      if (step->kind->check != NULL && !step->kind->check (step, &frame, error))
        return fx_error_prefix (error, "step %u (%s)", i + 1, step->kind->name);
      if (step->kind->apply != NULL && !step->kind->apply (step, &work, error))
        return fx_error_prefix (error, "step %u (%s)", i + 1, step->kind->name);
    }
  *out = to_tensor (preprocess, work, error);
  return *out != NULL;
}

void
fx_preprocess_output_shape (const FxPreprocess *preprocess, FxShape *shape)
{
  FxFrame frame = { .color = FX_COLOR_RGB };
  gint64 width, height, channels;

  for (guint i = 0; i < preprocess->steps->len; i++)
    if (step_at (preprocess, i)->kind->check != NULL)
      step_at (preprocess, i)->kind->check (step_at (preprocess, i), &frame, NULL);
  width = frame.width > 0 ? frame.width : FX_DIM_UNKNOWN;
  height = frame.height > 0 ? frame.height : FX_DIM_UNKNOWN;
  channels = fx_color_channels (frame.color);
  *shape = preprocess->nhwc ? FX_SHAPE (1, height, width, channels) : FX_SHAPE (1, channels, height, width);
}

static gboolean
fits (const FxShape *found, const FxShape *wanted)
{
  if (wanted->rank < 0)
    return TRUE;
  if (found->rank != wanted->rank)
    return FALSE;
  for (int i = 0; i < found->rank; i++)
    if (found->dims[i] >= 0 && wanted->dims[i] >= 0 && found->dims[i] != wanted->dims[i])
      return FALSE;
  return TRUE;
}

gboolean
fx_preprocess_check_shape (const FxShape *found, const FxShape *wanted, GError **error)
{
  g_autofree char *have = fx_shape_to_string (found);
  g_autofree char *want = fx_shape_to_string (wanted);
  FxShape nhwc, nchw;
  const char *hint = "";

  if (fits (found, wanted))
    return TRUE;
  if (found->rank == 4 && wanted->rank == 4)
    {
      const gint64 *d = found->dims;

      nhwc = FX_SHAPE (d[0], d[2], d[3], d[1]);
      nchw = FX_SHAPE (d[0], d[3], d[1], d[2]);
      if (fits (&nhwc, wanted))
        hint = ": add \"layout nhwc\"";
      else if (fits (&nchw, wanted))
        hint = ": add \"layout nchw\"";
      else
        hint = ": change the step that resizes or crops, or the color, so that they agree";
    }
  return fx_fail (error, FX_ERROR_BAD_DATA, "the preprocessing makes %s of a picture, the model's input wants %s%s",
                  have, want, hint);
}
