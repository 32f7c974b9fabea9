#pragma once

#include <filesystem>
#include <string>

namespace caloquant {

/// Keeps a folder for one process at a time, by flock(2) on a file `.caloquant.lock` in it, which
/// says who holds it. The lock goes with the process, however that ends, so that a file which is
/// left behind holds nobody up. NFS passes flock on to its server. On a file system without locks
/// the file counts by itself: its holder is in the way when it runs on this host, or on another
/// one.
class FolderLock {
 public:
  /// Throws BackendError when another process (or another session of this one) holds the folder,
  /// with its process, host and time, and when the file cannot be made.
  explicit FolderLock(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  static constexpr const char* file_name = ".caloquant.lock";

 private:
  [[nodiscard]] bool take(const std::filesystem::path& folder);
  void sign() const;

  std::filesystem::path file_;
  int descriptor_ = -1;
};

}  // namespace caloquant
