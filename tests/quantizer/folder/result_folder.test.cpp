#include "quantizer/folder/result_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <caloquant/error.hpp>
#include <fstream>
#include <iterator>
#include <map>

#include "graph/json/json.hpp"
#include "quantizer/folder/publication.hpp"
#include "tests/support/support.hpp"

namespace caloquant {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

std::string bytes_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

/// Every file below a folder, by its path there.
std::map<std::string, std::string> content_of(const fs::path& folder) {
  std::map<std::string, std::string> content;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      content[entry.path().lexically_relative(folder).string()] = bytes_of(entry.path());
    }
  }
  return content;
}

std::string result_of(const std::vector<std::string>& files) {
  return Json{{"_format", "caloquant result"}, {"_version", 1}, {"emitted", {{"files", files}}}}
      .dump();
}

class Results : public ::testing::Test {
 protected:
  [[nodiscard]] ResultFolder open(bool resume = false) const {
    return {out, {{"model", "table", "result.json"}, {}}, resume};
  }
  /// A run of so many files.
  void run(const std::vector<std::string>& names, const std::string& text) const {
    ResultFolder folder = open();
    folder.begin("{}");
    stage(folder, names, text);
    folder.publish(names, false);
  }
  static void stage(const ResultFolder& folder, const std::vector<std::string>& names,
                    const std::string& text) {
    for (const std::string& name : names) {
      write(folder.staged(name), name == "result.json" ? result_of(names) : text);
    }
  }
  const testing::TempDir temporary;
  const fs::path out = temporary / "a/out";
};

TEST_F(Results, GetTheirNamesAtTheEndAndLeaveNothingElse) {
  run({"model", "table", "result.json"}, "one");
  EXPECT_EQ(content_of(out).size(), 3U);
  EXPECT_EQ(bytes_of(out / "model"), "one");
  run({"model", "result.json"}, "two");
  EXPECT_EQ(bytes_of(out / "model"), "two");
  EXPECT_FALSE(fs::exists(out / "table"));  // of the former run
  EXPECT_EQ(content_of(out).size(), 2U);
}

TEST_F(Results, StayAsTheyAreUntilThen) {
  run({"model", "result.json"}, "one");
  const auto before = content_of(out);
  {
    ResultFolder folder = open();
    folder.begin("{}");
    stage(folder, {"model"}, "half");
  }
  EXPECT_EQ(bytes_of(out / "model"), "one");
  EXPECT_EQ(bytes_of(out / "unfinished/files/model"), "half");
  run({"model", "result.json"}, "one");
  EXPECT_EQ(content_of(out), before);
}

TEST_F(Results, OfARunThatDoesNotBeginLeaveNoFolder) {
  { const ResultFolder folder = open(); }
  EXPECT_FALSE(fs::exists(out));
  fs::create_directories(out);
  { const ResultFolder folder = open(); }
  EXPECT_TRUE(fs::is_empty(out));
}

TEST_F(Results, ReplaceOnlyWhatARunHasWritten) {
  fs::create_directories(out);
  write(out / "model", "of the user");
  write(out / "notes", "of the user");
  EXPECT_THAT(testing::message_of([&] { (void)open(); }),
              HasSubstr("a/out/model' was not written by a run and is kept"));
  EXPECT_EQ(content_of(out).size(), 2U);
  fs::remove(out / "model");
  run({"model", "result.json"}, "one");
  EXPECT_EQ(bytes_of(out / "notes"), "of the user");
  write(out / "table", "of the user");
  EXPECT_THROW((void)open(), UsageError);
  fs::remove(out / "table");
  write(out / "result.json", "{broken");
  EXPECT_THROW((void)open(), UsageError);
}

TEST_F(Results, RefuseAFileThatAppearsMeanwhile) {
  ResultFolder folder = open();
  folder.begin("{}");
  stage(folder, {"model", "result.json"}, "one");
  write(out / "model", "of the user");
  EXPECT_THROW(folder.publish({"model", "result.json"}, false), UsageError);
  EXPECT_EQ(bytes_of(out / "model"), "of the user");
  EXPECT_EQ(bytes_of(folder.staged("model")), "one");
}

TEST_F(Results, RefuseToBeAnInput) {
  run({"model", "result.json"}, "one");
  EXPECT_THAT(testing::message_of([&] {
                (void)ResultFolder(out, {{"model", "result.json"}, {out / "model"}}, false);
              }),
              HasSubstr("would overwrite what is read"));
}

TEST_F(Results, RefuseAnUnfinishedFolderOfSomebodyElse) {
  fs::create_directories(out / "unfinished/thesis");
  EXPECT_THAT(testing::message_of([&] { (void)open(); }), HasSubstr("unfinished' was not written"));
  EXPECT_TRUE(fs::exists(out / "unfinished/thesis"));
}

TEST_F(Results, SetAsideTrialsUntilThereAreBetterOnes) {
  {
    ResultFolder folder = open();
    folder.begin("{}");
    EXPECT_EQ(folder.trials_set_aside(), 0U);
    write(folder.state("journal.jsonl"), "one\ntwo\n");
  }
  {
    ResultFolder folder = open();
    EXPECT_FALSE(folder.resumes());
    EXPECT_TRUE(fs::exists(out / "unfinished/journal.jsonl"));
    folder.begin("{}");
    EXPECT_EQ(folder.trials_set_aside(), 2U);
    EXPECT_TRUE(fs::exists(out / "unfinished.previous/journal.jsonl"));
    EXPECT_FALSE(fs::exists(out / "unfinished/journal.jsonl"));
  }
  run({"model", "result.json"}, "one");
  EXPECT_EQ(content_of(out).size(), 2U);
}

TEST_F(Results, GoOnWhereTheyAreResumed) {
  EXPECT_FALSE(open(true).resumes());
  EXPECT_EQ(state_of(out), FolderState::empty);
  {
    ResultFolder folder = open();
    folder.begin("the run");
    write(folder.state("journal.jsonl"), "one\n");
  }
  EXPECT_EQ(state_of(out), FolderState::unfinished);
  ResultFolder folder = open(true);
  EXPECT_TRUE(folder.resumes());
  EXPECT_EQ(bytes_of(folder.state("run.json")), "the run");
  stage(folder, {"model", "result.json"}, "best so far");
  folder.publish({"model", "result.json"}, true);
  EXPECT_EQ(bytes_of(out / "model"), "best so far");
  EXPECT_TRUE(fs::exists(folder.state("journal.jsonl")));
  stage(folder, {"model", "result.json"}, "best");
  folder.publish({"model", "result.json"}, false);
  EXPECT_EQ(bytes_of(out / "model"), "best");
  EXPECT_EQ(state_of(out), FolderState::ended);
}

// A crash between any two of the renames: the next one to open the folder finishes them.
TEST_F(Results, AreCompletedByWhoeverComesNext) {
  const std::vector<std::string> names{"model", "table", "result.json"};
  for (std::size_t moved = 0; moved <= names.size(); ++moved) {
    fs::remove_all(out);
    run({"model", "result.json"}, "former");
    {
      ResultFolder folder = open();
      folder.begin("{}");
      stage(folder, names, "new");
      begin_publication(out, names, false);
      for (std::size_t i = 0; i < moved; ++i) {
        fs::rename(folder.staged(names[i]), out / names[i]);
      }
    }
    EXPECT_EQ(state_of(out), FolderState::ended);
    EXPECT_EQ(bytes_of(out / "model"), "new") << moved;
    EXPECT_EQ(bytes_of(out / "table"), "new");
    EXPECT_EQ(content_of(out).size(), 3U);
  }
}

TEST_F(Results, NeverLeadOutOfTheirFolder) {
  for (const char* name : {"../victim", "/etc/victim", "..", "a/b", ""}) {
    fs::remove_all(out);
    {
      ResultFolder folder = open();
      folder.begin("{}");
      begin_publication(out, {name}, false);
    }
    EXPECT_THROW((void)state_of(out), DataError) << name;
  }
}

// A run without --resume reads the list, too: what helps is to move the folder away.
TEST_F(Results, SayWhatHelpsWhereTheListIsDamaged) {
  fs::create_directories(out / "unfinished");
  write(out / "unfinished/publish.json", "{");
  EXPECT_THAT(testing::message_of([&] { (void)open(); }),
              HasSubstr("move the folder 'unfinished' away"));
}

TEST_F(Results, AreTakenFromTheirOwnFolderOnly) {
  fs::create_directories(temporary / "elsewhere");
  write(temporary / "elsewhere/model", "of the user");
  {
    ResultFolder folder = open();
    folder.begin("{}");
    begin_publication(out, {"model"}, false);
  }
  fs::create_directory_symlink(temporary / "elsewhere", out / "unfinished/files");
  EXPECT_THAT(testing::message_of([&] { (void)open(); }), HasSubstr("unfinished/files: is a link"));
  EXPECT_EQ(bytes_of(temporary / "elsewhere/model"), "of the user");
  fs::remove(out / "unfinished/files");
  fs::rename(out / "unfinished", temporary / "state");
  fs::create_directory_symlink(temporary / "state", out / "unfinished");
  EXPECT_THROW((void)open(), UsageError);
  EXPECT_TRUE(fs::exists(temporary / "state/publish.json"));
}

TEST_F(Results, KeepWhatSomebodyElsePutBesideTheList) {
  {
    ResultFolder folder = open();
    folder.begin("{}");
    stage(folder, {"model", "result.json"}, "new");
    begin_publication(out, {"model", "result.json"}, false);
  }
  write(out / "unfinished/thesis", "of the user");
  EXPECT_THROW((void)open(), UsageError);
  EXPECT_EQ(bytes_of(out / "unfinished/thesis"), "of the user");
  fs::remove(out / "unfinished/thesis");
  EXPECT_NO_THROW((void)open());
  EXPECT_EQ(bytes_of(out / "model"), "new");
}

TEST_F(Results, SayWhichOfThemCannotGetItsPlace) {
  {
    ResultFolder folder = open();
    folder.begin("{}");
    stage(folder, {"model", "result.json"}, "new");
    begin_publication(out, {"model", "result.json"}, false);
  }
  fs::create_directories(out / "model/of the user");
  EXPECT_THAT(testing::message_of([&] { (void)open(); }),
              HasSubstr("out/model: cannot get its place: Is a directory"));
  EXPECT_EQ(bytes_of(out / "unfinished/files/model"), "new");
}

TEST_F(Results, DoNotWaitForAPipeInPlaceOfTheTrials) {
  fs::create_directories(out / "unfinished");
  ASSERT_EQ(::mkfifo((out / "unfinished/journal.jsonl").c_str(), 0600), 0);
  ResultFolder folder = open();
  folder.begin("{}");
  EXPECT_EQ(folder.trials_set_aside(), 0U);
}

}  // namespace
}  // namespace caloquant
