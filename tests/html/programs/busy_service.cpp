// What document_store has not: named threads that allocate, memory that is mapped and kept, descriptors that
// stay open, a thread that nobody joins, and much memory for a moment.
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace service {

using Blocks = std::vector<std::unique_ptr<std::string>>;

constexpr int kRounds = 240;
constexpr int kSpikeFrom = 120;
constexpr int kSpikeTo = 126;

[[gnu::noinline]] void answer(Blocks& kept, int round) {
  for (int i = 0; i < 10; ++i) std::string(200, static_cast<char>('a' + i));
  if (round % 4 == 0) kept.push_back(std::make_unique<std::string>(500, 'k'));
}

void work(const char* name, Blocks& kept) {
  pthread_setname_np(pthread_self(), name);
  for (int round = 0; round < kRounds; ++round) answer(kept, round);
}

[[gnu::noinline]] void* map_table(std::size_t bytes) {
  return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

[[gnu::noinline]] int open_log() { return open("/dev/null", O_WRONLY | O_CLOEXEC); }

[[gnu::noinline]] std::vector<std::vector<char>> load_everything() {
  std::vector<std::vector<char>> pages;
  for (int i = 0; i < 64; ++i) pages.emplace_back(std::size_t{128} << 10, 'p');
  return pages;
}

void* idle(void*) { return nullptr; }

}  // namespace service

int main() {
  service::Blocks of_reader;
  service::Blocks of_writer;
  std::thread reader(service::work, "reader", std::ref(of_reader));
  std::thread writer(service::work, "writer", std::ref(of_writer));
  reader.join();
  writer.join();
  pthread_t forgotten;
  if (pthread_create(&forgotten, nullptr, service::idle, nullptr) != 0) return 1;
  void* const scratch = service::map_table(std::size_t{1} << 20);
  void* const kept = service::map_table(std::size_t{3} << 20);
  munmap(scratch, std::size_t{1} << 20);
  for (int i = 0; i < 12; ++i) service::open_log();
  std::vector<std::vector<char>> pages;
  for (int round = 0; round < service::kRounds; ++round) {
    if (round == service::kSpikeFrom) pages = service::load_everything();
    if (round == service::kSpikeTo) pages = {};
    service::answer(of_reader, round);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  std::printf("%zu %d\n", of_reader.size() + of_writer.size(), kept != MAP_FAILED);
  return 0;
}
