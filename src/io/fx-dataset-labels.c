/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-dataset-labels.h"

#include "core/fx-error.h"
#include "io/fx-file.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf" /* which some editors put in front of UTF-8 */

static void
label_free (gpointer data)
{
  FxLabel *label = data;

  g_free (label->name);
  g_free (label->path);
  g_free (label->class_name);
  g_free (label);
}

static gboolean
is_separator (char c)
{
  return c == ' ' || c == ',' || c == ';';
}

/* Where a whole number stands alone, first behind the beginning: the separators in front of it; NULL if there is none.
 * So names may hold blanks and commas. */
static char *
find_number (char *line)
{
  for (char *at = line + 1; *at != '\0'; at++)
    if (is_separator (*at) && !is_separator (at[-1]))
      {
        const char *word = at + strspn (at, " ,;");
        gsize n = strspn (word, "0123456789");

        if (n > 0 && (word[n] == '\0' || is_separator (word[n])))
          return at;
      }
  return NULL;
}

/* Ends the name of the file, which is NUL then, and gives what follows; "" if there is nothing. */
static char *
end_name (char **line, const char *folder)
{
  char *tab = strchr (*line, '\t'), *quote = **line == '"' ? strchr (*line + 1, '"') : NULL, *end;
  g_autofree char *whole = g_build_filename (folder, *line, NULL);

  if (quote != NULL && tab == NULL)
    {
      ++*line;
      *quote = '\0';
      return quote + 1;
    }
  end = tab != NULL ? tab : find_number (*line);
  if (end == NULL && !g_file_test (whole, G_FILE_TEST_EXISTS))
    end = *line + strcspn (*line, " ");
  if (end == NULL || *end == '\0')
    return *line + strlen (*line);
  *end = '\0';
  return end + 1;
}

/* FILE INDEX CLASS-NAME, of which the last two may be missing; behind a tab in the first place all are behind tabs. */
static FxLabel *
parse_line (char *line, const char *folder, GError **error)
{
  gboolean tabs = strchr (line, '\t') != NULL;
  char *rest = end_name (&line, folder), *number = rest + strspn (rest, tabs ? "\t" : " ,;");
  gsize n = strcspn (number, tabs ? "\t" : " ,;");
  gboolean more = number[n] != '\0';
  guint64 index = 0;
  FxLabel *label;

  number[n] = '\0';
  if (*number != '\0' && !g_ascii_string_to_unsigned (number, 10, 0, G_MAXINT, &index, NULL))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is no class index, wanted a number from 0", number);
      return NULL;
    }
  label = g_new0 (FxLabel, 1);
  label->name = g_strdup (line);
  label->path = g_canonicalize_filename (line, folder);
  label->index = *number != '\0' ? (int)index : -1;
  rest = more ? number + n + 1 : number + n;
  rest = g_strstrip (rest + strspn (rest, tabs ? "\t" : " ,;"));
  label->class_name = *rest != '\0' ? g_strdup (rest) : NULL;
  return label;
}

/* A tab at the end stays: it says that the blanks in front of it belong to the name. */
static void
strip_end (char *line)
{
  gsize n = strlen (line);

  while (n > 0 && line[n - 1] != '\t' && g_ascii_isspace (line[n - 1]))
    line[--n] = '\0';
}

static gboolean
parse_lines (char *text, const char *folder, GPtrArray *labels, GError **error)
{
  guint number = 1;

  for (char *line = text; line != NULL; number++)
    {
      char *end = strchr (line, '\n');

      if (end != NULL)
        *end++ = '\0';
      strip_end (line);
      if (*line != '\0' && *line != '#')
        {
          FxLabel *label = parse_line (line, folder, error);

          if (label == NULL)
            return fx_error_prefix (error, "line %u", number);
          g_ptr_array_add (labels, label);
        }
      line = end;
    }
  return TRUE;
}

static gboolean
is_text (const char *data, gsize size)
{
  return size == 0 || (memchr (data, '\0', size) == NULL && g_utf8_validate_len (data, size, NULL));
}

/* Elements may happen to be UTF-8, but then they are seldom letters. */
static gboolean
has_controls (const char *data, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (g_ascii_iscntrl (data[i]) && !g_ascii_isspace (data[i]))
      return TRUE;
  return FALSE;
}

gboolean
fx_labels_is_bytes (const char *path)
{
  g_autoptr (GBytes) bytes = fx_file_map (path, NULL);
  const char *data = bytes != NULL ? g_bytes_get_data (bytes, NULL) : NULL;
  gsize size = bytes != NULL ? g_bytes_get_size (bytes) : 0;

  return data != NULL && (!is_text (data, size) || has_controls (data, size));
}

GPtrArray *
fx_labels_read (const char *path, GError **error)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (label_free);
  g_autoptr (GBytes) bytes = fx_file_map (path, error);
  g_autofree char *text = NULL, *absolute = NULL, *folder = NULL;
  gsize size;
  const char *data;

  if (bytes == NULL)
    {
      fx_error_prefix (error, "%s", path);
      return NULL;
    }
  data = g_bytes_get_data (bytes, &size);
  if (!is_text (data, size))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "%s: is neither a sample nor a list: not text", path);
      return NULL;
    }
  text = g_strndup (data, size);
  absolute = g_canonicalize_filename (path, NULL);
  folder = g_path_get_dirname (absolute);
  if (!parse_lines (g_str_has_prefix (text, BYTE_ORDER_MARK) ? text + strlen (BYTE_ORDER_MARK) : text, folder, labels,
                    error))
    {
      fx_error_prefix (error, "%s", path);
      return NULL;
    }
  return g_steal_pointer (&labels);
}

static void
sample_set_label (FxDataset *dataset, FxSample *sample, int index, const char *class_name)
{
  if (sample->label < 0 && index >= 0)
    dataset->n_labeled++;
  sample->label = index;
  g_free (sample->class_name);
  sample->class_name = g_strdup (class_name);
}

/* The label of a file or of the innermost folder that has one. */
static FxLabel *
find_label (GHashTable *by_name, const char *name)
{
  g_autofree char *path = g_strdup (name);

  for (;;)
    {
      FxLabel *label = g_hash_table_lookup (by_name, path);
      char *slash = strrchr (path, '/');

      if (label != NULL || slash == NULL)
        return label;
      *slash = '\0';
    }
}

void
fx_labels_assign (GPtrArray *labels, FxDataset *dataset, gboolean note_unused)
{
  g_autoptr (GHashTable) by_name = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) by_path = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < labels->len; i++)
    {
      FxLabel *label = g_ptr_array_index (labels, i);

      if (!g_hash_table_contains (by_path, label->path))
        g_hash_table_insert (by_path, label->path, label);
      if (g_hash_table_contains (by_name, label->name))
        {
          fx_dataset_skip (dataset, label->name, "is in the labels twice, the first one counts");
          label->used = TRUE;
        }
      else
        g_hash_table_insert (by_name, label->name, label);
    }
  for (guint i = 0; i < dataset->samples->len; i++)
    {
      FxSample *sample = g_ptr_array_index (dataset->samples, i);
      FxLabel *label = find_label (by_name, sample->name);
      g_autofree char *path = label == NULL ? g_canonicalize_filename (sample->path, NULL) : NULL;

      if (label == NULL)
        label = find_label (by_path, path);
      if (label == NULL)
        continue;
      label->used = TRUE;
      sample_set_label (dataset, sample, label->index, label->class_name);
    }
  for (guint i = 0; i < labels->len; i++)
    {
      const FxLabel *label = g_ptr_array_index (labels, i);

      if (note_unused && !label->used)
        fx_dataset_skip (dataset, label->name, "is in the labels but not among the samples");
    }
}

void
fx_labels_from_folders (FxDataset *dataset)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GList) names = NULL;
  int index = 0;

  for (guint i = 0; i < dataset->samples->len; i++)
    {
      const FxSample *sample = g_ptr_array_index (dataset->samples, i);
      const char *slash = strchr (sample->name, '/');

      if (slash == NULL)
        return;
      g_hash_table_add (seen, g_strndup (sample->name, slash - sample->name));
    }
  if (g_hash_table_size (seen) < 2)
    return;
  names = g_list_sort (g_hash_table_get_keys (seen), (GCompareFunc)strcmp);
  for (GList *l = names; l != NULL; l = l->next)
    g_hash_table_insert (seen, g_strdup (l->data), GINT_TO_POINTER (index++));
  for (guint i = 0; i < dataset->samples->len; i++)
    {
      FxSample *sample = g_ptr_array_index (dataset->samples, i);
      g_autofree char *folder = g_strndup (sample->name, strcspn (sample->name, "/"));

      sample_set_label (dataset, sample, GPOINTER_TO_INT (g_hash_table_lookup (seen, folder)), folder);
    }
}
