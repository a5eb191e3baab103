/* Groups of nodes that one kernel computes: a main node and what is fused behind it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-backend.h"

G_BEGIN_DECLS

typedef struct
{
  GArray *nodes; /* of FxId, the main one first */
  FxId output;   /* the value that the group gives: output 0 of its last node */
  FxId addend;   /* the other operand of a fused sum, or FX_NONE */
  guint n_posts;
  FxPost posts[FX_MAX_POSTS];
} FxGroup;

/* All nodes that are not removed, in an order in which they can run. With `backend` NULL every node stands alone; no
 * group hides one of the `visible` values. Free with g_ptr_array_unref(). */
GPtrArray *fx_fuse_groups (const FxGraph *graph, FxBackend *backend, const FxId *visible, guint n_visible);

/* TRUE if everything that a run decides (types, shapes) is known of this value. */
gboolean fx_value_is_static (const FxValue *value);

G_END_DECLS
