/* Discrete Fourier transform of any length in O (n log n), in double.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _FxFft FxFft;

/* For n ≥ 1 points. NULL and *error (TOO_LARGE) without memory. */
FxFft *fx_fft_new (gsize n, gboolean inverse, GError **error);
void fx_fft_free (FxFft *fft);

/* In place: x [n, 2], real and imaginary parts. The inverse divides by n. Uses scratch memory of the object, so one
 * thread at a time. */
void fx_fft_run (FxFft *fft, double *x);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FxFft, fx_fft_free)

G_END_DECLS
