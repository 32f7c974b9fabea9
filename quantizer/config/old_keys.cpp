#include "quantizer/config/old_keys.hpp"

#include <caloquant/error.hpp>
#include <utility>

#include "quantizer/config/fields/sections.hpp"

namespace caloquant {
namespace {

using config_table::OldKey;

/// The object with its keys in their order, `old_name` called `name`.
Json renamed(const Json& object, const std::string& old_name, const std::string& name) {
  Json result = Json::object();
  for (const auto& [key, value] : object.items()) {
    if (key != name) {
      result[key == old_name ? name : key] = value;
    }
  }
  return result;
}

}  // namespace

std::vector<std::string> rename_old_keys(Json& document, const std::string& place, BothNames both) {
  std::vector<std::string> sentences;
  for (const OldKey& key : config_table::old_keys_in(config_table::run_config_fields())) {
    const Json::json_pointer pointer(key.pointer);
    if (!document.contains(pointer) || !document.at(pointer).contains(key.old_name)) {
      continue;
    }
    Json& object = document.at(pointer);
    const std::string at = place + key.pointer + "/" + key.old_name;
    if (object.contains(key.name) && both == BothNames::refused) {
      throw ConfigError(at, "is the old name of '" + key.name + "', which is there, too",
                        "leave out '" + key.old_name + "'");
    }
    object = renamed(object, key.old_name, key.name);
    sentences.push_back(at + " is called '" + key.name +
                        "' now; the next version will not know the old name");
  }
  return sentences;
}

}  // namespace caloquant
