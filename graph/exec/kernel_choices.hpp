#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "graph/exec/engine.hpp"
#include "ops/cpu/isa.hpp"

namespace caloquant {

/// Which kernel computes which layer, measured once and kept in a file: default_kind(), unless
/// another one is faster by more than `margin`. The library (oneDNN) is charged with the changes of
/// memory order to neighbours that it may need.
/// Measured on one thread, so that the choice, and with it the last bits of f32 results, does not
/// depend on the number of threads.
class KernelChoices {
 public:
  static constexpr double margin = 1.1;

  struct Measured {
    LayerKind kind = LayerKind::library;
    std::map<LayerKind, double> milliseconds;  ///< per image; the kinds that can compute the layer
    /// Measured while others used the processor. Who reads it from a file measures again, once, and
    /// keeps the choice unless the machine is quiet now: runs on a busy one stay alike.
    bool provisional = false;
  };

  /// What `file` holds for this machine: nothing where it is absent, unreadable, or made by another
  /// processor or version. An empty path, or a file that never was
  /// such a table: one that is kept nowhere.
  explicit KernelChoices(std::filesystem::path file, Isa isa = active_isa());

  /// Answers from the table; measures a layer that is not in it.
  [[nodiscard]] LayerKind choose(const LayerQuestion& question);
  [[nodiscard]] const std::map<std::string, Measured>& table() const { return table_; }
  /// The table as the file has it.
  [[nodiscard]] std::string text() const;
  /// Answers of a text() come before what is known and what would be measured: a run that goes on
  /// computes as it began. Of another machine or version nothing is taken. Throws
  /// ModelError with `place` for what is no such text.
  void adopt(const std::string& text, const std::string& place);
  /// Writes the table if something was measured. A file that cannot be written is no error: the
  /// next run measures again.
  void save();

 private:
  std::filesystem::path file_;
  Isa isa_;
  std::map<std::string, Measured> table_;  ///< by signature_of()
  std::set<std::string> settled_;          ///< not to be measured again here
  bool changed_ = false;
};

/// The processor, the set of kernels and the version that times hold for.
[[nodiscard]] std::string kernel_machine(Isa isa);

/// Everything about a layer that its time depends on, as text.
[[nodiscard]] std::string signature_of(const LayerQuestion& question);

/// The choices of this machine, in the file $CALOQUANT_KERNEL_CACHE, else caloquant/kernels.json in
/// $XDG_CACHE_HOME or ~/.cache. None (default_kind() everywhere) when the variable says "off".
[[nodiscard]] std::optional<KernelChoices> machine_kernels();

/// Options of an engine that asks `kernels`, which must outlive its compilation; null: the default.
[[nodiscard]] EngineOptions engine_with(KernelChoices* kernels);

}  // namespace caloquant
