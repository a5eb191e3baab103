/* How much each part of a network, quantized alone, disturbs the outputs.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/quant/fx-error-metrics.h"

G_BEGIN_DECLS

/* What is quantized one at a time. */
typedef enum
{
  FX_SENSITIVITY_NODE,       /* a node: its operands, its weights, its result */
  FX_SENSITIVITY_WEIGHT,     /* the weights of a node */
  FX_SENSITIVITY_ACTIVATION, /* a tensor between nodes */
} FxSensitivityKind;

typedef struct
{
  char *name;           /* node; tensor of an activation */
  char *op_type;        /* of the float node that it belongs to */
  FxErrorMetrics error; /* at the model output where the SQNR is lowest */
} FxSensitivityRow;

typedef struct
{
  FxSensitivityKind kind;
  guint n_samples;
  guint n_rows;
  FxSensitivityRow *rows; /* worst first: by SQNR, in the order of the network among equals */
  guint n_curve;
  FxErrorMetrics *together; /* [n_curve] only the k + 1 worst rows are quantized, all at once */
  FxErrorMetrics *without;  /* [n_curve] everything but the k + 1 worst rows is: how many have to leave */
} FxSensitivity;

const char *fx_sensitivity_kind_name (FxSensitivityKind kind); /* "node", … */
/* FALSE and *error (BAD_DATA) naming the kinds. */
gboolean fx_sensitivity_kind_parse (const char *text, FxSensitivityKind *kind, GError **error);

void fx_sensitivity_free (FxSensitivity *sensitivity); /* accepts NULL */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxSensitivity, fx_sensitivity_free)

G_END_DECLS
