/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/fx-cli-targets.h"

#include "core/check/fx-limit-text.h"
#include "core/ops/fx-op.h"
#include "io/fx-target-file.h"

#include <stdio.h>
#include <string.h>

/* The boards of the documentation; others of the same family have the same rows. */
static const char *const boards[] = { "rdk-x3", "rdk-ultra", "rdk-x5", "rdk-s100", NULL };

GPtrArray *
fx_cli_targets_load (GError **error)
{
  g_autoptr (GPtrArray) targets = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_target_unref);

  for (guint i = 0; boards[i] != NULL; i++)
    {
      FxTarget *target = fx_target_load (boards[i], error);

      if (target == NULL)
        return NULL;
      g_ptr_array_add (targets, target);
    }
  return g_steal_pointer (&targets);
}

static const char *
placing_text (const FxTargetOp *row)
{
  static const char *const words[] = { "",
                                       ", merged into a neighbor",
                                       ", rewritten as another operator",
                                       ", rewritten as several operators",
                                       ", computed before run time",
                                       ", removed",
                                       ", only inside of what is constant" };

  return words[row->placing];
}

static void
print_limits (const GPtrArray *limits)
{
  for (guint i = 0; i < limits->len; i++)
    {
      const FxLimit *limit = limits->pdata[i];
      g_autofree char *text = fx_limit_to_string (limit);

      printf ("  - %s%s%s%s\n", text, limit->any_of ? " (one of several)" : "",
              limit->ambiguous && limit->note != NULL ? " *Ambiguous:* " : "",
              limit->ambiguous && limit->note != NULL ? limit->note : "");
    }
}

static void
print_device (const FxTarget *target, const char *device, const FxTargetOp *row, const FxDeviceRules *rules)
{
  gboolean bpu = rules == &row->bpu;

  switch (rules->support)
    {
    case FX_SUPPORT_NO:
      printf ("- **%s**, %s: no%s\n", target->board, device, bpu ? "" : ", the kernel is not integrated");
      break;
    case FX_SUPPORT_UNKNOWN: printf ("- **%s**, %s: not documented\n", target->board, device); break;
    case FX_SUPPORT_YES:
    default:
      printf ("- **%s**, %s: yes%s%s%s\n", target->board, device, bpu ? placing_text (row) : "",
              bpu && row->default_device == FX_DEFAULT_CPU ? ", but on the CPU unless asked for" : "",
              rules->documented ? "" : " (the table's cell is blank)");
      print_limits (rules->limits);
      break;
    }
}

static void
print_row (const FxTarget *target, const FxTargetOp *row)
{
  print_device (target, "BPU", row, &row->bpu);
  print_device (target, "CPU", row, &row->cpu);
}

void
fx_cli_targets_print_operator (const GPtrArray *targets, const char *op_type)
{
  gboolean listed = FALSE;

  for (guint i = 0; i < targets->len; i++)
    {
      const FxTargetOp *row = fx_target_find (targets->pdata[i], op_type);

      if (row == NULL)
        continue;
      if (!listed)
        printf ("\nOn the boards:\n\n");
      listed = TRUE;
      print_row (targets->pdata[i], row);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

/* The names of a table in all targets, sorted, once each. */
static GPtrArray *
collect_names (const GPtrArray *targets, gboolean caffe)
{
  GPtrArray *names = g_ptr_array_new ();

  for (guint i = 0; i < targets->len; i++)
    {
      const FxTarget *target = targets->pdata[i];
      const GPtrArray *rows = caffe ? target->caffe : target->operators;

      for (guint k = 0; k < rows->len; k++)
        {
          const FxTargetOp *row = rows->pdata[k];

          if (!g_ptr_array_find_with_equal_func (names, row->name, g_str_equal, NULL)
              && (caffe || fx_op_find ("", row->name) == NULL))
            g_ptr_array_add (names, row->name);
        }
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
print_table (const GPtrArray *targets, gboolean caffe)
{
  g_autoptr (GPtrArray) names = collect_names (targets, caffe);

  for (guint n = 0; n < names->len; n++)
    {
      printf ("\n### %s\n\n", (const char *)names->pdata[n]);
      for (guint i = 0; i < targets->len; i++)
        {
          const FxTargetOp *row = caffe ? fx_target_find_caffe (targets->pdata[i], names->pdata[n])
                                        : fx_target_find (targets->pdata[i], names->pdata[n]);

          if (row != NULL)
            print_row (targets->pdata[i], row);
        }
    }
}

static void
print_general (const GPtrArray *targets)
{
  for (guint i = 0; i < targets->len; i++)
    {
      const FxTarget *target = targets->pdata[i];

      printf ("- **%s** (%s)%s\n", target->board, target->march,
              target->complete ? "" : ": the published list is incomplete");
      print_limits (target->general);
    }
}

void
fx_cli_targets_print_others (const GPtrArray *targets)
{
  printf ("\n# Rules for whole models\n\n");
  print_general (targets);
  printf ("\n# Listed by boards, not known to Fixpoint\n");
  print_table (targets, FALSE);
  printf ("\n# Caffe layers\n");
  print_table (targets, TRUE);
}
