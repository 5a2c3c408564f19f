-- step: expand
-- Files that people sent. The bytes lie behind the file port (db/file.h), named by their SM3; this is whose they are.
create table form_file (
  file_id         id    primary key,
  owner_person_id id    not null,
  name            text  not null,
  size            int   not null check (size > 0),
  type            text  not null,
  sm3             blob  not null,
  at              time  not null,
  unique (owner_person_id, sm3)
);
create index form_file_by_owner on form_file (owner_person_id, file_id);
-- Applications being filled in. applicant: 0 for the person, else the enterprise acted for. live_slot: 0 for the draft of that
-- person, applicant and item; 1, 2 ... for others started beside it on purpose; minus its own number once it is closed.
-- fields: JSON in a box (ciphertext), absent once closed. fields_version: the version at which the fields were last changed.
create table form_draft (
  draft_id        id    primary key,
  person_id       id    not null,
  applicant       id    not null,
  enterprise_id   id,
  item_id         id    not null,
  item_version    int   not null,
  live_slot       int   not null,
  live            bool  not null,
  version         int   not null,
  fields_version  int   not null,
  fields          blob,
  opened_at       time  not null,
  updated_at      time  not null,
  unique (person_id, applicant, item_id, live_slot),
  check ((live = 1 and live_slot >= 0 and fields is not null) or (live = 0 and live_slot < 0 and fields is null))
);
create index form_draft_by_person on form_draft (person_id, applicant, live, draft_id);
-- How each material is to come. By name: the number of a material may change with the item's version.
create table form_draft_material (
  draft_id        id    not null references form_draft (draft_id),
  name            text  not null,
  way             text  not null check (way in ('file','certificate','later','paper')),
  file_id         id    references form_file (file_id),
  certificate     text,
  primary key (draft_id, name),
  check ((way = 'file') = (file_id is not null))
);
create index form_draft_material_by_file on form_draft_material (file_id);
create view form_file_pub as
  select file_id, owner_person_id, name, size, type, sm3 from form_file;
create view form_draft_pub as
  select draft_id, person_id, enterprise_id, item_id, item_version, version, live, opened_at, updated_at from form_draft;
