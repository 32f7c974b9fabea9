#include <caloquant/error.hpp>
#include <utility>

#include "ops/core/terminal_text.hpp"

namespace caloquant {

Error::Error(ErrorKind kind, std::string place, std::string problem, std::string remedy)
    : kind_(kind),
      place_(std::move(place)),
      problem_(std::move(problem)),
      remedy_(std::move(remedy)) {
  message_ = place_.empty() ? problem_ : place_ + ": " + problem_;
  if (!remedy_.empty()) {
    message_ += "; " + remedy_;
  }
  message_ = terminal_text(message_);
}

UsageError::UsageError(std::string place, std::string problem, std::string remedy)
    : Error(ErrorKind::usage, std::move(place), std::move(problem), std::move(remedy)) {}
ConfigError::ConfigError(std::string place, std::string problem, std::string remedy)
    : Error(ErrorKind::config, std::move(place), std::move(problem), std::move(remedy)) {}
ModelError::ModelError(std::string place, std::string problem, std::string remedy)
    : Error(ErrorKind::model, std::move(place), std::move(problem), std::move(remedy)) {}
DataError::DataError(std::string place, std::string problem, std::string remedy)
    : Error(ErrorKind::data, std::move(place), std::move(problem), std::move(remedy)) {}
BackendError::BackendError(std::string place, std::string problem, std::string remedy)
    : Error(ErrorKind::backend, std::move(place), std::move(problem), std::move(remedy)) {}
InterruptedError::InterruptedError(std::string place)
    : Error(ErrorKind::interrupted, std::move(place), "interrupted") {}

int exit_code(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::usage:
      return 2;
    case ErrorKind::config:
      return 3;
    case ErrorKind::model:
      return 4;
    case ErrorKind::data:
      return 5;
    case ErrorKind::backend:
      return 6;
    case ErrorKind::interrupted:
      return 130;
  }
  return 6;
}

}  // namespace caloquant
