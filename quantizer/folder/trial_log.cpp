#include "quantizer/folder/trial_log.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <caloquant/error.hpp>
#include <cerrno>
#include <cmath>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "graph/io/files/sha256.hpp"
#include "graph/io/files/write_through.hpp"
#include "graph/json/json.hpp"
#include "quantizer/folder/json_fields.hpp"
#include "quantizer/folder/trial_json.hpp"

namespace caloquant {
namespace {

constexpr std::size_t hash_digits = 64;

[[noreturn]] void cannot_write_log(const std::filesystem::path& file, int error) {
  throw BackendError(file.string(), "cannot be written: " + std::generic_category().message(error),
                     "check the folder, its permissions and the free space");
}

std::string hash_of(const std::string& before, std::string_view text) {
  Sha256 hash;
  hash.update(before);
  hash.update(std::as_bytes(std::span(text.data(), text.size())));
  return hash.finish();
}

FinishedTrial parse_line(std::string_view text, const std::string& place) {
  const Json json = parse_json<DataError>(text, place);
  const JsonFields fields(json, place);
  FinishedTrial finished;
  finished.trial = trial_from_json(fields.object("trial"), place);
  if (!fields.any("quality").is_null()) {
    finished.quality = quality_from_json(fields.object("quality"), place);
  }
  // Whoever takes such a trial for the best one asks for its quality.
  if (finished.trial.error.empty() != finished.quality.has_value()) {
    fail_damaged(place, "has an error and a quality, or neither");
  }
  finished.elapsed = fields.real("elapsed");
  if (!std::isfinite(finished.elapsed)) {
    fields.fail("elapsed");
  }
  return finished;
}

}  // namespace

TrialLog::TrialLog(std::filesystem::path file, std::string last_hash, std::uintmax_t size)
    : file_(std::move(file)), last_hash_(std::move(last_hash)) {
  constexpr mode_t readable_by_all = 0644;
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                       readable_by_all);
  if (descriptor_ < 0) {
    cannot_write_log(file_, errno);
  }
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
    const int error = errno;
    ::close(descriptor_);
    cannot_write_log(file_, error);
  }
}

TrialLog::~TrialLog() {
  ::close(descriptor_);
}

void TrialLog::append(const FinishedTrial& finished) {
  const Json json{{"trial", whole_json(finished.trial)},
                  {"quality", finished.quality ? whole_json(*finished.quality) : Json()},
                  {"elapsed", json_number(finished.elapsed)}};
  // Text of an error may hold a path that is not UTF-8.
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::string hash = hash_of(last_hash_, text);
  if (const int error = write_through(descriptor_, hash + " " + text + "\n"); error != 0) {
    cannot_write_log(file_, error);
  }
  last_hash_ = hash;
}

std::string first_hash(const std::string& origin) {
  return hash_of(origin, "");
}

TrialLogContent read_trial_log(const std::filesystem::path& file, const std::string& origin) {
  TrialLogContent content;
  content.last_hash = first_hash(origin);
  std::error_code failure;
  if (!std::filesystem::exists(file, failure)) {
    return content;
  }
  const std::string all = read_text<DataError>(file);
  std::string_view rest = all;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const std::string_view line = rest.substr(0, end);
    const std::string place = file.string() + ":" + std::to_string(content.trials.size() + 1);
    if (line.size() <= hash_digits || line[hash_digits] != ' ' ||
        line.substr(0, hash_digits) != hash_of(content.last_hash, line.substr(hash_digits + 1))) {
      throw DataError(place, "is damaged: its checksum is another one",
                      "the run cannot go on: run without --resume");
    }
    content.trials.push_back(parse_line(line.substr(hash_digits + 1), place));
    if (content.trials.back().trial.step + 1 != content.trials.size()) {
      throw DataError(place, "is another step", "the run cannot go on: run without --resume");
    }
    content.last_hash = std::string(line.substr(0, hash_digits));
    rest.remove_prefix(end + 1);
    content.size += end + 1;
  }
  return content;
}

}  // namespace caloquant
