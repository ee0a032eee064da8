/* Stands between a program and the C library: counts calls on the files of one folder, lets a chosen
   one fail, keeps a log of what would reach the disk, and moves the wall clock.

   Built by shim.py, loaded with LD_PRELOAD. The file that COUNTERPOISE_FAULTS names is mapped by all
   processes: it says what to do, and its counters run over all of them. Calls on other files (libraries,
   /proc, the terminal) pass unseen. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* What a call does; the numbers are those of shim.py. */
enum call {
  OPEN, CREATE, READ, WRITE, SYNC, RENAME, LINK, UNLINK, TRUNCATE, MKDIR, MAP, CLOSE, LOCK, STAT,
  LIST, SPAWN, PIPE, POLL, CALLS
};
static const char* const names[] = {"open",   "create", "read",   "write",    "sync",  "rename",
                                    "link",   "unlink", "truncate", "mkdir",  "map",   "close",
                                    "lock",   "stat",   "list",   "spawn",    "pipe",  "poll"};

enum kind {
  NOTHING, FAIL, SHORT, KILL_BEFORE, KILL_AFTER, TORN, SPIN, HALT, KILL_ALL
};
enum role { OTHER, PARENT, WORKER };

struct state {
  uint64_t magic;
  uint64_t counted[3];   /* calls so far, by role */
  int64_t at;            /* the call to act upon, from 0; -1 none */
  int32_t role;          /* whose */
  int32_t kind;
  int32_t error;
  int32_t sticky;        /* 1: every later one as well */
  uint64_t mask;         /* calls that count, a bit each */
  uint64_t fired;
  int64_t clock[3];      /* nanoseconds that the wall clock is off, by role */
  int64_t quota;         /* bytes that files may still grow by; INT64_MAX: no limit */
  int32_t tells;         /* 1: names of calls into the log, 2: operations with their data */
  int32_t spare;
  char root[1024];       /* the folder whose files count, by its real path */
  char log[1024];
};

static struct state* state;
static int role;
static int logfile = -1;
enum { FILES = 4096 };
static char* volatile paths[FILES]; /* of open files that count */

#define REAL(name) ((__typeof__(&name))real(#name))
static void* real(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  if (!found) {
    static const char words[] = "shim: a function of the C library is missing\n";
    (void)!syscall(SYS_write, 2, words, sizeof words - 1);
    _exit(120);
  }
  return found;
}
#define CALL(name, ...)                                      \
  ({                                                         \
    static __typeof__(&name) cached;                         \
    if (!cached) cached = REAL(name);                        \
    cached(__VA_ARGS__);                                     \
  })

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

static void note_path(int file, const char* path) {
  if (file < 0 || file >= FILES) return;
  char* old = __atomic_exchange_n(&paths[file], path ? strdup(path) : NULL, __ATOMIC_ACQ_REL);
  /* Another thread may be reading it: leaked on purpose, a few bytes. */
  (void)old;
}

static int below_root(const char* path) {
  size_t length = strlen(state->root);
  return !strncmp(path, state->root, length) && (path[length] == '/' || path[length] == 0);
}

/* The whole path where it counts, else NULL. */
static const char* ours(const char* path, char* buffer) {
  if (!state || !path) return NULL;
  if (path[0] != '/') {
    if (syscall(SYS_getcwd, buffer, (long)PATH_MAX) < 0) return NULL;
    size_t length = strlen(buffer);
    snprintf(buffer + length, (size_t)PATH_MAX - length, "/%s", path);
    path = buffer;
  }
  return below_root(path) ? path : NULL;
}

static const char* ours_open(int file) {
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
static void tell(const char* operation, const char* path, const char* other, int64_t offset,
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

/* Whether this call is to be acted upon; what cannot wait for its end is done here. */
static int fires(enum call call, const char* path) {
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

static void die_after(int kind) {
  if (kind == KILL_AFTER) syscall(SYS_kill, getpid(), SIGKILL);
}

static int64_t size_of(int file) {
  struct stat info;
  return syscall(SYS_fstat, file, &info) == 0 ? (int64_t)info.st_size : 0;
}

/* Bytes that a file at a path would give back if this name went. */
static int64_t freed_by(const char* path) {
  struct stat info;
  if (syscall(SYS_newfstatat, AT_FDCWD, path, &info, AT_SYMLINK_NOFOLLOW) != 0) return 0;
  return S_ISREG(info.st_mode) && info.st_nlink == 1 ? (int64_t)info.st_size : 0;
}

static int has_quota(void) { return state && state->quota != INT64_MAX; }

static void give_back(int64_t bytes) {
  if (has_quota()) __atomic_fetch_add(&state->quota, bytes, __ATOMIC_RELAXED);
}

/* How much of a write from `offset` on still fits; the rest of the disk is taken. */
static int64_t take_quota(int file, int64_t offset, int64_t size) {
  if (!has_quota()) return size;
  int64_t growth = offset + size - size_of(file);
  if (growth <= 0) return size;
  int64_t left = __atomic_fetch_sub(&state->quota, growth, __ATOMIC_RELAXED);
  if (left >= growth) return size;
  int64_t fits = left > 0 ? left : 0;
  __atomic_fetch_add(&state->quota, growth - fits, __ATOMIC_RELAXED);
  return size - growth + fits > 0 ? size - growth + fits : 0;
}

/* --- opening and closing --- */

static int opened(int folder, const char* path, int flags, mode_t mode) {
  char buffer[PATH_MAX];
  const char* whole = folder == AT_FDCWD || (path && path[0] == '/') ? ours(path, buffer) : NULL;
  int kind = fires(flags & (O_CREAT | O_TRUNC) ? CREATE : OPEN, whole);
  if (kind == FAIL) return errno = state->error, -1;
  struct stat info;
  int was_there = whole && syscall(SYS_newfstatat, AT_FDCWD, whole, &info, 0) == 0;
  if (whole && was_there && flags & O_TRUNC) give_back(info.st_size);
  /* The library's own, so that it stays a point of cancellation. */
  int file = CALL(openat, folder, path, flags, mode);
  if (file >= 0) note_path(file, whole);
  if (file >= 0 && whole && !was_there && flags & O_CREAT) tell("create", whole, 0, 0, 0, 0);
  if (file >= 0 && whole && was_there && flags & O_TRUNC) tell("truncate", whole, 0, 0, 0, 0);
  die_after(kind);
  return file;
}

#define MODE(flags)                              \
  mode_t mode = 0;                               \
  if ((flags) & (O_CREAT | __O_TMPFILE)) {       \
    va_list list;                                \
    va_start(list, flags);                       \
    mode = va_arg(list, mode_t);                 \
    va_end(list);                                \
  }

int open(const char* path, int flags, ...) {
  MODE(flags)
  return opened(AT_FDCWD, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  MODE(flags)
  return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  MODE(flags)
  if (!state) return (int)syscall(SYS_openat, folder, path, flags, mode);
  return opened(folder, path, flags, mode);
}
int openat64(int folder, const char* path, int flags, ...) {
  MODE(flags)
  return opened(folder, path, flags | O_LARGEFILE, mode);
}
int __open_2(const char* path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return opened(AT_FDCWD, path, flags, 0); }

int close(int file) {
  int kind = fires(CLOSE, ours_open(file));
  note_path(file, NULL);
  int answer = (int)syscall(SYS_close, file);
  if (kind == FAIL) return errno = state->error, -1;
  die_after(kind);
  return answer;
}

/* --- reading --- */

static ssize_t reads(int file, void* data, size_t size, off64_t offset) {
  int kind = fires(READ, ours_open(file));
  if (kind == FAIL) return errno = state->error, -1;
  if ((kind == SHORT || kind == TORN) && size > 1) size /= 2;
  ssize_t count = offset < 0 ? CALL(read, file, data, size) : CALL(pread64, file, data, size, offset);
  die_after(kind);
  return count;
}

ssize_t read(int file, void* data, size_t size) { return reads(file, data, size, -1); }
ssize_t pread(int file, void* data, size_t size, off_t offset) {
  return reads(file, data, size, offset);
}
ssize_t pread64(int file, void* data, size_t size, off64_t offset) {
  return reads(file, data, size, offset);
}

/* --- writing --- */

static ssize_t writes(int file, const void* data, size_t size, off64_t offset) {
  const char* path = ours_open(file);
  int kind = fires(WRITE, path);
  if (kind == FAIL) return errno = state->error, -1;
  if ((kind == SHORT || kind == TORN) && size > 1) size /= 2;
  int64_t place = offset;
  if (path && offset < 0) {
    int flags = (int)syscall(SYS_fcntl, file, F_GETFL, 0L);
    place = flags & O_APPEND ? size_of(file) : syscall(SYS_lseek, file, 0L, SEEK_CUR);
  }
  if (path && has_quota()) {
    int64_t fits = take_quota(file, place, (int64_t)size);
    if (fits <= 0 && size > 0) return errno = ENOSPC, -1;
    size = (size_t)fits;
  }
  ssize_t count =
      offset < 0 ? CALL(write, file, data, size) : CALL(pwrite64, file, data, size, offset);
  if (path && count > 0) tell("write", path, 0, place, data, count);
  if (!path && file == 2 && role == PARENT && count > 0) tell("print", "", 0, 0, data, count);
  if (kind == TORN) syscall(SYS_kill, getpid(), SIGKILL);
  die_after(kind);
  return count;
}

ssize_t write(int file, const void* data, size_t size) { return writes(file, data, size, -1); }
ssize_t pwrite(int file, const void* data, size_t size, off_t offset) {
  return writes(file, data, size, offset);
}
ssize_t pwrite64(int file, const void* data, size_t size, off64_t offset) {
  return writes(file, data, size, offset);
}
ssize_t writev(int file, const struct iovec* pieces, int count) {
  if (!ours_open(file)) return CALL(writev, file, pieces, count);
  ssize_t total = 0;
  for (int i = 0; i < count; i++) {
    ssize_t one = writes(file, pieces[i].iov_base, pieces[i].iov_len, -1);
    if (one < 0) return total ? total : -1;
    total += one;
    if ((size_t)one < pieces[i].iov_len) break;
  }
  return total;
}

/* Writes through the library's buffered files reach standard error without `write`. */
size_t fwrite(const void* data, size_t size, size_t count, FILE* stream) {
  size_t done = CALL(fwrite, data, size, count, stream);
  if (role == PARENT && stream == stderr) tell("print", "", 0, 0, data, (int64_t)(size * done));
  return done;
}

static int synced(int file, int data_only) {
  const char* path = ours_open(file);
  int kind = fires(SYNC, path);
  if (kind == FAIL) return errno = state->error, -1;
  int answer = data_only ? CALL(fdatasync, file) : CALL(fsync, file);
  if (path && answer == 0) tell("sync", path, 0, 0, 0, 0);
  die_after(kind);
  return answer;
}

int fsync(int file) { return synced(file, 0); }
int fdatasync(int file) { return synced(file, 1); }

static int truncated(int file, off64_t length) {
  const char* path = ours_open(file);
  int kind = fires(TRUNCATE, path);
  if (kind == FAIL) return errno = state->error, -1;
  int64_t before = path && has_quota() ? size_of(file) : 0;
  int answer = CALL(ftruncate64, file, length);
  if (path && answer == 0 && length < before) give_back(before - length);
  if (path && answer == 0) tell("truncate", path, 0, length, 0, 0);
  die_after(kind);
  return answer;
}

int ftruncate(int file, off_t length) { return truncated(file, length); }
int ftruncate64(int file, off64_t length) { return truncated(file, length); }

/* --- names --- */

int rename(const char* from, const char* to) {
  char buffer[PATH_MAX], second[PATH_MAX];
  const char *old = ours(from, second), *new = ours(to, buffer);
  int kind = fires(RENAME, new);
  if (kind == FAIL) return errno = state->error, -1;
  int64_t freed = new && has_quota() ? freed_by(new) : 0;
  int answer = CALL(rename, from, to);
  if (new && answer == 0) give_back(freed);
  if (new && old && answer == 0) tell("rename", old, new, 0, 0, 0);
  die_after(kind);
  return answer;
}

int link(const char* from, const char* to) {
  char buffer[PATH_MAX], second[PATH_MAX];
  const char *old = ours(from, second), *new = ours(to, buffer);
  int kind = fires(LINK, new);
  if (kind == FAIL) return errno = state->error, -1;
  int answer = CALL(link, from, to);
  if (new && old && answer == 0) tell("link", old, new, 0, 0, 0);
  die_after(kind);
  return answer;
}

static int removed(const char* path, int is_folder) {
  char buffer[PATH_MAX];
  const char* whole = ours(path, buffer);
  int kind = fires(UNLINK, whole);
  if (kind == FAIL) return errno = state->error, -1;
  int64_t freed = whole && has_quota() && !is_folder ? freed_by(whole) : 0;
  int answer = is_folder ? CALL(rmdir, path) : CALL(unlink, path);
  if (whole && answer == 0) give_back(freed);
  if (whole && answer == 0) tell(is_folder ? "rmdir" : "unlink", whole, 0, 0, 0, 0);
  die_after(kind);
  return answer;
}

int unlink(const char* path) { return removed(path, 0); }
int rmdir(const char* path) { return removed(path, 1); }

int mkdir(const char* path, mode_t mode) {
  char buffer[PATH_MAX];
  const char* whole = ours(path, buffer);
  int kind = fires(MKDIR, whole);
  if (kind == FAIL) return errno = state->error, -1;
  int answer = CALL(mkdir, path, mode);
  if (whole && answer == 0) tell("mkdir", whole, 0, 0, 0, 0);
  die_after(kind);
  return answer;
}

/* --- looking --- */

#define LOOK(name, type)                                       \
  int name(const char* restrict path, type* restrict info) {   \
    char buffer[PATH_MAX];                                     \
    int kind = fires(STAT, ours(path, buffer));                \
    if (kind == FAIL) return errno = state->error, -1;         \
    int answer = CALL(name, path, info);                       \
    die_after(kind);                                           \
    return answer;                                             \
  }
LOOK(stat, struct stat)
LOOK(lstat, struct stat)
LOOK(stat64, struct stat64)
LOOK(lstat64, struct stat64)
LOOK(statvfs, struct statvfs)

#define LOOK_OPEN(name, type)                                  \
  int name(int file, type* info) {                             \
    int kind = fires(STAT, ours_open(file));                   \
    if (kind == FAIL) return errno = state->error, -1;         \
    int answer = CALL(name, file, info);                       \
    die_after(kind);                                           \
    return answer;                                             \
  }
LOOK_OPEN(fstat, struct stat)
LOOK_OPEN(fstat64, struct stat64)

int access(const char* path, int mode) {
  char buffer[PATH_MAX];
  int kind = fires(STAT, ours(path, buffer));
  if (kind == FAIL) return errno = state->error, -1;
  int answer = CALL(access, path, mode);
  die_after(kind);
  return answer;
}

ssize_t readlink(const char* path, char* target, size_t size) {
  char buffer[PATH_MAX];
  int kind = fires(STAT, ours(path, buffer));
  if (kind == FAIL) return errno = state->error, -1;
  return CALL(readlink, path, target, size);
}

DIR* opendir(const char* path) {
  char buffer[PATH_MAX];
  int kind = fires(LIST, ours(path, buffer));
  if (kind == FAIL) return errno = state->error, NULL;
  DIR* answer = CALL(opendir, path);
  die_after(kind);
  return answer;
}

/* --- memory, locks, processes --- */

static void* mapped(void* place, size_t size, int guard, int flags, int file, off64_t offset) {
  int kind = flags & MAP_ANONYMOUS ? NOTHING : fires(MAP, ours_open(file));
  if (kind == FAIL) return errno = state->error, MAP_FAILED;
  void* answer = (void*)syscall(SYS_mmap, place, size, guard, flags, file, offset);
  die_after(kind);
  return answer;
}

void* mmap(void* place, size_t size, int guard, int flags, int file, off_t offset) {
  return mapped(place, size, guard, flags, file, offset);
}
void* mmap64(void* place, size_t size, int guard, int flags, int file, off64_t offset) {
  return mapped(place, size, guard, flags, file, offset);
}

int flock(int file, int operation) {
  int kind = fires(LOCK, ours_open(file));
  if (kind == FAIL) return errno = state->error, -1;
  int answer = CALL(flock, file, operation);
  die_after(kind);
  return answer;
}

static int controlled(int file, int command, void* argument) {
  int locks = command == F_SETLK || command == F_SETLKW || command == F_GETLK ||
              command == F_OFD_SETLK || command == F_OFD_SETLKW;
  int kind = locks ? fires(LOCK, ours_open(file)) : NOTHING;
  if (kind == FAIL) return errno = state->error, -1;
  int answer = CALL(fcntl, file, command, argument);
  if (answer >= 0 && (command == F_DUPFD || command == F_DUPFD_CLOEXEC))
    note_path(answer, ours_open(file));
  die_after(kind);
  return answer;
}

#define ARGUMENT(last)              \
  va_list list;                     \
  va_start(list, last);             \
  void* argument = va_arg(list, void*); \
  va_end(list);

int fcntl(int file, int command, ...) {
  ARGUMENT(command)
  return controlled(file, command, argument);
}
int fcntl64(int file, int command, ...) {
  ARGUMENT(command)
  return controlled(file, command, argument);
}

int posix_spawn(pid_t* restrict process, const char* restrict path,
                const posix_spawn_file_actions_t* actions, const posix_spawnattr_t* restrict how,
                char* const words[restrict], char* const environment[restrict]) {
  int kind = fires(SPAWN, state ? path : NULL);
  if (kind == FAIL) return state->error;
  int answer = CALL(posix_spawn, process, path, actions, how, words, environment);
  die_after(kind);
  return answer;
}

int pipe(int files[2]) {
  int kind = fires(PIPE, state ? "pipe" : NULL);
  if (kind == FAIL) return errno = state->error, -1;
  return CALL(pipe, files);
}
int pipe2(int files[2], int flags) {
  int kind = fires(PIPE, state ? "pipe" : NULL);
  if (kind == FAIL) return errno = state->error, -1;
  return CALL(pipe2, files, flags);
}

int poll(struct pollfd* files, nfds_t count, int patience) {
  int kind = fires(POLL, state ? "poll" : NULL);
  if (kind == FAIL) return errno = state->error, -1;
  return CALL(poll, files, count, patience);
}

/* --- the wall clock --- */

static int64_t shift(void) { return state ? state->clock[role] : 0; }

int clock_gettime(clockid_t clock, struct timespec* now) {
  int answer = CALL(clock_gettime, clock, now);
  if (answer == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) && shift()) {
    int64_t moved = now->tv_sec * INT64_C(1000000000) + now->tv_nsec + shift();
    now->tv_sec = moved / INT64_C(1000000000);
    now->tv_nsec = moved % INT64_C(1000000000);
  }
  return answer;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  struct timespec precise;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &precise) == 0) {
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
  }
  return 0;
}

time_t time(time_t* place) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (place) *place = now.tv_sec;
  return now.tv_sec;
}
