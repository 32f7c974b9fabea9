#include "tools/cli/option_facts.hpp"

#include <algorithm>

namespace caloquant::cli {
namespace {

/// The members of "{a,b}" in a type name, which is where CLI::IsMember shows them.
std::vector<std::string> members_in(const std::string& type) {
  const std::size_t open = type.find('{');
  const std::size_t close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) {
    return {};
  }
  return CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
}

/// What to call a value of one of CLI11's own types; behind a colon is what validators say.
std::string value_name(const std::string& type) {
  if (type.starts_with(range_value)) {
    return range_value;
  }
  const std::string base = type.substr(0, type.find(':'));
  if (base == "INT" || base == "UINT") {
    return "N";
  }
  return base == "FLOAT" ? "X" : base;
}

ValueKind kind_of(const OptionFacts& facts) {
  if (!facts.choices.empty()) {
    return ValueKind::choice;
  }
  const bool file = facts.value.find(file_value) != std::string::npos;
  return file                                                  ? ValueKind::file
         : facts.value.find(folder_value) != std::string::npos ? ValueKind::folder
                                                               : ValueKind::free;
}

}  // namespace

OptionFacts facts_of(const CLI::Option& option) {
  OptionFacts facts;
  facts.positional = option.get_positional();
  if (facts.positional) {
    facts.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_snames()) {
      facts.names.push_back("-" + name);
    }
    for (const std::string& name : option.get_lnames()) {
      facts.names.push_back("--" + name);
    }
  }
  facts.description = option.get_description();
  facts.default_text = option.get_default_str();
  facts.group = option.get_group();
  facts.required = option.get_required();
  facts.list = option.get_delimiter() != '\0';
  facts.many = option.get_expected_max() > 1;
  const std::string type = option.get_type_name();
  if (option.get_items_expected_max() == 0) {
    return facts;
  }
  facts.choices = members_in(type);
  facts.value = facts.choices.empty() ? value_name(type) : CLI::detail::join(facts.choices, "|");
  constexpr std::size_t longest = 40;
  if (facts.value.size() > longest) {
    facts.description += "; one of " + CLI::detail::join(facts.choices, ", ");
    facts.value = "NAME";
  }
  facts.kind = kind_of(facts);
  return facts;
}

std::vector<OptionFacts> options_of(const CLI::App& command) {
  std::vector<OptionFacts> all;
  for (const CLI::Option* option : command.get_options(
           [](const CLI::Option* candidate) { return !candidate->get_group().empty(); })) {
    all.push_back(facts_of(*option));
  }
  const auto is_help = [](const OptionFacts& option) {
    return std::ranges::find(option.names, "--help") != option.names.end();
  };
  std::ranges::stable_sort(all, {}, [&](const OptionFacts& option) {
    return option.positional ? 0 : is_help(option) ? 2 : 1;
  });
  return all;
}

std::string spelling(const OptionFacts& option) {
  std::string names = CLI::detail::join(option.names, ", ");
  if (option.positional || option.kind == ValueKind::flag) {
    return names;
  }
  return names + " " + option.value + (option.list ? ",..." : "");
}

std::string usage_of(const CLI::App& command, const std::string& name) {
  std::string usage = name + " [options]";
  for (const OptionFacts& option : options_of(command)) {
    if (option.positional) {
      const std::string argument = option.names.front() + (option.many ? "..." : "");
      usage += option.required ? " " + argument : " [" + argument + "]";
    }
  }
  return usage;
}

}  // namespace caloquant::cli
