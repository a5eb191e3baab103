/* Choosing some of the samples of a set, evenly over its classes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-dataset.h"

#include <string.h>

/* SplitMix64 (Steele, Lea, Flood 2014): our own, so that a seed means the same samples for ever. */
static guint64
next_random (guint64 *state)
{
  guint64 z = *state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

static void
shuffle (GPtrArray *array, guint64 *state)
{
  for (guint i = array->len; i > 1; i--)
    {
      guint k = (guint)(((next_random (state) >> 32) * i) >> 32);
      gpointer swapped = array->pdata[i - 1];

      array->pdata[i - 1] = array->pdata[k];
      array->pdata[k] = swapped;
    }
}

static char *
group_key (const FxDataset *dataset, const FxSample *sample)
{
  const char *slash = strchr (sample->name, '/');

  if (dataset->n_labeled > 0)
    return g_strdup_printf ("%d", sample->label);
  return slash != NULL ? g_strndup (sample->name, slash - sample->name) : g_strdup ("");
}

/* Arrays of sample indices, one for each class, both levels shuffled. */
static GPtrArray *
make_groups (const FxDataset *dataset, guint64 *state)
{
  g_autoptr (GHashTable) by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *groups = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);

  for (guint i = 0; i < dataset->samples->len; i++)
    {
      char *key = group_key (dataset, g_ptr_array_index (dataset->samples, i));
      GPtrArray *group = g_hash_table_lookup (by_key, key);

      if (group == NULL)
        {
          group = g_ptr_array_new ();
          g_ptr_array_add (groups, group);
          g_hash_table_insert (by_key, g_steal_pointer (&key), group);
        }
      g_free (key);
      g_ptr_array_add (group, GUINT_TO_POINTER (i));
    }
  shuffle (groups, state);
  for (guint i = 0; i < groups->len; i++)
    shuffle (g_ptr_array_index (groups, i), state);
  return groups;
}

void
fx_dataset_select (FxDataset *dataset, guint count, guint64 seed)
{
  guint n = dataset->samples->len, left = count;
  g_autoptr (GPtrArray) groups = NULL;
  g_autofree guint8 *keep = NULL;

  if (count == 0 || count >= n)
    return;
  keep = g_new0 (guint8, n);
  groups = make_groups (dataset, &seed);
  for (guint turn = 0; left > 0; turn++)
    for (guint g = 0; g < groups->len && left > 0; g++)
      {
        const GPtrArray *group = g_ptr_array_index (groups, g);

        if (turn < group->len)
          {
            keep[GPOINTER_TO_UINT (group->pdata[turn])] = 1;
            left--;
          }
      }

  dataset->n_labeled = 0;
  for (guint i = 0, to = 0; i < n; i++)
    {
      FxSample *sample = g_ptr_array_index (dataset->samples, to);

      if (keep[i] == 0)
        g_ptr_array_remove_index (dataset->samples, to);
      else
        {
          dataset->n_labeled += sample->label >= 0;
          to++;
        }
    }
}
