/* Synthetic networks to draw, and the middle and the ends of many times.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "scene/fx-scene.h"

/* About that many nodes, and what is drawn of them: a spine of blocks with three branches and a shortcut, and one
 * tensor that every tenth block uses; placed on a board, so that there are all colors. */
FxGraph *bench_net_graph (guint n_nodes);
FxScene *bench_net_scene (guint n_boxes);

typedef struct
{
  double median, p95, worst;
} BenchTimes;

/* Sorts `times`, of doubles; at least one. */
BenchTimes bench_times (GArray *times);
