/* Stands between a program and the C library: counts calls on the files of one folder, lets a
   chosen one fail, keeps a log of what would reach the disk, and moves the wall clock.

   Built by shim.py, loaded with LD_PRELOAD. The file that COUNTERPOISE_FAULTS names is mapped by
   all processes: it says what to do, and its counters run over all of them. Calls on other files
   (libraries, /proc, the terminal) pass unseen. */
#ifndef SHIM_H
#define SHIM_H

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

#pragma GCC visibility push(hidden)

/* What a call does; the numbers are those of shim.py. */
enum call {
  OPEN, CREATE, READ, WRITE, SYNC, RENAME, LINK, UNLINK, TRUNCATE, MKDIR, MAP, CLOSE, LOCK, STAT,
  LIST, SPAWN, PIPE, POLL, CALLS
};
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

enum { FILES = 4096 };

extern struct state* state; /* NULL where this process is to be left alone */
extern int role;

/* A function of the C library by its name, found once. */
void* real(const char* name);
#define REAL(name) ((__typeof__(&name))real(#name))
#define CALL(name, ...)                                      \
  ({                                                         \
    static __typeof__(&name) cached;                         \
    if (!cached) cached = REAL(name);                        \
    cached(__VA_ARGS__);                                     \
  })

/* Remembers the path of an open file that counts; NULL forgets it. */
void note_path(int file, const char* path);
/* The whole path where it counts, else NULL; `buffer` has PATH_MAX bytes. */
const char* ours(const char* path, char* buffer);
/* The path of an open file that counts, else NULL. */
const char* ours_open(int file);
/* Writes an operation into the log, where operations are asked for. */
void tell(const char* operation, const char* path, const char* other, int64_t offset,
          const void* data, int64_t size);
/* Whether this call is to be acted upon; what cannot wait for its end is done at once. */
int fires(enum call call, const char* path);
/* Ends this process where it was to end after the call. */
void die_after(int kind);
/* The quota: whether there is one, giving back, and how much of a write still fits. */
int has_quota(void);
void give_back(int64_t bytes);
int64_t take_quota(int file, int64_t offset, int64_t size);
int64_t size_of(int file);
/* Bytes that a file at a path would give back if this name went. */
int64_t freed_by(const char* path);

#pragma GCC visibility pop
#endif
