#include "tools/cli/man_page.hpp"

#include "tools/cli/command_help.hpp"
#include "tools/cli/option_facts.hpp"

namespace caloquant::cli {
namespace {

/// Text that roff shows as it is: backslashes, hyphens that are to be copied, control characters
/// at the beginning of a line.
std::string roff(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char character = text[i];
    const bool line_start = i == 0 || text[i - 1] == '\n';
    if (character == '\\') {
      result += "\\e";
    } else if (character == '-') {
      result += "\\-";
    } else {
      result += (line_start && (character == '.' || character == '\'') ? "\\&" : "") +
                std::string(1, character);
    }
  }
  return result;
}

std::string bold(const std::string& text) {
  return "\\fB" + roff(text) + "\\fR";
}

std::string option_entry(const OptionFacts& option) {
  std::string names;
  for (const std::string& name : option.names) {
    names += (names.empty() ? "" : ", ") + bold(name);
  }
  if (!option.positional && option.kind != ValueKind::flag) {
    names += " \\fI" + roff(option.value + (option.list ? ",..." : "")) + "\\fR";
  }
  std::string text = option.description;
  if (!option.default_text.empty()) {
    text += " [" + option.default_text + "]";
  }
  if (option.required && !option.positional) {
    text += " (required)";
  }
  return ".TP\n" + names + "\n" + roff(text) + "\n";
}

std::string options_section(const Command& app) {
  std::string text;
  for (const OptionFacts& option : options_of(app)) {
    text += option_entry(option);
  }
  return text;
}

/// The lines below "Examples:" in a footer.
std::string examples_in(const std::string& footer) {
  const std::size_t begin = footer.find("Examples:\n");
  if (begin == std::string::npos) {
    return "";
  }
  const std::size_t first = footer.find('\n', begin) + 1;
  const std::size_t end = footer.find("\n\n", first);
  return footer.substr(first, end == std::string::npos ? end : end - first + 1);
}

std::string command_section(const Command& command) {
  return ".SS " + roff(usage_of(command, command.get_name())) + "\n" + roff(summary_of(command)) +
         ".\n.PP\n" + roff(text_of(command)) + "\n" + options_section(command);
}

std::string entries(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::string text;
  for (const auto& [name, meaning] : rows) {
    text += ".TP\n" + bold(name) + "\n" + roff(meaning) + "\n";
  }
  return text;
}

std::vector<std::pair<std::string, std::string>> variables() {
  return {
      {"CALOQUANT_KERNEL_CACHE",
       "file in which measured kernels are kept, instead of caloquant/kernels.json in "
       "$XDG_CACHE_HOME or ~/.cache; off: nothing is measured, the default kernels run"},
      {"XDG_CACHE_HOME, HOME", "where that file is looked for"},
      {"CALOQUANT_MAX_ISA",
       "instruction set that caloquant's own kernels go up to: portable, avx2, avx_vnni, avx512 or "
       "avx512_vnni"},
      {"DNNL_MAX_CPU_ISA", "the same for oneDNN; own kernels do not go beyond it either"},
      {"OMP_NUM_THREADS", "threads, where --threads does not say"},
      {"OMP_WAIT_POLICY, GOMP_SPINCOUNT",
       "how long a thread that waits for others spins before it sleeps; some microseconds where "
       "neither is given"},
      {"NO_COLOR", "no colours when set to anything, as TERM=dumb; --color is stronger"},
  };
}

std::vector<std::pair<std::string, std::string>> files() {
  return {
      {"CONFIG.json",
       "a run config: JSON with // and /* */ comments; paths in it are relative to its folder. "
       "caloquant init writes one to start from, caloquant schema prints every key"},
      {"quantized.h5, quantized.onnx", "the quantized model"},
      {"steps.jsonl, steps.csv", "every trial of a run"},
      {"result.json", "all that is known of a run"},
      {"unfinished/",
       "of a run that has not ended: its trials, written as they are made (steps.jsonl), what "
       "--resume goes on from, and after a failure result.json, which says why"},
      {".caloquant.lock", "who writes into a folder of results"},
      {"physics.txt", "the final model beside the fp32 one"},
      {"layer_costs.json", "what layers cost at each precision (all strategies but basic)"},
      {"~/.cache/caloquant/kernels.json", "kernels measured on this machine"},
      {".NAME.*.caloquant",
       "NAME while it is written; what a killed process left is removed by the next that writes "
       "NAME"},
  };
}

}  // namespace

std::string man_page(const Command& app) {
  std::string text =
      ".\\\" made by 'caloquant man'\n.TH CALOQUANT 1 \"\" \"caloquant " CALOQUANT_VERSION
      "\" \"User Commands\"\n.SH NAME\ncaloquant \\- post\\-training quantization of calorimeter "
      "shower generators\n.SH SYNOPSIS\n.B caloquant\n.I COMMAND\n[\\fIoptions\\fR]\n"
      ".SH DESCRIPTION\n" +
      roff(summary_of(app)) +
      "\nIt reads a Keras, TensorFlow or ONNX model, calibrates with data, measures what "
      "quantization loses, puts layers back until a target is met, and writes an INT8 model that "
      "really computes on integers.\n.PP\nResults go to stdout, progress and messages to stderr. "
      "An error is one line: place, problem, remedy.\n.SH OPTIONS\n" +
      options_section(app) + ".SH COMMANDS\n";
  std::string examples = examples_in(app.get_footer());
  for (const Command* command : commands_of(app)) {
    text += command_section(*command);
    examples += examples_in(command->get_footer());
  }
  return text + ".SH EXIT STATUS\n" + entries(exit_code_texts()) + ".SH EXAMPLES\n.nf\n" +
         roff(examples) + ".fi\n.SH ENVIRONMENT\n" + entries(variables()) + ".SH FILES\n" +
         entries(files());
}

}  // namespace caloquant::cli
