/* What the files of FxWindow share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "app/fx-application-private.h"
#include "app/fx-autosave.h"
#include "app/fx-graph-view.h"
#include "app/fx-intake.h"
#include "app/fx-job-queue.h"
#include "app/fx-start-page.h"
#include "app/fx-window.h"
#include "app/panels/fx-calibration-page.h"
#include "app/panels/fx-inputs-page.h"
#include "app/panels/fx-inspector.h"
#include "app/panels/fx-problems-page.h"
#include "app/panels/fx-results-panel.h"

G_BEGIN_DECLS

struct _FxWindow
{
  AdwApplicationWindow parent_instance;

  /* owned */
  FxDocument *document;
  FxJobQueue *queue;
  FxAutosave *autosave;
  char *last;                  /* file of what was open last; NULL */
  char *half;                  /* file of a Caffe model whose other file is asked for */
  char **samples;              /* to be added when the model is there; NULL */
  gboolean stopped, discarded; /* what the person has agreed to, closing the window */
  gboolean close_when_saved;
  gboolean notified;        /* the desktop shows a notification of ours */
  gboolean left;            /* the program has closed it; a task may still hold it */
  gboolean show_errors;     /* boxes are colored by their error */
  gboolean show_latency;    /* or, if there are no errors, by their latency */
  FxShared *latency;        /* FxLatency of the graph that was checked last; NULL: not known */
  GCancellable *estimating; /* NULL: nobody is */

  GtkWidget *drop_hint; /* borrowed: what will happen to files that hang over the window */

  GtkWidget *focus;      /* weak: what has the focus; NULL as well if that is gone */
  GtkWidget *kept_focus; /* weak: what had it last, not counting where the toolkit put it */
  GtkWidget *focus_pane; /* borrowed, a template widget: what that is part of; NULL: of none that changes */
  gboolean had_focus;    /* anything, ever */
  guint restoring_focus; /* source; 0: the focus is where it belongs */
  guint n_focus_tries;

  /* template widgets */
  AdwToastOverlay *toasts, *graph_toasts;
  AdwWindowTitle *window_title;
  GtkWidget *workspace_only; /* insensitive outside of the workspace: others bind their visibility to it */
  GtkWidget *undo_button, *redo_button;
  GtkDropDown *target_drop_down;
  GtkStack *stack;
  AdwStatusPage *loading_page, *failed_page;
  GtkButton *back_button;
  GtkProgressBar *loading_bar;
  AdwFlap *sidebar_flap, *inspector_flap;
  AdwViewStack *sidebar_stack;
  AdwViewStackPage *problems_stack_page;
  FxProblemsPage *problems_page;
  FxInputsPage *inputs_page;
  FxCalibrationPage *calibration_page;
  FxInspector *inspector;
  FxGraphView *graph_view;
  AdwBin *results_slot;
  FxResultsPanel *results_panel;
  GtkMenuButton *jobs_button;
  GtkListBox *jobs_list;
};

/* The program; NULL: the window has left it. */
FxApplication *fx_window_get_program (FxWindow *window);
/* Shows a sentence for a moment. */
void fx_window_tell (FxWindow *window, const char *text);
void fx_window_select_node (FxWindow *window, const char *node); /* "" selects none */

/* fx-window-actions.c */
void fx_window_add_actions (FxWindow *window);
void fx_window_update_actions (FxWindow *window);

/* fx-window-jobs.c */
void fx_window_init_jobs (FxWindow *window);
void fx_window_convert (FxWindow *window);
void fx_window_cancel_jobs (FxWindow *window);
void fx_window_cancel_job (FxWindow *window, const char *title);
void fx_window_compare_run (FxWindow *window, const char *run);   /* with the one that is shown; "": with none */
void fx_window_open_report (FxWindow *window);                    /* of the run that is shown */
void fx_window_show_board (FxWindow *window, const char *number); /* a plot of fx_board_plot_names */
void fx_window_show_run (FxWindow *window, const char *run);      /* results of the conversion of that title */
void fx_window_show_errors (FxWindow *window, gboolean show);
void fx_window_show_latency (FxWindow *window, gboolean show);
void fx_window_update_overlay (FxWindow *window);

/* fx-window-latency.c */
void fx_window_estimate (FxWindow *window);              /* what was checked, unless the window has left */
FxOverlay *fx_window_latency_overlay (FxWindow *window); /* a new one; NULL: nothing is known */
void fx_window_latency_clear (FxWindow *window);

/* fx-window-close.c */
void fx_window_init_close (FxWindow *window);
void fx_window_saved (FxWindow *window, gboolean success); /* or not: an error, or nobody said where */

/* fx-window-focus.c */
void fx_window_init_focus (FxWindow *window);
void fx_window_clear_focus (FxWindow *window);

/* fx-window-drop.c */
void fx_window_init_drop (FxWindow *window);
void fx_window_mark_files (FxWindow *window, const char *const *paths); /* that hang over it; NULL: none does */

/* fx-window-open.c */
void fx_window_init_open (FxWindow *window);
void fx_window_open_pair (FxWindow *window, const char *path, const char *weights); /* "": there are none */
/* To what is open, which is ready; of a worker that finds out what inputs they are for. */
void fx_window_add_samples (FxWindow *window, const char *const *paths);
void fx_window_forget_samples (FxWindow *window); /* that wait for their model */

/* fx-window-views.c: after the actions */
void fx_window_init_views (FxWindow *window);

/* fx-window-files.c: each asks where, then does it */
typedef void (*FxWindowPathFunc) (FxWindow *window, const char *path);
/* The dialog is freed with its answer. The caller shows it when it has its filters, name and folder: a desktop that
 * shows its own dialog knows of none that come later. */
GtkFileChooser *fx_window_ask_file (FxWindow *window, const char *title, GtkFileChooserAction action,
                                    const char *accept, FxWindowPathFunc take);
gboolean fx_window_was_chosen (GtkFileChooser *chooser, int response); /* a file of this computer */
void fx_window_add_filter (GtkFileChooser *chooser, const char *name, const char *const *suffixes);
void fx_window_ask_open (FxWindow *window);
void fx_window_ask_save (FxWindow *window);
void fx_window_ask_export_model (FxWindow *window);
void fx_window_ask_export_config (FxWindow *window);
void fx_window_ask_export_graph (FxWindow *window, const char *format); /* "svg", "png", "pdf" */
void fx_window_export_graph (FxWindow *window, const char *path);
void fx_window_ask_export_chart (FxWindow *window);
void fx_window_export_chart (FxWindow *window, const char *path); /* .svg, .png, .csv */
void fx_window_ask_add_dataset (FxWindow *window);
void fx_window_ask_add_files (FxWindow *window);
void fx_window_save (FxWindow *window, const char *path);
void fx_window_export_model (FxWindow *window, const char *path);
void fx_window_export_config (FxWindow *window, const char *path);

G_END_DECLS
