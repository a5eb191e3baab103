/* Between the stages of the compiler.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-compile.h"
#include "core/bpu/fx-engines.h"
#include "core/bpu/fx-tile.h"

G_BEGIN_DECLS

/* A node on the BPU. */
typedef struct
{
  FxId node;
  int subgraph;
  FxUnit unit;
  FxTileCut cut;
  double ms; /* of the whole node, without transfers */
} FxLayer;

/* Layers that follow each other and are computed together: in `stripes` pieces of rows, so that only some rows of what
 * is between them are kept. A layer that takes longer than a function call may is several groups, each a piece of its
 * rows. */
typedef struct
{
  guint first, n;
  gint64 piece, pieces; /* of a layer's rows, from 0; others are whole: 0 of 1 */
  guint call;           /* function calls are counted from 0 */
  gint64 stripes;
  gint64 splits;     /* pieces of output channels, of a group of one layer; 1: all at once */
  gboolean doubled;  /* rings have room for the next stripe while this one is used */
  gboolean streamed; /* one layer that works on DDR, because the least it needs at a time is too large for SRAM */
  guint64 bytes;     /* of SRAM at the same time */
  double ms;         /* by estimate */
} FxLayerGroup;

typedef struct
{
  const FxGraph *graph;
  const FxTarget *target;
  FxEngines engines;
  FxMachine machine;
  FxCompileOptions options;
  FxUses *uses;
  int *subgraphs; /* [n_nodes] */
  guint n_subgraphs;
  int *layer_of;    /* [n_nodes] index of a layer; -1: on the CPU */
  GArray *layers;   /* of FxLayer, by subgraph, then in order of the graph */
  GArray *groups;   /* of FxLayerGroup, all layers in order */
  guint *group_of;  /* [layers] the first of its groups */
  guint8 *resident; /* [n_values] 1: stays in SRAM from the group that computes it to the last that reads it */
  guint64 limit;    /* bytes of SRAM that groups may use */
  double call_ms;   /* that the groups of a call may take by estimate; G_MAXDOUBLE: no limit */
} FxCompilation;

static inline FxLayer *
fx_compilation_layer (const FxCompilation *c, guint i)
{
  return &g_array_index (c->layers, FxLayer, i);
}
static inline FxLayerGroup *
fx_compilation_group (const FxCompilation *c, guint i)
{
  return &g_array_index (c->groups, FxLayerGroup, i);
}

static inline double
fx_compilation_transfer_ms (const FxCompilation *c, guint64 bytes)
{
  return (double)bytes / fx_cost_rows[FX_COST_WEIGHTS].units * c->machine.prices[FX_COST_WEIGHTS]
         + c->engines.command_ms;
}

/* The rows of a result of `n_rows` that a group computes. */
static inline FxRowRange
fx_layer_group_rows (const FxLayerGroup *group, gint64 n_rows)
{
  return (FxRowRange){ n_rows * group->piece / group->pieces, n_rows * (group->piece + 1) / group->pieces };
}

/* How much of a layer that is. */
static inline double
fx_layer_part (const FxLayer *layer, FxRowRange rows, FxRowRange channels)
{
  return (double)(rows.end - rows.begin) / (double)layer->cut.n_rows * (double)(channels.end - channels.begin)
         / (double)layer->cut.n_channels;
}

/* The layout that the memories give an operand or a result. */
FxRowLayout fx_compilation_layout (const FxCompilation *c, FxId value, int constant_axis);
/* TRUE if something behind layer `last` (or on the CPU, or outside) reads the value. */
gboolean fx_compilation_is_read_after (const FxCompilation *c, FxId value, guint last);
/* TRUE if something outside of the BPU's subgraph reads it. */
gboolean fx_compilation_leaves_subgraph (const FxCompilation *c, FxId value, int subgraph);

void fx_compile_layers (FxCompilation *c);
gboolean fx_compile_groups (FxCompilation *c, const FxProgress *progress, GCancellable *cancellable, GError **error);
/* Measures a group again whose stripes or pieces were changed: sets its bytes, ms and what it has room for. FALSE if it
 * does not fit the SRAM. */
gboolean fx_compile_measure (const FxCompilation *c, FxLayerGroup *group);
/* Cuts groups that take longer than c->call_ms and counts the function calls. */
void fx_compile_calls (FxCompilation *c);
void fx_compile_residency (FxCompilation *c);
/* Adds places (without addresses), commands and segments; lives[place] says from which step to which each is used, and
 * the first of the places that are packed, one behind the other, because one command loads them. */
typedef struct
{
  guint first, last;
  FxId block;
} FxLife;
FxProgram *fx_compile_emit (const FxCompilation *c, GArray *lives);
/* Sets addresses. FALSE without *error: SRAM is too small for this program. */
gboolean fx_compile_place (const FxCompilation *c, FxProgram *program, GArray *lives, GCancellable *cancellable);
/* Sets FxCommand.after. FALSE and *error (TOO_LARGE) if memory is short. */
gboolean fx_compile_order (FxProgram *program, GError **error);

/* ---- how a group is computed ---- */

/* A value that a group touches. Constants are one for each axis that their rows run along. */
typedef struct
{
  FxId value;
  int constant_axis; /* -1: an activation */
  FxRowLayout layout;
  gboolean is_local; /* computed by this group */
  gboolean loads;    /* comes from DDR */
  gboolean stores;   /* goes to DDR */
  gboolean whole;    /* all its rows stay */
  gboolean read_here;
  gint64 done, goal; /* rows that are there, and that this stripe needs */
  gint64 slots;      /* rows of its ring */
} FxGroupValue;

typedef enum
{
  FX_STEP_LOAD_ROWS,
  FX_STEP_RUN_ROWS,
  FX_STEP_STORE_ROWS,
} FxGroupStepKind;

/* Rows that are copied. */
typedef struct
{
  guint value; /* index into FxGroupView.values */
  FxRowRange rows;
} FxGroupCopy;

/* One command to be. */
typedef struct
{
  FxGroupStepKind kind;
  guint layer;         /* of the compilation */
  FxRowRange rows;     /* RUN: of the layer's results */
  FxRowRange channels; /* RUN */
  guint n_copies;      /* STORE: 1; LOAD: several for the constants of a layer */
  const FxGroupCopy *copies;
} FxGroupStep;

typedef void (*FxGroupVisitor) (const FxGroupStep *step, gpointer user_data);

typedef struct
{
  const FxCompilation *c;
  guint first, n;
  GArray *values;       /* of FxGroupValue */
  GArray *operands;     /* of gint32: index of a value for each operand and result of each layer; -1: none */
  guint *operands_from; /* [n + 1] where those of a layer begin: operands, then results */
} FxGroupView;

FxGroupView *fx_group_view_new (const FxCompilation *c, guint first, guint n);
void fx_group_view_free (FxGroupView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxGroupView, fx_group_view_free)

static inline FxGroupValue *
fx_group_view_value (const FxGroupView *view, guint i)
{
  return &g_array_index (view->values, FxGroupValue, i);
}

/* Value of operand (or, from n_inputs on, result) i of layer `first + k`; -1: none. */
static inline gint32
fx_group_view_operand (const FxGroupView *view, guint k, guint i)
{
  return g_array_index (view->operands, gint32, view->operands_from[k] + i);
}

/* Bytes that a LOAD or STORE copies. */
static inline guint64
fx_group_copied_bytes (const FxGroupView *view, const FxGroupStep *step)
{
  guint64 bytes = 0;

  for (guint i = 0; i < step->n_copies; i++)
    bytes += (guint64)(step->copies[i].rows.end - step->copies[i].rows.begin)
             * fx_group_view_value (view, step->copies[i].value)->layout.row_bytes;
  return bytes;
}

/* Goes through the commands of the group, in order, and sets FxGroupValue.slots. `visit` may be NULL. */
void fx_group_walk (FxGroupView *view, const FxLayerGroup *group, FxGroupVisitor visit, gpointer user_data);

G_END_DECLS
