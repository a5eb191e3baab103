/* Every real model that a board takes: compiled with its integer network (ranges are placeholders, which change no
 * size), simulated, and compared with the integer engine bit by bit. test-compile-models FOLDER [LEVEL]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-compile.h"
#include "core/bpu/fx-perf.h"
#include "core/bpu/fx-simulate.h"
#include "core/bpu/fx-timeline.h"
#include "core/check/fx-fix.h"
#include "core/exec/fx-engine.h"
#include "core/fx-error.h"
#include "core/graph/fx-infer.h"
#include "io/fx-model.h"
#include "io/fx-target-file.h"

#include <string.h>

static const char *const target_ids[] = { "rdk-x3", "rdk-ultra", "rdk-x5" };
static guint level = FX_COMPILE_DEFAULT_LEVEL;

/* All that model files have, the network of one of two files by its first. */
static void
find_models (const char *folder, GPtrArray *paths)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        find_models (path, paths);
      else if (g_str_has_suffix (name, ".onnx") || g_str_has_suffix (name, ".prototxt"))
        g_ptr_array_add (paths, g_steal_pointer (&path));
    }
}

/* With all fixes; NULL if it cannot be read without help. */
static FxGraph *
load (const char *path)
{
  g_autoptr (FxGraph) graph = fx_model_load (path, NULL, NULL, NULL);

  if (graph == NULL)
    return NULL;
  fx_graph_infer (graph, NULL);
  return fx_fix_apply_all (graph, NULL, NULL, NULL, NULL) ? g_steal_pointer (&graph) : NULL;
}

static FxTensor *
make_input (const FxValue *value)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (value->dtype, &value->shape, &data, NULL);
  FxArray array = { value->dtype, value->shape, data };

  for (gsize i = 0; i < fx_tensor_elements (tensor); i++)
    fx_array_set (&array, i, g_rand_double_range (rand, -2, 2));
  return tensor;
}

static GPtrArray *
make_inputs (const FxGraph *graph)
{
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);

  for (guint i = 0; i < fx_graph_n_inputs (graph); i++)
    g_ptr_array_add (inputs, make_input (fx_graph_value (graph, fx_graph_input (graph, i))));
  return inputs;
}

static GPtrArray *
new_outputs (const FxGraph *graph)
{
  GPtrArray *outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_tensor_unref);

  g_ptr_array_set_size (outputs, (gint)fx_graph_n_outputs (graph));
  return outputs;
}

/* NULL if the model cannot run: a net without its weights compiles all the same. */
static GPtrArray *
run_engine (const FxGraph *graph, const GPtrArray *inputs)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (graph, NULL, NULL, &error);
  g_autoptr (FxRun) run = NULL;
  GPtrArray *outputs = new_outputs (graph);

  run = engine != NULL ? fx_run_new (engine, &error) : NULL;
  if (run != NULL && fx_run_execute (run, (FxTensor *const *)inputs->pdata, (FxTensor **)outputs->pdata, NULL, &error))
    return outputs;
  g_test_message ("not run: %s", error->message);
  g_ptr_array_unref (outputs);
  return NULL;
}

static void
report (const char *path, const FxTarget *target, const FxProgram *program, double seconds)
{
  g_autoptr (FxTimeline) timeline = fx_timeline_new (program);
  g_autofree char *name = g_path_get_basename (path);

  g_test_message ("%s, %s: %u nodes, %u commands, %.3f ms, %.2f MB loaded, %.2f MB stored, SRAM %.0f %%, "
                  "compiled in %.2f s",
                  name, target->id, fx_graph_n_nodes (program->graph), program->commands->len, timeline->bpu_ms,
                  (double)timeline->loaded_bytes / 1e6, (double)timeline->stored_bytes / 1e6,
                  100 * (double)timeline->sram_peak / (double)program->memory_bytes[FX_MEMORY_SRAM], seconds);
}

static void
assert_same (const FxProgram *program, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) inputs = make_inputs (program->graph);
  g_autoptr (GPtrArray) wanted = run_engine (program->graph, inputs), found = new_outputs (program->graph);
  g_autoptr (FxSimulator) simulator = NULL;

  if (wanted == NULL)
    return;
  simulator = fx_simulator_new (program, NULL, NULL, &error);
  g_assert_no_error (error);
  fx_simulator_run (simulator, (FxTensor *const *)inputs->pdata, (FxTensor **)found->pdata, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < wanted->len; i++)
    if (!g_bytes_equal (fx_tensor_bytes (found->pdata[i]), fx_tensor_bytes (wanted->pdata[i])))
      g_error ("%s: output \"%s\" differs", path,
               fx_graph_value (program->graph, fx_graph_output (program->graph, i))->name);
}

/* TRUE if the board takes the model. */
static gboolean
try_target (const FxGraph *graph, const char *path, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = fx_target_load (id, &error);
  g_autoptr (FxPerf) perf = NULL;
  g_autoptr (FxProgram) program = NULL;
  FxMachine machine;
  gint64 start;

  g_assert_no_error (error);
  g_assert_true (fx_machine_of_target (&machine, target, &error));
  perf = fx_perf_estimate (graph, target, &machine, NULL, NULL, NULL, &error);
  if (perf == NULL)
    {
      g_test_message ("%s, %s: %s", path, id, error->message);
      return FALSE;
    }
  start = g_get_monotonic_time ();
  program = fx_compile (perf->integer, target, &(FxCompileOptions){ .level = level }, NULL, NULL, &error);
  g_assert_no_error (error);
  report (path, target, program, (double)(g_get_monotonic_time () - start) / 1e6);
  assert_same (program, path);
  return TRUE;
}

static void
test_model (gconstpointer data)
{
  const char *path = data;
  g_autoptr (FxGraph) graph = load (path);
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (target_ids) && graph != NULL; i++)
    n += try_target (graph, path, target_ids[i]);
  if (n == 0)
    g_test_skip (graph != NULL ? "no board takes it" : "it cannot be read without help");
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);
  if (argc > 2)
    level = (guint)g_ascii_strtoull (argv[2], NULL, 10);
  find_models (argc > 1 ? argv[1] : ".", paths);
  g_ptr_array_sort (paths, by_name);
  for (guint i = 0; i < paths->len; i++)
    {
      g_autofree char *name = g_strdup_printf ("/compile-models/%s", (char *)paths->pdata[i] + strlen (argv[1]));

      g_test_add_data_func (name, paths->pdata[i], test_model);
    }
  return paths->len > 0 ? g_test_run () : 77;
}
