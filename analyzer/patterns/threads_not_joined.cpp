#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kThreadsNotJoinedPage = {
    "threads-not-joined",
    "Threads neither joined nor detached",
    "A thread that has ended but that nobody joined or detached keeps its stack (8 MiB of address space by "
    "default) and its descriptor, in case somebody still asks for its result. Starting one per request this "
    "way "
    "ends with pthread_create failing.",
    "Two or more threads created in one place had ended at the end of the run and were neither joined nor "
    "detached.",
    R"(pthread_t thread;
pthread_create(&thread, nullptr, send_mail, mail);   // and never heard of again)",
    R"(std::jthread sender([mail] { send_mail(mail); });    // joins in its destructor
// or, where nobody waits for it:
pthread_t thread;
if (pthread_create(&thread, nullptr, send_mail, mail) == 0) pthread_detach(thread);)",
    "Join each thread (std::jthread does it by itself), or detach it right after its creation. For many "
    "short "
    "jobs use a pool.",
    {"thread-pool-never-joined"}};

class ThreadsNotJoined : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kThreadsNotJoinedPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    const ReportFinding& finding = evidence.finding();
    if (finding.kind != "thread" || fact_of(finding, "state") != "finished") return std::nullopt;
    return Recognition{.95,
                       {std::string(fact_of(finding, "threads")) +
                        " threads that were created here have ended, and the C library keeps their stacks."}};
  }
};

}  // namespace

const Pattern& threads_not_joined() {
  static const ThreadsNotJoined pattern;
  return pattern;
}

}  // namespace leak::scan
