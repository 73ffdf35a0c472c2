// The patterns that the rules were tuned on.
#include <deque>
#include <utility>

#include "growth/pattern.h"

namespace leak::test {

namespace {

void each_request(Run& run, double probability, const std::function<double(double)>& death) {
  for (const double now : run.requests()) {
    if (run.chance(probability)) run.live(now, death(now));
  }
}

double never(double) { return kForever; }

std::vector<Pattern> tuned_leaks() {
  return {
      {"each tenth request", true,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .1, never);
       }},
      {"one in 1,000 by chance", true,
       [](Run& run) {
         run.serve_evenly();
         for (int block = 0; block != kRequests / 1000; ++block) run.live(run.uniform());
       }},
      {"one in 1,000 by count", true,
       [](Run& run) {
         run.serve_evenly();
         const std::size_t first = run.pick(1000);
         for (std::size_t i = first; i < kRequests; i += 1000) run.live(run.requests()[i]);
       }},
      {"error path of short requests", true,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, 1, [&run](double now) { return run.chance(.01) ? kForever : now + .0001; });
       }},
      {"2 % of connections", true,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .2,
                      [&run](double now) { return run.chance(.02) ? kForever : now + run.exponential(.02); });
       }},
      {"each tenth request, by day", true,
       [](Run& run) {
         run.serve_by_day();
         each_request(run, .1, never);
       }},
      {"a tenth of what a cache evicts", true,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .1, [&run](double now) { return run.chance(.1) ? kForever : now + .08; });
       }},
      {"from the first third on", true,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .02, [](double now) { return now < .3 ? now + .001 : kForever; });
       }},
      {"listener of each session", true,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .05, never);
         each_request(run, .05, [&run](double now) { return now + run.exponential(.02); });
       }},
      {"job each fortieth", true,
       [](Run& run) {
         run.serve_evenly();
         for (int job = 0; job != 40; ++job) {
           for (int block = 0; block != 5; ++block) run.live((job + run.uniform(.4, .6)) / 40);
         }
       }},
      {"half as fast from the middle on", true,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .05, [&run](double now) { return now > .5 && run.chance(.5) ? now : kForever; });
       }},
      {"cache of ever new keys", true,
       [](Run& run) {  // as vocabularies grow: the 0.75th power
         run.serve_evenly();
         for (int block = 0; block != 1500; ++block) run.live(std::pow(run.uniform(), 1 / .75));
       }},
  };
}

void first_in_first_out(Run& run, std::size_t capacity, double probability) {
  std::deque<double> entries;
  for (const double now : run.requests()) {
    if (!run.chance(probability)) continue;
    if (entries.size() == capacity) {
      run.live(entries.front(), now);
      entries.pop_front();
    }
    entries.push_back(now);
  }
  for (const double born : entries) run.live(born);
}

void replace_at_random(Run& run, std::size_t capacity, double probability) {
  std::vector<double> entries;
  for (const double now : run.requests()) {
    if (!run.chance(probability)) continue;
    if (entries.size() < capacity) {
      entries.push_back(now);
    } else {
      double& entry = entries[run.pick(capacity)];
      run.live(std::exchange(entry, now), now);
    }
  }
  for (const double born : entries) run.live(born);
}

std::vector<Pattern> caches() {
  return {
      {"small cache", false,
       [](Run& run) {
         run.serve_evenly();
         first_in_first_out(run, 200, .2);
       }},
      {"cache full after two fifths", false,
       [](Run& run) {
         run.serve_evenly();
         first_in_first_out(run, 1600, .2);
       }},
      {"cache by day", false,
       [](Run& run) {
         run.serve_by_day();
         first_in_first_out(run, 400, .2);
       }},
      {"random replacement", false,
       [](Run& run) {
         run.serve_evenly();
         replace_at_random(run, 400, .2);
       }},
      {"time to live", false,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .1, [](double now) { return now + .15; });
       }},
      {"finite keys", false,
       [](Run& run) {
         run.serve_evenly();
         std::vector<bool> known(500);
         for (const double now : run.requests()) {
           const std::size_t key = run.pick(known.size());
           if (run.chance(.2) && !known[key]) {
             known[key] = true;
             run.live(now);
           }
         }
       }},
      {"ring buffer", false,
       [](Run& run) {
         run.serve_evenly();
         first_in_first_out(run, 64, 1);
       }},
  };
}

std::vector<Pattern> lifetimes() {
  return {
      {"temporary", false,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, 1, [](double now) { return now + 1e-5; });
       }},
      {"sessions of random length", false,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .1, [&run](double now) { return now + run.exponential(.05); });
       }},
      {"sessions of one length", false,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .1, [](double now) { return now + .1; });
       }},
      {"sessions with a long tail", false,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .1, [&run](double now) { return now + run.pareto(.002, 1.5); });
       }},
      {"long sessions", false,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .02, [&run](double now) { return now + run.exponential(.3); });
       }},
      {"queue with a backlog", false,
       [](Run& run) {
         run.serve_by_day();
         double free_at = 0;
         for (const double now : run.requests()) {
           free_at = std::max(free_at, now) + .9 / kRequests;
           run.live(now, free_at);
         }
       }},
      {"sawtooth", false,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .2, [](double now) { return (std::floor(now * 8) + .999) / 8; });
       }},
      {"flushed batches", false,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .2, [](double now) { return (std::floor(now * 33) + 1) / 33; });
       }},
      {"spike", false,
       [](Run& run) {
         run.serve_evenly();
         for (int block = 0; block != 2000; ++block) run.live(run.uniform(.60, .62), run.uniform(.64, .65));
       }},
  };
}

std::vector<Pattern> beginnings() {
  return {
      {"warm-up", false,
       [](Run& run) {
         run.serve_evenly();
         for (int block = 0; block != 100; ++block) run.live(run.uniform(0, .05));
       }},
      {"lazy tables", false,
       [](Run& run) {
         run.serve_evenly();
         for (int block = 0; block != 300; ++block) run.live(run.exponential(.1));
       }},
      {"threads' first uses", false,
       [](Run& run) {
         run.serve_evenly();
         for (int block = 0; block != 50; ++block) run.live(run.uniform(0, .2));
       }},
      {"lazy tables, log-uniform", false,
       [](Run& run) {
         run.serve_evenly();
         for (int block = 0; block != 300; ++block) run.live(std::pow(10, -run.uniform(0, 3)));
       }},
      {"five separate warm-ups", false,
       [](Run& run) {
         run.serve_evenly();
         for (int phase = 0; phase != 5; ++phase) {
           const double begin = (phase + run.uniform(0, .5)) / 5;
           for (int block = 0; block != 60; ++block) run.live(begin + run.uniform(0, .02));
         }
       }},
      {"two reloads that keep", false,
       [](Run& run) {
         run.serve_evenly();
         for (const double begin : {.0, run.uniform(.2, .4), run.uniform(.6, .8)}) {
           for (int block = 0; block != 100; ++block) run.live(begin + run.uniform(0, .01));
         }
       }},
      {"reloads that replace", false,
       [](Run& run) {
         run.serve_evenly();
         for (int reload = 0; reload != 10; ++reload) {
           for (int block = 0; block != 100; ++block) {
             run.live((reload + run.uniform(0, .05)) / 10, (reload + run.uniform(1.05, 1.1)) / 10);
           }
         }
       }},
      {"pool at its high-water mark", false,
       [](Run& run) {  // one more only when more are busy than ever: rarer and rarer
         run.serve_evenly();
         std::size_t most = 0;
         for (const double now : run.requests()) {
           const std::size_t busy = static_cast<std::size_t>(run.exponential(8));
           for (; most < busy; ++most) run.live(now);
         }
       }},
      {"three phases", false,
       [](Run& run) {
         run.serve_evenly();
         each_request(run, .1, [](double now) { return now < .33 ? .33 : now < .7 ? .7 : .98; });
       }},
  };
}

}  // namespace

std::vector<Pattern> tuned_patterns() {
  std::vector<Pattern> all = tuned_leaks();
  for (const auto& part : {caches(), lifetimes(), beginnings()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace leak::test
