/*
 * A disk that can lose its power: preloaded into a process (LD_PRELOAD), it writes a journal of all that the process
 * changes below one directory, and of each fsync that has finished. Whoever reads the journal after the process was
 * killed knows what a disk may have kept, and makes that image (JournaledDisk.java).
 *
 *   POWERCUT_DIR      the directory, an absolute path without symbolic links
 *   POWERCUT_JOURNAL  the journal, a file outside of it; appended to
 *   POWERCUT_LIE      n: each n-th fsync or fdatasync of a file is answered, but not noted: a disk that lies
 *   POWERCUT_LIE_OF   only of files whose names end so
 *   POWERCUT_FULL     a file outside of it: while that is there, the disk has no space for what is written
 *
 * One record per operation, in the order in which they took effect: each is done and noted under one lock, so a kill
 * loses the note of one operation at most. An fsync is not done under the lock: it has a record at its beginning (what
 * it covers is above) and one at its end (from here on it is a promise).
 *
 *   0  u32 length of the record   4  u32 operation       8  u64 inode       16  i64 number     24  u32 length of path
 *  28  u32 length of data        32  path or old NUL new, then data; byte order of the machine
 *
 * Not modelled: mappings written to, sendfile, copy_file_range, io_uring, O_DIRECT's rules, permissions changed later.
 * Replaying the whole journal must give the directory as it is; the reader checks that, so nothing is missed silently.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum operation {
    OPENED = 1, CREATED, WRITTEN, RESIZED, SYNC_BEGUN, SYNC_DONE, RENAMED, UNLINKED, LINKED, DIRECTORY_MADE,
    DIRECTORY_REMOVED, DIRECTORY_SYNC_BEGUN, DIRECTORY_SYNC_DONE
};

struct record {
    uint32_t length;
    uint32_t operation;
    uint64_t inode;
    int64_t number;
    uint32_t path_length;
    uint32_t data_length;
};

/* What is open below the directory, by descriptor. */
enum { ELSEWHERE = 0, A_FILE = 1, A_DIRECTORY = 2 };
struct descriptor {
    volatile int kind;
    int synchronous; /* O_SYNC or O_DSYNC */
    int lied_of;
    uint64_t inode;
};
#define DESCRIPTORS 65536
static struct descriptor descriptors[DESCRIPTORS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char directory[PATH_MAX];
static size_t directory_length; /* 0: nothing is watched */
static int journal = -1;
static long lie;
static const char *lie_of = "";
static long syncs;
static int64_t tokens;

static void give_up(const char *why) {
    dprintf(2, "powercut: %s: %s\n", why, strerror(errno));
    abort();
}

__attribute__((constructor)) static void start(void) {
    const char *watched = getenv("POWERCUT_DIR");
    const char *path = getenv("POWERCUT_JOURNAL");
    const char *each = getenv("POWERCUT_LIE");
    if (watched == NULL || path == NULL) return;
    journal = (int) syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (journal < 0) give_up(path);
    lie = each == NULL ? 0 : atol(each);
    if (getenv("POWERCUT_LIE_OF") != NULL) lie_of = strdup(getenv("POWERCUT_LIE_OF"));
    snprintf(directory, sizeof directory, "%s", watched);
    directory_length = strlen(directory);
}

static void begin(void) {
    pthread_mutex_lock(&lock);
}

static void end(void) {
    int kept = errno;
    pthread_mutex_unlock(&lock);
    errno = kept;
}

/* Appends a record. The lock is held. Keeps errno. */
static void note(enum operation operation, uint64_t inode, int64_t number, const char *path, size_t path_length,
        const struct iovec *data, int pieces, size_t data_length) {
    int kept = errno;
    struct record record = {(uint32_t) (sizeof record + path_length + data_length), operation, inode, number,
            (uint32_t) path_length, (uint32_t) data_length};
    size_t left = data_length;
    char *whole = malloc(record.length);
    if (whole == NULL) give_up("no memory");
    memcpy(whole, &record, sizeof record);
    if (path_length > 0) memcpy(whole + sizeof record, path, path_length);
    char *to = whole + sizeof record + path_length;
    for (int i = 0; i < pieces && left > 0; i++) {
        size_t length = data[i].iov_len < left ? data[i].iov_len : left;
        memcpy(to, data[i].iov_base, length);
        to += length;
        left -= length;
    }
    for (size_t done = 0; done < record.length;) {
        ssize_t count = syscall(SYS_write, journal, whole + done, record.length - done);
        if (count < 0 && errno != EINTR) give_up("cannot write the journal");
        if (count > 0) done += (size_t) count;
    }
    free(whole);
    errno = kept;
}

static void note_path(enum operation operation, uint64_t inode, int64_t number, const char *path) {
    note(operation, inode, number, path, strlen(path), NULL, 0, 0);
}

static void note_paths(enum operation operation, const char *old_path, const char *new_path) {
    char both[2 * PATH_MAX];
    size_t length = strlen(old_path);
    memcpy(both, old_path, length + 1);
    strcpy(both + length + 1, new_path);
    note(operation, 0, 0, both, length + 1 + strlen(new_path), NULL, 0, 0);
}

/* Whether the path is the directory or below it; if so, the path relative to it ("" for itself) is in relative. */
static int is_watched(int at, const char *path, char relative[PATH_MAX]) {
    if (directory_length == 0 || path == NULL) return 0;
    char absolute[2 * PATH_MAX + 2];
    if (path[0] == '/') {
        snprintf(absolute, sizeof absolute, "%s", path);
    } else {
        char base[PATH_MAX];
        if (at == AT_FDCWD) {
            if (getcwd(base, sizeof base) == NULL) return 0;
        } else {
            char link[64];
            snprintf(link, sizeof link, "/proc/self/fd/%d", at);
            ssize_t length = readlink(link, base, sizeof base - 1);
            if (length < 0) return 0;
            base[length] = 0;
        }
        snprintf(absolute, sizeof absolute, "%s/%s", base, path);
    }
    char clean[2 * PATH_MAX + 2]; /* without empty and "." parts; ".." is not resolved */
    size_t length = 0;
    for (const char *part = absolute; *part != 0;) {
        while (*part == '/') part++;
        size_t size = strcspn(part, "/");
        if (size > 0 && !(size == 1 && part[0] == '.')) {
            clean[length++] = '/';
            memcpy(clean + length, part, size);
            length += size;
        }
        part += size;
    }
    clean[length] = 0;
    if (strncmp(clean, directory, directory_length) != 0) return 0;
    if (clean[directory_length] == 0) {
        relative[0] = 0;
        return 1;
    }
    if (clean[directory_length] != '/' || length - directory_length > PATH_MAX) return 0;
    strcpy(relative, clean + directory_length + 1);
    return 1;
}

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* Looks twice: closedir and fclose close descriptors without calling close. */
static struct descriptor *watched(int fd) {
    struct stat now;
    if (fd < 0 || fd >= DESCRIPTORS || descriptors[fd].kind == ELSEWHERE) return NULL;
    int kept = errno;
    int is_same = fstat(fd, &now) == 0 && now.st_ino == descriptors[fd].inode
            && (descriptors[fd].kind == A_DIRECTORY ? S_ISDIR(now.st_mode) : S_ISREG(now.st_mode));
    errno = kept;
    if (!is_same) descriptors[fd].kind = ELSEWHERE;
    return is_same ? &descriptors[fd] : NULL;
}

/* ---- opening and closing ---- */

static int opened(int at, const char *path, int flags, mode_t mode) {
    char relative[PATH_MAX];
    if (!is_watched(at, path, relative)) return (int) syscall(SYS_openat, at, path, flags, mode);
    begin();
    struct stat before, after;
    int existed = fstatat(at, path, &before, 0) == 0;
    int fd = (int) syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && fstat(fd, &after) == 0) {
        if (fd >= DESCRIPTORS) give_up("too many descriptors");
        descriptors[fd].inode = after.st_ino;
        descriptors[fd].synchronous = (flags & (O_SYNC | O_DSYNC)) != 0;
        descriptors[fd].lied_of = ends_with(relative, lie_of);
        descriptors[fd].kind = S_ISDIR(after.st_mode) ? A_DIRECTORY : A_FILE;
        if (descriptors[fd].kind == A_FILE) {
            note_path(existed ? OPENED : CREATED, after.st_ino, after.st_mode & 07777, relative);
            if (existed && (flags & O_TRUNC)) note(RESIZED, after.st_ino, 0, NULL, 0, NULL, 0, 0);
        }
    }
    end();
    return fd;
}

static mode_t mode_of(int flags, va_list arguments) {
    return (flags & (O_CREAT | __O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        va_list arguments; \
        va_start(arguments, flags); \
        mode_t mode = mode_of(flags, arguments); \
        va_end(arguments); \
        return opened(AT_FDCWD, path, flags, mode); \
    }
#define OPEN_AT(name) \
    int name(int at, const char *path, int flags, ...) { \
        va_list arguments; \
        va_start(arguments, flags); \
        mode_t mode = mode_of(flags, arguments); \
        va_end(arguments); \
        return opened(at, path, flags, mode); \
    }
OPEN(open)
OPEN(open64)
OPEN_AT(openat)
OPEN_AT(openat64)
int __open_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return opened(AT_FDCWD, path, flags, 0); }
int __openat_2(int at, const char *path, int flags) { return opened(at, path, flags, 0); }
int __openat64_2(int at, const char *path, int flags) { return opened(at, path, flags, 0); }
int creat(const char *path, mode_t mode) { return opened(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
    if (watched(fd) == NULL) return (int) syscall(SYS_close, fd);
    begin();
    descriptors[fd].kind = ELSEWHERE;
    int result = (int) syscall(SYS_close, fd);
    end();
    return result;
}

static int duplicated(int from, int to) {
    if (to >= 0 && to < DESCRIPTORS) descriptors[to] = from >= 0 && from < DESCRIPTORS ? descriptors[from] : (struct descriptor) {0};
    return to;
}

int dup(int fd) {
    begin();
    int result = duplicated(fd, (int) syscall(SYS_dup, fd));
    end();
    return result;
}

int dup3(int fd, int to, int flags) {
    begin();
    int result = duplicated(fd, (int) syscall(SYS_dup3, fd, to, flags));
    end();
    return result;
}

int dup2(int fd, int to) {
    return fd == to ? (fcntl(fd, F_GETFD) < 0 ? -1 : to) : dup3(fd, to, 0);
}

/* ---- bytes ---- */

/* Notes what was written; the lock is held. */
static void wrote(struct descriptor *file, int64_t offset, const struct iovec *data, int pieces, ssize_t count) {
    if (count <= 0) return;
    note(WRITTEN, file->inode, offset, NULL, 0, data, pieces, (size_t) count);
    if (file->synchronous) {
        int64_t token = ++tokens;
        note(SYNC_BEGUN, file->inode, token, NULL, 0, NULL, 0, 0);
        note(SYNC_DONE, file->inode, token, NULL, 0, NULL, 0, 0);
    }
}

static int is_full(void) {
    const char *sign = getenv("POWERCUT_FULL");
    if (sign == NULL || syscall(SYS_faccessat, AT_FDCWD, sign, F_OK) != 0) return 0;
    errno = ENOSPC;
    return 1;
}

ssize_t write(int fd, const void *data, size_t length) {
    struct descriptor *file = watched(fd);
    if (file == NULL) return syscall(SYS_write, fd, data, length);
    if (is_full()) return -1;
    begin();
    ssize_t count = syscall(SYS_write, fd, data, length);
    struct iovec piece = {(void *) data, length};
    if (count > 0) wrote(file, lseek(fd, 0, SEEK_CUR) - count, &piece, 1, count);
    end();
    return count;
}

ssize_t writev(int fd, const struct iovec *data, int pieces) {
    struct descriptor *file = watched(fd);
    if (file == NULL) return syscall(SYS_writev, fd, data, pieces);
    if (is_full()) return -1;
    begin();
    ssize_t count = syscall(SYS_writev, fd, data, pieces);
    if (count > 0) wrote(file, lseek(fd, 0, SEEK_CUR) - count, data, pieces, count);
    end();
    return count;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    struct descriptor *file = watched(fd);
    if (file == NULL) return syscall(SYS_pwrite64, fd, data, length, offset);
    if (is_full()) return -1;
    begin();
    ssize_t count = syscall(SYS_pwrite64, fd, data, length, offset);
    struct iovec piece = {(void *) data, length};
    wrote(file, offset, &piece, 1, count);
    end();
    return count;
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }

ssize_t pwritev(int fd, const struct iovec *data, int pieces, off_t offset) {
    struct descriptor *file = watched(fd);
    if (file == NULL) return syscall(SYS_pwritev, fd, data, pieces, offset, 0);
    if (is_full()) return -1;
    begin();
    ssize_t count = syscall(SYS_pwritev, fd, data, pieces, offset, 0);
    wrote(file, offset, data, pieces, count);
    end();
    return count;
}
ssize_t pwritev64(int fd, const struct iovec *data, int pieces, off64_t offset) { return pwritev(fd, data, pieces, offset); }

/* Notes the size that the file has now; the lock is held. */
static int resized(int fd, int result) {
    struct descriptor *file = watched(fd);
    struct stat now;
    if (file != NULL && result == 0 && fstat(fd, &now) == 0) note(RESIZED, file->inode, now.st_size, NULL, 0, NULL, 0, 0);
    return result;
}

int ftruncate(int fd, off_t size) {
    begin();
    int result = resized(fd, (int) syscall(SYS_ftruncate, fd, size));
    end();
    return result;
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }

int truncate(const char *path, off_t size) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    int result = ftruncate(fd, size);
    int kept = errno;
    close(fd);
    errno = kept;
    return result;
}
int truncate64(const char *path, off64_t size) { return truncate(path, size); }

/* Of a preallocation only a new size shows. */
int fallocate(int fd, int mode, off_t offset, off_t length) {
    begin();
    int result = resized(fd, (int) syscall(SYS_fallocate, fd, mode, offset, length));
    end();
    return result;
}
int fallocate64(int fd, int mode, off64_t offset, off64_t length) { return fallocate(fd, mode, offset, length); }
int posix_fallocate(int fd, off_t offset, off_t length) { return fallocate(fd, 0, offset, length) == 0 ? 0 : errno; }
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return posix_fallocate(fd, offset, length); }

/* ---- promises ---- */

static int synced(int fd, long call) {
    struct descriptor *file = watched(fd);
    if (file == NULL) return (int) syscall(call, fd);
    char link[64], path[PATH_MAX], relative[PATH_MAX] = "";
    int is_directory = file->kind == A_DIRECTORY;
    if (is_directory) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, sizeof path - 1);
        if (length < 0) return -1;
        path[length] = 0;
        if (!is_watched(AT_FDCWD, path, relative)) return (int) syscall(call, fd);
    }
    begin();
    uint64_t inode = file->inode;
    int64_t token = ++tokens;
    int lies = !is_directory && file->lied_of && lie > 0 && ++syncs % lie == 0;
    if (!lies) note_path(is_directory ? DIRECTORY_SYNC_BEGUN : SYNC_BEGUN, inode, token, relative);
    end();
    int result = (int) syscall(call, fd);
    begin();
    if (!lies && result == 0) note_path(is_directory ? DIRECTORY_SYNC_DONE : SYNC_DONE, inode, token, relative);
    end();
    return result;
}
int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

/* ---- names ---- */

static int renamed(int old_at, const char *old_path, int new_at, const char *new_path, unsigned flags) {
    char from[PATH_MAX], to[PATH_MAX];
    int leaves = is_watched(old_at, old_path, from), arrives = is_watched(new_at, new_path, to);
    begin();
    int result = (int) syscall(SYS_renameat2, old_at, old_path, new_at, new_path, flags);
    if (result == 0 && (leaves || arrives)) {
        /* Moved across the border, or exchanged: nobody has needed it yet. */
        if (!leaves || !arrives || (flags & ~1u) != 0) give_up("a rename that is not modelled");
        note_paths(RENAMED, from, to);
    }
    end();
    return result;
}
int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_at, const char *from, int to_at, const char *to) { return renamed(from_at, from, to_at, to, 0); }
int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    return renamed(from_at, from, to_at, to, flags);
}

int unlinkat(int at, const char *path, int flags) {
    char relative[PATH_MAX];
    int is_ours = is_watched(at, path, relative);
    begin();
    int result = (int) syscall(SYS_unlinkat, at, path, flags);
    if (result == 0 && is_ours) note_path((flags & AT_REMOVEDIR) ? DIRECTORY_REMOVED : UNLINKED, 0, 0, relative);
    end();
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
    struct stat now;
    return lstat(path, &now) != 0 ? -1 : S_ISDIR(now.st_mode) ? rmdir(path) : unlink(path);
}

int linkat(int old_at, const char *old_path, int new_at, const char *new_path, int flags) {
    char from[PATH_MAX], to[PATH_MAX];
    int leaves = is_watched(old_at, old_path, from), arrives = is_watched(new_at, new_path, to);
    begin();
    int result = (int) syscall(SYS_linkat, old_at, old_path, new_at, new_path, flags);
    if (result == 0 && arrives) {
        if (!leaves) give_up("a link that is not modelled");
        note_paths(LINKED, from, to);
    }
    end();
    return result;
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int mkdirat(int at, const char *path, mode_t mode) {
    char relative[PATH_MAX];
    int is_ours = is_watched(at, path, relative);
    begin();
    int result = (int) syscall(SYS_mkdirat, at, path, mode);
    if (result == 0 && is_ours) note_path(DIRECTORY_MADE, 0, mode & 07777, relative);
    end();
    return result;
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
