#include "graph/io/files/output_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "graph/io/files/h5file.hpp"
#include "graph/io/files/temporary_files.hpp"
#include "graph/io/files/text_file.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::message_of;

class OutputFiles : public ::testing::Test {
 protected:
  [[nodiscard]] static std::string content(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder.path())) {
      found.insert(entry.path().filename().string());
    }
    return found;
  }
  void plant(const std::string& name) const { std::ofstream(folder / name) << "planted"; }

  /// Runs `work` in a child process, which then kills itself.
  template <typename Work>
  void in_killed_process(const Work& work) const {
    const pid_t child = ::fork();
    if (child == 0) {
      work();
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
  }

  testing::TempDir folder;
};

TEST_F(OutputFiles, ThereWhenTheyAreWhole) {
  const fs::path target = folder / "a.txt";
  plant("a.txt");
  {
    OutputFile output(target);
    output.write("half");
    EXPECT_EQ(content(target), "planted");
    EXPECT_EQ(names().size(), 2U);
    EXPECT_EQ(content(output.path()), "half");
  }
  EXPECT_EQ(content(target), "planted");
  EXPECT_THAT(names(), ElementsAre("a.txt"));
  OutputFile output(target);
  output.write("whole");
  output.write_at(1, "H");
  output.commit();
  EXPECT_EQ(content(target), "wHole");
  EXPECT_THAT(names(), ElementsAre("a.txt"));
}

TEST_F(OutputFiles, AnErrorRemovesThem) {
  const auto interrupted = [&] {
    OutputFile first(folder / "a.txt");
    OutputFile second(folder / "b.txt");
    first = std::move(second);
    first.write("half");
    throw BackendError("here", "stops");
  };
  EXPECT_THROW(interrupted(), BackendError);
  EXPECT_THAT(names(), IsEmpty());
}

TEST_F(OutputFiles, NamesCannotBeGuessed) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string name = temporary_name("m.h5");
    EXPECT_TRUE(is_temporary_name(name)) << name;
    EXPECT_TRUE(is_temporary_name(name, "m.h5")) << name;
    EXPECT_FALSE(is_temporary_name(name, "m.h")) << name;
    EXPECT_FALSE(is_temporary_name(name, "n.h5")) << name;
    seen.insert(name);
  }
  EXPECT_EQ(seen.size(), 1000U);
  for (const char* other : {"m.h5", ".m.h5.caloquant", ".m.h5.0123456789abcdeg.caloquant",
                            "m.h5.0123456789abcdef.caloquant", ".m.h5.0123456789abcdef.caloquan",
                            ".0123456789abcdef.caloquant"}) {
    EXPECT_FALSE(is_temporary_name(other)) << other;
  }
  const std::string longest(255, 'x');
  write_text_file("text", folder / longest);
  EXPECT_THAT(names(), ElementsAre(longest));
  EXPECT_TRUE(is_temporary_name(temporary_name(longest), longest));
}

/// Links to a file of somebody else, at every name that earlier versions wrote to.
TEST_F(OutputFiles, PlantedLinksAreNotFollowed) {
  plant("victim");
  for (const char* name :
       {"a.txt.partial", "a.txt.unchecked", "b.h5.partial", "b.h5.unchecked", "a.txt", "b.h5"}) {
    fs::create_symlink("victim", folder / name);
  }
  write_text_file("text", folder / "a.txt");
  H5File file = H5File::create(folder / "b.h5");
  file.commit();
  EXPECT_EQ(content(folder / "victim"), "planted");
  EXPECT_TRUE(fs::is_symlink(folder / "a.txt.partial"));
  EXPECT_FALSE(fs::is_symlink(folder / "a.txt"));  // replaced as a name
  EXPECT_FALSE(fs::is_symlink(folder / "b.h5"));
  EXPECT_EQ(content(folder / "a.txt"), "text");
  EXPECT_EQ(names().size(), 7U);
}

/// What the name leads to while HDF5 opens it does not matter: it writes to the file that was made.
TEST_F(OutputFiles, AnExchangedNameIsNotWritten) {
  plant("victim");
  OutputFile output(folder / "a.h5");
  fs::remove(output.path());
  fs::create_symlink(folder / "victim", output.path());
  H5File file = H5File::create(output);
  file.set_attribute("/", "name", "text");
  file.commit();
  EXPECT_EQ(content(folder / "victim"), "planted");
}

TEST_F(OutputFiles, ModesAreThoseOfUmask) {
  const mode_t before = ::umask(0);
  for (const auto& [mask, mode] : {std::pair(0022, 0644), {0077, 0600}, {0222, 0444}, {0, 0666}}) {
    ::umask(static_cast<mode_t>(mask));
    write_text_file("text", folder / "a.txt");
    H5File file = H5File::create(folder / "b.h5");
    file.commit();
    for (const char* name : {"a.txt", "b.h5"}) {
      struct stat status {};
      ASSERT_EQ(::stat((folder / name).c_str(), &status), 0);
      EXPECT_EQ(status.st_mode & 07777U, static_cast<mode_t>(mode)) << name;
    }
  }
  ::umask(before);
}

TEST_F(OutputFiles, DevicesKeepTheirNames) {
  write_text_file("text", "/dev/null");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  ASSERT_TRUE(fs::is_character_file("/dev/full")) << "this machine's /dev/full is broken";
  EXPECT_THAT(message_of([] { write_text_file("text", "/dev/full"); }),
              AllOf(HasSubstr("/dev/full: cannot be written: No space left"), HasSubstr("free")));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  const fs::path fifo = folder / "fifo.h5";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  std::string received;
  std::thread reader([&] { received = content(fifo); });
  H5File file = H5File::create(fifo);  // which seeks
  file.set_attribute("/", "name", "text");
  file.commit();
  reader.join();
  write_text_file(received, folder / "copy.h5");
  EXPECT_EQ(H5File::open(folder / "copy.h5", ErrorKind::data).string_attribute("/", "name"),
            "text");
  EXPECT_THAT(names(), ElementsAre("copy.h5", "fifo.h5"));
}

/// Opening /dev/fd/N would write from the beginning of the file.
TEST_F(OutputFiles, OpenDescriptorsAreWrittenWhereTheyStand) {
  const int descriptor = ::open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_EQ(::write(descriptor, "before ", 7), 7);
  write_text_file("text", "/dev/fd/" + std::to_string(descriptor));
  write_text_file(" after", "/proc/self/fd/" + std::to_string(descriptor));
  ::close(descriptor);
  EXPECT_EQ(content(folder / "log"), "before text after");
  EXPECT_THAT(message_of([&] { write_text_file("x", "/dev/fd/" + std::to_string(descriptor)); }),
              HasSubstr("cannot be written: Bad file descriptor"));
}

TEST_F(OutputFiles, LeftOnesAreRemovedAndLiveOnesAreNot) {
  in_killed_process([&] {
    const OutputFile a(folder / "a.txt");
    const OutputFile b(folder / "b.txt");
    ::kill(::getpid(), SIGKILL);
  });
  EXPECT_EQ(names().size(), 2U);
  {
    const OutputFile live(folder / "a.txt");
    EXPECT_EQ(names().size(), 2U);  // the left one of a.txt is gone
    remove_left_temporaries(folder.path());
    EXPECT_THAT(names(), ElementsAre(live.path().filename().string()));
    const OutputFile second(folder / "a.txt");
    EXPECT_EQ(names().size(), 2U);
  }
  plant(temporary_name("a.txt"));
  plant(temporary_name("b.txt"));
  fs::create_symlink("a.txt", folder / temporary_name("a.txt"));
  write_text_file("text", folder / "a.txt");
  EXPECT_EQ(names().size(), 3U);  // a.txt, the link, and that of b.txt
  remove_left_temporaries(folder.path());
  EXPECT_EQ(names().size(), 2U);
}

TEST_F(OutputFiles, AnEndingProcessRemovesLiveOnes) {
  in_killed_process([&] {
    OutputFile a(folder / "a.txt");
    OutputFile b(folder / "b.txt");
    OutputFile c(folder / "c.txt");
    c.commit();
    remove_live_temporaries();
    ::kill(::getpid(), SIGKILL);  // no destructor runs
  });
  EXPECT_THAT(names(), ElementsAre("c.txt"));
}

TEST_F(OutputFiles, TwoWritersLeaveOneWholeFile) {
  const auto write_often = [&](char letter) {
    for (int i = 0; i < 50; ++i) {
      write_text_file(std::string(100000, letter), folder / "a.txt");
    }
  };
  std::thread other(write_often, 'b');
  write_often('a');
  other.join();
  const std::string text = content(folder / "a.txt");
  EXPECT_EQ(text, std::string(100000, text.empty() ? 'x' : text.front()));
  EXPECT_THAT(names(), ElementsAre("a.txt"));
}

TEST_F(OutputFiles, ErrorsSayWhy) {
  plant("a.txt");
  fs::create_directory(folder / "b");
  const auto refusal = [&](const fs::path& target) {
    return message_of([&] { write_text_file("text", target); });
  };
  EXPECT_THAT(refusal(folder / "b"), HasSubstr("b: is a folder; name a file in it"));
  EXPECT_THAT(refusal(folder / "c/"), HasSubstr("is a folder"));
  EXPECT_THAT(refusal(""), HasSubstr("cannot be written: No such file or directory"));
  EXPECT_THAT(refusal(folder / "none/a.txt"),
              AllOf(HasSubstr("none/a.txt: cannot be written: No such file or directory"),
                    HasSubstr("check that its folder exists")));
  EXPECT_THAT(refusal(folder / "a.txt/b"), HasSubstr("Not a directory"));
  EXPECT_THAT(refusal(folder / std::string(300, 'x')), HasSubstr("too long; give a shorter name"));
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  rlimit lower = limit;
  lower.rlim_cur = 1000;
  const auto former = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &lower), 0);
  const std::string text =
      message_of([&] { write_text_file(std::string(2000, 'x'), folder / "a.txt"); });
  const std::string hdf5 = message_of([&] {
    H5File file = H5File::create(folder / "a.h5");
    file.write("/x", Tensor(DType::f32, {1000}));
    file.commit();
  });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::signal(SIGXFSZ, former);
  EXPECT_THAT(text, HasSubstr("a.txt: cannot be written: File too large; raise the limit"));
  EXPECT_THAT(hdf5, AllOf(HasSubstr("a.h5:"), HasSubstr("cannot be written: File too large")));
  EXPECT_EQ(content(folder / "a.txt"), "planted");
  EXPECT_THAT(names(), ElementsAre("a.txt", "b"));
}

}  // namespace
}  // namespace caloquant
