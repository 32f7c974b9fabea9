#pragma once

#include <filesystem>
#include <string>

namespace caloquant {

// Names and ends of the temporary files of OutputFile.

/// ".NAME.<16 random hexadecimal digits>.caloquant"; a long NAME is cut.
[[nodiscard]] std::string temporary_name(const std::string& target_name);

/// Is `name` one of those, of `target_name` where that is given?
[[nodiscard]] bool is_temporary_name(const std::string& name, const std::string& target_name = {});

/// Removes the temporary files in `folder` (of `target_name` where that is given) whose writers
/// were killed: those whose lock is free. Without locks (some network file systems) nothing is
/// removed. What cannot be removed stays, and nothing is thrown.
void remove_left_temporaries(const std::filesystem::path& folder,
                             const std::string& target_name = {}) noexcept;

/// An entry in the table of files that remove_live_temporaries() removes. The table holds 64 of
/// them; what finds no place is left to the next writer when a signal ends the process.
class LiveTemporary {
 public:
  LiveTemporary() = default;
  explicit LiveTemporary(const std::filesystem::path& file) noexcept;
  LiveTemporary(LiveTemporary&& other) noexcept;
  LiveTemporary& operator=(LiveTemporary&& other) noexcept;
  ~LiveTemporary();

 private:
  int slot_ = -1;
};

/// Removes every file that this process is writing by an OutputFile. For the signal handler of a
/// process that ends with it: async-signal-safe, it calls unlink(2) and nothing else.
void remove_live_temporaries() noexcept;

}  // namespace caloquant
