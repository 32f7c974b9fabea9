#include <caloquant/error.hpp>
#include <iostream>
#include <memory>

#include "quantizer/report/report_page.hpp"
#include "quantizer/report/runs_table.hpp"
#include "tools/cli/commands.hpp"

namespace caloquant::cli {
namespace {

struct ReportArguments {
  std::vector<std::string> folders;
  std::string output;
  bool table = false;
};

int report_command(const ReportArguments& arguments) {
  const std::vector<std::filesystem::path> folders(arguments.folders.begin(),
                                                   arguments.folders.end());
  if (arguments.table) {
    if (!arguments.output.empty()) {
      throw UsageError("--table", "is printed, not written", "leave out --output");
    }
    std::vector<RunFolder> runs;
    for (const std::filesystem::path& folder : folders) {
      runs.push_back(read_run_folder(folder));
    }
    std::cout << runs_table(runs);
    return exit_ok;
  }
  if (folders.size() > 1 && arguments.output.empty()) {
    throw UsageError("--output", "several folders have no common place for the page",
                     "give -o FILE.html, or --table");
  }
  const std::filesystem::path file =
      arguments.output.empty() ? folders.front() / "report.html"
                               : std::filesystem::path(arguments.output);
  write_report_page(folders, file);
  std::cout << "written: " << file.string() << '\n';
  return exit_ok;
}

}  // namespace

void add_report(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("report", "Draw report.html again from the folder of a run, or of several");
  auto arguments = std::make_shared<ReportArguments>();
  command->add_option("DIR", arguments->folders, "folders that 'quantize' wrote")->required();
  command->add_option("-o,--output", arguments->output, "HTML file; of one run DIR/report.html")
      ->allow_extra_args(false);
  command->add_flag("--table", arguments->table,
                    "print the steps and the outcome of the runs side by side instead");
  command->callback(
      [arguments, &action] { action = [arguments] { return report_command(*arguments); }; });
}

}  // namespace caloquant::cli
