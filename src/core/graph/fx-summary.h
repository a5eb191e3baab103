/* What a model amounts to: operators, parameters, multiply-accumulates, memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

typedef struct
{
  const char *domain;  /* borrowed from the graph */
  const char *op_type; /* likewise */
  gboolean known;      /* there is an operator of that name */
  guint count;
} FxOpCount;

typedef struct
{
  GArray *operators;  /* of FxOpCount, most frequent first, then by name */
  guint64 parameters; /* elements of all constants, those in Constant nodes included */
  guint64 parameter_bytes;
  guint64 macs;             /* of one run, as far as shapes are known */
  guint64 activation_bytes; /* all node outputs together */
  guint64 peak_bytes;       /* the most that is alive at once when nodes run in order and free what nobody needs */
  guint unknown_shapes;     /* node outputs that the figures above leave out */
} FxSummary;

/* Shapes are inferred already. Free with fx_summary_clear(), before the graph. */
void fx_summary_init (FxSummary *summary, const FxGraph *graph);
void fx_summary_clear (FxSummary *summary);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FxSummary, fx_summary_clear)

G_END_DECLS
