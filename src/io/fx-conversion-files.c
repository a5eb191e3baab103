/* The files of a conversion: written into a folder of their own beside the wanted one, and moved in when all are there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-conversion-private.h"

#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-file.h"
#include "io/npy.h"
#include "io/onnx/onnx-writer.h"
#include "io/program/fx-program-file.h"
#include "io/report/fx-report.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  FxConversionJob *job;
  char *folder, *prefix; /* of the files while they are written */
  GPtrArray *names;      /* relative to the folder */
} Writer;

/* ---- the report ---- */

/* All sources of the first input; NULL: there are none. */
static char *
dataset_text (const FxConversionOptions *options)
{
  const FxConversionInput *input
      = options->inputs->len > 0 ? &g_array_index (options->inputs, FxConversionInput, 0) : NULL;
  g_autofree char *more = NULL;

  if (input == NULL || input->more == NULL || *input->more == NULL)
    return input != NULL ? g_strdup (input->dataset) : NULL;
  more = g_strjoinv (", ", input->more);
  return g_strconcat (input->dataset, ", ", more, NULL);
}

static void
fill_report (FxReport *report, FxReportStep *steps, const char *dataset, const FxConversion *conversion,
             const FxConversionOptions *options)
{
  const FxConversionInput *input
      = options->inputs->len > 0 ? &g_array_index (options->inputs, FxConversionInput, 0) : NULL;

  for (guint i = 0; i < conversion->steps->len; i++)
    {
      const FxAccuracyLog *log = g_ptr_array_index (conversion->steps, i);

      steps[i] = (FxReportStep){ log->name, log->doc, log->before_db, log->after_db, log->kept };
    }
  *report = (FxReport){ .model = options->model,
                        .target = conversion->target != NULL ? conversion->target->board : NULL,
                        .march = conversion->target != NULL ? conversion->target->march : NULL,
                        .method = conversion->method,
                        .preset = fx_preset_name (options->preset),
                        .dataset = dataset,
                        .preprocess = input != NULL ? input->preprocess : NULL,
                        .n_calibration = conversion->n_calibration,
                        .n_held_out = conversion->n_held_out,
                        .allows_int16 = conversion->target == NULL || fx_target_has_int16 (conversion->target),
                        .accuracy_float = conversion->has_accuracy ? &conversion->accuracy_float : NULL,
                        .accuracy_integer = conversion->has_accuracy ? &conversion->accuracy_integer : NULL,
                        .n_steps = conversion->steps->len,
                        .steps = steps,
                        .n_mixed = conversion->mixed != NULL ? conversion->mixed->len : 0,
                        .mixed = conversion->mixed != NULL ? (const FxMixedPoint *)(const void *)conversion->mixed->data
                                                           : NULL,
                        .graph = conversion->optimized,
                        .placement = conversion->placement,
                        .errors = conversion->errors,
                        .cost = conversion->cost,
                        .machine = &conversion->machine,
                        .integer = conversion->integer,
                        .what_if = conversion->what_if,
                        .program = conversion->program,
                        .timeline = conversion->timeline,
                        .no_program = conversion->no_program };
}

static char *
report_text (const FxConversion *conversion, const FxConversionOptions *options, char *(*form) (const FxReport *))
{
  g_autofree FxReportStep *steps = g_new0 (FxReportStep, conversion->steps->len + 1);
  g_autofree char *dataset = dataset_text (options);
  FxReport report;

  fill_report (&report, steps, dataset, conversion, options);
  return form (&report);
}

char *
fx_conversion_report_json (const FxConversion *conversion, const FxConversionOptions *options)
{
  return report_text (conversion, options, fx_report_to_json);
}

char *
fx_conversion_report_html (const FxConversion *conversion, const FxConversionOptions *options)
{
  return report_text (conversion, options, fx_report_to_html);
}

char *
fx_conversion_report_text (const FxConversion *conversion, const FxConversionOptions *options)
{
  return report_text (conversion, options, fx_report_to_text);
}

/* ---- one file each ---- */

static char *
file_path (Writer *writer, const char *ending)
{
  char *name = g_strconcat (writer->prefix, ending, NULL);

  g_ptr_array_add (writer->names, name);
  return g_build_filename (writer->folder, name, NULL);
}

static gboolean
write_graph (Writer *writer, const char *ending, const FxGraph *graph, GError **error)
{
  g_autofree char *path = file_path (writer, ending);

  return !g_cancellable_set_error_if_cancelled (writer->job->cancellable, error) && fx_onnx_save (graph, path, error);
}

static gboolean
write_text (Writer *writer, const char *ending, const char *text, GError **error)
{
  g_autofree char *path = file_path (writer, ending);

  return fx_file_replace_bytes (path, text, strlen (text), error) || fx_error_prefix (error, "%s", path);
}

static void
add_value (JsonBuilder *builder, const char *name, const FxValueQuant *quant)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, name);
  json_builder_set_member_name (builder, "bits");
  json_builder_add_int_value (builder, quant->bits);
  json_builder_set_member_name (builder, "scale");
  json_builder_add_double_value (builder, (double)quant->scale);
  json_builder_set_member_name (builder, "zero_point");
  json_builder_add_int_value (builder, quant->zero_point);
  json_builder_set_member_name (builder, "low");
  json_builder_add_double_value (builder, quant->range.low);
  json_builder_set_member_name (builder, "high");
  json_builder_add_double_value (builder, quant->range.high);
  json_builder_set_member_name (builder, "method");
  json_builder_add_string_value (builder, quant->method != NULL ? quant->method : "");
  json_builder_end_object (builder);
}

static void
add_node (JsonBuilder *builder, const FxNode *node, const FxNodeQuant *quant)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, node->name);
  json_builder_set_member_name (builder, "precision");
  json_builder_add_string_value (builder, fx_precision_name (quant->precision));
  if (quant->reason != NULL)
    {
      json_builder_set_member_name (builder, "reason");
      json_builder_add_string_value (builder, quant->reason);
    }
  if (quant->n_weight_scales > 0)
    {
      json_builder_set_member_name (builder, "weight_scales");
      json_builder_begin_array (builder);
      for (guint i = 0; i < quant->n_weight_scales; i++)
        json_builder_add_double_value (builder, (double)quant->weight_scales[i]);
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
}

/* docs/quantization.md has the form. */
static char *
thresholds_json (const FxConversion *conversion)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, 1);
  json_builder_set_member_name (builder, "tensors");
  json_builder_begin_array (builder);
  for (FxId i = 0; i < conversion->params->n_values; i++)
    if (conversion->params->values[i].integer && conversion->params->values[i].bits <= 16)
      add_value (builder, fx_graph_value (conversion->optimized, i)->name, &conversion->params->values[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "nodes");
  json_builder_begin_array (builder);
  for (FxId i = 0; i < conversion->params->n_nodes; i++)
    add_node (builder, fx_graph_node (conversion->optimized, i), &conversion->params->nodes[i]);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_pretty (generator, TRUE);
  json_generator_set_root (generator, root);
  return json_generator_to_data (generator, NULL);
}

static gboolean
write_program (Writer *writer, GError **error)
{
  g_autofree char *path = NULL;

  if (writer->job->result->program == NULL)
    return TRUE;
  path = file_path (writer, ".fxb");
  return fx_program_save (writer->job->result->program, path, error);
}

static gboolean
write_networks (Writer *writer, GError **error)
{
  const FxConversion *result = writer->job->result;
  g_autoptr (FxGraph) original = fx_graph_copy (result->source);
  g_autoptr (FxGraph) qdq = fx_quantize_qdq (result->optimized, result->params, error);
  g_autofree char *thresholds = thresholds_json (result);

  return qdq != NULL && write_graph (writer, "_original_float_model.onnx", original, error)
         && write_graph (writer, "_optimized_float_model.onnx", result->optimized, error)
         && write_graph (writer, "_calibrated_model.onnx", qdq, error)
         && write_graph (writer, "_quantized_model.onnx", result->integer, error)
         && write_text (writer, "_thresholds.json", thresholds, error) && write_program (writer, error);
}

static gboolean
write_report (Writer *writer, GError **error)
{
  const FxConversionJob *job = writer->job;
  g_autofree char *json = fx_conversion_report_json (job->result, job->options);
  g_autofree char *html = fx_conversion_report_html (job->result, job->options);

  return write_text (writer, "_report.json", json, error) && write_text (writer, "_report.html", html, error);
}

/* calibration_data/<input>/<n>.npy, as the boards' debugging tools look for them. */
static gboolean
dump_sample (Writer *writer, guint i, GError **error)
{
  const FxConversionJob *job = writer->job;
  guint n = fx_graph_n_inputs (job->result->source);
  g_autofree FxTensor **inputs = g_new0 (FxTensor *, n + 1);
  gboolean ok = !g_cancellable_set_error_if_cancelled (job->cancellable, error)
                && fx_sample_set_load (i, inputs, job->samples, error);

  for (guint k = 0; k < n; k++)
    {
      const char *input = fx_graph_value (job->result->source, fx_graph_input (job->result->source, k))->name;
      g_autofree char *safe = g_strdelimit (g_strdup (input), "/\\", '_');
      g_autofree char *folder = g_build_filename (writer->folder, "calibration_data", safe, NULL);
      g_autofree char *name = g_strdup_printf ("%u.npy", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (ok && g_mkdir_with_parents (folder, 0777) != 0)
        ok = fx_fail (error, FX_ERROR_FAILED, "%s: %s", folder, g_strerror (errno));
      if (ok)
        {
          g_autoptr (FxTensor) aligned = fx_tensor_aligned (inputs[k]);
          FxArray array = fx_tensor_array (aligned);

          ok = fx_npy_save (path, &array, error);
        }
      fx_tensor_unref (inputs[k]);
    }
  return ok;
}

static gboolean
dump_samples (Writer *writer, GError **error)
{
  if (!writer->job->options->dump_calibration)
    return TRUE;
  for (guint i = 0; i < fx_sample_set_n_samples (writer->job->samples); i++)
    if (!dump_sample (writer, i, error))
      return FALSE;
  g_ptr_array_add (writer->names, g_strdup ("calibration_data"));
  return TRUE;
}

/* ---- moving in ---- */

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

/* That of an earlier run belongs to another network. */
static void
remove_program (const Writer *writer, const char *folder)
{
  g_autofree char *name = g_strconcat (writer->prefix, ".fxb", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_remove (path);
}

static gboolean
move_in (Writer *writer, const char *to, GError **error)
{
  for (guint i = 0; i < writer->names->len; i++)
    {
      const char *name = g_ptr_array_index (writer->names, i);
      g_autofree char *from = g_build_filename (writer->folder, name, NULL);
      g_autofree char *path = g_build_filename (to, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR) && g_file_test (from, G_FILE_TEST_IS_DIR))
        remove_tree (path);
      if (g_rename (from, path) != 0)
        return fx_fail (error, FX_ERROR_FAILED, "%s: cannot be put in place: %s", path, g_strerror (errno));
      g_ptr_array_add (writer->job->result->files, g_steal_pointer (&path));
    }
  if (writer->job->result->program == NULL)
    remove_program (writer, to);
  return TRUE;
}

static char *
default_prefix (const char *model)
{
  char *name = g_path_get_basename (model), *dot = strrchr (name, '.');

  if (dot != NULL && dot > name)
    *dot = '\0';
  return name;
}

gboolean
fx_conversion_check_output (const FxConversionOptions *options, GError **error)
{
  g_autofree char *folder = NULL;
  int problem = 0;

  if (options->output_dir == NULL)
    return TRUE;
  if (options->prefix != NULL && strchr (options->prefix, '/') != NULL)
    return fx_fail (error, FX_ERROR_BAD_DATA, "the prefix \"%s\" holds a slash", options->prefix);
  folder = g_canonicalize_filename (options->output_dir, NULL);
  while (!g_file_test (folder, G_FILE_TEST_EXISTS))
    {
      g_autofree char *inner = g_steal_pointer (&folder);

      folder = g_path_get_dirname (inner);
    }
  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    problem = ENOTDIR;
  else if (g_access (folder, W_OK | X_OK) != 0)
    problem = errno;
  return problem == 0 || fx_fail (error, FX_ERROR_FAILED, "%s: cannot be written to: %s", folder, g_strerror (problem));
}

gboolean
fx_conversion_write (FxConversionJob *job, GError **error)
{
  g_autofree char *folder = g_canonicalize_filename (job->options->output_dir, NULL);
  g_autofree char *template = g_build_filename (folder, ".fixpoint-XXXXXX", NULL);
  g_autofree char *prefix
      = job->options->prefix != NULL ? g_strdup (job->options->prefix) : default_prefix (job->options->model);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  gboolean existed = g_file_test (folder, G_FILE_TEST_IS_DIR), ok;
  Writer writer = { job, template, prefix, names };

  fx_conversion_begin (job, FX_STAGE_WRITE);
  if (g_mkdir_with_parents (folder, 0777) != 0 || g_mkdtemp_full (template, 0777) == NULL)
    return fx_fail (error, FX_ERROR_FAILED, "%s: cannot be written to: %s", folder, g_strerror (errno));
  ok = write_networks (&writer, error) && write_report (&writer, error) && dump_samples (&writer, error)
       && move_in (&writer, folder, error);
  remove_tree (template);
  if (!ok && !existed)
    g_rmdir (folder);
  return ok;
}
