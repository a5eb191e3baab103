/* Factors whose products with integers never lie in the middle between two steps, nor near it.
 *
 * An integer network multiplies sums by a factor and rounds. Where a product lies close to the middle between two
 * steps, another runtime, which does the same in single precision, may come to the other one; and a step that differs
 * in a first layer is a step in many places a few layers on. A factor P / Q with an odd Q rules that out: its products
 * are multiples of 1 / Q, of which none is nearer to a middle than 1 / (2 Q), and single precision errs by far less
 * than that as long as Q is small.
 *
 * Factors are quotients of scales, and scales may be chosen: one that is larger by a thousandth covers the same range
 * as well. docs/quantization.md, "The same integers elsewhere", has figures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "core/quant/fx-quant-plan.h"

G_BEGIN_DECLS

/* How far a factor or scale moves at most, relative to itself. Q is then about 1 / FX_TIE_FREE_CHANGE, or 1 / factor
 * if that is more. */
#define FX_TIE_FREE_CHANGE 0x1p-10

/* The nearest P / Q to a factor with the smallest P (the smallest Q for a factor above 1), Q odd, that is no farther
 * off than FX_TIE_FREE_CHANGE. A factor that is no positive number, or so small or large that everything vanishes or
 * saturates, stays. */
double fx_tie_free_factor (double factor);

/* Moves the scales of values with 8 bits so that the factors of operators that have no weights of their own become
 * P / Q: sums, and operands brought to the scale of a result, in a set of values whose scales are odd multiples of one
 * unit; means and products by the scale of their result, as far as that is free. `leaders` [n_values]: the value whose
 * numbers a value has. Inputs of the model and values of `fixed` [n_values], may be NULL, stay as they are. Only
 * numbers of leaders are read and changed. */
void fx_tie_free_scales (const FxGraph *graph, const FxQuantPlan *plan, const FxId *leaders, const guint8 *fixed,
                         FxValueQuant *values);

/* Moves the scales of constant weights [n], one for each output channel, so that the factors of a convolution or a
 * product become P / Q. Nothing is done unless operand and result have 8 bits. */
void fx_tie_free_weights (const FxValueQuant *x, const FxValueQuant *y, float *scales, guint n);

G_END_DECLS
