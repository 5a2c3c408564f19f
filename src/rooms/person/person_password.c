/* Passwords: Argon2id with 19 MiB, two passes, one lane (OWASP's second recommendation), through libargon2.
 * At most two run at a time in the whole process, so that a rush of sign-ins can take neither all memory nor all readers'
 * processor time: the gate below is the one thing in the rooms that is shared between threads. */
#include <argon2.h>
#include <pthread.h>

#include "base/rand.h"
#include "core/req.h"
#include "rooms/person/person_rule.h"

enum { PASSES = 2, MEMORY_KIB = 19456, LANES = 1, SALT = 16, HASH = 32, AT_ONCE = 2 };

/* The gate bounds memory and cores, not state that anything depends on. */
static pthread_mutex_t gate_lock = PTHREAD_MUTEX_INITIALIZER;   /* process-wide */
static pthread_cond_t gate_free = PTHREAD_COND_INITIALIZER;     /* process-wide */
static int gate_inside;                                         /* process-wide */

static void gate_enter(void)
{
    pthread_mutex_lock(&gate_lock);
    while (gate_inside == AT_ONCE)
        pthread_cond_wait(&gate_free, &gate_lock);
    gate_inside++;
    pthread_mutex_unlock(&gate_lock);
}

static void gate_leave(void)
{
    pthread_mutex_lock(&gate_lock);
    gate_inside--;
    pthread_cond_signal(&gate_free);
    pthread_mutex_unlock(&gate_lock);
}

int person_password_hash(struct arena *a, str password, str *ret_hash)
{
    uint8_t salt[SALT];
    size_t n = argon2_encodedlen(PASSES, MEMORY_KIB, LANES, SALT, HASH, Argon2_id);
    char *encoded = arena_alloc(a, n);           /* before the gate: an arena that is full jumps away */
    rand_bytes(salt, sizeof salt);
    gate_enter();
    int code = argon2id_hash_encoded(PASSES, MEMORY_KIB, LANES, password.p, password.n, salt, SALT, HASH, encoded, n);
    gate_leave();
    if (code != ARGON2_OK)
        return ERR_FAIL;
    *ret_hash = str_c(encoded);
    return 0;
}

bool person_password_ok(str password, const char *encoded)
{
    gate_enter();
    int code = argon2id_verify(encoded, password.p, password.n);
    gate_leave();
    return code == ARGON2_OK;
}
