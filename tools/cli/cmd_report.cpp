#include <caloquant/error.hpp>
#include <iostream>
#include <memory>

#include "graph/io/files/output_guard.hpp"
#include "graph/json/json.hpp"
#include "graph/json/json_text.hpp"
#include "ops/core/terminal_text.hpp"
#include "quantizer/output/report/report_page.hpp"
#include "quantizer/output/report/runs_table.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct ReportArguments {
  std::vector<std::string> folders;
  std::string output;
  bool table = false;
  OutputArguments out;
};

int report_command(const ReportArguments& arguments) {
  const std::vector<std::filesystem::path> folders(arguments.folders.begin(),
                                                   arguments.folders.end());
  if (arguments.table) {
    if (!arguments.output.empty()) {
      throw UsageError("--table", "is printed, not written", "leave out --output");
    }
    const std::vector<RunFolder> runs = read_run_folders(folders);
    if (!arguments.out.quiet) {
      std::cout << (arguments.out.json ? terminal_json(runs_json(runs)) + "\n" : runs_table(runs));
    }
    return exit_ok;
  }
  if (folders.size() > 1 && arguments.output.empty()) {
    throw UsageError("--output", "several folders have no common place for the page",
                     "give -o FILE.html, or --table");
  }
  const std::filesystem::path file = arguments.output.empty()
                                         ? folders.front() / "report.html"
                                         : std::filesystem::path(arguments.output);
  std::vector<std::filesystem::path> read;
  for (const std::filesystem::path& folder : folders) {
    for (const char* name : {"result.json", "steps.jsonl", "layer_costs.json", "report.json"}) {
      read.push_back(folder / name);
    }
  }
  refuse_overwriting("--output", file, read);
  write_report_page(folders, file);
  if (arguments.out.json) {
    std::cout << terminal_json(Json{{"written", file.string()}}) << '\n';
  } else if (!arguments.out.quiet) {
    std::cout << "written: " << terminal_text(file.string()) << '\n';
  }
  return exit_ok;
}

}  // namespace

void add_report(Command& app, Action& action) {
  Command* command = add_command(
      app, {"report",
            main_commands,
            "Draw report.html again from the folder of a run, or of several",
            "Draws the page that quantize writes, one file that needs no network, from what the "
            "run left in its folder. Of several runs it shows the steps of all; with --table it "
            "prints steps and outcome of the runs side by side instead.",
            {"caloquant report results", "caloquant report results others -o both.html",
             "caloquant report results others --table"}});
  auto arguments = std::make_shared<ReportArguments>();
  command->add_option("DIR", arguments->folders, "folders that quantize wrote")
      ->type_name(folder_value)
      ->required();
  command
      ->add_option("-o,--output", arguments->output,
                   "HTML file; of one run without it DIR/report.html")
      ->type_name(file_value)
      ->allow_extra_args(false)
      ->group(output_options);
  command
      ->add_flag("--table", arguments->table,
                 "print the steps and the outcome of the runs side by side instead")
      ->group(output_options);
  arguments->out.add_to(*command);
  command->callback(
      [arguments, &action] { action = [arguments] { return report_command(*arguments); }; });
}

}  // namespace caloquant::cli
