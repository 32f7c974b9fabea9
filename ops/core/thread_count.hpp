#pragma once

#include <functional>

namespace caloquant {

/// Threads to ask for where a parallel region is opened: what OpenMP would ask for
/// (omp_get_max_threads()), within reason. Memory that is divided among threads may rely on it as
/// an upper bound only: a region may get fewer (OMP_THREAD_LIMIT, OMP_DYNAMIC, a region around it).
[[nodiscard]] int team_size();

/// No more than team_size() would ever say: the processors, or 8 where there are fewer.
[[nodiscard]] int within_reason(int threads);

/// team_size() of this thread from now on.
void set_team_size(int threads);

/// team_size() of this thread while it lives. The caller's setting comes back at the end.
class ThreadCount {
 public:
  explicit ThreadCount(int threads);
  ~ThreadCount();
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

/// Calls `work` on up to `threads` threads at once, each with its number and how many there are (no
/// more than team_size(), and as many as OpenMP grants); within `work` team_size() is 1. What the
/// first of them throws is thrown here when all have ended.
void on_each_thread(int threads, const std::function<void(int thread, int team)>& work);

/// For a library that divides its work by the number of threads that it asked for and is wrong when
/// it gets fewer: while it lives, omp_get_max_threads() is what a region really gets. Tried out on
/// a region, with dynamic teams off so that the next region gets the same; 1 within a region. The
/// caller's settings come back at the end.
class GrantedTeam {
 public:
  GrantedTeam();
  ~GrantedTeam();
  GrantedTeam(const GrantedTeam&) = delete;
  GrantedTeam& operator=(const GrantedTeam&) = delete;
  [[nodiscard]] int threads() const { return threads_; }

 private:
  int before_;
  int dynamic_before_;
  int threads_ = 1;
};

/// What a region that is opened here gets.
[[nodiscard]] int granted_threads();

}  // namespace caloquant
