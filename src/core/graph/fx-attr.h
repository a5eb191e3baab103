/* Attributes of a node as the model file gives them: a name and a value of one of a few kinds.
 *
 * Nodes keep all of them, also those that no operator knows, so that nothing is lost on the way through.
 * Operators read them through their rows (ops/fx-op-params.h).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

typedef enum
{
  FX_ATTR_INT,
  FX_ATTR_FLOAT,
  FX_ATTR_STRING,
  FX_ATTR_INTS,
  FX_ATTR_FLOATS,
  FX_ATTR_STRINGS,
  FX_ATTR_TENSOR,
  FX_ATTR_GRAPH,
  FX_ATTR_OTHER, /* a kind this program has no use for (sparse tensors, types); only its name is kept */
} FxAttrKind;

struct _FxAttr
{
  char *name;
  FxAttrKind kind;
  guint n; /* number of ints, floats or strings */
  union
  {
    gint64 i;
    float f;
    char *s; /* NUL-terminated; may be invalid UTF-8 in a hostile file: print with %s of fx_attr_to_string() */
    gint64 *ints;
    float *floats;
    char **strings; /* NULL-terminated */
    FxTensor *tensor;
    FxGraph *graph;
  };
};

const char *fx_attr_kind_name (FxAttrKind kind);

/* Constructors copy what they are given; the tensor and the graph are taken over. */
FxAttr fx_attr_int (const char *name, gint64 value);
FxAttr fx_attr_float (const char *name, float value);
FxAttr fx_attr_string (const char *name, const char *value);
FxAttr fx_attr_ints (const char *name, const gint64 *values, guint n);
FxAttr fx_attr_floats (const char *name, const float *values, guint n);
FxAttr fx_attr_strings (const char *name, const char *const *values, guint n);
FxAttr fx_attr_take_tensor (const char *name, FxTensor *tensor);
FxAttr fx_attr_take_graph (const char *name, FxGraph *graph);
FxAttr fx_attr_other (const char *name);

FxAttr fx_attr_copy (const FxAttr *attr);
void fx_attr_clear (FxAttr *attr);

/* The value as the text form writes it: 3, 0.5, "SAME_UPPER", [1,1]. Tensors and graphs give a short description. */
char *fx_attr_to_string (const FxAttr *attr);

G_END_DECLS
