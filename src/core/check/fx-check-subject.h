/* A node with its facts, ready to be judged. Not for others.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-check-private.h"

G_BEGIN_DECLS

typedef struct
{
  FxLimitSubject subject;
  FxFact *inputs, *outputs;
  gpointer params;
  FxNode form; /* stands for the node where it is judged as another operator */
} FxSubject;

void fx_subject_init (FxSubject *subject, const FxWork *work, FxId id);

/* Exporters write scalar operands as constants of rank 0, and such nodes are on the BPU in published reports: the
 * limits of the BPU see them as one element of rank 1. */
void fx_subject_lift_scalars (FxSubject *subject);

/* As the convolution that a Gemm with constant weights becomes: x [N, C, H, W] and a kernel of H × W, where H × W is
 * what was flattened in front of the Gemm, or 1 × 1. FALSE if it cannot become one. */
gboolean fx_subject_init_conv (FxSubject *subject, const FxWork *work, FxId id);
void fx_subject_clear (FxSubject *subject);

/* The node that flattens a map for this Gemm alone; FX_NONE if there is none. */
FxId fx_work_flatten_before (const FxWork *work, FxId gemm);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FxSubject, fx_subject_clear)

G_END_DECLS
