#include "graph/json/json_text.hpp"

#include "graph/json/json.hpp"

namespace caloquant {

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::string terminal_json(const Json& json) {
  return json.dump(2, ' ', true, Json::error_handler_t::replace);
}

}  // namespace caloquant
