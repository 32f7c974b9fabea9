// Every call that writes a file fails once: what a command leaves, says and returns.

#include <fstream>
#include <system_error>

#include "tests/tools/fault_fixture.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::FaultRun;
using testing::Faults;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class FullDisk : public Faults {
 protected:
  /// At every place until the command succeeds; returns how many there were.
  int expect_honest(std::vector<std::string> command, const std::string& target) const {
    command.emplace_back("--quiet");  // stdout is a file here, too
    const std::string former = "what was there before";
    int places = 0;
    for (int number = 1; number < 300; ++number) {
      std::ofstream(folder / target) << former;
      const int error = error_of_place(number);
      const FaultRun run = run_with_fault(command, number, error);
      EXPECT_THAT(partial_files(), IsEmpty()) << command.front() << ' ' << number;
      EXPECT_THAT(run.done.err, Not(HasSubstr("HDF5-DIAG")));
      if (run.call.empty()) {
        EXPECT_EQ(run.done.exit_code, 0) << command.front() << ": " << run.done.err;
        EXPECT_FALSE(text_file(target) == former) << command.front();
        break;
      }
      ++places;
      const std::string where = command.front() + ": " + run.call + " " + run.file;
      EXPECT_EQ(run.done.exit_code, 6) << where << run.done.err;
      EXPECT_THAT(run.done.err,
                  AllOf(HasSubstr(target),
                        HasSubstr("cannot be written: " + std::generic_category().message(error))))
          << where;
      EXPECT_TRUE(text_file(target) == former) << where;
      if (HasFailure()) {
        break;  // one is enough
      }
    }
    std::cout << command.front() << " to " << target << ": " << places << " places\n";
    EXPECT_GE(places, 4) << command.front();  // open, write, fsync, close, rename
    RecordProperty("places_" + target, places);
    return places;
  }
};

TEST_F(FullDisk, IsAnErrorThatLosesNothing) {
  const std::string classifier = (fixtures() / "foreign/classifier.onnx").string();
  const std::string images = (fixtures() / "foreign/images.npy").string();
  const std::string labels = (fixtures() / "foreign/labels.npy").string();
  const std::string generator = (fixtures() / "keras/generator3d").string();
  int places = 0;
  places += expect_honest({"convert", classifier, "-o", "m.h5"}, "m.h5");
  places += expect_honest({"convert", classifier, "-o", "m.onnx"}, "m.onnx");
  places += expect_honest({"run", classifier, "--inputs", images, "-o", "y.h5"}, "y.h5");
  places += expect_honest({"make-showers", "--detector", "clic51", "--events", "2", "-o", "s.h5"},
                          "s.h5");
  places += expect_honest({"make-showers", "--detector", "clic25", "--events", "2", "-o", "t.h5"},
                          "t.h5");
  places += expect_honest({"generate", "--architecture", "energygan.json", "--random-weights", "1",
                           "--events", "3", "--batch", "1", "-o", "g.h5"},
                          "g.h5");
  places += expect_honest({"generate", "--architecture", "energygan.json", "--random-weights", "1",
                           "--events", "3", "--compression", "1", "-o", "c.h5"},
                          "c.h5");
  places += expect_honest({"init", classifier, "--data", images, labels, "--force", "-o", "i.json"},
                          "i.json");
  places +=
      expect_honest({"compare", "showers25_1.h5", "showers25_1.h5", "-o", "c.json"}, "c.json");
  std::cout << places << " places in all\n";
  EXPECT_GE(places, 40);
}

TEST_F(FullDisk, IsAnErrorOfReports) {
  ASSERT_EQ(run({"quantize", "run.json", "-o", "out", "--quiet"}).exit_code, 0);
  expect_honest({"report", "out", "-o", "page.html"}, "page.html");
  for (const char* option : {"--junit", "--markdown"}) {
    expect_honest({"check", "out/quantized.h5", "--config", "run.json", "--max-loss", "1e30",
                   "--threads", "1", option, "report"},
                  "report");
  }
}

/// The table of kernels is no result: a home that is full costs time and nothing else.
TEST_F(FullDisk, OfTheKernelTableIsNoError) {
  const std::string cache = (folder / "home/kernels.json").string();
  const std::vector<std::string> command{
      "run",      (fixtures() / "foreign/classifier.onnx").string(),
      "--inputs", (fixtures() / "foreign/images.npy").string(),
      "-o",       "y.h5"};
  int places = 0;
  for (int number = 1; number < 20; ++number, ++places) {
    const FaultRun run = run_with_fault(command, number, ENOSPC, "kernels.json",
                                        {{"CALOQUANT_KERNEL_CACHE", cache}});
    EXPECT_EQ(run.done.exit_code, 0) << run.call << run.done.err;
    EXPECT_THAT(partial_files(), IsEmpty());
    EXPECT_EQ(fs::exists(cache), run.call.empty()) << run.call;
    if (run.call.empty()) {
      break;
    }
  }
  EXPECT_GE(places, 4);
}

}  // namespace
}  // namespace caloquant
