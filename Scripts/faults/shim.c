#include "shim.h"

static const char* const names[] = {"open",   "create", "read",   "write",    "sync",  "rename",
                                    "link",   "unlink", "truncate", "mkdir",  "map",   "close",
                                    "lock",   "stat",   "list",   "spawn",    "pipe",  "poll"};

struct state* state;
int role;
static int logfile = -1;
static char* volatile paths[FILES]; /* of open files that count */

void* real(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (!found) {
    static const char words[] = "shim: a function of the C library is missing\n";
    (void)!syscall(SYS_write, 2, words, sizeof words - 1);
    _exit(120);
  }
  return found;
}
/* A worker says so in its second word; `env git …` and the like count as nobody. */
static int own_role(void) {
  char words[4096];
  int file = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  if (file < 0) return OTHER;
  long length = syscall(SYS_read, file, words, sizeof words - 1);
  syscall(SYS_close, file);
  if (length <= 0) return OTHER;
  words[length] = 0;
  const char* second = words + strlen(words) + 1;
  if (second < words + length && !strcmp(second, "worker")) return WORKER;
  const char* slash = strrchr(words, '/');
  return !strncmp(slash ? slash + 1 : words, "poise", 5) ? PARENT : OTHER;
}

void note_path(int file, const char* path) {
  if (file < 0 || file >= FILES) return;
  char* old = __atomic_exchange_n(&paths[file], path ? strdup(path) : NULL, __ATOMIC_ACQ_REL);
  /* Another thread may be reading it: leaked on purpose, a few bytes. */
  (void)old;
}

static int below_root(const char* path) {
  size_t length = strlen(state->root);
  return !strncmp(path, state->root, length) && (path[length] == '/' || path[length] == 0);
}

const char* ours(const char* path, char* buffer) {
  if (!state || !path) return NULL;
  if (path[0] != '/') {
    if (syscall(SYS_getcwd, buffer, (long)PATH_MAX) < 0) return NULL;
    size_t length = strlen(buffer);
    snprintf(buffer + length, (size_t)PATH_MAX - length, "/%s", path);
    path = buffer;
  }
  return below_root(path) ? path : NULL;
}

const char* ours_open(int file) {
  return state && file >= 0 && file < FILES ? paths[file] : NULL;
}

__attribute__((constructor)) static void begin(void) {
  const char* path = getenv("COUNTERPOISE_FAULTS");
  if (!path) return;
  role = own_role();
  if (role == OTHER) return;
  int file = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* place = (void*)syscall(SYS_mmap, NULL, sizeof(struct state), PROT_READ | PROT_WRITE,
                               MAP_SHARED, file, 0);
  syscall(SYS_close, file);
  if (place == MAP_FAILED) return;
  state = place;
  if (state->tells) {
    int low = (int)syscall(SYS_openat, AT_FDCWD, state->log, O_WRONLY | O_APPEND | O_CLOEXEC);
    /* Out of the way of programs that count their descriptors. */
    logfile = (int)syscall(SYS_fcntl, low, F_DUPFD_CLOEXEC, 900L);
    syscall(SYS_close, low);
  }
  /* Files that were inherited, such as a worker's log. */
  for (int i = 0; i < 32; i++) {
    char link[64], target[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", i);
    long length = syscall(SYS_readlinkat, AT_FDCWD, link, target, sizeof target - 1);
    if (length <= 0) continue;
    target[length] = 0;
    if (below_root(target)) note_path(i, target);
  }
}

/* One record of the log: a line of words, then the bytes that it announces. */
void tell(const char* operation, const char* path, const char* other, int64_t offset,
                 const void* data, int64_t size) {
  if (logfile < 0 || state->tells != 2) return;
  char head[3 * PATH_MAX];
  struct timespec now;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  int length = snprintf(head, sizeof head, "%s\t%c\t%s\t%s\t%lld\t%lld\n", operation,
                        role == WORKER ? 'w' : 'p', path, other ? other : "", (long long)offset,
                        (long long)size);
  struct iovec pieces[2] = {{head, (size_t)length}, {(void*)data, data ? (size_t)size : 0}};
  syscall(SYS_writev, logfile, pieces, 2);
}

static void spin(void) {
  for (volatile uint64_t i = 0;; i++) {
  }
}

static void end_all(void) {
  if (role == WORKER) syscall(SYS_kill, getppid(), SIGKILL);
  syscall(SYS_kill, getpid(), SIGKILL);
}

int fires(enum call call, const char* path) {
  if (!state || !path || !(state->mask >> call & 1)) return NOTHING;
  int64_t number = (int64_t)__atomic_fetch_add(&state->counted[role], 1, __ATOMIC_RELAXED);
  if (logfile >= 0 && state->tells == 1) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%c\t%lld\t%s\t%s\n", role == WORKER ? 'w' : 'p',
                          (long long)number, names[call], path);
    syscall(SYS_write, logfile, line, (long)length);
  }
  if (state->at < 0 || state->role != role || number < state->at) return NOTHING;
  if (number > state->at && !state->sticky) return NOTHING;
  __atomic_fetch_add(&state->fired, 1, __ATOMIC_RELAXED);
  switch (state->kind) {
    case KILL_BEFORE: syscall(SYS_kill, getpid(), SIGKILL); break;
    case KILL_ALL: end_all(); break;
    case SPIN: spin(); break;
    case HALT: syscall(SYS_kill, getpid(), SIGSTOP); break;
    default: break;
  }
  return state->kind;
}

void die_after(int kind) {
  if (kind == KILL_AFTER) syscall(SYS_kill, getpid(), SIGKILL);
}

int64_t size_of(int file) {
  struct stat info;
  return syscall(SYS_fstat, file, &info) == 0 ? (int64_t)info.st_size : 0;
}

int64_t freed_by(const char* path) {
  struct stat info;
  if (syscall(SYS_newfstatat, AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) != 0) return 0;
  return S_ISREG(info.st_mode) && info.st_nlink == 1 ? (int64_t)info.st_size : 0;
}

int has_quota(void) { return state && state->quota != INT64_MAX; }

void give_back(int64_t bytes) {
  if (has_quota()) __atomic_fetch_add(&state->quota, bytes, __ATOMIC_RELAXED);
}

/* How much of a write from `offset` on still fits; the rest of the disk is taken. */
int64_t take_quota(int file, int64_t offset, int64_t size) {
  if (!has_quota()) return size;
  int64_t growth = offset + size - size_of(file);
  if (growth <= 0) return size;
  int64_t left = __atomic_fetch_sub(&state->quota, growth, __ATOMIC_RELAXED);
  if (left >= growth) return size;
  int64_t fits = left > 0 ? left : 0;
  __atomic_fetch_add(&state->quota, growth - fits, __ATOMIC_RELAXED);
  return size - growth + fits > 0 ? size - growth + fits : 0;
}

