/* Calibration end to end on the sample model: the same bytes for any number of threads and after any break.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-calibrate.h"

#include "core/calib/fx-thresholds.h"
#include "core/fx-error.h"
#include "core/fx-progress.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-infer.h"
#include "core/graph/fx-tensor.h"
#include "core/passes/fx-passes.h"
#include "io/fx-model.h"
#include "io/fx-statistics-file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define N_SAMPLES 24
#define PREPROCESS "rgb; mean 128 128 128; scale 0.0078125; layout nchw"

static const char *sample_dir;

typedef struct
{
  FxGraph *graph;
  FxDataset *dataset;
  FxPreprocess *preprocess;
  char *identity;
  char *folder; /* temporary */
  /* what goes wrong on the way */
  GCancellable *cancellable;
  gint checks, cancel_at; /* calls of the source or of progress; cancel_at 0: never */
  guint fail_at;          /* sample; G_MAXUINT: none */
} Fixture;

static void
fixture_init (Fixture *fixture, guint n_samples)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *model = g_build_filename (sample_dir, "sample.onnx", NULL);
  g_autofree char *pictures = g_build_filename (sample_dir, "calibration", NULL);

  *fixture = (Fixture){ .fail_at = G_MAXUINT };
  fixture->graph = fx_model_load (model, NULL, NULL, &error);
  g_assert_no_error (error);
  fx_graph_infer (fixture->graph, NULL);
  fx_passes_run_float (fixture->graph, NULL, NULL, &error);
  g_assert_no_error (error);
  fixture->dataset = fx_dataset_open (pictures, NULL, &error);
  g_assert_no_error (error);
  fx_dataset_select (fixture->dataset, n_samples, 1);
  fixture->preprocess = fx_preprocess_parse (PREPROCESS, &error);
  g_assert_no_error (error);
  fixture->identity = fx_statistics_identity (fixture->graph, fixture->dataset, fixture->preprocess);
  fixture->folder = g_dir_make_tmp ("fixpoint-XXXXXX", NULL);
}

static void
fixture_clear (Fixture *fixture)
{
  g_assert_cmpint (g_rmdir (fixture->folder), ==, 0); /* nothing is left behind */
  fx_graph_free (fixture->graph);
  fx_dataset_free (fixture->dataset);
  fx_preprocess_free (fixture->preprocess);
  g_clear_object (&fixture->cancellable);
  g_free (fixture->identity);
  g_free (fixture->folder);
}

static void
check (Fixture *fixture)
{
  if (g_atomic_int_add (&fixture->checks, 1) + 1 == fixture->cancel_at)
    g_cancellable_cancel (fixture->cancellable);
}

static gboolean
source (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  Fixture *fixture = user_data;

  check (fixture);
  if (i == fixture->fail_at)
    return fx_fail (error, FX_ERROR_BAD_DATA, "sample %u is bad", i);
  return fx_dataset_load (fixture->dataset, i, fixture->preprocess, NULL, &inputs[0], error);
}

static void
progress_cb (G_GNUC_UNUSED double fraction, G_GNUC_UNUSED const char *message, gpointer user_data)
{
  check (user_data);
}

static gboolean
run (Fixture *fixture, FxStatistics *statistics, guint n_threads, GError **error)
{
  FxCalibrateOptions options = { .n_threads = n_threads };
  FxProgress progress = { progress_cb, fixture, 0.0, 1.0 };

  return fx_calibrate (fixture->graph, statistics, fx_dataset_n_samples (fixture->dataset), source, fixture, &options,
                       &progress, fixture->cancellable, error);
}

/* The file that the statistics make. */
static GBytes *
to_bytes (const Fixture *fixture, const FxStatistics *statistics)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "statistics", NULL);
  char *contents;
  gsize size;

  fx_statistics_save (statistics, fixture->identity, path, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &contents, &size, NULL));
  g_unlink (path);
  return g_bytes_new_take (contents, size);
}

static GBytes *
run_to_bytes (Fixture *fixture, guint n_threads)
{
  g_autoptr (FxStatistics) statistics = fx_statistics_new (fixture->graph);
  g_autoptr (GError) error = NULL;

  run (fixture, statistics, n_threads, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (statistics->n_samples, ==, fx_dataset_n_samples (fixture->dataset));
  return to_bytes (fixture, statistics);
}

static void
test_threads (void)
{
  Fixture fixture;
  g_autoptr (GBytes) one = NULL;

  fixture_init (&fixture, N_SAMPLES);
  one = run_to_bytes (&fixture, 1);
  for (guint n_threads = 2; n_threads <= 5; n_threads++)
    {
      g_autoptr (GBytes) many = run_to_bytes (&fixture, n_threads);

      g_assert_true (g_bytes_equal (one, many));
    }
  fixture_clear (&fixture);
}

/* What is saved is what is loaded. */
static void
test_file (void)
{
  Fixture fixture;
  g_autoptr (FxStatistics) statistics = NULL;
  g_autoptr (FxStatistics) loaded = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autofree char *path = NULL;

  fixture_init (&fixture, 3);
  path = g_build_filename (fixture.folder, "kept", NULL);
  statistics = fx_statistics_new (fixture.graph);
  run (&fixture, statistics, 1, &error);
  fx_statistics_save (statistics, fixture.identity, path, &error);
  loaded = fx_statistics_new (fixture.graph);
  fx_statistics_load (loaded, fixture.identity, path, &error);
  g_assert_no_error (error);
  before = to_bytes (&fixture, statistics);
  after = to_bytes (&fixture, loaded);
  g_assert_true (g_bytes_equal (before, after));
  g_unlink (path);
  fixture_clear (&fixture);
}

/* Every byte that is wrong, and every length that is, is noticed. */
static void
test_damaged_file (void)
{
  Fixture fixture;
  g_autoptr (FxStatistics) statistics = NULL;
  g_autoptr (GBytes) good = NULL;
  g_autofree char *path = NULL;
  g_autofree char *copy = NULL;
  gsize size;

  fixture_init (&fixture, 1);
  path = g_build_filename (fixture.folder, "bad", NULL);
  statistics = fx_statistics_new (fixture.graph);
  g_assert_true (run (&fixture, statistics, 1, NULL));
  good = to_bytes (&fixture, statistics);
  size = g_bytes_get_size (good);
  copy = g_malloc (size);
  for (gsize i = 0; i < size; i += i < 200 ? 1 : 997)
    for (guint cut = 0; cut < 2; cut++)
      {
        g_autoptr (GError) error = NULL;

        memcpy (copy, g_bytes_get_data (good, NULL), size);
        copy[i] ^= 0x10;
        g_assert_true (g_file_set_contents (path, copy, (gssize)(cut > 0 ? i : size), NULL));
        g_assert_false (fx_statistics_load (statistics, fixture.identity, path, &error));
        g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
        g_assert_true (g_str_has_prefix (error->message, path));
        g_assert_cmpuint (statistics->n_samples, ==, 0);
      }
  g_unlink (path);
  fixture_clear (&fixture);
}

/* Contents that a correct checksum vouches for are read with care all the same. */
static void
test_hostile_file (void)
{
  Fixture fixture;
  g_autoptr (FxStatistics) statistics = NULL;
  g_autoptr (GBytes) good = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  g_autofree char *path = NULL;
  gsize size, length;

  fixture_init (&fixture, 1);
  path = g_build_filename (fixture.folder, "bad", NULL);
  statistics = fx_statistics_new (fixture.graph);
  g_assert_true (run (&fixture, statistics, 1, NULL));
  good = to_bytes (&fixture, statistics);
  size = g_bytes_get_size (good);
  for (guint i = 0; i < 1500; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (good, NULL), size);
      g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
      g_autoptr (GError) error = NULL;
      gsize cut = i % 3 == 0 ? (gsize)g_rand_int_range (rand, 60, (gint)size) : size;

      /* mostly in the first tensor, where the fields are */
      copy[g_rand_int_range (rand, 8, i % 2 > 0 ? 400 : (gint)cut - 32)] ^= (guint8)g_rand_int_range (rand, 1, 256);
      g_checksum_update (checksum, copy, (gssize)cut - 32);
      length = 32;
      g_checksum_get_digest (checksum, copy + cut - 32, &length);
      g_assert_true (g_file_set_contents (path, (const char *)copy, (gssize)cut, NULL));
      if (!fx_statistics_load (statistics, fixture.identity, path, &error))
        g_assert_error (error, FX_ERROR, FX_ERROR_BAD_DATA);
      /* what was taken can be used */
      for (guint t = 0; t < statistics->n_tensors; t++)
        {
          FxRange range;

          fx_threshold_compute (&fx_threshold_percentile, &statistics->tensors[t], NULL, &range);
        }
    }
  g_unlink (path);
  fixture_clear (&fixture);
}

/* Statistics of other samples or another pipeline are refused. */
static void
test_identity (void)
{
  Fixture fixture;
  g_autoptr (FxStatistics) statistics = NULL;
  g_autoptr (FxPreprocess) other = fx_preprocess_parse ("bgr", NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *identity = NULL;

  fixture_init (&fixture, 2);
  path = g_build_filename (fixture.folder, "kept", NULL);
  statistics = fx_statistics_new (fixture.graph);
  g_assert_true (fx_statistics_save (statistics, fixture.identity, path, NULL));
  identity = fx_statistics_identity (fixture.graph, fixture.dataset, other);
  g_assert_cmpstr (identity, !=, fixture.identity);
  g_assert_false (fx_statistics_load (statistics, identity, path, &error));
  g_assert_nonnull (strstr (error->message, "another model, other samples or another preprocessing"));
  g_clear_error (&error);
  g_unlink (path);
  g_assert_false (fx_statistics_load (statistics, identity, path, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  fixture_clear (&fixture);
}

/* Cancelled at the first check, the second, and so on; each time what was gathered goes on to the same result. */
static void
test_cancel_and_go_on (void)
{
  Fixture fixture;
  g_autoptr (GBytes) whole = NULL;
  gint n_checks;

  fixture_init (&fixture, 6);
  whole = run_to_bytes (&fixture, 1);
  n_checks = fixture.checks;
  g_assert_cmpint (n_checks, ==, 12);
  for (gint k = 1; k <= n_checks; k++)
    for (guint n_threads = 1; n_threads <= 2; n_threads++)
      {
        g_autoptr (FxStatistics) statistics = fx_statistics_new (fixture.graph);
        g_autoptr (FxStatistics) again = fx_statistics_new (fixture.graph);
        g_autoptr (GBytes) resumed = NULL;
        g_autoptr (GError) error = NULL;
        g_autofree char *path = g_build_filename (fixture.folder, "kept", NULL);

        fixture.checks = 0;
        fixture.cancel_at = k;
        fixture.cancellable = g_cancellable_new ();
        if (!run (&fixture, statistics, n_threads, &error))
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
        else
          g_assert_cmpuint (statistics->n_samples, ==, 6); /* too late to matter */
        g_clear_error (&error);
        g_assert_cmpuint (statistics->n_samples, <=, (guint)k);
        g_clear_object (&fixture.cancellable);
        fixture.cancel_at = 0;

        g_assert_true (fx_statistics_save (statistics, fixture.identity, path, NULL));
        fx_statistics_load (again, fixture.identity, path, &error);
        g_assert_no_error (error);
        run (&fixture, again, n_threads, &error);
        g_assert_no_error (error);
        resumed = to_bytes (&fixture, again);
        g_assert_true (g_bytes_equal (whole, resumed));
        g_unlink (path);
      }
  fixture_clear (&fixture);
}

/* The error is that of the first bad sample, and what came before it counts. */
static void
test_bad_sample (void)
{
  Fixture fixture;

  fixture_init (&fixture, 8);
  for (guint n_threads = 1; n_threads <= 4; n_threads++)
    {
      g_autoptr (FxStatistics) statistics = fx_statistics_new (fixture.graph);
      g_autoptr (GError) error = NULL;

      fixture.fail_at = 5;
      g_assert_false (run (&fixture, statistics, n_threads, &error));
      g_assert_cmpstr (error->message, ==, "sample 5 is bad");
      g_assert_cmpuint (statistics->n_samples, ==, 5);
    }
  fixture_clear (&fixture);
}

static gboolean
refuse (const FxStatistics *statistics, G_GNUC_UNUSED gpointer user_data, GError **error)
{
  return statistics->n_samples < 4 || fx_fail (error, FX_ERROR_FAILED, "no room at %u", statistics->n_samples);
}

static void
test_keep_fails (void)
{
  Fixture fixture;
  g_autoptr (FxStatistics) statistics = NULL;
  g_autoptr (GError) error = NULL;
  FxCalibrateOptions options = { .n_threads = 2, .keep = refuse, .keep_every = 2 };

  fixture_init (&fixture, 8);
  statistics = fx_statistics_new (fixture.graph);
  g_assert_false (fx_calibrate (fixture.graph, statistics, 8, source, &fixture, &options, NULL, NULL, &error));
  g_assert_cmpstr (error->message, ==, "no room at 4");
  g_assert_cmpuint (statistics->n_samples, ==, 4);
  fixture_clear (&fixture);
}

static gsize
resident_bytes (void)
{
  g_autofree char *text = NULL;
  gulong size, resident;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  g_assert_cmpint (sscanf (text, "%lu %lu", &size, &resident), ==, 2);
  return resident * (gsize)sysconf (_SC_PAGESIZE);
}

static gboolean
source_again (guint i, FxTensor **inputs, gpointer user_data, GError **error)
{
  return source (i % 8, inputs, user_data, error);
}

/* Fifty times as many samples take no more memory. */
static void
test_memory (void)
{
  Fixture fixture;
  g_autoptr (FxStatistics) statistics = NULL;
  FxCalibrateOptions options = { .n_threads = 2 };
  gsize before;

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("freed memory is kept back");
  return;
#endif
  fixture_init (&fixture, 8);
  statistics = fx_statistics_new (fixture.graph);
  g_assert_true (fx_calibrate (fixture.graph, statistics, 8, source_again, &fixture, &options, NULL, NULL, NULL));
  before = resident_bytes ();
  g_assert_true (fx_calibrate (fixture.graph, statistics, 400, source_again, &fixture, &options, NULL, NULL, NULL));
  g_test_message ("%zu KiB, then %zu KiB", before / 1024, resident_bytes () / 1024);
  g_assert_cmpuint (resident_bytes (), <, before + (8 << 20));
  fixture_clear (&fixture);
}

/* The ranges of the sample: ends that are known from the model, and order among the methods. */
static void
test_ranges (void)
{
  Fixture fixture;
  g_autoptr (FxStatistics) statistics = NULL;
  guint n_clips = 0;

  fixture_init (&fixture, 64);
  statistics = fx_statistics_new (fixture.graph);
  g_assert_true (run (&fixture, statistics, 2, NULL));
  for (guint i = 0; i < statistics->n_tensors; i++)
    {
      const FxTensorStatistics *tensor = &statistics->tensors[i];
      FxRange max, percentile;

      g_assert_cmpuint (tensor->not_finite, ==, 0);
      g_assert_cmpuint (tensor->count, >, 0);
      fx_threshold_compute (&fx_threshold_max, tensor, NULL, &max);
      fx_threshold_compute (&fx_threshold_percentile, tensor, NULL, &percentile);
      g_assert_cmpfloat (percentile.high, <=, max.high);
      if (strstr (tensor->name, "Clip") != NULL)
        {
          n_clips++;
          g_assert_cmpfloat (tensor->min, ==, 0.0f);
          g_assert_cmpfloat (max.high, ==, 6.0);
        }
    }
  g_assert_cmpuint (n_clips, ==, 5);
  fixture_clear (&fixture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (argc < 2)
    g_error ("usage: test-calibrate SAMPLE_DIR");
  sample_dir = argv[1];
  g_test_add_func ("/calibrate/threads", test_threads);
  g_test_add_func ("/calibrate/file", test_file);
  g_test_add_func ("/calibrate/damaged-file", test_damaged_file);
  g_test_add_func ("/calibrate/hostile-file", test_hostile_file);
  g_test_add_func ("/calibrate/identity", test_identity);
  g_test_add_func ("/calibrate/cancel-and-go-on", test_cancel_and_go_on);
  g_test_add_func ("/calibrate/bad-sample", test_bad_sample);
  g_test_add_func ("/calibrate/keep-fails", test_keep_fails);
  g_test_add_func ("/calibrate/memory", test_memory);
  g_test_add_func ("/calibrate/ranges", test_ranges);
  return g_test_run ();
}
