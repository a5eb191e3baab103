/* The error of every layer of a quantized network, on samples that were not used for calibration.
 *
 * *cumulative*: the whole network is quantized. *isolated*: only the nodes that compute this tensor are, fed with the
 * float values as integers: what the layer itself contributes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-thresholds.h"
#include "core/graph/fx-dtype.h"
#include "core/quant/fx-pair-errors.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

typedef struct
{
  const char *node;    /* of the quantized network, which keeps the name of the float one */
  const char *op_type; /* of that node: "QConv" */
  const char *tensor;  /* the float value that is compared */
  FxDType dtype;       /* what the node computes: INT8, INT16, INT32 for sums that only float nodes use, FLOAT */
  gboolean moves;      /* the node only moves integers that another layer computed: its errors are that one's */
  gboolean has_range;  /* integers whose scale is known: */
  FxRange range;       /* what they can hold */
  gboolean has_input_range;
  FxRange input_range; /* the same of the node's first operand that is computed */
  FxErrorMetrics cumulative, isolated;
  gboolean has_isolated;
} FxLayerError;

/* More of one layer; all of the cumulative error. */
typedef struct
{
  guint layer;               /* index in FxErrorReport.layers */
  guint n_channels;          /* 0: there are none */
  FxErrorMetrics *channels;  /* [n_channels] */
  FxHistogram histograms[2]; /* float, quantized */
  guint64 zeros[2];          /* elements that are 0, which the histograms leave out */
  double beyond;             /* share of the float elements outside of FxLayerError.range, 0…1 */
} FxLayerDetail;

/* A model output. */
typedef struct
{
  char *name;
  FxErrorMetrics all;
  gboolean has_split;                  /* both graphs for it were given */
  FxErrorMetrics weights, activations; /* only the weights, only the activations are quantized */
} FxOutputError;

typedef struct
{
  guint n_samples;
  guint n_layers;
  FxLayerError *layers; /* in the order of execution */
  guint n_outputs;
  FxOutputError *outputs;
  guint n_details;
  FxLayerDetail *details; /* worst first, then those that were asked for */
} FxErrorReport;

/* The networks: same inputs, and outputs of the same names or order. */
typedef struct
{
  const FxGraph *reference;   /* float, shapes inferred */
  const FxGraph *quantized;   /* integers, or QuantizeLinear/DequantizeLinear pairs, or floats */
  const FxGraph *weights;     /* only the weights quantized; may be NULL */
  const FxGraph *activations; /* only the activations; may be NULL */
} FxErrorGraphs;

typedef struct
{
  guint n_threads;             /* samples that are worked on at once; 0: all processors */
  gsize max_bytes;             /* activation memory of each; 0: the engine's own limit */
  gboolean no_isolated;        /* leave the isolated errors out, which about halves the time */
  guint n_worst;               /* details of so many layers, as fx_error_report_rank() ranks them */
  const char *const *detailed; /* and of these tensors or nodes; NULL-terminated, may be NULL */
} FxLayerErrorOptions;

/* Called on a worker, never twice at once, as soon as a layer's figures are there, and again with each further sample.
 * `error` is valid during the call; its strings as long as the report is being made. `index` also counts layers that
 * nothing is ever heard of and that the report leaves out: those that simplification of a graph takes away. */
typedef void (*FxLayerErrorFunc) (const FxLayerError *error, guint index, guint n_layers, gpointer user_data);

/* Runs samples 0 … n_samples − 1 through one engine that holds all graphs; a second pass over them gathers the details.
 * The result does not depend on the number of threads. NULL and *error: graphs that do not belong together, as
 * fx_engine_new() and the source, G_IO_ERROR_CANCELLED. */
FxErrorReport *fx_layer_errors_measure_graphs (const FxErrorGraphs *graphs, guint n_samples, FxSampleSource source,
                                               gpointer source_data, const FxLayerErrorOptions *options,
                                               FxLayerErrorFunc func, gpointer user_data, const FxProgress *progress,
                                               GCancellable *cancellable, GError **error);

/* The same of the integer network that the parameters make of a float graph, with the errors of weights and activations
 * apart. `graph` and `params` as fx_quantize_integer() wants them. */
FxErrorReport *
fx_layer_errors_measure (const FxGraph *graph, const FxQuantParams *params, guint n_samples, FxSampleSource source,
                         gpointer source_data, const FxLayerErrorOptions *options, FxLayerErrorFunc func,
                         gpointer user_data, const FxProgress *progress, GCancellable *cancellable, GError **error);

void fx_error_report_free (FxErrorReport *report); /* accepts NULL */

/* Indices of the layers, worst first: those that have errors of their own by the isolated SQNR, then the others by the
 * cumulative one. g_free() it. */
guint *fx_error_report_rank (const FxErrorReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxErrorReport, fx_error_report_free)

G_END_DECLS
