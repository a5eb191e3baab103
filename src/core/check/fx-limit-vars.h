/* What limits call by short names: the sizes, strides and counts of a node.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-limit.h"
#include "core/ops/fx-window.h"

G_BEGIN_DECLS

typedef enum
{
  FX_VARIABLE_NONE,    /* there is no variable of that name */
  FX_VARIABLE_UNKNOWN, /* the node does not say, or does not say yet */
  FX_VARIABLE_KNOWN,
} FxVariable;

/* N C D H W: the axes of input 0 (1 where the rank is too small to have one); in_C, out_C: channels of input and output
 * 0; kn kc kd kh kw: the axes of the weights (input 1), kernel size for pools; sh sw, dh dw, ph pw: stride, dilation
 * and leading pad; group; k p s: kernel, leading pad and stride of the one spatial axis, or of all if they agree;
 * scale_h, scale_w: output by input size; in_axis_len, parts, part_len: of Split; part_len is a length that does not
 * divide the axis, if there is one. */
FxVariable fx_limit_variable (const char *name, const FxLimitSubject *subject, double *value);

/* The sliding window of a convolution or pool; FALSE if the node has none or it cannot be told. */
gboolean fx_limit_window (const FxLimitSubject *subject, FxWindow *window);

/* Position of axis 'N', 'C', 'D', 'H' or 'W' in a shape of that rank; -1 if it has none. */
int fx_limit_axis (const FxLimitSubject *subject, char axis, int rank);

/* An attribute of the node, or the default of its operator, as a GVariant 's', 'x', 'd', or 'ax' and the like for
 * lists. NULL if it has none. */
GVariant *fx_limit_attribute (const FxLimitSubject *subject, const char *name);

/* TRUE if `value` is `wanted`, or one of its members if that is a list; numbers are equal whatever their type. */
gboolean fx_limit_value_in (GVariant *value, GVariant *wanted);

G_END_DECLS
