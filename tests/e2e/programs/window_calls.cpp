// Windows, scopes, tracked functions and growth, from inside. Prints what it finds; without the library all of it is
// nothing.
#include <leakhook/scope.h>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

void* volatile g_sink;

__attribute__((noinline)) void* make(std::size_t size) {
  void* const block = std::malloc(size);
  g_sink = block;
  return block;
}

void print(const char* what, const leakhook::Window& window) {
  const leakhook::Counts counts = window.counts();
  std::printf("%s: %d allocations, %d bytes; live %d blocks, %d bytes; peak %d; missed %d\n", what,
              static_cast<int>(counts.allocations), static_cast<int>(counts.allocated_bytes),
              static_cast<int>(counts.live_blocks), static_cast<int>(counts.live_bytes),
              static_cast<int>(counts.peak_bytes), static_cast<int>(counts.missed));
}

void count_in_windows() {
  void* const older = make(1000);
  leakhook::Window all;
  leakhook::Window mine(leakhook::Threads::kThis);
  void* const kept = make(100);
  void* const resized = std::realloc(make(200), 300);
  std::free(make(5000));
  mine.stop();
  std::thread([] { g_sink = std::malloc(70); }).join();
  std::free(older);
  leakhook_track_object(kept, "the kept one");
  all.stop();
  make(9999);
  print("mine", mine);
  const std::vector<leakhook::Block> blocks = all.blocks();
  // The thread itself may have left something.
  int known = 0;
  for (const leakhook::Block& block : blocks) {
    const bool is_kept = block.address == kept && block.size == 100 && std::string(block.name) == "the kept one";
    const bool is_resized = block.address == resized && block.size == 300 && block.name == nullptr;
    if (is_kept || is_resized || (block.size == 70 && block.thread != static_cast<unsigned>(getpid()))) ++known;
    if (is_kept) std::printf("made by %s\n", leakhook::symbol_of(block.frames[0]).function.c_str());
  }
  std::printf("%d known blocks\n", known);
}

void* tracked(int size) {
  LEAKHOOK_TRACK_FUNCTION();
  std::free(make(1000));
  return make(static_cast<std::size_t>(size));
}

void watch_scopes() {
  std::ostringstream told;
  const auto tell = [&told](const std::string& message) { told << message; };
  {
    const leakhook::Scope scope("tight", 10, leakhook::Threads::kThis, tell);
    std::free(make(50));
  }
  std::printf("tight scope told: %s\n", told.str().empty() ? "nothing" : told.str().c_str());
  {
    const leakhook::Scope scope("loose", 10, leakhook::Threads::kThis, tell);
    make(50);
  }
  const std::string text = told.str();
  std::printf("loose scope told: %s\n", text.substr(0, text.find('\n')).c_str());
}

void watch_growth() {
  leakhook::Growth growing;
  leakhook::Growth still;
  leakhook::Window window;
  for (int round = 0; round != 1000; ++round) {
    make(64);
    growing.sample();
    if (round == 0) still.sample();
  }
  for (int round = 0; round != 1000; ++round) {
    std::free(make(64));
    still.sample();
  }
  std::printf("growing: %d, %.0f bytes a sample\nstill: %d\n", growing.is_steady(), growing.bytes_per_sample(),
              still.is_steady());
}

void fork_in_a_window() {
  const leakhook::Window window;
  make(10);
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    print("in the child, the parent's", window);
    const leakhook::Window own;
    make(20);
    print("in the child, its own", own);
    std::fflush(stdout);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  print("in the parent", window);
}

void open_too_many() {
  std::vector<int> windows(40);
  int open = 0;
  for (int& window : windows) {
    window = leakhook_window_open(0);
    open += window != 0;
  }
  for (const int window : windows) leakhook_window_close(window);
  std::printf("%d windows, and then %d; of nothing %d\n", open, leakhook::Window().is_open(), leakhook_window_close(99));
}

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IONBF, 0);
  count_in_windows();
  for (int i = 1; i != 4; ++i) tracked(100 * i);
  leakhook::write_functions(std::cout);
  std::cout.flush();
  watch_scopes();
  watch_growth();
  fork_in_a_window();
  open_too_many();
  return 0;
}
