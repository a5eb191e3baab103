/* The report of a conversion: what was done, what it cost in accuracy, where, and what to try next.
 *
 * One struct of figures, three forms: report.json (docs/report.md, docs/report.schema.json), report.html, which needs
 * nothing beside itself, and text for a terminal. The report is a list of sections, one file and one row of
 * fx_report_sections each; a section whose figures are not there is left out of every form.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-cost.h"
#include "core/bpu/fx-timeline.h"
#include "core/bpu/fx-what-if.h"
#include "core/calib/fx-evaluate.h"
#include "core/check/fx-check.h"
#include "core/quant/fx-accuracy.h"
#include "core/quant/fx-layer-error.h"
#include "core/quant/fx-sensitivity.h"

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Changes where a reader of version 1 would be misled; new members may appear at any time. */
#define FX_REPORT_VERSION 1

/* One step that was tried to make the network more accurate. */
typedef struct
{
  const char *name;           /* "equalize" */
  const char *doc;            /* one line for people */
  double before_db, after_db; /* SQNR at the outputs; NaN: not measured */
  gboolean kept;
} FxReportStep;

/* Everything is borrowed. What is NULL or 0 was not measured. */
typedef struct
{
  const char *model;          /* as the user named it */
  const char *target, *march; /* "RDK X5", "bayes-e" */
  const char *method;         /* "kl", "auto: percentile=99.99 …" */
  const char *preset;
  const char *dataset, *preprocess;
  guint n_calibration, n_held_out; /* samples */
  gboolean allows_int16;           /* by the target: decides what may be advised */

  const FxEvaluation *accuracy_float, *accuracy_integer; /* the latter compared with the float scores */
  guint n_steps;
  const FxReportStep *steps;
  guint n_mixed; /* nodes that got 16 bits, and the network without any in front of them */
  const FxMixedPoint *mixed;

  const FxGraph *graph; /* what the placement was made for */
  const FxCheckReport *placement;
  const FxErrorReport *errors;
  const FxSensitivity *sensitivity;

  const FxGraph *integer; /* what `cost` was measured on and `program` was made of */
  const FxCostReport *cost;
  const FxMachine *machine;
  const GPtrArray *what_if; /* of FxWhatIf * */
  const FxProgram *program;
  const FxTimeline *timeline; /* of `program`; both or neither */
  const char *no_program;     /* why there is none; NULL: nobody asked for one */
} FxReport;

/* The output that suffered most, by SQNR; NULL: none was measured. */
const FxOutputError *fx_report_worst_output (const FxReport *report);

/* g_free() the text. None of them can fail: what cannot be printed is written out. */
char *fx_report_to_json (const FxReport *report);
char *fx_report_to_html (const FxReport *report);
char *fx_report_to_text (const FxReport *report);

/* The two tables that follow a conversion on a terminal: the nodes, and the outputs. */
char *fx_report_node_table (const FxReport *report);
char *fx_report_output_table (const FxReport *report);
/* Any two networks, layer by layer. */
char *fx_report_layer_table (const FxReport *report);
char *fx_report_sensitivity_table (const FxSensitivity *sensitivity);

/* Replaces the file atomically. FALSE and *error, starting with the path. */
gboolean fx_report_save_json (const FxReport *report, const char *path, GError **error);
gboolean fx_report_save_html (const FxReport *report, const char *path, GError **error);

/* ---- sections ---- */

typedef struct
{
  const char *id;    /* member of report.json, anchor in report.html */
  const char *title; /* for people */
  gboolean (*is_present) (const FxReport *report);
  void (*to_json) (const FxReport *report, JsonBuilder *builder); /* adds one value */
  void (*to_html) (const FxReport *report, GString *out);
} FxReportSection;

extern const FxReportSection fx_report_section_summary, fx_report_section_advice, fx_report_section_outputs,
    fx_report_section_layers, fx_report_section_details, fx_report_section_sensitivity, fx_report_section_steps,
    fx_report_section_mixed, fx_report_section_placement, fx_report_section_board, fx_report_section_what_if;
/* In the order of reading. */
extern const FxReportSection *const fx_report_sections[];
extern const guint fx_n_report_sections;

G_END_DECLS
