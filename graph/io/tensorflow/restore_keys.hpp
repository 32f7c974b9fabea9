#pragma once

#include <map>
#include <string>

#include "graph/io/tensorflow/program.hpp"

namespace caloquant::tensorflow {

/// Which tensor of the checkpoint each variable (by its shared name) is restored from, as the
/// program's own restore function says: the only place that tells for variables that Keras 3 keeps
/// twice. Empty where there is no such function, or not in the usual form.
[[nodiscard]] std::map<std::string, std::string> restore_keys(const Program& program);

}  // namespace caloquant::tensorflow
