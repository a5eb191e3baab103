/* The functions behind the rows of fx-fixes.c; the rows say what each does. Private to fixes/ and fx-fixes.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/check/fixes/fx-edit.h"

G_BEGIN_DECLS

gboolean fx_fix_freeze_batch (FxEdit *edit, GError **error);
gboolean fx_fix_float32 (FxEdit *edit, GError **error);
gboolean fx_fix_fold_constants (FxEdit *edit, GError **error);
gboolean fx_fix_drop_training (FxEdit *edit, GError **error);
gboolean fx_fix_cut_postprocessing (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_legacy (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_hard_swish (FxEdit *edit, GError **error);
gboolean fx_fix_convert_opset (FxEdit *edit, GError **error);
gboolean fx_fix_input_4d (FxEdit *edit, GError **error);
gboolean fx_fix_fold_batchnorm (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_reshape (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_gemm (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_conv_1d (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_mean (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_pow (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_sub_div (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_sum (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_clip (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_gather (FxEdit *edit, GError **error);
gboolean fx_fix_rewrite_hard_sigmoid (FxEdit *edit, GError **error);
gboolean fx_fix_lift_reshape (FxEdit *edit, GError **error);
gboolean fx_fix_merge_transpose (FxEdit *edit, GError **error);
gboolean fx_fix_remove_no_op (FxEdit *edit, GError **error);

G_END_DECLS
