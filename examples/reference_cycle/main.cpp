// An organisation chart: departments own their members, and each member knows its department. If both
// pointers own, nobody ever lets go.
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

class Department;

class Member {
 public:
  Member(std::string name, const std::shared_ptr<Department>& department)
      : name_(std::move(name)), department_(department) {}

  const std::string& name() const { return name_; }

 private:
  std::string name_;
#ifndef FIXED
  std::shared_ptr<Department> department_;  // owns upwards: the cycle
#else
  std::weak_ptr<Department> department_;  // only looks: lock() it where it is needed
#endif
};

class Department : public std::enable_shared_from_this<Department> {
 public:
  explicit Department(std::string name) : name_(std::move(name)) {}

  void hire(const std::string& name) {
    members_.push_back(std::make_shared<Member>(name, shared_from_this()));
  }

  std::size_t letters() const {
    std::size_t count = name_.size();
    for (const std::shared_ptr<Member>& member : members_) count += member->name().size();
    return count;
  }

 private:
  std::string name_;
  std::vector<std::shared_ptr<Member>> members_;
};

std::size_t print_chart(int year) {
  const auto department =
      std::make_shared<Department>("Research and Development of the year " + std::to_string(year));
  for (const char* name : {"Ada Lovelace", "Grace Hopper", "Barbara Liskov"}) department->hire(name);
  return department->letters();
}

}  // namespace

int main() {
  std::size_t letters = 0;
  for (int year = 1900; year != 2000; ++year) letters += print_chart(year);
  std::printf("100 charts, %zu letters\n", letters);
}
