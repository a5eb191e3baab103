/* Pictures of graphs as the window shows and exports them, and what goes into them.
 *
 * Texts are bars, so that the pictures do not depend on fonts. To keep the pictures of today:
 *
 *   test-paint --golden=tests/app/paint --out=/tmp --update
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "fx-scene-paint.h"
#include "fx-scene-private.h"
#include "fx-text-width.h"
#include "picture.h"

#include "core/check/fx-check.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-text.h"

#include <string.h>

#define WIDTH 480
#define HEIGHT 360

static const char graph_text[] = "graph \"net\"\n"
                                 "opset \"\" 11\n"
                                 "input %x f32[1,3,32,32]\n"
                                 "const %w f32[8,3,3,3] = elided 0x0\n"
                                 "const %v f32[8,8,3,3] = elided 0x0\n"
                                 "%a f32[*] = Conv(%x, %w) {pads=[1,1,1,1]} \"/stem/Conv\" v11\n"
                                 "%b f32[*] = Relu(%a) \"/stem/Relu\" v6\n"
                                 "%c f32[*] = Conv(%b, %v) {pads=[1,1,1,1]} \"/block/left/Conv\" v11\n"
                                 "%d f32[*] = Sigmoid(%c) \"/block/left/Sigmoid\" v6\n"
                                 "%e f32[*] = Conv(%b, %v) {pads=[1,1,1,1]} \"/block/right/Conv\" v11\n"
                                 "%f f32[*] = Erf(%e) \"/block/right/Erf\" v9\n"
                                 "%g f32[*] = Add(%d, %f) \"/block/Add\" v7\n"
                                 "%h f32[*] = Softplus(%g) \"/head/Softplus\" v1\n"
                                 "%y f32[*] = GlobalAveragePool(%h) \"/head/GlobalAveragePool\" v1\n"
                                 "output %y\n";

/* Of the nodes in order: every kind is there. */
static const FxPlacement placements[]
    = { FX_PLACEMENT_BPU,         FX_PLACEMENT_FOLDED, FX_PLACEMENT_BPU,     FX_PLACEMENT_BPU, FX_PLACEMENT_BPU,
        FX_PLACEMENT_UNSUPPORTED, FX_PLACEMENT_BPU,    FX_PLACEMENT_UNKNOWN, FX_PLACEMENT_CPU };
/* and of a board that runs everything */
static const FxPlacement all_bpu[]
    = { FX_PLACEMENT_BPU, FX_PLACEMENT_BPU, FX_PLACEMENT_BPU, FX_PLACEMENT_BPU, FX_PLACEMENT_BPU,
        FX_PLACEMENT_BPU, FX_PLACEMENT_BPU, FX_PLACEMENT_BPU, FX_PLACEMENT_BPU };

static FxGraph *
new_graph (void)
{
  g_autoptr (GError) error = NULL;
  FxGraph *graph = fx_graph_parse (graph_text, &error);

  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  return graph;
}

/* Made by hand, so that pictures do not change with the limits of a board. */
static FxCheckReport *
new_report (const FxGraph *graph, const FxPlacement *places)
{
  FxCheckReport *report = g_new0 (FxCheckReport, 1);

  report->diagnostics = fx_diagnostics_new ();
  report->n_nodes = fx_graph_n_nodes (graph);
  report->nodes = g_new0 (FxNodeCheck, report->n_nodes);
  report->n_subgraphs = 1;
  g_assert_cmpuint (report->n_nodes, ==, G_N_ELEMENTS (placements));
  for (guint i = 0; i < report->n_nodes; i++)
    {
      report->nodes[i].placement = places[i];
      report->nodes[i].subgraph = places[i] == FX_PLACEMENT_BPU ? 0 : FX_NO_SUBGRAPH;
      report->nodes[i].reasons = g_ptr_array_new ();
      report->counts[places[i]]++;
    }
  if (places == placements)
    {
      fx_diagnostics_add (report->diagnostics, FX_SEVERITY_ERROR, "operator", "/block/right/Erf", NULL, "unsupported");
      fx_diagnostics_add (report->diagnostics, FX_SEVERITY_WARNING, "operator", "/head/Softplus", NULL, "unknown");
    }
  return report;
}

static FxScene *
new_scene (const FxPlacement *places, const FxSceneOptions *options)
{
  g_autoptr (FxGraph) graph = new_graph ();
  g_autoptr (FxCheckReport) report = places != NULL ? new_report (graph, places) : NULL;
  g_autoptr (GError) error = NULL;
  FxScene *scene = fx_scene_new (graph, report, options, NULL, &error);

  g_assert_no_error (error);
  return scene;
}

/* ---- pictures ---- */

typedef struct
{
  const char *name;
  FxStyleId style;
  double zoom; /* 0: everything */
  gboolean unchecked, grouped, expand_all, overlay, legend, marks, map;
} Case;

static const Case cases[] = {
  { "light", .zoom = 0 },
  { "near", .zoom = 1 },
  { "middle", .zoom = 0.3 },
  { "far", .zoom = 0.15 },
  { "dark", FX_STYLE_DARK, .zoom = 1 },
  { "high-contrast", FX_STYLE_HIGH_CONTRAST, .zoom = 1 },
  { "high-contrast-dark", FX_STYLE_HIGH_CONTRAST_DARK, .zoom = 1, .marks = TRUE },
  { "unchecked", .zoom = 1, .unchecked = TRUE },
  { "groups", .grouped = TRUE },
  { "frames", .grouped = TRUE, .expand_all = TRUE },
  { "overlay", .zoom = 1, .overlay = TRUE, .legend = TRUE },
  { "overlay-dark", FX_STYLE_DARK, .overlay = TRUE, .legend = TRUE },
  { "legend", .zoom = 1, .legend = TRUE },
  { "marks", .zoom = 1, .marks = TRUE },
  { "map", .map = TRUE },
};

static FxOverlay *
new_overlay (const FxScene *scene)
{
  FxOverlay *overlay = fx_overlay_new (FX_OVERLAY_ERROR, "1 − cosine");
  double value = 1e-5;

  for (guint i = 0; i < fx_scene_content (scene)->n_items; i++, value *= 4)
    fx_overlay_set (overlay, fx_scene_content (scene)->items[i].name, value);
  return overlay;
}

static void
paint_marks (const FxScene *scene, cairo_t *cr, const FxView *view, const FxRect *clip, const FxSceneStyle *style)
{
  g_autoptr (GArray) found = fx_scene_search (scene, "conv");
  FxSceneMarks marks = { fx_scene_find (scene, "/block/left/Conv"), fx_scene_find (scene, "/stem/Relu"),
                         (const guint32 *)(const void *)found->data, found->len, TRUE };

  fx_scene_paint_marks (scene, cr, view, clip, style, &marks);
}

static void
paint_case (const Case *this, const FxScene *scene, cairo_t *cr)
{
  FxSceneStyle style = *fx_scene_style (this->style);
  g_autoptr (FxOverlay) overlay = this->overlay ? new_overlay (scene) : NULL;
  const FxRect clip = { 0, 0, WIDTH, HEIGHT }, bounds = fx_scene_bounds (scene);
  FxView view = fx_view_fit (&bounds, WIDTH, HEIGHT, 1.0);

  style.bars_for_text = TRUE;
  if (this->zoom > 0)
    view = (FxView){ bounds.width / 2 - WIDTH / this->zoom / 2, this->zoom < 1 ? 0 : 40, this->zoom };
  if (this->map)
    {
      fx_scene_paint_map (scene, cr, WIDTH, HEIGHT, &style, overlay);
      return;
    }
  fx_scene_paint (scene, cr, &view, &clip, &style, overlay);
  if (this->marks)
    paint_marks (scene, cr, &view, &clip, &style);
  if (this->legend)
    fx_scene_paint_legend (scene, cr, &style, overlay);
}

static void
test_picture (gconstpointer data)
{
  const Case *this = data;
  const FxSceneOptions options = { .group_scopes = this->grouped, .expand_all = this->expand_all };
  g_autoptr (FxScene) scene = new_scene (this->unchecked ? NULL : placements, &options);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
  cairo_t *cr = cairo_create (surface);

  paint_case (this, scene, cr);
  cairo_destroy (cr);
  picture_check (surface, this->name);
  cairo_surface_destroy (surface);
}

/* ---- colored anew ---- */

static void
check_same (const FxScene *scene, const FxScene *wanted)
{
  g_assert_cmpuint (fx_scene_n_boxes (scene), ==, fx_scene_n_boxes (wanted));
  for (guint32 b = 0; b < fx_scene_n_boxes (scene); b++)
    {
      const FxBox *box = fx_scene_box (scene, b), *other = fx_scene_box (wanted, b);
      g_autofree char *text = fx_scene_box_description (scene, b), *other_text = fx_scene_box_description (wanted, b);

      g_assert_cmpmem (&box->rect, sizeof box->rect, &other->rect, sizeof other->rect);
      g_assert_cmpstr (box->name, ==, other->name);
      g_assert_cmpstr (box->title, ==, other->title);
      g_assert_cmpuint (box->n_nodes, ==, other->n_nodes);
      g_assert_cmpint (box->checked, ==, other->checked);
      g_assert_cmpint (box->mixed, ==, other->mixed);
      g_assert_cmpint (box->placement, ==, other->placement);
      g_assert_cmpint (box->subgraph, ==, other->subgraph);
      g_assert_cmpuint (box->n_errors, ==, other->n_errors);
      g_assert_cmpuint (box->n_warnings, ==, other->n_warnings);
      g_assert_cmpstr (text, ==, other_text);
    }
}

/* A scene like another, with another board's report, is what a new one would be; the first may be gone by then. */
static void
test_like (void)
{
  const FxSceneOptions options = { .group_scopes = TRUE };
  g_autoptr (FxGraph) graph = new_graph ();
  g_autoptr (FxCheckReport) report = new_report (graph, placements), other_report = new_report (graph, all_bpu);
  FxScene *first = new_scene (NULL, &options);
  g_autoptr (FxScene) wanted = new_scene (placements, &options), other = new_scene (all_bpu, &options);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxScene) second = fx_scene_new_like (first, graph, report, NULL, &error), third = NULL;

  g_assert_no_error (error);
  fx_scene_unref (first);
  check_same (second, wanted);
  third = fx_scene_new_like (second, graph, other_report, NULL, &error);
  g_assert_no_error (error);
  check_same (third, other);
  g_assert_cmpuint (fx_scene_find (third, "/block"), ==, fx_scene_find (wanted, "/block"));
}

/* ---- shapes beside wires ---- */

/* One node with so many outputs, each used by a node of its own. */
static FxScene *
new_fan (guint n)
{
  const FxSceneOptions options = { 0 };
  g_autoptr (GString) values = g_string_new (NULL);
  g_autoptr (GString) text = g_string_new ("graph \"fan\"\nopset \"\" 11\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = NULL;
  FxScene *scene;

  g_string_append_printf (text, "input %%x f32[1,%u,12,12]\n", 2 * n);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (values, "%s%%v%u f32[*]", i > 0 ? ", " : "", i);
  g_string_append_printf (text, "%s = Split(%%x) {axis=1} \"split\" v11\n", values->str);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%%y%u f32[*] = Relu(%%v%u) \"r%u\" v6\n", i, i, i);
  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "output %%y%u\n", i);
  graph = fx_graph_parse (text->str, &error);
  g_assert_no_error (error);
  fx_graph_infer (graph, NULL);
  scene = fx_scene_new (graph, NULL, &options, NULL, &error);
  g_assert_no_error (error);
  return scene;
}

/* Labels of wires that leave a node close to each other do not lie on each other; three find a place each. */
static void
test_labels (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data), n_shown = 0;
  g_autoptr (FxScene) scene = new_fan (n);
  guint32 split = fx_scene_find (scene, "split");
  double end = -G_MAXDOUBLE;

  g_assert_cmpuint (scene->first_label[split + 1] - scene->first_label[split], ==, n);
  for (guint32 l = scene->first_label[split]; l < scene->first_label[split + 1]; l++)
    {
      const FxWireLabel *label = &scene->labels[l];
      double width = fx_text_width (scene->content->tensors[label->tensor].shape) * FX_LABEL_SIZE + 2 * FX_LABEL_PAD;

      if (label->side == FX_LABEL_HIDDEN)
        continue;
      g_assert_cmpfloat (fx_wire_label_left (label, width), >=, end);
      end = fx_wire_label_left (label, width) + width;
      n_shown++;
    }
  g_assert_cmpuint (n_shown, >=, MIN (n, 3));
}

int
main (int argc, char **argv)
{
  picture_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/paint/picture/%s", cases[i].name);

      g_test_add_data_func (path, &cases[i], test_picture);
    }
  g_test_add_func ("/paint/like", test_like);
  for (guint n = 1; n <= 8; n++)
    {
      g_autofree char *path = g_strdup_printf ("/paint/labels/%u", n);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_labels);
    }
  return g_test_run ();
}
