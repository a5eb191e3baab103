/* SPDX-License-Identifier: Apache-2.0 */
#include "io/fx-target-file.h"

#include "core/bpu/fx-cost.h"
#include "core/check/fx-limit.h"
#include "core/fx-error.h"
#include "io/fx-json.h"
#include "io/fx-target-data.h"

#include <string.h>

#define MAX_DEPTH 32 /* deeper than any sensible file */

static const struct
{
  const char *id, *march;
} known[] = {
  { "rdk-x3", "bernoulli2" }, { "rdk-ultra", "bayes" },  { "rdk-x5", "bayes-e" },
  { "rdk-s100", "nash-e" },   { "rdk-s100p", "nash-m" }, { "rdk-s600", "nash-p" },
};

const char *const fx_target_ids[] = { "rdk-x3", "rdk-ultra", "rdk-x5", "rdk-s100", "rdk-s100p", "rdk-s600", NULL };

/* ---- JSON to GVariant: a{sv}, av, s, x, d, b; null is mv ---- */

static GVariant *to_variant (JsonNode *node);

static GVariant *
list_to_variant (JsonArray *array)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < json_array_get_length (array); i++)
    g_variant_builder_add (&builder, "v", to_variant (json_array_get_element (array, i)));
  return g_variant_builder_end (&builder);
}

/* Members of `but` (may be NULL) are left out. */
static GVariant *
object_to_variant (JsonObject *object, const char *const *but)
{
  GVariantBuilder builder;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (but == NULL || !g_strv_contains (but, name))
      g_variant_builder_add (&builder, "{sv}", name, to_variant (node));
  return g_variant_builder_end (&builder);
}

/* The depth of the text was checked before it was parsed. */
static GVariant *
to_variant (JsonNode *node)
{
  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT: return object_to_variant (json_node_get_object (node), NULL);
    case JSON_NODE_ARRAY: return list_to_variant (json_node_get_array (node));
    case JSON_NODE_VALUE:
      switch (json_node_get_value_type (node))
        {
        case G_TYPE_INT64: return g_variant_new_int64 (json_node_get_int (node));
        case G_TYPE_DOUBLE: return g_variant_new_double (json_node_get_double (node));
        case G_TYPE_BOOLEAN: return g_variant_new_boolean (json_node_get_boolean (node));
        default: return g_variant_new_string (json_node_get_string (node));
        }
    case JSON_NODE_NULL:
    default: return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT, NULL);
    }
}

/* ---- members with a type ---- */

static gboolean
get_object (JsonObject *object, const char *member, JsonObject **value, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return fx_json_wrong (member, "an object", node, error);
  *value = json_node_get_object (node);
  return TRUE;
}

/* An absent list is NULL. */
static gboolean
get_list (JsonObject *object, const char *member, JsonArray **value, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  *value = NULL;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return fx_json_wrong (member, "a list", node, error);
  *value = json_node_get_array (node);
  return TRUE;
}

/* One of several names, as its index. */
static gboolean
get_choice (JsonObject *object, const char *member, const char *const *names, guint otherwise, guint *value,
            GError **error)
{
  const char *text;
  guint i = 0;

  *value = otherwise;
  if (json_object_has_member (object, member) && json_object_get_null_member (object, member))
    return TRUE;
  if (!fx_json_get_string (object, member, FALSE, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  while (names[i] != NULL && strcmp (names[i], text) != 0)
    i++;
  if (names[i] == NULL)
    {
      g_autofree char *all = g_strjoinv (", ", (char **)names);

      return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" is \"%s\", wanted one of %s", member, text, all);
    }
  *value = i;
  return TRUE;
}

/* ---- limits ---- */

static FxLimit *
parse_limit (JsonObject *object, GError **error)
{
  /* kept outside of the fields, which are searched often */
  static const char *const own_members[]
      = { "ambiguous", "group", "info", "kind", "note", "rule", "source", "when", NULL };
  JsonNode *when = json_object_get_member (object, "when");
  const char *kind, *rule, *group, *note;
  gboolean info, ambiguous;
  FxLimit *limit;

  if (!fx_json_get_string (object, "kind", TRUE, &kind, error)
      || !fx_json_get_string (object, "rule", FALSE, &rule, error)
      || !fx_json_get_string (object, "group", FALSE, &group, error)
      || !fx_json_get_string (object, "note", FALSE, &note, error)
      || !fx_json_get_flag (object, "info", FALSE, &info, error)
      || !fx_json_get_flag (object, "ambiguous", FALSE, &ambiguous, error))
    return NULL;
  if (group != NULL && strcmp (group, "any_of") != 0)
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "\"group\" is \"%s\", wanted any_of", group);
      return NULL;
    }
  if (when != NULL && !JSON_NODE_HOLDS_OBJECT (when))
    {
      fx_json_wrong ("when", "an object", when, error);
      return NULL;
    }
  limit = g_new0 (FxLimit, 1);
  limit->kind_name = g_intern_string (kind);
  limit->rule = g_intern_string (rule != NULL ? rule : "");
  limit->kind = fx_limit_kind_find (limit->kind_name, limit->rule);
  limit->note = g_intern_string (note);
  limit->any_of = group != NULL;
  limit->info = info;
  limit->ambiguous = ambiguous;
  if (when != NULL)
    limit->when = g_variant_ref_sink (object_to_variant (json_node_get_object (when), NULL));
  limit->fields = g_variant_ref_sink (object_to_variant (object, own_members));
  return limit;
}

static gboolean
parse_limits (JsonObject *object, const char *member, GPtrArray *limits, GError **error)
{
  JsonArray *list;

  if (!get_list (object, member, &list, error))
    return FALSE;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      FxLimit *limit;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" %u is %s, wanted an object", member, i, fx_json_kind (node));
      limit = parse_limit (json_node_get_object (node), error);
      if (limit == NULL)
        return fx_error_prefix (error, "\"%s\" %u", member, i);
      g_ptr_array_add (limits, limit);
    }
  return TRUE;
}

/* ---- operators ---- */

static gboolean
parse_device (JsonObject *operator, const char * device, FxDeviceRules *rules, GError **error)
{
  JsonObject *object;

  rules->limits = g_ptr_array_new_with_free_func ((GDestroyNotify)fx_limit_free);
  if (!get_object (operator, device, &object, error))
    return FALSE;
  if (json_object_has_member (object, "supported") && json_object_get_null_member (object, "supported"))
    rules->support = FX_SUPPORT_UNKNOWN;
  else
    {
      gboolean supported;

      if (!fx_json_get_flag (object, "supported", FALSE, &supported, error))
        return fx_error_prefix (error, "\"%s\"", device);
      rules->support = supported ? FX_SUPPORT_YES : FX_SUPPORT_NO;
    }
  if (!fx_json_get_flag (object, "documented", TRUE, &rules->documented, error)
      || !parse_limits (object, "constraints", rules->limits, error))
    return fx_error_prefix (error, "\"%s\"", device);
  return TRUE;
}

static gboolean
parse_placing (JsonObject *operator, FxTargetOp * op, GError **error)
{
  static const char *const placings[]
      = { "native", "fused", "converted", "decomposed", "folded", "removed", "folded_if_constant", NULL };
  static const char *const devices[] = { "bpu", "cpu", "none", NULL };
  JsonObject *bpu = json_object_get_object_member (operator, "bpu"); /* parse_device() has seen it */
  guint placing, device;

  if (!get_choice (bpu, "placement", placings, FX_PLACING_NATIVE, &placing, error)
      || !get_choice (bpu, "default_device", devices,
                      op->bpu.support == FX_SUPPORT_NO ? FX_DEFAULT_CPU : FX_DEFAULT_BPU, &device, error))
    return fx_error_prefix (error, "\"bpu\"");
  op->placing = (FxPlacing)placing;
  op->default_device = (FxDefaultDevice)device;
  return TRUE;
}

/* A list of strings joined, or a string. */
static char *
dup_text (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);
  GString *text = g_string_new (NULL);

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      {
        JsonNode *element = json_array_get_element (json_node_get_array (node), i);

        if (fx_json_is_string (element))
          g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", json_node_get_string (element));
      }
  return g_string_free (text, FALSE);
}

static gboolean
parse_op (JsonObject *object, FxTargetOp *op, GError **error)
{
  const char *name, *label;

  if (!fx_json_get_string (object, "name", TRUE, &name, error))
    return FALSE;
  op->name = g_strdup (name);
  op->source = dup_text (object, "source");
  if (!fx_json_get_string (object, "vendor_label", FALSE, &label, error)
      || !fx_json_get_strings (object, "aliases", &op->aliases, error) || !parse_device (object, "bpu", &op->bpu, error)
      || !parse_device (object, "cpu", &op->cpu, error) || !parse_placing (object, op, error))
    return fx_error_prefix (error, "operator \"%s\"", name);
  op->vendor_label = g_strdup (label != NULL ? label : "");
  return TRUE;
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const FxTargetOp *const *)a)->name, (*(const FxTargetOp *const *)b)->name);
}

static gboolean
parse_ops (JsonObject *object, const char *member, GPtrArray *rows, GError **error)
{
  JsonArray *list;

  if (!get_list (object, member, &list, error))
    return FALSE;
  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++)
    {
      JsonNode *node = json_array_get_element (list, i);
      FxTargetOp *op = g_new0 (FxTargetOp, 1);

      g_ptr_array_add (rows, op);
      if (!JSON_NODE_HOLDS_OBJECT (node))
        return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\" %u is %s, wanted an object", member, i, fx_json_kind (node));
      if (!parse_op (json_node_get_object (node), op, error))
        return fx_error_prefix (error, "\"%s\" %u", member, i);
    }
  g_ptr_array_sort (rows, compare_rows);
  for (guint i = 1; i < rows->len; i++)
    if (compare_rows (&rows->pdata[i - 1], &rows->pdata[i]) == 0)
      return fx_fail (error, FX_ERROR_BAD_DATA, "\"%s\": operator \"%s\" has two rows", member,
                      ((const FxTargetOp *)rows->pdata[i])->name);
  return TRUE;
}

/* ---- the file ---- */

static gboolean
parse_machine (JsonObject *object, FxTarget *target, GError **error)
{
  FxMachine machine;
  JsonObject *members;

  if (!get_object (object, "machine", &members, error))
    return FALSE;
  target->machine = g_variant_ref_sink (object_to_variant (members, NULL));
  return fx_machine_of_target (&machine, target, error);
}

static gboolean
parse_target (JsonObject *object, FxTarget *target, GError **error)
{
  const char *march, *id;
  JsonArray *boards;

  if (!fx_json_get_string (object, "march", TRUE, &march, error)
      || !fx_json_get_string (object, "id", FALSE, &id, error) || !get_list (object, "boards", &boards, error)
      || !fx_json_get_flag (object, "complete", TRUE, &target->complete, error)
      || !parse_limits (object, "general_rules", target->general, error)
      || !parse_ops (object, "operators", target->operators, error)
      || !parse_ops (object, "caffe", target->caffe, error) || !parse_ops (object, "torch", target->torch, error))
    return FALSE;
  target->march = g_strdup (march);
  target->id = g_strdup (id != NULL ? id : march);
  target->board = boards != NULL ? dup_text (object, "boards") : g_strdup (march);
  return !json_object_has_member (object, "machine") || parse_machine (object, target, error);
}

/* The object that a text is. NULL and *error. */
static JsonObject *
parse_object (JsonParser *parser, const char *text, gsize size, GError **error)
{
  JsonNode *root;

  if (!fx_json_is_shallow (text, size, MAX_DEPTH))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "objects and lists are nested more than %d deep", MAX_DEPTH);
      return NULL;
    }
  if (size > G_MAXSSIZE || !json_parser_load_from_data (parser, text, (gssize)size, error))
    return NULL;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      fx_fail (error, FX_ERROR_BAD_DATA, "the file is %s, wanted an object", fx_json_kind (root));
      return NULL;
    }
  return json_node_get_object (root);
}

FxTarget *
fx_target_parse (const char *text, gsize size, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (FxTarget) target = fx_target_new ();
  JsonObject *object = parse_object (parser, text, size, error);

  if (object == NULL || !parse_target (object, target, error))
    return NULL;
  return g_steal_pointer (&target);
}

gboolean
fx_target_read_machine (const char *path, FxMachine *machine, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GVariant) members = NULL;
  g_autofree char *text = NULL;
  JsonObject *object;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, error))
    return FALSE;
  object = parse_object (parser, text, size, error);
  if (object == NULL)
    return fx_error_prefix (error, "%s", path);
  members = g_variant_ref_sink (object_to_variant (object, NULL));
  return fx_machine_read (machine, members, FALSE, error) || fx_error_prefix (error, "%s", path);
}

static const char *
find_march (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (strcmp (name, known[i].id) == 0 || strcmp (name, known[i].march) == 0)
      return known[i].march;
  return NULL;
}

static GBytes *
read_known (const char *march, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/fixpoint/targets/%s.json", march);

  return g_resource_lookup_data (fx_target_data_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
}

static FxTarget *
parse_bytes (GBytes *bytes, const char *path, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (bytes, &size);
  FxTarget *target = fx_target_parse (text != NULL ? text : "", size, error);

  if (target == NULL)
    fx_error_prefix (error, "%s", path);
  return target;
}

FxTarget *
fx_target_load (const char *name, GError **error)
{
  const char *march = find_march (name);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *all = NULL;

  if (march != NULL)
    {
      bytes = read_known (march, error);
      return bytes != NULL ? parse_bytes (bytes, name, error) : NULL;
    }
  if (strchr (name, '/') != NULL || g_str_has_suffix (name, ".json"))
    {
      char *text;
      gsize size;

      if (!g_file_get_contents (name, &text, &size, error))
        return NULL;
      bytes = g_bytes_new_take (text, size);
      return parse_bytes (bytes, name, error);
    }
  all = g_strjoinv (", ", (char **)fx_target_ids);
  fx_fail (error, FX_ERROR_BAD_DATA, "there is no target \"%s\"; the targets are %s", name, all);
  return NULL;
}
