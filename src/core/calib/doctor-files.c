/* Files of bare elements that have another size than the input wants.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-doctor-private.h"

#include "core/check/fx-diagnostic.h"
#include "core/fx-i18n.h"

#include <math.h>

#define MAX_HEADER 4096

static guint64
product (const FxShape *shape, guint64 element_bytes)
{
  guint64 n = element_bytes;

  for (int i = 0; i < shape->rank; i++)
    n *= (guint64)shape->dims[i];
  return n;
}

/* "4 bytes an element instead of 1" */
static char *
cause_dtype (guint64 size, guint64 wanted, gsize element_bytes)
{
  static const struct
  {
    gsize bytes;
    const char *cause;
  } widths[] = { { 1, N_ ("the elements are probably u8 or s8") },
                 { 2, N_ ("the elements are probably f16 or s16") },
                 { 4, N_ ("the elements are probably f32 or s32") },
                 { 8, N_ ("the elements are probably f64 or s64") } };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    if (size == wanted / element_bytes * widths[i].bytes && widths[i].bytes != element_bytes)
      return g_strdup (_ (widths[i].cause));
  return NULL;
}

static char *
cause_channels (guint64 size, const FxShape *shape, gsize element_bytes)
{
  FxPictureView view;
  guint64 pixels;

  if (!fx_picture_view (shape, &view))
    return NULL;
  pixels = (guint64)view.height * view.width * element_bytes;
  if (view.channels != 1 && size == pixels)
    return g_strdup (_ ("the picture is probably gray"));
  if (view.channels == 1 && size == 3 * pixels)
    return g_strdup (_ ("the picture probably has three channels"));
  if (view.channels == 3 && size == 4 * pixels)
    return g_strdup (_ ("the picture probably has an alpha channel"));
  if (view.channels == 3 && size == pixels / element_bytes * 3 / 2)
    return g_strdup (_ ("the picture is probably NV12"));
  return NULL;
}

/* A square picture of another size. */
static char *
cause_side (guint64 size, const FxShape *shape, gsize element_bytes)
{
  static const gsize bytes[] = { 4, 1 };
  FxPictureView view;

  if (!fx_picture_view (shape, &view))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (bytes); i++)
    {
      guint64 side = (guint64)llrint (sqrt ((double)size / (double)(view.channels * bytes[i])));

      if (side >= 16 && side <= 8192 && side * side * view.channels * bytes[i] == size)
        return g_strdup_printf (bytes[i] == element_bytes ? _ ("the picture is probably %" PRIu64 "x%" PRIu64)
                                : bytes[i] == 1           ? _ ("the picture is probably %" PRIu64 "x%" PRIu64 " of u8")
                                                : _ ("the picture is probably %" PRIu64 "x%" PRIu64 " of f32"),
                                side, side);
    }
  return NULL;
}

static char *
cause_count (guint64 size, guint64 wanted)
{
  if (size == 0)
    return g_strdup (_ ("the file is empty"));
  if (size % wanted == 0)
    return g_strdup_printf (_ ("the file probably holds %" PRIu64 " samples"), size / wanted);
  if (size > wanted && size - wanted <= MAX_HEADER)
    return g_strdup_printf (_ ("the file probably has a header of %" PRIu64 " bytes"), size - wanted);
  return NULL;
}

static char *
find_cause (guint64 size, guint64 wanted, const FxShape *shape, gsize element_bytes)
{
  char *cause = cause_dtype (size, wanted, element_bytes);

  if (cause == NULL)
    cause = cause_channels (size, shape, element_bytes);
  if (cause == NULL)
    cause = cause_count (size, wanted);
  if (cause == NULL)
    cause = cause_side (size, shape, element_bytes);
  return cause;
}

gboolean
fx_doctor_check_file (const char *name, guint64 size, FxDType dtype, const FxShape *shape, GPtrArray *findings)
{
  g_autofree char *text = NULL;
  g_autofree char *cause = NULL, *why = NULL;
  FxDiagnostic *finding;
  guint64 wanted;
  gsize elements;

  if (!fx_shape_count (shape, &elements) || elements == 0 || fx_dtype_size (dtype) == 0)
    return TRUE;
  wanted = product (shape, fx_dtype_size (dtype));
  if (size == wanted)
    return TRUE;
  text = fx_shape_to_string (shape);
  cause = find_cause (size, wanted, shape, fx_dtype_size (dtype));
  why = cause != NULL ? g_strdup_printf (_ (": %s"), cause) : g_strdup ("");
  finding = fx_diagnostics_add (findings, FX_SEVERITY_ERROR, "calibration-file-size", NULL, NULL,
                                /* translators: type and shape stand together; at the end ": why" or nothing */
                                "%s has %" PRIu64 " bytes, %s%s needs %" PRIu64 "%s", name, size, fx_dtype_name (dtype),
                                text, wanted, why);
  if (finding != NULL)
    {
      finding->found = g_strdup_printf (_ ("%" PRIu64 " bytes"), size);
      finding->allowed = g_strdup_printf (_ ("%" PRIu64 " bytes"), wanted);
    }
  return FALSE;
}
