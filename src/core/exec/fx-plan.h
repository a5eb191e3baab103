/* The plan of an engine: steps over buffers. Made once by fx-plan.c and fx-plan-node.c, then only read.
 *
 * A buffer is one form of one value: dense row-major, or in a layout of the backend. A value may have several.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-backend.h"
#include "core/exec/fx-blocks.h"
#include "core/exec/fx-engine.h"
#include "core/exec/fx-fuse.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

G_BEGIN_DECLS

typedef enum
{
  FX_BUFFER_ARENA,    /* at `offset` of `block` in the memory of a run */
  FX_BUFFER_INPUT,    /* what the caller feeds as input number `index` */
  FX_BUFFER_CONSTANT, /* at array.data */
  FX_BUFFER_DYNAMIC,  /* allocated while the model runs */
} FxBufferKind;

typedef struct
{
  FxBufferKind kind;
  FxId value;
  FxArray array; /* type and shape (of DYNAMIC as far as known); data of CONSTANT */
  FxLayout *layout;
  gsize bytes;
  guint block;
  gsize offset; /* in its block; in the memory of a run once the plan is finished */
  guint index;
  FxTensor *tensor; /* CONSTANT: owns the data of a plain one */
  void *memory;     /* CONSTANT: owns the data of one in another layout */
  guint last;       /* DYNAMIC: the last step that reads it */
  FxId next;        /* another form of the same value */
} FxBuffer;

typedef enum
{
  FX_STEP_KERNEL,  /* the backend's */
  FX_STEP_PLAIN,   /* the operator's own */
  FX_STEP_DYNAMIC, /* the same, with shapes that are only known now */
  FX_STEP_ALIAS,   /* nothing to do: the output lies where the input is */
} FxStepKind;

typedef struct
{
  FxStepKind kind;
  const FxNode *node; /* NULL: a change of layout */
  gpointer params;
  FxKernel *kernel;
  guint n_inputs, n_outputs; /* with slots for optional operands that the operator may look at */
  FxId *inputs, *outputs;    /* buffers, FX_NONE: omitted */
  char **origins;            /* NULL-terminated */
  FxKernel **shows;          /* [n_outputs] with an observer: what makes the output row-major; NULL: it is */
} FxStep;

/* In the order in which they are asked for a kernel. */
enum
{
  FX_BACKEND_INT8,
  FX_BACKEND_DNNL,
  FX_N_BACKENDS
};

struct _FxEngine
{
  gatomicrefcount ref_count;
  FxGraph *graph;
  FxEngineOptions options;
  guint n_source_values;              /* values of the caller's graph have ids below */
  FxBackend *backends[FX_N_BACKENDS]; /* all NULL: plain kernels only */
  FxBlocks blocks;
  GArray *buffers;                             /* of FxBuffer */
  GArray *steps;                               /* of FxStep */
  FxId *inputs;                                /* [graph inputs] buffer, FX_NONE if nothing reads it */
  FxId *outputs;                               /* [graph outputs] buffer */
  FxValue *declared_inputs, *declared_outputs; /* as the model says; buffers may be of a wider type */
  gsize arena_bytes, scratch_bytes, packed_bytes;

  /* while it is being made */
  FxId *first_form; /* [n_values] buffer */
  guint *uses_left; /* [n_values] */
  const FxUses *uses;
};

static inline FxBuffer *
fx_engine_get_buffer (const FxEngine *engine, FxId id)
{
  return &g_array_index (engine->buffers, FxBuffer, id);
}

static inline FxStep *
fx_engine_get_step (const FxEngine *engine, guint i)
{
  return &g_array_index (engine->steps, FxStep, i);
}

/* Makes buffers, steps and places for the graph as it is. */
gboolean fx_plan_make (FxEngine *engine, GCancellable *cancellable, GError **error);

/* ---- between fx-plan.c and fx-plan-node.c ---- */

/* A new buffer that is a form of `value`; it is counted among the users' until the value's last use. */
FxId fx_plan_add_buffer (FxEngine *engine, FxId value, FxBufferKind kind, FxLayout *layout);
/* An ARENA buffer with its own block, written by the step that is added next. FALSE and *error if it is too large. */
gboolean
fx_plan_add_output (FxEngine *engine, const FxNode *node, FxId value, FxLayout *layout, FxId *buffer, GError **error);
/* An ARENA buffer at the place of another one. */
FxId fx_plan_add_alias (FxEngine *engine, FxId value, FxId of, FxLayout *layout);

/* The value in a layout; adds a step that makes it so if need be. */
gboolean fx_plan_need (FxEngine *engine, FxId value, const FxLayout *layout, FxId *buffer, GError **error);
/* A copy of a buffer that is no form of its value, to be written over. */
gboolean fx_plan_copy (FxEngine *engine, FxId of, FxId *copy, GError **error);
/* A kernel of the first backend that takes the node. NULL without *error: none does. */
FxKernel *fx_plan_prepare (FxEngine *engine, const FxKernelRequest *request, GError **error);
/* The form of a value that a kernel would like best: the first that is not plain. NULL: plain. */
const FxLayout *fx_plan_layout (const FxEngine *engine, FxId value);

/* One use of the value is planned. */
void fx_plan_used (FxEngine *engine, FxId value);
/* TRUE if nothing will read what the buffer's memory holds. */
gboolean fx_plan_is_dead (const FxEngine *engine, FxId buffer);

/* Takes `step` over; touches the blocks of its buffers. */
void fx_plan_add_step (FxEngine *engine, FxStep step);
void fx_step_clear (FxStep *step);

gboolean fx_plan_group (FxEngine *engine, const FxGroup *group, GError **error);

G_END_DECLS
