/* When each command of a program runs.
 *
 * Units work side by side; a command begins when its unit is free and those are over that it waits for. Segments follow
 * each other. What the CPU does is in the cost report (fx-cost.h), not here.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-program.h"

G_BEGIN_DECLS

typedef struct
{
  double start_ms, end_ms; /* from the beginning of its segment */
} FxTimelineItem;

/* What is done for a node, in all its commands. */
typedef struct
{
  double compute_ms, load_ms, store_ms;
  guint n_tiles;                   /* 0: it does not run on the BPU */
  gint64 tile_rows, tile_channels; /* of the first one; 1 channel where it is not cut by them */
} FxNodeTimes;

typedef struct
{
  guint n_commands;
  FxTimelineItem *commands; /* [n_commands] */
  double *segment_ms;       /* [segments], 0 on the CPU */
  FxNodeTimes *nodes;       /* [nodes of the network] */
  double bpu_ms;            /* all segments of the BPU, each of which is a function call */
  double longest_ms;        /* the longest of them */
  guint n_calls;
  double busy_ms[FX_N_UNITS];
  guint64 loaded_bytes, stored_bytes; /* a frame */
  guint64 sram_peak;                  /* the highest byte in use */
} FxTimeline;

FxTimeline *fx_timeline_new (const FxProgram *program);
void fx_timeline_free (FxTimeline *timeline); /* accepts NULL */

/* Bytes of SRAM that places take in each of `n` equal parts of a segment's time: the most in that part. */
void fx_timeline_sram (const FxTimeline *timeline, const FxProgram *program, guint segment, guint n, guint64 *bytes);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxTimeline, fx_timeline_free)

G_END_DECLS
