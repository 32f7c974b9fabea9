#pragma once

#include <string>
#include <vector>

#include "graph/json/json.hpp"

namespace caloquant {

/// A JSON object of objects as text, with a comment over each section and over single keys.
class ConfigText {
 public:
  explicit ConfigText(std::string comment) : comment_(std::move(comment)) {}

  /// What follows belongs to this section.
  void begin(std::string section, std::string comment);
  void set(std::string key, Json value, std::string comment = {});

  [[nodiscard]] std::string text() const;

 private:
  struct Entry {
    std::string key;
    Json value;
    std::string comment;
  };
  struct Section {
    std::string name;
    std::string comment;
    std::vector<Entry> entries;
  };
  std::string comment_;
  std::vector<Section> sections_;
};

}  // namespace caloquant
