// Listeners are added and never removed; the bus that holds them lives as long as the program.
#include <functional>
#include <memory>
#include <vector>

#include "truth.h"

struct Widget {
  char pixels[200];
};

struct Bus {
  std::vector<std::function<void()>> listeners;
};

namespace {

[[gnu::used]] Bus* g_bus;

void work(bool fixed) {
  g_bus = new Bus;
  for (int i = 0; i < 1'000; ++i) {
    g_bus->listeners.emplace_back([widget = std::make_shared<Widget>()] { widget->pixels[0] = 'p'; });
  }
  if (fixed) delete g_bus;
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
