/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bpu/fx-cost.h"

#include "core/fx-i18n.h"

const char *const fx_cost_part_titles[FX_N_COST_PARTS] = { N_ ("BPU"), N_ ("CPU"), N_ ("memory") };

const char *const fx_cost_titles[FX_N_COSTS] = {
  [FX_COST_DENSE] = N_ ("Convolutions and matrix products"),
  [FX_COST_DENSE16] = N_ ("Convolutions and matrix products with 16 bits"),
  [FX_COST_DEPTHWISE] = N_ ("Depthwise convolutions"),
  [FX_COST_ELEMENTWISE] = N_ ("Elementwise operators"),
  [FX_COST_TABLES] = N_ ("Functions by table"),
  [FX_COST_MATRICES] = N_ ("Attention"),
  [FX_COST_MOVES] = N_ ("Moving data"),
  [FX_COST_LAYERS] = N_ ("Set-up of the layer"),
  [FX_COST_WEIGHTS] = N_ ("Reading weights"),
  [FX_COST_ACTIVATIONS] = N_ ("Reading and writing activations"),
  [FX_COST_QUANTIZE] = N_ ("Quantizing"),
  [FX_COST_DEQUANTIZE] = N_ ("Dequantizing"),
  [FX_COST_OUTPUTS] = N_ ("Dequantizing outputs"),
  [FX_COST_CPU_MACS] = N_ ("Multiply-accumulates on the CPU"),
  [FX_COST_CPU_FUNCTIONS] = N_ ("Functions on the CPU"),
  [FX_COST_CPU_SIMPLE] = N_ ("Simple operators on the CPU"),
  [FX_COST_CALLS] = N_ ("Calls of the BPU"),
  [FX_COST_FRAME] = N_ ("Fixed cost of a frame"),
};
