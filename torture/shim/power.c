/* Stands between SQLite and the disk, by LD_PRELOAD: keeps what would be needed to undo every
 * write that no sync has followed, and fails or stalls on command.
 *
 * SIGKILL alone does not test a sync: the page cache outlives the process. So before a write its
 * place's old content goes to FILE.undo, a sync of FILE empties that, and after a kill the tool
 * puts back what is there: the disk as it is when the power went. C, because the dynamic linker's
 * calling convention is C's, and because no line of it belongs into a Rust program.
 *
 * TORTURE_SHIM_DIR: files in it whose names begin with parlor.db are watched (not -shm, which a
 * recovery makes anew). Its file `fault` holds one byte, read through a mapping at every call:
 *   0 nothing   W writes fail with EIO   S syncs fail with EIO   R reads fail with EIO
 *   N writes fail with ENOSPC   Z writes and syncs wait until it changes   D only syncs do
 *   L syncs lie: they are done, and the undo journal is kept: what a disk does that lies
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* One undo record: this head, then `length` bytes that were at `offset`. Native byte order. */
struct head {
    uint64_t offset, length, size; /* size: of the file before */
};

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pread)(int, void *, size_t, off_t);
static ssize_t (*real_read)(int, void *, size_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fdatasync)(int);
static int (*real_fsync)(int);

static const volatile char *fault = "0";
static char watched[4096];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* The database, its log and the journal of posts; one more would be somebody else's. */
static struct { char path[4096]; int fd; } journals[4];

__attribute__((constructor)) static void begin(void) {
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pread = dlsym(RTLD_NEXT, "pread64");
    real_read = dlsym(RTLD_NEXT, "read");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    const char *dir = getenv("TORTURE_SHIM_DIR");
    if (!dir) return;
    snprintf(watched, sizeof watched, "%s/parlor.db", dir);
    char path[4200];
    snprintf(path, sizeof path, "%s/fault", dir);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *byte = fd < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    /* A test that cannot be told to fail must not pass. */
    if (byte == MAP_FAILED) abort();
    fault = byte;
    close(fd);
}

/* The path of a watched file, or nothing. */
static int is_watched(int fd, char *path, size_t size) {
    if (!watched[0]) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    if (strncmp(path, watched, strlen(watched))) return 0;
    const char *rest = path + strlen(watched);
    return !*rest || !strcmp(rest, "-wal") || !strcmp(rest, "-journal") || !strcmp(rest, "-posts");
}

static int journal(const char *path) {
    for (size_t i = 0; i < sizeof journals / sizeof *journals; i++) {
        if (!journals[i].path[0]) {
            char name[4200];
            snprintf(name, sizeof name, "%s.undo", path);
            journals[i].fd = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
            if (journals[i].fd < 0) abort();
            strncpy(journals[i].path, path, sizeof journals[i].path - 1);
        }
        if (!strcmp(journals[i].path, path)) return journals[i].fd;
    }
    abort();
}

/* Keeps what is at [offset, offset + length). In one write: a record that a kill cut short was
 * not followed by the write it is about. */
static void keep(int fd, const char *path, off_t offset, size_t length) {
    struct stat now;
    if (fstat(fd, &now)) abort();
    off_t there = now.st_size > offset ? now.st_size - offset : 0;
    size_t old = (uint64_t)there < length ? (size_t)there : length;
    struct head head = {(uint64_t)offset, old, (uint64_t)now.st_size};
    char *record = malloc(sizeof head + old);
    if (!record) abort();
    memcpy(record, &head, sizeof head);
    if (real_pread(fd, record + sizeof head, old, offset) != (ssize_t)old) {
        fprintf(stderr, "the shim cannot read %s, which is open for writing alone\n", path);
        abort();
    }
    if (real_write(journal(path), record, sizeof head + old) != (ssize_t)(sizeof head + old)) abort();
    free(record);
}

static int fails(char on, int error) {
    if (*fault != on) return 0;
    errno = error;
    return 1;
}

static void stall(void) {
    while (*fault == 'Z') usleep(10000);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
    char path[4096];
    if (!is_watched(fd, path, sizeof path)) return real_pwrite(fd, bytes, length, offset);
    stall();
    if (fails('W', EIO) || fails('N', ENOSPC)) return -1;
    pthread_mutex_lock(&lock);
    keep(fd, path, offset, length);
    ssize_t done = real_pwrite(fd, bytes, length, offset);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return pwrite64(fd, bytes, length, offset);
}

/* SQLite seeks and writes where it was not told at its compilation that pwrite exists. */
ssize_t write(int fd, const void *bytes, size_t length) {
    char path[4096];
    if (!is_watched(fd, path, sizeof path)) return real_write(fd, bytes, length);
    stall();
    if (fails('W', EIO) || fails('N', ENOSPC)) return -1;
    pthread_mutex_lock(&lock);
    keep(fd, path, lseek(fd, 0, SEEK_CUR), length);
    ssize_t done = real_write(fd, bytes, length);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate64(int fd, off_t length) {
    char path[4096];
    if (!is_watched(fd, path, sizeof path)) return real_ftruncate(fd, length);
    stall();
    if (fails('W', EIO)) return -1;
    pthread_mutex_lock(&lock);
    keep(fd, path, length, SIZE_MAX);
    int done = real_ftruncate(fd, length);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

ssize_t pread64(int fd, void *bytes, size_t length, off_t offset) {
    char path[4096];
    if (*fault == 'R' && is_watched(fd, path, sizeof path) && fails('R', EIO)) return -1;
    return real_pread(fd, bytes, length, offset);
}

ssize_t read(int fd, void *bytes, size_t length) {
    char path[4096];
    if (*fault == 'R' && is_watched(fd, path, sizeof path) && fails('R', EIO)) return -1;
    return real_read(fd, bytes, length);
}

ssize_t pread(int fd, void *bytes, size_t length, off_t offset) {
    return pread64(fd, bytes, length, offset);
}

static int sync_with(int (*real)(int), int fd) {
    char path[4096];
    if (!is_watched(fd, path, sizeof path)) return real(fd);
    while (*fault == 'Z' || *fault == 'D') usleep(10000);
    if (fails('S', EIO)) return -1;
    pthread_mutex_lock(&lock);
    int done = real(fd);
    if (!done && *fault != 'L' && real_ftruncate(journal(path), 0)) abort();
    pthread_mutex_unlock(&lock);
    return done;
}

int fdatasync(int fd) { return sync_with(real_fdatasync, fd); }
int fsync(int fd) { return sync_with(real_fsync, fd); }
