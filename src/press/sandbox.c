/* What a worker may still do. seccomp by allow-list: everything else fails with EACCES, and what only an intruder would ask for
 * (another program, a socket, another process's memory) kills. No file can be opened any more: fonts were, before. */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "base/log.h"
#include "press/press_private.h"

static const int allowed[] = {
    /* memory */
    SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise),
    /* the files and sockets it was given */
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
    SCMP_SYS(fcntl), SCMP_SYS(close), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(sendto), SCMP_SYS(recvfrom),
    SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(writev), SCMP_SYS(readv),
    /* threads, signals, time */
    SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom), SCMP_SYS(getpid),
    SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(sched_getaffinity), SCMP_SYS(exit), SCMP_SYS(exit_group),
};
static const int deadly[] = {
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(ptrace),
    SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(kill),
};

static void limit(int resource, rlim_t n)
{
    if (setrlimit((__rlimit_resource_t)resource, &(struct rlimit){n, n}))
        die("press", "setrlimit %d: %m", resource);
}

static void filter(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EACCES));

    if (!f || seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1))
        die("press", "seccomp cannot be set up");
    for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++) {
        if (seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0))
            die("press", "seccomp: rule %zu", i);
    }
    for (size_t i = 0; i < sizeof deadly / sizeof deadly[0]; i++) {
        if (seccomp_rule_add(f, SCMP_ACT_KILL_PROCESS, deadly[i], 0))
            die("press", "seccomp: rule %zu", i);
    }
    /* Threads, but no processes: pango sorts fonts in a thread. clone3 hides its flags; the C library then takes clone. */
    if (seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) ||
        seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD)))
        die("press", "seccomp: threads");
    if (seccomp_load(f))
        die("press", "seccomp cannot be loaded");
    seccomp_release(f);
}

void sandbox_enter(enum sandbox kind)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 64);
    limit(RLIMIT_CPU, kind == SANDBOX_OPEN ? 6 : 120);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)    /* their shadow memory is beyond any limit */
    limit(RLIMIT_AS, (kind == SANDBOX_OPEN ? 256ul : 1024ul) * 1024 * 1024);
#endif
    if (prctl(PR_SET_DUMPABLE, 0))
        die("press", "prctl: %m");
    filter();
}
