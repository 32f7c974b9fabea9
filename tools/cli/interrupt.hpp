#pragma once

namespace caloquant::cli {

/// From now on Ctrl-C does not end the program: interrupted() says that it was pressed.
void watch_for_interrupt();
[[nodiscard]] bool interrupted() noexcept;

}  // namespace caloquant::cli
