#include "tools/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace caloquant::cli {

Option* Option::type_name(const std::string& name) {
  option_->type_name(name);
  return this;
}

Option* Option::group(const std::string& heading) {
  option_->group(heading);
  return this;
}

Option* Option::required(bool is_required) {
  option_->required(is_required);
  return this;
}

Option* Option::capture_default_str() {
  option_->capture_default_str();
  return this;
}

Option* Option::delimiter(char separator) {
  option_->delimiter(separator);
  return this;
}

Option* Option::allow_extra_args(bool all) {
  option_->allow_extra_args(all);
  return this;
}

Option* Option::transform(const ArgumentRule& rule) {
  option_->transform(CLI::Validator(rule.problem, rule.wanted));
  return this;
}

Option* Option::one_of(const std::vector<std::string>& words) {
  option_->check(CLI::IsMember(words));
  return this;
}

Option* Option::needs(Option* other) {
  option_->needs(other->option_);
  return this;
}

Option* Option::excludes(Option* other) {
  option_->excludes(other->option_);
  return this;
}

OptionFacts Option::facts() const {
  OptionFacts facts;
  facts.positional = option_->get_positional();
  if (facts.positional) {
    facts.names = {option_->get_name(true)};
  } else {
    for (const std::string& name : option_->get_snames()) {
      facts.names.push_back("-" + name);
    }
    for (const std::string& name : option_->get_lnames()) {
      facts.names.push_back("--" + name);
    }
  }
  facts.type = option_->get_items_expected_max() == 0 ? "" : option_->get_type_name();
  facts.description = option_->get_description();
  facts.default_text = option_->get_default_str();
  facts.group = option_->get_group();
  facts.required = option_->get_required();
  facts.list = option_->get_delimiter() != '\0';
  facts.many = option_->get_expected_max() > 1;
  return facts;
}

std::vector<std::string> Option::given() const {
  return option_->results();
}

Command::Command(const std::string& name, std::string description, const std::string& version)
    : program_(std::make_unique<CLI::App>("", name)),
      app_(program_.get()),
      description_(std::move(description)) {
  keep(app_->set_help_flag("-h,--help", "print this help"));
  keep(app_->set_version_flag("--version", version, "print the version"));
  app_->require_subcommand(1);
}

Command::Command(CLI::App& app, std::string description, const Command* parent)
    : app_(&app), parent_(parent), description_(std::move(description)) {
  keep(app_->get_help_ptr());
}

Command::~Command() = default;

Command* Command::add_subcommand(const std::string& name, std::string description) {
  CLI::App* app = app_->add_subcommand(name);
  commands_.push_back(std::unique_ptr<Command>(new Command(*app, std::move(description), this)));
  return commands_.back().get();
}

template <typename T>
Option* Command::add_option(const std::string& names, T& value, const std::string& description) {
  return keep(app_->add_option(names, value, description));
}

template Option* Command::add_option(const std::string&, std::string&, const std::string&);
template Option* Command::add_option(const std::string&, int&, const std::string&);
template Option* Command::add_option(const std::string&, std::int64_t&, const std::string&);
template Option* Command::add_option(const std::string&, std::uint64_t&, const std::string&);
template Option* Command::add_option(const std::string&, double&, const std::string&);
template Option* Command::add_option(const std::string&, std::optional<std::int64_t>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::optional<std::uint64_t>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::optional<double>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<std::string>&,
                                     const std::string&);
template Option* Command::add_option(const std::string&, std::vector<int>&, const std::string&);
template Option* Command::add_option(const std::string&, std::vector<std::int64_t>&,
                                     const std::string&);

Option* Command::add_flag(const std::string& names, bool& value, const std::string& description) {
  return keep(app_->add_flag(names, value, description));
}

void Command::callback(std::function<void()> chosen) {
  app_->callback(std::move(chosen));
}

std::string Command::get_name() const {
  return app_->get_name();
}

std::vector<const Option*> Command::get_options() const {
  std::vector<const Option*> options;
  std::ranges::transform(options_, std::back_inserter(options), &std::unique_ptr<Option>::get);
  return options;
}

std::vector<const Command*> Command::get_subcommands() const {
  std::vector<const Command*> commands;
  std::ranges::transform(commands_, std::back_inserter(commands), &std::unique_ptr<Command>::get);
  return commands;
}

const Command* Command::chosen() const {
  const auto command = std::ranges::find_if(
      commands_, [](const std::unique_ptr<Command>& each) { return each->app_->parsed(); });
  return command == commands_.end() ? nullptr : command->get();
}

ParseResult Command::parse(std::vector<std::string> arguments) {
  std::ranges::reverse(arguments);  // CLI11 takes them from the end
  try {
    app_->parse(std::move(arguments));
  } catch (const CLI::CallForHelp&) {
    return {ParseEnd::help, ""};
  } catch (const CLI::CallForVersion& version) {
    return {ParseEnd::version, version.what()};
  } catch (const CLI::RequiredError& error) {
    return {ParseEnd::incomplete, error.what()};
  } catch (const CLI::RequiresError& error) {
    return {ParseEnd::incomplete, error.what()};
  } catch (const CLI::ParseError& error) {
    return {ParseEnd::wrong, error.what()};
  }
  return {};
}

Option* Command::keep(CLI::Option* option) {
  options_.push_back(std::make_unique<Option>(*option));
  return options_.back().get();
}

}  // namespace caloquant::cli
