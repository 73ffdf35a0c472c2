// A pool of threads is forgotten while its workers wait for work: only they still know it.
#include <array>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "truth.h"

class Pool {
 public:
  explicit Pool(unsigned workers) {
    workers_.reserve(workers);
    for (unsigned i = 0; i < workers; ++i) workers_.emplace_back([this] { serve(); });
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, workers] { return started_ == workers; });
  }

  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = 1;
    }
    changed_.notify_all();
    for (std::thread& worker : workers_) worker.join();
  }

 private:
  void serve() {
    std::unique_lock lock(mutex_);
    queue_[started_ % queue_.size()] = nullptr;
    ++started_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return stopped_ != 0; });
  }

  std::vector<std::thread> workers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<void (*)(), 125> queue_{};
  std::uint32_t started_ = 0;
  std::uint32_t stopped_ = 0;
};

namespace {

void work(bool fixed) {
  Pool* pool = escape(new Pool(4));
  if (fixed) delete pool;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
