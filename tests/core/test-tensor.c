/* Element types, shapes, tensors.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/fx-error.h"
#include "core/graph/fx-tensor.h"

#include <math.h>
#include <string.h>

/* The compiler's own binary16 is the oracle, for all 65,536 patterns and for floats around every rounding border. */
static void
test_half_precision (void)
{
  for (guint bits = 0; bits < 0x10000; bits++)
    {
      guint16 pattern = (guint16)bits;
      _Float16 half;
      float wanted, found = fx_f16_to_f32 (pattern);

      memcpy (&half, &pattern, sizeof half);
      wanted = (float)half;
      if (isnan (wanted))
        g_assert_true (isnan (found) && isnan (fx_f16_to_f32 (fx_f32_to_f16 (found))));
      else
        {
          g_assert_cmpmem (&wanted, sizeof wanted, &found, sizeof found);
          g_assert_cmphex (fx_f32_to_f16 (found), ==, bits);
        }
    }
  for (guint32 i = 0; i < 2000000; i++)
    {
      guint32 bits = i * 2147u + (i << 21);
      float value;
      _Float16 half;
      guint16 wanted;

      memcpy (&value, &bits, sizeof value);
      if (isnan (value))
        continue;
      half = (_Float16)value;
      memcpy (&wanted, &half, sizeof wanted);
      g_assert_cmphex (fx_f32_to_f16 (value), ==, wanted);
    }
}

static void
test_bfloat16 (void)
{
  g_assert_cmpfloat (fx_bf16_to_f32 (fx_f32_to_bf16 (1.0f)), ==, 1.0f);
  g_assert_cmphex (fx_f32_to_bf16 (1.00390625f), ==, 0x3f80); /* half way, to even */
  g_assert_cmphex (fx_f32_to_bf16 (1.01171875f), ==, 0x3f82); /* half way, to even, upwards */
  g_assert_true (isnan (fx_bf16_to_f32 (fx_f32_to_bf16 (NAN))));
  g_assert_true (isinf (fx_bf16_to_f32 (fx_f32_to_bf16 (3.4e38f))));
}

static void
test_count_refuses_absurd_shapes (void)
{
  gsize n;

  g_assert_true (fx_shape_count (&FX_SHAPE_SCALAR, &n));
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (fx_shape_count (&FX_SHAPE (3, 0, 5), &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_false (fx_shape_count (&FX_SHAPE (1 << 30, 1 << 30), &n));
  g_assert_false (fx_shape_count (&FX_SHAPE (G_MAXINT64, G_MAXINT64, G_MAXINT64), &n));
  g_assert_false (fx_shape_count (&FX_SHAPE (2, -1), &n));
  g_assert_false (fx_shape_count (&FX_SHAPE_UNKNOWN, &n));
}

static void
test_broadcast (void)
{
  static const struct
  {
    FxShape a, b, wanted;
  } rows[] = {
    { { 2, { 2, 3 } }, { 1, { 3 } }, { 2, { 2, 3 } } },
    { { 2, { 2, 1 } }, { 2, { 1, 3 } }, { 2, { 2, 3 } } },
    { { 0 }, { 2, { 4, 5 } }, { 2, { 4, 5 } } },
    { { 2, { 0, 3 } }, { 2, { 1, 3 } }, { 2, { 0, 3 } } },
    { { 2, { -1, 3 } }, { 2, { 7, 1 } }, { 2, { 7, 3 } } },
    { { 1, { -2 } }, { 1, { -2 } }, { 1, { -2 } } },
    { { 1, { -2 } }, { 1, { 1 } }, { 1, { -2 } } },
    { { 1, { -2 } }, { 1, { -3 } }, { 1, { -1 } } },
    { { -1 }, { 1, { 3 } }, { -1 } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      FxShape out;

      g_assert_true (fx_shape_broadcast (&rows[i].a, &rows[i].b, &out, NULL));
      g_assert_true (fx_shape_equal (&out, &rows[i].wanted));
      g_assert_true (fx_shape_broadcast (&rows[i].b, &rows[i].a, &out, NULL));
      g_assert_true (fx_shape_equal (&out, &rows[i].wanted));
    }
  g_assert_false (fx_shape_broadcast (&FX_SHAPE (2, 3), &FX_SHAPE (4), &(FxShape){ 0 }, NULL));
}

static void
test_parse_shape (void)
{
  const char *bad[] = { "", "x", "1x", "1xx2", "-1", "1,2,", "1x2x3x4x5x6x7x8x9", "3000000000", "1 2", "0x1F" };
  FxShape shape;

  g_assert_true (fx_shape_parse ("1x3x224x224", &shape, NULL));
  g_assert_true (fx_shape_equal (&shape, &FX_SHAPE (1, 3, 224, 224)));
  g_assert_true (fx_shape_parse ("7,0", &shape, NULL));
  g_assert_true (fx_shape_equal (&shape, &FX_SHAPE (7, 0)));
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (fx_shape_parse (bad[i], &shape, NULL));
}

static void
test_new_checks_size (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("12345678", 8);
  g_autoptr (GError) error = NULL;
  FxTensor *tensor = fx_tensor_new (FX_DTYPE_FLOAT, &FX_SHAPE (3), bytes, &error);

  g_assert_null (tensor);
  g_assert_cmpstr (error->message, ==, "f32[3] takes 12 bytes, found 8");
  g_assert_null (fx_tensor_new (FX_DTYPE_STRING, &FX_SHAPE (1), bytes, NULL));
  g_assert_null (fx_tensor_new (FX_DTYPE_FLOAT, &FX_SHAPE (-1), bytes, NULL));
  tensor = fx_tensor_new (FX_DTYPE_FLOAT, &FX_SHAPE (2), bytes, NULL);
  g_assert_nonnull (tensor);
  fx_tensor_unref (tensor);
}

static void
test_unaligned_data (void)
{
  static const guint8 raw[] = { 0xff, 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0 }; /* 1.0 and -2.0 behind one byte */
  g_autoptr (GBytes) all = g_bytes_new (raw, sizeof raw);
  g_autoptr (GBytes) slice = g_bytes_new_from_bytes (all, 1, 8);
  g_autoptr (FxTensor) tensor = fx_tensor_new (FX_DTYPE_FLOAT, &FX_SHAPE (2), slice, NULL);
  g_autoptr (FxTensor) aligned = fx_tensor_aligned (tensor);

  g_assert_cmpfloat (fx_tensor_get_double (tensor, 0), ==, 1.0);
  g_assert_cmpfloat (fx_tensor_get_double (tensor, 1), ==, -2.0);
  g_assert_cmpfloat (((const float *)fx_tensor_array (aligned).data)[1], ==, -2.0f);
  g_assert_cmpuint ((guintptr)fx_tensor_array (aligned).data % 64, ==, 0);
}

static void
test_convert (void)
{
  double from[] = { -1.9, 300.7, NAN, INFINITY };
  gint8 s8[4];
  gint64 big[] = { 257, -1, G_MAXINT64, 0 };
  guint8 u8[4];
  FxArray source = { FX_DTYPE_DOUBLE, FX_SHAPE (4), from }, target = { FX_DTYPE_INT8, FX_SHAPE (4), s8 };

  fx_array_convert (&source, &target);
  g_assert_cmpint (s8[0], ==, -1);
  g_assert_cmpint (s8[1], ==, 127);
  g_assert_cmpint (s8[2], ==, 0);
  g_assert_cmpint (s8[3], ==, 127);

  source = (FxArray){ FX_DTYPE_INT64, FX_SHAPE (4), big };
  target = (FxArray){ FX_DTYPE_UINT8, FX_SHAPE (4), u8 };
  fx_array_convert (&source, &target);
  g_assert_cmpint (u8[0], ==, 1);
  g_assert_cmpint (u8[1], ==, 255);
  g_assert_cmpint (u8[2], ==, 255);
  g_assert_cmpint (u8[3], ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tensor/half-precision", test_half_precision);
  g_test_add_func ("/tensor/bfloat16", test_bfloat16);
  g_test_add_func ("/tensor/count-refuses-absurd-shapes", test_count_refuses_absurd_shapes);
  g_test_add_func ("/tensor/broadcast", test_broadcast);
  g_test_add_func ("/tensor/parse-shape", test_parse_shape);
  g_test_add_func ("/tensor/new-checks-size", test_new_checks_size);
  g_test_add_func ("/tensor/unaligned-data", test_unaligned_data);
  g_test_add_func ("/tensor/convert", test_convert);
  return g_test_run ();
}
