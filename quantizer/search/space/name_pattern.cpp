#include "quantizer/search/space/name_pattern.hpp"

#include <fnmatch.h>

#include <caloquant/error.hpp>
#include <utility>

namespace caloquant {
namespace {

constexpr std::string_view regex_prefix = "re:";

[[noreturn]] void bad_regex(const std::string& place, const std::string& pattern,
                            const std::regex_error& error) {
  throw ConfigError(place,
                    "'" + pattern + "' is not a usable regular expression (" + error.what() + ")",
                    "write an ECMAScript regex after 're:', or a glob with '*' and '?'");
}

}  // namespace

NamePattern::NamePattern(std::string pattern, std::string place)
    : pattern_(std::move(pattern)), place_(std::move(place)) {
  if (pattern_.starts_with(regex_prefix)) {
    try {
      regex_.emplace(pattern_.substr(regex_prefix.size()), std::regex::ECMAScript);
    } catch (const std::regex_error& error) {
      bad_regex(place_, pattern_, error);
    }
  }
}

bool NamePattern::matches(const std::string& name) const {
  if (regex_) {
    try {
      return std::regex_match(name, *regex_);
    } catch (const std::regex_error& error) {
      bad_regex(place_, pattern_, error);
    }
  }
  if (pattern_ == name) {
    return true;
  }
  return pattern_.find_first_of("*?") != std::string::npos &&
         fnmatch(pattern_.c_str(), name.c_str(), 0) == 0;
}

}  // namespace caloquant
