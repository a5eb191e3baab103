/* How much each part of a network, quantized alone, disturbs the outputs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/fx-sample-loop.h"
#include "core/fx-progress.h"
#include "core/quant/fx-error-metrics.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

/* What is quantized one at a time. */
typedef enum
{
  FX_SENSITIVITY_NODE,       /* a node: its operands, its weights, its result */
  FX_SENSITIVITY_WEIGHT,     /* the weights of a node */
  FX_SENSITIVITY_ACTIVATION, /* a tensor between nodes */
} FxSensitivityKind;

typedef struct
{
  char *name;           /* node; tensor of an activation */
  char *op_type;        /* of the float node that it belongs to */
  FxErrorMetrics error; /* at the model output where the SQNR is lowest */
} FxSensitivityRow;

typedef struct
{
  FxSensitivityKind kind;
  guint n_samples;
  guint n_rows;
  FxSensitivityRow *rows; /* worst first: by SQNR, in the order of the network among equals */
  guint n_curve;
  FxErrorMetrics *together; /* [n_curve] only the k + 1 worst rows are quantized, all at once */
  FxErrorMetrics *without;  /* [n_curve] everything but the k + 1 worst rows is: how many have to leave */
} FxSensitivity;

typedef struct
{
  FxSensitivityKind kind;
  const char *const *names; /* only these nodes or tensors; NULL: all */
  gboolean together;        /* `names` are one part */
  guint n_curve;            /* points of the curves; 0: none */
  guint n_threads;          /* samples that are worked on at once; 0: all processors */
  gsize max_bytes;          /* activation memory of each; 0: the engine's own limit */
} FxSensitivityOptions;

const char *fx_sensitivity_kind_name (FxSensitivityKind kind); /* "node", … */
/* FALSE and *error (BAD_DATA) naming the kinds. */
gboolean fx_sensitivity_kind_parse (const char *text, FxSensitivityKind *kind, GError **error);

/* Runs the samples 0 … n_samples − 1 once through the float network and once for each part through a network in which
 * nothing else is quantized, and twice for each point of the curves. A node stands for what is fused with it. Inputs
 * and float outputs of all samples are kept meanwhile. The result does not depend on the number of threads.
 *
 * `graph` and `params` as fx_quantize_integer() wants them. NULL and *error: as that, fx_engine_new() and the source;
 * a name that is no part (BAD_DATA); G_IO_ERROR_CANCELLED. */
FxSensitivity *fx_sensitivity_measure (const FxGraph *graph, const FxQuantParams *params, guint n_samples,
                                       FxSampleSource source, gpointer source_data, const FxSensitivityOptions *options,
                                       const FxProgress *progress, GCancellable *cancellable, GError **error);

void fx_sensitivity_free (FxSensitivity *sensitivity); /* accepts NULL */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxSensitivity, fx_sensitivity_free)

G_END_DECLS
