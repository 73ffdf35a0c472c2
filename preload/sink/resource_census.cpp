#include "sink/resource_census.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>

#include "sys/syscalls.h"

namespace leak::hook {

namespace {

constinit std::uintptr_t g_list_offset = 0;  // 0: unknown

struct Address {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);
};

using Text = sys::Text<kDescriptorTextBytes>;

void add_hex(Text& text, unsigned number) noexcept {
  static constexpr char kDigits[] = "0123456789abcdef";
  bool begun = false;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned digit = number >> shift & 15;
    begun = begun || digit != 0 || shift == 0;
    if (begun) text.add(&kDigits[digit], 1);
  }
}

void add_ipv4(Text& text, const unsigned char* bytes) noexcept {
  for (int i = 0; i != 4; ++i) {
    if (i != 0) text.add(".");
    text.add_number(bytes[i]);
  }
}

void add_port(Text& text, in_port_t port) noexcept { text.add(":").add_number(ntohs(port)); }

// Nothing for an address that says nothing (a socket that was never bound or connected).
void add_address(Text& text, const Address& address) noexcept {
  if (address.storage.ss_family == AF_INET) {
    const auto* ipv4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
    add_ipv4(text, reinterpret_cast<const unsigned char*>(&ipv4->sin_addr));
    add_port(text, ipv4->sin_port);
  } else if (address.storage.ss_family == AF_INET6) {
    const auto* ipv6 = reinterpret_cast<const sockaddr_in6*>(&address.storage);
    const unsigned char* bytes = ipv6->sin6_addr.s6_addr;
    static constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::memcmp(bytes, kMapped, sizeof(kMapped)) == 0) {
      add_ipv4(text, bytes + sizeof(kMapped));
    } else {
      text.add("[");
      for (int i = 0; i != 16; i += 2) {
        if (i != 0) text.add(":");
        add_hex(text, static_cast<unsigned>(bytes[i]) << 8 | bytes[i + 1]);
      }
      text.add("]");
    }
    add_port(text, ipv6->sin6_port);
  } else if (address.storage.ss_family == AF_UNIX) {
    const auto* local = reinterpret_cast<const sockaddr_un*>(&address.storage);
    const std::size_t length = address.length - offsetof(sockaddr_un, sun_path);
    if (address.length <= offsetof(sockaddr_un, sun_path)) return;
    if (local->sun_path[0] == '\0') {
      text.add("@").add(local->sun_path + 1, length - 1);
    } else {
      text.add(local->sun_path, strnlen(local->sun_path, length));
    }
  }
}

int option_of(int socket, int option) noexcept {
  int value = -1;
  socklen_t length = sizeof(value);
  const long result =
      sys::raw_syscall(SYS_getsockopt, socket, SOL_SOCKET, option, sys::as_arg(&value), sys::as_arg(&length));
  return result == 0 ? value : -1;
}

const char* protocol_of(int family, int type) noexcept {
  if (family == AF_UNIX) return "unix";
  if (family == AF_NETLINK) return "netlink";
  if (family != AF_INET && family != AF_INET6) return "socket";
  return type == SOCK_STREAM ? "tcp" : type == SOCK_DGRAM ? "udp" : "ip";
}

void describe_socket(int socket, DescriptorText& out) noexcept {
  const int family = option_of(socket, SO_DOMAIN);
  out.text.clear();
  out.text.add(protocol_of(family, option_of(socket, SO_TYPE)));
  out.is_listening = option_of(socket, SO_ACCEPTCONN) == 1;
  Address own;
  const long has_own =
      sys::raw_syscall(SYS_getsockname, socket, sys::as_arg(&own.storage), sys::as_arg(&own.length));
  Address peer;
  const long has_peer =
      sys::raw_syscall(SYS_getpeername, socket, sys::as_arg(&peer.storage), sys::as_arg(&peer.length));
  out.text.add(" ");
  if (has_own == 0) add_address(out.text, own);
  if (out.is_listening) {
    out.text.add(" listening");
  } else if (has_peer == 0) {
    out.text.add(" -> ");
    add_address(out.text, peer);
  } else {
    out.text.add(" not connected");
  }
}

// The list of the thread `tid` (0: the caller) as the kernel knows it; 0: it has none.
std::uintptr_t robust_list_of(std::uint32_t tid) noexcept {
  void* head = nullptr;
  std::size_t length = 0;
  const long result = sys::raw_syscall(SYS_get_robust_list, tid, sys::as_arg(&head), sys::as_arg(&length));
  return result == 0 ? reinterpret_cast<std::uintptr_t>(head) : 0;
}

}  // namespace

bool NumberedDirectory::open(const char* path) noexcept {
  close();
  const long descriptor =
      sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (descriptor < 0) return false;
  descriptor_ = static_cast<int>(descriptor);
  return true;
}

void NumberedDirectory::close() noexcept {
  if (descriptor_ >= 0) sys::raw_syscall(SYS_close, descriptor_);
  descriptor_ = -1;
  at_ = end_ = 0;
  complete_ = false;
}

void NumberedDirectory::rewind() noexcept {
  sys::raw_syscall(SYS_lseek, descriptor_, 0, SEEK_SET);
  at_ = end_ = 0;
  complete_ = false;
}

bool NumberedDirectory::next(std::uint32_t& number) noexcept {
  while (descriptor_ >= 0) {
    if (at_ == end_) {
      const long got = sys::raw_syscall(SYS_getdents64, descriptor_, sys::as_arg(buffer_), sizeof(buffer_));
      complete_ = got == 0;
      if (got <= 0) return false;
      at_ = 0;
      end_ = static_cast<std::size_t>(got);
    }
    const auto* entry = reinterpret_cast<const dirent64*>(buffer_ + at_);
    at_ += entry->d_reclen;
    const char* digit = entry->d_name;
    number = 0;
    for (; *digit >= '0' && *digit <= '9'; ++digit)
      number = number * 10 + static_cast<std::uint32_t>(*digit - '0');
    if (digit != entry->d_name && *digit == '\0') return true;
  }
  return false;
}

// Threads share one table, so any but ours will do; the first thread's is empty once it has ended by itself.
DescriptorList::DescriptorList() noexcept {
  if (open_of(static_cast<std::uint32_t>(sys::getpid()))) return;
  NumberedDirectory threads;
  if (!threads.open("/proc/self/task")) return;
  const std::uint32_t own_tid = static_cast<std::uint32_t>(sys::gettid());
  for (std::uint32_t tid = 0; threads.next(tid);) {
    if (tid != own_tid && open_of(tid)) return;
  }
}

bool DescriptorList::open_of(std::uint32_t tid) noexcept {
  sys::Text<64> path;
  path.add("/proc/self/task/").add_number(tid).add("/fd");
  std::uint32_t any = 0;
  if (!directory_.open(path.c_str()) || !directory_.next(any)) return false;
  directory_.rewind();
  return true;
}

DescriptorList::~DescriptorList() {
  if (process_ >= 0) sys::raw_syscall(SYS_close, process_);
}

bool DescriptorList::next(OpenDescriptor& open) noexcept { return directory_.next(open.number); }

int DescriptorList::copy_of(std::uint32_t number) noexcept {
  if (process_ < 0) process_ = static_cast<int>(sys::raw_syscall(SYS_pidfd_open, sys::getpid(), 0));
  if (process_ < 0) return -1;
  return static_cast<int>(sys::raw_syscall(SYS_pidfd_getfd, process_, number, 0));
}

DescriptorText DescriptorList::describe(const OpenDescriptor& open) noexcept {
  DescriptorText out;
  sys::Text<16> name;
  name.add_number(open.number);
  char target[kDescriptorTextBytes];
  const long length = sys::raw_syscall(SYS_readlinkat, directory_.descriptor(), sys::as_arg(name.c_str()),
                                       sys::as_arg(target), sizeof(target) - 1);
  if (length <= 0) return out;
  out.text.add(target, static_cast<std::size_t>(length));
  if (std::strncmp(target, "socket:", std::strlen("socket:")) != 0) return out;
  const int copy = copy_of(open.number);
  if (copy < 0) return out;
  describe_socket(copy, out);
  sys::raw_syscall(SYS_close, copy);
  return out;
}

LiveThreadList::LiveThreadList() noexcept {
  if (g_list_offset != 0) directory_.open("/proc/self/task");
}

bool LiveThreadList::next(LiveThread& thread) noexcept {
  const std::uint32_t own_tid = static_cast<std::uint32_t>(sys::gettid());
  while (directory_.next(thread.tid)) {
    if (thread.tid == own_tid) continue;
    const std::uintptr_t list = robust_list_of(thread.tid);  // which each thread registers when it begins
    thread.handle = list == 0 ? 0 : list - g_list_offset;
    return true;
  }
  return false;
}

void find_thread_list_offset() noexcept {
#if defined(__x86_64__)  // elsewhere the thread pointer is not what pthread_self() gives
  std::uintptr_t own = 0;
  __asm__("mov %%fs:16, %0" : "=r"(own));  // the record points at itself there
  const std::uintptr_t list = robust_list_of(0);
  constexpr std::uintptr_t kPlausible = 1U << 16;
  if (list > own && list - own < kPlausible) g_list_offset = list - own;
#endif
}

}  // namespace leak::hook
