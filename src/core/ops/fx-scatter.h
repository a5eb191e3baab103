/* What the Scatter operators share: writing elements, or combining them with those that are there.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/ops/fx-op.h"

G_BEGIN_DECLS

typedef enum
{
  FX_SCATTER_NONE,
  FX_SCATTER_ADD,
  FX_SCATTER_MUL,
  FX_SCATTER_MIN,
  FX_SCATTER_MAX,
} FxScatterReduction;

/* Names in that order, for the attribute row. */
extern const char *const fx_scatter_reductions[];

/* FALSE and *error if elements of input 0 cannot be combined that way, or data and updates differ in type. */
gboolean fx_scatter_infer_types (const FxInfer *infer, FxScatterReduction reduction, GError **error);

/* to[i] = to[i] ∘ from[i] for n elements. Integers wrap; bool adds as "or" and multiplies as "and". */
void fx_scatter_combine (FxDType dtype, FxScatterReduction reduction, void *to, const void *from, gsize n);

G_END_DECLS
