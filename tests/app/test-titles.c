/* Words for what the core only has short names for: each has its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "app/fx-problem.h"
#include "core/bpu/fx-cost.h"
#include "core/check/fx-diagnostic.h"

static void
test_bounds (void)
{
  g_autoptr (GHashTable) titles = g_hash_table_new (g_str_hash, g_str_equal);

  for (FxCostKind kind = 0; kind < FX_N_COSTS; kind++)
    {
      const char *title = fx_cost_titles[kind];

      g_assert_nonnull (title);
      g_assert_cmpstr (title, !=, fx_cost_rows[kind].name);
      g_assert_true (g_unichar_isupper (g_utf8_get_char (title)));
      g_assert_true (g_hash_table_add (titles, (gpointer)title));
    }
}

/* Of readers, which have rules of their own, and of projects. */
static void
test_headings (void)
{
  static const char *const rules[] = { "assumed",
                                       "attribute",
                                       "batch-statistics",
                                       "config",
                                       "edit",
                                       "functions",
                                       "node-choice",
                                       "non-finite-weights",
                                       "partner",
                                       "overridable-initializer",
                                       "rank",
                                       "training-net",
                                       "training-only",
                                       "type",
                                       "unknown-field",
                                       "unknown-layer",
                                       "unsupported-constant",
                                       "unsupported-layer" };

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new (), groups = NULL;
      const char *title;

      fx_diagnostics_add (diagnostics, FX_SEVERITY_INFO, rules[i], NULL, NULL, "it is so");
      groups = fx_problems_group (diagnostics);
      g_assert_cmpuint (groups->len, ==, 1);
      title = fx_problem_get_title (groups->pdata[0]);
      g_assert_cmpstr (title, !=, rules[i]);
      g_assert_true (g_unichar_isupper (g_utf8_get_char (title)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/titles/bounds", test_bounds);
  g_test_add_func ("/titles/headings", test_headings);
  return g_test_run ();
}
