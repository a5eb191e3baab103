/* SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-nearest.h"

#include <string.h>

#define MAX_LENGTH 64

guint
fx_word_distance (const char *a, const char *b)
{
  gsize n = strnlen (a, MAX_LENGTH), m = strnlen (b, MAX_LENGTH);
  guint d[MAX_LENGTH + 1][MAX_LENGTH + 1];

  for (gsize i = 0; i <= n; i++)
    d[i][0] = (guint)i;
  for (gsize j = 0; j <= m; j++)
    d[0][j] = (guint)j;
  for (gsize i = 1; i <= n; i++)
    for (gsize j = 1; j <= m; j++)
      {
        char x = g_ascii_tolower (a[i - 1]), y = g_ascii_tolower (b[j - 1]);

        d[i][j] = MIN (MIN (d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (x != y));
        if (i > 1 && j > 1 && x == g_ascii_tolower (b[j - 2]) && g_ascii_tolower (a[i - 2]) == y)
          d[i][j] = MIN (d[i][j], d[i - 2][j - 2] + 1);
      }
  return d[n][m];
}

const char *
fx_nearest_word (const char *word, const char *const *candidates)
{
  guint limit = MAX ((guint)strnlen (word, MAX_LENGTH) / 3, 1);
  const char *best = NULL;

  for (gsize i = 0; candidates[i] != NULL; i++)
    {
      guint distance = fx_word_distance (word, candidates[i]);

      if (distance <= limit)
        {
          best = candidates[i];
          if (distance == 0)
            break;
          limit = distance - 1;
        }
    }
  return best;
}
