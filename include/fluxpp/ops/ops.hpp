// SPDX-License-Identifier: MIT
#pragma once
// The list of operations: to be tested, planned and run, an operation stands here.
#include "fluxpp/ops/abs.hpp"
#include "fluxpp/ops/acos.hpp"
#include "fluxpp/ops/acosh.hpp"
#include "fluxpp/ops/argmax.hpp"
#include "fluxpp/ops/arithmetic.hpp"
#include "fluxpp/ops/asin.hpp"
#include "fluxpp/ops/asinh.hpp"
#include "fluxpp/ops/atan.hpp"
#include "fluxpp/ops/atan2.hpp"
#include "fluxpp/ops/atanh.hpp"
#include "fluxpp/ops/attention.hpp"
#include "fluxpp/ops/attention_parts.hpp"
#include "fluxpp/ops/attention_rows.hpp"
#include "fluxpp/ops/avg_pool2d.hpp"
#include "fluxpp/ops/batch_norm.hpp"
#include "fluxpp/ops/batched_matmul.hpp"
#include "fluxpp/ops/binary_cross_entropy.hpp"
#include "fluxpp/ops/broadcast.hpp"
#include "fluxpp/ops/cbrt.hpp"
#include "fluxpp/ops/ceil.hpp"
#include "fluxpp/ops/clamp.hpp"
#include "fluxpp/ops/compare.hpp"
#include "fluxpp/ops/concat.hpp"
#include "fluxpp/ops/control.hpp"
#include "fluxpp/ops/conv2d.hpp"
#include "fluxpp/ops/conv3d.hpp"
#include "fluxpp/ops/conv_transpose2d.hpp"
#include "fluxpp/ops/copy.hpp"
#include "fluxpp/ops/cross_entropy.hpp"
#include "fluxpp/ops/ctc_loss.hpp"
#include "fluxpp/ops/cumulative.hpp"
#include "fluxpp/ops/digamma.hpp"
#include "fluxpp/ops/dropout.hpp"
#include "fluxpp/ops/einsum.hpp"
#include "fluxpp/ops/elu.hpp"
#include "fluxpp/ops/entr.hpp"
#include "fluxpp/ops/erf.hpp"
#include "fluxpp/ops/erfc.hpp"
#include "fluxpp/ops/erfcx.hpp"
#include "fluxpp/ops/erfinv.hpp"
#include "fluxpp/ops/exp.hpp"
#include "fluxpp/ops/expm1.hpp"
#include "fluxpp/ops/extremum.hpp"
#include "fluxpp/ops/fixed_point.hpp"
#include "fluxpp/ops/flip.hpp"
#include "fluxpp/ops/floor.hpp"
#include "fluxpp/ops/fmod.hpp"
#include "fluxpp/ops/gather.hpp"
#include "fluxpp/ops/gelu.hpp"
#include "fluxpp/ops/gelu_tanh.hpp"
#include "fluxpp/ops/grid_sample.hpp"
#include "fluxpp/ops/group_norm.hpp"
#include "fluxpp/ops/hardsigmoid.hpp"
#include "fluxpp/ops/hardswish.hpp"
#include "fluxpp/ops/hypot.hpp"
#include "fluxpp/ops/interpolate.hpp"
#include "fluxpp/ops/iota.hpp"
#include "fluxpp/ops/labelled.hpp"
#include "fluxpp/ops/layer_norm.hpp"
#include "fluxpp/ops/lbeta.hpp"
#include "fluxpp/ops/leaky_relu.hpp"
#include "fluxpp/ops/lgamma.hpp"
#include "fluxpp/ops/linalg.hpp"
#include "fluxpp/ops/linear_in.hpp"
#include "fluxpp/ops/linear_recurrence.hpp"
#include "fluxpp/ops/log.hpp"
#include "fluxpp/ops/log1p.hpp"
#include "fluxpp/ops/log2.hpp"
#include "fluxpp/ops/log_sigmoid.hpp"
#include "fluxpp/ops/logaddexp.hpp"
#include "fluxpp/ops/logit.hpp"
#include "fluxpp/ops/logsumexp.hpp"
#include "fluxpp/ops/map_instances.hpp"
#include "fluxpp/ops/masked_fill.hpp"
#include "fluxpp/ops/matmul.hpp"
#include "fluxpp/ops/max.hpp"
#include "fluxpp/ops/max_pool2d.hpp"
#include "fluxpp/ops/maximum.hpp"
#include "fluxpp/ops/mean.hpp"
#include "fluxpp/ops/mse.hpp"
#include "fluxpp/ops/ndtr.hpp"
#include "fluxpp/ops/ndtri.hpp"
#include "fluxpp/ops/norm.hpp"
#include "fluxpp/ops/patch.hpp"
#include "fluxpp/ops/permute.hpp"
#include "fluxpp/ops/pin.hpp"
#include "fluxpp/ops/polygamma.hpp"
#include "fluxpp/ops/pool.hpp"
#include "fluxpp/ops/pow.hpp"
#include "fluxpp/ops/prod.hpp"
#include "fluxpp/ops/random.hpp"
#include "fluxpp/ops/reduction.hpp"
#include "fluxpp/ops/relu.hpp"
#include "fluxpp/ops/relu6.hpp"
#include "fluxpp/ops/reshape.hpp"
#include "fluxpp/ops/rms_norm.hpp"
#include "fluxpp/ops/round.hpp"
#include "fluxpp/ops/rsqrt.hpp"
#include "fluxpp/ops/scan.hpp"
#include "fluxpp/ops/scatter_add.hpp"
#include "fluxpp/ops/scatter_max.hpp"
#include "fluxpp/ops/searchsorted.hpp"
#include "fluxpp/ops/segment.hpp"
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/sigmoid.hpp"
#include "fluxpp/ops/silu.hpp"
#include "fluxpp/ops/sin.hpp"
#include "fluxpp/ops/sinc.hpp"
#include "fluxpp/ops/sinh.hpp"
#include "fluxpp/ops/slice.hpp"
#include "fluxpp/ops/softmax.hpp"
#include "fluxpp/ops/softplus.hpp"
#include "fluxpp/ops/sort.hpp"
#include "fluxpp/ops/sqrt.hpp"
#include "fluxpp/ops/square.hpp"
#include "fluxpp/ops/standardised.hpp"
#include "fluxpp/ops/stop_gradient.hpp"
#include "fluxpp/ops/subscripts.hpp"
#include "fluxpp/ops/sum.hpp"
#include "fluxpp/ops/tan.hpp"
#include "fluxpp/ops/tanh.hpp"
#include "fluxpp/ops/tile.hpp"
#include "fluxpp/ops/triangle.hpp"
#include "fluxpp/ops/trunc.hpp"
#include "fluxpp/ops/unfold.hpp"
#include "fluxpp/ops/uniform.hpp"
#include "fluxpp/ops/variance.hpp"
#include "fluxpp/ops/vars.hpp"
#include "fluxpp/ops/window.hpp"
#include "fluxpp/ops/xlog1py.hpp"
#include "fluxpp/ops/xlogy.hpp"

namespace fluxpp::inline v0_1::ops {

template <class... Op> struct op_list { static constexpr int size = sizeof...(Op); };
template <class A, class B> struct both_lists;
template <class... A, class... B> struct both_lists<op_list<A...>, op_list<B...>> { using type = op_list<A..., B...>; };

/// Elementwise operations; the position is the code of the operation in a fused kernel.
using elementwise_list =
    op_list<add, sub, mul, div, neg, //
            abs, acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, ceil, clamp, copy, cos, cosh, digamma, elu, entr,
            equal, erf, erfc, erfcx, erfinv, exp, expm1, floor, fmod, gelu, gelu_tanh, greater, greater_equal,
            hardsigmoid, hardswish, hypot, leaky_relu, less, less_equal, lgamma, log, log1p, log2, log_ndtr,
            log_sigmoid, logaddexp, logit, maximum, minimum, ndtr, ndtri, not_equal, polygamma, pow, relu, relu6, round,
            rsqrt, select, sigmoid, sign, silu, sin, sinc, sinh, softplus, sqrt, square, tan, tanh, trigamma, trunc,
            xlog1py, xlogy>;

/// Reductions and views.
using reduction_list = op_list<sum, prod, max, min>;
using view_list = op_list<broadcast, reshape, stop_gradient, pin, variance>;

/// Decompositions of matrices, and what is solved by them: they round as a whole, not element by element.
using decomposition_list = op_list<cholesky, triangular_solve, lu_factor, lu_solve, determinant<false>,
                                   determinant<true>, lu_sign, qr, eigh, svd>;

/// Sums over alignments, which round as a whole too.
using alignment_list = op_list<ctc, ctc_occupancy, ctc_second>;

/// Operations with a kernel of their own (kernels/step.hpp).
using step_list = both_lists<
    op_list<matmul, batched_matmul, conv2d, conv2d_input_grad, conv2d_weight_grad,                             //
            max_pool2d, max_pool_at, max_pool_put, avg_pool2d, avg_pool2d_grad,                                //
            unfold, fold_windows, resample, resample_grad, patch_sum, patch_put, patch_dot,                    //
            attention_rows, attention_grad, cumsum, cumprod, others, linear_recurrence, argsort, searchsorted, //
            permute, slice, embed, concat<2>, concat<3>, concat<4>, gather, scatter_add, scatter_argmax, pick, //
            arg_extremum, take_at_extremum, put_at_extremum, uniform, iota>,
    both_lists<decomposition_list, alignment_list>::type>::type;

} // namespace fluxpp::inline v0_1::ops
