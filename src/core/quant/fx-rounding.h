/* Rounding the weights of a layer together: what the output loses where one weight is rounded, others make good whose
 * inputs go along with that one's.
 *
 * For a row of weights w in steps of its scale and inputs of covariance H, the mean squared error of the output is
 * (q − w)ᵀ H (q − w). Integers q that make it small are found by rounding one weight after the other, each time moving
 * those that are still free to where the error so far is least (Frantar et al., "GPTQ", ICLR 2023; the same as Babai's
 * nearest plane for the Cholesky factor of H), then by single steps up and down as long as one of them helps.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FxRounding FxRounding;

/* Takes `covariance` [n][n] over (symmetric, the lower half is not read), to which a little is added on the diagonal:
 * what few samples say of inputs going together is not to be trusted to the end. n > 0. NULL and *error:
 * G_IO_ERROR_CANCELLED. */
FxRounding *fx_rounding_new (guint n, double *covariance, GCancellable *cancellable, GError **error);
void fx_rounding_free (FxRounding *rounding); /* accepts NULL */

/* Integers q [n_rows][n] in −127…127 for the weights w [n_rows][n], which are real / scale. Their error is never above
 * that of the nearest integers. Several threads may call this at once. */
void fx_rounding_rows (const FxRounding *rounding, guint n_rows, const double *w, gint8 *q);

/* (q − w)ᵀ H (q − w) of one row. */
double fx_rounding_error (const FxRounding *rounding, const double *w, const gint8 *q);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxRounding, fx_rounding_free)

G_END_DECLS
