#pragma once

namespace caloquant {

/// Visitor from lambdas. The deduction guide is needed by clang 14.
template <typename... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};
template <typename... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

}  // namespace caloquant
