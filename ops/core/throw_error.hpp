#pragma once

#include <caloquant/error.hpp>
#include <string>

namespace caloquant {

/// Throws the type that belongs to the kind, for readers whose callers choose it. An interruption
/// counts as `backend`.
[[noreturn]] void throw_error(ErrorKind kind, const std::string& place, const std::string& problem,
                              const std::string& remedy = {});

}  // namespace caloquant
