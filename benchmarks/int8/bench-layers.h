/* The convolutions of well-known networks, batch 1.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

typedef struct
{
  int size;    /* height and width of the input */
  int in, out; /* channels */
  int kernel, stride;
  int count; /* how many such layers the network has */
  gboolean depthwise;
} BenchLayer;

typedef struct
{
  const char *name;
  const BenchLayer *layers; /* ends where count is 0 */
} BenchNetwork;

extern const BenchNetwork bench_networks[]; /* ends where name is NULL */
