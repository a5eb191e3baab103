/* SPDX-License-Identifier: Apache-2.0 */
#include "integer-net.h"

#define MAX_VALUES 32
#define MAX_ELEMENTS 20000

typedef struct
{
  gint64 n, c, h, w;
  gboolean wide; /* s16 */
} Value;

/* A graph that grows in the text form; value i is called %v<i>. */
typedef struct
{
  GRand *rand;
  GString *text;
  Value values[MAX_VALUES];
  guint n, n_constants;
} Maker;

static gint32
pick (Maker *m, gint32 from, gint32 to)
{
  return g_rand_int_range (m->rand, from, to + 1);
}

static double
scale (Maker *m)
{
  static const double scales[] = { 0.5, 1.0, 0.037, 0.0625, 0.73, 2.5 };

  return scales[pick (m, 0, G_N_ELEMENTS (scales) - 1)];
}

/* A constant of random integers; its number, for %k<number>. */
static guint
constant (Maker *m, const char *type_and_shape, gsize n, gint32 from, gint32 to)
{
  g_string_append_printf (m->text, "const %%k%u %s = [", m->n_constants, type_and_shape);
  for (gsize i = 0; i < n; i++)
    g_string_append_printf (m->text, "%s%d", i > 0 ? "," : "", pick (m, from, to));
  g_string_append (m->text, "]\n");
  return m->n_constants++;
}

static char *
typed (const char *type, gint64 a, gint64 b, gint64 c, gint64 d)
{
  return g_strdup_printf ("%s[%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT "]",
                          type, a, b, c, d);
}

/* Attributes of the result, and of one operand; zero points only where there may be any. */
static char *
result (Maker *m, Value *y, double fraction)
{
  y->wide = pick (m, 0, 3) == 0;
  if (y->wide)
    return g_strdup_printf ("y_scale=%#g,y_dtype=\"int16\",low=%d", fraction * scale (m) / 64, pick (m, -32768, 0));
  return g_strdup_printf ("y_scale=%#g,y_zero_point=%d,low=%d,high=%d", fraction * scale (m), pick (m, -20, 20),
                          pick (m, -128, -20), pick (m, 20, 127));
}

static char *
operand (Maker *m, const char *name, const Value *x)
{
  return g_strdup_printf ("%s_scale=%#g,%s_zero_point=%d", name, scale (m), name, x->wide ? 0 : pick (m, -128, 127));
}

static void
add_value (Maker *m, const Value *y, const char *op, const char *arguments, const char *attributes)
{
  g_string_append_printf (m->text, "%%v%u %s[*] = %s(%s) {%s}\n", m->n, y->wide ? "s16" : "s8", op, arguments,
                          attributes);
  m->values[m->n++] = *y;
}

static void
add_conv (Maker *m, guint x)
{
  Value y = m->values[x];
  gint64 k = pick (m, 1, MIN (3, (gint32)MIN (y.h, y.w))), pad = pick (m, 0, (gint32)k / 2), stride = pick (m, 1, 2);
  gint64 group = pick (m, 0, 2) == 0 ? y.c : 1, in = y.c, out = group > 1 ? in : pick (m, 1, 40);
  g_autofree char *a = operand (m, "x", &y), *r = result (m, &y, (double)(k * k * (in / group)) * 8);
  g_autofree char *shape = typed ("s8", out, in / group, k, k), *bias_shape = NULL, *arguments = NULL,
                  *attributes = NULL;
  g_autofree char *scales_shape = g_strdup_printf ("f32[%d]", (int)out);
  guint w = constant (m, shape, (gsize)(out * in / group * k * k), -128, 127);
  guint s = constant (m, scales_shape, (gsize)out, 1, 9), b;

  bias_shape = g_strdup_printf ("%s[%d]", m->values[x].wide ? "s64" : "s32", (int)out);
  b = constant (m, bias_shape, (gsize)out, -5000, 5000);
  arguments = g_strdup_printf ("%%v%u, %%k%u, %%k%u, %%k%u", x, w, s, b);
  attributes = g_strdup_printf ("group=%d,strides=[%d,%d],pads=[%d,%d,%d,%d],%s,%s", (int)group, (int)stride,
                                (int)stride, (int)pad, (int)pad, (int)pad, (int)pad, a, r);
  y.c = out;
  y.h = (y.h + 2 * pad - k) / stride + 1;
  y.w = (y.w + 2 * pad - k) / stride + 1;
  add_value (m, &y, "\"fixpoint\"::QConv", arguments, attributes);
}

/* With itself, with a value of its shape, with a number for each channel, or with one number. */
static void
add_binary (Maker *m, guint x)
{
  Value y = m->values[x], b = y;
  gboolean add = pick (m, 0, 1), swap = pick (m, 0, 1);
  g_autofree char *left = NULL, *right = NULL, *r = NULL, *attributes = NULL, *arguments = NULL;
  g_autofree char *other = g_strdup_printf ("%%v%u", x), *this = g_strdup_printf ("%%v%u", x);
  int kind = pick (m, 0, 3);

  for (guint i = 0; kind == 1 && i < m->n; i++)
    if (m->values[i].c == y.c && m->values[i].h == y.h && m->values[i].w == y.w)
      {
        b = m->values[i];
        g_free (other);
        other = g_strdup_printf ("%%v%u", i);
      }
  if (kind >= 2)
    {
      gint64 c = kind == 2 ? y.c : 1, n = kind == 2 && pick (m, 0, 1) ? y.n : 1;
      g_autofree char *shape = NULL;

      b.wide = pick (m, 0, 3) == 0;
      shape = typed (b.wide ? "s16" : "s8", n, c, 1, 1);
      g_free (other);
      other = g_strdup_printf ("%%k%u", constant (m, shape, (gsize)(n * c), -100, 100));
    }
  left = operand (m, "a", swap ? &b : &y);
  right = operand (m, "b", swap ? &y : &b);
  r = result (m, &y, add ? 2 : 60);
  attributes = g_strdup_printf ("%s,%s,%s%s", left, right, r, add && pick (m, 0, 1) ? ",negate_b=1" : "");
  arguments = g_strdup_printf ("%s, %s", swap ? other : this, swap ? this : other);
  add_value (m, &y, add ? "\"fixpoint\"::QAdd" : "\"fixpoint\"::QMul", arguments, attributes);
}

static void
add_table (Maker *m, guint x)
{
  Value y = m->values[x];
  gsize n = y.wide ? 513 : 256;
  g_autofree char *shape = NULL, *arguments = NULL;

  y.wide = pick (m, 0, 1);
  shape = g_strdup_printf ("%s[%zu]", y.wide ? "s16" : "s8", n);
  arguments = g_strdup_printf ("%%v%u, %%k%u", x, constant (m, shape, n, y.wide ? -32768 : -128, y.wide ? 32767 : 127));
  add_value (m, &y, "\"fixpoint\"::QTable", arguments, "");
}

static void
add_requantize (Maker *m, guint x)
{
  Value y = m->values[x];
  g_autofree char *a = operand (m, "x", &y), *r = result (m, &y, 1), *arguments = g_strdup_printf ("%%v%u", x);
  g_autofree char *attributes = g_strdup_printf ("%s,%s", a, r);

  add_value (m, &y, "\"fixpoint\"::QRequantize", arguments, attributes);
}

static void
add_pool (Maker *m, guint x)
{
  Value y = m->values[x];
  gboolean average = pick (m, 0, 1), whole = pick (m, 0, 3) == 0, ceil_mode = !whole && pick (m, 0, 1);
  gint64 kh = whole ? y.h : MIN (2, y.h), kw = whole ? y.w : MIN (2, y.w), stride = pick (m, 1, 3);
  gint64 pad = !whole && kh == 2 && kw == 2 ? pick (m, 0, 1) : 0;
  g_autofree char *arguments = g_strdup_printf ("%%v%u", x), *attributes = NULL;
  GString *text = g_string_new (NULL);

  g_string_printf (text, "kernel_shape=[%d,%d],strides=[%d,%d],pads=[%d,%d,0,%d],ceil_mode=%d", (int)kh, (int)kw,
                   (int)stride, (int)stride, (int)pad, (int)pad, (int)pad, ceil_mode);
  if (average)
    {
      g_autofree char *a = operand (m, "x", &y), *r = result (m, &y, 1);

      g_string_append_printf (text, ",count_include_pad=%d,%s,%s", pick (m, 0, 1), a, r);
    }
  attributes = g_string_free (text, FALSE);
  for (int i = 0; i < 2; i++)
    {
      gint64 *size = i == 0 ? &y.h : &y.w, in = *size, room = in + pad * (i == 0 ? 1 : 2) - (i == 0 ? kh : kw);

      *size = (room + (ceil_mode ? stride - 1 : 0)) / stride;
      if (ceil_mode && *size > 0 && *size * stride >= in + pad)
        --*size;
      ++*size;
    }
  add_value (m, &y, average ? "\"fixpoint\"::QAveragePool" : "MaxPool", arguments, attributes);
}

/* Channels of two values of one size, or rows of one and the same. */
static void
add_concat (Maker *m, guint x)
{
  Value y = m->values[x];
  guint other = x;
  gboolean rows = pick (m, 0, 2) == 0;
  g_autofree char *arguments = NULL;

  for (guint i = 0; !rows && i < m->n; i++)
    if (m->values[i].h == y.h && m->values[i].w == y.w && m->values[i].wide == y.wide && pick (m, 0, 1))
      other = i;
  if (rows)
    y.h *= 2;
  else
    y.c += m->values[other].c;
  arguments = g_strdup_printf ("%%v%u, %%v%u", x, other);
  add_value (m, &y, "Concat", arguments, rows ? "axis=2" : "axis=1");
}

/* A fully connected layer over the innermost axis, or the product with a computed matrix. */
static void
add_mat_mul (Maker *m, guint x)
{
  Value y = m->values[x];
  gint64 out = pick (m, 1, 20);
  g_autofree char *a = operand (m, "a", &y), *r = result (m, &y, (double)y.w * 60), *arguments = NULL,
                  *attributes = NULL;
  g_autofree char *shape = g_strdup_printf ("s8[%d,%d]", (int)y.w, (int)out);
  g_autofree char *scales = g_strdup_printf ("f32[%d]", (int)out);
  guint w = constant (m, shape, (gsize)(y.w * out), -128, 127), s = constant (m, scales, (gsize)out, 1, 9);
  guint one = constant (m, "f32[1]", 1, 1, 3);

  attributes = g_strdup_printf ("%s,%s", a, r);
  if (y.h == y.w && !m->values[x].wide && pick (m, 0, 1))
    arguments = g_strdup_printf ("%%v%u, %%v%u, %%k%u", x, x, one);
  else
    {
      arguments = g_strdup_printf ("%%v%u, %%k%u, %%k%u", x, w, s);
      y.w = out;
    }
  add_value (m, &y, "\"fixpoint\"::QMatMul", arguments, attributes);
}

/* ---- moves ---- */

static void
add_slice (Maker *m, guint x)
{
  Value y = m->values[x];
  gboolean rows = pick (m, 0, 1);
  gint64 *size = rows ? &y.h : &y.c, begin = pick (m, 0, (gint32)*size - 1),
         end = pick (m, (gint32)begin + 1, (gint32)*size);
  guint from = constant (m, "s64[1]", 1, (gint32)begin, (gint32)begin);
  guint to = constant (m, "s64[1]", 1, (gint32)end, (gint32)end);
  guint axis = constant (m, "s64[1]", 1, rows ? 2 : 1, rows ? 2 : 1);
  g_autofree char *arguments = g_strdup_printf ("%%v%u, %%k%u, %%k%u, %%k%u", x, from, to, axis);

  *size = end - begin;
  add_value (m, &y, "Slice", arguments, "");
}

static void
add_transpose (Maker *m, guint x)
{
  Value y = m->values[x];
  g_autofree char *arguments = g_strdup_printf ("%%v%u", x);
  gboolean keeps_rows = pick (m, 0, 1);
  gint64 *other = keeps_rows ? &y.c : &y.h, size = *other;

  *other = y.w;
  y.w = size;
  add_value (m, &y, "Transpose", arguments, keeps_rows ? "perm=[0,3,2,1]" : "perm=[0,1,3,2]");
}

/* The nearest pixel, or between two; along the rows, the columns or both. */
static void
add_resize (Maker *m, guint x)
{
  static const char *const coordinates[] = { "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric" };
  Value y = m->values[x];
  gboolean linear = pick (m, 0, 1);
  g_autofree char *arguments = NULL, *attributes = NULL, *a = NULL, *r = NULL;
  const char *where = coordinates[pick (m, 0, G_N_ELEMENTS (coordinates) - 1)];
  guint sizes = m->n_constants++;

  y.h = pick (m, 0, 3) == 0 ? y.h : pick (m, 1, (gint32)MIN (2 * y.h + 3, 60));
  y.w = pick (m, 0, 3) == 0 ? y.w : pick (m, 1, (gint32)MIN (2 * y.w + 3, 60));
  g_string_append_printf (m->text, "const %%k%u s64[4] = [%d,%d,%d,%d]\n", sizes, (int)y.n, (int)y.c, (int)y.h,
                          (int)y.w);
  arguments = g_strdup_printf ("%%v%u, _, _, %%k%u", x, sizes);
  a = operand (m, "x", &m->values[x]);
  if (linear)
    r = result (m, &y, 1);
  attributes = linear ? g_strdup_printf ("coordinate_transformation_mode=\"%s\",%s,%s", where, a, r)
                      : g_strdup_printf ("coordinate_transformation_mode=\"%s\",nearest_mode=\"%s\"", where,
                                         pick (m, 0, 1) ? "floor" : "round_prefer_ceil");
  add_value (m, &y, linear ? "\"fixpoint\"::QResize" : "Resize", arguments, attributes);
}

static void
add_conv_transpose (Maker *m, guint x)
{
  Value y = m->values[x];
  gint64 k = pick (m, 1, 4), stride = pick (m, 1, 3), pad = pick (m, 0, (gint32)(k - 1) / 2), in = y.c;
  gint64 extra = pick (m, 0, (gint32)stride - 1), dilation = pick (m, 1, 2);
  gint64 group = pick (m, 0, 2) == 0 ? in : 1, out = group > 1 ? in : pick (m, 1, 9);
  g_autofree char *a = operand (m, "x", &y), *r = result (m, &y, (double)(k * k * (in / group)) * 8);
  g_autofree char *shape = typed ("s8", in, out / group, k, k), *scales = g_strdup_printf ("f32[%d]", (int)out);
  g_autofree char *bias = g_strdup_printf ("%s[%d]", m->values[x].wide ? "s64" : "s32", (int)out);
  g_autofree char *arguments = NULL, *attributes = NULL, *size = NULL;
  guint w = constant (m, shape, (gsize)(in * out / group * k * k), -128, 127);
  guint s = constant (m, scales, (gsize)out, 1, 9), b = constant (m, bias, (gsize)out, -5000, 5000);

  arguments = g_strdup_printf ("%%v%u, %%k%u, %%k%u, %%k%u", x, w, s, b);
  y.c = out;
  y.h = (y.h - 1) * stride + dilation * (k - 1) + 1 + extra - 2 * pad;
  y.w = (y.w - 1) * stride + dilation * (k - 1) + 1 + extra - 2 * pad;
  if (pick (m, 0, 3) == 0)
    {
      /* a size that decides the padding, or lies beyond what is computed */
      y.h += pick (m, -2, 2);
      y.w += pick (m, -2, 2);
      y.h = MAX (1, y.h);
      y.w = MAX (1, y.w);
      size = g_strdup_printf ("output_shape=[%d,%d]", (int)y.h, (int)y.w);
    }
  else
    size = g_strdup_printf ("pads=[%d,%d,%d,%d]", (int)pad, (int)pad, (int)pad, (int)pad);
  attributes
      = g_strdup_printf ("group=%d,strides=[%d,%d],%s,dilations=[%d,%d],output_padding=[%d,%d],%s,%s", (int)group,
                         (int)stride, (int)stride, size, (int)dilation, (int)dilation, (int)extra, (int)extra, a, r);
  add_value (m, &y, "\"fixpoint\"::QConvTranspose", arguments, attributes);
}

/* Height into channels, a convolution over the columns, and back to an image of one row. */
static void
add_conv_1d (Maker *m, guint x)
{
  Value y = m->values[x];
  gint64 in = y.c * y.h, k = pick (m, 1, (gint32)MIN (3, y.w)), group = pick (m, 0, 2) == 0 ? in : 1;
  gint64 out = group > 1 ? in : pick (m, 1, 40);
  g_autofree char *a = operand (m, "x", &y), *r = result (m, &y, (double)(k * (in / group)) * 8);
  const char *narrow = m->values[x].wide ? "s16" : "s8", *type = y.wide ? "s16" : "s8";
  g_autofree char *shape = g_strdup_printf ("s8[%d,%d,%d]", (int)out, (int)(in / group), (int)k);
  g_autofree char *scales = g_strdup_printf ("f32[%d]", (int)out);
  g_autofree char *bias = g_strdup_printf ("%s[%d]", m->values[x].wide ? "s64" : "s32", (int)out);
  guint w = constant (m, shape, (gsize)(out * in / group * k), -128, 127);
  guint s = constant (m, scales, (gsize)out, 1, 9), b = constant (m, bias, (gsize)out, -5000, 5000);
  guint first = m->n_constants++, last = m->n_constants++;
  g_autofree char *arguments = g_strdup_printf ("%%c%u, %%k%u", m->n, last);

  y.c = out;
  y.h = 1;
  y.w = y.w - k + 1;
  g_string_append_printf (m->text, "const %%k%u s64[3] = [%d,%d,%d]\nconst %%k%u s64[4] = [%d,%d,1,%d]\n", first,
                          (int)y.n, (int)in, (int)(y.w + k - 1), last, (int)y.n, (int)out, (int)y.w);
  g_string_append_printf (m->text, "%%b%u %s[*] = Reshape(%%v%u, %%k%u)\n", m->n, narrow, x, first);
  g_string_append_printf (m->text, "%%c%u %s[*] = \"fixpoint\"::QConv(%%b%u, %%k%u, %%k%u, %%k%u) {group=%d,%s,%s}\n",
                          m->n, type, m->n, w, s, b, (int)group, a, r);
  add_value (m, &y, "Reshape", arguments, "");
}

/* Height into channels and back is a matter of names only. */
static void
add_reshape (Maker *m, guint x)
{
  Value y = m->values[x];
  gint64 dims[] = { y.n, y.c * y.h, 1, y.w };
  guint shape = m->n_constants++;
  g_autofree char *arguments = g_strdup_printf ("%%v%u, %%k%u", x, shape);

  g_string_append_printf (m->text, "const %%k%u s64[4] = [%d,%d,%d,%d]\n", shape, (int)dims[0], (int)dims[1],
                          (int)dims[2], (int)dims[3]);
  y.c = dims[1];
  y.h = dims[2];
  add_value (m, &y, "Reshape", arguments, "");
}

static void
add_softmax (Maker *m, guint x)
{
  Value y = m->values[x];
  g_autofree char *a = operand (m, "x", &y), *r = result (m, &y, 0.01), *arguments = g_strdup_printf ("%%v%u", x);
  g_autofree char *attributes = NULL;

  if (m->values[x].wide)
    {
      y = m->values[x];
      add_requantize (m, x);
      return;
    }
  attributes = g_strdup_printf ("axis=%d,%s,%s", pick (m, 1, 3), a, r);
  add_value (m, &y, "\"fixpoint\"::QSoftmax", arguments, attributes);
}

static void
add_mean (Maker *m, guint x)
{
  Value y = m->values[x];
  int axis = pick (m, 1, 3);
  g_autofree char *a = operand (m, "x", &y), *r = result (m, &y, 1), *arguments = g_strdup_printf ("%%v%u", x);
  g_autofree char *attributes = g_strdup_printf ("axes=[%d],keepdims=1,%s,%s", axis, a, r);

  *(axis == 1 ? &y.c : axis == 2 ? &y.h : &y.w) = 1;
  add_value (m, &y, "\"fixpoint\"::QReduceMean", arguments, attributes);
}

/* To float and back, with a function between: the network is cut there. */
static void
add_island (Maker *m, guint x)
{
  Value y = m->values[x];
  guint i = m->n;

  g_string_append_printf (m->text, "const %%is%u f32[] = [0.0625]\nconst %%iz%u %s[] = [0]\n", i, i,
                          y.wide ? "s16" : "s8");
  g_string_append_printf (m->text, "const %%jz%u s8[] = [3]\n%%f%u f32[*] = DequantizeLinear(%%v%u, %%is%u, %%iz%u)\n",
                          i, i, x, i, i);
  g_string_append_printf (m->text, "%%g%u f32[*] = Sin(%%f%u)\n%%v%u s8[*] = QuantizeLinear(%%g%u, %%is%u, %%jz%u)\n",
                          i, i, i, i, i, i);
  y.wide = FALSE;
  m->values[m->n++] = y;
}

static void (*const makers[]) (Maker *m, guint x)
    = { add_conv,   add_conv,    add_binary, add_binary,         add_table,   add_requantize, add_pool,
        add_concat, add_mat_mul, add_slice,  add_transpose,      add_reshape, add_softmax,    add_mean,
        add_island, add_resize,  add_resize, add_conv_transpose, add_conv_1d };

#define N_COMPUTING 9

char *
integer_net_new (guint seed, const IntegerNetSize *size)
{
  Maker m = { .rand = g_rand_new_with_seed (seed), .text = g_string_new ("opset \"\" 13\nopset \"fixpoint\" 1\n") };
  Value x
      = { pick (&m, 1, 2), pick (&m, 1, 35), pick (&m, 1, size->most_pixels), pick (&m, 1, size->most_pixels), FALSE };
  guint n_makers = size->moves ? G_N_ELEMENTS (makers) : N_COMPUTING;
  g_autofree char *shape = typed ("f32", x.n, x.c, x.h, x.w);

  g_string_append_printf (m.text, "input %%x %s\nconst %%qs f32[] = [0.125]\nconst %%qz s8[] = [%d]\n", shape,
                          pick (&m, -9, 9));
  add_value (&m, &x, "QuantizeLinear", "%x, %qs, %qz", "");
  for (guint i = 0; i < size->n_nodes; i++)
    {
      guint from = pick (&m, 0, 2) == 0 ? (guint)pick (&m, 0, (gint32)m.n - 1) : m.n - 1;

      if (m.values[from].c * m.values[from].h * m.values[from].w < MAX_ELEMENTS)
        makers[pick (&m, 0, (gint32)n_makers - 1)](&m, from);
    }
  g_string_append_printf (m.text, "const %%dz %s[] = [0]\n%%real f32[*] = DequantizeLinear(%%v%u, %%qs, %%dz)\n",
                          m.values[m.n - 1].wide ? "s16" : "s8", m.n - 1);
  g_string_append (m.text, "output %real\n");
  for (guint i = 0; i < m.n; i++)
    if (i + 1 == m.n || pick (&m, 0, 2) == 0)
      g_string_append_printf (m.text, "output %%v%u\n", i);
  g_rand_free (m.rand);
  return g_string_free (m.text, FALSE);
}

FxTensor *
integer_net_input (const FxValue *value, guint seed)
{
  GRand *rand = g_rand_new_with_seed (seed);
  void *data;
  FxTensor *tensor = fx_tensor_new_alloc (FX_DTYPE_FLOAT, &value->shape, &data, NULL);

  for (gsize i = 0; i < fx_tensor_elements (tensor); i++)
    ((float *)data)[i] = (float)g_rand_double_range (rand, -20, 20);
  g_rand_free (rand);
  return tensor;
}
