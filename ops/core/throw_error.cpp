#include "ops/core/throw_error.hpp"

namespace caloquant {

void throw_error(ErrorKind kind, const std::string& place, const std::string& problem,
                 const std::string& remedy) {
  switch (kind) {
    case ErrorKind::usage:
      throw UsageError(place, problem, remedy);
    case ErrorKind::config:
      throw ConfigError(place, problem, remedy);
    case ErrorKind::model:
      throw ModelError(place, problem, remedy);
    case ErrorKind::data:
      throw DataError(place, problem, remedy);
    case ErrorKind::backend:
    case ErrorKind::interrupted:
      break;
  }
  throw BackendError(place, problem, remedy);
}

}  // namespace caloquant
