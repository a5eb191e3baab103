/* Blocking after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): a KC × NC block of
 * b is packed once into panels of NR columns, an MC × KC block of a per thread into panels of MR rows, and the inner
 * kernel keeps an MR × NR tile of c in registers.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-gemm.h"

#include "core/ops/fx-op.h"

#include <string.h>

enum
{
  MR = 6,
  NR = 16,
  MC = 72,
  KC = 256,
  NC = 1024,
};

typedef void Kernel (gsize depth, const float *a, const float *b, float *tile);

static const float *
element (const FxMatrix *m, gsize i, gsize j)
{
  return (const float *)m->data + i * m->row_stride + j * m->col_stride;
}

/* packed[p][k][NR]: columns begin…begin+width-1 and rows k0…k0+depth-1 of b, zeros to the right. */
static void
pack_b (const FxMatrix *b, gsize k0, gsize depth, gsize begin, gsize width, float *packed)
{
  for (gsize k = 0; k < depth; k++)
    {
      float *row = packed + k * NR;

      for (gsize j = 0; j < width; j++)
        row[j] = *element (b, k0 + k, begin + j);
      for (gsize j = width; j < NR; j++)
        row[j] = 0;
    }
}

/* packed[p][k][MR], likewise for rows of a. */
static void
pack_a (const FxMatrix *a, gsize begin, gsize height, gsize k0, gsize depth, float *packed)
{
  for (gsize i0 = 0; i0 < height; i0 += MR)
    for (gsize k = 0; k < depth; k++)
      for (gsize i = 0; i < MR; i++)
        *packed++ = i0 + i < height ? *element (a, begin + i0 + i, k0 + k) : 0;
}

/* tile [MR, NR] = one panel of a × one panel of b, WIDTH columns at a time in registers. No form contracts a
 * multiplication and an addition into one rounding, so all of them give the same bits. */
#define KERNEL(name, attribute, WIDTH)                                                                                 \
  attribute static void kernel_##name (gsize depth, const float *a0, const float *b0, float *tile)                     \
  {                                                                                                                    \
    typedef float Vector __attribute__ ((vector_size (WIDTH * sizeof (float)), aligned (4), may_alias));               \
                                                                                                                       \
    for (gsize j = 0; j < NR; j += WIDTH)                                                                              \
      {                                                                                                                \
        Vector c0 = { 0 }, c1 = { 0 }, c2 = { 0 }, c3 = { 0 }, c4 = { 0 }, c5 = { 0 };                                 \
        const float *a = a0, *b = b0 + j;                                                                              \
                                                                                                                       \
        for (gsize k = 0; k < depth; k++, a += MR, b += NR)                                                            \
          {                                                                                                            \
            Vector row = *(const Vector *)b;                                                                           \
                                                                                                                       \
            c0 += row * a[0];                                                                                          \
            c1 += row * a[1];                                                                                          \
            c2 += row * a[2];                                                                                          \
            c3 += row * a[3];                                                                                          \
            c4 += row * a[4];                                                                                          \
            c5 += row * a[5];                                                                                          \
          }                                                                                                            \
        *(Vector *)(tile + j) = c0;                                                                                    \
        *(Vector *)(tile + NR + j) = c1;                                                                               \
        *(Vector *)(tile + 2 * NR + j) = c2;                                                                           \
        *(Vector *)(tile + 3 * NR + j) = c3;                                                                           \
        *(Vector *)(tile + 4 * NR + j) = c4;                                                                           \
        *(Vector *)(tile + 5 * NR + j) = c5;                                                                           \
      }                                                                                                                \
  }

KERNEL (plain, , 4)
#ifdef __x86_64__
KERNEL (avx2, __attribute__ ((target ("avx2"))), 8)
KERNEL (avx512, __attribute__ ((target ("avx512f"))), 16)
#endif

static Kernel *
pick_kernel (void)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports ("avx512f"))
    return kernel_avx512;
  if (__builtin_cpu_supports ("avx2"))
    return kernel_avx2;
#endif
  return kernel_plain;
}

static void
multiply_block (Kernel *kernel, gsize height, gsize width, gsize depth, const float *a, const float *b, float *c,
                gsize ldc)
{
  float tile[MR * NR];

  for (gsize j0 = 0; j0 < width; j0 += NR)
    for (gsize i0 = 0; i0 < height; i0 += MR)
      {
        kernel (depth, a + i0 * depth, b + j0 * depth, tile);
        for (gsize i = 0; i < MIN (MR, height - i0); i++)
          for (gsize j = 0; j < MIN (NR, width - j0); j++)
            c[(i0 + i) * ldc + j0 + j] += tile[i * NR + j];
      }
}

static void
gemm_f32 (gsize m, gsize n, gsize k, const FxMatrix *a, const FxMatrix *b, float *c)
{
  gboolean parallel = (double)m * (double)n * (double)k > 65536;
  Kernel *kernel = pick_kernel ();
  g_autofree float *packed_b = g_new (float, MIN (k, KC) * (MIN (n, NC) + NR) + 1);

  memset (c, 0, m * n * sizeof *c);
  for (gsize j0 = 0; j0 < n; j0 += NC)
    for (gsize k0 = 0; k0 < k; k0 += KC)
      {
        gsize width = MIN (NC, n - j0), depth = MIN (KC, k - k0);

#pragma omp parallel if (parallel)
        {
          float packed_a[MC * KC];

#pragma omp for
          for (gsize j = 0; j < width; j += NR)
            pack_b (b, k0, depth, j0 + j, MIN (NR, width - j), packed_b + j * depth);
#pragma omp for
          for (gsize i0 = 0; i0 < m; i0 += MC)
            {
              gsize height = MIN (MC, m - i0);

              pack_a (a, i0, height, k0, depth, packed_a);
              multiply_block (kernel, height, width, depth, packed_a, packed_b, c + i0 * n + j0, n);
            }
        }
      }
}

#define GEMM_PLAIN(type)                                                                                               \
  static void gemm_##type (gsize m, gsize n, gsize k, const FxMatrix *a, const FxMatrix *b, type *c)                   \
  {                                                                                                                    \
    gboolean parallel = (double)m * (double)n * (double)k > 65536;                                                     \
                                                                                                                       \
    _Pragma ("omp parallel for if (parallel)") for (gsize i = 0; i < m; i++)                                           \
    {                                                                                                                  \
      type *row = c + i * n;                                                                                           \
                                                                                                                       \
      for (gsize j = 0; j < n; j++)                                                                                    \
        row[j] = 0;                                                                                                    \
      for (gsize p = 0; p < k; p++)                                                                                    \
        {                                                                                                              \
          type factor = ((const type *)a->data)[i * a->row_stride + p * a->col_stride];                                \
          const type *from = (const type *)b->data + p * b->row_stride;                                                \
                                                                                                                       \
          for (gsize j = 0; j < n; j++)                                                                                \
            row[j] += factor * from[j * b->col_stride];                                                                \
        }                                                                                                              \
    }                                                                                                                  \
  }

GEMM_PLAIN (double)
GEMM_PLAIN (guint32)
GEMM_PLAIN (guint64)

void
fx_gemm (FxDType dtype, gsize m, gsize n, gsize k, FxMatrix a, FxMatrix b, void *c)
{
  if (m == 0 || n == 0)
    return;
  switch (dtype)
    {
    case FX_DTYPE_FLOAT: gemm_f32 (m, n, k, &a, &b, c); break;
    case FX_DTYPE_DOUBLE: gemm_double (m, n, k, &a, &b, c); break;
    case FX_DTYPE_INT32: /* two's complement: products and sums wrap like unsigned ones */
    case FX_DTYPE_UINT32: gemm_guint32 (m, n, k, &a, &b, c); break;
    case FX_DTYPE_INT64:
    case FX_DTYPE_UINT64: gemm_guint64 (m, n, k, &a, &b, c); break;
    default: g_return_if_reached ();
    }
}
