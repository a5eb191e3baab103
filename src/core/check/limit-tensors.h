/* What the names in limits mean on a node: which operands "input" or "weight" are, which dimension "H" is, how a window
 * slides, which axes a reduction takes.
 *
 * Everything here may be unknown; sizes and axes are then negative.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-limit-fields.h"
#include "core/check/fx-limit-vars.h"

G_BEGIN_DECLS

/* One operand that a limit is about. */
typedef struct
{
  const FxFact *fact;
  gboolean output;
  gboolean weight;
  guint index; /* among the inputs or outputs */
} FxLimitTensor;

/* The present operands under `names`: a field with one name, several with commas between them, or a list. Names are
 * those of the ONNX specification ("indices") and
 *   input   the operands that flow; no weights, sizes, indices or bounds
 *   output  every output
 *   io      both
 *   all     both, but for operands whose type and rank the operator prescribes (the indices of ArgMax)
 *   weight, lhs, rhs
 * NULL if the field is missing or a name means nothing for this operator; free with g_array_unref(). */
GArray *fx_limit_tensors (const FxLimit *limit, const char *field, const FxLimitSubject *subject);
GArray *fx_limit_tensors_named (const char *names, const FxLimitSubject *subject);

/* The operands of a limit as people call them: "input and output", "A and B". */
char *fx_limit_tensors_text (const FxLimit *limit);

/* Input of that name; NULL if it is omitted or there is none. */
const FxFact *fx_limit_input (const FxLimitSubject *subject, const char *name);

/* "input", "second input", "output", "weight": for messages; static. */
const char *fx_limit_tensor_name (const FxLimitTensor *tensor, const FxLimitSubject *subject);

/* The size of the axis N, C, D, H or W; 1 where the tensor has no such axis, FX_DIM_UNKNOWN. Weights are [N, C, …]. */
gint64 fx_limit_dim (const FxLimitTensor *tensor, char letter, const FxLimitSubject *subject);
/* The axis of an NCHW tensor that `axis` of this one, counted from 0, is. */
int fx_limit_nchw_axis (int axis, int rank, gboolean channels_last);
/* The reverse for a channels-last tensor. */
int fx_limit_own_axis (int nchw_axis, int rank);

/* The axis d, h or w of a window; -1 if it has none. Windows of one axis have w only. */
int fx_limit_window_axis (const FxWindow *window, char letter);
/* "3×3" of one of the arrays of a window. */
char *fx_limit_window_text (const FxWindow *window, const gint64 *sizes);

/* Groups of a convolution, 1 for anything else. Input channels per group, or FX_DIM_UNKNOWN. */
gint64 fx_limit_groups (const FxLimitSubject *subject);
gint64 fx_limit_kernel_channels (const FxLimitSubject *subject);

/* The integers of an attribute, or, where it is absent, of an input (of the later opsets); FALSE if there are none, or,
 * with *known FALSE, if they are not known yet. g_free() the list. */
gboolean fx_limit_ints (const FxLimitSubject *subject, const char *attribute, const char *input, gint64 **values,
                        guint *n, gboolean *known);

/* "[0, 1, 1]" */
char *fx_limit_ints_text (const gint64 *values, guint n);

/* The attribute "axis" counted from 0 in terms of an NCHW tensor; FALSE if it cannot be told. */
gboolean fx_limit_axis_attribute (const FxLimitSubject *subject, int *axis);
/* Likewise, the axes that a reduction or ArgMax reduces, ascending, and whether the node lists them. FALSE if they
 * cannot be told. */
gboolean fx_limit_reduced_axes (const FxLimitSubject *subject, int axes[FX_MAX_RANK], int *n, gboolean *listed);

/* Of a node that changes sizes: output / input of an axis of input 0. FALSE if it is not known. */
gboolean fx_limit_scale (const FxLimitSubject *subject, int axis, double *scale);

/* The tensor is a constant or follows from constants. */
static inline gboolean
fx_limit_is_constant (const FxFact *fact)
{
  return fact->value != NULL;
}

G_END_DECLS
