// SPDX-License-Identifier: MIT
#pragma once
// The list of operations: to be tested, planned and run, an operation stands here.
#include "fluxpp/ops/abs.hpp"
#include "fluxpp/ops/acos.hpp"
#include "fluxpp/ops/argmax.hpp"
#include "fluxpp/ops/arithmetic.hpp"
#include "fluxpp/ops/asin.hpp"
#include "fluxpp/ops/atan.hpp"
#include "fluxpp/ops/atan2.hpp"
#include "fluxpp/ops/attention.hpp"
#include "fluxpp/ops/attention_parts.hpp"
#include "fluxpp/ops/attention_rows.hpp"
#include "fluxpp/ops/avg_pool2d.hpp"
#include "fluxpp/ops/batch_norm.hpp"
#include "fluxpp/ops/batched_matmul.hpp"
#include "fluxpp/ops/binary_cross_entropy.hpp"
#include "fluxpp/ops/broadcast.hpp"
#include "fluxpp/ops/cbrt.hpp"
#include "fluxpp/ops/clamp.hpp"
#include "fluxpp/ops/compare.hpp"
#include "fluxpp/ops/concat.hpp"
#include "fluxpp/ops/conv2d.hpp"
#include "fluxpp/ops/conv3d.hpp"
#include "fluxpp/ops/conv_transpose2d.hpp"
#include "fluxpp/ops/copy.hpp"
#include "fluxpp/ops/cross_entropy.hpp"
#include "fluxpp/ops/dropout.hpp"
#include "fluxpp/ops/elu.hpp"
#include "fluxpp/ops/erf.hpp"
#include "fluxpp/ops/exp.hpp"
#include "fluxpp/ops/expm1.hpp"
#include "fluxpp/ops/extremum.hpp"
#include "fluxpp/ops/floor.hpp"
#include "fluxpp/ops/gather.hpp"
#include "fluxpp/ops/gelu.hpp"
#include "fluxpp/ops/gelu_tanh.hpp"
#include "fluxpp/ops/grid_sample.hpp"
#include "fluxpp/ops/group_norm.hpp"
#include "fluxpp/ops/hardsigmoid.hpp"
#include "fluxpp/ops/hardswish.hpp"
#include "fluxpp/ops/interpolate.hpp"
#include "fluxpp/ops/iota.hpp"
#include "fluxpp/ops/layer_norm.hpp"
#include "fluxpp/ops/leaky_relu.hpp"
#include "fluxpp/ops/linear_in.hpp"
#include "fluxpp/ops/log.hpp"
#include "fluxpp/ops/log1p.hpp"
#include "fluxpp/ops/log2.hpp"
#include "fluxpp/ops/logsumexp.hpp"
#include "fluxpp/ops/matmul.hpp"
#include "fluxpp/ops/max.hpp"
#include "fluxpp/ops/max_pool2d.hpp"
#include "fluxpp/ops/maximum.hpp"
#include "fluxpp/ops/mean.hpp"
#include "fluxpp/ops/mse.hpp"
#include "fluxpp/ops/norm.hpp"
#include "fluxpp/ops/patch.hpp"
#include "fluxpp/ops/permute.hpp"
#include "fluxpp/ops/pin.hpp"
#include "fluxpp/ops/pool.hpp"
#include "fluxpp/ops/pow.hpp"
#include "fluxpp/ops/prod.hpp"
#include "fluxpp/ops/reduction.hpp"
#include "fluxpp/ops/relu.hpp"
#include "fluxpp/ops/relu6.hpp"
#include "fluxpp/ops/reshape.hpp"
#include "fluxpp/ops/rms_norm.hpp"
#include "fluxpp/ops/rsqrt.hpp"
#include "fluxpp/ops/select.hpp"
#include "fluxpp/ops/sigmoid.hpp"
#include "fluxpp/ops/silu.hpp"
#include "fluxpp/ops/sin.hpp"
#include "fluxpp/ops/sinh.hpp"
#include "fluxpp/ops/slice.hpp"
#include "fluxpp/ops/softmax.hpp"
#include "fluxpp/ops/softplus.hpp"
#include "fluxpp/ops/sqrt.hpp"
#include "fluxpp/ops/square.hpp"
#include "fluxpp/ops/standardised.hpp"
#include "fluxpp/ops/stop_gradient.hpp"
#include "fluxpp/ops/sum.hpp"
#include "fluxpp/ops/tan.hpp"
#include "fluxpp/ops/tanh.hpp"
#include "fluxpp/ops/unfold.hpp"
#include "fluxpp/ops/uniform.hpp"
#include "fluxpp/ops/variance.hpp"
#include "fluxpp/ops/window.hpp"

namespace fluxpp::inline v0_1::ops {

template <class... Op> struct op_list { static constexpr int size = sizeof...(Op); };

/// Elementwise operations; the position is the code of the operation in a fused kernel.
using elementwise_list = op_list<
    add, sub, mul, div, neg,                                                                                         //
    abs, acos, asin, atan, atan2, cbrt, clamp, copy, cos, cosh, elu, equal, erf, exp, expm1, floor, gelu, gelu_tanh, //
    greater, greater_equal, hardsigmoid, hardswish, leaky_relu, less, less_equal, log, log1p, log2, maximum,         //
    minimum, not_equal, pow, relu, relu6, rsqrt, select, sigmoid, sign, silu, sin, sinh, softplus, sqrt, square,     //
    tan, tanh>;

/// Reductions and views.
using reduction_list = op_list<sum, prod, max, min>;
using view_list = op_list<broadcast, reshape, stop_gradient, pin, variance>;

/// Operations with a kernel of their own (kernels/step.hpp).
using step_list = op_list<matmul, batched_matmul, conv2d, conv2d_input_grad, conv2d_weight_grad,             //
                          max_pool2d, max_pool_at, max_pool_put, avg_pool2d, avg_pool2d_grad,                //
                          unfold, fold_windows, resample, resample_grad, patch_sum, patch_put, patch_dot,    //
                          attention_rows, attention_grad,                                                    //
                          permute, slice, embed, concat<2>, concat<3>, concat<4>, gather, scatter_add, pick, //
                          arg_extremum, take_at_extremum, put_at_extremum, uniform, iota>;

} // namespace fluxpp::inline v0_1::ops
