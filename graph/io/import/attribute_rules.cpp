#include "graph/io/import/attribute_rules.hpp"

#include <charconv>

#include "ops/core/check.hpp"

namespace caloquant {
namespace {

std::vector<std::string_view> words_of(std::string_view list) {
  std::vector<std::string_view> words;
  while (!list.empty()) {
    const std::size_t end = list.find(' ');
    if (end != 0) {
      words.push_back(list.substr(0, end));
    }
    list = end == std::string_view::npos ? std::string_view{} : list.substr(end + 1);
  }
  return words;
}

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  CALOQUANT_EXPECT(error == std::errc{} && stop == text.data() + text.size());
  return value;
}

/// "7-10", "-10", "11-" or "11", the last without an end.
void set_versions(std::string_view text, std::int64_t& first, std::int64_t& last) {
  const std::size_t dash = text.find('-');
  const std::string_view begin = text.substr(0, dash);
  const std::string_view end =
      dash == std::string_view::npos ? std::string_view{} : text.substr(dash + 1);
  first = begin.empty() ? first : number_of(begin);
  last = end.empty() ? last : number_of(end);
}

}  // namespace

std::vector<AttributeRule> attribute_rules(std::string_view list) {
  std::vector<AttributeRule> rules;
  for (const std::string_view word : words_of(list)) {
    AttributeRule rule;
    std::size_t at = word.find_first_of("!@~=");
    rule.name = word.substr(0, at);
    while (at < word.size()) {
      const std::size_t next = word.find_first_of("!@~=", at + 1);
      const std::string_view text =
          word.substr(at + 1, next == std::string_view::npos ? next : next - at - 1);
      rule.required = rule.required || word[at] == '!';
      rule.harmless = rule.harmless || word[at] == '~';
      if (word[at] == '=') {
        rule.allowed = number_of(text);
      } else if (word[at] == '@') {
        set_versions(text, rule.first, rule.last);
      }
      at = next;
    }
    rules.push_back(rule);
  }
  return rules;
}

InputCounts input_counts(std::string_view list, std::int64_t version) {
  constexpr auto any = static_cast<std::size_t>(-1);
  for (const std::string_view word : words_of(list)) {
    const std::size_t at = word.find('@');
    std::int64_t first = 0;
    std::int64_t last = INT64_MAX;
    if (at != std::string_view::npos) {
      set_versions(word.substr(at + 1), first, last);
    }
    if (version < first || version > last) {
      continue;
    }
    const std::string_view counts = word.substr(0, at);
    const std::size_t dash = counts.find('-');
    const auto least = static_cast<std::size_t>(number_of(counts.substr(0, dash)));
    if (dash == std::string_view::npos) {
      return {least, least};
    }
    const std::string_view most = counts.substr(dash + 1);
    return {least, most == "*" ? any : static_cast<std::size_t>(number_of(most))};
  }
  return {0, any};
}

}  // namespace caloquant
