/* Prototxt text: every form of a field, and what is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/check/fx-diagnostic.h"
#include "core/fx-error.h"
#include "io/caffe/caffe-text.h"

#include <string.h>

static Fx__Caffe__NetParameter *
parse (const char *text, GPtrArray *diagnostics)
{
  /* without the NUL, so that reading past the end is seen */
  g_autofree char *copy = g_memdup2 (text, strlen (text));
  g_autoptr (GError) error = NULL;
  Fx__Caffe__NetParameter *net = fx_caffe_text_read (copy, strlen (text), diagnostics, &error);

  g_assert_no_error (error);
  return net;
}

static void
release (Fx__Caffe__NetParameter *net)
{
  fx__caffe__net_parameter__free_unpacked (net, NULL);
}

static void
test_forms (void)
{
  Fx__Caffe__NetParameter *net = parse ("# a comment\n"
                                        "name: 'it\\'s' \" a\\x41\\101\\n\" # two strings\n"
                                        "input: \"a\" input: 'b';\n"
                                        "input_dim: 1, input_dim: 0x10 input_dim: 010 input_dim: -5\n"
                                        "input_shape { dim: [1, 2,3] dim: 4 }\n"
                                        "input_shape: < dim: [] >\n"
                                        "layer [{ name: 'l0' }, < name: 'l1' >]\n"
                                        "layer: {\n"
                                        "  pooling_param { pool: AVE global_pooling: true }\n"
                                        "  power_param { power: 1.5f scale: -2e1 shift: inf }\n"
                                        "  phase: 1 type:\"P\"\n"
                                        "}",
                                        NULL);

  g_assert_cmpstr (net->name, ==, "it's aAA\n");
  g_assert_cmpuint (net->n_input, ==, 2);
  g_assert_cmpstr (net->input[1], ==, "b");
  g_assert_cmpuint (net->n_input_dim, ==, 4);
  g_assert_cmpint (net->input_dim[1], ==, 16);
  g_assert_cmpint (net->input_dim[2], ==, 8);
  g_assert_cmpint (net->input_dim[3], ==, -5);
  g_assert_cmpuint (net->n_input_shape, ==, 2);
  g_assert_cmpuint (net->input_shape[0]->n_dim, ==, 4);
  g_assert_cmpint (net->input_shape[0]->dim[3], ==, 4);
  g_assert_cmpuint (net->input_shape[1]->n_dim, ==, 0);
  g_assert_cmpuint (net->n_layer, ==, 3);
  g_assert_cmpstr (net->layer[1]->name, ==, "l1");
  g_assert_cmpint (net->layer[2]->pooling_param->pool, ==, FX__CAFFE__POOLING_PARAMETER__POOL_METHOD__AVE);
  g_assert_true (net->layer[2]->pooling_param->global_pooling);
  g_assert_cmpfloat (net->layer[2]->power_param->power, ==, 1.5f);
  g_assert_cmpfloat (net->layer[2]->power_param->scale, ==, -20.0f);
  g_assert_true (net->layer[2]->power_param->shift > 1e38f);
  g_assert_cmpint (net->layer[2]->phase, ==, FX__CAFFE__PHASE__TEST);
  release (net);
}

static void
test_empty (void)
{
  static const char *const texts[] = { "", "   \n", "# only a comment", "\xef\xbb\xbfname: 'x'" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    release (parse (texts[i], NULL));
}

static void
test_unknown (void)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();
  Fx__Caffe__NetParameter *net
      = parse ("layer { name: 'a' yolo_param { anchors: [1, 2] mask < x: { } y: 'a' 'b' > } other: -1.5 }\n"
               "layer { name: 'b' other: SOME_ENUM param { lr_mult: 1 anything { x: 2 } } base: 2 }\n",
               diagnostics);
  const FxDiagnostic *first;

  g_assert_cmpuint (net->n_layer, ==, 2);
  g_assert_cmpstr (net->layer[1]->name, ==, "b");
  release (net);

  /* once for each name; parts that are of no interest are skipped silently */
  g_assert_cmpuint (diagnostics->len, ==, 3);
  first = diagnostics->pdata[0];
  g_assert_cmpstr (first->rule, ==, "unknown-field");
  g_assert_cmpint (first->severity, ==, FX_SEVERITY_WARNING);
  g_assert_cmpstr (first->message, ==, "line 1: field \"yolo_param\" of LayerParameter is not known and was skipped");
}

/* A name that is near a known one is taken for a mistake. */
static void
test_mistyped (void)
{
  g_autoptr (GPtrArray) diagnostics = fx_diagnostics_new ();

  release (parse ("layer { pooling_param { kernal_size: 2 rounding: 1 } }", diagnostics));
  g_assert_cmpuint (diagnostics->len, ==, 2);
  g_assert_cmpstr (((const FxDiagnostic *)diagnostics->pdata[0])->fix, ==, "did you mean \"kernel_size\"?");
  g_assert_null (((const FxDiagnostic *)diagnostics->pdata[1])->fix);
}

/* "base" has another name in C. */
static void
test_renamed (void)
{
  Fx__Caffe__NetParameter *net = parse ("layer { exp_param { base: 2 } }", NULL);

  g_assert_cmpfloat (net->layer[0]->exp_param->base_, ==, 2.0f);
  release (net);
}

static void
test_many (void)
{
  GString *text = g_string_new ("layer {");
  Fx__Caffe__NetParameter *net;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, " bottom: 'b%u'", i);
  g_string_append (text, "}");
  net = parse (text->str, NULL);
  g_assert_cmpuint (net->layer[0]->n_bottom, ==, 1000);
  g_assert_cmpstr (net->layer[0]->bottom[999], ==, "b999");
  release (net);
  g_string_free (text, TRUE);
}

typedef struct
{
  const char *text, *message;
} Refusal;

static const Refusal refusals[] = {
  { "layer {\n name: 'x'\n", "line 3: the text ends inside of the LayerParameter that begins in line 1" },
  { "layer {\n layer", "line 2: layer wants a value, but the text ends" },
  { "}", "line 1: wanted the name of a field, found \"}\"" },
  { "layer { name: 'x' >", "wanted the name of a field or \"}\", found \">\"" },
  { "name 'x'", "name wants \":\" and a value, found \"'\"" },
  { "name: x", "name wants a string in quotes, found \"x\"" },
  { "name: 'x\n'", "the string of name does not end" },
  { "name: 'x", "the string of name does not end" },
  { "name: '\\q'", "bad escape" },
  { "name: '\\", "bad escape" },
  { "name: '\\0'", "bad escape" },
  { "name: 'a' name: 'b'", "name is there twice" },
  { "layer { phase: TEST phase: TEST }", "phase is there twice" },
  { "layer: 5", "layer is a message and wants \"{\", found \"5\"" },
  { "input_dim: 1.5", "input_dim is \"1.5\", wanted a whole number" },
  { "input_dim: 3000000000", "input_dim is \"3000000000\"" },
  { "input_dim: 99999999999999999999", "input_dim is \"99999999999999999999\"" },
  { "input_dim: [1 2]", "the list of input_dim wants \",\" or \"]\"" },
  { "input_dim: [1,", "input_dim wants a whole number, but the text ends" },
  { "layer { convolution_param { num_output: eight kernel_size: 3 } }",
    "line 1: num_output is \"eight\", wanted a whole number from 0 to 4294967295" },
  { "layer { power_param { scale: { } } }", "scale wants a number, found \"{\"" },
  { "force_backward: 'true'", "force_backward wants true or false, found \"'\"" },
  { "name: ['x']", "name takes one value, found a list" },
  { "force_backward: maybe", "force_backward is \"maybe\", wanted true or false" },
  { "layer { pooling_param { pool: MEDIAN } }", "pool is \"MEDIAN\", which is none of its values" },
  { "layer { pooling_param { kernel_size: -1 } }", "wanted a whole number from 0 to 4294967295" },
  { "layer { power_param { scale: abc } }", "scale is \"abc\", wanted a number" },
  { "unknown: {{{", "line 1: " },
  { "unknown {", "unknown wants a value, but the text ends" },
  { "name: '\x01", "does not end" },
  { "\x01", "a control character" },
  { "\xff\xfe", "line 1: wanted the name of a field" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      gsize size = strlen (refusals[i].text);
      g_autofree char *copy = g_memdup2 (refusals[i].text, size);
      g_autoptr (GError) error = NULL;

      g_assert_null (fx_caffe_text_read (copy, size, NULL, &error));
      g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
      if (strstr (error->message, refusals[i].message) == NULL)
        g_error ("\"%s\": \"%s\", wanted \"%s\"", refusals[i].text, error->message, refusals[i].message);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

/* A million brackets are no million stack frames. */
static void
test_deep (void)
{
  GString *text = g_string_new ("unknown");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 1000000; i++)
    g_string_append_c (text, '{');
  g_assert_null (fx_caffe_text_read (text->str, text->len, NULL, &error));
  g_assert_nonnull (strstr (error->message, "nested over 64 deep"));
  g_string_free (text, TRUE);
}

/* Few bytes that would become much memory. */
static void
test_too_large (void)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 600000; i++)
    g_string_append (text, "layer{}");
  g_assert_null (fx_caffe_text_read (text->str, text->len, NULL, &error));
  g_assert_error (error, FX_ERROR, FX_ERROR_TOO_LARGE);
  g_string_free (text, TRUE);
}

static void
test_sniff (void)
{
  static const struct
  {
    const char *text;
    gboolean wanted;
  } cases[] = {
    { "name: 'x' layer { }", TRUE },
    { "layers\n:\n{", TRUE },
    { "layer<", TRUE },
    { "# layer {\nname: 'x'", FALSE },
    { "player {", FALSE },
    { "layer", FALSE },
    { "", FALSE },
    { "# text without end of line", FALSE },
    { "input: 'x'\nlayers{", TRUE },
    { "layering {", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (fx_caffe_text_sniff ((const guint8 *)cases[i].text, strlen (cases[i].text)), ==, cases[i].wanted);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/caffe/text/forms", test_forms);
  g_test_add_func ("/caffe/text/empty", test_empty);
  g_test_add_func ("/caffe/text/unknown", test_unknown);
  g_test_add_func ("/caffe/text/mistyped", test_mistyped);
  g_test_add_func ("/caffe/text/renamed", test_renamed);
  g_test_add_func ("/caffe/text/many", test_many);
  g_test_add_func ("/caffe/text/refused", test_refused);
  g_test_add_func ("/caffe/text/deep", test_deep);
  g_test_add_func ("/caffe/text/too-large", test_too_large);
  g_test_add_func ("/caffe/text/sniff", test_sniff);
  return g_test_run ();
}
