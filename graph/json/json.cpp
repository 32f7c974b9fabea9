#include "graph/json/json.hpp"

#include <algorithm>
#include <caloquant/error.hpp>
#include <cmath>
#include <set>
#include <type_traits>
#include <utility>
#include <vector>

#include "ops/core/input_file.hpp"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace caloquant {
namespace {

/// Stops the parser, which itself does not recurse.
struct TooDeep {};

/// nlohmann keeps the last of two equal keys; this callback notices them, and documents that are
/// too deep for whoever reads them.
class Watch {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth >= deepest_json) {
      throw TooDeep();
    }
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
  Watch keys;
  Json parsed;
  try {
    parsed = Json::parse(text, std::ref(keys), true, comments == JsonComments::allowed);
  } catch (const TooDeep&) {
    throw E(
        place,
        "has more than " + std::to_string(deepest_json) + " arrays and objects inside each other",
        "no document that is read here needs so many");
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
  return InputFile::open(file, E("", "").kind()).text(largest_text);
}
template std::string read_text<ConfigError>(const std::filesystem::path&);
template std::string read_text<ModelError>(const std::filesystem::path&);
template std::string read_text<DataError>(const std::filesystem::path&);

template <typename T>
std::optional<T> json_as(const Json& value) {
  if constexpr (std::is_floating_point_v<T>) {
    const NumberRange range =
        std::is_same_v<T, float> ? NumberRange::any_float() : NumberRange::any();
    if (!value.is_number() || !number_problem(value.get<double>(), range).empty()) {
      return std::nullopt;
    }
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_boolean()) {
      return std::nullopt;
    }
  } else if constexpr (std::is_integral_v<T>) {
    // Whole numbers beyond 64 bits are parsed as fractions.
    const bool fits = value.is_number_unsigned() ? std::in_range<T>(value.get<std::uint64_t>())
                                                 : value.is_number_integer() &&
                                                       std::in_range<T>(value.get<std::int64_t>());
    if (!fits) {
      return std::nullopt;
    }
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!value.is_string()) {
      return std::nullopt;
    }
  } else {
    if (!value.is_array() || !std::ranges::all_of(value, [](const Json& entry) {
          return json_as<typename T::value_type>(entry).has_value();
        })) {
      return std::nullopt;
    }
  }
  return value.get<T>();
}
template std::optional<double> json_as(const Json&);
template std::optional<float> json_as(const Json&);
template std::optional<std::int64_t> json_as(const Json&);
template std::optional<std::uint64_t> json_as(const Json&);
template std::optional<bool> json_as(const Json&);
template std::optional<std::string> json_as(const Json&);
template std::optional<std::vector<std::int64_t>> json_as(const Json&);

template <typename E>
double json_number_at(const Json& json, const char* key, const std::string& place,
                      const NumberRange& range) {
  const std::string where = place + "/" + key;
  if (!json.is_object() || !json.contains(key)) {
    throw E(where, "is missing", "it must be " + to_string(range));
  }
  const std::optional<double> value = json_as<double>(json.at(key));
  if (!value) {
    throw E(where, "is no number", "it must be " + to_string(range));
  }
  return checked_number<E>(*value, where, range);
}
template double json_number_at<ConfigError>(const Json&, const char*, const std::string&,
                                            const NumberRange&);
template double json_number_at<DataError>(const Json&, const char*, const std::string&,
                                          const NumberRange&);

template <typename E>
void require_format(const Json& json, const std::string& place, std::string_view format,
                    std::int64_t version) {
  if (!json.is_object() || !json.contains("_format") ||
      json_as<std::string>(json.at("_format")) != format) {
    throw E(place, "is no '" + std::string(format) + "': its _format does not say so",
            "give the file that 'caloquant quantize' wrote");
  }
  const auto found =
      json.contains("_version") ? json_as<std::int64_t>(json.at("_version")) : std::nullopt;
  if (found != version) {
    const bool newer = found && *found > version;
    throw E(place,
            found ? "has version " + std::to_string(*found) + " of its format, but version " +
                        std::to_string(version) + " is read here"
                  : "has no _version, the number of its format",
            newer ? "read it with the newer caloquant that wrote it"
                  : "run 'caloquant quantize' again with this version");
  }
}
template void require_format<ConfigError>(const Json&, const std::string&, std::string_view,
                                          std::int64_t);
template void require_format<DataError>(const Json&, const std::string&, std::string_view,
                                        std::int64_t);
template void require_format<ModelError>(const Json&, const std::string&, std::string_view,
                                         std::int64_t);

Json json_number(double value) {
  if (std::isfinite(value)) {
    return value;
  }
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

}  // namespace caloquant
