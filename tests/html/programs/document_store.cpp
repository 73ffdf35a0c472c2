// A program with something for every view of the report: a cache that grows, documents that own each other,
// records that nothing points to, parsing that calls itself, and strings that live for a moment.
//   document_store [fixed]    fixed: records and notes are freed, the cache takes twice as much, documents
//   have indexes
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace store {

struct Page;

struct Document {
  virtual ~Document() = default;
  std::string title;
  std::shared_ptr<Page> first;
};

struct Page {
  virtual ~Page() = default;
  char text[200] = {};
  std::shared_ptr<Document> owner;  // a weak pointer would let both go
};

struct Record {
  Record* next = nullptr;
  char payload[120] = {};
};

struct Index {
  char entries[72] = {};
};

std::size_t g_entry_bytes = 2048;
std::map<int, std::vector<char>>& g_cache =
    *new std::map<int, std::vector<char>>;  // never destroyed: held at exit

[[gnu::noinline]] void open_document(int number) {
  auto document = std::make_shared<Document>();
  document->title = "document number " + std::to_string(number) + ", with a title of some length";
  document->first = std::make_shared<Page>();
  document->first->owner = document;
}

[[gnu::noinline]] void forget_note() {
  Record* volatile note = new Record;
  note = nullptr;
}

[[gnu::noinline]] void index_document() {
  Index* volatile index = new Index;  // volatile: else there is no allocation at all
  static_cast<void>(index);
}

[[gnu::noinline]] void forget_records(int count, bool is_fixed) {
  Record* volatile head = nullptr;
  for (int i = 0; i < count; ++i) {
    auto* record = new Record;
    record->next = head;
    head = record;
  }
  while (is_fixed && head != nullptr) {
    Record* const next = head->next;
    delete head;
    head = next;
  }
  head = nullptr;
}

[[gnu::noinline]] std::unique_ptr<Record> parse(int depth) {
  if (depth > 0) return parse(depth - 1);
  return std::make_unique<Record>();
}

[[gnu::noinline]] std::size_t serve(int request) {
  g_cache[request] = std::vector<char>(g_entry_bytes, 'x');
  std::string answer;
  for (int i = 0; i < 20; ++i) answer += std::string(64, 'a' + i);
  const auto record = parse(5 + request % 3);
  return answer.size() + sizeof *record;
}

}  // namespace store

int main(int argc, char** argv) {
  const bool is_fixed = argc > 1 && std::string(argv[1]) == "fixed";
  if (is_fixed) store::g_entry_bytes *= 2;
  std::size_t served = 0;
  for (int request = 0; request < 300; ++request) {
    served += store::serve(request);
    if (request % 10 == 0) store::open_document(request);
    if (request % 10 == 0) is_fixed ? store::index_document() : store::forget_note();
    if (request == 150) store::forget_records(40, is_fixed);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  std::printf("%zu\n", served);
  return 0;
}
