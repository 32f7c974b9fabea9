// What a run leaves behind for a process that goes on, changed by a stranger.

#include <caloquant/session.hpp>
#include <limits>

#include "quantizer/folder/prepared_state.hpp"
#include "quantizer/folder/publication.hpp"
#include "quantizer/folder/trial_log.hpp"
#include "tests/fuzz/broken/document_cases.hpp"

namespace caloquant::testing {
namespace {

namespace fs = std::filesystem;

constexpr const char* log_origin = "run";
constexpr std::uint64_t beyond_64_bits = std::uint64_t{1} << 63U;

void add_runs(BrokenFiles& all) {
  DocumentCases cases(all, {"run.json of an unfinished run", "unfinished/run.json", ErrorKind::data,
                            [](const fs::path& folder) { (void)unfinished_config(folder); },
                            fixture("unfinished_run/classifier.json")});
  cases.syntax();
  cases.versions();
  for (const char* key : {"has_parts", "source", "config"}) {
    cases.edited(std::string("without ") + key, [&](Json& json) { json.erase(key); });
    cases.edited(std::string("a list as ") + key, [&](Json& json) { json[key] = Json::array(); });
    cases.edited(std::string("null as ") + key, [&](Json& json) { json[key] = nullptr; });
  }
}

void add_prepared(BrokenFiles& all) {
  const auto read = [](const fs::path& folder) {
    const std::string file = (folder / "prepared.json").string();
    (void)prepared_state_from(parse_json<DataError>(read_text<DataError>(file), file), file);
  };
  DocumentCases cases(all, {"prepared.json", "prepared.json", ErrorKind::data, read,
                            R"({"_format": "caloquant prepared network", "_version": 1,
      "events": 32, "ranges": {"conv": {"minmax": [-1, 2], "automatic": [-1, 2]}},
      "candidates": {"conv": [{"algorithm": "minmax", "range": [-1, 2], "noise": 1, "energy": 1}]},
      "equalized_by": {"conv": [1, 2]}, "bias_correction": false, "weight_reconstruction": false,
      "tried": [{"equalization": true, "bias_correction": false, "weight_reconstruction": false,
      "sequential_bias_correction": false, "response_fit": false, "loss": 1, "kept": true}]})"});
  cases.syntax();
  cases.versions();
  for (const char* key : {"events", "ranges", "candidates", "equalized_by", "bias_correction",
                          "weight_reconstruction", "tried"}) {
    cases.edited(std::string("without ") + key, [&](Json& json) { json.erase(key); });
    cases.edited(std::string("text as ") + key, [&](Json& json) { json[key] = "x"; });
  }
  const std::map<std::string, Json> ranges{{"NaN", {"nan", 1}},
                                           {"infinity", {-1, "inf"}},
                                           {"beyond 32 bits", {-1, 1e39}},
                                           {"without 0", {1, 2}},
                                           {"the wrong way round", {2, -1}},
                                           {"of three numbers", {-1, 0, 1}},
                                           {"of flags", {false, true}},
                                           {"that is null", nullptr},
                                           {"that is an object", {{"low", -1}}}};
  for (const auto& [what, range] : ranges) {
    cases.edited("a range " + what, [&](Json& json) { json["ranges"]["conv"]["minmax"] = range; });
    cases.edited("a candidate's range " + what,
                 [&](Json& json) { json["candidates"]["conv"][0]["range"] = range; });
  }
  for (const Json& count : {Json(-1), Json(2.5), Json(beyond_64_bits), Json(1e30)}) {
    cases.edited(count.dump() + " events", [&](Json& json) { json["events"] = count; });
  }
  cases.edited("an unknown algorithm", [](Json& json) { json["ranges"]["conv"]["best"] = {0, 1}; });
  cases.edited("a candidate of an unknown algorithm",
               [](Json& json) { json["candidates"]["conv"][0]["algorithm"] = "best"; });
  cases.edited("no candidate", [](Json& json) { json["candidates"]["conv"] = Json::array(); });
  cases.edited("candidates that are null", [](Json& json) { json["candidates"]["conv"] = {}; });
  cases.edited("one candidate, no list of them",
               [](Json& json) { json["candidates"]["conv"] = json["candidates"]["conv"][0]; });
  cases.edited("a channel of NaN", [](Json& json) { json["equalized_by"]["conv"][0] = "nan"; });
  cases.edited("a channel beyond 32 bits",
               [](Json& json) { json["equalized_by"]["conv"][0] = -1e39; });
  cases.edited("channels that are a number", [](Json& json) { json["equalized_by"]["conv"] = 1; });
  cases.edited("a correction that is a number", [](Json& json) { json["tried"][0] = 1; });
  cases.edited("a loss that is a list",
               [](Json& json) { json["tried"][0]["loss"] = Json::array(); });
}

std::string sealed_line(const std::string& hash_before, const std::string& text) {
  return first_hash(hash_before + text) + " " + text + "\n";
}

/// Lines whose hashes are right.
void add_sealed_trials(BrokenFiles& all, const Document& log, const Json& good) {
  DocumentCases cases(all, log);
  const auto line = [&](const std::string& defect, const std::string& text) {
    cases.text(defect + ", sealed anew", sealed_line(first_hash(log_origin), text));
  };
  const auto edited = [&](const std::string& defect, const std::string& pointer, const Json& to) {
    Json json = good;
    json[Json::json_pointer(pointer)] = to;
    line(defect, json.dump());
  };
  line("nothing", "");
  line("half an object", first_part(good.dump(), 0.5));
  line("a list", "[]");
  line("a key twice", replaced(good.dump(), "{", "{\"elapsed\": 1, \"elapsed\": 2, "));
  line("a number beyond all", replaced(good.dump(), "{", "{\"a\": 1e999, "));
  line("no UTF-8", replaced(good.dump(), "{", "{\"\xff\": 1, "));
  line("deep", nested(100000));
  edited("a first step that is the second", "/trial/step", 1);
  edited("a step below 0", "/trial/step", -1);
  edited("the last step of all", "/trial/step", std::numeric_limits<std::uint64_t>::max());
  edited("neither error nor quality", "/quality", nullptr);
  edited("an error and a quality", "/trial/error", "no memory");
  edited("a time of NaN", "/elapsed", "nan");
  edited("an endless time", "/elapsed", "inf");
  edited("a time that is text", "/elapsed", "1 s");
  edited("an unknown precision", "/trial/configuration/0/precision", "int3");
  edited("a layer that is a number", "/trial/configuration/0", 7);
  edited("a name that is null", "/trial/configuration/0/name", nullptr);
  edited("a fallback that is a number", "/trial/fallbacks", {1});
  edited("an unknown verdict", "/trial/verdict", "good");
  edited("a measure that is a list", "/trial/measures/0", Json::array());
  edited("a loss that is a flag", "/trial/loss", true);
  edited("a quality that is a number", "/quality", 1);
  edited("half an event", "/quality/events", 0.5);
  edited("blocks of text", "/quality/loss/without_block", {"x"});
  edited("a response that is an object", "/quality/response", Json::object());
  edited("a total that is null", "/quality/totals", {nullptr});
}

void add_trials(BrokenFiles& all) {
  const Document log{
      "journal.jsonl", "journal.jsonl", ErrorKind::data,
      [](const fs::path& folder) { (void)read_trial_log(folder / "journal.jsonl", log_origin); },
      ""};
  const std::string sample = fixture("trial_log/small.jsonl");
  const Json good =
      Json::parse(sample.substr(sample.find(' ') + 1, sample.find('\n') - sample.find(' ') - 1));
  const std::string first = sealed_line(first_hash(log_origin), good.dump());
  DocumentCases cases(all, log);
  cases.text("an empty line", "\n");
  cases.text("text", "step 1\n");
  cases.text("a zero byte", std::string("\0\n", 2));
  cases.text("a hash alone", first.substr(0, 64) + "\n");
  cases.text("a hash and a space", first.substr(0, 65) + "\n");
  cases.text("no hash", good.dump() + "\n");
  cases.text("the hash of another run", sealed_line(first_hash("other"), good.dump()));
  cases.text("a flipped digit", with_bytes(first, 0, first[0] == '0' ? "1" : "0"));
  cases.text("a hash in capitals", with_bytes(first, 0, "ABCDEF"));
  cases.text("a flipped byte", with_bytes(first, 80, "\x01"));
  cases.text("a tab in place of the space", with_bytes(first, 64, "\t"));
  cases.text("the ends of lines of another system", first.substr(0, first.size() - 1) + "\r\n");
  cases.text("a line twice", first + first);
  cases.text("an empty line behind it", first + "\n");
  cases.text("a first line that is missing", sealed_line(first.substr(0, 64), good.dump()));
  add_sealed_trials(all, log, good);
}

void add_publications(BrokenFiles& all) {
  const auto read = [](const fs::path& folder) { complete_publication(folder); };
  const Document list{"publish.json", "unfinished/publish.json", ErrorKind::data, read,
                      R"({"_format": "caloquant publication", "_version": 1,
                          "names": ["model", "result.json"], "former": ["table"],
                          "keep_state": true})"};
  DocumentCases cases(all, list);
  cases.syntax();
  cases.versions();
  for (const char* key : {"names", "former", "keep_state"}) {
    cases.edited(std::string("without ") + key, [&](Json& json) { json.erase(key); });
    cases.edited(std::string("text as ") + key, [&](Json& json) { json[key] = "model"; });
  }
  const std::map<std::string, Json> names{{"in the folder above", "../victim"},
                                          {"from the root", "/etc/victim"},
                                          {"of the folder above", ".."},
                                          {"of the folder", "."},
                                          {"in a folder", "a/b"},
                                          {"that ends in a slash", "a/"},
                                          {"that is empty", ""},
                                          {"with a zero byte", std::string("..\0x", 4)},
                                          {"that is a number", 7},
                                          {"that is null", nullptr},
                                          {"that is a list", {"model"}}};
  for (const char* key : {"names", "former"}) {
    for (const auto& [what, name] : names) {
      cases.edited(std::string(key) + ": one " + what,
                   [&](Json& json) { json[key].push_back(name); });
    }
  }
  all.push_back({"publish.json: files that are a link to somewhere else",
                 {{list.file, list.good}, {"elsewhere/model", "kept"}},
                 "unfinished/files",
                 ErrorKind::data,
                 [](const fs::path& folder) {
                   fs::create_directory_symlink(folder / "elsewhere",
                                                folder / "unfinished" / staged_name);
                   complete_publication(folder);
                 }});
}

}  // namespace

void add_broken_unfinished(BrokenFiles& all) {
  add_runs(all);
  add_prepared(all);
  add_trials(all);
  add_publications(all);
}

}  // namespace caloquant::testing
