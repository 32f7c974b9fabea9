// Runs that fail, are stopped, killed or started twice in one folder.

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "graph/io/files/sha256.hpp"
#include "tests/tools/fault_fixture.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::AnyOf;
using testing::Finished;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Launch;
using testing::launch;

using Files = std::map<std::string, std::string>;

/// A classifier whose search takes some trials and never meets its target.
class RunFolders : public testing::Faults {
 protected:
  void SetUp() override {
    for (const char* name : {"classifier.onnx", "images.npy"}) {
      fs::copy_file(fixtures() / "foreign" / name, folder / name);
    }
    write("run.json", search(4));
  }

  [[nodiscard]] static Json search(int trials) {
    Json json = Json::parse(R"({
      "model": {"file": "classifier.onnx"},
      "data": {"files": "images.npy", "calibration_samples": 16, "evaluation_samples": 16},
      "input": {"encoding": "tensor"}, "metric": {"name": "mse"},
      "accuracy_criterion": {"criterion": "limit", "tolerable_loss": 1e-9},
      "tuning_criterion": {"strategy": "basic"},
      "report": {"html": false}, "emit": {"formats": ["h5", "onnx"]}})");
    json["tuning_criterion"]["max_trials"] = trials;
    return json;
  }
  [[nodiscard]] Finished quantize(const std::string& out,
                                  std::vector<std::string> more = {}) const {
    std::vector<std::string> command{"quantize", "run.json", "-o", out, "--quiet"};
    command.insert(command.end(), more.begin(), more.end());
    return run(command);
  }
  [[nodiscard]] Finished resume(const std::string& out) const {
    return run({"quantize", "--resume", out, "--quiet"});
  }
  /// Runs until the first trial is in the journal, then gets a signal.
  [[nodiscard]] Finished ended(int signal, std::vector<std::string> more = {},
                               const std::string& out = "out") const {
    Launch request;
    request.command = {CALOQUANT_BINARY, "quantize", "run.json", "-o", out, "--quiet"};
    request.command.insert(request.command.end(), more.begin(), more.end());
    request.folder = folder.path().string();
    request.interrupt_when_exists = (folder / out / "unfinished/journal.jsonl").string();
    request.signal = signal;
    return launch(request);
  }
  /// All files of a folder but the lock of a killed run and what it has not finished.
  [[nodiscard]] Files files_in(const std::string& out) const {
    Files files;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder / out)) {
      if (entry.is_regular_file() && entry.path().filename() != ".caloquant.lock") {
        files[entry.path().filename().string()] =
            text_file(out + "/" + entry.path().filename().string());
      }
    }
    return files;
  }
  /// What is listed is there and is what was written.
  void expect_whole(const std::string& out) const {
    const Json result = json_file(out + "/result.json");
    EXPECT_FALSE(result.at("emitted").at("files").empty());
    for (const Json& name : result.at("emitted").at("files")) {
      EXPECT_TRUE(fs::exists(folder / out / name.get<std::string>())) << name;
    }
    for (const auto& [name, hash] : result.at("emitted").at("sha256").items()) {
      EXPECT_EQ(sha256_of_file(folder / out / name), hash.get<std::string>()) << name;
    }
    EXPECT_FALSE(fs::exists(folder / out / "unfinished"));
    EXPECT_THAT(partial_files(), IsEmpty());
  }
};

TEST_F(RunFolders, HoldOneRunAtATime) {
  ASSERT_EQ(quantize("alone").exit_code, 7);
  int refused = 0;
  for (int pair = 0; pair < 20; ++pair) {
    std::array<Finished, 2> done;
    {
      const std::jthread other([&] { done[1] = quantize("out"); });
      done[0] = quantize("out");
    }
    EXPECT_TRUE(done[0].exit_code == 7 || done[1].exit_code == 7);
    for (const Finished& one : done) {
      if (one.exit_code != 7) {
        ++refused;
        EXPECT_EQ(one.exit_code, 6) << one.err;
        EXPECT_THAT(one.err, AllOf(HasSubstr("out: is in use by process "), HasSubstr("since"),
                                   HasSubstr("wait until it has ended")));
      }
    }
    expect_whole("out");
    EXPECT_TRUE(text_file("out/quantized.h5") == text_file("alone/quantized.h5"));
    ASSERT_FALSE(HasFailure()) << "pair " << pair;
  }
  std::cout << "20 pairs, " << refused << " refused\n";
}

TEST_F(RunFolders, AStaleLockIsNoLock) {
  fs::create_directory(folder / "out");
  std::ofstream(folder / "out/.caloquant.lock") << "process 1 on elsewhere since 2026-01-01\n";
  EXPECT_EQ(quantize("out").exit_code, 7);
  expect_whole("out");
}

/// The ways a run can fail: the results of an earlier one stay, to the byte.
TEST_F(RunFolders, KeepWhatTheyHoldWhenARunFails) {
  ASSERT_EQ(quantize("out").exit_code, 7);
  const Files before = files_in("out");
  const std::string model = text_file("classifier.onnx");
  std::ofstream(folder / "damaged.onnx", std::ios::binary) << model.substr(0, model.size() / 2);
  std::ofstream(folder / "empty.npy").flush();
  const auto expect_kept = [&](const Finished& done, const std::string& what) {
    EXPECT_THAT(done.exit_code, AnyOf(2, 3, 4, 5, 6, 130, 128 + SIGKILL)) << what << done.err;
    EXPECT_TRUE(files_in("out") == before) << what;
    EXPECT_THAT(partial_files(), IsEmpty()) << what;
  };
  const std::map<std::string, std::string> wrong{{"/model/file", "absent.onnx"},
                                                 {"/model/file ", "damaged.onnx"},
                                                 {"/model/file  ", "images.npy"},
                                                 {"/data/files", "absent.npy"},
                                                 {"/data/files ", "empty.npy"},
                                                 {"/data/files  ", "classifier.onnx"},
                                                 {"/data/evaluation_samples", "100000"},
                                                 {"/metric/name", "nonsense"},
                                                 {"/accuracy_criterion/tolerable_loss", "-1"},
                                                 {"/tuning_criterion/strategy", "nonsense"},
                                                 {"/input/encoding", "energy_times_noise"}};
  for (const auto& [key, value] : wrong) {
    const std::string pointer = key.substr(0, key.find(' '));
    expect_kept(quantize("out", {"--set", pointer + "=" + value}), pointer + "=" + value);
  }
  expect_kept(shell("ulimit -f 1; \"$CALOQUANT\" quantize run.json -o out --quiet"), "ulimit -f");
  expect_kept(ended(SIGKILL, {"--set", "/tuning_criterion/max_trials=12"}), "SIGKILL");
  EXPECT_TRUE(fs::exists(folder / "out/unfinished/journal.jsonl"));
}

TEST_F(RunFolders, HoldFilesOfTheirOwnersThatStay) {
  fs::create_directory(folder / "out");
  std::ofstream(folder / "out/notes.txt") << "mine";
  std::ofstream(folder / "out/quantized.h5") << "mine, too";
  const Finished done = quantize("out");
  EXPECT_EQ(done.exit_code, 2) << done.err;
  EXPECT_THAT(done.err, HasSubstr("quantized.h5' was not written by a run and is kept"));
  EXPECT_EQ(text_file("out/quantized.h5"), "mine, too");
  fs::remove(folder / "out/quantized.h5");
  EXPECT_EQ(quantize("out").exit_code, 7);
  EXPECT_EQ(text_file("out/notes.txt"), "mine");
  // What an earlier run wrote and this one does not, goes.
  EXPECT_EQ(quantize("out", {"--format", "h5"}).exit_code, 7);
  EXPECT_FALSE(fs::exists(folder / "out/quantized.onnx"));
  EXPECT_EQ(text_file("out/notes.txt"), "mine");
}

TEST_F(RunFolders, EndInOrderAtASignalAndGoOn) {
  write("run.json", search(12));
  ASSERT_EQ(quantize("whole").exit_code, 7);
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGHUP}) {
    fs::remove_all(folder / "out");
    const Finished done = ended(signal, {"--signal", "USR1,HUP"});
    EXPECT_EQ(done.exit_code, 130) << signal << done.err;
    EXPECT_THAT(done.err, HasSubstr("the best so far is written, and --resume goes on"));
    const Json result = json_file("out/result.json");
    EXPECT_EQ(result["stopped_by"], "interrupted");
    EXPECT_TRUE(fs::exists(folder / "out/quantized.h5"));
    EXPECT_TRUE(fs::exists(folder / "out/unfinished/run.json"));
    EXPECT_EQ(resume("out").exit_code, 7);
    expect_whole("out");
    EXPECT_TRUE(text_file("out/quantized.h5") == text_file("whole/quantized.h5")) << signal;
    EXPECT_TRUE(text_file("out/quantized.onnx") == text_file("whole/quantized.onnx")) << signal;
  }
  // Others end it at once; the journal stays.
  fs::remove_all(folder / "out");
  EXPECT_EQ(ended(SIGUSR1).exit_code, 128 + SIGUSR1);
  EXPECT_FALSE(fs::exists(folder / "out/result.json"));
  EXPECT_EQ(resume("out").exit_code, 7);
  EXPECT_TRUE(text_file("out/quantized.h5") == text_file("whole/quantized.h5"));
}

TEST_F(RunFolders, SayWhatResumingMeans) {
  const Finished none = resume("out");
  EXPECT_EQ(none.exit_code, 5) << none.err;
  EXPECT_THAT(none.err, HasSubstr("out/unfinished/run.json"));
  EXPECT_FALSE(fs::exists(folder / "out"));
  EXPECT_EQ(run({"quantize", "run.json", "--resume", "out", "--quiet"}).exit_code, 7);  // begins
  const Files before = files_in("out");
  const Finished again = run({"quantize", "--resume", "out"});
  EXPECT_EQ(again.exit_code, 7) << again.err;
  EXPECT_THAT(again.out, HasSubstr("the run in out has ended: target_met false"));
  EXPECT_TRUE(files_in("out") == before);
  const Finished another = run({"quantize", "run.json", "--resume", "out", "--set",
                                "/accuracy_criterion/tolerable_loss=1e30"});
  EXPECT_EQ(another.exit_code, 2) << another.err;
  EXPECT_THAT(another.err, HasSubstr("out/result.json: is of another run: "
                                     "accuracy_criterion/tolerable_loss is 1e+30, and was 1e-09"));

  write("run.json", search(12));
  EXPECT_EQ(ended(SIGKILL, {}, "killed").exit_code, 128 + SIGKILL);
  const Finished other = run({"quantize", "run.json", "--resume", "killed", "--quiet", "--set",
                              "/tuning_criterion/max_trials=3"});
  EXPECT_EQ(other.exit_code, 2) << other.err;
  EXPECT_THAT(other.err, HasSubstr("settings/tuning_criterion/max_trials is 3, and was 12"));
  EXPECT_THAT(run({"quantize", "--resume", "killed", "--set", "/input/seed=1"}).err,
              HasSubstr("takes its settings from the folder"));
  std::ofstream(folder / "images.npy", std::ios::app) << "0";
  EXPECT_NE(resume("killed").exit_code, 7);
  fs::copy_file(fixtures() / "foreign/images.npy", folder / "images.npy",
                fs::copy_options::overwrite_existing);
  // Without --resume it begins anew, and says what becomes of the other one.
  const Finished anew = run({"quantize", "run.json", "-o", "killed"});
  EXPECT_THAT(anew.err, HasSubstr("killed/unfinished.previous, until this one has ended"));
  EXPECT_FALSE(fs::exists(folder / "killed/unfinished.previous"));
  expect_whole("killed");
}

/// Every call that writes fails once: what was there stays or is replaced as a whole, and the run
/// can be resumed. Every fifth place; all of them with CALOQUANT_EVERY_PLACE.
TEST_F(RunFolders, SurviveAFullDiskAtEveryPlace) {
  write("run.json", search(2));
  ASSERT_EQ(quantize("whole").exit_code, 7);
  const int stride = std::getenv("CALOQUANT_EVERY_PLACE") != nullptr ? 1 : 5;
  int places = 0;
  for (int number = 1;; number += stride) {
    fs::remove_all(folder / "out");
    fs::create_directory(folder / "out");
    ASSERT_EQ(quantize("out", {"--set", "/tuning_criterion/max_trials=1"}).exit_code, 7);
    const Files before = files_in("out");
    const testing::FaultRun broken = run_with_fault(
        {"quantize", "run.json", "-o", "out", "--quiet"}, number, error_of_place(number));
    if (broken.call.empty()) {
      break;
    }
    ++places;
    const std::string where = std::to_string(number) + " " + broken.call + " " + broken.file;
    EXPECT_THAT(partial_files(), IsEmpty()) << where;
    EXPECT_THAT(broken.done.err, ::testing::Not(HasSubstr("HDF5-DIAG"))) << where;
    EXPECT_THAT(broken.done.exit_code, AnyOf(6, 7)) << where << broken.done.err;
    if (broken.done.exit_code == 6) {
      EXPECT_THAT(broken.done.err, HasSubstr("caloquant: ")) << where;
      // From the first renaming on the new results count: the next process completes them.
      const bool on_the_way =
          broken.call == "rename" && fs::path(broken.file).parent_path() == "out";
      const bool kept = files_in("out") == before;
      EXPECT_TRUE(kept || on_the_way || json_file("out/result.json").at("steps").size() == 2U)
          << where;
    }
    const bool has_begun = fs::exists(folder / "out/unfinished/run.json");
    EXPECT_EQ((has_begun ? resume("out") : quantize("out")).exit_code, 7) << where;
    expect_whole("out");
    EXPECT_TRUE(text_file("out/quantized.h5") == text_file("whole/quantized.h5")) << where;
    ASSERT_FALSE(HasFailure()) << where;
  }
  std::cout << places << " places\n";
  EXPECT_GE(places * stride, 40);
}

}  // namespace
}  // namespace caloquant
