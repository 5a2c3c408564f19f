#ifndef YW_CORE_JOBS_H
#define YW_CORE_JOBS_H
/* Work after a commit: leased from the database, so any process may do it; done at least once. */
struct engine;
void jobs_start(struct engine *e);
void jobs_stop(void);
#endif
