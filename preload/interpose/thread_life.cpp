// Threads that are made, joined and detached. The thread itself runs what the program gave it, with nothing
// of ours around it: whether it has ended is asked once, at the end of the recording
// (sink/resource_census.h).
#include "interpose/real_functions.h"
#include "interpose/resource_functions.h"
#include "record/resource_recorder.h"

using leak::hook::kTrackThreads;
using leak::hook::moment_before_resource;
using leak::hook::real;
using leak::trace::Op;
using Call = leak::trace::ResourceCall;

namespace leak::hook {
namespace {

bool is_detached(const pthread_attr_t* attributes) noexcept {
  int state = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &state);
  return state == PTHREAD_CREATE_DETACHED;
}

[[gnu::always_inline]] inline int ended(Op op, Call call, const HookFrame& frame, pthread_t thread,
                                        int result) {
  if (result == 0) record_thread_end(op, call, static_cast<std::uintptr_t>(thread), frame);
  return result;
}

}  // namespace
}  // namespace leak::hook

using leak::hook::ended;
using leak::hook::is_detached;

static_assert(thrd_success == 0);

extern "C" {

LEAKHOOK_EXPORT int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                                   void* argument) noexcept {
  const std::uint64_t before = moment_before_resource(kTrackThreads);
  const bool detached = is_detached(attributes);
  const int result = real().pthread_create_next(thread, attributes, start, argument);
  if (result == 0) {
    leak::hook::record_thread(Call::kPthreadCreate, *thread, detached, before, LEAKHOOK_FRAME());
  }
  return result;
}

LEAKHOOK_EXPORT int pthread_join(pthread_t thread, void** value) {
  return ended(Op::kThreadJoin, Call::kPthreadJoin, LEAKHOOK_FRAME(), thread,
               real().pthread_join_next(thread, value));
}

LEAKHOOK_EXPORT int pthread_tryjoin_np(pthread_t thread, void** value) noexcept {
  return ended(Op::kThreadJoin, Call::kPthreadJoin, LEAKHOOK_FRAME(), thread,
               real().pthread_tryjoin_np_next(thread, value));
}

LEAKHOOK_EXPORT int pthread_timedjoin_np(pthread_t thread, void** value, const struct timespec* until) {
  return ended(Op::kThreadJoin, Call::kPthreadJoin, LEAKHOOK_FRAME(), thread,
               real().pthread_timedjoin_np_next(thread, value, until));
}

LEAKHOOK_EXPORT int pthread_clockjoin_np(pthread_t thread, void** value, clockid_t clock,
                                         const struct timespec* until) {
  return ended(Op::kThreadJoin, Call::kPthreadJoin, LEAKHOOK_FRAME(), thread,
               real().pthread_clockjoin_np_next(thread, value, clock, until));
}

LEAKHOOK_EXPORT int pthread_detach(pthread_t thread) noexcept {
  return ended(Op::kThreadDetach, Call::kPthreadDetach, LEAKHOOK_FRAME(), thread,
               real().pthread_detach_next(thread));
}

LEAKHOOK_EXPORT int thrd_create(thrd_t* thread, thrd_start_t start, void* argument) {
  const std::uint64_t before = moment_before_resource(kTrackThreads);
  const int result = real().thrd_create_next(thread, start, argument);
  if (result == thrd_success) {
    leak::hook::record_thread(Call::kThrdCreate, *thread, false, before, LEAKHOOK_FRAME());
  }
  return result;
}

LEAKHOOK_EXPORT int thrd_join(thrd_t thread, int* value) {
  return ended(Op::kThreadJoin, Call::kThrdJoin, LEAKHOOK_FRAME(), thread,
               real().thrd_join_next(thread, value));
}

LEAKHOOK_EXPORT int thrd_detach(thrd_t thread) {
  return ended(Op::kThreadDetach, Call::kThrdDetach, LEAKHOOK_FRAME(), thread,
               real().thrd_detach_next(thread));
}

}  // extern "C"
