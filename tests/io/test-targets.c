/* The targets that the program brings along: every row and every limit of the reference files is there, and every kind
 * of limit and every condition is known. And what is said about files that are wrong.
 *
 *   test-targets [REFERENCE_FOLDER]
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-limit.h"
#include "io/fx-target-file.h"

#include <json-glib/json-glib.h>
#include <string.h>

static const char *reference;

/* ---- what the program brings along ---- */

static void
check_when (GVariant *when)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;

  if (when == NULL)
    return;
  g_variant_iter_init (&iter, when);
  while (g_variant_iter_next (&iter, "{&sv}", &key, &value))
    {
      if (!fx_limit_when_is_known (key))
        g_error ("condition \"%s\" is not known", key);
      g_variant_unref (value);
    }
}

static void
check_limits (const char *name, const GPtrArray *limits)
{
  for (guint i = 0; i < limits->len; i++)
    {
      const FxLimit *limit = limits->pdata[i];
      g_autofree char *text = NULL;

      if (limit->kind == NULL)
        g_error ("%s: kind \"%s\", rule \"%s\" is not known", name, limit->kind_name, limit->rule);
      text = limit->kind->describe (limit);
      if (text == NULL || *text == '\0' || !g_utf8_validate (text, -1, NULL))
        g_error ("%s: kind \"%s\", rule \"%s\" has no description", name, limit->kind_name, limit->rule);
      if (limit->ambiguous && limit->note == NULL)
        g_error ("%s: kind \"%s\", rule \"%s\" is ambiguous and does not say how", name, limit->kind_name, limit->rule);
      check_when (limit->when);
    }
}

static void
check_rows (const GPtrArray *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const FxTargetOp *row = rows->pdata[i];

      check_limits (row->name, row->bpu.limits);
      check_limits (row->name, row->cpu.limits);
      g_assert_cmpstr (row->source, !=, "");
    }
}

static void
test_known (void)
{
  for (guint i = 0; fx_target_ids[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (FxTarget) target = fx_target_load (fx_target_ids[i], &error);
      g_autoptr (FxTarget) by_march = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (target->id, ==, fx_target_ids[i]);
      by_march = fx_target_load (target->march, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (by_march->operators->len, ==, target->operators->len);
      check_limits (target->march, target->general);
      check_rows (target->operators);
      check_rows (target->caffe);
      check_rows (target->torch);
    }
}

static void
test_find (void)
{
  g_autoptr (FxTarget) target = fx_target_load ("rdk-x5", NULL);

  g_assert_cmpstr (target->board, ==, "RDK X5");
  g_assert_true (target->complete);
  g_assert_cmpstr (fx_target_find (target, "Conv")->name, ==, "Conv");
  g_assert_null (fx_target_find (target, "Convolution"));
  g_assert_cmpstr (fx_target_find_caffe (target, "LeakyReLU")->name, ==, "ReLU");
  g_assert_cmpint (fx_target_find (target, "Softmax")->default_device, ==, FX_DEFAULT_CPU);
  g_assert_cmpint (fx_limit_int (fx_target_model_rule (target, "output_count")->fields, "max", 0), ==, 32);
  g_assert_null (fx_target_model_rule (target, "no_such_rule"));
}

static void
test_int16 (void)
{
  g_autoptr (FxTarget) x3 = fx_target_load ("rdk-x3", NULL), x5 = fx_target_load ("rdk-x5", NULL),
                       s100 = fx_target_load ("rdk-s100", NULL);

  g_assert_false (fx_target_has_int16 (x3));
  g_assert_true (fx_target_has_int16 (x5));
  g_assert_true (fx_target_has_int16 (s100));
}

/* ---- against the reference ---- */

static JsonNode *
read_json (const char *name)
{
  g_autofree char *path = g_build_filename (reference, name, NULL);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return json_parser_steal_root (parser);
}

static gboolean
get_flag (JsonObject *object, const char *member)
{
  return json_object_get_boolean_member_with_default (object, member, FALSE);
}

static const char *
get_string (JsonObject *object, const char *member)
{
  return json_object_get_string_member_with_default (object, member, NULL);
}

/* Everything but the sentence and the source. */
static void
compare_limit (JsonObject *expected, const FxLimit *limit)
{
  static const char *const own[]
      = { "ambiguous", "group", "info", "kind", "note", "rule", "source", "text", "when", NULL };
  GList *members = json_object_get_members (expected);
  gsize n = 0;

  for (GList *member = members; member != NULL; member = member->next)
    {
      g_autoptr (GVariant) field = fx_limit_field (limit->fields, member->data);
      g_autoptr (JsonNode) back = NULL;

      if (g_strv_contains (own, member->data))
        {
          g_assert_null (field);
          continue;
        }
      g_assert_nonnull (field);
      back = json_gvariant_serialize (field);
      g_assert_true (json_node_equal (json_object_get_member (expected, member->data), back));
      n++;
    }
  g_assert_cmpuint (n, ==, g_variant_n_children (limit->fields));
  g_list_free (members);
  g_assert_cmpstr (limit->kind_name, ==, get_string (expected, "kind"));
  g_assert_cmpstr (limit->rule, ==, get_string (expected, "rule") != NULL ? get_string (expected, "rule") : "");
  g_assert_cmpstr (limit->note, ==, get_string (expected, "note"));
  g_assert_cmpint (limit->ambiguous, ==, get_flag (expected, "ambiguous"));
  g_assert_cmpint (limit->info, ==, get_flag (expected, "info"));
  /* make-targets.py makes a group of what the reference only calls an exception in words */
  g_assert_true (limit->any_of || !json_object_has_member (expected, "group"));
  if (json_object_has_member (expected, "when"))
    {
      g_autoptr (JsonNode) back = json_gvariant_serialize (limit->when);

      g_assert_true (json_node_equal (json_object_get_member (expected, "when"), back));
    }
  else
    g_assert_null (limit->when);
}

static guint
compare_limits (JsonArray *expected, const GPtrArray *limits)
{
  g_assert_cmpuint (json_array_get_length (expected), ==, limits->len);
  for (guint i = 0; i < limits->len; i++)
    compare_limit (json_array_get_object_element (expected, i), limits->pdata[i]);
  return limits->len;
}

static gboolean
is_for (JsonObject *row, const char *march)
{
  JsonArray *marches = json_object_has_member (row, "marches") ? json_object_get_array_member (row, "marches") : NULL;

  for (guint i = 0; marches != NULL && i < json_array_get_length (marches); i++)
    if (strcmp (json_array_get_string_element (marches, i), march) == 0)
      return TRUE;
  return marches == NULL;
}

static const FxTargetOp *
find (const GPtrArray *rows, const char *name)
{
  for (guint i = 0; i < rows->len; i++)
    if (strcmp (((const FxTargetOp *)rows->pdata[i])->name, name) == 0)
      return rows->pdata[i];
  return NULL;
}

/* Returns the number of limits. */
static guint
compare_rows (JsonArray *expected, const GPtrArray *rows, const char *march)
{
  guint n_limits = 0, n_rows = 0;

  for (guint i = 0; i < json_array_get_length (expected); i++)
    {
      JsonObject *row = json_array_get_object_element (expected, i);
      const char *name = json_object_get_string_member (row, "name");
      const FxTargetOp *op = find (rows, name);

      if (!is_for (row, march))
        continue;
      if (op == NULL)
        g_error ("%s: %s is missing", march, name);
      n_limits += compare_limits (
          json_object_get_array_member (json_object_get_object_member (row, "bpu"), "constraints"), op->bpu.limits);
      n_limits += compare_limits (
          json_object_get_array_member (json_object_get_object_member (row, "cpu"), "constraints"), op->cpu.limits);
      n_rows++;
    }
  g_assert_cmpuint (n_rows, ==, rows->len);
  return n_limits;
}

static void
test_reference (void)
{
  static const struct
  {
    const char *march, *file;
  } targets[] = { { "bernoulli2", "bernoulli2.json" }, { "bayes", "bayes.json" }, { "bayes-e", "bayes-e.json" },
                  { "nash-e", "nash.json" },           { "nash-m", "nash.json" }, { "nash-p", "nash.json" } };
  g_autoptr (JsonNode) caffe = NULL;

  if (reference == NULL || !g_file_test (reference, G_FILE_TEST_IS_DIR))
    {
      g_test_skip ("no folder of reference files was given");
      return;
    }
  caffe = read_json ("caffe.json");
  for (guint i = 0; i < G_N_ELEMENTS (targets); i++)
    {
      g_autoptr (FxTarget) target = fx_target_load (targets[i].march, NULL);
      g_autoptr (JsonNode) node = read_json (targets[i].file);
      JsonObject *root = json_node_get_object (node);
      JsonObject *marches = json_object_get_object_member (json_node_get_object (caffe), "marches");
      guint n = compare_rows (json_object_get_array_member (root, "operators"), target->operators, targets[i].march);

      n += compare_limits (json_object_get_array_member (root, "general_rules"), target->general);
      if (json_object_has_member (root, "torch_operators"))
        n += compare_rows (json_object_get_array_member (root, "torch_operators"), target->torch, targets[i].march);
      if (json_object_has_member (marches, targets[i].march))
        n += compare_rows (
            json_object_get_array_member (json_object_get_object_member (marches, targets[i].march), "operators"),
            target->caffe, targets[i].march);
      g_test_message ("%s: %u ONNX rows, %u Caffe rows, %u limits", targets[i].march, target->operators->len,
                      target->caffe->len, n);
    }
}

/* ---- files that are wrong ---- */

#define OP(device) "{\"march\": \"m\", \"operators\": [{\"name\": \"Conv\", \"cpu\": {}, \"bpu\": " device "}]}"

static const struct
{
  const char *text, *message;
} broken[] = {
  { "", "the file is nothing" },
  { "[]", "the file is a list, wanted an object" },
  { "{", "Parse error" },
  { "{}", "\"march\" is nothing, wanted a string" },
  { "{\"march\": 3}", "\"march\" is a number, wanted a string" },
  { "{\"march\": \"m\", \"operators\": {}}", "\"operators\" is an object, wanted a list" },
  { "{\"march\": \"m\", \"operators\": [3]}", "\"operators\" 0 is a number, wanted an object" },
  { "{\"march\": \"m\", \"operators\": [{}]}", "\"operators\" 0: \"name\" is nothing" },
  { OP ("3"), "operator \"Conv\": \"bpu\" is a number, wanted an object" },
  { OP ("{\"supported\": 3}"), "operator \"Conv\": \"bpu\": \"supported\" is a number, wanted true or false" },
  { OP ("{\"placement\": \"sideways\"}"), "operator \"Conv\": \"bpu\": \"placement\" is \"sideways\", wanted one of" },
  { OP ("{\"constraints\": [{}]}"), "operator \"Conv\": \"bpu\": \"constraints\" 0: \"kind\" is nothing" },
  { OP ("{\"constraints\": [{\"kind\": \"rank\", \"when\": 3}]}"), "\"when\" is a number, wanted an object" },
  { OP ("{\"constraints\": [{\"kind\": \"rank\", \"group\": \"all\"}]}"), "\"group\" is \"all\", wanted any_of" },
  { "{\"march\": \"m\", \"operators\": [{\"name\": \"A\", \"bpu\": {}, \"cpu\": {}},"
    "{\"name\": \"A\", \"bpu\": {}, \"cpu\": {}}]}",
    "operator \"A\" has two rows" },
};

static void
test_broken (void)
{
  g_autofree char *deep = g_strnfill (1000000, '[');

  for (guint i = 0; i <= G_N_ELEMENTS (broken); i++)
    {
      const char *text = i < G_N_ELEMENTS (broken) ? broken[i].text : deep;
      const char *message = i < G_N_ELEMENTS (broken) ? broken[i].message : "nested more than";
      g_autoptr (GError) error = NULL;

      g_assert_null (fx_target_parse (text, strlen (text), &error));
      g_assert_nonnull (error);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, message));
    }
}

static void
test_names (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fx_target_load ("rdk-x99", &error));
  g_assert_nonnull (strstr (error->message, "rdk-x3, rdk-ultra, rdk-x5, rdk-s100"));
  g_clear_error (&error);
  g_assert_null (fx_target_load ("./no-such-file.json", &error));
  g_assert_nonnull (error);
}

/* A kind that is not known is no error of the file: newer files have more kinds. */
static void
test_unknown_kind (void)
{
  static const char text[] = OP ("{\"supported\": true, \"constraints\": [{\"kind\": \"new\", \"size\": null}]}");
  g_autoptr (GError) error = NULL;
  g_autoptr (FxTarget) target = fx_target_parse (text, sizeof text - 1, &error);
  const FxLimit *limit;

  g_assert_no_error (error);
  limit = fx_target_find (target, "Conv")->bpu.limits->pdata[0];
  g_assert_null (limit->kind);
  g_assert_cmpstr (limit->kind_name, ==, "new");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  reference = argc > 1 && *argv[1] != '\0' ? argv[1] : NULL;
  g_test_add_func ("/targets/known", test_known);
  g_test_add_func ("/targets/find", test_find);
  g_test_add_func ("/targets/int16", test_int16);
  g_test_add_func ("/targets/reference", test_reference);
  g_test_add_func ("/targets/broken", test_broken);
  g_test_add_func ("/targets/names", test_names);
  g_test_add_func ("/targets/unknown-kind", test_unknown_kind);
  return g_test_run ();
}
