#pragma once

#include <exception>
#include <string>

#pragma GCC visibility push(default)
namespace caloquant {

/// What went wrong, seen from the user's side. Each kind has one exit code (see exit_code()).
enum class ErrorKind {
  usage,        ///< wrong command line
  config,       ///< the JSON config; place = file and JSON pointer
  model,        ///< a model file or an unsupported layer; place = file, HDF5 path or layer
  data,         ///< showers, latents; place = file, HDF5 path, event
  backend,      ///< the execution engine, the operating system, writing of results
  interrupted,  ///< the user or a callback stopped the run
};

/// Base of everything thrown on user input. The message reads "place: problem; remedy".
/// Expected outcomes (a pass does not apply, the target is not met) are values, never exceptions;
/// programmer errors are contracts (ops/core/check.hpp).
class Error : public std::exception {
 public:
  /// `place`: file and JSON pointer, HDF5 path or layer; `problem`: what is wrong there; `remedy`:
  /// what would be right.
  Error(ErrorKind kind, std::string place, std::string problem, std::string remedy = {});

  /// What went wrong in general.
  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  /// Where.
  [[nodiscard]] const std::string& place() const noexcept { return place_; }
  /// What is wrong there.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// What would be right; may be empty.
  [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }
  /// All three in one line that a terminal can show: control characters, and others that are not
  /// seen, are escaped.
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  std::string place_;
  std::string problem_;
  std::string remedy_;
  std::string message_;
};

/// Wrong use of the program or the library.
struct UsageError : Error {
  /// As Error.
  explicit UsageError(std::string place, std::string problem, std::string remedy = {});
};
/// A config is wrong.
struct ConfigError : Error {
  /// As Error.
  explicit ConfigError(std::string place, std::string problem, std::string remedy = {});
};
/// A model cannot be read, or does not fit.
struct ModelError : Error {
  /// As Error.
  explicit ModelError(std::string place, std::string problem, std::string remedy = {});
};
/// Data cannot be read, or do not fit.
struct DataError : Error {
  /// As Error.
  explicit DataError(std::string place, std::string problem, std::string remedy = {});
};
/// The engine or the operating system failed.
struct BackendError : Error {
  /// As Error.
  explicit BackendError(std::string place, std::string problem, std::string remedy = {});
};
/// The user has ended the work.
struct InterruptedError : Error {
  /// As Error; `place` is what was going on.
  explicit InterruptedError(std::string place);
};

/// 2 usage, 3 config, 4 model, 5 data, 6 backend, 130 interrupted.
[[nodiscard]] int exit_code(ErrorKind kind) noexcept;

}  // namespace caloquant
#pragma GCC visibility pop
