/* The peer: one float convolution by oneDNN, in the layouts that it likes best, bias and Relu fused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "bench-layers.h"

typedef struct _BenchFloatConv BenchFloatConv;

/* Aborts where oneDNN fails. */
BenchFloatConv *bench_float_conv_new (const BenchLayer *layer);
void bench_float_conv_run (BenchFloatConv *conv);
void bench_float_conv_free (BenchFloatConv *conv);
