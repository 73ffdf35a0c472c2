// A service that is asked something evenly for a while: what the examples have instead of real users.
#pragma once

#include <chrono>
#include <thread>

// Calls handle(0), handle(1), ... handle(count - 1), spread over `duration`. A request that comes late does
// not delay those after it.
template <class Handle>
void serve(int count, std::chrono::milliseconds duration, Handle handle) {
  const auto start = std::chrono::steady_clock::now();
  for (int request = 0; request != count; ++request) {
    std::this_thread::sleep_until(start + duration * request / count);
    handle(request);
  }
}
