/* A target: what the documentation of a board's BPU says about operators, as data.
 *
 * A target comes from data/targets/<march>.json (io/fx-target-file.h). Its limits keep their fields as a GVariant of
 * type a{sv}, in the vocabulary of that file; each kind of limit has one row in fx-limit-kinds.c that knows how to
 * judge and to describe it. A new board is a new file, a new kind of limit a new row.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

typedef struct _FxTarget FxTarget;
typedef struct _FxLimitKind FxLimitKind;

typedef struct
{
  const FxLimitKind *kind; /* NULL: a kind that this version does not know; judged as unknown */
  const char *kind_name;   /* as in the file; interned */
  const char *rule;        /* "" if the kind has no rules; interned */
  GVariant *when;          /* a{sv}: conditions that must all hold for the limit to apply; NULL: always */
  gboolean any_of;         /* limits of one kind with this mark are alternatives: one that holds is enough */
  gboolean info;           /* a remark that cannot be broken */
  gboolean ambiguous;      /* the documentation can be read in more than one way; `note` says how it was taken */
  const char *note;        /* NULL if there is none; interned */
  GVariant *fields;        /* a{sv}: everything else, but for `source` */
} FxLimit;

typedef enum
{
  FX_SUPPORT_NO,
  FX_SUPPORT_YES,
  FX_SUPPORT_UNKNOWN, /* the published list is incomplete */
} FxSupport;

/* How the documentation says that an operator gets onto the BPU. */
typedef enum
{
  FX_PLACING_NATIVE,
  FX_PLACING_FUSED,              /* merged into a neighbour */
  FX_PLACING_CONVERTED,          /* rewritten as another operator */
  FX_PLACING_DECOMPOSED,         /* rewritten as several */
  FX_PLACING_FOLDED,             /* constant folding takes it away */
  FX_PLACING_REMOVED,            /* does nothing at inference */
  FX_PLACING_FOLDED_IF_CONSTANT, /* a CPU operator that goes away inside a constant part of the graph */
} FxPlacing;

typedef enum
{
  FX_DEFAULT_BPU,
  FX_DEFAULT_CPU,  /* could run on the BPU, but does not unless it is asked to */
  FX_DEFAULT_NONE, /* gone before run time */
} FxDefaultDevice;

typedef struct
{
  FxSupport support;
  gboolean documented; /* FALSE: a blank cell of the table */
  GPtrArray *limits;   /* of FxLimit; all have to hold, see any_of */
} FxDeviceRules;

typedef struct
{
  char *name;         /* operator type: "Conv"; of a Caffe table the layer type: "Convolution" */
  char **aliases;     /* NULL-terminated, may be empty */
  char *vendor_label; /* "BPU", "CPU", "CPU*" (the CPU kernel is not integrated) */
  FxPlacing placing;
  FxDefaultDevice default_device;
  FxDeviceRules bpu, cpu;
  char *source; /* where the facts were read */
} FxTargetOp;

struct _FxTarget
{
  grefcount ref_count;
  char *march;          /* "bernoulli2" */
  char *id;             /* as users say it: "rdk-x3" */
  char *board;          /* "RDK X3" */
  gboolean complete;    /* FALSE: operators that are not listed are unknown, not unsupported */
  GPtrArray *general;   /* of FxLimit: kind "model" rules of whole models, and limits that every BPU operator has */
  GPtrArray *operators; /* of FxTargetOp, sorted by name */
  GPtrArray *caffe;     /* of FxTargetOp: the table of Caffe layers, sorted by name; may be empty */
  GPtrArray *torch;     /* of FxTargetOp: rows for PyTorch functions that have no ONNX operator; may be empty */
  GVariant *machine;    /* a{sv}: facts about the hardware, NULL if the file has none */
};

FxTarget *fx_target_ref (FxTarget *target);
void fx_target_unref (FxTarget *target); /* accepts NULL */

/* The row of an operator by name or alias; NULL if the target does not list it. */
const FxTargetOp *fx_target_find (const FxTarget *target, const char *op_type);

/* The same in the table of Caffe layers. */
const FxTargetOp *fx_target_find_caffe (const FxTarget *target, const char *layer_type);

/* The limit of general that is a rule for whole models ("output_count"); NULL if the target states none. */
const FxLimit *fx_target_model_rule (const FxTarget *target, const char *rule);

/* The opsets that the documentation of the target names, first and last; NULL: those that every board reads. */
void fx_target_opsets (const FxTarget *target, gint64 *min, gint64 *max);
gboolean fx_target_reads_opset (const FxTarget *target, gint64 opset);

/* Whether the BPU computes with int16 at all. The lists name some operators that take int16 and some that take int8
 * only; those in between, Conv among them, are computed in 16 bits by the boards' converter. An incomplete list (S100
 * and its kin) says nothing against it. */
gboolean fx_target_has_int16 (const FxTarget *target);

/* Whether the limit is a list of types with int8 and without int16. */
gboolean fx_limit_wants_int8 (const FxLimit *limit);

/* FALSE and *error (UNSUPPORTED), which names the board, if its BPU computes with 8 bits only. */
gboolean fx_target_need_int16 (const FxTarget *target, GError **error);

/* For those who build a target: an empty one, and the free functions of its arrays. */
FxTarget *fx_target_new (void);
void fx_target_op_free (FxTargetOp *op);
void fx_limit_free (FxLimit *limit);

/* ---- fields of a limit ---- */

/* A member of fields or of any a{sv}; NULL if absent. Borrowed from nobody: unref it. Numbers are 'x' or 'd', strings
 * 's', booleans 'b', lists 'av', objects 'a{sv}', null is 'mv'. */
GVariant *fx_limit_field (GVariant *fields, const char *name);
gint64 fx_limit_int (GVariant *fields, const char *name, gint64 otherwise);
gboolean fx_limit_flag (GVariant *fields, const char *name);      /* FALSE if absent */
const char *fx_limit_string (GVariant *fields, const char *name); /* NULL if absent; borrowed from fields */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxTarget, fx_target_unref)

G_END_DECLS
