#ifndef YW_DB_LEDGER_H
#define YW_DB_LEDGER_H
/* The schema ledger: which steps a store has, and which program may open it. Made before any step, by db_store_migrate;
 * the SQL compiler (tools/sqlc.c) includes this page too, so that core.sql can read both tables. On PostgreSQL
 * files stand here too (db/file.h). Text only. */

/* Raised by one with every release that has a contract step. A store that had such a step refuses older programs. */
#define YW_BINARY 1

#define DB_LEDGER_SQLITE \
    "create table core_schema (\n" \
    "  room       text    not null,\n" \
    "  number     integer not null,\n" \
    "  name       text    not null,\n" \
    "  hash       text    not null,\n" \
    "  applied_at integer not null,\n" \
    "  kind       text    not null check (kind in ('expand', 'contract')),\n" \
    "  primary key (room, number)\n" \
    ") strict;\n" \
    "create table core_store (\n" \
    "  only_row   integer primary key check (only_row = 1),\n" \
    "  min_binary integer not null,\n" \
    "  created_at integer not null\n" \
    ") strict;\n"

#define DB_LEDGER_POSTGRESQL \
    "create table core_schema (\n" \
    "  room       text collate \"C\" not null,\n" \
    "  number     bigint not null,\n" \
    "  name       text collate \"C\" not null,\n" \
    "  hash       text collate \"C\" not null,\n" \
    "  applied_at bigint not null,\n" \
    "  kind       text collate \"C\" not null check (kind in ('expand', 'contract')),\n" \
    "  primary key (room, number)\n" \
    ");\n" \
    "create table core_store (\n" \
    "  only_row   bigint primary key check (only_row = 1),\n" \
    "  min_binary bigint not null,\n" \
    "  created_at bigint not null\n" \
    ");\n" \
    "create table core_file_chunk (\n" \
    "  sm3        bytea  not null,\n" \
    "  part       bigint not null,\n" \
    "  bytes      bytea  not null,\n" \
    "  primary key (sm3, part)\n" \
    ");\n"

/* table, column, type word: what the SQL compiler checks query heads against */
#define DB_LEDGER_COLUMNS(X) \
    X("core_schema", "room", "text") X("core_schema", "number", "int") X("core_schema", "name", "text") \
    X("core_schema", "hash", "text") X("core_schema", "applied_at", "time") X("core_schema", "kind", "text") \
    X("core_store", "only_row", "int") X("core_store", "min_binary", "int") X("core_store", "created_at", "time")
#endif
