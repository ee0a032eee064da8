/* Names, looking at files, memory, locks, processes, and the wall clock. */
#include "shim.h"

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
