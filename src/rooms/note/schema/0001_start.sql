-- step: expand
-- 站内消息. What a person was told about a case, in both languages, word for word as it was told. One per person and change.
create table note_message (
  message_id     id    primary key,
  person_id      id    not null,
  case_id        id    not null,
  case_version   int   not null,
  kind           text  not null check (kind in ('received','awaiting_paper','supplemented','accepted','correcting','refused','granted','denied','at_window','delivered','withdrawn')),
  number         text,
  item_name      text  not null,
  item_name_en   text,
  body_zh        text  not null,
  body_en        text  not null,
  created_at     time  not null,
  read_at        time,
  unique (person_id, case_id, case_version)
);
create index note_message_by_person on note_message (person_id, message_id);
create index note_message_unread on note_message (person_id, message_id) where read_at is null;
-- The outbox: one row per message that also leaves by mail. The address is looked up when it leaves and never kept here.
create table note_mail (
  message_id     id    primary key references note_message (message_id),
  state          text  not null check (state in ('waiting','sent','failed','dead')),
  tries          int   not null,
  why            text,
  queued_at      time  not null,
  changed_at     time  not null
);
create view note_message_pub as
select message_id, person_id, case_id, kind, number, item_name, item_name_en, created_at, read_at from note_message;
