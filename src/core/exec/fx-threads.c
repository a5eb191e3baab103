/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-threads.h"

#include <unistd.h>

/* About 0.1 ms: longer than threads of one layer usually wait for each other, much shorter than a time slice. */
#define SPINS "4000"

void
fx_threads_setup (char **argv)
{
#ifdef __linux__
  if (g_getenv ("GOMP_SPINCOUNT") != NULL || g_getenv ("OMP_WAIT_POLICY") != NULL
      || !g_setenv ("GOMP_SPINCOUNT", SPINS, TRUE))
    return;
  execv ("/proc/self/exe", argv);
#else
  (void)argv;
#endif
}
