/* What a person decided about one model: everything that is needed to repeat a run, and nothing that can be computed.
 *
 * A project is a plain value. The window keeps one for every step of its history, so that undo is going back to an
 * older one; io/fx-project-file.h writes it down. Paths are absolute in memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/bpu/fx-compile.h"
#include "core/fx-types.h"
#include "core/graph/fx-dtype.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

typedef enum
{
  FX_PROJECT_FIX,         /* `name` is the rule of a fix */
  FX_PROJECT_FIX_ALL,     /* every fix that needs no decision */
  FX_PROJECT_INPUT_SHAPE, /* the input `name` gets the shape `value`, "1x3x224x224" */
  FX_PROJECT_OUTPUTS,     /* tensors or nodes, one a line in `value`, are the outputs instead of the model's */
} FxProjectEditKind;

/* A change of the graph, made again each time the project is opened. */
typedef struct
{
  FxProjectEditKind kind;
  char *name;
  char *value;
} FxProjectEdit;

/* How one input is fed. */
typedef struct
{
  char *name;
  char *preprocess; /* core/calib/fx-preprocess.h; NULL: none was chosen */
  char *runtime;    /* the picture that the board gets: "nv12", "rgb", …; NULL: as the network was trained */
} FxProjectInput;

/* A folder, list or file of samples; see io/fx-dataset.h. */
typedef struct
{
  char *input; /* which input it feeds; NULL: the first one */
  char *path;
  char *labels; /* NULL: none, or found beside the samples */
  char *type;   /* of the elements of files without a header, "f32"; NULL: their names say it */
} FxProjectDataset;

/* What a person wants of nodes: how many bits, or the CPU. */
typedef struct
{
  char *name; /* of a node, of an operator ("Softmax": all of them), or "all" */
  FxPrecision precision;
} FxProjectNode;

typedef struct
{
  char *model;         /* path; NULL: an empty project */
  char *weights;       /* for formats of two files, NULL otherwise */
  char *target;        /* id of a board */
  GPtrArray *edits;    /* FxProjectEdit, in the order made */
  GPtrArray *inputs;   /* FxProjectInput; inputs that nobody touched are missing */
  GPtrArray *datasets; /* FxProjectDataset */
  GPtrArray *nodes;    /* FxProjectNode; a name is there once at most */
  char *preset;        /* how much is tried to be accurate; NULL: the program's own choice */
  char *method;        /* of the thresholds, likewise */
  double mixed;        /* share of the nodes that may get 16 bits, 0…1; see FxMixedOptions */
  double budget;       /* times the latency with 8 bits that they may take, 1 or more; 0: no limit */
  guint samples;       /* how many are used for calibration; 0: all */
  guint64 seed;        /* by which they are chosen */
  char *output;        /* folder that results go to; NULL: beside the model */
  char *origin;        /* of a journal: the project file that this is an unsaved state of; NULL */

  /* Of the board's program. sram_bytes and jobs stay 0: they are the machine's business. */
  FxCompileOptions compile;
} FxProject;

FxProjectEdit *fx_project_edit_new (FxProjectEditKind kind, const char *name, const char *value);
void fx_project_edit_free (FxProjectEdit *edit); /* accepts NULL */

FxProject *fx_project_new (void);
FxProject *fx_project_copy (const FxProject *project);
void fx_project_free (FxProject *project); /* accepts NULL */

/* Everything but `origin`. */
gboolean fx_project_equal (const FxProject *a, const FxProject *b);

void fx_project_add_edit (FxProject *project, FxProjectEditKind kind, const char *name, const char *value);
/* Borrowed; its other fields may be set. */
FxProjectDataset *fx_project_add_dataset (FxProject *project, const char *input, const char *path, const char *labels);
FxDType fx_project_dataset_dtype (const FxProjectDataset *dataset); /* UNDEFINED: none is said */
/* The entry of an input; NULL if there is none. */
FxProjectInput *fx_project_find_input (const FxProject *project, const char *name);
/* The same, added if there is none. */
FxProjectInput *fx_project_touch_input (FxProject *project, const char *name);

/* NULL: nobody said anything of that name. */
const FxProjectNode *fx_project_find_node (const FxProject *project, const char *name);
void fx_project_set_node (FxProject *project, const char *name, FxPrecision precision);
void fx_project_unset_node (FxProject *project, const char *name);
/* Forgets what is said of nodes that the graph does not have: no conversion would begin with them. Each is a finding,
 * "node-choice"; the list may be NULL. Names of operators and "all" stay. */
void fx_project_forget_nodes (FxProject *project, const FxGraph *graph, GPtrArray *findings);
/* Whether both say the same of all nodes. */
gboolean fx_project_same_nodes (const FxProject *a, const FxProject *b);
/* The names of that precision, as FxNodeChoices wants them; g_strfreev() it. NULL: there are none. */
char **fx_project_dup_nodes (const FxProject *project, FxPrecision precision);

/* Whether both ask for the same program. */
gboolean fx_project_same_compile (const FxProject *a, const FxProject *b);
/* Of the cores that were chosen, perhaps for another board, those that this one has. 0: one, as if none were chosen. */
guint fx_project_usable_cores (const FxProject *project, const FxTarget *target);

/* Makes the change in a sorted graph with inferred shapes, all fixes for the board of the project; as fx_fix_apply().
 * `n_changes` may be NULL. */
gboolean fx_project_edit_apply (const FxProject *project, const FxProjectEdit *edit, FxGraph *graph, GPtrArray *log,
                                guint *n_changes, GError **error);

/* All of them. One that cannot be made any more, since the model is another, is a finding, "edit", and forgotten. */
void fx_project_apply_edits (FxProject *project, FxGraph *graph, GPtrArray *findings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxProject, fx_project_free)

G_END_DECLS
