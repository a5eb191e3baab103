/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-samples.h"

#include "cli/fx-cli.h"

#include "core/fx-error.h"
#include "core/fx-i18n.h"

#include <stdio.h>

void
fx_cli_samples_clear (FxCliSamples *options)
{
  g_strfreev (options->datasets);
  g_strfreev (options->preprocess);
}

static guint
length (char **strings)
{
  return strings != NULL ? g_strv_length (strings) : 0;
}

static void
print_skipped (const FxDataset *dataset)
{
  for (guint i = 0; i < dataset->skipped->len; i++)
    {
      const FxSkipped *skipped = dataset->skipped->pdata[i];
      g_autofree char *name = fx_cli_visible (skipped->name);

      fprintf (stderr, _ ("skipped %s: %s\n"), name, skipped->reason);
    }
}

FxSampleSet *
fx_cli_samples_open (const FxGraph *graph, const FxCliSamples *options, GError **error)
{
  guint n = length (options->datasets), n_pipelines = length (options->preprocess);
  g_autofree FxSampleSpec *specs = g_new0 (FxSampleSpec, n + 1);
  FxSampleSet *set;

  if (n == 0 || options->samples < 0)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "%s",
               n == 0 ? _ ("--dataset DIR is missing") : _ ("--samples cannot be negative"));
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    specs[i] = (FxSampleSpec){ .path = options->datasets[i],
                               .preprocess = n_pipelines > 0 ? options->preprocess[MIN (i, n_pipelines - 1)] : NULL };
  set = fx_sample_set_open (graph, specs, n, (guint)options->samples, (guint64)options->seed, error);
  for (guint i = 0; set != NULL && i < n; i++)
    print_skipped (fx_sample_set_dataset (set, i));
  return set;
}
