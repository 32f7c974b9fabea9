#include "ops/core/thread_count.hpp"

#include <omp.h>

#include <algorithm>
#include <exception>

namespace caloquant {

int within_reason(int threads) {
  constexpr int few_processors = 8;
  return std::clamp(threads, 1, std::max(omp_get_num_procs(), few_processors));
}

int team_size() {
  return within_reason(omp_get_max_threads());
}

void set_team_size(int threads) {
  omp_set_num_threads(within_reason(threads));
}

ThreadCount::ThreadCount(int threads) : before_(omp_get_max_threads()) {
  set_team_size(threads);
}

ThreadCount::~ThreadCount() {
  omp_set_num_threads(before_);
}

void on_each_thread(int threads, const std::function<void(int thread, int team)>& work) {
  std::exception_ptr failure;
#pragma omp parallel num_threads(std::min(threads, team_size()))
  {
    const ThreadCount one(1);
    try {
      work(omp_get_thread_num(), omp_get_num_threads());
    } catch (...) {
#pragma omp critical(caloquant_on_each_thread)
      failure = failure ? failure : std::current_exception();
    }
  }
  if (failure) {
    std::rethrow_exception(failure);
  }
}

GrantedTeam::GrantedTeam() : before_(omp_get_max_threads()), dynamic_before_(omp_get_dynamic()) {
  omp_set_dynamic(0);
  if (omp_in_parallel() == 0) {
#pragma omp parallel num_threads(team_size())
#pragma omp master
    threads_ = omp_get_num_threads();
  }
  omp_set_num_threads(threads_);
}

GrantedTeam::~GrantedTeam() {
  omp_set_num_threads(before_);
  omp_set_dynamic(dynamic_before_);
}

int granted_threads() {
  return GrantedTeam().threads();
}

}  // namespace caloquant
