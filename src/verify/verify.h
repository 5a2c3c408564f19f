#ifndef YW_VERIFY_VERIFY_H
#define YW_VERIFY_VERIFY_H
/* The second, independent checker: reads a store with its own statements and its own tables of the law's states and duties,
 * shares no code with the server but text, arena and hash primitives, and says in plain sentences what does not hold.
 * url: the database, or NULL or "" for the directory alone.
 * ledger: path of a client's ledger (key, id, SM3 of the request body, evidence number; tab-separated), or NULL.
 * Prints to stdout. 0 when everything holds, 1 when something does not, or the store cannot be read. */
int verify_store(const char *dir, const char *url, const char *ledger);
#endif
