/* Messages between server, keeper and workers. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/clock.h"
#include "press/press_private.h"

/* Waits until fd is ready or the deadline is over. */
static int ready(int fd, short events, int64_t deadline)
{
    for (;;) {
        struct pollfd p = {.fd = fd, .events = events};
        int64_t left = deadline < 0 ? -1 : deadline - clock_mono();
        int n;

        if (deadline >= 0 && left <= 0)
            return ERR_FAIL;
        n = poll(&p, 1, left < 0 ? -1 : (int)left);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return ERR_FAIL;
    }
}

int wire_send(int fd, const void *p, size_t n, int64_t deadline)
{
    const char *at = p;

    while (n) {
        ssize_t sent;

        if (ready(fd, POLLOUT, deadline))
            return ERR_FAIL;
        sent = send(fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (sent <= 0)
            return ERR_FAIL;
        at += sent;
        n -= (size_t)sent;
    }
    return 0;
}

int wire_receive(int fd, void *p, size_t n, int64_t deadline)
{
    char *at = p;

    while (n) {
        ssize_t got;

        if (ready(fd, POLLIN, deadline))
            return ERR_FAIL;
        got = recv(fd, at, n, MSG_DONTWAIT);
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got <= 0)
            return ERR_FAIL;
        at += got;
        n -= (size_t)got;
    }
    return 0;
}

union fd_room { struct cmsghdr head; char bytes[CMSG_SPACE(sizeof(int))]; };

int wire_send_fd(int socket, char letter, int fd)
{
    union fd_room room = {0};
    struct iovec text = {.iov_base = &letter, .iov_len = 1};
    struct msghdr m = {.msg_iov = &text, .msg_iovlen = 1};
    ssize_t n;

    if (fd >= 0) {
        m.msg_control = room.bytes;
        m.msg_controllen = sizeof room.bytes;
        room.head.cmsg_len = CMSG_LEN(sizeof(int));
        room.head.cmsg_level = SOL_SOCKET;
        room.head.cmsg_type = SCM_RIGHTS;
        memcpy(CMSG_DATA(&room.head), &fd, sizeof fd);
    }
    do
        n = sendmsg(socket, &m, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == 1 ? 0 : ERR_FAIL;
}

int wire_receive_fd(int socket, char *ret_letter, int *ret_fd, int64_t deadline)
{
    union fd_room room = {0};
    char letter;
    struct iovec text = {.iov_base = &letter, .iov_len = 1};
    struct msghdr m = {.msg_iov = &text, .msg_iovlen = 1, .msg_control = room.bytes, .msg_controllen = sizeof room.bytes};
    struct cmsghdr *c;
    ssize_t n;

    if (ready(socket, POLLIN, deadline))
        return ERR_FAIL;
    do
        n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n != 1)
        return ERR_FAIL;
    c = CMSG_FIRSTHDR(&m);
    *ret_fd = -1;
    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
    *ret_letter = letter;
    return 0;
}
