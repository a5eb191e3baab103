/* How many threads OpenMP uses for work started by the calling thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#ifdef _OPENMP
#include <omp.h>
#endif

G_BEGIN_DECLS

/* Returns what it was, for fx_threads_leave(). */
static inline int
fx_threads_enter (guint n)
{
#ifdef _OPENMP
  int before = omp_get_max_threads ();

  omp_set_num_threads ((int)n);
  return before;
#else
  (void)n;
  return 1;
#endif
}

static inline void
fx_threads_leave (int before)
{
#ifdef _OPENMP
  omp_set_num_threads (before);
#else
  (void)before;
#endif
}

/* To be called first thing in main(), with its argv. GCC's OpenMP threads spin for milliseconds where they wait for
 * each other, which costs a time slice per layer as soon as another program wants a processor (measured: 245 ms instead
 * of 16 for a network of 5 ms). libgomp reads the limit from the environment before main(), so it is set and the
 * program started again, with the same arguments in the same process; unless the user has chosen GOMP_SPINCOUNT or
 * OMP_WAIT_POLICY, there is one processor only, or something stands between (valgrind, the loader called by name).
 * Returns if there is nothing to do or that fails. */
void fx_threads_setup (char **argv);

G_END_DECLS
