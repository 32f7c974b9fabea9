#pragma once

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
