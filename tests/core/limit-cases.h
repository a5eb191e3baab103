/* What limits say about small graphs: rows of test-limits.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fx-limit.h"

typedef struct
{
  const char *kind, *rule;
  const char *fields; /* GVariant text, without the outer braces */
  const char *graph;  /* its first node is judged */
  FxVerdict verdict;
  const char *found, *allowed; /* NULL: whatever it says */
  gboolean channels_last;
} LimitCase;

/* Tables end with a row without kind. */
extern const LimitCase limit_window_cases[], limit_shape_cases[], limit_attribute_cases[], limit_operand_cases[],
    limit_broadcast_cases[], limit_note_cases[];

#define HOLDS FX_VERDICT_HOLDS
#define BROKEN FX_VERDICT_BROKEN
#define UNKNOWN FX_VERDICT_UNKNOWN

/* Graphs of one node; shapes with their types, attributes without braces. */
#define ONE(op, x, attrs) "opset \"\" 11\ninput %x " x "\n%y f32[*] = " op "(%x) {" attrs "}\noutput %y\n"
#define TWO(op, a, b, attrs)                                                                                           \
  "opset \"\" 11\ninput %a " a "\ninput %b " b "\n%y f32[*] = " op "(%a, %b) {" attrs "}\noutput %y\n"
#define WITH(op, x, c, attrs)                                                                                          \
  "opset \"\" 11\ninput %x " x "\nconst %c " c "\n%y f32[*] = " op "(%x, %c) {" attrs "}\noutput %y\n"
#define OPSET(version, op, x, attrs)                                                                                   \
  "opset \"\" " #version "\ninput %x " x "\n%y f32[*] = " op "(%x) {" attrs "}\noutput %y\n"
