/* The table of exponentials of QSoftmax: against the library's in long double, and the same bits everywhere.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/q-softmax.h"

#include <math.h>

#define ENTRIES 65536

static const float scales[]
    = { 1e-7f, 0.0001f, 0.003f, 0.0078125f, 0.05f, 0.0625f, 0.24f, 0.69314718f, 1.7f, 30.0f, 1e30f };

/* Each entry is the nearest integer, but where the exact value lies in the middle to within what doubles can tell. */
static void
test_is_nearest (void)
{
  g_autofree gint32 *table = g_new (gint32, ENTRIES);

  for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
    {
      fx_q_softmax_table (scales[s], ENTRIES, table);
      for (gsize d = 0; d < ENTRIES; d++)
        {
          long double exact = ldexpl (expl (-(long double)d * (long double)scales[s]), FX_Q_SOFTMAX_BITS);

          g_assert_cmpfloat ((double)fabsl (exact - table[d]), <=, 0.5 + 1e-7);
        }
    }
}

/* The bytes of all tables, little-endian; a second implementation, in Python, gives the same checksum. */
static void
test_same_everywhere (void)
{
  g_autofree gint32 *table = g_new (gint32, ENTRIES);
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint s = 0; s < G_N_ELEMENTS (scales); s++)
    {
      fx_q_softmax_table (scales[s], ENTRIES, table);
      for (gsize d = 0; d < ENTRIES; d++)
        table[d] = GINT32_TO_LE (table[d]);
      g_checksum_update (sum, (const guchar *)table, ENTRIES * sizeof *table);
    }
  g_assert_cmpstr (g_checksum_get_string (sum), ==, "543a04159ccb8bc3cf5e079d9ccb34e0aa4ea7d740d30242a36720bb22e60594");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/q-softmax/is-nearest", test_is_nearest);
  g_test_add_func ("/q-softmax/same-everywhere", test_same_everywhere);
  return g_test_run ();
}
