#include "snapshot/conductor.h"

#include <cstring>

#include "buffer/live.h"
#include "buffer/recording.h"
#include "live_set/live_set.h"
#include "record/recorder.h"
#include "snapshot/environment.h"
#include "snapshot/kernel_signal.h"
#include "sys/clock.h"

namespace leak::hook {

namespace {

using trace::GraphTrigger;
using trace::StopMethod;

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kImageRoundNs = kMs / 2;       // how often the writer looks at a scan that is under way
constexpr std::uint64_t kIdleNs = 3'600'000 * kMs;
constexpr std::uint64_t kHoldForForkNs = 10'000 * kMs;
constexpr std::uint64_t kHoldInPlaceNs = 300'000 * kMs;
constexpr std::uint64_t kLongestScanNs = 300'000 * kMs;

std::uint64_t now_ns() noexcept { return sys::clock_ns(CLOCK_MONOTONIC); }

void on_scan_signal(int, siginfo_t*, void*) noexcept { want_graph_by_signal(); }

bool is_recording() noexcept { return live_state() == Live::kRecording || live_state() == Live::kPaused; }

}  // namespace

void Conductor::begin(const ScanSettings& settings) noexcept {
  settings_ = settings;
  pid_ = g_recording.pid;
  writer_tid_ = sys::gettid();
  filters_at_start_ = system_call_filters();
  const bool has_timer = settings.enabled && settings.interval_ms != 0;
  next_timer_ns_ = has_timer ? now_ns() + settings.interval_ms * kMs : UINT64_MAX;
  if (!settings.enabled) return;
  if (settings.signal != 0 && has_default_action(settings.signal)) {
    const KernelAction action = action_of(on_scan_signal);
    set_action(settings.signal, &action, nullptr);
  }
  open_for_requests();
}

// Not at the begin: the allocator behind us may not be known yet.
bool Conductor::can_scan() const noexcept {
  return settings_.enabled && g_usable_size != nullptr && is_recording();
}

std::uint64_t Conductor::longest_sleep_ns() const noexcept {
  if (image_.running()) return kImageRoundNs;
  if (next_timer_ns_ == UINT64_MAX) return kIdleNs;
  const std::uint64_t now = now_ns();
  return next_timer_ns_ > now ? next_timer_ns_ - now : 0;
}

void Conductor::run_once(Writer& writer) noexcept {
  collect(writer);
  if (image_.running()) return;  // one at a time; who wants the next waits
  control_.finish_if_begun(writer.control());
  if (GraphRequest* const request = posted_request()) {
    if (can_scan()) take({request->trigger, request->label, request->at_exit, request->requester}, writer);
    answer(*request);
  }
  if (can_scan()) {
    if (!image_.running() && take_wish_by_signal()) take({GraphTrigger::kSignal, "", false, {}}, writer);
    if (!image_.running() && now_ns() >= next_timer_ns_) {
      next_timer_ns_ = now_ns() + settings_.interval_ms * kMs;
      take({GraphTrigger::kTimer, "", false, {}}, writer);
    }
  }
  if (!image_.running()) serve_control(writer);
}

void Conductor::serve_control(Writer& writer) noexcept {
  const ControlChannel::Command command = control_.poll(writer.control());
  if (command.kind == trace::ControlCommand::kNone) return;
  if (!is_recording()) return control_.finish(writer.control(), trace::ControlResult::kNotRecording);
  writer.append_marker(trace::MarkerKind::kSnapshot, moment_between_quanta(), command.label);
  if (command.kind == trace::ControlCommand::kMark) {
    return control_.finish(writer.control(), trace::ControlResult::kDone);
  }
  if (!can_scan()) return control_.finish(writer.control(), trace::ControlResult::kScanIsOff);
  const std::uint64_t before = last_graph_id_;
  take({GraphTrigger::kControl, command.label, false, {}}, writer);
  // Answered when the graph stands in the trace; a refusal at once.
  if (last_graph_id_ == before) control_.finish(writer.control(), trace::ControlResult::kRefused);
}

void Conductor::collect(Writer& writer) noexcept {
  image_.collect([this, &writer](const Mailbox::Letter& letter) {
    writer.append_graph_part(letter.body, letter.bytes, letter.part, ticks_);
  });
}

void Conductor::wait_for_image(Writer& writer) noexcept {
  const std::uint64_t end_ns = now_ns() + kLongestScanNs;
  while (image_.running()) {
    collect(writer);
    if (!image_.running()) return;
    if (now_ns() > end_ns) return image_.kill();
    writer.run_once(kImageRoundNs);
  }
}

void Conductor::take(const Occasion& occasion, Writer& writer) noexcept {
  Result result = attempt(occasion, settings_.first_stop, writer);
  if (result == Result::kTorn) result = attempt(occasion, StopMethod::kSignal, writer);
  if (result == Result::kTaken && method_ == StopMethod::kUnstopped) {
    // What is lost in two images is lost; in one it may have been on its way from one place to another.
    wait_for_image(writer);
    result = attempt(occasion, StopMethod::kUnstopped, writer);
  }
  if (result != Result::kTaken) {
    writer.append_marker(trace::MarkerKind::kNote, moment_between_quanta(),
                         "no heap graph: the program could neither be stopped nor be copied");
  }
  if (occasion.at_exit) wait_for_image(writer);
}

ScanRequest Conductor::make_request(const Occasion& occasion) noexcept {
  ScanRequest request;
  request.pid = pid_;
  request.graph_id = ++last_graph_id_;
  request.label = occasion.label;
  request.header.ticks = ticks_ = moment_between_quanta();
  request.header.mono_ns = now_ns();
  request.header.trigger = occasion.trigger;
  request.header.stop = method_;
  const std::uint32_t asking = occasion.requester.tid != 0 ? 1 : 0;
  request.header.threads_stopped = stop_.threads().captured() + asking;
  request.header.threads_missed = stop_.threads().missed();
  request.header.label_bytes = static_cast<std::uint32_t>(strnlen(occasion.label, trace::kGraphMaxText));
  return request;
}

// In the copy, or in the stopped process.
void Conductor::complete_request(ScanRequest& request) noexcept {
  request.header.pause_ns = now_ns() - begin_ns_;
  const int filters = system_call_filters();
  request.helpers = scan_helpers(request.header.image, filters, filters_at_start_);
  request.page_questions = page_questions(filters);
  facts_.collect(request, requester_, stop_.threads());
  if (const std::uintptr_t pointer = facts_.some_thread_pointer()) adopt_thread_pointer(pointer);
}

void Conductor::scan_in_place(ScanRequest& request, Writer& writer) noexcept {
  struct Context {
    Conductor* conductor;
    Writer* writer;
  } context{this, &writer};
  const std::uintptr_t own_pointer = own_thread_pointer();
  request.header.image = trace::ImageKind::kInPlace;
  request.known_lost = &known_lost_;
  complete_request(request);
  const GraphSink sink{[](void* self, const void* body, std::size_t bytes, const trace::GraphPart& part) noexcept {
                         const Context& to = *static_cast<Context*>(self);
                         return to.conductor->stop_.holds() &&
                                to.writer->append_graph_part(body, bytes, part, to.conductor->ticks_);
                       },
                       &context};
  scan_heap(request, sink);
  adopt_thread_pointer(own_pointer);
  facts_.undo();
}

Conductor::Result Conductor::attempt(const Occasion& occasion, StopMethod first, Writer& writer) noexcept {
  StopRequest stop_request;
  stop_request.pid = pid_;
  stop_request.writer_tid = writer_tid_;
  stop_request.requester_tid = occasion.requester.tid;
  stop_request.longest_hold_ns = occasion.at_exit ? kHoldInPlaceNs : kHoldForForkNs;
  stop_request.fault = settings_.fault;
  requester_ = occasion.requester;
  begin_ns_ = now_ns();
  method_ = stop_.begin(stop_request, first);

  ScanRequest request = make_request(occasion);
  const bool stopped = method_ != StopMethod::kUnstopped;
  bool copied = false;
  if (!(occasion.at_exit && stopped) && settings_.fault != ScanFault::kForkRefused) {
    request.header.image = trace::ImageKind::kForked;
    copied = image_.start(
        request, [](ScanRequest& in_copy, void* self) { static_cast<Conductor*>(self)->complete_request(in_copy); },
        this, settings_.fault == ScanFault::kChildDies);
  }
  if (!copied && stopped) scan_in_place(request, writer);
  if (!stop_.end()) {
    image_.kill();
    known_lost_.forget();  // what moved meanwhile may have been missed
    return Result::kTorn;
  }
  return copied || stopped ? Result::kTaken : Result::kRefused;
}

void Conductor::end(Writer& writer) noexcept {
  close_for_requests();
  wait_for_image(writer);
  control_.finish_if_begun(writer.control());
}

void Conductor::forget() noexcept {
  image_.forget();
  SignalPark::forget();
  control_ = ControlChannel{};
  last_graph_id_ = 0;
}

}  // namespace leak::hook
