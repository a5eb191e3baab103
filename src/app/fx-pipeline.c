/* SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-pipeline.h"

#include <string.h>

static const char *const fit_names[] = { "resize", "resize-short", "letterbox", "center-crop", "pad", NULL };
static const char *const color_names[] = { "rgb", "bgr", "gray", "yuv444", "nv12", NULL };
static const char *const mean_names[] = { "mean", NULL };
static const char *const scale_names[] = { "scale", NULL };
static const char *const std_names[] = { "std", NULL };
static const char *const layout_names[] = { "layout", NULL };

static const char *const *const part_names[] = {
  [FX_PIPELINE_FIT] = fit_names,     [FX_PIPELINE_COLOR] = color_names, [FX_PIPELINE_MEAN] = mean_names,
  [FX_PIPELINE_SCALE] = scale_names, [FX_PIPELINE_STD] = std_names,     [FX_PIPELINE_LAYOUT] = layout_names,
};

/* Steps without blanks around them; empty ones are gone. */
static GPtrArray *
split (const char *text)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) parts = g_strsplit_set (text != NULL ? text : "", ";\n", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_ptr_array_add (steps, g_strdup (parts[i]));
  return steps;
}

static char *
join (GPtrArray *steps)
{
  g_ptr_array_add (steps, NULL);
  return g_strjoinv ("; ", (char **)steps->pdata);
}

/* The part that a step is of; -1: none. */
static int
part_of (const char *step)
{
  g_autofree char *name = g_strndup (step, strcspn (step, " \t,"));

  for (guint i = 0; i < G_N_ELEMENTS (part_names); i++)
    if (g_strv_contains (part_names[i], name))
      return (int)i;
  return *step == '/' ? FX_PIPELINE_STD : -1;
}

/* A step as it is shown: without the name where that is plain from the part. */
static char *
shown (const char *step, FxPipelinePart part)
{
  if (part <= FX_PIPELINE_COLOR)
    return g_strdup (step);
  return g_strstrip (g_strdup (step + (*step == '/' ? 1 : strcspn (step, " \t"))));
}

char *
fx_pipeline_get (const char *text, FxPipelinePart part)
{
  g_autoptr (GPtrArray) steps = split (text);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < steps->len; i++)
    if (part_of (steps->pdata[i]) == (int)part)
      {
        if (part != FX_PIPELINE_FIT)
          g_ptr_array_set_size (found, 0);
        g_ptr_array_add (found, shown (steps->pdata[i], part));
      }
  return found->len > 0 ? join (found) : NULL;
}

/* Takes the steps of a part out and tells where the first of them was; -1: there were none. */
static int
take_out (GPtrArray *steps, FxPipelinePart part)
{
  int place = -1;

  for (guint i = 0; i < steps->len;)
    if (part_of (steps->pdata[i]) == (int)part)
      {
        place = place < 0 ? (int)i : place;
        g_ptr_array_remove_index (steps, i);
      }
    else
      i++;
  return place;
}

/* Behind the last step that belongs in front of it. */
static int
natural_place (const GPtrArray *steps, FxPipelinePart part)
{
  int place = 0;

  for (guint i = 0; i < steps->len; i++)
    if (part_of (steps->pdata[i]) >= 0 && part_of (steps->pdata[i]) < (int)part)
      place = (int)i + 1;
  return place;
}

char *
fx_pipeline_set (const char *text, FxPipelinePart part, const char *value)
{
  g_autoptr (GPtrArray) steps = split (text);
  int place = take_out (steps, part);

  if (value != NULL && *value != '\0')
    {
      if (place < 0)
        place = natural_place (steps, part);
      g_ptr_array_insert (steps, place,
                          part <= FX_PIPELINE_COLOR ? g_strdup (value)
                                                    : g_strconcat (part_names[part][0], " ", value, NULL));
    }
  return join (steps);
}

char *
fx_pipeline_fit_text (FxFit fit, int width, int height)
{
  /* The usual margin of classifiers: 256 for 224. */
  int side = (MAX (width, height) * 8 + 3) / 7;

  switch (fit)
    {
    case FX_FIT_SQUEEZE: return g_strdup_printf ("resize %dx%d", width, height);
    case FX_FIT_CROP: return g_strdup_printf ("resize-short %d; center-crop %dx%d", side, width, height);
    case FX_FIT_LETTERBOX: return g_strdup_printf ("letterbox %dx%d", width, height);
    case FX_FIT_NONE:
    case FX_FIT_OTHER:
    default: return NULL;
    }
}

FxFit
fx_pipeline_fit_find (const char *steps, int width, int height)
{
  if (steps == NULL)
    return FX_FIT_NONE;
  for (FxFit fit = FX_FIT_SQUEEZE; fit < FX_FIT_OTHER; fit++)
    {
      g_autofree char *text = fx_pipeline_fit_text (fit, width, height);

      if (strcmp (text, steps) == 0)
        return fit;
    }
  return FX_FIT_OTHER;
}
