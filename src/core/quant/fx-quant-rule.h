/* Quantization rules: one row for each float operator that has an integer form, in the file of its family
 * (rules-*.c). An operator without a row stays float.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/graph/fx-graph.h"
#include "core/quant/fx-quant-params.h"

G_BEGIN_DECLS

typedef struct _FxQuantRule FxQuantRule;
typedef struct _FxQuantGroup FxQuantGroup;
typedef struct _FxQuantBuilder FxQuantBuilder;

typedef enum
{
  FX_RULE_SHARED = 1 << 0, /* results have scale and zero point of operand 0: the operator moves or picks integers */
  FX_RULE_JOINS = 1 << 1,  /* operands are brought to the scale of the result, which is its own */
  FX_RULE_CLAMPS = 1 << 2, /* a Relu or Clip behind it becomes bounds of its result */
  FX_RULE_TABLE = 1 << 3,  /* with one operand that is not a constant of one element: a function of one value */
  FX_RULE_SUMS = 1 << 4,   /* with constant weights, can leave its sums in 32 bits */
  FX_RULE_INSIDE = 1 << 5, /* on a board, stays float where only float nodes and outputs see the result */
  FX_RULE_ADDS = 1 << 6,   /* scales of operands are at most FX_REQUANT_PAIR_LARGEST times that of the result */
} FxQuantRuleFlags;

struct _FxQuantRule
{
  const char *op_type;
  FxQuantRuleFlags flags;
  guint n_data;                             /* operands that are quantized: the first n; 0: all */
  double low, high;                         /* what the function can reach at most; 0, 0: nothing known */
  gboolean (*applies) (const FxNode *node); /* NULL: to every node of the type; else a later row may */
  /* Why this node has no integer form of its own: a clause for people, NULL if it has one. NULL: it always has. */
  const char *(*refuse) (const FxGraph *graph, const FxNode *node);
  /* Real value of one step of the sum that is rounded to the result, from the scales of the operands. NULL: there are
   * weights in it, operands have a factor each, or nothing is rounded like this. */
  double (*step) (const FxGraph *graph, const FxNode *node, const double *scales);
  /* Adds the integer form of a group of nodes. NULL: there is none but as part of a table. */
  gboolean (*emit) (FxQuantBuilder *builder, const FxQuantGroup *group, GError **error);
};

/* Nodes that become one integer operator. */
struct _FxQuantGroup
{
  const FxQuantRule *rule; /* of node 0 */
  FxId *nodes;             /* in graph order; the last one gives the result */
  guint n_nodes;
  FxId root;        /* of a table: the value that the result is a function of; FX_NONE: no table */
  gboolean clamped; /* the last node is a clamp, of the real bounds low…high */
  double low, high;
};

/* NULL if there is none. */
const FxQuantRule *fx_quant_rule_find (const FxNode *node);

/* Ends with a NULL op_type each. */
extern const FxQuantRule fx_quant_rules_product[];    /* Conv, ConvTranspose, Gemm, MatMul */
extern const FxQuantRule fx_quant_rules_arithmetic[]; /* Add, Sub, Mul, Sum, Max, Min, Concat */
extern const FxQuantRule fx_quant_rules_function[];   /* of one value */
extern const FxQuantRule fx_quant_rules_reduce[];     /* pools, means, Resize, Softmax */
extern const FxQuantRule fx_quant_rules_move[];       /* Reshape, Transpose, Slice, … */

/* For `step`: of a sum of what operand 0 has, and of products of operands 0 and 1. */
double fx_quant_step_of_operand (const FxGraph *graph, const FxNode *node, const double *scales);
double fx_quant_step_of_product (const FxGraph *graph, const FxNode *node, const double *scales);

/* A function of one value, evaluated with the float kernels. */
gboolean fx_quant_emit_table (FxQuantBuilder *builder, const FxQuantGroup *group, GError **error);

/* Operands 0…n - 1 of a node that are quantized. */
guint fx_quant_n_data (const FxQuantRule *rule, const FxNode *node);

G_END_DECLS
