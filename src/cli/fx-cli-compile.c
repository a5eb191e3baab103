/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-compile.h"

#include "core/fx-error.h"

void
fx_cli_compile_clear (FxCliCompile *options)
{
  g_free (options->level);
  g_free (options->mode);
}

gboolean
fx_cli_compile_apply (const FxCliCompile *options, FxCompileOptions *compile, GError **error)
{
  const struct
  {
    const char *name;
    int given;
    guint *value;
  } rows[] = { { "--balance-factor", options->balance, &compile->balance },
               { "--core-num", options->cores, &compile->cores },
               { "--max-time-per-fc", options->max_call_us, &compile->max_call_us } };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      if (rows[i].given == FX_CLI_COMPILE_UNSET)
        continue;
      if (rows[i].given < 0)
        return fx_fail (error, FX_ERROR_BAD_DATA, "%s is negative", rows[i].name);
      *rows[i].value = (guint)rows[i].given;
    }
  return fx_compile_check_options (compile, error)
         && (options->level == NULL || fx_compile_parse_level (options->level, &compile->level, error))
         && (options->mode == NULL || fx_compile_parse_mode (options->mode, &compile->mode, error));
}
