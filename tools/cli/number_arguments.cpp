#include "tools/cli/number_arguments.hpp"

#include <caloquant/error.hpp>
#include <utility>

#include "tools/cli/output_arguments.hpp"

namespace caloquant::cli {
namespace {

/// The text as CLI11 shall read it: the digits alone, without zeros in front.
template <typename T>
ArgumentRule whole_number(T least, T most) {
  const std::string wanted =
      "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  return {[=](std::string& text) {
            const std::optional<T> value = integer_from<T>(text);
            if (!value || *value < least || *value > most) {
              return "'" + text + "' is not " + wanted;
            }
            text = std::to_string(*value);
            return std::string();
          },
          wanted};
}

}  // namespace

ArgumentRule number_in(const NumberRange& range) {
  return {[range](std::string& text) {
            const std::optional<double> value = number_from(text);
            return value && number_problem(*value, range).empty()
                       ? std::string()
                       : "'" + text + "' is not " + to_string(range);
          },
          to_string(range)};
}

ArgumentRule integer_in(std::int64_t least, std::int64_t most) {
  return whole_number(least, most);
}

ArgumentRule seed_number() {
  return whole_number(std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max());
}

ArgumentRule text_for(std::function<void(const std::string&)> parse) {
  return {[parse = std::move(parse)](std::string& text) {
            try {
              parse(text);
            } catch (const UsageError& error) {
              return error.problem() + "; " + error.remedy();
            }
            return std::string();
          },
          ""};
}

Option* add_batch(Command& command, std::int64_t& batch) {
  return command.add_option("--batch", batch, "events per call")
      ->transform(integer_in(1, most_per_call))
      ->capture_default_str()
      ->group(execution_options);
}

ArgumentRule unit_number() {
  return number_in(NumberRange::positive());
}

}  // namespace caloquant::cli
