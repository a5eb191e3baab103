/* Parameters of activation functions; each operator uses those it has.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

typedef struct
{
  float alpha;
  float beta;
  float gamma;
} FxActivationParams;
