/* Real models against outputs that other engines computed: golden/<name>/{meta.json,input.f32,output*.f32} of the
 * folder of shared data. Every output must be equal within 1e-3 of its largest value.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "io/fx-model.h"
#include "io/fx-tensor-file.h"

#include <json-glib/json-glib.h>
#include <math.h>

#define TOLERANCE 1e-3

static char *root; /* …/models */

static FxShape
read_shape (JsonObject *object)
{
  JsonArray *sizes = json_object_get_array_member (object, "shape");
  FxShape shape = { .rank = (int)json_array_get_length (sizes) };

  g_assert_cmpint (shape.rank, <=, FX_MAX_RANK);
  for (int i = 0; i < shape.rank; i++)
    shape.dims[i] = json_array_get_int_element (sizes, (guint)i);
  return shape;
}

static FxTensor *
read_tensor (const char *dir, JsonObject *object)
{
  FxShape shape = read_shape (object);
  g_autofree char *path = g_build_filename (dir, json_object_get_string_member (object, "file"), NULL);
  g_autoptr (GError) error = NULL;
  FxTensor *tensor = fx_tensor_file_load (path, FX_DTYPE_FLOAT, &shape, &error);

  g_assert_no_error (error);
  return tensor;
}

static FxGraph *
load_model (JsonObject *meta)
{
  gboolean caffe = json_object_has_member (meta, "prototxt");
  g_autofree char *path
      = g_build_filename (root, json_object_get_string_member (meta, caffe ? "prototxt" : "model"), NULL);
  g_autofree char *weights
      = caffe ? g_build_filename (root, json_object_get_string_member (meta, "caffemodel"), NULL) : NULL;
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_model_load (path, weights, NULL, &error);

  g_assert_no_error (error);
  return graph;
}

/* TRUE if nothing but operators that are known computes the value: what post-processing does is no part of a network
 * that is converted. */
static gboolean
can_compute (const FxGraph *graph, FxId value)
{
  g_autoptr (FxGraph) copy = fx_graph_copy (graph);
  gboolean known = TRUE;

  fx_graph_set_outputs (copy, &value, 1);
  fx_graph_prune (copy);
  for (FxId i = 0; i < fx_graph_n_nodes (copy); i++)
    known = known && (fx_graph_node (copy, i)->removed || fx_graph_node (copy, i)->op != NULL);
  return known;
}

/* Makes the named values the outputs of the graph: some are inside of it. Those it does not have are left out. */
static void
choose_outputs (FxGraph *graph, JsonObject *outputs, GPtrArray *names)
{
  g_autoptr (GList) members = json_object_get_members (outputs);
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (FxId));

  for (GList *member = members; member != NULL; member = member->next)
    {
      FxId id = fx_graph_find_value (graph, member->data);

      if (id == FX_NONE || !can_compute (graph, id))
        {
          g_test_message ("left out: %s", (const char *)member->data);
          continue;
        }
      g_array_append_val (ids, id);
      g_ptr_array_add (names, g_strdup (member->data));
    }
  g_assert_cmpuint (ids->len, >, 0);
  fx_graph_set_outputs (graph, (const FxId *)ids->data, ids->len);
  fx_graph_prune (graph);
  fx_graph_compact (graph);
}

static void
compare (const char *name, const FxTensor *found, const FxTensor *wanted)
{
  double largest = 0.0, worst = 0.0;

  g_assert_cmpuint (fx_tensor_elements (found), ==, fx_tensor_elements (wanted));
  for (gsize i = 0; i < fx_tensor_elements (wanted); i++)
    {
      double a = fx_tensor_get_double (found, i), b = fx_tensor_get_double (wanted, i);

      largest = MAX (largest, fabs (b));
      worst = MAX (worst, fabs (a - b));
    }
  g_test_message ("%s: off by %.2g of the largest value", name, worst / largest);
  g_assert_cmpfloat (worst, <=, TOLERANCE * largest);
}

static void
test_golden (gconstpointer user_data)
{
  const char *dir = user_data;
  g_autofree char *meta_path = g_build_filename (dir, "meta.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (FxGraph) graph = NULL;
  g_autoptr (FxTensor) input = NULL;
  g_autoptr (FxEngine) engine = NULL;
  g_autoptr (FxRun) run = NULL;
  g_autofree FxTensor **found = NULL;
  JsonObject *meta, *outputs;

  json_parser_load_from_file (parser, meta_path, &error);
  g_assert_no_error (error);
  meta = json_node_get_object (json_parser_get_root (parser));
  outputs = json_object_get_object_member (meta, "outputs");

  graph = load_model (meta);
  choose_outputs (graph, outputs, names);
  input = read_tensor (dir, json_object_get_object_member (meta, "input"));
  g_assert_cmpuint (fx_graph_n_inputs (graph), ==, 1);
  fx_graph_value (graph, fx_graph_input (graph, 0))->shape = *fx_tensor_shape (input);

  engine = fx_engine_new (graph, NULL, NULL, &error);
  g_assert_no_error (error);
  run = fx_run_new (engine, &error);
  g_assert_no_error (error);
  found = g_new0 (FxTensor *, names->len);
  fx_run_execute (run, &input, found, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < names->len; i++)
    {
      g_autoptr (FxTensor) wanted = read_tensor (dir, json_object_get_object_member (outputs, names->pdata[i]));

      compare (names->pdata[i], found[i], wanted);
      fx_tensor_unref (found[i]);
    }
}

static void
test_absent (void)
{
  g_test_skip ("no folder of shared data was given (meson option shared-data)");
}

int
main (int argc, char **argv)
{
  g_autofree char *golden = NULL;
  g_autoptr (GDir) dir = NULL;

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  root = argv[1];
  golden = g_build_filename (root, "golden", NULL);
  dir = g_dir_open (golden, 0, NULL);
  if (dir == NULL)
    g_test_add_func ("/golden/absent", test_absent);
  else
    for (const char *name = g_dir_read_name (dir); name != NULL; name = g_dir_read_name (dir))
      {
        g_autofree char *path = g_strdup_printf ("/golden/%s", name);

        if (g_str_has_prefix (name, argv[2]))
          g_test_add_data_func_full (path, g_build_filename (golden, name, NULL), test_golden, g_free);
      }
  return g_test_run ();
}
