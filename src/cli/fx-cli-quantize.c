/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-quantize.h"

#include "core/fx-error.h"
#include "io/fx-target-file.h"

#include <string.h>

void
fx_cli_quantize_clear (FxCliQuantize *options)
{
  g_free (options->target);
  g_free (options->preset);
  g_free (options->method);
  g_free (options->mixed);
  g_free (options->fix);
  g_strfreev (options->bpu);
  g_strfreev (options->int16);
  g_strfreev (options->cpu);
}

void
fx_cli_replace (char **place, const char *given)
{
  if (given == NULL)
    return;
  g_free (*place);
  *place = g_strdup (given);
}

void
fx_cli_replace_list (char ***place, char **given)
{
  if (given == NULL)
    return;
  g_strfreev (*place);
  *place = g_strdupv (given);
}

/* "20%" or "20". */
static gboolean
read_share (const char *text, double *share, GError **error)
{
  char *end;
  double percent = g_ascii_strtod (text, &end);

  if (end == text || (*end != '\0' && strcmp (end, "%") != 0) || !(percent > 0 && percent <= 100))
    return fx_fail (error, FX_ERROR_BAD_DATA, "--mixed is \"%s\", wanted a percentage above 0 and up to 100", text);
  *share = percent / 100;
  return TRUE;
}

static gboolean
set_mixed (FxConversionOptions *conversion, const FxCliQuantize *options, GError **error)
{
  if (options->latency_budget != 0 && !(options->latency_budget >= 1 && options->latency_budget <= 100))
    return fx_fail (error, FX_ERROR_BAD_DATA, "--latency-budget is %g, wanted 1 to 100: times the latency with 8 bits",
                    options->latency_budget);
  conversion->latency_budget = options->latency_budget;
  return options->mixed == NULL || read_share (options->mixed, &conversion->mixed, error);
}

gboolean
fx_cli_quantize_apply (const FxCliQuantize *options, FxConversionOptions *conversion, GError **error)
{
  if (options->preset != NULL && !fx_preset_parse (options->preset, &conversion->preset, error))
    return FALSE;
  if (!set_mixed (conversion, options, error))
    return FALSE;
  if (options->fix != NULL && strcmp (options->fix, "all") != 0)
    return fx_fail (error, FX_ERROR_BAD_DATA, "--fix takes \"all\"; fixpoint-cli check applies single ones");
  if (options->asymmetric && options->symmetric)
    return fx_fail (error, FX_ERROR_BAD_DATA, "--asymmetric and --symmetric do not go together");
  fx_cli_replace (&conversion->target, options->target);
  if (conversion->target == NULL)
    conversion->target = g_strdup (FX_TARGET_DEFAULT);
  fx_cli_replace (&conversion->method, options->method);
  conversion->fix_all = options->fix != NULL;
  conversion->asymmetric = options->asymmetric;
  conversion->symmetric = options->symmetric;
  fx_cli_replace_list (&conversion->bpu, options->bpu);
  fx_cli_replace_list (&conversion->int16, options->int16);
  fx_cli_replace_list (&conversion->cpu, options->cpu);
  return TRUE;
}

const char *
fx_cli_quantize_given (const FxCliQuantize *options)
{
  const struct
  {
    const char *name;
    gboolean given;
  } rows[] = {
    { "--target", options->target != NULL }, { "--preset", options->preset != NULL },
    { "--method", options->method != NULL }, { "--asymmetric", options->asymmetric },
    { "--symmetric", options->symmetric },   { "--bpu", options->bpu != NULL },
    { "--int16", options->int16 != NULL },   { "--float", options->cpu != NULL },
    { "--mixed", options->mixed != NULL },   { "--latency-budget", options->latency_budget != 0 },
    { "--fix", options->fix != NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].given)
      return rows[i].name;
  return NULL;
}
