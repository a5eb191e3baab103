/* Attributes as rows: one table per operator says which attributes it has, where each goes in the operator's params
 * struct, its default and what it means. One routine fills the struct, one prints the documentation, one shows them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-attr.h"

G_BEGIN_DECLS

/* Lists are borrowed from the node's attributes; data is NULL and n 0 when absent. */
typedef struct
{
  const gint64 *data;
  guint n;
} FxInts;

typedef struct
{
  const float *data;
  guint n;
} FxFloats;

typedef struct
{
  const char *name;
  FxAttrKind kind; /* the kind in the file; OTHER: any, the operator looks for itself */
  gsize offset;    /* of the field in the params struct */
  gboolean required;
  gint64 default_int;
  float default_float;
  const char *default_string;
  const char *const *choices; /* STRING only: NULL-terminated; the field is then an int, the index of the choice */
  const char *doc;
} FxAttrRow;

/* Rows of a params struct P with a field named like the attribute. Field types: gint64, float, const char * (may be
 * NULL), int (choice), FxInts, FxFloats, char ** (borrowed), FxTensor * (borrowed, may be NULL), and for FX_ANY
 * const FxAttr * (borrowed, may be NULL). End with FX_ATTR_END. */
#define FX_INT(P, field, value, text)                                                                                  \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_INT, .offset = G_STRUCT_OFFSET (P, field), .default_int = (value), .doc = (text)   \
  }
#define FX_INT_REQUIRED(P, field, text)                                                                                \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_INT, .offset = G_STRUCT_OFFSET (P, field), .required = TRUE, .doc = (text)         \
  }
#define FX_FLOAT(P, field, value, text)                                                                                \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_FLOAT, .offset = G_STRUCT_OFFSET (P, field), .default_float = (value),             \
    .doc = (text)                                                                                                      \
  }
#define FX_STRING(P, field, value, text)                                                                               \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_STRING, .offset = G_STRUCT_OFFSET (P, field), .default_string = (value),           \
    .doc = (text)                                                                                                      \
  }
#define FX_CHOICE(P, field, names, value, text)                                                                        \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_STRING, .offset = G_STRUCT_OFFSET (P, field), .default_int = (value),              \
    .choices = (names), .doc = (text)                                                                                  \
  }
#define FX_INTS(P, field, text)                                                                                        \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_INTS, .offset = G_STRUCT_OFFSET (P, field), .doc = (text)                          \
  }
#define FX_FLOATS(P, field, text)                                                                                      \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_FLOATS, .offset = G_STRUCT_OFFSET (P, field), .doc = (text)                        \
  }
#define FX_STRINGS(P, field, text)                                                                                     \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_STRINGS, .offset = G_STRUCT_OFFSET (P, field), .doc = (text)                       \
  }
#define FX_TENSOR(P, field, text)                                                                                      \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_TENSOR, .offset = G_STRUCT_OFFSET (P, field), .doc = (text)                        \
  }
#define FX_ANY(P, field, text)                                                                                         \
  {                                                                                                                    \
    .name = #field, .kind = FX_ATTR_OTHER, .offset = G_STRUCT_OFFSET (P, field), .doc = (text)                         \
  }
#define FX_ATTR_END                                                                                                    \
  {                                                                                                                    \
    .name = NULL                                                                                                       \
  }

/* A params struct of `op` filled from a node's attributes and the defaults; an operator without attributes gives a
 * dummy. It borrows from the node and must not outlive it; g_free() it. NULL and *error (BAD_GRAPH: attribute, found
 * kind or value, wanted) if an attribute has the wrong kind, a choice is unknown, or a required one is missing. */
gpointer fx_op_params_new (const FxOp *op, const FxNode *node, GError **error);

/* The default as text, for documentation: "1", "\"NOTSET\"", "required", "" for none. */
char *fx_attr_row_default (const FxAttrRow *row);

G_END_DECLS
