/* What convolutions and products have beside their weights: scales and bias, constant and aligned.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/exec/int8-kernel.h"

G_BEGIN_DECLS

typedef struct
{
  FxTensor *bias, *scales; /* bias NULL: none */
  FxRequant *factors;      /* of all output channels */
  FxQResult result;
} FxInt8Constants;

/* Operands FX_Q_CONV_W_SCALE and FX_Q_CONV_BIAS of a request. FALSE, perhaps with *error, if they are not constant or
 * give no factors. */
gboolean fx_int8_constants_read (FxInt8Constants *constants, const FxKernelRequest *request, const FxQOut *y,
                                 double x_scale, gsize n_channels, GError **error);
void fx_int8_constants_clear (FxInt8Constants *constants);

/* The elements of the bias, NULL without one. Borrowed. */
gconstpointer fx_int8_constants_bias (const FxInt8Constants *constants);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FxInt8Constants, fx_int8_constants_clear)

G_END_DECLS
