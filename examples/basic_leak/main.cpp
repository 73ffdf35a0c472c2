// A small "server": for about two seconds it answers requests, keeps a bounded cache, and forgets the audit
// record of every request that is refused. 20,000 requests, of which every fifth is refused: 4,000 records of
// 256 bytes are lost.
#include <leakhook/leakhook.h>

#include <chrono>
#include <cstdio>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <thread>

namespace {

constexpr int kRequests = 20000;
constexpr std::size_t kCacheEntries = 500;

struct AuditRecord {
  int request = 0;
  char text[252] = {};
};

// Honest memory: grows to its limit, then every new entry replaces the oldest one.
class Cache {
 public:
  const std::string& answer(int key) {
    const auto found = answers_.find(key);
    if (found != answers_.end()) return found->second;
    if (answers_.size() == kCacheEntries) evict_oldest();
    order_.push_back(key);
    return answers_[key] = "the answer to question number " + std::to_string(key);
  }

 private:
  void evict_oldest() {
    answers_.erase(order_.front());
    order_.pop_front();
  }

  std::map<int, std::string> answers_;
  std::list<int> order_;
};

bool is_allowed(int request) { return request % 5 != 0; }

__attribute__((noinline)) AuditRecord* begin_audit(int request) {
  AuditRecord* record = new AuditRecord;
  record->request = request;
  std::snprintf(record->text, sizeof record->text, "request %d", request);
  return record;
}

__attribute__((noinline)) std::size_t handle_request(Cache& cache, int request) {
  AuditRecord* record = begin_audit(request);
#ifdef FIXED
  const std::unique_ptr<AuditRecord> owner(record);  // deletes it on every path
#endif
  if (!is_allowed(request)) return 0;  // the leak: nobody deletes the record on this path
  const std::size_t length = cache.answer(request % 700).size();
#ifndef FIXED
  delete record;
#endif
  return length;
}

}  // namespace

int main() {
  Cache cache;
  std::size_t sent = 0;
  for (int request = 0; request != kRequests; ++request) {
    if (request == kRequests / 10) leakhook_snapshot("warmed up");
    sent += handle_request(cache, request);
    if (request % 10 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // as requests come in
  }
  leakhook_snapshot("all requests served");
  std::printf("%d requests, %zu bytes sent\n", kRequests, sent);
  return 0;
}
