/* Walks the operator table: every operator is complete, documented and has at least one case in tests/ops.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/graph/fx-graph.h"
#include "core/ops/fx-op.h"

#include <ctype.h>
#include <string.h>

static GString *all_cases;

static void
test_rows (void)
{
  for (guint i = 0; i < fx_n_ops; i++)
    {
      const FxOp *op = fx_ops[i];

      g_test_message ("%s", op->name);
      g_assert_nonnull (op->infer);
      g_assert_nonnull (op->eval);
      g_assert_cmpuint (strlen (op->doc), >, 8);
      g_assert_false (g_str_has_suffix (op->doc, "."));
      g_assert_null (strchr (op->doc, '\n'));
      g_assert_cmpuint (op->since, >=, 1);
      g_assert_true (op->until == 0 || op->until >= op->since);
      g_assert_cmpuint (op->min_inputs, <=, op->max_inputs);
      g_assert_cmpuint (op->min_outputs, <=, op->max_outputs);
      g_assert_cmpuint (op->max_outputs, >=, 1);
      g_assert_true (fx_op_find (op->domain, op->name) == op);
    }
  g_assert_cmpuint (fx_n_ops, >=, 110);
}

static void
test_attributes (void)
{
  for (guint i = 0; i < fx_n_ops; i++)
    for (const FxAttrRow *row = fx_ops[i]->attrs; row != NULL && row->name != NULL; row++)
      {
        g_test_message ("%s.%s", fx_ops[i]->name, row->name);
        g_assert_cmpuint (strlen (row->doc), >, 3);
        g_assert_false (g_str_has_suffix (row->doc, "."));
        g_assert_cmpuint (row->offset, <, fx_ops[i]->params_size);
        g_assert_null (strchr (row->name, ' '));
        for (const FxAttrRow *other = fx_ops[i]->attrs; other != row; other++)
          g_assert_cmpstr (other->name, !=, row->name);
      }
}

/* "= Name (" or "= Name(" somewhere in a case file */
static gboolean
has_case (const FxOp *op)
{
  g_autofree char *call = g_strdup_printf ("%s(", op->name);
  g_autofree char *spaced = g_strdup_printf ("%s (", op->name);
  const char *patterns[] = { call, spaced };

  for (guint k = 0; k < G_N_ELEMENTS (patterns); k++)
    for (const char *at = strstr (all_cases->str, patterns[k]); at != NULL; at = strstr (at + 1, patterns[k]))
      if (at > all_cases->str && (at[-1] == ' ' || at[-1] == ':'))
        return TRUE;
  return FALSE;
}

static void
test_has_case (void)
{
  guint n_missing = 0;

  for (guint i = 0; i < fx_n_ops; i++)
    if (!has_case (fx_ops[i]))
      {
        g_test_message ("%s has no case in tests/ops", fx_ops[i]->name);
        n_missing++;
      }
  g_assert_cmpuint (n_missing, ==, 0);
}

static void
read_cases (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  g_assert_nonnull (dir);
  all_cases = g_string_new (NULL);
  for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *text = NULL;

      if (g_str_has_suffix (name, ".case") && g_file_get_contents (file, &text, NULL, NULL))
        g_string_append (all_cases, text);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  read_cases (argv[1]);
  g_test_add_func ("/op-table/rows", test_rows);
  g_test_add_func ("/op-table/attributes", test_attributes);
  g_test_add_func ("/op-table/has-case", test_has_case);
  return g_test_run ();
}
