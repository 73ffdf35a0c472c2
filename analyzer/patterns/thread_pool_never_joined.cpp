#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kThreadPoolNeverJoinedPage = {
    "thread-pool-never-joined",
    "Thread pool never joined",
    "Worker threads still run (or wait) when the program ends, because the pool that started them was "
    "dropped "
    "or never told to stop. Each keeps its stack, its thread-local data and whatever it works on; at exit "
    "they "
    "race with static destructors.",
    "Four or more threads created in one place were alive at the end, neither joined nor detached.",
    R"(auto* pool = new Pool(8);
pool->submit(job);
// pool is forgotten: its workers wait for ever)",
    R"(Pool::~Pool() {
  { std::lock_guard lock(mutex_); stopping_ = true; }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}
Pool pool(8);                                  // or std::jthread workers with a stop token)",
    "Give the pool a destructor that tells its workers to stop, wakes them and joins them, and let somebody "
    "own the pool.",
    {"threads-not-joined", "tasks-never-awaited"}};

class ThreadPoolNeverJoined : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kThreadPoolNeverJoinedPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportFinding& finding = evidence.finding();
    if (finding.kind != "thread" || fact_of(finding, "state") != "alive") return std::nullopt;
    return Recognition{
        .85,
        {std::string(fact_of(finding, "threads")) +
         " threads that were created here were alive at the end, and nobody had joined or detached them."}};
  }
};

}  // namespace

const Pattern& thread_pool_never_joined() {
  static const ThreadPoolNeverJoined pattern;
  return pattern;
}

}  // namespace leak::scan
