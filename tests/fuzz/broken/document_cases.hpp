#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "graph/json/json.hpp"
#include "tests/fuzz/broken/cases.hpp"

namespace caloquant::testing {

/// One kind of document: how it is called, read and refused, and a good one.
struct Document {
  std::string name;
  std::string file;
  ErrorKind kind;
  std::function<void(const std::filesystem::path&)> read;
  std::string good;
  std::map<std::string, std::string> beside{};
};

/// Adds the defects of a document.
class DocumentCases {
 public:
  using Edit = std::function<void(Json&)>;

  DocumentCases(BrokenFiles& all, Document document) : all_(all), document_(std::move(document)) {}

  void text(const std::string& defect, const std::string& content);
  void edited(const std::string& defect, const Edit& edit);
  /// What no JSON may be.
  void syntax();
  /// What `_format` and `_version` must not be.
  void versions();

 private:
  BrokenFiles& all_;
  Document document_;
};

}  // namespace caloquant::testing
