// A company owns its departments, these own their manager, and the manager owns the company.
#include <memory>
#include <vector>

#include "truth.h"

struct Company;

struct Manager {
  std::shared_ptr<Company> employer;
  char name[24];
};

struct Department {
  std::shared_ptr<Manager> manager;
  char name[56];
};

struct Company {
  std::shared_ptr<Department> department;
  char name[120];
};

namespace {

void work(bool fixed) {
  for (int i = 0; i < 7; ++i) {
    auto company = std::make_shared<Company>();
    company->department = std::make_shared<Department>();
    company->department->manager = std::make_shared<Manager>();
    company->department->manager->employer = company;
    if (fixed) company->department.reset();
  }
}

}  // namespace

int main(int argc, char** argv) { return run(argc, argv, work); }
