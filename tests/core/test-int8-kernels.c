/* Kernels of the integer backend against the plain ones of the operators, each alone in a graph of one node, with
 * random sizes, numbers and attributes: equal bit by bit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/exec/fx-engine.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"
#include "core/graph/fx-text.h"

#include <string.h>

#define CASES 150

static int
pick (GRand *rand, int low, int high)
{
  return g_rand_int_range (rand, low, high + 1);
}

/* A constant of random integers. */
static void
append_constant (GString *text, GRand *rand, const char *name, const char *type, int n, int low, int high)
{
  g_string_append_printf (text, "const %%%s %s = [", name, type);
  for (int i = 0; i < n; i++)
    g_string_append_printf (text, "%s%d", i > 0 ? "," : "", pick (rand, low, high));
  g_string_append (text, "]\n");
}

static FxTensor *
run (const FxGraph *graph, FxTensor *input, gboolean reference, const char **implementation)
{
  FxEngineOptions options = { .n_threads = 2, .reference_kernels = reference };
  g_autoptr (GError) error = NULL;
  g_autoptr (FxEngine) engine = fx_engine_new (graph, &options, NULL, &error);
  g_autoptr (FxRun) state = engine != NULL ? fx_run_new (engine, &error) : NULL;
  FxTensor *output = NULL;

  g_assert_no_error (error);
  fx_run_execute (state, &input, &output, NULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < fx_engine_n_steps (engine); i++)
    if (g_str_has_prefix (fx_engine_step (engine, i).op_type, "Q"))
      *implementation = g_intern_string (fx_engine_step (engine, i).implementation);
  return output;
}

/* Runs the graph both ways on random bytes; `wanted` is the implementation that must have been chosen, NULL: any. */
static void
check (GRand *rand, const GString *text, const char *wanted)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (text->str, &error);
  g_autoptr (FxTensor) input = NULL, plain = NULL, fast = NULL;
  const char *implementation = NULL;
  gsize size, other;
  gconstpointer a, b;
  void *data;

  g_assert_no_error (error);
  input = fx_tensor_new_alloc (FX_DTYPE_INT8, &fx_graph_value (graph, fx_graph_input (graph, 0))->shape, &data, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < fx_tensor_elements (input); i++)
    ((gint8 *)data)[i] = (gint8)pick (rand, -128, 127);
  plain = run (graph, input, TRUE, &implementation);
  fast = run (graph, input, FALSE, &implementation);
  a = g_bytes_get_data (fx_tensor_bytes (plain), &size);
  b = g_bytes_get_data (fx_tensor_bytes (fast), &other);
  if (size != other || memcmp (a, b, size) != 0)
    g_error ("%s differs for\n%s", implementation, text->str);
  if (wanted != NULL && strcmp (implementation, wanted) != 0)
    g_error ("%s, not %s, for\n%s", implementation, wanted, text->str);
}

/* ---- QConvTranspose ---- */

static void
transposed_case (GRand *rand)
{
  g_autoptr (GString) text = g_string_new ("graph \"g\"\nopset \"\" 11\nopset \"fixpoint\" 1\n");
  const int group = pick (rand, 0, 2) == 0 ? pick (rand, 2, 4) : 1, in = group * pick (rand, 1, 6),
            out = pick (rand, 1, 9);
  const int kernel_y = pick (rand, 1, 5), kernel_x = pick (rand, 1, 5);
  const int stride_y = pick (rand, 1, 3), stride_x = pick (rand, 1, 3);
  const char *const types[] = { "int8", "int8", "int16", "int32" }, *type = types[pick (rand, 0, 3)];
  g_autofree char *weights = g_strdup_printf ("s8[%d,%d,%d,%d]", in, out, kernel_y, kernel_x);
  g_autofree char *bias = g_strdup_printf ("s32[%d]", group * out);
  int pads[4];

  for (int i = 0; i < 4; i++)
    pads[i] = pick (rand, 0, MIN (kernel_y, kernel_x) - 1);
  g_string_append_printf (text, "input %%x s8[%d,%d,%d,%d]\n", pick (rand, 1, 2), in, pick (rand, 5, 9),
                          pick (rand, 5, 9));
  append_constant (text, rand, "w", weights, in * out * kernel_y * kernel_x, -127, 127);
  append_constant (text, rand, "b", bias, group * out, -5000, 5000);
  g_string_append (text, "const %s f32[1] = [0.01]\n");
  g_string_append_printf (text,
                          "%%y %s[*] = \"fixpoint\"::QConvTranspose(%%x, %%w, %%s, %%b) {group=%d,strides=[%d,%d],"
                          "pads=[%d,%d,%d,%d],output_padding=[%d,%d],x_scale=0.05,x_zero_point=%d,y_scale=%s,"
                          "y_dtype=\"%s\"}\noutput %%y\n",
                          strcmp (type, "int8") == 0    ? "s8"
                          : strcmp (type, "int16") == 0 ? "s16"
                                                        : "s32",
                          group, stride_y, stride_x, pads[0], pads[1], pads[2], pads[3], pick (rand, 0, stride_y - 1),
                          pick (rand, 0, stride_x - 1), pick (rand, -128, 127),
                          strcmp (type, "int16") == 0 ? "0.001" : "0.2", type);
  /* with a stride beyond the kernel some outputs meet no tap: those are left to the plain kernel */
  check (rand, text, kernel_y >= stride_y && kernel_x >= stride_x ? "int8 transposed conv" : NULL);
}

/* ---- QResize ---- */

static void
resize_case (GRand *rand)
{
  static const char *const modes[] = { "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric" };
  g_autoptr (GString) text = g_string_new ("graph \"g\"\nopset \"\" 11\nopset \"fixpoint\" 1\n");
  const int batch = pick (rand, 1, 2), channels = pick (rand, 2, 70);

  g_string_append_printf (text, "input %%x s8[%d,%d,%d,%d]\nconst %%z s64[4] = [%d,%d,%d,%d]\n", batch, channels,
                          pick (rand, 2, 6), pick (rand, 2, 6), batch, channels, pick (rand, 7, 13),
                          pick (rand, 7, 13));
  g_string_append_printf (text,
                          "%%y s8[*] = \"fixpoint\"::QResize(%%x, _, _, %%z) {coordinate_transformation_mode=\"%s\","
                          "x_scale=0.05,x_zero_point=%d,y_scale=%s,y_zero_point=%d,low=%d}\noutput %%y\n",
                          modes[pick (rand, 0, 3)], pick (rand, -128, 127), pick (rand, 0, 1) == 0 ? "0.05" : "0.03",
                          pick (rand, -128, 127), pick (rand, -128, 0));
  check (rand, text, "int8 resize");
}

/* ---- running ---- */

typedef struct
{
  const char *name;
  void (*run) (GRand *rand);
} Family;

static const Family families[] = {
  { "resize", resize_case },
  { "transposed-conv", transposed_case },
};

static void
test_family (gconstpointer data)
{
  const Family *family = data;
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  g_test_message ("seed %u", seed);
  for (guint i = 0; i < CASES; i++)
    family->run (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      g_autofree char *path = g_strconcat ("/int8-kernels/", families[i].name, NULL);

      g_test_add_data_func (path, &families[i], test_family);
    }
  return g_test_run ();
}
