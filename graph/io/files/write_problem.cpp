#include "graph/io/files/write_problem.hpp"

#include <cerrno>
#include <system_error>

namespace caloquant {

WriteProblem write_problem(int error) {
  if (error == 0) {
    return {"cannot be written", "check the folder and the free space"};
  }
  const std::string problem = "cannot be written: " + std::generic_category().message(error);
  switch (error) {
    case ENOSPC:
      return {problem, "free some space, or write to another disk"};
    case EDQUOT:
      return {problem, "free some of your quota, or write to another disk"};
    case EFBIG:
      return {problem, "raise the limit on the size of files (ulimit -f), or write less"};
    case EACCES:
    case EPERM:
    case EROFS:
      return {problem, "check the permissions of its folder, or write to another one"};
    case ENOENT:
    case ENOTDIR:
      return {problem, "check that its folder exists"};
    case ENAMETOOLONG:
      return {problem, "give a shorter name"};
    default:
      return {problem, "check the folder and the disk"};
  }
}

}  // namespace caloquant
