/* fixpoint-cli in other languages: sentences in Chinese with the right names and numbers, output for programs in
 * English, and numbers that do not follow a locale with a decimal comma.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "cli.h"

#include "core/graph/fx-graph.h"
#include "core/graph/fx-text.h"
#include "io/onnx/onnx-writer.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *program;
static char *sample, *sample_folder, *scratch;

static void
speak (const char *language, const char *locale)
{
  g_setenv ("LANGUAGE", language, TRUE);
  g_setenv ("LC_ALL", locale, TRUE);
}

static char *
save (const char *name, const char *lines)
{
  g_autofree char *text = g_strconcat ("graph \"g\"\n", lines, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (FxGraph) graph = fx_graph_parse (text, &error);
  char *path = g_build_filename (scratch, name, NULL);

  g_assert_no_error (error);
  fx_onnx_save (graph, path, &error);
  g_assert_no_error (error);
  return path;
}

/* A convolution whose kernel no board takes, and an operator that none has, behind a free batch. */
static char *
bad_model (void)
{
  return save ("bad.onnx", "opset \"\" 11\ninput %x f32[N,8,40,40]\nconst %v f32[8,8,3,3] = elided 0x0\n"
                           "const %w f32[8,8,33,3] = elided 0x0\n%u f32[*] = Conv(%x, %v) v11\n"
                           "%wide f32[*] = Conv(%u, %w) v11\n%y bool[*] = IsNaN(%wide) v11\noutput %y\n");
}

#define ASSERT_HAS(text, part)                                                                                         \
  do                                                                                                                   \
    if (strstr ((text), (part)) == NULL)                                                                               \
      g_error ("\"%s\" is not in:\n%s", (part), (text));                                                               \
  while (0)

static void
test_check (void)
{
  g_autofree char *path = bad_model ();

  speak ("zh_CN", "C.UTF-8");
  {
    g_auto (CliResult) result = cli_run (program, "check", path, "--target", "rdk-x5", NULL);

    g_assert_cmpint (result.status, ==, 1);
    ASSERT_HAS (result.out, "节点“Conv_1”：Conv 在 CPU 上运行：卷积核的高和宽：1 到 31");
    ASSERT_HAS (result.out, "卷积核 33×3");
    ASSERT_HAS (result.out, "输入形状不固定");
    ASSERT_HAS (result.out, "将批大小设为 1：--input-shape x=1x8x40x40");
    ASSERT_HAS (result.out, "实际：卷积核 33×3；允许：1 到 31");
    ASSERT_HAS (result.out, "模型无法转换：2 个错误。");
    g_assert_null (strstr (result.out, "runs on the CPU"));
  }
}

/* What a script reads does not change with the language of who runs it. */
static void
test_json (void)
{
  g_autofree char *path = bad_model (), *english = NULL;

  speak ("en", "C.UTF-8");
  {
    g_auto (CliResult) result = cli_run (program, "check", path, "--json", NULL);

    ASSERT_HAS (result.out, "runs on the CPU");
    english = g_strdup (result.out);
  }
  speak ("zh_CN", "C.UTF-8");
  {
    g_auto (CliResult) result = cli_run (program, "check", path, "--json", NULL);

    g_assert_cmpstr (result.out, ==, english);
  }
}

/* Options, and what an estimate says: in the user's language, with columns that stay below their headings. */
static void
test_perf (void)
{
  const char *line;

  speak ("zh_CN", "C.UTF-8");
  {
    g_auto (CliResult) help = cli_run (program, "perf", "--help", NULL);
    g_auto (CliResult) result = cli_run (program, "perf", sample, NULL);

    g_assert_cmpint (help.status, ==, 0);
    ASSERT_HAS (help.out, "估计一帧在开发板上的耗时以及时间花在何处");
    ASSERT_HAS (help.out, "权重文件（如果该格式有单独的权重文件）");
    g_assert_cmpint (result.status, ==, 0);
    ASSERT_HAS (result.out, "各项修改单独进行时的效果");
    ASSERT_HAS (result.out, "计算量     0.006 GMAC");
    ASSERT_HAS (result.out, "个 BPU 子图\n");
    ASSERT_HAS (result.out, "依据       估计值：");
    g_assert_null (strstr (result.out, "published")); /* that is from data/targets */
    ASSERT_HAS (result.out, "MB: 权重和其他参数的字节数，每帧读取一次");
    line = strstr (result.out, "层的启动开销");
    g_assert_nonnull (line);
    /* six letters that are two columns wide, and blanks up to the 45th */
    g_assert_cmpint (strspn (line + strlen ("层的启动开销"), " "), ==, 45 - 2 * 6 + 1);
  }
  {
    g_auto (CliResult) result = cli_run (program, "calibrate", sample, NULL);

    ASSERT_HAS (result.errors, "calibrate 需要 --dataset DIR");
  }
}

static char *
contents (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

/* The page is for people; of the file for programs, sentences only are in their language. */
static void
test_report (void)
{
  g_autofree char *folder = g_build_filename (scratch, "report", NULL), *page = NULL, *data = NULL;
  g_autofree char *samples = g_build_filename (sample_folder, "calibration", NULL);

  speak ("zh_CN", "C.UTF-8");
  {
    g_auto (CliResult) result = cli_run (program, "convert", sample, "--dataset", samples, "--samples", "4", "--preset",
                                         "fast", "-o", folder, NULL);

    g_assert_cmpint (result.status, ==, 0);
  }
  page = contents (folder, "sample_report.html");
  ASSERT_HAS (page, "<html lang=\"zh-CN\">");
  ASSERT_HAS (page, "量化报告");
  ASSERT_HAS (page, "只有 4 个样本用于确定范围");
  ASSERT_HAS (page, ">张量<"); /* a unit of the BPU */
  ASSERT_HAS (page, "折叠");
  g_assert_null (strstr (page, "Depthwise convolutions"));
  data = contents (folder, "sample_report.json");
  ASSERT_HAS (data, "\"kind\" : \"samples\"");
  ASSERT_HAS (data, "只有 4 个样本用于确定范围");
}

/* What is wrong with a file. */
static void
test_error (void)
{
  g_autofree char *path = g_build_filename (scratch, "short.onnx", NULL);

  g_file_set_contents (path, "\x08\x07\x3a\x7f", 4, NULL);
  speak ("zh_CN", "C.UTF-8");
  {
    g_auto (CliResult) result = cli_run (program, "check", path, NULL);

    g_assert_cmpint (result.status, !=, 0);
    ASSERT_HAS (result.errors, path);
    ASSERT_HAS (result.errors, "不是");
  }
}

/* FALSE: this machine cannot make the locale. */
static gboolean
make_german (void)
{
  g_autofree char *path = g_build_filename (scratch, "de_DE.UTF-8", NULL);
  g_autofree char *tool = g_find_program_in_path ("localedef");
  g_autoptr (GSubprocess) process = NULL;

  if (tool == NULL)
    return FALSE;
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL, tool, "-i",
                              "de_DE", "-f", "UTF-8", path, NULL);
  g_subprocess_wait (process, NULL, NULL);
  return g_file_test (path, G_FILE_TEST_IS_DIR);
}

static char *
output_of (const char *verb, const char *option)
{
  CliResult result = cli_run (program, verb, sample, option, NULL);

  g_assert_cmpint (result.status, ==, 0);
  g_free (result.errors);
  return result.out;
}

static void
test_decimal_comma (void)
{
  static const struct
  {
    const char *verb, *option;
  } runs[] = { { "perf", "--json" }, { "perf", NULL }, { "inspect", "--json" }, { "inspect", NULL }, { "dump", NULL } };

  if (!make_german ())
    {
      g_test_skip ("localedef cannot make de_DE here");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autofree char *plain = NULL, *german = NULL;

      speak ("en", "C.UTF-8");
      plain = output_of (runs[i].verb, runs[i].option);
      g_setenv ("LOCPATH", scratch, TRUE);
      speak ("en", "de_DE.UTF-8");
      german = output_of (runs[i].verb, runs[i].option);
      g_unsetenv ("LOCPATH");
      g_assert_cmpstr (german, ==, plain);
    }
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  program = argv[1];
  sample_folder = argv[2];
  sample = g_build_filename (argv[2], "sample.onnx", NULL);
  g_setenv ("FIXPOINT_LOCALE_DIR", argv[3], TRUE);
  scratch = g_dir_make_tmp ("fixpoint-language-XXXXXX", NULL);

  g_test_add_func ("/cli/language/perf", test_perf);
  g_test_add_func ("/cli/language/check", test_check);
  g_test_add_func ("/cli/language/json", test_json);
  g_test_add_func ("/cli/language/report", test_report);
  g_test_add_func ("/cli/language/error", test_error);
  g_test_add_func ("/cli/language/decimal-comma", test_decimal_comma);
  status = g_test_run ();

  cli_remove_folder (scratch);
  g_free (sample);
  g_free (scratch);
  return status;
}
