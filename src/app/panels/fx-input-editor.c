/* SPDX-License-Identifier: Apache-2.0 */
#include "app/panels/fx-input-editor.h"

#include "app/fx-dataset-item.h"
#include "app/fx-pipeline.h"
#include "app/fx-preview.h"
#include "core/calib/fx-preprocess.h"
#include "core/graph/fx-graph.h"

#include <glib/gi18n.h>

struct _FxInputEditor
{
  AdwBin parent_instance;

  FxDocument *document; /* borrowed: the window owns both */
  char *input;
  gboolean showing; /* the widgets are being set from the document */
  GCancellable *previewing;
  FxShared *shown_dataset; /* what the preview shows */
  char *shown_preprocess;
  FxShape shown_shape;

  AdwPreferencesGroup *group;
  AdwEntryRow *shape, *mean, *scale, *std, *pipeline;
  AdwComboRow *train, *runtime, *layout, *fit;
  GtkMenuButton *presets;
  GtkLabel *failure;
  GtkWidget *preview, *after_box;
  GtkPicture *before, *after;
  GtkLabel *before_caption, *after_caption;
};

G_DEFINE_FINAL_TYPE (FxInputEditor, fx_input_editor, ADW_TYPE_BIN)

/* What the combo boxes offer, as the project has it; their labels are in the .ui file, in the same order. */
static const char *const train_steps[] = { "rgb", "bgr", "gray", "yuv444", NULL };
static const char *const runtime_types[] = { "", "nv12", "yuv444", "rgb", "bgr", "gray", "featuremap", NULL };
static const char *const layouts[] = { "nchw", "nhwc", NULL };

/* Well-known ways in which networks were trained: color, mean, scale, deviation. */
static const struct
{
  const char *label, *color, *mean, *scale, *std;
} presets[] = {
  { N_ ("0 to 255"), "rgb", NULL, NULL, NULL },
  { N_ ("0 to 1 (÷ 255)"), "rgb", NULL, "1/255", NULL },
  { N_ ("−1 to 1"), "rgb", "127.5", "1/127.5", NULL },
  { N_ ("ImageNet, PyTorch"), "rgb", "123.675,116.28,103.53", NULL, "58.395,57.12,57.375" },
  { N_ ("ImageNet, Caffe"), "bgr", "104,117,123", NULL, NULL },
};

static const FxValue *
find_value (FxInputEditor *editor)
{
  const FxGraph *graph = fx_shared_get (fx_document_get_graph (editor->document));
  FxId id = graph != NULL ? fx_graph_find_value (graph, editor->input) : FX_NONE;

  return id != FX_NONE ? fx_graph_value (graph, id) : NULL;
}

static const char *
get_preprocess (FxInputEditor *editor)
{
  const FxProjectInput *entry = fx_project_find_input (fx_document_get_project (editor->document), editor->input);

  return entry != NULL ? entry->preprocess : NULL;
}

/* Width and height that the network wants; 0 where not known. */
static void
get_size (FxInputEditor *editor, int *width, int *height)
{
  const FxValue *value = find_value (editor);
  g_autofree char *layout = fx_pipeline_get (get_preprocess (editor), FX_PIPELINE_LAYOUT);
  gboolean nhwc = g_strcmp0 (layout, "nhwc") == 0;

  *width = *height = 0;
  if (value == NULL || value->shape.rank != 4)
    return;
  *height = (int)CLAMP (value->shape.dims[nhwc ? 1 : 2], 0, 65535);
  *width = (int)CLAMP (value->shape.dims[nhwc ? 2 : 3], 0, 65535);
}

/* ---- preview ---- */

static void
show_failure (FxInputEditor *editor, const char *text)
{
  g_autofree char *valid = text != NULL ? g_utf8_make_valid (text, -1) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (editor->failure), valid != NULL);
  gtk_label_set_text (editor->failure, valid != NULL ? valid : "");
}

static void
show_preview (FxInputEditor *editor, const FxPreview *preview)
{
  g_autofree char *range = g_strdup_printf (_ ("%.4g to %.4g"), preview->low, preview->high);

  gtk_picture_set_paintable (editor->before, GDK_PAINTABLE (preview->before));
  gtk_picture_set_paintable (editor->after, GDK_PAINTABLE (preview->after));
  gtk_label_set_text (editor->before_caption, preview->size);
  gtk_label_set_text (editor->after_caption, range);
  gtk_widget_set_visible (editor->after_box, preview->after != NULL);
  gtk_widget_set_visible (editor->preview, preview->before != NULL);
}

static void
preview_cb (GObject *source, GAsyncResult *result, G_GNUC_UNUSED gpointer data)
{
  FxInputEditor *editor = FX_INPUT_EDITOR (source);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxPreview) preview = NULL;

  if (g_task_get_cancellable (G_TASK (result)) != editor->previewing)
    return;
  g_clear_object (&editor->previewing);
  preview = fx_preview_finish (result, &error);
  show_failure (editor, preview == NULL ? error->message : NULL);
  if (preview != NULL)
    show_preview (editor, preview);
  else
    gtk_widget_set_visible (editor->preview, FALSE);
}

static FxShared *
find_dataset (FxInputEditor *editor)
{
  GListModel *datasets = fx_document_get_datasets (editor->document);
  const FxGraph *graph = fx_shared_get (fx_document_get_graph (editor->document));
  gboolean first = g_str_equal (fx_graph_value (graph, fx_graph_input (graph, 0))->name, editor->input);

  for (guint i = 0; i < g_list_model_get_n_items (datasets); i++)
    {
      g_autoptr (FxDatasetItem) item = g_list_model_get_item (datasets, i);
      const char *input = fx_dataset_item_get_input (item);

      if (input != NULL ? g_str_equal (input, editor->input) : first)
        return fx_dataset_item_get_dataset (item);
    }
  return NULL;
}

void
fx_input_editor_update_preview (FxInputEditor *editor)
{
  const FxValue *value = find_value (editor);
  FxShared *dataset = value != NULL ? find_dataset (editor) : NULL;
  const char *preprocess = get_preprocess (editor);

  if (dataset == NULL)
    {
      gtk_widget_set_visible (editor->preview, FALSE);
      g_clear_pointer (&editor->shown_dataset, fx_shared_unref);
      return;
    }
  if (!fx_shared_set (&editor->shown_dataset, dataset) && g_strcmp0 (preprocess, editor->shown_preprocess) == 0
      && fx_shape_equal (&value->shape, &editor->shown_shape))
    return;
  editor->shown_shape = value->shape;
  g_free (editor->shown_preprocess);
  editor->shown_preprocess = g_strdup (preprocess);
  g_cancellable_cancel (editor->previewing);
  g_clear_object (&editor->previewing);
  editor->previewing = g_cancellable_new ();
  fx_preview_start (editor, dataset, preprocess, &value->shape, editor->previewing, preview_cb, NULL);
}

/* ---- from the document to the widgets ---- */

static void
set_text (AdwEntryRow *row, const char *text)
{
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (row)), text != NULL ? text : "") != 0)
    gtk_editable_set_text (GTK_EDITABLE (row), text != NULL ? text : "");
}

static void
set_choice (AdwComboRow *row, const char *const *choices, const char *text)
{
  guint i = 0;

  while (choices[i] != NULL && g_strcmp0 (choices[i], text) != 0)
    i++;
  adw_combo_row_set_selected (row, choices[i] != NULL ? i : 0);
}

static void
show_part (AdwEntryRow *row, const char *pipeline, FxPipelinePart part)
{
  g_autofree char *text = fx_pipeline_get (pipeline, part);

  set_text (row, text);
}

static void
show_pipeline (FxInputEditor *editor)
{
  const char *pipeline = get_preprocess (editor);
  g_autofree char *color = fx_pipeline_get (pipeline, FX_PIPELINE_COLOR);
  g_autofree char *layout = fx_pipeline_get (pipeline, FX_PIPELINE_LAYOUT);
  g_autofree char *fit = fx_pipeline_get (pipeline, FX_PIPELINE_FIT);
  int width, height;

  get_size (editor, &width, &height);
  set_choice (editor->train, train_steps, color);
  set_choice (editor->layout, layouts, layout);
  adw_combo_row_set_selected (editor->fit, fx_pipeline_fit_find (fit, width, height));
  show_part (editor->mean, pipeline, FX_PIPELINE_MEAN);
  show_part (editor->scale, pipeline, FX_PIPELINE_SCALE);
  show_part (editor->std, pipeline, FX_PIPELINE_STD);
  set_text (editor->pipeline, pipeline);
}

/* "1x3x224x224", with "?" where a size is open. */
static char *
shape_text (const FxShape *shape)
{
  GString *text = g_string_new (NULL);

  for (int i = 0; i < shape->rank; i++)
    if (shape->dims[i] >= 0)
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? "x" : "", shape->dims[i]);
    else
      g_string_append (text, i > 0 ? "x?" : "?");
  return g_string_free (text, FALSE);
}

void
fx_input_editor_update (FxInputEditor *editor)
{
  const FxValue *value = find_value (editor);
  const FxProjectInput *entry;
  g_autofree char *shape = NULL;

  if (value == NULL)
    return;
  editor->showing = TRUE;
  entry = fx_project_find_input (fx_document_get_project (editor->document), editor->input);
  shape = shape_text (&value->shape);
  adw_preferences_group_set_description (editor->group, fx_dtype_numpy_name (value->dtype));
  set_text (editor->shape, shape);
  set_choice (editor->runtime, runtime_types, entry != NULL && entry->runtime != NULL ? entry->runtime : "");
  show_pipeline (editor);
  editor->showing = FALSE;
  fx_input_editor_update_preview (editor);
}

void
fx_input_editor_edit_shape (FxInputEditor *editor)
{
  gtk_widget_grab_focus (GTK_WIDGET (editor->shape));
}

/* ---- from the widgets to the document ---- */

/* Takes a pipeline over if it makes sense; otherwise says why not. */
static void
take_pipeline (FxInputEditor *editor, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (FxPreprocess) preprocess = fx_preprocess_parse (text, &error);

  show_failure (editor, preprocess == NULL ? error->message : NULL);
  if (preprocess != NULL)
    fx_document_set_preprocess (editor->document, editor->input, text);
}

static void
take_part (FxInputEditor *editor, FxPipelinePart part, const char *value)
{
  g_autofree char *text = fx_pipeline_set (get_preprocess (editor), part, value);

  take_pipeline (editor, text);
}

static void
shape_applied_cb (FxInputEditor *editor)
{
  fx_document_set_input_shape (editor->document, editor->input, gtk_editable_get_text (GTK_EDITABLE (editor->shape)));
}

static void
pipeline_applied_cb (FxInputEditor *editor)
{
  take_pipeline (editor, gtk_editable_get_text (GTK_EDITABLE (editor->pipeline)));
}

static void
mean_applied_cb (FxInputEditor *editor)
{
  take_part (editor, FX_PIPELINE_MEAN, gtk_editable_get_text (GTK_EDITABLE (editor->mean)));
}

static void
scale_applied_cb (FxInputEditor *editor)
{
  take_part (editor, FX_PIPELINE_SCALE, gtk_editable_get_text (GTK_EDITABLE (editor->scale)));
}

static void
std_applied_cb (FxInputEditor *editor)
{
  take_part (editor, FX_PIPELINE_STD, gtk_editable_get_text (GTK_EDITABLE (editor->std)));
}

static void
train_selected_cb (FxInputEditor *editor)
{
  if (!editor->showing)
    take_part (editor, FX_PIPELINE_COLOR, train_steps[adw_combo_row_get_selected (editor->train)]);
}

static void
layout_selected_cb (FxInputEditor *editor)
{
  if (!editor->showing)
    take_part (editor, FX_PIPELINE_LAYOUT, layouts[adw_combo_row_get_selected (editor->layout)]);
}

static void
runtime_selected_cb (FxInputEditor *editor)
{
  if (!editor->showing)
    fx_document_set_runtime (editor->document, editor->input,
                             runtime_types[adw_combo_row_get_selected (editor->runtime)]);
}

static void
fit_selected_cb (FxInputEditor *editor)
{
  FxFit fit = adw_combo_row_get_selected (editor->fit);
  g_autofree char *steps = NULL;
  int width, height;

  if (editor->showing || fit == FX_FIT_OTHER)
    return;
  get_size (editor, &width, &height);
  steps = fx_pipeline_fit_text (fit, width, height);
  take_part (editor, FX_PIPELINE_FIT, width > 0 && height > 0 ? steps : NULL);
}

static void
preset_cb (GtkWidget *widget, G_GNUC_UNUSED const char *name, GVariant *parameter)
{
  FxInputEditor *editor = FX_INPUT_EDITOR (widget);
  guint i = g_variant_get_uint32 (parameter);
  g_autofree char *color = NULL, *mean = NULL, *scale = NULL, *std = NULL;

  if (i >= G_N_ELEMENTS (presets))
    return;
  color = fx_pipeline_set (get_preprocess (editor), FX_PIPELINE_COLOR, presets[i].color);
  mean = fx_pipeline_set (color, FX_PIPELINE_MEAN, presets[i].mean);
  scale = fx_pipeline_set (mean, FX_PIPELINE_SCALE, presets[i].scale);
  std = fx_pipeline_set (scale, FX_PIPELINE_STD, presets[i].std);
  take_pipeline (editor, std);
}

/* ---- life ---- */

static GMenuModel *
presets_menu (void)
{
  GMenu *menu = g_menu_new ();

  for (guint i = 0; i < G_N_ELEMENTS (presets); i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (_ (presets[i].label), NULL);

      g_menu_item_set_action_and_target (item, "input.preset", "u", i);
      g_menu_append_item (menu, item);
    }
  return G_MENU_MODEL (menu);
}

GtkWidget *
fx_input_editor_new (FxDocument *document, const char *input)
{
  FxInputEditor *editor = g_object_new (FX_TYPE_INPUT_EDITOR, NULL);
  g_autofree char *valid = g_utf8_make_valid (input, -1);
  g_autofree char *escaped = g_markup_escape_text (valid, -1);

  editor->document = document;
  editor->input = g_strdup (input);
  adw_preferences_group_set_title (editor->group, escaped);
  fx_input_editor_update (editor);
  return GTK_WIDGET (editor);
}

const char *
fx_input_editor_get_input (FxInputEditor *editor)
{
  return editor->input;
}

static void
fx_input_editor_dispose (GObject *object)
{
  FxInputEditor *editor = FX_INPUT_EDITOR (object);

  g_cancellable_cancel (editor->previewing);
  g_clear_object (&editor->previewing);
  g_clear_pointer (&editor->shown_dataset, fx_shared_unref);
  G_OBJECT_CLASS (fx_input_editor_parent_class)->dispose (object);
}

static void
fx_input_editor_finalize (GObject *object)
{
  g_free (FX_INPUT_EDITOR (object)->input);
  g_free (FX_INPUT_EDITOR (object)->shown_preprocess);
  G_OBJECT_CLASS (fx_input_editor_parent_class)->finalize (object);
}

static void
fx_input_editor_class_init (FxInputEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = fx_input_editor_dispose;
  G_OBJECT_CLASS (klass)->finalize = fx_input_editor_finalize;
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/fixpoint/Fixpoint/ui/fx-input-editor.ui");
#define CHILD(name) gtk_widget_class_bind_template_child (widget_class, FxInputEditor, name)
  CHILD (group);
  CHILD (shape);
  CHILD (mean);
  CHILD (scale);
  CHILD (std);
  CHILD (pipeline);
  CHILD (train);
  CHILD (runtime);
  CHILD (layout);
  CHILD (fit);
  CHILD (presets);
  CHILD (failure);
  CHILD (preview);
  CHILD (after_box);
  CHILD (before);
  CHILD (after);
  CHILD (before_caption);
  CHILD (after_caption);
#undef CHILD
  gtk_widget_class_install_action (widget_class, "input.preset", "u", preset_cb);
  gtk_widget_class_bind_template_callback (widget_class, shape_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, pipeline_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, mean_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, scale_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, std_applied_cb);
  gtk_widget_class_bind_template_callback (widget_class, train_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, layout_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, runtime_selected_cb);
  gtk_widget_class_bind_template_callback (widget_class, fit_selected_cb);
}

static void
fx_input_editor_init (FxInputEditor *editor)
{
  g_autoptr (GMenuModel) menu = presets_menu ();

  editor->showing = TRUE;
  gtk_widget_init_template (GTK_WIDGET (editor));
  gtk_menu_button_set_menu_model (editor->presets, menu);
}
