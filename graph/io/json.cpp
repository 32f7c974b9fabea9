#include "graph/io/json.hpp"

#include <caloquant/error.hpp>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>
#include <vector>

namespace caloquant {
namespace {

/// nlohmann keeps the last of two equal keys; this callback notices them.
class DuplicateKeys {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    if (event == Json::parse_event_t::object_start) {
      keys_.resize(std::max(keys_.size(), level + 2));
      keys_[level + 1].clear();
    } else if (event == Json::parse_event_t::key) {
      const auto key = parsed.get<std::string>();
      if (level < keys_.size() && !keys_[level].insert(key).second && duplicate_.empty()) {
        duplicate_ = key;
      }
    }
    return true;
  }
  [[nodiscard]] const std::string& duplicate() const { return duplicate_; }

 private:
  std::vector<std::set<std::string>> keys_;
  std::string duplicate_;
};

}  // namespace

template <typename E>
Json parse_json(std::string_view text, const std::string& place, JsonComments comments) {
  DuplicateKeys keys;
  Json parsed;
  try {
    parsed = Json::parse(text, std::ref(keys), true, comments == JsonComments::allowed);
  } catch (const nlohmann::json::exception& error) {
    // Without the library's "[json.exception...] parse error at ".
    const std::string message = error.what();
    const std::string known = "parse error at ";
    const std::size_t at = message.find(known);
    throw E(place,
            "is not valid JSON: " +
                (at == std::string::npos ? message : message.substr(at + known.size())),
            "correct it there");
  }
  if (!keys.duplicate().empty()) {
    throw E(place, "has the key '" + keys.duplicate() + "' twice in one object",
            "keep one of them");
  }
  return parsed;
}
template Json parse_json<ConfigError>(std::string_view, const std::string&, JsonComments);
template Json parse_json<ModelError>(std::string_view, const std::string&, JsonComments);
template Json parse_json<DataError>(std::string_view, const std::string&, JsonComments);

template <typename E>
std::string read_text(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream || std::filesystem::is_directory(file)) {
    throw E(file.string(), "cannot be read", "check the path and its permissions");
  }
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}
template std::string read_text<ConfigError>(const std::filesystem::path&);
template std::string read_text<ModelError>(const std::filesystem::path&);
template std::string read_text<DataError>(const std::filesystem::path&);

Json json_number(double value) {
  if (std::isfinite(value)) {
    return value;
  }
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

}  // namespace caloquant
