// A web shop renders product pages and remembers each one, so that the next visitor need not wait. The key is
// the whole address, and every visitor brings a session number in it: hardly any page is ever asked for
// twice, and none is ever forgotten.
//
// Nothing is lost here: a leak checker that asks "does anybody still point to it?" is content. What gives it
// away is the growth: blocks are made all through the run, and none of them goes.
#include <cstdio>
#include <list>
#include <string>
#include <unordered_map>

#include "support/requests.h"

namespace {

using namespace std::chrono_literals;

std::string render_product(int product) {
  return "<html><body><h1>Product " + std::to_string(product) + "</h1>" + std::string(300, '*') +
         "</body></html>";
}

#ifndef FIXED

class PageCache {
 public:
  const std::string& page(const std::string& address, int product) {
    const auto known = pages_.find(address);
    if (known != pages_.end()) return known->second;
    return pages_.emplace(address, render_product(product)).first->second;  // and there it stays
  }

 private:
  std::unordered_map<std::string, std::string> pages_;
};

#else

// The same with a limit: the page that was not asked for the longest makes room.
class PageCache {
 public:
  const std::string& page(const std::string& address, int product) {
    const auto known = pages_.find(address);
    if (known != pages_.end()) {
      order_.splice(order_.begin(), order_, known->second);
      return known->second->html;
    }
    if (pages_.size() == kMostPages) {
      pages_.erase(order_.back().address);
      order_.pop_back();
    }
    order_.push_front({address, render_product(product)});
    pages_.emplace(address, order_.begin());
    return order_.front().html;
  }

 private:
  static constexpr std::size_t kMostPages = 100;

  struct Page {
    std::string address;
    std::string html;
  };
  std::list<Page> order_;  // newest first
  std::unordered_map<std::string, std::list<Page>::iterator> pages_;
};

#endif

// Lives as long as the process, as such things do in servers.
PageCache& page_cache() {
  static PageCache& cache = *new PageCache;
  return cache;
}

std::size_t show_product(int visitor) {
  const int product = visitor % 50;
  const std::string address =
      "/products/" + std::to_string(product) + "?session=" + std::to_string(1'000'000 + visitor);
  return page_cache().page(address, product).size();
}

}  // namespace

int main() {
  std::size_t sent = 0;
  serve(4000, 2500ms, [&sent](int visitor) { sent += show_product(visitor); });
  std::printf("%zu bytes sent\n", sent);
}
