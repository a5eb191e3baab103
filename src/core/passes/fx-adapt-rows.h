/* The opset conversion's tables, and what their functions have in common. Private to fx-adapt*.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"

G_BEGIN_DECLS

#define FX_ADAPT_OPSET 11

/* One node on its way. */
typedef struct
{
  FxGraph *graph;
  FxNode *node;
  GPtrArray *diagnostics;
  const FxKnownValues *known;
} FxAdapt;

/* Takes the node across a version step. FALSE: it cannot be done; the node is untouched and a finding was reported. */
typedef gboolean (*FxAdaptFunc) (FxAdapt *adapt);

/* Opset `step` changed `op`: in fx_adapt_up the function makes that form from the one before, in fx_adapt_down it goes
 * back behind it. In fx_adapt_expand, opset `step` introduced `op` and the function does without it.
 * A NULL name ends a table. */
typedef struct
{
  const char *op;
  guint step;
  FxAdaptFunc func;
} FxAdaptRow;

extern const FxAdaptRow fx_adapt_up[];
extern const FxAdaptRow fx_adapt_down[];
extern const FxAdaptRow fx_adapt_expand[];

/* Reports why the node cannot be mapped; always FALSE. `fix` says what a user can do about it. */
gboolean fx_adapt_refuse (const FxAdapt *adapt, const char *fix, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* ---- the node as it is ---- */

FxId fx_adapt_input (const FxAdapt *adapt, guint i); /* FX_NONE if omitted */
FxShape fx_adapt_shape (const FxAdapt *adapt, guint i);
FxDType fx_adapt_dtype (const FxAdapt *adapt, guint i);      /* UNDEFINED if not known */
FxTensor *fx_adapt_constant (const FxAdapt *adapt, guint i); /* borrowed; also if computed; NULL if it is none */
gboolean fx_adapt_used (const FxAdapt *adapt, guint output); /* whether the node has that output */
gint64 fx_adapt_int (const FxAdapt *adapt, const char *attr, gint64 otherwise);
double fx_adapt_float (const FxAdapt *adapt, const char *attr, double otherwise);
const char *fx_adapt_string (const FxAdapt *adapt, const char *attr, const char *otherwise);

/* The integers of constant input i, at most FX_MAX_RANK of them. NULL: refused, `what` names the input. g_free() it. */
gint64 *fx_adapt_ints (const FxAdapt *adapt, guint i, const char *what, guint *n);

/* TRUE if the attribute is absent or all of its integers are `value`. */
gboolean fx_adapt_all (const FxAdapt *adapt, const char *attr, gint64 value);

/* ---- changing it ---- */

/* New constants, named after the node. */
FxId fx_adapt_new_ints (const FxAdapt *adapt, const char *suffix, const gint64 *values, guint n);
FxId fx_adapt_new_scalar (const FxAdapt *adapt, const char *suffix, FxDType dtype, double value);
FxId fx_adapt_new_floats (const FxAdapt *adapt, const char *suffix, FxDType dtype, double value, guint n);

/* Sets input i, with omitted ones before it if need be. */
void fx_adapt_set_input (const FxAdapt *adapt, guint i, FxId value);
void fx_adapt_cut_inputs (const FxAdapt *adapt, guint n);  /* keeps the first n */
void fx_adapt_cut_outputs (const FxAdapt *adapt, guint n); /* keeps the first n */

/* A new opset 11 node in front of this one, with one output; for its attributes. */
FxNode *fx_adapt_emit (const FxAdapt *adapt, const char *op, guint n_inputs, ...);
/* The same where the node needs nothing more: its output. */
FxId fx_adapt_apply (const FxAdapt *adapt, const char *op, guint n_inputs, ...);

/* The node itself becomes another operator of the same outputs, without attributes, in the form of opset 11. */
void fx_adapt_become (const FxAdapt *adapt, const char *op, guint n_inputs, ...);
/* The node keeps everything but its operator. */
void fx_adapt_rename (const FxAdapt *adapt, const char *op);

G_END_DECLS
