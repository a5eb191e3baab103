/* The clocks of benchmarks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <time.h>

/* Milliseconds of one of the clocks of time.h: CLOCK_PROCESS_CPUTIME_ID, CLOCK_MONOTONIC, … */
static inline double
bench_clock_ms (clockid_t clock)
{
  struct timespec time;

  clock_gettime (clock, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}
