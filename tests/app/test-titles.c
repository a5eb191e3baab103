/* Words for what the core only has short names for: each has its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-cost.h"

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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/titles/bounds", test_bounds);
  return g_test_run ();
}
