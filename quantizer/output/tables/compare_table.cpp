#include "quantizer/output/tables/compare_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <sstream>

#include "ops/core/terminal_text.hpp"

namespace caloquant {
namespace {

template <typename... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 256> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

/// Notes in the order of their first use; equal ones have one number.
class Notes {
 public:
  std::size_t number_of(const std::string& note) {
    const auto found = std::find(notes_.begin(), notes_.end(), note);
    const auto index = static_cast<std::size_t>(found - notes_.begin());
    if (found == notes_.end()) {
      notes_.push_back(note);
    }
    return index + 1;
  }
  [[nodiscard]] const std::vector<std::string>& all() const { return notes_; }

 private:
  std::vector<std::string> notes_;
};

std::string number(double value) {
  return std::isnan(value) ? "-" : formatted("%.4g", value);
}

/// In units of the error; of undefined ones the first.
std::size_t worst_bin(const ReportRow& row) {
  std::size_t worst = 0;
  double largest = -1.0;
  for (std::size_t bin = 0; bin < row.difference.size(); ++bin) {
    const double distance = std::abs(row.difference[bin]);
    const double sigmas =
        row.standard_error[bin] > 0.0 ? distance / row.standard_error[bin] : distance;
    if (sigmas > largest) {
      largest = sigmas;
      worst = bin;
    }
  }
  return worst;
}

std::string line_of(const ReportRow& row, std::size_t bin, const std::string& marks) {
  const bool distance = row.a.empty();
  const std::string name = row.metric + (row.unit.empty() ? "" : " [" + row.unit + "]");
  const std::string of_bin = (row.table == TableBins::worst ? "worst " : "") + row.bins[bin];
  const std::string a = distance ? "" : number(row.a[bin]);
  const std::string b = distance ? "" : number(row.b[bin]);
  const std::string noise = row.noise.empty() ? "" : number(row.noise[bin]);
  return formatted("%-28.28s %-17.17s %10s %10s %10s %9s %9s %s", name.c_str(), of_bin.c_str(),
                   a.c_str(), b.c_str(), number(row.difference[bin]).c_str(),
                   number(row.standard_error[bin]).c_str(), noise.c_str(), marks.c_str());
}

/// Lines of at most 100 columns, indented from the second on.
std::string wrapped(const std::string& text) {
  constexpr std::size_t columns = 100;
  std::string lines;
  std::string line;
  std::istringstream words(terminal_text(text));
  for (std::string word; words >> word;) {
    if (!line.empty() && line.size() + 1 + word.size() > columns) {
      lines += line + "\n";
      line = "    " + word;
    } else {
      line += (line.empty() ? "" : " ") + word;
    }
  }
  return lines + line + "\n";
}

void append(std::string& table, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  table += terminal_text(line) + "\n";
}

void append_row(std::string& table, const ReportRow& row, Notes& notes) {
  if (row.table == TableBins::none) {
    return;
  }
  std::string marks;
  for (const std::string& reason : row.suspect) {
    const std::string note = formatted("%zu", notes.number_of(reason));
    marks += (marks.empty() ? "" : ",") + note;
  }
  switch (row.table) {
    case TableBins::every:
      for (std::size_t bin = 0; bin < row.bins.size(); ++bin) {
        append(table, line_of(row, bin, bin == 0 ? marks : ""));
      }
      break;
    case TableBins::first:
      append(table, line_of(row, 0, marks));
      break;
    case TableBins::worst:
      append(table, line_of(row, worst_bin(row), marks));
      break;
    case TableBins::none:
      break;
  }
}

}  // namespace

std::string compare_table(const CompareResult& result, const ComparedSide& a,
                          const ComparedSide& b) {
  std::string table = "A " + terminal_text(a.text) + "\nB " + terminal_text(b.text) + "\n";
  table += formatted("%lld events each, paired by: %s\n", static_cast<long long>(result.events),
                     std::string(name_of(result.pairing)).c_str());
  for (const std::string& note : label_notes(result, a, b)) {
    table += wrapped("note: " + note);
  }
  for (const std::string& reason : result.report.suspect) {
    table += wrapped("warning: " + reason);
  }
  table += "\n";
  append(table, formatted("%-28s %-17s %10s %10s %10s %9s %9s %s", "quantity", "bin", "A", "B",
                          "B - A", "+-", "noise", "notes"));
  Notes notes;
  bool distances = false;
  for (const ReportRow& row : result.report.rows) {
    if (row.a.empty() && !distances) {
      distances = true;
      table += "\n";
      append(table, formatted("%-28s %-17s %10s %10s %10s %9s %9s", "distance of A and B", "", "",
                              "", "", "+-", "noise"));
    }
    append_row(table, row, notes);
  }
  if (!notes.all().empty()) {
    table += "\n";
  }
  for (std::size_t note = 0; note < notes.all().size(); ++note) {
    table += formatted("%zu  %s\n", note + 1, terminal_text(notes.all()[note]).c_str());
  }
  return table;
}

}  // namespace caloquant
