/* What one conversion has brought so far: filled while it runs, kept afterwards.
 *
 * On the main thread only; the job hands over what came in (fx-convert-job.h).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-shared.h"
#include "io/fx-conversion.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* The figures of one layer. */
typedef struct
{
  char *node, *op_type;
  double cosine, sqnr_db;                   /* the whole network quantized */
  double isolated_cosine, isolated_sqnr_db; /* this layer alone; NaN: not measured */
} FxResultLayer;

#define FX_TYPE_RESULTS (fx_results_get_type ())
G_DECLARE_FINAL_TYPE (FxResults, fx_results, FX, RESULTS, GObject)

/* Properties "title"; "fraction" (0 to 1) and "message" of the job, which sets them. Signals "layers-changed",
 * "finished".
 */
FxResults *fx_results_new (const char *title);
const char *fx_results_get_title (FxResults *results);

guint fx_results_n_layers (FxResults *results);
const FxResultLayer *fx_results_layer (FxResults *results, guint i);
/* The layer of a node; −1: there is none. */
int fx_results_find (FxResults *results, const char *node);

GListModel *fx_results_get_log (FxResults *results);          /* GtkStringObject, a line each */
const char *fx_results_get_text (FxResults *results);         /* the report; NULL until it is finished */
FxConversion *fx_results_get_conversion (FxResults *results); /* likewise; borrowed */
/* A graph or report of that conversion, which is kept as long as somebody has this. NULL for NULL. */
FxShared *fx_results_share (FxResults *results, gpointer part);
/* Why it ended before it was done, for people; NULL: it did not. Borrowed. */
const char *fx_results_get_failure (FxResults *results);
/* The file of the results with that ending ("_report.html"); NULL. Borrowed. */
const char *fx_results_find_file (FxResults *results, const char *ending);

/* ---- for the job ---- */

void fx_results_set_n_layers (FxResults *results, guint n);
void fx_results_set_layer (FxResults *results, guint i, const FxResultLayer *layer); /* copies */
void fx_results_layers_changed (FxResults *results);
void fx_results_add_log (FxResults *results, const char *line);
/* It ends before it is done: it failed, or somebody stopped it. */
void fx_results_fail (FxResults *results, const char *reason);
/* Takes both over. */
void fx_results_finish (FxResults *results, FxConversion *conversion, char *text);

G_END_DECLS
