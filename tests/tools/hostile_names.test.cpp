// Names in files are data: nothing that a terminal, Markdown, XML, a spreadsheet or a browser would
// act on comes out of a command as it is in the file.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "graph/io/files/output_file.hpp"
#include "graph/io/onnx/proto/read_model.hpp"
#include "graph/io/onnx/proto/write_model.hpp"
#include "ops/core/terminal_text.hpp"
#include "tests/tools/classifier_run.hpp"

namespace caloquant {
namespace {

using testing::ClassifierRun;
using testing::Finished;
using ::testing::HasSubstr;
using ::testing::Not;

/// Names of an attacker, one for each layer that is quantized.
const std::vector<std::string> hostile{
    "=cmd|'/C calc'!A0\x1b[31m\x1b]0;title\a\x1b[2J",
    "</script><script>alert(1)</script>",
    "new\nline\r\ncheck: passed\b\b",
    "+1\xE2\x80\xAE"
    "drowssap\xC2\x9B"
    "31m\t\"quoted\"\x7f",
    "@SUM(A1:A9)\xE2\x80\xA8\xEF\xBB\xBF a|b`c`*d*_e_[f](http://g)<h>&@i",
};

/// The classifier with such names for all nodes, tensors, inputs and outputs.
void write_hostile(const std::filesystem::path& from, const std::filesystem::path& to) {
  onnx::Model model = onnx::read_model(from);
  std::map<std::string, std::string> names;
  const auto renamed = [&](const std::string& name) {
    if (name.empty()) {
      return name;
    }
    const auto found = names.find(name);
    if (found != names.end()) {
      return found->second;
    }
    const std::string made = hostile[names.size() % hostile.size()] +
                             (names.size() < hostile.size() ? "" : std::to_string(names.size()));
    return names[name] = made;
  };
  for (const bool quantized : {true, false}) {
    for (onnx::NodeDef& node : model.nodes) {
      if ((node.op == "Conv" || node.op == "Gemm") == quantized) {
        node.name = renamed(node.name);
      }
    }
  }
  for (onnx::NodeDef& node : model.nodes) {
    std::ranges::transform(node.inputs, node.inputs.begin(), renamed);
    std::ranges::transform(node.outputs, node.outputs.begin(), renamed);
  }
  for (onnx::Initializer& initializer : model.initializers) {
    initializer.name = renamed(initializer.name);
  }
  for (auto* infos : {&model.inputs, &model.outputs}) {
    for (onnx::ValueInfo& info : *infos) {
      info.name = renamed(info.name);
    }
  }
  OutputFile file(to);
  onnx::write_model(model, file);
  file.commit();
}

/// What a terminal would act on, but for the ends of our own lines; empty when there is nothing.
std::string acted_on(const std::string& text) {
  std::string found;
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = utf8_character(text, at);
    if (character.bytes == 0 || (is_unseen(character.code_point) && text[at] != '\n')) {
      found += terminal_text(text.substr(at, std::max<std::size_t>(character.bytes, 1))) + " ";
    }
    at += std::max<std::size_t>(character.bytes, 1);
  }
  return found;
}

/// Cells of RFC 4180.
std::vector<std::string> csv_cells(const std::string& text) {
  std::vector<std::string> cells{""};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == '\n')) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  return cells;
}

class HostileNames : public ClassifierRun {
 protected:
  void SetUp() override {
    ClassifierRun::SetUp();
    write_hostile(folder / "classifier.onnx", folder / "hostile.onnx");
    Json config = json_file("run.json");
    config["model"]["file"] = "hostile.onnx";
    write("hostile.json", config);
  }
  [[nodiscard]] Finished shown(const std::vector<std::string>& arguments, int exit_code = 0) const {
    Finished done = run(arguments);
    EXPECT_EQ(done.exit_code, exit_code) << arguments.front() << ": " << done.err;
    EXPECT_EQ(acted_on(done.out), "") << arguments.front();
    EXPECT_EQ(acted_on(done.err), "") << arguments.front();
    EXPECT_THAT(done.out, Not(HasSubstr("\ncheck: passed\\b"))) << arguments.front();
    return done;
  }
};

TEST_F(HostileNames, AreEscapedOnTerminals) {
  EXPECT_THAT(shown({"inspect", "hostile.onnx"}).out, HasSubstr("\\x1b[31m"));
  EXPECT_THAT(shown({"quantize", "hostile.json", "--dry-run"}).out, HasSubstr("new\\nline\\r\\n"));
  EXPECT_THAT(shown({"quantize", "hostile.json", "-o", "results"}).out, HasSubstr("\\u202e"));
  (void)shown({"evaluate", "results/quantized.h5", "--config", "hostile.json"});
  (void)shown({"report", "results"});
  (void)shown({"inspect", "results/quantized.h5"});
  (void)shown({"inspect", "results/quantized.onnx"});
  (void)shown({"convert", "hostile.onnx", "-o", "again.onnx"});
  (void)shown({"benchmark", "hostile.onnx", "--repetitions", "1", "--seconds", "0.01"});
  (void)shown({"run", "hostile.onnx", "--inputs", "images.npy", "-o", "outputs.h5"});
  (void)shown({"verify", "hostile.onnx", "--inputs", "images.npy", "--outputs", "images.npy"}, 4);
  (void)shown({"compare", "hostile.onnx\x1b[2J", "\xC2\x9Bx"}, 5);
  (void)shown({"inspect", "\x1b[31mabsent\n"}, 4);
  (void)shown({"\x1b[31m"}, 2);
  (void)shown({"inspect", "--\x1b[31m"}, 2);
  (void)shown({"quantize", "hostile.json", "--set", "/a\x1b[2J=\x07"}, 3);
  const auto terminal =
      run_on_terminal({"evaluate", "results/quantized.h5", "--config", "hostile.json"});
  EXPECT_THAT(terminal.out, Not(HasSubstr("\x1b[31m\x1b]0")));
}

TEST_F(HostileNames, OfFilesMayBeNoUtf8) {
  const std::string name = "\xff\xC2\x9B.onnx";
  std::filesystem::copy_file(folder / "classifier.onnx", folder / name);
  const Finished json = shown({"inspect", name, "--json"});
  EXPECT_THAT(json.out, HasSubstr("layers"));
  (void)shown({"quantize", "run.json", "-o", "\x9Bout", "--json"});
  (void)shown({"report", "\x9Bout", "--table", "--json"});
}

TEST_F(HostileNames, AreTextInWhatIsWritten) {
  (void)shown({"quantize", "hostile.json", "-o", "results", "--quiet"});
  for (const std::string& cell : csv_cells(text_file("results/steps.csv"))) {
    if (!cell.empty() && cell.find_first_not_of("0123456789.e+-") != std::string::npos) {
      EXPECT_EQ(std::string("=+-@\t\r\n").find(cell.front()), std::string::npos) << cell;
    }
  }
  const std::string page = text_file("results/report.html");
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_NE(page.find("\\u003cscript>alert"), std::string::npos);
  (void)shown({"check", "results/quantized.h5", "--config", "hostile.json", "--baseline",
               "results/result.json", "--markdown", "check.md", "--junit", "check.xml"});
  const std::string markdown = text_file("check.md");
  EXPECT_EQ(acted_on(markdown), "");
  EXPECT_EQ(acted_on(text_file("check.xml")), "");
}

}  // namespace
}  // namespace caloquant
