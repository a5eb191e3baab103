/* Errors of the core. A code exists only where a caller branches on it; everything else is FAILED with a good
 * sentence that names the node or tensor, what was found and what was wanted. Files and cancellation use
 * G_IO_ERROR; findings about a model, which come many at a time, are FxDiagnostic and not errors.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define FX_ERROR (fx_error_quark ())

typedef enum
{
  FX_ERROR_FAILED,      /* see the message */
  FX_ERROR_BAD_GRAPH,   /* the model contradicts itself: shapes, types, missing values, cycles */
  FX_ERROR_BAD_DATA,    /* a tensor, array or image that was handed in does not fit */
  FX_ERROR_UNSUPPORTED, /* a correct model that this program cannot run */
  FX_ERROR_TOO_LARGE,   /* would need more memory than is allowed or justified */
} FxError;

GQuark fx_error_quark (void);

/* Put "PREFIX: " in front of the message of *error, if there is one; always FALSE, for `return`. */
gboolean fx_error_prefix (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* Set *error; always FALSE, for `return`. */
gboolean fx_fail (GError **error, FxError code, const char *format, ...) G_GNUC_PRINTF (3, 4);

G_END_DECLS
