#pragma once

#include <string_view>

namespace caloquant {

/// Writes all of `text` into an open file and waits until it is on the disk. 0, or the errno of the
/// call that failed. That a file system or a device (a pipe) has nothing to wait for is no failure.
[[nodiscard]] int write_through(int descriptor, std::string_view text) noexcept;

}  // namespace caloquant
