/* What a change to the model, or to how it is used, would do to the time of a frame.
 *
 * Each change is made to a copy of the integer network, and the copy is measured: what is told is the difference, not a
 * share of the whole. Changes are judged one at a time, so that their savings do not simply add up.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-cost.h"

G_BEGIN_DECLS

typedef enum
{
  FX_WHAT_IF_OUTPUTS,  /* outputs leave as integers */
  FX_WHAT_IF_INPUTS,   /* inputs come as integers */
  FX_WHAT_IF_REMOVE,   /* an operator at the end of the model is left to the user's program, as are integers there */
  FX_WHAT_IF_ISLAND,   /* operators on the CPU run on the BPU */
  FX_WHAT_IF_CHANNELS, /* more or fewer channels, so that they fill the BPU's steps */
  FX_WHAT_IF_INT16,    /* products compute with 16 bits: what it costs */
  FX_WHAT_IF_SUBGRAPH, /* one more BPU subgraph: what it costs */
  FX_N_WHAT_IFS
} FxWhatIfKind;

extern const char *const fx_what_if_names[]; /* "outputs", …; NULL-terminated */

typedef struct
{
  FxWhatIfKind kind;
  char *node;        /* the operator that it is about, NULL if none is */
  guint n_operators; /* for ISLAND, and INT16 of all products: how many there are */
  double ms;         /* that a frame takes less; negative: more */
  char *text;        /* for people: what to do */
} FxWhatIf;

/* All changes that save at least a thousandth of the frame (of FxWhatIf *, g_ptr_array_unref() frees them), the best
 * first; then what costs time: the channels that are filled most cheaply, and with `has_int16` 16 bits for the products
 * that take the most time and for all; and last what one more subgraph costs. */
GPtrArray *fx_what_if (const FxGraph *integer, const FxMachine *machine, const FxCostReport *cost, gboolean has_int16);

G_END_DECLS
