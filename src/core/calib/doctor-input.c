/* Values of the samples against what is plausible and what the first operators of the model expect.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "core/calib/fx-doctor-private.h"

#include "core/check/fx-diagnostic.h"
#include "core/exec/fx-activation.h"
#include "core/fx-i18n.h"
#include "core/graph/fx-graph.h"
#include "core/graph/fx-tensor.h"

#include <math.h>

#define MAX_HEAD 8         /* operators in front of the first convolution */
#define TINY_CONTRAST 0.02 /* of the mean */
#define ROUGHER 1.5

static const char *
input_name (const FxDoctor *doctor)
{
  return fx_graph_value (doctor->graph, fx_graph_input (doctor->graph, 0))->name;
}

static FxDiagnostic *
add (const FxDoctor *doctor, GPtrArray *findings, const char *rule, double min, double max, const char *message)
{
  FxDiagnostic *finding
      = fx_diagnostics_add (findings, FX_SEVERITY_WARNING, rule, NULL, input_name (doctor), "%s", _ (message));

  finding->found = g_strdup_printf (_ ("values from %.4g to %.4g"), min, max);
  return finding;
}

/* ---- values that no model is likely to want ---- */

/* TRUE if all pictures are nearly flat beside their own mean: a mean for 0…255 taken from 0…1 leaves that. */
static gboolean
is_flat (const FxDoctor *doctor)
{
  for (guint i = 0; i < doctor->samples->len; i++)
    {
      const FxSampleFacts *facts = fx_doctor_sample (doctor, i);

      if (facts->deviation > TINY_CONTRAST * fabs (facts->mean))
        return FALSE;
    }
  return TRUE;
}

void
fx_doctor_check_range (const FxDoctor *doctor, GPtrArray *findings)
{
  double min, max, deviation, largest;
  FxPictureView view;
  FxDiagnostic *finding = NULL;

  fx_doctor_range (doctor, &min, &max, &deviation);
  largest = MAX (fabs (min), fabs (max));
  if (doctor->samples->len == 0 || !fx_picture_view (&doctor->shape, &view) || deviation == 0.0 || !isfinite (largest))
    return;
  if (largest <= 1.01 / 255.0)
    {
      finding = add (doctor, findings, "calibration-range", min, max,
                     N_ ("all values are below 1/255: the pictures were probably divided by 255 twice"));
      finding->fix = g_strdup (_ ("Remove one \"scale 1/255\""));
    }
  else if (is_flat (doctor))
    {
      finding
          = add (doctor, findings, "calibration-range", min, max,
                 N_ ("the pictures hardly differ from a constant: a mean for 0…255 was probably taken from values of "
                     "0…1, or they were normalized twice"));
      finding->fix = g_strdup (_ ("Give mean and scale in the units of the values at that step"));
    }
  else if (largest > 255.0 * 16.0)
    {
      finding = add (doctor, findings, "calibration-range", min, max,
                     N_ ("values are far over 255: a scale was probably applied twice or in the wrong direction"));
      finding->fix = g_strdup (_ ("Check the scale: it multiplies"));
    }
}

/* ---- normalization inside of the model ---- */

/* What operators that only normalize do to the input: y = factor · x + shift, for the largest of the channels. */
typedef struct
{
  gboolean any;
  double factor, shift;
} Head;

static gboolean
operand (const FxGraph *graph, const FxNode *node, FxId value, double *number)
{
  FxId other;
  const FxTensor *tensor;

  if (node->n_inputs != 2 || (node->inputs[0] != value && node->inputs[1] != value))
    return FALSE;
  other = node->inputs[node->inputs[0] == value ? 1 : 0];
  tensor = other != FX_NONE ? fx_graph_value (graph, other)->constant : NULL;
  if (tensor == NULL || fx_tensor_elements (tensor) == 0 || fx_tensor_elements (tensor) > FX_DOCTOR_CHANNELS)
    return FALSE;
  *number = 0.0;
  for (gsize i = 0; i < fx_tensor_elements (tensor); i++)
    if (fabs (fx_tensor_get_double (tensor, i)) > fabs (*number))
      *number = fx_tensor_get_double (tensor, i);
  return TRUE;
}

/* Takes one operator of the head into account; FALSE: it is none. */
static gboolean
add_operator (const FxGraph *graph, const FxNode *node, FxId value, Head *head)
{
  double number;

  if (!operand (graph, node, value, &number))
    return FALSE;
  if (fx_node_is (node, "Sub") && node->inputs[0] == value)
    head->shift -= number;
  else if (fx_node_is (node, "Add"))
    head->shift += number;
  else if (fx_node_is (node, "Mul") || (fx_node_is (node, "Div") && node->inputs[0] == value && number != 0.0))
    {
      double factor = fx_node_is (node, "Mul") ? number : 1.0 / number;

      head->factor *= factor;
      head->shift *= factor;
    }
  else
    return FALSE;
  head->any = TRUE;
  return TRUE;
}

static Head
read_head (const FxGraph *graph)
{
  g_autoptr (FxUses) uses = fx_uses_new (graph);
  FxId value = fx_graph_input (graph, 0);
  Head head = { FALSE, 1.0, 0.0 };

  for (guint i = 0; i < MAX_HEAD && fx_uses_count (uses, value) == 1; i++)
    {
      const FxNode *node = fx_graph_node (graph, uses->users[uses->first[value]]);
      gboolean passes = fx_node_is (node, "Transpose") || fx_node_is (node, "Identity") || fx_node_is (node, "Cast");

      if (node->n_outputs < 1 || node->outputs[0] == FX_NONE || (!passes && !add_operator (graph, node, value, &head)))
        break;
      value = node->outputs[0];
    }
  return head;
}

void
fx_doctor_check_head (const FxDoctor *doctor, GPtrArray *findings)
{
  Head head = read_head (doctor->graph);
  double min, max, deviation, mean;
  FxDiagnostic *finding = NULL;

  fx_doctor_range (doctor, &min, &max, &deviation);
  if (!head.any || doctor->samples->len == 0 || head.factor == 0.0 || !(max > min))
    return;
  mean = fabs (head.shift / head.factor); /* what the model takes away, in units of the input */
  if (max <= 2.0 && (mean >= 16.0 || fabs (head.factor) <= 1.0 / 32.0))
    finding = add (doctor, findings, "calibration-head", min, max,
                   min < -0.1 ? N_ ("the model normalizes values of 0…255 itself, but these are normalized already")
                              : N_ ("the model normalizes values of 0…255 itself, but these look like 0…1"));
  else if (max > 16.0 && mean > 0.0 && mean <= 1.0)
    finding = add (doctor, findings, "calibration-head", min, max,
                   N_ ("the model takes the mean from values of 0…1 itself, but these look like 0…255"));
  else if (min < -0.5 && mean > 0.0 && head.shift < 0.0)
    finding = add (doctor, findings, "calibration-head", min, max,
                   N_ ("the model takes the mean away itself, but it is probably gone already: normalized twice"));
  if (finding == NULL)
    return;
  finding->allowed = g_strdup_printf (_ ("the model computes %.4g·x %+.4g first"), head.factor, head.shift);
  finding->fix = g_strdup (_ ("Leave mean and scale to the model, and feed what it expects"));
}

/* ---- layout ---- */

/* Neighbors in a picture are alike. If they are so only as the other layout has them, the data is in the other one. */
void
fx_doctor_check_layout (const FxDoctor *doctor, GPtrArray *findings)
{
  double here = 0.0, other = 0.0;
  FxPictureView view;
  FxDiagnostic *finding;

  for (guint i = 0; i < doctor->samples->len; i++)
    {
      here += fx_doctor_sample (doctor, i)->roughness;
      other += fx_doctor_sample (doctor, i)->roughness_swapped;
    }
  if (!fx_picture_view (&doctor->shape, &view) || !(other > 0.0) || !(here >= ROUGHER * other))
    return;
  finding = fx_diagnostics_add (findings, FX_SEVERITY_WARNING, "calibration-layout", NULL, input_name (doctor),
                                "the samples look like %s, but the input is %s", view.pixel == 1 ? "NHWC" : "NCHW",
                                view.pixel == 1 ? "NCHW" : "NHWC");
  finding->found = g_strdup_printf (_ ("neighbors differ by %.4g as %s, by %.4g as %s"), here / doctor->samples->len,
                                    view.pixel == 1 ? "NCHW" : "NHWC", other / doctor->samples->len,
                                    view.pixel == 1 ? "NHWC" : "NCHW");
  finding->fix = g_strdup_printf (_ ("Store the samples as %s"), view.pixel == 1 ? "NCHW" : "NHWC");
}
