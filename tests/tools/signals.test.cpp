// What ends a program by force leaves nothing half.

#include <csignal>

#include "tests/tools/cli_fixture.hpp"
#include "tools/cli/interrupt.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using testing::Cli;
using testing::Finished;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::launch;
using testing::message_of;
using ::testing::SizeIs;

class CliSignals : public Cli {
 protected:
  [[nodiscard]] static std::string generate(const std::string& events) {
    return "exec \"" CALOQUANT_BINARY
           "\" generate --architecture energygan.json --random-weights "
           "5 --batch 8 --events " +
           events + " -o long.h5";
  }
  /// Runs by a shell, and sends the signal as soon as `file` is begun.
  [[nodiscard]] Finished ended(const std::string& script, int signal,
                               const std::string& file = "long.h5", int signals = 1) const {
    testing::Launch request;
    request.command = {"/bin/sh", "-c", script};
    request.folder = folder.path().string();
    request.interrupt_when_exists = (folder / file).string();
    request.signal = signal;
    request.signals = signals;
    return launch(request);
  }
};

TEST_F(CliSignals, EndAtOnceAndLeaveNothing) {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGXCPU}) {
    const Finished done = ended("ulimit -c 0; " + generate("20000"), signal);
    EXPECT_EQ(done.exit_code, 128 + signal) << done.err;  // ended by it, as the parent sees
    EXPECT_FALSE(fs::exists(folder / "long.h5"));
    EXPECT_THAT(partial_files(), IsEmpty()) << signal;
  }
}

TEST_F(CliSignals, ThatWereIgnoredStayIgnored) {
  for (const auto& [name, signal] :
       {std::pair("INT", SIGINT), {"HUP", SIGHUP}, {"TERM", SIGTERM}}) {
    const Finished done = ended("trap '' " + std::string(name) + "; " + generate("60"), signal);
    EXPECT_EQ(done.exit_code, 0) << name << done.err;
    EXPECT_TRUE(fs::exists(folder / "long.h5"));
    fs::remove(folder / "long.h5");
  }
}

TEST_F(CliSignals, AKilledOneIsCleanedByTheNext) {
  EXPECT_EQ(ended(generate("20000"), SIGKILL).exit_code, 128 + SIGKILL);
  EXPECT_THAT(partial_files(), SizeIs(1));
  const auto other = run({"make-showers", "--detector", "clic25", "--events", "2", "-o", "x.h5"});
  EXPECT_EQ(other.exit_code, 0) << other.err;
  EXPECT_THAT(partial_files(), SizeIs(1));  // of another file
  EXPECT_EQ(
      run({"make-showers", "--detector", "clic25", "--events", "2", "-o", "long.h5"}).exit_code, 0);
  EXPECT_THAT(partial_files(), IsEmpty());
}

TEST_F(CliSignals, TheSecondOneEndsASearchAtOnce) {
  const std::string search = "exec \"" CALOQUANT_BINARY
                             "\" quantize run.json -o out --quiet --set "
                             "/tuning_criterion/max_trials=1000 --set "
                             "/accuracy_criterion/tolerable_loss=1e-300 --set "
                             "/tuning_criterion/strategy=random";
  const Finished first = ended(search, SIGTERM, "out/unfinished/steps.jsonl");
  EXPECT_EQ(first.exit_code, 130) << first.err;
  EXPECT_EQ(json_file("out/result.json")["stopped_by"], "interrupted");
  fs::remove_all(folder / "out");
  const Finished second = ended(search, SIGTERM, "out/unfinished/steps.jsonl", 2);
  EXPECT_EQ(second.exit_code, 128 + SIGTERM) << second.err;
  EXPECT_THAT(partial_files(), IsEmpty());
}

TEST(SignalNames, AreThoseOfKill) {
  EXPECT_EQ(cli::signal_named("HUP", "--signal"), SIGHUP);
  EXPECT_EQ(cli::signal_named("SIGUSR1", "--signal"), SIGUSR1);
  for (const char* name : {"KILL", "SIGSTOP"}) {
    EXPECT_THAT(message_of([&] { static_cast<void>(cli::signal_named(name, "--signal")); }),
                AllOf(HasSubstr("--signal: '" + std::string(name) +
                                "' is no signal that can be "
                                "caught"),
                      HasSubstr("use some of: HUP, INT, QUIT, TERM, USR1, USR2, ALRM, XCPU")));
  }
  for (const char* name : {"", "SIG", "hup", "9", "CHLD", "HUP,INT"}) {
    EXPECT_THAT(message_of([&] { static_cast<void>(cli::signal_named(name, "--signal")); }),
                HasSubstr("is no signal that can be waited for"))
        << name;
  }
}

}  // namespace
}  // namespace caloquant
