/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ops/fx-rnn-activation.h"

#include "core/ops/fx-kernel.h"

#include <math.h>
#include <string.h>

typedef enum
{
  AFFINE,
  ELU,
  HARD_SIGMOID,
  LEAKY_RELU,
  RELU,
  SCALED_TANH,
  SIGMOID,
  SOFTPLUS,
  SOFTSIGN,
  TANH,
  THRESHOLDED_RELU,
} Kind;

static const struct
{
  const char *name;
  gboolean has_alpha, has_beta;
  float alpha, beta; /* defaults */
} functions[] = {
  [AFFINE] = { "Affine", TRUE, TRUE, 1.0f, 0.0f },
  [ELU] = { "Elu", TRUE, FALSE, 1.0f, 0.0f },
  [HARD_SIGMOID] = { "HardSigmoid", TRUE, TRUE, 0.2f, 0.5f },
  [LEAKY_RELU] = { "LeakyRelu", TRUE, FALSE, 0.01f, 0.0f },
  [RELU] = { "Relu", FALSE, FALSE, 0.0f, 0.0f },
  [SCALED_TANH] = { "ScaledTanh", TRUE, TRUE, 1.0f, 1.0f },
  [SIGMOID] = { "Sigmoid", FALSE, FALSE, 0.0f, 0.0f },
  [SOFTPLUS] = { "Softplus", FALSE, FALSE, 0.0f, 0.0f },
  [SOFTSIGN] = { "Softsign", FALSE, FALSE, 0.0f, 0.0f },
  [TANH] = { "Tanh", FALSE, FALSE, 0.0f, 0.0f },
  [THRESHOLDED_RELU] = { "ThresholdedRelu", TRUE, FALSE, 1.0f, 0.0f },
};

static gboolean
find (const char *name, int *kind, GError **error)
{
  g_autofree char *found = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (functions); i++)
    if (g_ascii_strcasecmp (functions[i].name, name) == 0)
      {
        *kind = (int)i;
        return TRUE;
      }
  found = fx_quote (name, strlen (name));
  return fx_fail (error, FX_ERROR_UNSUPPORTED, "activation function \"%s\" is not known", found);
}

gboolean
fx_rnn_activations (const FxRnnParams *params, const FxRnnCell *cell, guint n_directions, FxRnnActivation *activations,
                    GError **error)
{
  guint wanted = n_directions * cell->n_activations;
  guint found = params->activations != NULL ? g_strv_length (params->activations) : 0;
  guint n_alpha = 0, n_beta = 0;

  if (found != 0 && found != wanted)
    return fx_fail (error, FX_ERROR_BAD_GRAPH, "attribute \"activations\" has %u names, wanted %u", found, wanted);
  for (guint i = 0; i < wanted; i++)
    {
      const char *name = found != 0 ? params->activations[i] : cell->default_activations[i % cell->n_activations];
      FxRnnActivation *to = &activations[i];

      if (!find (name, &to->kind, error))
        return FALSE;
      to->alpha = functions[to->kind].alpha;
      to->beta = functions[to->kind].beta;
      if (functions[to->kind].has_alpha && n_alpha < params->activation_alpha.n)
        to->alpha = params->activation_alpha.data[n_alpha++];
      if (functions[to->kind].has_beta && n_beta < params->activation_beta.n)
        to->beta = params->activation_beta.data[n_beta++];
    }
  return TRUE;
}

static inline float
apply (int kind, float x, float alpha, float beta)
{
  switch (kind)
    {
    case AFFINE: return alpha * x + beta;
    case ELU: return x >= 0 ? x : alpha * expm1f (x);
    case HARD_SIGMOID: return CLAMP (alpha * x + beta, 0.0f, 1.0f);
    case LEAKY_RELU: return x >= 0 ? x : alpha * x;
    case RELU: return x < 0 ? 0.0f : x;
    case SCALED_TANH: return alpha * tanhf (beta * x);
    case SIGMOID: return 1.0f / (1.0f + expf (-x));
    case SOFTPLUS: return x > 20.0f ? x : log1pf (expf (x));
    case SOFTSIGN: return x / (1.0f + fabsf (x));
    case THRESHOLDED_RELU: return x > alpha ? x : 0.0f;
    default: return tanhf (x);
    }
}

void
fx_rnn_apply (const FxRnnActivation *activation, float clip, float *v, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      float x = clip > 0 ? CLAMP (v[i], -clip, clip) : v[i];

      v[i] = apply (activation->kind, x, activation->alpha, activation->beta);
    }
}
