-- step: expand
create table core_session (
  session_id  id    primary key,
  secret      blob  not null,
  seen_at     time
);
