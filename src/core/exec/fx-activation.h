/* Functions of one element that can be fused behind another operator, in one form whatever node they come from.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

typedef enum
{
  FX_ACTIVATION_NONE,
  FX_ACTIVATION_RELU,    /* max (x, 0), or alpha x below 0 */
  FX_ACTIVATION_CLIP,    /* min (max (x, alpha), beta) */
  FX_ACTIVATION_ELU,     /* alpha (eˣ - 1) below 0 */
  FX_ACTIVATION_SIGMOID, /* 1 / (1 + e⁻ˣ) */
  FX_ACTIVATION_TANH,
  FX_ACTIVATION_SWISH,     /* x / (1 + e^(-alpha x)) */
  FX_ACTIVATION_HARDSWISH, /* x min (max (x / 6 + 1/2, 0), 1) */
  FX_ACTIVATION_ABS,
  FX_ACTIVATION_SQRT,
  FX_ACTIVATION_EXP,
  FX_ACTIVATION_SOFTPLUS, /* log (1 + eˣ) */
  FX_ACTIVATION_LINEAR,   /* alpha x + beta */
} FxActivationKind;

typedef struct
{
  FxActivationKind kind;
  float alpha, beta;
} FxActivation;

/* The activation that a node of `graph` applies to its input 0; kind NONE if it is none, or none with constant
 * parameters. */
FxActivation fx_activation_of_node (const FxGraph *graph, const FxNode *node);

/* Attributes of a node with a default, for those who do not have the operator's params at hand. */
gint64 fx_node_int (const FxNode *node, const char *name, gint64 value);
float fx_node_float (const FxNode *node, const char *name, float value);

/* Whether the node is `op_type` of the standard domain. */
gboolean fx_node_is (const FxNode *node, const char *op_type);

G_END_DECLS
