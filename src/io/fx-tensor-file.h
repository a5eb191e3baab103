/* Tensors in files of their own: .npy, ONNX TensorProto (.pb), or bare elements (.f32, .u8, .bin …).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/fx-types.h"
#include "core/graph/fx-dtype.h"

G_BEGIN_DECLS

/* The contents tell .npy; a name that ends in .pb is a TensorProto; everything else is bare little-endian elements in C
 * order, for which both hints are needed: `dtype_hint` (UNDEFINED: none; a name that ends in .f32, .u8, .s64 … decides
 * over it) and `shape_hint` (NULL or not static: none). The result of the other forms is not checked against the hints.
 * Errors start with the path. */
FxTensor *fx_tensor_file_load (const char *path, FxDType dtype_hint, const FxShape *shape_hint, GError **error);

/* The same for a file that is .npy by its contents or else bare elements of `dtype`, whatever its name. */
FxTensor *fx_tensor_file_load_raw (const char *path, FxDType dtype, const FxShape *shape, GError **error);

/* Takes `tensor` over and gives it in `shape`, if that is the same but for sizes of 1: a vector for [1,C,1,1], one
 * plane of height and width for [1,1,H,W]. A tensor of any other shape stays as it is. */
FxTensor *fx_tensor_file_fit (FxTensor *tensor, const FxShape *shape);

/* Takes `tensor` over and gives it as `dtype`: any numbers as floats, integers and bool as integers. NULL and *error
 * (BAD_DATA) where that would lose what they say. */
FxTensor *fx_tensor_file_convert (FxTensor *tensor, FxDType dtype, GError **error);

G_END_DECLS
