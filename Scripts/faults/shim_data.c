/* Opening, closing, reading, writing, and bringing to the disk. */
#include "shim.h"

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
  ssize_t count =
      offset < 0 ? CALL(read, file, data, size) : CALL(pread64, file, data, size, offset);
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

