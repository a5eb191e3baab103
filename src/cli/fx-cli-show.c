/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-show.h"

#include "cli/fx-cli.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"

#include <math.h>
#include <stdio.h>

/* Share of the whole time that each stage takes, about. */
static const double stage_begins[FX_N_STAGES + 1] = { 0.0, 0.02, 0.04, 0.05, 0.65, 0.85, 0.95, 0.99, 1.0 };

FxCliShow
fx_cli_show_new (gboolean quiet)
{
  return (FxCliShow){ fx_cli_progress (), g_get_monotonic_time (), quiet };
}

static void
stage_cb (FxConversionStage stage, double fraction, const char *message, gpointer data)
{
  const FxCliShow *show = data;
  double done = stage_begins[stage] + fraction * (stage_begins[stage + 1] - stage_begins[stage]);
  double elapsed = (double)(g_get_monotonic_time () - show->start) / 1e6;

  if (done > 0.06 && elapsed > 2)
    fx_progress_report (&show->progress, done, "%s: %s, %.0f s left", _ (fx_conversion_stage_name (stage)), message,
                        elapsed / done * (1 - done));
  else
    fx_progress_report (&show->progress, done, "%s: %s", _ (fx_conversion_stage_name (stage)), message);
}

static void
step_cb (const FxAccuracyLog *log, gpointer data)
{
  const FxCliShow *show = data;

  if (show->quiet)
    return;
  if (isnan (log->before_db))
    fprintf (stderr, "%-29s %6.2f dB\n", log->name, log->after_db);
  else
    fprintf (stderr, "%-29s %6.2f dB → %6.2f dB, %s\n", log->name, log->before_db, log->after_db,
             log->kept ? _ ("kept") : _ ("not kept"));
}

static void
findings_cb (const GPtrArray *diagnostics, gpointer data)
{
  const FxCliShow *show = data;
  g_autoptr (GPtrArray) shown = g_ptr_array_new ();

  for (guint i = 0; i < diagnostics->len; i++)
    {
      const FxDiagnostic *finding = g_ptr_array_index (diagnostics, i);

      if (finding->severity >= (show->quiet ? FX_SEVERITY_ERROR : FX_SEVERITY_WARNING))
        g_ptr_array_add (shown, (gpointer)finding);
    }
  fx_cli_print_diagnostics (shown);
}

FxConversionEvents
fx_cli_show_events (FxCliShow *show)
{
  return (FxConversionEvents){ .stage = stage_cb, .step = step_cb, .findings = findings_cb, .user_data = show };
}
