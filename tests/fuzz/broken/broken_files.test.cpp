// Files that were broken by hand, each in its own way: every reader says what is wrong with them,
// by the kind of error that belongs to it, with the file in its place, in less than a second.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <fstream>
#include <set>

#include "tests/fuzz/broken/cases.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using testing::BrokenFile;
using testing::BrokenFiles;

#if defined(__SANITIZE_ADDRESS__)
constexpr double most_seconds = 10.0;  // instrumented
#else
constexpr double most_seconds = 1.0;
#endif

void write(const BrokenFile& broken, const std::filesystem::path& folder) {
  for (const auto& [name, content] : broken.files) {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << content;
  }
}

/// Empty when the file was refused as it should be.
std::string fault_of_once(const BrokenFile& broken) {
  const testing::TempDir folder;
  write(broken, folder.path());
  const std::clock_t begin = std::clock();  // of the processor: other programs take none of it
  std::string fault = "was read without an error";
  try {
    broken.read(folder.path());
  } catch (const Error& error) {
    const bool named = error.place().find(broken.named) != std::string::npos;
    fault = error.kind() != broken.kind ? "another kind of error: " + std::string(error.what())
            : !named                    ? "names no file: " + std::string(error.what())
                                        : "";
  } catch (const std::exception& error) {
    fault = "no error of ours: " + std::string(error.what());
  }
  const double taken = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  return taken < most_seconds ? fault : "took " + std::to_string(taken) + " s";
}

/// A busy machine may take the time for itself, but hardly three times.
std::string fault_of(const BrokenFile& broken) {
  std::string fault;
  for (int i = 0; i < 3; ++i) {
    fault = fault_of_once(broken);
    if (!fault.starts_with("took ")) {
      break;
    }
  }
  return fault;
}

TEST(BrokenFilesTest, AreRefusedByNameAndAtOnce) {
  BrokenFiles all;
  testing::add_broken_documents(all);
  testing::add_broken_tensors(all);
  testing::add_broken_showers(all);
  testing::add_broken_onnx(all);
  testing::add_broken_tensorflow(all);
  testing::add_broken_keras(all);
  testing::add_broken_native(all);
  testing::add_broken_unfinished(all);
  std::set<std::string> defects;
  std::map<std::string, int> by_format;
  for (const BrokenFile& broken : all) {
    EXPECT_TRUE(defects.insert(broken.defect).second) << "twice: " << broken.defect;
    EXPECT_EQ(fault_of(broken), "") << broken.defect;
    ++by_format[broken.defect.substr(0, broken.defect.find(':'))];
  }
  for (const auto& [format, files] : by_format) {
    std::cout << format << ": " << files << "\n";
  }
  std::cout << defects.size() << " broken files\n";
  EXPECT_GE(defects.size(), 200U);
}

}  // namespace
}  // namespace caloquant
