/* Will this model run on that board, and if not, what has to change?
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-diagnostic.h"
#include "core/check/fx-target.h"
#include "core/quant/fx-quant-choice.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  FX_PLACEMENT_UNKNOWN, /* the target's list is incomplete, or a shape is not known */
  FX_PLACEMENT_BPU,
  FX_PLACEMENT_CPU,
  FX_PLACEMENT_FOLDED,      /* gone before run time: constant, fused into a neighbour, or without effect */
  FX_PLACEMENT_UNSUPPORTED, /* no device takes it */
} FxPlacement;

const char *fx_placement_name (FxPlacement placement);  /* "bpu", … */
const char *fx_placement_title (FxPlacement placement); /* the same for people: translated */

#define FX_NO_SUBGRAPH (-1)

/* Why a node is where it is: one broken, unknown or noteworthy limit. */
typedef struct
{
  char *text;    /* the limit as a sentence */
  char *found;   /* NULL if nothing can be said */
  char *allowed; /* likewise */
  char *note;    /* how an ambiguous limit was read, NULL for others */
} FxReason;

typedef struct
{
  FxPlacement placement;
  int subgraph;        /* of the BPU, counted from 0; FX_NO_SUBGRAPH */
  gboolean assumed;    /* UNKNOWN only because the published list is not complete: nothing in it speaks against the BPU,
                          so conversions and estimates take it to run there */
  gboolean on_request; /* CPU, but meets the limits of the BPU and runs there if it is asked for */
  gboolean narrow;     /* BPU, with 8 bits only: the board has no more, or lists no more for such a node */
  GPtrArray *reasons;  /* of FxReason; empty where there is nothing to explain */
} FxNodeCheck;

typedef struct
{
  GPtrArray *diagnostics; /* of FxDiagnostic, errors first, then in node order */
  guint n_nodes;
  FxNodeCheck *nodes; /* [n_nodes], by node id */
  guint n_subgraphs;
  guint counts[FX_PLACEMENT_UNSUPPORTED + 1]; /* nodes per placement */
  guint n_assumed;
} FxCheckReport;

/* Judges a graph (sorted; shapes are inferred on a copy) against the rules for models and every limit of `target`; a
 * NULL target checks the rules for models only. `loading` (may be NULL) are findings of the reader, which are copied
 * into the report. Never fails but by cancellation. */
FxCheckReport *fx_check (const FxGraph *graph, const FxTarget *target, const GPtrArray *loading,
                         GCancellable *cancellable, GError **error);
/* The same with nodes where a person wants them, as a conversion with these choices would have them: in float on the
 * CPU, or on the BPU where that takes them on request. `choices` may be NULL. */
FxCheckReport *fx_check_chosen (const FxGraph *graph, const FxTarget *target, const GPtrArray *loading,
                                const FxNodeChoices *choices, GCancellable *cancellable, GError **error);
void fx_check_report_free (FxCheckReport *report); /* accepts NULL */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxCheckReport, fx_check_report_free)

G_END_DECLS
