/* Findings about a model: many at a time, each with what was found, what is allowed, why, and how to mend it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"

G_BEGIN_DECLS

typedef enum
{
  FX_SEVERITY_INFO,
  FX_SEVERITY_WARNING,
  FX_SEVERITY_ERROR,
} FxSeverity;

struct _FxDiagnostic
{
  FxSeverity severity;
  const char *rule; /* static: a short stable id such as "shape" or "unknown-operator" */
  char *message;    /* one sentence */
  /* any of these may be NULL */
  char *node;   /* name of the node it is about */
  char *tensor; /* name of the value it is about */
  char *found;
  char *allowed;
  char *fix;            /* what to do about it */
  const char *fix_rule; /* static: the fix that does it (check/fx-fix.h) */
  const char *key;      /* static: of a configuration's file, the key that it is about */
};

const char *fx_severity_name (FxSeverity severity);

/* Lists are GPtrArray of FxDiagnostic with its free function set. */
GPtrArray *fx_diagnostics_new (void);

/* Appends a finding and returns it, for its optional fields to be set. `node` and `tensor` are copied and may be NULL.
 * A NULL list is allowed: the finding is dropped and NULL returned. */
FxDiagnostic *fx_diagnostics_add (GPtrArray *list, FxSeverity severity, const char *rule, const char *node,
                                  const char *tensor, const char *format, ...) G_GNUC_PRINTF (6, 7);

/* How many findings are at least that severe. */
guint fx_diagnostics_count (const GPtrArray *list, FxSeverity at_least);

/* The first error of the list as a GError (BAD_GRAPH): TRUE if there is none. */
gboolean fx_diagnostics_to_error (const GPtrArray *list, GError **error);

/* "node "Conv_3": message", for logs and the command line. */
char *fx_diagnostic_to_string (const FxDiagnostic *diagnostic);

G_END_DECLS
