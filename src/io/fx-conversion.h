/* A conversion: from a model file and a folder of samples to the fixed-point network and a report. It is the one call
 * behind `fixpoint-cli convert` and the window's Convert button.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-compile.h"
#include "core/bpu/fx-timeline.h"
#include "core/calib/fx-evaluate.h"
#include "core/check/fx-check.h"
#include "core/quant/fx-accuracy.h"
#include "core/quant/fx-error-metrics.h"
#include "core/quant/fx-layer-error.h"
#include "io/fx-sample-set.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  FX_STAGE_LOAD,
  FX_STAGE_CHECK,
  FX_STAGE_OPTIMIZE,
  FX_STAGE_QUANTIZE, /* calibration, choice of ranges, steps that improve accuracy */
  FX_STAGE_MEASURE,
  FX_STAGE_EVALUATE,
  FX_STAGE_COMPILE, /* for boards that say what they have */
  FX_STAGE_WRITE,
  FX_N_STAGES,
} FxConversionStage;

/* "Load", … for people. */
const char *fx_conversion_stage_name (FxConversionStage stage);

/* What is fed to one input of the model; as FxSampleSpec, with strings of its own. */
typedef struct
{
  char *name;       /* NULL: by position */
  char *shape;      /* "1x3x224x224", NULL: that of the model */
  char *dataset;    /* calibration samples */
  char **more;      /* further sources of them; NULL */
  char *labels;     /* NULL */
  char *preprocess; /* NULL */
  gboolean squeeze; /* pictures are squeezed to the size of the model's input before that */
  FxDType raw_dtype;
  gboolean has_spec;
  FxInputSpec spec;
} FxConversionInput;

typedef struct
{
  char *model, *weights; /* weights NULL: none, or in the model */
  FxGraph *graph;        /* owned; what to convert instead of what the file holds, NULL: the file is read */
  char *target;          /* id, march or path; NULL: no board, everything that can be integer is */
  GArray *inputs;        /* of FxConversionInput */
  guint samples;         /* of the calibration set; 0: all */
  guint64 seed;

  char *test, *test_labels; /* labeled samples for the accuracy; NULL: those of the calibration set that have labels */
  guint test_samples;       /* of `test`, by `seed`; 0: all */
  gboolean only_accuracy;   /* leave out the errors of layers, and what comes after the accuracy */

  gboolean fix_all; /* apply all automatic fixes first */
  char **outputs;   /* tensors that are the outputs instead of the model's; NULL */
  FxPreset preset;
  char *method;               /* of the ranges, NULL or "auto": by measurement */
  gboolean asymmetric;        /* zero points of activations differ from 0 */
  gboolean symmetric;         /* they are 0; neither: by measurement with the method, else 0 */
  double mixed;               /* share of the nodes that may get 16 bits, see FxMixedOptions; 0: no limit */
  double latency_budget;      /* times the latency with 8 bits; 0: no limit. Neither: none gets them by itself */
  char **bpu, **int16, **cpu; /* see FxNodeChoices; NULL */
  guint n_threads;            /* 0: all processors */
  guint max_measured;         /* samples of the layer errors; 0: 16 */

  FxCompileOptions compile;
  char *remove_types;  /* of nodes that the program leaves to the user, see fx_bpu_strip_list(); NULL */
  char **remove_names; /* of such nodes, see fx_bpu_strip_names(); NULL */

  char *output_dir;          /* made if need be */
  char *prefix;              /* NULL: the model's name */
  gboolean dump_calibration; /* write the samples as the network saw them */
} FxConversionOptions;

FxConversionOptions *fx_conversion_options_new (void);
void fx_conversion_options_free (FxConversionOptions *options); /* accepts NULL */
/* A new input at the end. Borrowed until the next one is added. */
FxConversionInput *fx_conversion_options_add_input (FxConversionOptions *options);
/* Leaves out what was chosen for another board, and this one does not have: cores, 16 bits of mixed precision. */
void fx_conversion_options_fit (FxConversionOptions *options, const FxTarget *target);

/* Called on the thread of fx_conversion_run() or on a worker of its, never twice at once; any may be NULL. */
typedef struct
{
  void (*stage) (FxConversionStage stage, double fraction, const char *message, gpointer user_data);
  void (*step) (const FxAccuracyLog *log, gpointer user_data);
  void (*layer) (const FxLayerError *error, guint index, guint n_layers, gpointer user_data);
  void (*findings) (const GPtrArray *diagnostics, gpointer user_data);
  gpointer user_data;
} FxConversionEvents;

typedef struct
{
  FxGraph *source;          /* as it was read, with fixes and the preprocess node */
  FxGraph *optimized;       /* what was quantized; steps may have rescaled its weights */
  FxGraph *integer;         /* the integer network */
  FxTarget *target;         /* NULL: none */
  FxCheckReport *placement; /* of the optimized graph; NULL without a target */
  FxQuantParams *params;
  GPtrArray *steps;      /* of FxAccuracyLog * */
  GArray *mixed;         /* of FxMixedPoint; NULL: no node was tried with 16 bits */
  FxErrorReport *errors; /* NULL with only_accuracy */
  gboolean has_accuracy;
  FxEvaluation accuracy_float, accuracy_integer;
  FxErrorSums score_errors; /* of the integer network's scores against the float ones, on the same samples */
  char *method;             /* that was used */
  guint n_calibration, n_held_out;
  FxMachine machine;    /* prices, if there is a cost */
  FxCostReport *cost;   /* of the integer network; NULL if the target does not say what work costs */
  GPtrArray *what_if;   /* of FxWhatIf *, with the cost */
  FxProgram *program;   /* NULL if it does not say what its BPU has, or none could be made */
  FxTimeline *timeline; /* of the program */
  char *no_program;     /* why none could be made; NULL */
  GPtrArray *files;     /* of char *, absolute, in the order of writing */
} FxConversion;

/* Runs everything. Files appear in the output folder all at once at the end, replacing those of an earlier run; nothing
 * is left behind on failure.
 *
 * NULL and *error: BAD_DATA for options that do not go with the model; BAD_GRAPH if the check finds errors (all
 * findings have been given to `findings` then); what the calls it makes say; G_IO_ERROR, G_IO_ERROR_CANCELLED. */
FxConversion *fx_conversion_run (const FxConversionOptions *options, const FxConversionEvents *events,
                                 GCancellable *cancellable, GError **error);
void fx_conversion_free (FxConversion *conversion); /* accepts NULL */

/* The report's texts; g_free() them. */
char *fx_conversion_report_json (const FxConversion *conversion, const FxConversionOptions *options);
char *fx_conversion_report_html (const FxConversion *conversion, const FxConversionOptions *options);
char *fx_conversion_report_text (const FxConversion *conversion, const FxConversionOptions *options);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxConversionOptions, fx_conversion_options_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxConversion, fx_conversion_free)

G_END_DECLS
