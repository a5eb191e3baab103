/* fixpoint-cli refit: prices of work that explain what somebody measured on a board. docs/target-model.md describes the
 * file of measurements and how prices are found.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-json.h"
#include "cli/fx-cli-perf.h"
#include "cli/fx-cli.h"

#include "core/bpu/fx-refit.h"
#include "core/fx-error.h"
#include "core/fx-i18n.h"
#include "io/fx-measured-file.h"
#include "io/fx-target-file.h"

#include <math.h>
#include <stdio.h>

#define FEWEST_LEFT_OUT 3 /* measurements; with fewer, leaving one out leaves too little */

typedef struct
{
  gboolean json;
  char *target, *machine, *output;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->target);
  g_free (options->machine);
  g_free (options->output);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* What is estimated for each measurement. */
typedef struct
{
  double before, after, left_out; /* ms; left_out: by prices of the others alone, NAN where there are too few */
} Row;

typedef struct
{
  FxTarget *target;
  FxMeasuredFile *file;
  GPtrArray *perfs;   /* of FxPerf, in order */
  GArray *measured;   /* of FxMeasured, in order */
  Row *rows;          /* [measured] */
  FxMachine old, new; /* prices */
} Refit;

static void
refit_clear (Refit *refit)
{
  fx_target_unref (refit->target);
  fx_measured_file_free (refit->file);
  g_clear_pointer (&refit->perfs, g_ptr_array_unref);
  g_clear_pointer (&refit->measured, g_array_unref);
  g_free (refit->rows);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Refit, refit_clear)

/* ---- finding prices ---- */

static gboolean
estimate_all (Refit *refit, GError **error)
{
  refit->perfs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_perf_free);
  refit->measured = g_array_new (FALSE, FALSE, sizeof (FxMeasured));
  for (guint i = 0; i < refit->file->measurements->len; i++)
    {
      const FxMeasurement *given = refit->file->measurements->pdata[i];
      const FxCliModel model
          = { given->model, given->weights, given->shapes, given->fix, { .fast = given->fast, .nodes = given->nodes } };
      FxPerf *perf = fx_cli_estimate (&model, refit->target, &refit->old, error);
      FxMeasured measured = { .ms = given->ms, .bpu_ms = given->bpu_ms };

      if (perf == NULL)
        return FALSE;
      g_ptr_array_add (refit->perfs, perf);
      measured.cost = perf->cost;
      g_array_append_val (refit->measured, measured);
    }
  return TRUE;
}

/* Estimated by what all others say. */
static double
leave_out (const Refit *refit, guint index)
{
  g_autoptr (GArray) others = g_array_copy (refit->measured);
  FxMachine machine = refit->old;
  const FxCostReport *cost = g_array_index (refit->measured, FxMeasured, index).cost;

  g_array_remove_index (others, index);
  if (others->len + 1 < FEWEST_LEFT_OUT
      || !fx_machine_refit (&machine, &g_array_index (others, FxMeasured, 0), others->len, NULL))
    return NAN;
  return fx_machine_price (&machine, cost, NULL);
}

static gboolean
find_prices (Refit *refit, GError **error)
{
  guint n = refit->measured->len;

  refit->new = refit->old;
  if (!fx_machine_refit (&refit->new, &g_array_index (refit->measured, FxMeasured, 0), n, error))
    return FALSE;
  refit->rows = g_new (Row, n);
  for (guint i = 0; i < n; i++)
    {
      const FxCostReport *cost = g_array_index (refit->measured, FxMeasured, i).cost;

      refit->rows[i] = (Row){ .before = fx_machine_price (&refit->old, cost, NULL),
                              .after = fx_machine_price (&refit->new, cost, NULL),
                              .left_out = leave_out (refit, i) };
    }
  return TRUE;
}

/* ---- saying so ---- */

static double
error_of (double estimated, const Refit *refit, guint index)
{
  return estimated / g_array_index (refit->measured, FxMeasured, index).ms - 1;
}

typedef struct
{
  double before, after, left_out; /* mean absolute relative errors */
} Errors;

static Errors
mean_errors (const Refit *refit)
{
  Errors errors = { 0 };
  guint n = refit->measured->len;

  for (guint i = 0; i < n; i++)
    {
      errors.before += fabs (error_of (refit->rows[i].before, refit, i)) / n;
      errors.after += fabs (error_of (refit->rows[i].after, refit, i)) / n;
      errors.left_out += fabs (error_of (refit->rows[i].left_out, refit, i)) / n;
    }
  return errors;
}

static char *
make_basis (const Refit *refit)
{
  guint n = refit->measured->len;

  return g_strdup_printf (n == 1
                              ? "prices of the %s refitted to %u measurement of one board, which they miss by %.1f %%"
                              : "prices of the %s refitted to %u measurements of one board, which they miss by "
                                "%.1f %% on average",
                          refit->target->board, n, 100 * mean_errors (refit).after);
}

static void
print_text (const Refit *refit)
{
  const Errors errors = mean_errors (refit);

  printf ("%9s %9s %7s %9s %7s %9s %7s  model\n", "measured", "before", "%", "after", "%", "left out", "%");
  for (guint i = 0; i < refit->measured->len; i++)
    {
      const FxMeasurement *given = refit->file->measurements->pdata[i];
      const Row *row = &refit->rows[i];
      g_autofree char *name = g_path_get_basename (given->model);
      g_autofree char *visible = fx_cli_visible (name);

      printf ("%9.3f %9.3f %+7.1f %9.3f %+7.1f ", given->ms, row->before, 100 * error_of (row->before, refit, i),
              row->after, 100 * error_of (row->after, refit, i));
      if (isnan (row->left_out))
        printf ("%9s %7s  %s\n", "-", "-", visible);
      else
        printf ("%9.3f %+7.1f  %s\n", row->left_out, 100 * error_of (row->left_out, refit, i), visible);
    }
  printf ("\n%12s %12s %7s  kind of work\n", "price before", "after", "factor");
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    if (refit->old.prices[kind] > 0)
      printf ("%12.4g %12.4g %7.3f  %s\n", refit->old.prices[kind], refit->new.prices[kind],
              refit->new.prices[kind] / refit->old.prices[kind], fx_cost_rows[kind].name);
  printf (_ ("\nmean error %.1f %% before, %.1f %% after"), 100 * errors.before, 100 * errors.after);
  if (isnan (errors.left_out))
    fputs (_ ("; three measurements or more would tell what others to expect\n"), stdout);
  else
    printf (_ (", %.1f %% of those left out and predicted\n"), 100 * errors.left_out);
}

static void
add_rows (JsonBuilder *builder, const Refit *refit)
{
  json_builder_set_member_name (builder, "measurements");
  json_builder_begin_array (builder);
  for (guint i = 0; i < refit->measured->len; i++)
    {
      const FxMeasurement *given = refit->file->measurements->pdata[i];

      json_builder_begin_object (builder);
      fx_json_add_string (builder, "model", given->model);
      fx_json_add_number (builder, "measured_ms", given->ms);
      fx_json_add_number (builder, "before_ms", refit->rows[i].before);
      fx_json_add_number (builder, "after_ms", refit->rows[i].after);
      fx_json_add_number (builder, "left_out_ms", refit->rows[i].left_out);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
}

static void
print_json (const Refit *refit)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  const Errors errors = mean_errors (refit);
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  fx_json_add_string (builder, "target", refit->target->id);
  fx_json_add_number (builder, "error_before", errors.before);
  fx_json_add_number (builder, "error_after", errors.after);
  fx_json_add_number (builder, "error_left_out", errors.left_out);
  add_rows (builder, refit);
  json_builder_set_member_name (builder, "prices");
  json_builder_begin_object (builder);
  for (int kind = 0; kind < FX_N_COSTS; kind++)
    {
      json_builder_set_member_name (builder, fx_cost_rows[kind].name);
      json_builder_begin_object (builder);
      fx_json_add_number (builder, "before_ms", refit->old.prices[kind]);
      fx_json_add_number (builder, "after_ms", refit->new.prices[kind]);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  text = fx_json_to_text (builder);
  fputs (text, stdout);
}

/* ---- the verb ---- */

static const char *
target_name (const Options *options, const FxMeasuredFile *file)
{
  return options->target != NULL ? options->target : file->target != NULL ? file->target : FX_TARGET_DEFAULT;
}

static gboolean
refit_prices (const char *path, const Options *options, GError **error)
{
  g_auto (Refit) refit = { 0 };
  g_autofree char *basis = NULL;

  if ((refit.file = fx_measured_file_load (path, error)) == NULL
      || (refit.target = fx_target_load (target_name (options, refit.file), error)) == NULL
      || !fx_cli_machine (refit.target, options->machine, &refit.old, error) || !estimate_all (&refit, error))
    return FALSE;
  if (!find_prices (&refit, error))
    return fx_error_prefix (error, "%s", path);
  basis = make_basis (&refit);
  if (options->output != NULL && !fx_measured_file_save_machine (&refit.new, basis, options->output, error))
    return fx_error_prefix (error, "%s", options->output);
  if (options->json)
    print_json (&refit);
  else
    print_text (&refit);
  return TRUE;
}

int
fx_verb_refit (int argc, char **argv)
{
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "target", 0, 0, G_OPTION_ARG_STRING, &options.target,
      N_ ("The board that was measured, unless the file says so: rdk-x3, rdk-ultra, rdk-x5 (default), rdk-s100, or a "
          "file"),
      "BOARD" },
    { "machine", 0, 0, G_OPTION_ARG_FILENAME, &options.machine, N_ ("Begin with these prices instead of the target's"),
      "FILE.json" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output, N_ ("Write the prices here, for perf --machine"),
      "FILE.json" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &options.json, N_ ("Write JSON"), NULL },
    { NULL },
  };
  g_autoptr (GError) error = NULL;

  if (!fx_cli_parse ("refit", entries, &argc, &argv, 1, 1))
    return FX_EXIT_ERROR;
  return refit_prices (argv[1], &options, &error) ? FX_EXIT_OK : fx_cli_fail (error);
}
