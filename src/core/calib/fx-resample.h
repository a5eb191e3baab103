/* Resizing pictures exactly as the libraries do that models were trained with: a model sees other pixels if the
 * resampling differs, and loses accuracy by it.
 *
 * The `pil-` modes are Pillow's Image.resize(): antialiased (the filter widens when shrinking), bit for bit, which is
 * also what torchvision does to PIL images. The `opencv-` modes are cv2.resize(): not antialiased but for `area`.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/calib/fx-image.h"

G_BEGIN_DECLS

/*  ID, name, what it does */
#define FX_RESAMPLE_LIST(R)                                                                                            \
  R (PIL_NEAREST, "pil-nearest", "Pillow, nearest pixel center")                                                       \
  R (PIL_BOX, "pil-box", "Pillow, mean of the covered pixels")                                                         \
  R (PIL_BILINEAR, "pil-bilinear", "Pillow, triangle filter, antialiased")                                             \
  R (PIL_BICUBIC, "pil-bicubic", "Pillow, cubic filter (a = -0.5), antialiased")                                       \
  R (PIL_LANCZOS, "pil-lanczos", "Pillow, Lanczos filter of three lobes, antialiased")                                 \
  R (OPENCV_NEAREST, "opencv-nearest", "OpenCV INTER_NEAREST")                                                         \
  R (OPENCV_LINEAR, "opencv-linear", "OpenCV INTER_LINEAR, not antialiased")                                           \
  R (OPENCV_CUBIC, "opencv-cubic", "OpenCV INTER_CUBIC (a = -0.75), not antialiased")                                  \
  R (OPENCV_AREA, "opencv-area", "OpenCV INTER_AREA, mean of the covered area when shrinking")

typedef enum
{
#define FX_RESAMPLE_ENUM(id, name, doc) FX_RESAMPLE_##id,
  FX_RESAMPLE_LIST (FX_RESAMPLE_ENUM)
#undef FX_RESAMPLE_ENUM
      FX_N_RESAMPLES
} FxResample;

const char *fx_resample_name (FxResample mode);
const char *fx_resample_doc (FxResample mode);

/* The mode of that name; FALSE and *error list the names there are. */
gboolean fx_resample_from_name (const char *name, FxResample *mode, GError **error);

/* The picture in another size, of the same color and sample type. Bytes are computed in the fixed-point arithmetic of
 * the library that is imitated, floats in floating point. NULL and *error (TOO_LARGE) if the size is out of range. */
FxImage *fx_image_resize (const FxImage *image, int width, int height, FxResample mode, GError **error);

G_END_DECLS
