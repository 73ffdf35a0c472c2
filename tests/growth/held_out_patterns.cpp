// The patterns that the rules had not seen when they were made. Whoever tunes a rule on one of them moves it
// to the others and thinks of a new one.
#include "growth/pattern.h"

namespace leak::test {

namespace {

std::vector<double> zipf_sums(std::size_t keys, double exponent) {
  std::vector<double> sums;
  double sum = 0;
  for (std::size_t i = 1; i <= keys; ++i) sums.push_back(sum += std::pow(static_cast<double>(i), -exponent));
  return sums;
}

std::vector<Pattern> held_out_leaks() {
  return {
      {"one in 1,000, by day", true,
       [](Run& run) {
         run.serve_by_day();
         for (const double now : run.requests()) {
           if (run.chance(.001)) run.live(now);
         }
       }},
      {"3 % of sessions with a long tail", true,
       [](Run& run) {
         run.serve_evenly();
         for (const double now : run.requests()) {
           if (run.chance(.3)) run.live(now, run.chance(.03) ? kForever : now + run.pareto(.0005, 1.3));
         }
       }},
      {"on and off", true,
       [](Run& run) {
         run.serve_evenly();
         for (const double now : run.requests()) {
           if (run.chance(.02)) run.live(now, std::fmod(now, .2) < .1 ? kForever : now + .001);
         }
       }},
      {"three at a time", true,
       [](Run& run) {
         run.serve_evenly();
         for (double now = run.exponential(.016); now < 1; now += run.exponential(.016)) {
           for (int block = 0; block != 3; ++block) run.live(now + run.uniform(0, .001));
         }
       }},
      {"beside a cache", true,
       [](Run& run) {
         run.serve_evenly();
         for (const double now : run.requests()) {
           if (run.chance(.1)) run.live(now, now + run.uniform(.04, .06));
           if (run.chance(.02)) run.live(now);
         }
       }},
      {"faster and faster", true,
       [](Run& run) {
         run.serve_evenly();
         for (int block = 0; block != 400; ++block) run.live(std::pow(run.uniform(), .6));
       }},
  };
}

void keep_popular(Run& run, std::size_t capacity, std::size_t keys) {
  const std::vector<double> sums = zipf_sums(keys, 1);
  std::vector<double> born(keys, -1);
  std::vector<double> used(keys);
  std::vector<std::size_t> cached;
  for (const double now : run.requests()) {
    const std::size_t key = run.zipf(sums);
    used[key] = now;
    if (born[key] >= 0) continue;
    if (cached.size() == capacity) {  // the oldest of five at random, as redis does
      std::size_t victim = run.pick(cached.size());
      for (int i = 0; i != 4; ++i) {
        const std::size_t other = run.pick(cached.size());
        if (used[cached[other]] < used[cached[victim]]) victim = other;
      }
      run.live(born[cached[victim]], now);
      born[cached[victim]] = -1;
      cached[victim] = cached.back();
      cached.pop_back();
    }
    born[key] = now;
    cached.push_back(key);
  }
  for (const std::size_t key : cached) run.live(born[key]);
}

std::vector<Pattern> sound() {
  return {
      {"sampled eviction of popular keys", false,
       [](Run& run) {
         run.serve_evenly();
         keep_popular(run, 500, 5000);
       }},
      {"popular keys, a finite set", false,
       [](Run& run) {
         run.serve_evenly();
         const std::vector<double> sums = zipf_sums(300, .8);
         std::vector<bool> known(300);
         for (const double now : run.requests()) {
           const std::size_t key = run.zipf(sums);
           if (!known[key]) run.live(now);
           known[key] = true;
         }
       }},
      {"sessions, log-normal", false,
       [](Run& run) {
         run.serve_evenly();
         for (const double now : run.requests()) {
           if (run.chance(.1)) run.live(now, now + run.lognormal(.01, 1.2));
         }
       }},
      {"arena reset each fourteenth", false,
       [](Run& run) {
         run.serve_evenly();
         for (const double now : run.requests()) run.live(now, (std::floor(now * 14) + 1) / 14);
       }},
      {"swept each twentieth", false,
       [](Run& run) {
         run.serve_by_day();
         for (const double now : run.requests()) {
           if (run.chance(.2)) run.live(now, (std::floor((now + .05) * 20) + 1) / 20);
         }
       }},
      {"roll-out in steps", false,
       [](Run& run) {
         run.serve_evenly();
         const std::size_t steps = 3 + run.pick(3);
         for (std::size_t step = 0; step != steps; ++step) {
           const double begin = run.uniform();
           for (int block = 0; block != 40; ++block) run.live(begin + run.exponential(.01));
         }
       }},
      {"cache with hot entries", false,
       [](Run& run) {
         run.serve_evenly();
         for (int block = 0; block != 100; ++block) run.live(run.uniform(0, .08));
         for (const double now : run.requests()) {
           if (run.chance(.1)) run.live(now, now + run.uniform(.02, .12));
         }
       }},
      {"tables of first uses, saturating", false,
       [](Run& run) {
         run.serve_evenly();
         for (int block = 0; block != 200; ++block) run.live(run.exponential(.2));
       }},
      {"pool by day", false,
       [](Run& run) {
         run.serve_by_day();
         std::size_t most = 0;
         for (const double now : run.requests()) {
           const double load = .55 - .45 * std::cos(8 * M_PI * now);
           const std::size_t busy = static_cast<std::size_t>(run.exponential(6 * load));
           for (; most < busy; ++most) run.live(now);
         }
       }},
      {"leases renewed or dropped", false,
       [](Run& run) {
         run.serve_evenly();
         for (const double now : run.requests()) {
           if (!run.chance(.1)) continue;
           double end = now + .03;
           while (run.chance(.5)) end += .03;
           run.live(now, end);
         }
       }},
  };
}

}  // namespace

std::vector<Pattern> held_out_patterns() {
  std::vector<Pattern> all = held_out_leaks();
  for (const Pattern& pattern : sound()) all.push_back(pattern);
  return all;
}

}  // namespace leak::test
