/* Project files: what is written is read again, bad files are refused with a sentence, and docs/project-format.md
 * knows every member.
 *   test-project docs/project-format.md
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"
#include "io/fx-project-file.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

static const char *document;

/* With everything that a project can have. */
static FxProject *
full_project (void)
{
  FxProject *project = fx_project_new ();
  FxProjectInput *input = fx_project_touch_input (project, "data");

  project->model = g_strdup ("/models/net.prototxt");
  project->weights = g_strdup ("/models/net.caffemodel");
  g_free (project->target);
  project->target = g_strdup ("rdk-x3");
  project->origin = g_strdup ("/elsewhere/net.fixpoint");
  fx_project_add_edit (project, FX_PROJECT_FIX_ALL, NULL, NULL);
  fx_project_add_edit (project, FX_PROJECT_FIX, "fold-constants", NULL);
  fx_project_add_edit (project, FX_PROJECT_INPUT_SHAPE, "data", "1x3x32x32");
  fx_project_add_edit (project, FX_PROJECT_OUTPUTS, NULL, "prob\nfeature/map");
  fx_project_set_node (project, "conv1", FX_PRECISION_INT16);
  fx_project_set_node (project, "Softmax", FX_PRECISION_FLOAT);
  fx_project_set_node (project, "conv2", FX_PRECISION_INT8);
  project->mixed = 0.25;
  project->budget = 1.5;
  input->preprocess = g_strdup ("rgb; mean 1 2 3");
  input->runtime = g_strdup ("nv12");
  fx_project_add_dataset (project, "data", "/models/samples", "/models/labels.txt")->type = g_strdup ("u8");
  project->preset = g_strdup ("fast");
  project->method = g_strdup ("kl");
  project->samples = 10;
  project->seed = 1234567890123;
  project->output = g_strdup ("/results");
  project->compile = (FxCompileOptions){ 3, FX_COMPILE_BALANCE, .balance = 20, .cores = 2, .max_call_us = 1500 };
  return project;
}

static void
test_round_trip (void)
{
  g_autoptr (FxProject) project = full_project (), again = NULL;
  g_autofree char *text = fx_project_file_print (project, "/models");
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (strstr (text, "\"net.prototxt\""));
  g_assert_nonnull (strstr (text, "\"/results\""));
  again = fx_project_file_parse (text, strlen (text), "/models", &error);
  g_assert_no_error (error);
  g_assert_true (fx_project_equal (project, again));
  g_assert_cmpstr (again->origin, ==, project->origin);
}

/* A file that an older program reads rightly says so: only what it does not know makes it a newer one. */
static void
test_version (void)
{
  static const char old[] = "{\"fixpoint-project\": 1, \"model\": \"net.onnx\"}";
  g_autoptr (FxProject) project = fx_project_file_parse (old, strlen (old), "/", NULL);
  g_autofree char *plain = fx_project_file_print (project, "/"), *newer = NULL;

  g_assert_nonnull (strstr (plain, "\"fixpoint-project\" : 1"));
  g_assert_null (strstr (plain, "nodes"));
  g_assert_null (strstr (plain, "compile"));
  fx_project_set_node (project, "conv1", FX_PRECISION_INT16);
  newer = fx_project_file_print (project, "/");
  g_assert_nonnull (strstr (newer, "\"fixpoint-project\" : 2"));
}

/* Each option alone is kept, makes the file a newer one, and is all that is written of them. */
static void
test_compile (void)
{
  static const struct
  {
    FxCompileOptions compile;
    const char *member;
  } rows[] = {
    { { 0, FX_COMPILE_LATENCY, .balance = 50 }, "\"optimize_level\" : \"O0\"" },
    { { 2, FX_COMPILE_BANDWIDTH, .balance = 50 }, "\"compile_mode\" : \"bandwidth\"" },
    { { 2, FX_COMPILE_LATENCY, .balance = 0 }, "\"balance_factor\" : 0" },
    { { 2, FX_COMPILE_LATENCY, .balance = 50, .cores = 2 }, "\"core_num\" : 2" },
    { { 2, FX_COMPILE_LATENCY, .balance = 50, .max_call_us = 1000 }, "\"max_time_per_fc\" : 1000" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (FxProject) project = fx_project_new (), again = NULL;
      g_autofree char *text = NULL;

      project->model = g_strdup ("/net.onnx");
      project->compile = rows[i].compile;
      text = fx_project_file_print (project, "/");
      g_assert_nonnull (strstr (text, "\"fixpoint-project\" : 2"));
      g_assert_nonnull (strstr (text, rows[i].member));
      for (guint k = 0; k < G_N_ELEMENTS (rows); k++)
        g_assert_true (k == i || strstr (text, rows[k].member) == NULL);
      again = fx_project_file_parse (text, strlen (text), "/", NULL);
      g_assert_true (fx_project_equal (project, again));
    }
}

static void
test_nodes (void)
{
  g_autoptr (FxProject) project = full_project ();
  g_auto (GStrv) wide = NULL;

  fx_project_set_node (project, "conv2", FX_PRECISION_INT16);
  wide = fx_project_dup_nodes (project, FX_PRECISION_INT16);
  g_assert_cmpuint (g_strv_length (wide), ==, 2);
  g_assert_cmpstr (wide[0], ==, "conv1");
  g_assert_cmpstr (wide[1], ==, "conv2");
  g_assert_null (fx_project_dup_nodes (project, FX_PRECISION_INT8));
  fx_project_unset_node (project, "conv2");
  g_assert_null (fx_project_find_node (project, "conv2"));
}

/* Names of operators stay, also of those that the graph does not have. */
static void
test_forget_nodes (void)
{
  static const char net[] = "input %x f32[1]\n%y f32[1] = Relu(%x) \"relu\" v11\noutput %y\n";
  static const char *const names[] = { "relu", "gone", "Softmax", "all", "gone too" };
  g_autoptr (FxGraph) graph = fx_graph_parse (net, NULL);
  g_autoptr (GPtrArray) findings = fx_diagnostics_new ();
  g_autoptr (FxProject) project = fx_project_new ();
  g_auto (GStrv) kept = NULL;
  g_autofree char *list = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    fx_project_set_node (project, names[i], FX_PRECISION_INT16);
  fx_project_forget_nodes (project, graph, findings);
  kept = fx_project_dup_nodes (project, FX_PRECISION_INT16);
  list = g_strjoinv (",", kept);
  g_assert_cmpstr (list, ==, "relu,Softmax,all");
  g_assert_cmpuint (findings->len, ==, 2);
  g_assert_nonnull (strstr (((FxDiagnostic *)findings->pdata[1])->message, "\"gone too\""));
}

static void add_members (JsonNode *node, GHashTable *members);

static void
add_element (G_GNUC_UNUSED JsonArray *array, G_GNUC_UNUSED guint i, JsonNode *node, gpointer members)
{
  add_members (node, members);
}

static void
add_member (G_GNUC_UNUSED JsonObject *object, const char *name, JsonNode *node, gpointer members)
{
  g_hash_table_add (members, g_strdup (name));
  add_members (node, members);
}

static void
add_members (JsonNode *node, GHashTable *members)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    json_object_foreach_member (json_node_get_object (node), add_member, members);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    json_array_foreach_element (json_node_get_array (node), add_element, members);
}

/* The first column of the document's tables. */
static GHashTable *
documented (void)
{
  GHashTable *members = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents (document, &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, "| `"))
      g_hash_table_add (members, g_strndup (*line + 3, strcspn (*line + 3, "`")));
  return members;
}

static void
check_subset (GHashTable *a, GHashTable *b, const char *where)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_hash_table_contains (b, name))
      g_error ("\"%s\" is not in %s", (const char *)name, where);
}

static void
test_document (void)
{
  g_autoptr (FxProject) project = full_project ();
  g_autofree char *text = fx_project_file_print (project, "/");
  g_autoptr (JsonNode) root = json_from_string (text, NULL);
  g_autoptr (GHashTable) written = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) described = documented ();

  add_members (root, written);
  g_assert_cmpuint (g_hash_table_size (written), >=, 20);
  check_subset (written, described, "the document");
  check_subset (described, written, "the file");
}

/* The example of the document can be read. */
static void
test_example (void)
{
  g_autofree char *text = NULL;
  g_autoptr (FxProject) project = NULL;
  g_autoptr (GError) error = NULL;
  char *begin, *end;

  g_assert_true (g_file_get_contents (document, &text, NULL, NULL));
  begin = strstr (text, "```json\n") + strlen ("```json\n");
  end = strstr (begin, "```");
  project = fx_project_file_parse (begin, (gsize)(end - begin), "/models", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (project->model, ==, "/models/mobilenet.onnx");
  g_assert_cmpuint (project->edits->len, ==, 2);
  g_assert_cmpuint (project->samples, ==, 64);
}

static void
test_refused (void)
{
  static const struct
  {
    const char *text, *message;
  } rows[] = {
    { "", "not a JSON object" },
    { "[1]", "not a JSON object" },
    { "{ \"model\": \"a\" }", "there is no \"fixpoint-project\"" },
    { "{ \"fixpoint-project\": 3, \"model\": \"a\" }", "version 3" },
    { "{ \"fixpoint-project\": \"1\", \"model\": \"a\" }", "a number" },
    { "{ \"fixpoint-project\": 1 }", "\"model\" should be" },
    { "{ \"fixpoint-project\": 1, \"model\": 3 }", "\"model\" should be a string" },
    { "{ \"fixpoint-project\": 1, \"model\": \"a\", \"edits\": 1 }", "\"edits\" should be a list" },
    { "{ \"fixpoint-project\": 1, \"model\": \"a\", \"edits\": [{}] }", "\"edits\", entry 1: \"fix\" should be" },
    { "{ \"fixpoint-project\": 1, \"model\": \"a\", \"datasets\": [{ \"path\": \"x\" }, {}] }",
      "\"datasets\", entry 2: \"path\" should be given" },
    { "{ \"fixpoint-project\": 1, \"model\": \"a\", \"datasets\": [{ \"path\": \"x\", \"type\": \"bytes\" }] }",
      "\"type\" should be a type of elements" },
    { "{ \"fixpoint-project\": 1, \"model\": \"a\", \"conversion\": { \"samples\": -1 } }", "not negative" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"conversion\": { \"mixed\": 2 } }", "from 0 to 1" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"conversion\": { \"latency_budget\": 0.5 } }", "from 1 to 100" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"nodes\": [{ \"name\": \"n\", \"precision\": \"int4\" }] }",
      "\"precision\" should be" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"edits\": [{ \"outputs\": [\"a\", 3] }] }", "a list of names" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"compile\": 3 }", "\"compile\" should be an object" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"compile\": { \"optimize_level\": \"O9\" } }", "O0 to O3" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"compile\": { \"compile_mode\": \"size\" } }", "bandwidth" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"compile\": { \"balance_factor\": 101 } }", "0 to 100" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"compile\": { \"core_num\": 5 } }", "core_num is 5" },
    { "{ \"fixpoint-project\": 2, \"model\": \"a\", \"compile\": { \"max_time_per_fc\": 999 } }", "at least 1000" },
    { "{ \"a\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[", "too deeply nested" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      FxProject *project = fx_project_file_parse (rows[i].text, strlen (rows[i].text), "/", &error);

      g_assert_null (project);
      g_assert_nonnull (error);
      if (strstr (error->message, rows[i].message) == NULL)
        g_error ("%s: %s", rows[i].text, error->message);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  document = argv[1];
  g_test_add_func ("/project/round-trip", test_round_trip);
  g_test_add_func ("/project/version", test_version);
  g_test_add_func ("/project/compile", test_compile);
  g_test_add_func ("/project/nodes", test_nodes);
  g_test_add_func ("/project/forget-nodes", test_forget_nodes);
  g_test_add_func ("/project/document", test_document);
  g_test_add_func ("/project/example", test_example);
  g_test_add_func ("/project/refused", test_refused);
  return g_test_run ();
}
