/* SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-threads.h"

#include <limits.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/auxv.h>
#endif

/* About 25 µs: longer than threads of one layer usually wait for each other, much shorter than a time slice.
 * MobileNetV2 with 2 threads on 2 processors, both wanted by others (medians): 45 ms without any spinning, 57 ms with
 * this much, 106 ms with four times as much. How little would do on an idle machine was not measured. */
#define SPINS "1000"

void
fx_threads_setup (char **argv)
{
#ifdef __linux__
  char path[PATH_MAX];
  ssize_t length;

  /* what is set now is there the second time, so that there is no third */
  if (g_getenv ("GOMP_SPINCOUNT") != NULL || g_getenv ("OMP_WAIT_POLICY") != NULL || g_get_num_processors () == 1)
    return;
  /* started as an argument of the dynamic loader, which then is /proc/self/exe; valgrind and its like would lose us */
  if (getauxval (AT_BASE) == 0 || g_getenv ("LD_PRELOAD") != NULL)
    return;
  length = readlink ("/proc/self/exe", path, sizeof path);
  if (length <= 0 || length >= (ssize_t)sizeof path || !g_setenv ("GOMP_SPINCOUNT", SPINS, TRUE))
    return;
  /* by its path, as the process would be called "exe" otherwise */
  path[length] = '\0';
  execv (path, argv);
#else
  (void)argv;
#endif
}
