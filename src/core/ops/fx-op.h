/* Operators: one file per operator or tight family, one row each in fx-op-list.h.
 *
 * An operator file reads top to bottom: what the operator is (link to the specification), its params struct and
 * attribute rows, shape inference, kernel, the row. docs/architecture.md tells how to add one.
 *
 * A node keeps the opset version its file declared (FxNode.version, seen here as `version`). An operator whose
 * meaning changed between opsets looks at it; one that only moved an attribute to an input accepts both forms.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-dtype.h"
#include "core/graph/fx-shape.h"
#include "core/graph/fx-tensor.h"
#include "core/ops/fx-op-params.h"

G_BEGIN_DECLS

#define FX_VARIADIC 255

/* What is known of one operand before anything runs. */
typedef struct
{
  gboolean present; /* FALSE: omitted optional operand */
  FxDType dtype;    /* UNDEFINED: not known */
  FxShape shape;    /* any part may be unknown */
  FxTensor *value;  /* borrowed; its elements if they are known already, else NULL */
} FxFact;

/* Shape inference of one node: reads params and inputs, sets dtype and shape of every output.
 * Outputs start present or not as the node says, with type and shape unknown; leave unknown what cannot be told. */
struct _FxInfer
{
  const void *params; /* the operator's params struct */
  guint version;
  guint n_inputs; /* at least FxOp.max_inputs slots can be read unless variadic; the missing ones are not present */
  const FxFact *inputs;
  guint n_outputs; /* likewise */
  FxFact *outputs;
};

/* One run of a kernel. Everything was checked by infer() on these very shapes; what depends on the elements of an input
 * (an index out of range) is the kernel's to check. */
struct _FxEval
{
  const void *params;
  guint version;
  guint n_inputs; /* as in FxInfer; data is NULL for an omitted operand, and never NULL for a present one */
  const FxArray *inputs;
  guint n_outputs;
  FxArray *outputs; /* allocated, but for FX_OP_DYNAMIC; data is NULL where nobody wants the output */

  /* For FX_OP_DYNAMIC. */
  gpointer (*alloc) (FxEval *eval, guint output, FxDType dtype, const FxShape *shape, GError **error);
  gpointer user_data;
};

typedef enum
{
  FX_OP_DYNAMIC = 1 << 0,     /* the output shape depends on input elements: the kernel allocates its outputs */
  FX_OP_RANDOM = 1 << 1,      /* not a function of its inputs: never folded */
  FX_OP_VIEW = 1 << 2,        /* output 0 has the bytes of input 0 in another shape or name */
  FX_OP_SHAPE_ONLY = 1 << 4,  /* looks at the shapes of its inputs, never at their elements */
  FX_OP_ELEMENTWISE = 1 << 3, /* output 0 may be written over input 0 when type and shape agree */
} FxOpFlags;

struct _FxOp
{
  const char *name;
  const char *domain;            /* NULL: the standard domain */
  const char *doc;               /* one line, ends without a full stop */
  guint since;                   /* opset of its domain that introduced it */
  guint until;                   /* last opset that has it; 0: still there */
  guint8 min_inputs, max_inputs; /* FX_VARIADIC as max: any number, all like the last */
  guint8 min_outputs, max_outputs;
  FxDTypeMask float_types; /* float types the kernel computes in; operands of others are widened to f32 around it */
  FxOpFlags flags;
  const FxAttrRow *attrs; /* NULL: none */
  gsize params_size;

  gboolean (*infer) (FxInfer *infer, GError **error);
  gboolean (*eval) (FxEval *eval, GError **error);
  /* Multiply-accumulates of one run, for operators that are about them; static shapes. NULL: none to speak of. */
  guint64 (*macs) (const FxInfer *infer);
};

/* All operators, in the order of fx-op-list.h, which is by name. */
extern const FxOp *const fx_ops[];
extern const guint fx_n_ops;

#define FX_OP_EXTERN(id) extern const FxOp fx_op_##id;
#include "core/ops/fx-op-list.h"
FX_OP_LIST (FX_OP_EXTERN)
#undef FX_OP_EXTERN

/* NULL if there is none. "ai.onnx" is the standard domain, as is "". */
const FxOp *fx_op_find (const char *domain, const char *name);

/* Infer one node: checks operand counts, fills the params, runs op->infer. Messages name attribute, found and wanted;
 * the caller puts the node in front. n_in and n_out are those of the node; facts past them count as omitted. */
gboolean fx_op_infer (const FxOp *op, const FxNode *node, gconstpointer params, const FxFact *inputs, guint n_in,
                      FxFact *outputs, guint n_out, GError **error);

/* Run a kernel, widening float types it does not compute in. `eval` as described above. */
gboolean fx_op_eval (const FxOp *op, FxEval *eval, GError **error);

/* TRUE if the result follows from what is known: every operand has a value (a static shape is enough for
 * FX_OP_SHAPE_ONLY) and the operator is no FX_OP_RANDOM. */
gboolean fx_op_can_fold (const FxOp *op, const FxFact *inputs, guint n_in);

/* Evaluate such a node into new tensors (NULL where an output is omitted), each of at most `max_bytes` (TOO_LARGE
 * otherwise). For constant folding and shape arithmetic. */
gboolean fx_op_fold_facts (const FxOp *op, const FxNode *node, const FxFact *inputs, guint n_in, FxTensor **outputs,
                           guint n_out, gsize max_bytes, GError **error);

/* The same with tensors; NULL is an omitted operand. */
gboolean fx_op_fold (const FxOp *op, const FxNode *node, FxTensor *const *inputs, guint n_in, FxTensor **outputs,
                     guint n_out, gsize max_bytes, GError **error);

/* Slots that infer() and eval() may look at: those of the node, and all optional ones of the row. */
static inline guint
fx_op_n_slots (guint n, guint max)
{
  return max == FX_VARIADIC ? n : MAX (n, max);
}

/* ---- for infer() functions ---- */

/* FALSE and *error unless input i has a type of `mask` or an unknown one; `what` names the operand: "indices". */
gboolean fx_infer_check_type (const FxInfer *infer, guint i, const char *what, FxDTypeMask mask, GError **error);

/* FALSE and *error unless the rank of input i is in min…max or unknown. */
gboolean fx_infer_check_rank (const FxInfer *infer, guint i, const char *what, int min, int max, GError **error);

/* Set output i, if present. */
void fx_infer_set (FxInfer *infer, guint i, FxDType dtype, const FxShape *shape);

/* Output 0 is like input 0. */
gboolean fx_infer_same_as_input (FxInfer *infer, GError **error);

/* The elements of integer input i, if known: TRUE and a list to g_free(). FALSE without error: absent or not known yet;
 * FALSE with *error: known, but no list of at most FX_MAX_LIST integers. */
#define FX_MAX_LIST 4096
gboolean fx_infer_get_ints (const FxInfer *infer, guint i, const char *what, gint64 **values, guint *n, GError **error);

/* ---- for kernels ---- */

/* Allocate output i of an FX_OP_DYNAMIC operator; NULL and *error if that is too much. When nobody wants the output the
 * memory is there all the same. */
static inline gpointer
fx_eval_alloc (FxEval *eval, guint i, FxDType dtype, const FxShape *shape, GError **error)
{
  return eval->alloc (eval, i, dtype, shape, error);
}

/* Integer operands as int64, whatever their type; g_free() the result. `n` may be NULL. */
gint64 *fx_eval_dup_ints (const FxEval *eval, guint input, guint *n);

/* Kernels split loops over their outputs with OpenMP; loops shorter than this many elementary steps stay on one thread.
 */
#define FX_PARALLEL_MIN 16384

G_END_DECLS
