/* The common funnel and nothing else: what a machine can do where a program need not be general.
 *
 * limit LEADS SEED prints: seconds, leads that finished, their mean sojourn.
 *
 * Eleven instants are due at any time, the next arrival and the end of each server's work; the
 * least is found by looking at all of them, which is faster than a heap for so few. A lead is the
 * instant at which it came: servers and rings hold nothing else. No ledger, no statistics besides
 * the one mean, one stream of random numbers for everything.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STAGES = 4, SERVERS = 10, ARRIVAL = SERVERS, DUE = SERVERS + 1 };

static const int first_server[STAGES + 1] = {0, 3, 6, 8, 10};
static const int stage_of[SERVERS] = {0, 0, 0, 1, 1, 1, 2, 2, 3, 3};
static const double mean_service[STAGES] = {2.4, 4.8, 16.0 / 3.0, 32.0 / 3.0};
static const double advances[STAGES] = {0.5, 0.6, 0.5, 1.0};

/* ---- random numbers: xoshiro256+ of D. Blackman and S. Vigna (2018), seeded by splitmix64 ---- */

static uint64_t state[4];

static void seed_with(uint64_t seed) {
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += 0x9e3779b97f4a7c15u;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        state[i] = z ^ (z >> 31);
    }
}

static inline uint64_t bits(void) {
    const uint64_t result = state[0] + state[3], t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = (state[3] << 45) | (state[3] >> 19);
    return result;
}

static inline double uniform(void) { /* in (0, 1) */
    return ((double)(bits() >> 12) + 0.5) * 0x1p-52;
}

static inline double exponential(double mean) { return -mean * log(uniform()); }

/* ---- queues: rings that grow ---- */

struct ring {
    double *came;
    uint32_t first, last, mask;
};

static void put(struct ring *ring, double came) {
    if (ring->last - ring->first > ring->mask) {
        const uint32_t size = ring->mask + 1;
        double *wider = malloc(2 * size * sizeof *wider);
        for (uint32_t i = 0; i < size; i++) wider[i] = ring->came[(ring->first + i) & ring->mask];
        free(ring->came);
        *ring = (struct ring){wider, 0, size, 2 * size - 1};
    }
    ring->came[ring->last++ & ring->mask] = came;
}

/* ---- the funnel ---- */

static double due[DUE];     /* end of each server's work, infinite while it is idle; next arrival */
static double came[SERVERS]; /* of the lead in hand */
static struct ring queue[STAGES];

static inline int next_due(void) {
    int next = 0;
    double soonest = due[0];
    for (int i = 1; i < DUE; i++) {
        const int sooner = due[i] < soonest;
        soonest = sooner ? due[i] : soonest;
        next = sooner ? i : next;
    }
    return next;
}

static inline void enter(int stage, double lead, double now) {
    for (int server = first_server[stage]; server < first_server[stage + 1]; server++)
        if (due[server] == INFINITY) {
            came[server] = lead;
            due[server] = now + exponential(mean_service[stage]);
            return;
        }
    put(&queue[stage], lead);
}

static inline void serve_next(int server, int stage, double now) {
    struct ring *ring = &queue[stage];
    if (ring->first == ring->last) {
        due[server] = INFINITY;
        return;
    }
    came[server] = ring->came[ring->first++ & ring->mask];
    due[server] = now + exponential(mean_service[stage]);
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    long leads = atol(arguments[1]), finished = 0;
    double sojourn = 0;
    struct timespec start, end;

    clock_gettime(CLOCK_MONOTONIC, &start);
    seed_with(strtoull(arguments[2], NULL, 10));
    for (int stage = 0; stage < STAGES; stage++)
        queue[stage] = (struct ring){malloc(1024 * sizeof(double)), 0, 0, 1023};
    for (int server = 0; server < SERVERS; server++) due[server] = INFINITY;
    due[ARRIVAL] = exponential(1);
    for (;;) {
        const int next = next_due();
        const double now = due[next];
        if (now == INFINITY) break;
        if (next == ARRIVAL) {
            enter(0, now, now);
            due[ARRIVAL] = --leads ? now + exponential(1) : INFINITY;
            continue;
        }
        const int stage = stage_of[next];
        const double lead = came[next];
        serve_next(next, stage, now);
        if (stage == STAGES - 1) {
            finished++;
            sojourn += now - lead;
        } else if (uniform() < advances[stage])
            enter(stage + 1, lead, now);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%.9f %ld %.17g\n", (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec),
           finished, sojourn / (double)finished);
    return 0;
}
