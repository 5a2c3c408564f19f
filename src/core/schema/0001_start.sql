-- step: expand
-- Gapless and leased numbers. `id` is leased in blocks; every other series is drawn one by one inside the transaction.
create table core_series (
  series      text  primary key,
  value       int   not null
);
create table core_session (
  session_id    id    primary key,
  token_hash    blob  not null unique,
  person_id     id    not null,
  post_id       id,
  enterprise_id id,
  opened_at     time  not null,
  seen_at       time  not null,
  closed_at     time,
  address       text  not null
);
create index core_session_by_person on core_session (person_id, session_id);
-- One row per state change and per accountable read. hash = SM3(salt, content); the salt goes when the content must.
create table core_evidence (
  seq           id    primary key,
  at            time  not null,
  post_id       id,
  person        blob  not null,
  act           text  not null,
  object        text  not null,
  object_id     id    not null,
  version       int   not null,
  reason        text  not null,
  hash          blob  not null
);
create index core_evidence_by_object on core_evidence (object, object_id, seq);
create table core_evidence_salt (
  seq           id    primary key references core_evidence (seq),
  salt          blob  not null
);
-- What a person sees of who looked at their data.
create table core_access (
  access_id     id    primary key,
  person_id     id    not null,
  at            time  not null,
  seq           id    not null references core_evidence (seq),
  post_id       id    not null,
  object        text  not null,
  object_id     id    not null,
  purpose       text  not null,
  what          text  not null
);
create index core_access_by_person on core_access (person_id, access_id);
-- The answer to a key, kept 30 days: the same key again gets the same answer. It may hold personal data, so it is boxed.
create table core_key (
  person_id     id    not null,
  key           text  not null,
  route         text  not null,
  body_hash     blob  not null,
  status        int   not null,
  location      text,
  answer        blob  not null,
  at            time  not null,
  primary key (person_id, key)
);
create index core_key_by_time on core_key (at);
create table core_job (
  job_id        id    primary key,
  kind          text  not null,
  payload       json  not null,
  due_at        time  not null,
  tries         int   not null,
  lease_until   time  not null,
  state         text  not null check (state in ('open','done','dead')),
  why           text,
  added_at      time  not null
);
create index core_job_due on core_job (state, due_at, job_id);
create view core_access_pub as select access_id, person_id, at, seq, post_id, object, object_id, purpose, what from core_access;
create view core_job_pub as select job_id, kind, state, due_at, tries, why from core_job;
