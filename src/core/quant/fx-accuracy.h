/* Making a quantized network accurate: the choice of ranges, and steps that are each kept only if the outputs on
 * samples that were held out come nearer to the float network's. Those set ranges, too, once choices are made.
 *
 * Steps are rows of one table (fx-accuracy.c), one file each (accuracy-*.c).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-cost.h"
#include "core/fx-progress.h"
#include "core/quant/fx-output-error.h"
#include "core/quant/fx-quantize.h"

G_BEGIN_DECLS

typedef enum
{
  FX_PRESET_FAST,     /* ranges only */
  FX_PRESET_DEFAULT,  /* and the steps that run the network a few times */
  FX_PRESET_THOROUGH, /* and those that run the network for every activation */
  FX_N_PRESETS,
} FxPreset;

const char *fx_preset_name (FxPreset preset); /* "fast" … */
/* FALSE and *error (BAD_DATA) naming the presets. */
gboolean fx_preset_parse (const char *text, FxPreset *preset, GError **error);

/* Samples, and which of them set ranges. */
typedef struct
{
  FxSampleSource source; /* for several threads */
  gpointer source_data;
  guint n_calibration; /* samples 0 … n_calibration − 1 set ranges … */
  guint n_held_out;    /* … and those behind them judge */
} FxAccuracySamples;

/* Which nodes may get 16 bits. */
typedef struct
{
  double share;   /* at most so many of the nodes that can, 0…1; 0: no limit */
  double latency; /* at most so many times the latency with 8 bits; 0: no limit. Neither: the step is left out */
  const FxMachine *machine; /* what work costs; NULL: not known, and every node counts the same */
} FxMixedOptions;

/* One node that got 16 bits, with those before it. */
typedef struct
{
  const char *node; /* NULL: none yet, the network as it was; interned */
  double db;        /* signal-to-noise ratio at the outputs, of the samples of the choice */
  double ms;        /* estimated latency; NaN: not known */
  gboolean kept;    /* FALSE: it was tried, and did not help any more */
} FxMixedPoint;

typedef struct
{
  FxPreset preset;
  FxMixedOptions mixed;
  gboolean auto_method; /* choose the method by the error at the outputs; else quant.method is used */
  gboolean auto_zero;   /* with auto_method: try zero points that differ from 0 with the first method; if they are
                           better, the others have them too */
  FxQuantOptions quant;
  guint n_threads;
} FxAccuracyOptions;

/* What is worked on. */
typedef struct
{
  FxGraph *graph;                 /* the optimized float graph; a step may rescale its weights, outputs stay */
  const FxCheckReport *placement; /* of this graph, by node id; NULL: all that can be integer is */
  const FxAccuracySamples *samples;
  const FxAccuracyOptions *options;
  FxStatistics *statistics;
  FxQuantOptions quant;        /* with the methods that were chosen */
  gboolean corrects_bias;      /* whoever assigns parameters corrects biases, too */
  GHashTable *value_methods;   /* owned by this; or NULL */
  GHashTable *node_precisions; /* likewise */
  GArray *mixed;               /* of FxMixedPoint, NULL: nothing was tried */
  FxQuantParams *params;
  double noise; /* of these parameters, see fx_output_judge_params() */
  FxOutputJudge *judge;
} FxAccuracy;

/* What one step did. */
typedef struct
{
  const char *name, *doc; /* static */
  double before_db, after_db;
  gboolean kept;
} FxAccuracyLog;

/* "max", "max, asymmetric": a choice for people; interned. */
const char *fx_accuracy_method_name (const FxQuantOptions *quant);

typedef void (*FxAccuracyFunc) (const FxAccuracyLog *log, gpointer user_data);

/* Takes `graph` over. Calibrates, chooses ranges, runs the steps of the preset; `func` (may be NULL) hears of each
 * method that was tried and of each step. Deterministic for any number of threads. NULL and *error: as the core calls
 * it makes; G_IO_ERROR_CANCELLED. */
FxAccuracy *fx_accuracy_run (FxGraph *graph, const FxCheckReport *placement, const FxAccuracySamples *samples,
                             const FxAccuracyOptions *options, FxAccuracyFunc func, gpointer user_data,
                             const FxProgress *progress, GCancellable *cancellable, GError **error);
void fx_accuracy_free (FxAccuracy *accuracy); /* accepts NULL */

/* A step: changes what is worked on, or leaves it. The caller judges and goes back if nothing was gained. */
typedef struct
{
  const char *name, *doc;
  FxPreset from;                                        /* the first preset that has it */
  double least_gain_db;                                 /* it is kept if the outputs gain so much, and something;
                                                           negative: if they lose no more than that */
  gboolean (*asked) (const FxAccuracyOptions *options); /* NULL: always; it is left out if this is FALSE */
  gboolean (*run) (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress, GCancellable *cancellable,
                   GError **error);
} FxAccuracyStep;

extern const FxAccuracyStep fx_accuracy_steps[]; /* ends with a NULL name */

/* Tried by `auto`, in this order; the first of equals wins. */
typedef struct
{
  const char *name, *doc; /* `name` as fx_threshold_parse() takes it */
} FxAccuracyMethod;

extern const FxAccuracyMethod fx_accuracy_methods[]; /* ends with a NULL name */

gboolean fx_accuracy_equalize (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                               GCancellable *cancellable, GError **error);
gboolean fx_accuracy_choose_ranges (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                                    GCancellable *cancellable, GError **error);
gboolean fx_accuracy_correct_bias (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                                   GCancellable *cancellable, GError **error);
gboolean fx_accuracy_correct_means (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                                    GCancellable *cancellable, GError **error);
gboolean fx_accuracy_leave_room (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                                 GCancellable *cancellable, GError **error);
gboolean fx_accuracy_mix_asked (const FxAccuracyOptions *options);
gboolean fx_accuracy_mix (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                          GCancellable *cancellable, GError **error);
gboolean fx_accuracy_refit (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                            GCancellable *cancellable, GError **error);
gboolean fx_accuracy_round (FxAccuracy *accuracy, gboolean *changed, const FxProgress *progress,
                            GCancellable *cancellable, GError **error);

/* For steps: gathers the statistics of the graph as it is, and assigns parameters by the chosen method. */
gboolean
fx_accuracy_calibrate (FxAccuracy *accuracy, const FxProgress *progress, GCancellable *cancellable, GError **error);
gboolean fx_accuracy_assign (FxAccuracy *accuracy, GError **error);
/* Corrects the biases of the layers whose parameters have none yet. */
void fx_accuracy_correct_nodes (FxAccuracy *accuracy);

/* For steps that change the graph: with method `auto`, tries all with the zero points that there are, and takes the
 * best for params, quant and noise; else assigns by the one there is. */
gboolean fx_accuracy_choose_method (FxAccuracy *accuracy, GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxAccuracy, fx_accuracy_free)

G_END_DECLS
