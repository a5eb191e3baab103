/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include <stdlib.h>
#include <string.h>

#define CELL 4          /* pixels */
#define MAX_DISTANCE 14 /* of the means of a cell, in 255ths of a channel */

static const char *golden_folder, *out_folder;
static gboolean update;

void
picture_init (int *argc, char ***argv)
{
  int n = 1;

  for (int i = 1; i < *argc; i++)
    if (g_str_has_prefix ((*argv)[i], "--golden="))
      golden_folder = (*argv)[i] + strlen ("--golden=");
    else if (g_str_has_prefix ((*argv)[i], "--out="))
      out_folder = (*argv)[i] + strlen ("--out=");
    else if (g_str_equal ((*argv)[i], "--update"))
      update = TRUE;
    else
      (*argv)[n++] = (*argv)[i];
  *argc = n;
  (*argv)[n] = NULL;
  g_test_init (argc, argv, NULL);
  g_assert_nonnull (golden_folder);
  g_assert_nonnull (out_folder);
  g_mkdir_with_parents (out_folder, 0755);
}

static char *
path_of (const char *folder, const char *name, const char *ending)
{
  g_autofree char *file = g_strconcat (name, ending, NULL);

  return g_build_filename (folder, file, NULL);
}

static void
keep (cairo_surface_t *surface, const char *folder, const char *name, const char *ending)
{
  g_autofree char *path = path_of (folder, name, ending);

  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
}

/* The mean of a channel (0 … 2) in the cell whose corner is at x, y. */
static int
mean (cairo_surface_t *surface, int x, int y, int channel)
{
  const guint8 *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface), sum = 0, n = 0;

  for (int row = y; row < MIN (y + CELL, cairo_image_surface_get_height (surface)); row++)
    for (int column = x; column < MIN (x + CELL, cairo_image_surface_get_width (surface)); column++, n++)
      sum += data[row * stride + 4 * column + channel];
  return sum / MAX (n, 1);
}

static int
distance (cairo_surface_t *a, cairo_surface_t *b, int x, int y)
{
  int most = 0;

  for (int channel = 0; channel < 3; channel++)
    most = MAX (most, abs (mean (a, x, y, channel) - mean (b, x, y, channel)));
  return most;
}

/* Draws cells that differ in red over what was drawn, paled. Returns how many there are. */
static guint
compare (cairo_surface_t *drawn, cairo_surface_t *golden, cairo_surface_t *shown)
{
  cairo_t *cr = cairo_create (shown);
  guint n = 0;

  cairo_set_source_surface (cr, drawn, 0, 0);
  cairo_paint (cr);
  cairo_set_source_rgba (cr, 1, 1, 1, 0.7);
  cairo_paint (cr);
  cairo_set_source_rgb (cr, 0.9, 0, 0);
  for (int y = 0; y < cairo_image_surface_get_height (drawn); y += CELL)
    for (int x = 0; x < cairo_image_surface_get_width (drawn); x += CELL)
      if (distance (drawn, golden, x, y) > MAX_DISTANCE)
        {
          cairo_rectangle (cr, x, y, CELL, CELL);
          n++;
        }
  cairo_fill (cr);
  cairo_destroy (cr);
  return n;
}

/* The kept picture in the format of what is drawn; NULL if there is none of that size. */
static cairo_surface_t *
load_golden (const char *name, int width, int height)
{
  g_autofree char *path = path_of (golden_folder, name, ".png");
  cairo_surface_t *png = cairo_image_surface_create_from_png (path);
  cairo_surface_t *golden = NULL;
  cairo_t *cr;

  if (cairo_surface_status (png) == CAIRO_STATUS_SUCCESS && cairo_image_surface_get_width (png) == width
      && cairo_image_surface_get_height (png) == height)
    {
      golden = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
      cr = cairo_create (golden);
      cairo_set_source_surface (cr, png, 0, 0);
      cairo_paint (cr);
      cairo_destroy (cr);
      cairo_surface_flush (golden);
    }
  cairo_surface_destroy (png);
  return golden;
}

void
picture_check (cairo_surface_t *surface, const char *name)
{
  int width = cairo_image_surface_get_width (surface), height = cairo_image_surface_get_height (surface);
  cairo_surface_t *golden, *shown;
  guint n_different;

  cairo_surface_flush (surface);
  if (update)
    {
      keep (surface, golden_folder, name, ".png");
      return;
    }
  golden = load_golden (name, width, height);
  if (golden == NULL)
    {
      keep (surface, out_folder, name, ".out.png");
      g_test_message ("%s.png of %d × %d is not there; what was drawn is in %s", name, width, height, out_folder);
      g_test_fail ();
      return;
    }
  shown = cairo_image_surface_create (CAIRO_FORMAT_RGB24, width, height);
  n_different = compare (surface, golden, shown);
  if (n_different > 0)
    {
      keep (surface, out_folder, name, ".out.png");
      keep (shown, out_folder, name, ".diff.png");
      g_test_message ("%u cells of %s.png differ: %s/%s.diff.png shows where", n_different, name, out_folder, name);
      g_test_fail ();
    }
  cairo_surface_destroy (shown);
  cairo_surface_destroy (golden);
}
