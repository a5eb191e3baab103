/* The float engine: a graph planned once, then run many times.
 *
 * fx_engine_new() does everything that needs doing once: shapes, simplification, fusion, the choice of an
 * implementation for every step, packing of weights, placement of every activation in one block of memory. A FxRun is
 * that block with what else a run changes; several runs of one engine may execute at the same time, each on its own
 * thread. Results are the same for any number of threads.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FxEngine FxEngine;
typedef struct _FxRun FxRun;

typedef struct
{
  guint n_threads;            /* per run; 0: all processors */
  gsize max_bytes;            /* limit of activation memory per run; 0: 8 GiB */
  gboolean reference_kernels; /* only the plain operator kernels in node order: no oneDNN, no simplification */
  gboolean keep_values;       /* every value that depends on the inputs is computed as the source graph has it and stays
                                 until the end of the run: nothing is fused, no memory is reused */
  const FxId *visible; /* [n_visible] values that fusion leaves to be observed, and that are computed even where no
                          output needs them; read by fx_engine_new() only */
  guint n_visible;
} FxEngineOptions;

/* Plans `graph`, which is not changed; its shapes are inferred on a copy. `options` may be NULL: all defaults.
 *
 * NULL and *error: BAD_GRAPH if the graph contradicts itself or an input has a shape that is not all numbers (the
 * message names it), UNSUPPORTED for operators that are not known and for control flow (the first few are named),
 * TOO_LARGE if activations need more than max_bytes, G_IO_ERROR_CANCELLED. */
FxEngine *
fx_engine_new (const FxGraph *graph, const FxEngineOptions *options, GCancellable *cancellable, GError **error);
/* The runs hold the engine: the order of freeing does not matter. Both accept NULL. */
FxEngine *fx_engine_ref (FxEngine *engine);
void fx_engine_unref (FxEngine *engine);

/* Model inputs and outputs, in the order of the graph: name, type, and shape, which is not static for an output that
 * depends on the data. Nothing else of the value is set. Borrowed. */
guint fx_engine_n_inputs (const FxEngine *engine);
guint fx_engine_n_outputs (const FxEngine *engine);
const FxValue *fx_engine_input (const FxEngine *engine, guint i);
const FxValue *fx_engine_output (const FxEngine *engine, guint i);

/* What the plan holds. Bytes are those of one run (activations and scratch), and of the weights in packed form. */
guint fx_engine_n_steps (const FxEngine *engine);
gsize fx_engine_activation_bytes (const FxEngine *engine);
gsize fx_engine_packed_bytes (const FxEngine *engine);

typedef struct
{
  const char *const *nodes; /* names of the source nodes the step stands for; none for a change of layout */
  guint n_nodes;
  const char *op_type;        /* of its main node; "Reorder" for a change of layout */
  const char *implementation; /* "dnnl conv+sum+relu (jit:avx2)", "plain", "plain dynamic" */
} FxStepInfo;

/* Step i, in the order of execution; the strings live as long as the engine. */
FxStepInfo fx_engine_step (const FxEngine *engine, guint i);

/* Where the plan puts step outputs, for tests of the plan and for reports: block b of fx_engine_n_buffers() lies at
 * offset … offset + size - 1 of a run's memory during steps first … last. Size 0: it is a part of another block. */
typedef struct
{
  gsize offset, size;
  guint first, last;
} FxBufferInfo;

guint fx_engine_n_buffers (const FxEngine *engine);
FxBufferInfo fx_engine_buffer (const FxEngine *engine, guint b);

/* State of one run at a time. NULL and *error (TOO_LARGE) if memory is short. */
FxRun *fx_run_new (FxEngine *engine, GError **error);
void fx_run_free (FxRun *run); /* accepts NULL */

/* Runs the model: `inputs` and `outputs` have as many places as the model has inputs and outputs; outputs are new
 * references, dense row-major, of the model's own types. The cancellable is looked at between steps.
 *
 * FALSE and *error: BAD_DATA if an input has another type or shape than the model's, whatever an operator says about
 * the data it met, TOO_LARGE if tensors of data-dependent size pass the limit, G_IO_ERROR_CANCELLED. */
gboolean
fx_run_execute (FxRun *run, FxTensor *const *inputs, FxTensor **outputs, GCancellable *cancellable, GError **error);

/* Called on the thread of fx_run_execute() for each value as it is computed, in plain row-major form (valid during the
 * call); `value` is its id in the graph that the engine was made of. With FxEngineOptions.keep_values every output of
 * every node is shown, without it those that survive simplification and fusion; FxEngineOptions.visible keeps fusion,
 * but not simplification, from hiding chosen ones. Graph inputs are shown first. */
typedef void (*FxObserver) (FxId value, const FxArray *array, gpointer user_data);
void fx_run_set_observer (FxRun *run, FxObserver observer, gpointer user_data);

/* For observers that do not need values row-major, which takes time: what lies in blocks of `block` channels is shown
 * as it is, to this instead of the observer and with the observer's user_data. Of a float value [N, C, …] with P places
 * in a plane, element (n, c, p) is at ((n · C / block + c / block) · P + p) · block + c % block; `block` divides C.
 * NULL: the observer gets everything. */
typedef void (*FxBlockObserver) (FxId value, const FxArray *array, gsize block, gpointer user_data);
void fx_run_set_block_observer (FxRun *run, FxBlockObserver observer);

/* Measure each step from now on; afterwards the microseconds that all executions spent in step i. */
void fx_run_set_profiling (FxRun *run, gboolean profiling);
double fx_run_step_time_us (const FxRun *run, guint step);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxEngine, fx_engine_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxRun, fx_run_free)

G_END_DECLS
