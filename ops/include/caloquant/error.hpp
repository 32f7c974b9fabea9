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
  Error(ErrorKind kind, std::string place, std::string problem, std::string remedy = {});

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const std::string& place() const noexcept { return place_; }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  std::string place_;
  std::string problem_;
  std::string remedy_;
  std::string message_;
};

struct UsageError : Error {
  explicit UsageError(std::string place, std::string problem, std::string remedy = {});
};
struct ConfigError : Error {
  explicit ConfigError(std::string place, std::string problem, std::string remedy = {});
};
struct ModelError : Error {
  explicit ModelError(std::string place, std::string problem, std::string remedy = {});
};
struct DataError : Error {
  explicit DataError(std::string place, std::string problem, std::string remedy = {});
};
struct BackendError : Error {
  explicit BackendError(std::string place, std::string problem, std::string remedy = {});
};
struct InterruptedError : Error {
  explicit InterruptedError(std::string place);
};

/// 2 usage, 3 config, 4 model, 5 data, 6 backend, 130 interrupted.
[[nodiscard]] int exit_code(ErrorKind kind) noexcept;

}  // namespace caloquant
#pragma GCC visibility pop
