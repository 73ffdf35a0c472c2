// What piles up for more than a second, in one of the ways that have a name, and a twin of each that cleans
// up: growth_shapes SHAPE leak|fixed.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <string>
#include <vector>

namespace {

constexpr int kRequests = 700;
constexpr std::size_t kRecent = 10;
bool g_fixed = false;

// A global vector that nobody takes anything out of.
std::vector<std::string*>& g_orders = *new std::vector<std::string*>;

[[gnu::noinline]] void remember_order() {
  g_orders.push_back(new std::string(100, 'o'));
  if (!g_fixed || g_orders.size() <= kRecent) return;
  delete g_orders.front();
  g_orders.erase(g_orders.begin());
}

// All of a kind are linked into a list, as soon as they are made.
struct Job {
  Job* next;
  char state[90];
};
Job* g_jobs = nullptr;

[[gnu::noinline]] void link_job() {
  g_jobs = new Job{g_jobs, {}};
  if (!g_fixed) return;
  delete g_jobs;
  g_jobs = nullptr;
}

// One block that is made larger again and again.
char* g_log = nullptr;
std::size_t g_log_bytes = 0;

[[gnu::noinline]] void append_to_log() {
  constexpr std::size_t kLine = 128;
  if (g_fixed) g_log_bytes = 0;
  g_log = static_cast<char*>(std::realloc(g_log, g_log_bytes + kLine));
  std::memset(g_log + g_log_bytes, 'x', kLine);
  g_log_bytes += kLine;
}

// Mappings that a table knows, and nobody unmaps.
std::vector<void*>& g_windows = *new std::vector<void*>;

[[gnu::noinline]] void open_window() {
  constexpr std::size_t kBytes = 64 << 10;
  void* const window = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (window == MAP_FAILED) std::abort();
  if (g_fixed) {
    munmap(window, kBytes);
  } else {
    g_windows.push_back(window);
  }
}

// Static destructors free all that is left of these two: the kernel would have done it as well.
struct Widget {
  char pixels[200];
};
struct Bus {
  std::list<std::function<void()>> listeners;
};
Bus g_bus;

[[gnu::noinline]] void subscribe() {
  g_bus.listeners.emplace_back([widget = std::make_shared<Widget>()] { widget->pixels[0] = 'p'; });
  if (g_fixed) g_bus.listeners.pop_back();
}

std::deque<std::future<int>> g_results;

[[gnu::noinline]] void start_task() {
  g_results.push_back(
      std::async(std::launch::deferred, [text = std::string(100, 't')] { return text[0] + 0; }));
  if (!g_fixed) return;
  g_results.front().get();
  g_results.pop_front();
}

// The same for what main itself owns.
[[gnu::noinline]] void draw(std::vector<std::unique_ptr<Widget>>& drawn) {
  drawn.push_back(std::make_unique<Widget>());
  if (g_fixed) drawn.pop_back();
}

}  // namespace

int main(int argc, char** argv) {
  const std::string shape = argc == 3 ? argv[1] : "";
  g_fixed = argc == 3 && std::strcmp(argv[2], "fixed") == 0;
  std::vector<std::unique_ptr<Widget>> drawn;
  for (int i = 0; i != kRequests; ++i) {
    if (shape == "vector") {
      remember_order();
    } else if (shape == "list") {
      link_job();
    } else if (shape == "buffer") {
      append_to_log();
    } else if (shape == "mappings") {
      open_window();
    } else if (shape == "listeners") {
      subscribe();
    } else if (shape == "tasks") {
      start_task();
    } else if (shape == "locals") {
      draw(drawn);
    } else {
      return 2;
    }
    usleep(2000);
  }
  return 0;
}
