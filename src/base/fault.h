#ifndef YW_BASE_FAULT_H
#define YW_BASE_FAULT_H
/* The codes that functions return. 0 is done; predicates return bool; look-ups return 1 found, 0 not found, < 0 failed.
 * At most three expected codes per function; everything else is ERR_FAIL and was logged where it happened. */
enum {
    ERR_FAIL = -1,        /* unexpected; detail is in the log */
    ERR_REFUSED = -2,     /* a fault was set on the request: the answer is made from it */
    ERR_INTERRUPTED = -3, /* the member's time was up */
    ERR_FULL = -4,        /* no space left */
    ERR_TX_GONE = -5,     /* the transaction ended under us; nothing of it stands */
    ERR_UNKNOWN = -6,     /* commit may or may not have happened */
    ERR_EXISTS = -7,
    ERR_FORMAT = -8,      /* input that cannot be read */
    ERR_AGAIN = -9        /* the transaction collided with another one: nothing of it stands, run it again */
};
#endif
